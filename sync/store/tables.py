"""The schema. Times are UTC epoch seconds, points thousandths, money minor units; JSON columns hold lists and maps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite only numbers rows by itself when the key column's type is exactly INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _Key, primary_key=True, autoincrement=True)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _time(name: str, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _list(name: str) -> Column[Any]:
    return Column(name, JSON, nullable=False, server_default=text("'[]'"))


def _vendor_columns() -> list[Column[Any]]:
    """What every source record has: whose it is, its state, and how fresh our copy is."""
    return [
        _id(),
        Column("system", String(20), nullable=False),
        Column("object", String(40), nullable=False),
        Column("vendor_id", String(120), nullable=False),
        Column("state", String(12), nullable=False),
        _time("modified_at", nullable=False),
        _time("seen_at", nullable=False),
        Column("digest", String(32), nullable=False),
    ]


people = Table(
    "people",
    metadata,
    *_vendor_columns(),
    Column("successor_object", String(40)),
    Column("successor_id", String(120)),
    _time("created_at"),
    _text("email"),
    Column("other_emails", JSON, nullable=False),
    _text("first_name"),
    _text("last_name"),
    _text("first_kana"),
    _text("last_kana"),
    _text("title"),
    _text("department"),
    _text("company_name"),
    Column("company_id", String(120)),
    _text("industry"),
    Column("employees", BigInteger),
    _text("phone"),
    _list("other_phones"),
    _text("website"),
    _text("country"),
    _text("region"),
    _text("city"),
    _text("owner_id"),
    _text("source"),
    _text("status"),
    Column("opted_out", Boolean, nullable=False),
    Column("links", JSON, nullable=False),
    Column("absorbed", JSON, nullable=False),
    Column("own", JSON, nullable=False),
    _time("own_at"),
    _time("first_seen_at", nullable=False),
    _time("changed_at"),  # vendor time of the last change in substance
    Column("person_id", _Key, ForeignKey("persons.id")),
    Column("unresolved", SmallInteger, nullable=False, server_default="3"),  # `sync.repository.Step`
    UniqueConstraint("system", "object", "vendor_id"),
    Index(None, "person_id"),
    Index("ix_people_unresolved", "unresolved"),
    Index(None, "system", "company_id"),
)

companies = Table(
    "companies",
    metadata,
    *_vendor_columns(),
    _time("created_at"),
    _text("name"),
    _text("domain"),
    _text("industry"),
    Column("employees", BigInteger),
    _text("country"),
    _text("region"),
    _text("owner_id"),
    _list("links"),
    _list("absorbed"),
    Column("account_id", BigInteger),  # the smallest id among the records that are this company
    Column("unjoined", Boolean, nullable=False, server_default=true()),  # changed since accounts were made
    UniqueConstraint("system", "object", "vendor_id"),
    Index(None, "account_id"),
    Index(None, "unjoined"),
)

company_keys = Table(
    "company_keys",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # `sync.identity.accounts.key_number`
    Column("company_id", _Key, ForeignKey("companies.id"), primary_key=True, autoincrement=False),
    Index(None, "company_id"),
    sqlite_with_rowid=False,
)

deals = Table(
    "deals",
    metadata,
    *_vendor_columns(),
    _time("created_at"),
    _time("closed_at"),
    _text("name"),
    Column("status", String(8), nullable=False),
    _text("stage"),
    Column("amount_minor", BigInteger),
    _text("currency"),
    Column("company_id", String(120)),
    _text("owner_id"),
    _list("links"),
    UniqueConstraint("system", "object", "vendor_id"),
    Index(None, "status", "closed_at"),
    Index(None, "system", "company_id"),
)

deal_people = Table(
    "deal_people",
    metadata,
    _id(),
    Column("system", String(20), nullable=False),
    Column("deal_id", String(120), nullable=False),
    Column("person_object", String(40), nullable=False),
    Column("person_vendor_id", String(120), nullable=False),
    Column("role_id", String(120), nullable=False, server_default=""),
    _text("role"),
    UniqueConstraint("system", "deal_id", "person_object", "person_vendor_id", "role_id"),
    Index(None, "system", "person_object", "person_vendor_id"),
    Index(None, "system", "role_id"),
)

activities = Table(
    "activities",
    metadata,
    *_vendor_columns(),
    Column("kind", String(30), nullable=False),
    _time("occurred_at", nullable=False),
    _text("channel"),
    _text("direction"),
    _text("url"),
    _text("title"),
    _text("content_id"),
    _text("author_id"),
    _text("message_id"),
    _text("status"),
    Column("responded", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
    _text("task_key"),
    Column("subject_id", _Key),  # in `subjects`; null for what is no act, and for what was stored before there were any
    UniqueConstraint("system", "object", "vendor_id"),
    Index("ix_activities_task_key", "task_key"),
)

activity_people = Table(
    "activity_people",
    metadata,
    _id(),
    Column("activity_id", _Key, ForeignKey("activities.id"), nullable=False),
    Column("who_object", String(40), nullable=False, server_default=""),
    Column("who_id", String(120), nullable=False, server_default=""),
    Column("who_email", String(320), nullable=False, server_default=""),
    Column("who_number", BigInteger),  # `who_email` as the key that records are found by
    Column("record_id", _Key, ForeignKey("people.id")),  # null until that person's record has been seen
    UniqueConstraint("activity_id", "who_object", "who_id", "who_email"),
    Index(None, "record_id"),
)

owners = Table(
    "owners",
    metadata,
    *_vendor_columns(),
    _text("email"),
    _text("name"),
    Column("active", Boolean, nullable=False),
    _text("manager_id"),
    Column("automated", Boolean, nullable=False, server_default=false()),  # an integration's user, nobody who calls
    UniqueConstraint("system", "object", "vendor_id"),
)

campaigns = Table(
    "campaigns",
    metadata,
    *_vendor_columns(),
    _text("name"),
    _text("type"),
    UniqueConstraint("system", "object", "vendor_id"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("system", String(20), primary_key=True),
    Column("stream", String(60), primary_key=True),
    Column("cursor", Text, nullable=False),
    _time("updated_at", nullable=False),
)

memory = Table(
    "memory",
    metadata,
    Column("system", String(20), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)

persons = Table(
    "persons",
    metadata,
    _id(),
    Column("key", String(40), nullable=False, unique=True),
    _time("created_at", nullable=False),
    Column("merged_into", _Key, ForeignKey("persons.id")),
    _time("first_hot_at"),
    _time("recycled_at"),  # sent back to nurture by an order: hot again only with a later act
    # Episodes that this person's key was used for and that stayed with another person when they parted.
    Column("last_number", Integer, nullable=False, server_default="0"),
    Column("score_due", Boolean, nullable=False),
    Column("traits_due", Boolean, nullable=False, server_default=true()),  # not only her acts may have changed
    Column("plan_due", Boolean, nullable=False),
    Index(None, "score_due"),
    Index(None, "plan_due"),
)

record_keys = Table(
    "record_keys",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # `sync.identity.keys.key_number`
    Column("record_id", _Key, ForeignKey("people.id"), primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Index(None, "record_id"),
    sqlite_with_rowid=False,
)

# Mailboxes under more names than one person has, numbers of whole companies: by what the records say.
shared_keys = Table(
    "shared_keys",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
)

# How many records bore each full name when all pairs were last weighed; names borne once are left out.
name_counts = Table(
    "name_counts",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("records", BigInteger, nullable=False),
)

pairs = Table(
    "pairs",
    metadata,
    Column("left_id", _Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),  # the smaller id
    Column("right_id", _Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("evidence", String(40), nullable=False, server_default=""),  # a stable word; "" for a weight alone
    _text("detail"),
    Column("weight", BigInteger, nullable=False),
    Column("name", BigInteger, nullable=False),
    Column("email", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("name_level", SmallInteger, nullable=False),
    Column("email_level", SmallInteger, nullable=False),
    Column("place_level", SmallInteger, nullable=False),
    Column("refused", String(40)),  # why two persons were kept apart although the pair is strong enough
    Index(None, "right_id"),
    Index(None, "weight"),
    Index(None, "refused"),
)

# What reviewers said. Rows are only added; of one pair the newest counts.
decisions = Table(
    "decisions",
    metadata,
    _id(),
    _time("at", nullable=False),
    _text("author"),
    Column("left_id", _Key, ForeignKey("people.id"), nullable=False),  # the smaller id
    Column("right_id", _Key, ForeignKey("people.id"), nullable=False),
    Column("verdict", String(10), nullable=False),  # same, different
    Column("weight", BigInteger),  # as the reviewer saw it; null when the pair had none
    Column("name", BigInteger),
    Column("email", BigInteger),
    Column("place", BigInteger),
    Column("name_level", SmallInteger),
    Column("email_level", SmallInteger),
    Column("place_level", SmallInteger),
    Index(None, "left_id", "right_id"),
    Index(None, "right_id"),
)

# Whose value a reviewer took for a field. Rows are only added; of one person and field the newest counts.
field_choices = Table(
    "field_choices",
    metadata,
    _id(),
    _time("at", nullable=False),
    _text("author"),
    Column("record_id", _Key, ForeignKey("people.id"), nullable=False),
    Column("field", String(40), nullable=False),
    Index(None, "record_id"),
)

# Who became one person, who parted, which record went where. Rows are only added.
person_log = Table(
    "person_log",
    metadata,
    _id(),
    _time("at", nullable=False),
    Column("kind", String(10), nullable=False),  # merge, split, join, leave
    Column("person_id", _Key, ForeignKey("persons.id"), nullable=False),
    Column("other_id", _Key, ForeignKey("persons.id")),
    Column("record_id", _Key, ForeignKey("people.id")),
    _text("cause"),
    Index(None, "person_id"),
    Index(None, "other_id"),
)

scores = Table(
    "scores",
    metadata,
    Column("person_id", _Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
    Column("attribute", BigInteger, nullable=False),
    Column("behaviour", BigInteger, nullable=False),
    Column("activity", BigInteger, nullable=False),
    Column("adjustment", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("band", String(10), nullable=False),
    _text("top_reason"),
    _text("reasons"),
    _text("talk_track"),
    _text("acts"),  # the two acts that a task's subject names, in words
    _text("interest"),
    _text("segment"),
    Column("exclusion", String(60)),
    Column("missed", String(120), nullable=False, server_default=""),  # hot conditions, with commas
    Column("reactivated", Boolean, nullable=False, server_default=false()),
    Column("mark", BigInteger, nullable=False, server_default="0"),  # of the ledger: `sync.scoring.scorer.mark`
    Column("codes", BigInteger, nullable=False, server_default="0"),  # the words as the model's numbers: `feeding`
    _time("last_act_at"),
    _time("hot_since"),
    Column("basis", String(32), nullable=False),  # digest of what was known, ageing aside
    Column("model_version", String(40), nullable=False),
    _time("as_of", nullable=False),
    Index(None, "band"),
    Index(None, "segment"),
)

# What the scoring engine reads: numbers, with the texts behind them told once.

texts = Table(
    "texts",
    metadata,
    _id(),
    Column("text", Text, nullable=False),
    Column("digest", String(32), nullable=False, unique=True),
)

subjects = Table(
    "subjects",
    metadata,
    _id(),
    Column("digest", String(32), nullable=False, unique=True),
    Column("kind", String(30), nullable=False),
    _text("url"),  # without its query
    _text("title"),
    _text("status"),
    Column("responded", Boolean, nullable=False),
    Column("content_system", String(20), nullable=False, server_default=""),  # whose form or campaign it is, if any
    Column("content_object", String(40), nullable=False, server_default=""),
    _text("content_id"),
    # Activities point to a subject without a name; one with the name is made when it is known, and when it changes.
    _text("content_name"),
    _text("content_type"),
    Column("named_id", _Key),  # of a subject without a name: the one to score by
)


def _act() -> list[Column[Any]]:
    """`since`: when the act came to be known of this person; 0 for what was known of her from the first.

    No foreign keys: three look-ups in large tables for each of millions of rows, all made of those tables.
    """
    return [
        Column("person_id", _Key, primary_key=True, autoincrement=False),
        Column("at", BigInteger, primary_key=True, autoincrement=False),
        Column("activity_id", _Key, primary_key=True, autoincrement=False),
        Column("subject_id", _Key, nullable=False),
        _time("since", nullable=False),
    ]


# Each own act of a person once, as the scorer sees them; brought up to date for who is due.
acts = Table("acts", metadata, *_act(), sqlite_with_rowid=False)

# Acts that were hers and are no more: moved, deleted, told differently. Rows are only added.
past_acts = Table(
    "past_acts",
    metadata,
    *_act(),
    Column("until", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

TRAIT_TEXTS = (
    "title", "department", "company_name", "industry", "country", "region", "city", "source", "status", "domains",
)  # fmt: skip


def _traits() -> list[Column[Any]]:
    """A person's attributes; of texts the number in `texts`, 0 for none. `domains`: sorted, with spaces between."""
    return [
        _time("since", nullable=False),
        _time("first_known_at", nullable=False),
        *(Column(name, BigInteger, nullable=False) for name in TRAIT_TEXTS),
        Column("employees", BigInteger),
        Column("opted_out", SmallInteger, nullable=False),
        Column("customer", SmallInteger, nullable=False),
        Column("open_deal", SmallInteger, nullable=False),
        _time("lost_at"),
        _time("recycled_at"),
    ]


traits = Table(
    "traits",
    metadata,
    Column("person_id", _Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
    *_traits(),
    Column("basis", String(32), nullable=False),  # digest of attributes and acts: all that the scorer starts from
)

# What `traits` held before, so that a past day can be scored as it was. Rows are only added.
past_traits = Table(
    "past_traits",
    metadata,
    _id(),
    Column("person_id", _Key, ForeignKey("persons.id"), nullable=False),
    *_traits(),
    _time("until", nullable=False),
    Index(None, "person_id", "until"),
)

# Whose traits and acts are fresh and whose score is not yet.
awaiting = Table(
    "awaiting",
    metadata,
    Column("person_id", _Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
)

# Every model that ever scored, whole: its canonical JSON.
model_versions = Table(
    "model_versions",
    metadata,
    Column("version", String(40), primary_key=True),
    _text("source"),
    _time("first_at", nullable=False),
    _time("used_at", nullable=False),
)

# What everybody was scored by, from when on. Rows are only added.
rules_in_force = Table(
    "rules_in_force",
    metadata,
    _id(),
    _time("since", nullable=False),
    Column("version", String(40), nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("lists", JSON, nullable=False),  # the domain lists that the model was bound to
)

# Who agreed to a model. Rows are only added.
sign_offs = Table(
    "sign_offs",
    metadata,
    _id(),
    Column("version", String(40), nullable=False),
    Column("role", String(20), nullable=False),  # marketing, sales, ...
    _text("name"),
    _time("at", nullable=False),
    _text("note"),
    Index(None, "version"),
)

# What salespeople said of scores, with the ledger of that moment. Rows are only added.
verdicts = Table(
    "verdicts",
    metadata,
    _id(),
    Column("person_id", _Key, ForeignKey("persons.id"), nullable=False),
    Column("record_id", _Key, ForeignKey("people.id"), nullable=False),
    _time("at", nullable=False),
    Column("verdict", String(20), nullable=False),
    _text("note"),
    Column("total", BigInteger, nullable=False),
    Column("band", String(10), nullable=False),
    Column("model_version", String(40), nullable=False),
    Column("lines", JSON, nullable=False),
    _text("answer"),
    Index(None, "record_id"),
    Index(None, "at"),
)

# Notices that go out of the house, each once.
notifications = Table(
    "notifications",
    metadata,
    _id(),
    Column("key", String(120), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),  # hot, sla_warning, sla_breach, model_change
    Column("person_id", _Key, ForeignKey("persons.id")),
    Column("episode_id", _Key, ForeignKey("episodes.id")),
    Column("payload", JSON, nullable=False),
    _time("created_at", nullable=False),
    _time("next_at", nullable=False),
    _time("sent_at"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("state", String(10), nullable=False),  # pending, sent, failed
    Index(None, "state"),
)

# Figures by day, to see how they move.
snapshots = Table(
    "snapshots",
    metadata,
    Column("day", String(10), primary_key=True),  # local, ISO
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

score_lines = Table(
    "score_lines",
    metadata,
    Column("person_id", _Key, ForeignKey("persons.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("rule", String(60), nullable=False),
    Column("axis", String(12), nullable=False),
    Column("points", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    _time("last_at"),
    _text("evidence"),  # numbers of activities, or the name of an attribute; newest first, spaces between
    _text("detail"),
    sqlite_with_rowid=False,
)

written = Table(
    "written",
    metadata,
    Column("record_id", _Key, ForeignKey("people.id"), primary_key=True, autoincrement=False),
    Column("fields", JSON, nullable=False),
    _time("acked_at", nullable=False),
    Column("basis", String(32), nullable=False),
    Column("total", BigInteger, nullable=False),
)

episodes = Table(
    "episodes",
    metadata,
    _id(),
    Column("person_id", _Key, ForeignKey("persons.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _time("opened_at", nullable=False),
    _time("hot_since", nullable=False),
    _time("cooled_at"),  # first seen below hot; a return within 14 days continues the episode
    _time("closed_at"),
    Column("total", BigInteger, nullable=False),
    Column("task_state", String(10), nullable=False),  # none, queued, ordered, made, failed
    Column("task_key", String(60), nullable=False, unique=True),
    Column("task_system", String(20)),
    Column("task_id", String(120)),
    _text("owner"),  # owner id in the task's system
    _time("ordered_at"),
    _time("due_at"),
    _time("plain_due_at"),  # 24 hours on, whatever the calendar says: the figure is measured beside the due time
    _time("acked_at"),
    Column("sla_state", String(10), nullable=False),
    _time("met_at"),
    _time("warned_at"),
    _time("breached_at"),
    _time("reassigned_at"),
    # lead: a follow-up of its own; account: named in the task of another person there; deal: told to a deal's owner
    Column("handover", String(10), nullable=False, server_default="lead"),
    Column("account_id", BigInteger),  # `companies.account_id` of the person when the episode opened
    Column("deal", String(160)),  # the open deal whose owner was told, as system:object:id
    _text("owner_why"),  # why this owner: a stable word, and what it says, after a space
    UniqueConstraint("person_id", "number"),
    Index(None, "account_id"),
    Index(None, "task_state"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", String(120), nullable=False, unique=True),
    Column("system", String(20), nullable=False),
    Column("kind", String(12), nullable=False),  # score, task, task_done, task_move, task_note, note
    Column("person_id", _Key, ForeignKey("persons.id"), nullable=False),
    Column("record_id", _Key, ForeignKey("people.id")),
    Column("episode_id", _Key, ForeignKey("episodes.id")),
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False),  # pending, sending, done, rejected, dropped
    Column("attempts", Integer, nullable=False),
    _time("next_at", nullable=False),
    _time("sent_at"),
    _time("done_at"),
    _text("reason"),
    Column("run_id", _Key, ForeignKey("runs.id")),
    Index(None, "state", "system"),
    Index(None, "person_id"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _time("at", nullable=False),
    Column("run_id", _Key, ForeignKey("runs.id")),
    Column("system", String(20), nullable=False),
    Column("object", String(40), nullable=False),
    Column("vendor_id", String(120), nullable=False),
    Column("person_id", _Key),
    Column("field", String(60), nullable=False),
    Column("old", Text),
    Column("new", Text),
    _text("response"),
    Index(None, "system", "object", "vendor_id"),
    Index(None, "run_id"),
    Index(None, "person_id"),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    Column("job", String(30), nullable=False),
    _time("started_at", nullable=False),
    _time("finished_at"),
    Column("state", String(12), nullable=False),  # running, done, failed, held, accepted, stopped
    Column("summary", JSON, nullable=False),
    Index(None, "job", "started_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("system", String(20), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("subject", String(120), primary_key=True),
    _text("text_en"),
    _text("text_ja"),
    _time("first_at", nullable=False),
    _time("last_at", nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("key", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("system", String(20), primary_key=True),
    Column("hour", BigInteger, primary_key=True, autoincrement=False),  # epoch hours
    Column("calls", BigInteger, nullable=False),
)
