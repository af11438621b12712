"""What goes into a scoring engine and what comes out, as Arrow schemas. All numbers are integers.

Times are UTC epoch seconds, points thousandths. Texts are numbers of a dictionary (`TEXTS`), 0 for none; acts point to
what they were about (`SUBJECTS`), so that words are read once and not once an act.
"""

from __future__ import annotations

import pyarrow as pa

from sync.scoring.conditions import TEXT_FIELDS

NUMBER = pa.int64()


def _numbers(*names: str, nullable: tuple[str, ...] = ()) -> pa.Schema:
    return pa.schema([pa.field(name, NUMBER, nullable=name in nullable) for name in names])


TEXTS = pa.schema([pa.field("id", NUMBER, nullable=False), pa.field("text", pa.string(), nullable=False)])

# `domains`: mail domains, sorted, with spaces between.
PERSONS = _numbers(
    "person_id",
    "first_known_at",
    *TEXT_FIELDS,
    "domains",
    "employees",
    "opted_out",
    "customer",
    "open_deal",
    "lost_at",
    "recycled_at",
    nullable=("employees", "lost_at", "recycled_at"),
)

ACTS = _numbers("person_id", "at", "activity_id", "subject_id")

SUBJECTS = pa.schema(
    [
        pa.field("id", NUMBER, nullable=False),
        *(
            pa.field(name, pa.string(), nullable=False)
            for name in ("kind", "url", "title", "content_id", "content_name", "content_type", "status")
        ),
        pa.field("responded", NUMBER, nullable=False),
    ]
)

# One row a person. `band`, `exclusion`, `segment`, `interest` are positions: of `sync.scoring.engine.BANDS`, and in the
# model of exclusions, segments and of themes followed by tags, from 1 on, 0 for none. `missed` has a bit for each of
# `sync.scoring.scorer.CONDITIONS`.
SCORES = _numbers(
    "person_id",
    "attribute",
    "behaviour",
    "activity",
    "adjustment",
    "total",
    "band",
    "exclusion",
    "segment",
    "interest",
    "missed",
    "reactivated",
    "last_act_at",
    "mark",
    nullable=("last_act_at",),
)

# One row a ledger line, in the order of the ledger. `rule`: the rule's position in the model from 0 on, or
# -1 clamp, -2 dormancy, -3 exclusion. `detail`: for attribute rules the bucket's position from 1 on, 0 for none of
# them; for others bits of the matchers that took an act.
LINES = _numbers("person_id", "seq", "rule", "points", "count", "last_at", "detail", nullable=("last_at",))

# The acts behind a line, newest first and from position 0 on, at most `sync.scoring.scorer.EVIDENCE_LIMIT`.
EVIDENCE = _numbers("person_id", "rule", "position", "activity_id", "at", "subject_id")
