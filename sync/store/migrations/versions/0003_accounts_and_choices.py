"""accounts and choices

Companies are joined across the CRMs, and reviewers can choose whose value a field takes. The next resolve looks at
every company once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("companies", sa.Column("account_id", sa.BigInteger()))
    op.add_column("companies", sa.Column("unjoined", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("ix_companies_account_id", "companies", ["account_id"])
    op.create_index("ix_companies_unjoined", "companies", ["unjoined"])
    op.create_table(
        "company_keys",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", _key_type(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_company_keys_company_id")),
        sa.PrimaryKeyConstraint("number", "company_id", name=op.f("pk_company_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_company_keys_company_id", "company_keys", ["company_id"])
    op.create_table(
        "field_choices",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("record_id", _key_type(), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["people.id"], name=op.f("fk_field_choices_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_choices")),
    )
    op.create_index("ix_field_choices_record_id", "field_choices", ["record_id"])


def downgrade() -> None:
    op.drop_table("field_choices")
    op.drop_table("company_keys")
    for name in ("unjoined", "account_id"):
        op.drop_index(f"ix_companies_{name}", "companies")
        op.drop_column("companies", name)


def _key_type() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
