"""matching by weight

People keep their persons. Every record's keys are made anew and every pair is weighed by the next resolve, so the old
keys and edges are not carried over. Columns are added in place: SQLite refuses to rebuild a table that others refer
to while it holds rows.
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_AT_ONCE = 5_000


def upgrade() -> None:
    _drop_old_matching()
    _add_columns()
    _create_matching()
    _create_decisions()
    _number_addresses()


def downgrade() -> None:
    for table in ("person_log", "decisions", "pairs", "name_counts", "shared_keys", "record_keys"):
        op.drop_table(table)
    for table, names in _NEW_TEXTS.items():
        for name in names:
            op.drop_column(table, name)
    for table, names in _NEW_LISTS.items():
        for name in names:
            op.drop_column(table, name)
    op.drop_column("people", "changed_at")
    op.drop_column("persons", "last_number")
    op.drop_column("activity_people", "who_number")
    op.drop_index("ix_people_unresolved", "people")
    op.drop_column("people", "unresolved")
    op.add_column("people", sa.Column("unresolved", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("ix_people_unresolved", "people", ["unresolved"])
    op.create_table(
        "record_keys",
        sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("record_id", _key_type(), sa.ForeignKey("people.id"), primary_key=True),
    )
    op.create_index("ix_record_keys_record_id", "record_keys", ["record_id"])
    op.create_table(
        "edges",
        sa.Column("id", _key_type(), primary_key=True, autoincrement=True),
        sa.Column("person_id", _key_type(), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("left_id", _key_type(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("right_id", _key_type(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
    )
    op.create_index("ix_edges_person_id", "edges", ["person_id"])


_NEW_TEXTS = {
    "people": ("first_kana", "last_kana", "website", "city"),
    "activities": ("message_id",),
}
_NEW_LISTS = {"people": ("other_phones",), "companies": ("links", "absorbed"), "deals": ("links",)}


def _drop_old_matching() -> None:
    op.drop_table("edges")
    op.drop_table("record_keys")
    op.drop_index("ix_people_unresolved", "people")
    op.drop_column("people", "unresolved")
    # Everybody's keys are made anew.
    op.add_column("people", sa.Column("unresolved", sa.SmallInteger(), nullable=False, server_default="3"))
    op.create_index("ix_people_unresolved", "people", ["unresolved"])


def _add_columns() -> None:
    for table, names in _NEW_TEXTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
    for table, names in _NEW_LISTS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("people", sa.Column("changed_at", sa.BigInteger()))
    op.add_column("persons", sa.Column("last_number", sa.Integer(), server_default="0", nullable=False))
    op.add_column("activity_people", sa.Column("who_number", sa.BigInteger()))


def _create_matching() -> None:
    op.create_table(
        "record_keys",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", _key_type(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["people.id"], name=op.f("fk_record_keys_record_id")),
        sa.PrimaryKeyConstraint("number", "record_id", name=op.f("pk_record_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_record_keys_record_id", "record_keys", ["record_id"])
    op.create_table(
        "shared_keys",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_shared_keys")),
    )
    op.create_table(
        "name_counts",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_name_counts")),
    )
    op.create_table(
        "pairs",
        sa.Column("left_id", _key_type(), autoincrement=False, nullable=False),
        sa.Column("right_id", _key_type(), autoincrement=False, nullable=False),
        sa.Column("evidence", sa.String(40), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        *_weights(nullable=False),
        sa.Column("refused", sa.String(40)),
        sa.ForeignKeyConstraint(["left_id"], ["people.id"], name=op.f("fk_pairs_left_id")),
        sa.ForeignKeyConstraint(["right_id"], ["people.id"], name=op.f("fk_pairs_right_id")),
        sa.PrimaryKeyConstraint("left_id", "right_id", name=op.f("pk_pairs")),
    )
    for column in ("right_id", "weight", "refused"):
        op.create_index(f"ix_pairs_{column}", "pairs", [column])


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("left_id", _key_type(), nullable=False),
        sa.Column("right_id", _key_type(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        *_weights(nullable=True),
        sa.ForeignKeyConstraint(["left_id"], ["people.id"], name=op.f("fk_decisions_left_id")),
        sa.ForeignKeyConstraint(["right_id"], ["people.id"], name=op.f("fk_decisions_right_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_left_id_right_id", "decisions", ["left_id", "right_id"])
    op.create_index("ix_decisions_right_id", "decisions", ["right_id"])
    op.create_table(
        "person_log",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("person_id", _key_type(), nullable=False),
        sa.Column("other_id", _key_type()),
        sa.Column("record_id", _key_type()),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_person_log_person_id")),
        sa.ForeignKeyConstraint(["other_id"], ["persons.id"], name=op.f("fk_person_log_other_id")),
        sa.ForeignKeyConstraint(["record_id"], ["people.id"], name=op.f("fk_person_log_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_log")),
    )
    for column in ("person_id", "other_id"):
        op.create_index(f"ix_person_log_{column}", "person_log", [column])


def _number_addresses() -> None:
    """Acts that know an address only find their record by the address's number now."""
    connection, after = op.get_bind(), 0
    who = sa.table("activity_people", sa.column("id"), sa.column("who_email"), sa.column("who_number"))
    query = sa.select(who.c.id, who.c.who_email).where(who.c.who_email != "").order_by(who.c.id).limit(_AT_ONCE)
    number = sa.update(who).where(who.c.id == sa.bindparam("row")).values(who_number=sa.bindparam("value"))
    while rows := connection.execute(query.where(who.c.id > after)).all():
        connection.execute(number, [{"row": row.id, "value": _mailbox_number(row.who_email)} for row in rows])
        after = rows[-1].id


def _mailbox_number(mailbox: str) -> int:
    """As `sync.identity.keys.key_number` numbered a mailbox when this migration was written."""
    digest = hashlib.blake2b(f"1:{mailbox}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _key_type() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _weights(nullable: bool) -> list[sa.Column[int]]:
    weights = [sa.Column(name, sa.BigInteger(), nullable=nullable) for name in ("weight", "name", "email", "place")]
    levels = [
        sa.Column(name, sa.SmallInteger(), nullable=nullable) for name in ("name_level", "email_level", "place_level")
    ]
    return [*weights, *levels]
