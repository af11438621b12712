"""scoring and handover

Tables that the scoring engine reads, and what the handover to sales remembers. Scores and their lines are dropped:
they follow from the records, and the next cycle scores everybody once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TRAIT_TEXTS = (
    "title", "department", "company_name", "industry", "country", "region", "city", "source", "status", "domains",
)  # fmt: skip


def upgrade() -> None:
    _create_dictionaries()
    _create_acts()
    _create_traits()
    _create_memory_of_models()
    _create_feedback()
    _add_columns()
    _drop_scores()


def downgrade() -> None:
    op.drop_table("score_lines")
    op.execute(sa.text("DELETE FROM scores"))
    _create_score_lines(sa.Column("evidence", sa.JSON(), nullable=False))
    op.create_index("ix_score_lines_rule", "score_lines", ["rule"])
    for table, columns in _NEW_INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table)
    for table, name in _NEW_COLUMNS:
        op.drop_column(table, name)
    for table in (
        "snapshots", "notifications", "verdicts", "sign_offs", "rules_in_force", "model_versions", "awaiting",
        "past_traits", "traits", "past_acts", "acts", "subjects", "texts",
    ):  # fmt: skip
        op.drop_table(table)
    _everybody_is_due()


def _create_dictionaries() -> None:
    op.create_table(
        "texts",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
        sa.UniqueConstraint("digest", name=op.f("uq_texts_digest")),
    )
    op.create_table(
        "subjects",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        _text("url"),
        _text("title"),
        _text("status"),
        sa.Column("responded", sa.Boolean(), nullable=False),
        sa.Column("content_system", sa.String(20), server_default="", nullable=False),
        sa.Column("content_object", sa.String(40), server_default="", nullable=False),
        _text("content_id"),
        _text("content_name"),
        _text("content_type"),
        sa.Column("named_id", _key_type()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subjects")),
        sa.UniqueConstraint("digest", name=op.f("uq_subjects_digest")),
    )


def _create_acts() -> None:
    op.create_table(
        "acts",
        *_act_columns(),
        sa.PrimaryKeyConstraint("person_id", "at", "activity_id", name=op.f("pk_acts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "past_acts",
        *_act_columns(),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "at", "activity_id", "until", name=op.f("pk_past_acts")),
        sqlite_with_rowid=False,
    )


def _act_columns() -> list[sa.Column[int]]:
    return [
        sa.Column("person_id", _key_type(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("activity_id", _key_type(), autoincrement=False, nullable=False),
        sa.Column("subject_id", _key_type(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    ]


def _create_traits() -> None:
    op.create_table(
        "traits",
        sa.Column("person_id", _key_type(), autoincrement=False, nullable=False),
        *_trait_columns(),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_traits_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_traits")),
    )
    op.create_table(
        "past_traits",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("person_id", _key_type(), nullable=False),
        *_trait_columns(),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_past_traits_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_traits")),
    )
    op.create_index("ix_past_traits_person_id_until", "past_traits", ["person_id", "until"])
    op.create_table(
        "awaiting",
        sa.Column("person_id", _key_type(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_awaiting_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_awaiting")),
    )


def _trait_columns() -> list[sa.Column[int] | sa.Column[str]]:
    return [
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("first_known_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _TRAIT_TEXTS),
        sa.Column("employees", sa.BigInteger()),
        sa.Column("opted_out", sa.SmallInteger(), nullable=False),
        sa.Column("customer", sa.SmallInteger(), nullable=False),
        sa.Column("open_deal", sa.SmallInteger(), nullable=False),
        sa.Column("lost_at", sa.BigInteger()),
        sa.Column("recycled_at", sa.BigInteger()),
    ]


def _create_memory_of_models() -> None:
    op.create_table(
        "model_versions",
        sa.Column("version", sa.String(40), nullable=False),
        _text("source"),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_model_versions")),
    )
    op.create_table(
        "rules_in_force",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("lists", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_in_force")),
    )
    op.create_table(
        "sign_offs",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        _text("name"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _text("note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
    )
    op.create_index("ix_sign_offs_version", "sign_offs", ["version"])


def _create_feedback() -> None:
    op.create_table(
        "verdicts",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("person_id", _key_type(), nullable=False),
        sa.Column("record_id", _key_type(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        _text("note"),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("band", sa.String(10), nullable=False),
        sa.Column("model_version", sa.String(40), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        _text("answer"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_verdicts_person_id")),
        sa.ForeignKeyConstraint(["record_id"], ["people.id"], name=op.f("fk_verdicts_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index("ix_verdicts_record_id", "verdicts", ["record_id"])
    op.create_index("ix_verdicts_at", "verdicts", ["at"])
    op.create_table(
        "notifications",
        sa.Column("id", _key_type(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person_id", _key_type()),
        sa.Column("episode_id", _key_type()),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_notifications_person_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_notifications_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("key", name=op.f("uq_notifications_key")),
    )
    op.create_index("ix_notifications_state", "notifications", ["state"])
    op.create_table(
        "snapshots",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", name=op.f("pk_snapshots")),
    )


def _add_columns() -> None:
    # In place: SQLite refuses to rebuild a table that others refer to while it holds rows.
    for (table, _), column in zip(_NEW_COLUMNS, _new_columns(), strict=True):
        op.add_column(table, column)
    for table, columns in _NEW_INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


_NEW_COLUMNS = (
    ("activities", "subject_id"),
    ("owners", "manager_id"),
    ("owners", "automated"),
    ("persons", "recycled_at"),
    ("persons", "traits_due"),
    ("scores", "acts"),
    ("scores", "missed"),
    ("scores", "reactivated"),
    ("scores", "mark"),
    ("scores", "codes"),
    ("episodes", "plain_due_at"),
    ("episodes", "warned_at"),
    ("episodes", "breached_at"),
    ("episodes", "reassigned_at"),
    ("episodes", "handover"),
    ("episodes", "account_id"),
    ("episodes", "deal"),
    ("episodes", "owner_why"),
)
_NEW_INDEXES = (
    ("deals", ("system", "company_id")),
    ("scores", ("segment",)),
    ("episodes", ("account_id",)),
)


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("subject_id", _key_type()),
        _text("manager_id"),
        sa.Column("automated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recycled_at", sa.BigInteger()),
        sa.Column("traits_due", sa.Boolean(), server_default=sa.true(), nullable=False),
        _text("acts"),
        sa.Column("missed", sa.String(120), server_default="", nullable=False),
        sa.Column("reactivated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("mark", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("codes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("plain_due_at", sa.BigInteger()),
        sa.Column("warned_at", sa.BigInteger()),
        sa.Column("breached_at", sa.BigInteger()),
        sa.Column("reassigned_at", sa.BigInteger()),
        sa.Column("handover", sa.String(10), server_default="lead", nullable=False),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("deal", sa.String(160)),
        _text("owner_why"),
    ]


def _drop_scores() -> None:
    op.drop_table("score_lines")
    op.execute(sa.text("DELETE FROM scores"))
    _create_score_lines(_text("evidence"))
    _everybody_is_due()


def _create_score_lines(evidence: sa.Column[object]) -> None:
    op.create_table(
        "score_lines",
        sa.Column("person_id", _key_type(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("axis", sa.String(12), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger()),
        evidence,
        _text("detail"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_score_lines_person_id")),
        sa.PrimaryKeyConstraint("person_id", "seq", name=op.f("pk_score_lines")),
        sqlite_with_rowid=False,
    )


def _everybody_is_due() -> None:
    persons = sa.table("persons", sa.column("score_due", sa.Boolean()), sa.column("merged_into", sa.BigInteger()))
    op.execute(persons.update().where(persons.c.merged_into.is_(None)).values(score_due=True))
    op.execute(sa.text("DELETE FROM facts WHERE key = 'scored_for'"))


def _key_type() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)
