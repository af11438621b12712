"""SQL of the three results: scores, ledger lines and evidence of those who are to be told."""

from __future__ import annotations

from sync.scoring.engine.activity import ACTIVE, activity_proofs
from sync.scoring.engine.columns import EVIDENCE, LINES, SCORES
from sync.scoring.engine.ledger import CHANGED, CLAMPED, SHUT_OUT, SLEEPING, Ledgers
from sync.scoring.engine.people import PEOPLE, attribute_lines, buckets
from sync.scoring.engine.steps import Setting, Step, nothing, union
from sync.scoring.scorer import EVIDENCE_LIMIT

SCORES_RESULT, LINES_RESULT, EVIDENCE_RESULT = (
    "scoring_result_scores",
    "scoring_result_lines",
    "scoring_result_evidence",
)
_AFTER_RULES = 1_000_000


def telling_steps(setting: Setting, ledgers: Ledgers) -> list[Step]:
    """Each result in its order."""
    scores = ", ".join(f"cast(t.{name} as bigint) as {name}" for name in SCORES.names)
    return [
        Step(SCORES_RESULT, f"select {scores} from {CHANGED} t order by t.person_id"),
        Step(LINES_RESULT, _lines(setting, ledgers)),
        Step(EVIDENCE_RESULT, _evidence(setting, ledgers)),
    ]


def _lines(setting: Setting, ledgers: Ledgers) -> str:
    who = f"join {CHANGED} w on w.person_id = l.person_id"
    kept = "l.person_id, l.rule, l.points, l.taken, l.last_at, l.code"
    columns = ", ".join(["p.person_id", "p.segment", *(f"p.{name}" for name in buckets(setting))])
    people = f"(select {columns} from {PEOPLE} p join {CHANGED} w on w.person_id = p.person_id)"
    lines = [f"select {kept}, l.rule as place from ({line}) l" for line in attribute_lines(setting, people)]
    lines += [f"select {kept}, l.rule as place from {name} l {who}" for name in (ledgers.earning.lines, ACTIVE)]
    lines += [
        _adjustment(CLAMPED, "t.clamp", "null", "t.clamp <> 0"),
        _adjustment(SLEEPING, "t.sleep", "t.last_act_at", "t.dormant = 1"),
        _adjustment(SHUT_OUT, "t.shut", "null", "t.exclusion > 0"),
    ]
    values = {
        "seq": "row_number() over (partition by l.person_id order by l.place) - 1",
        "count": "l.taken",
        "detail": "l.code",
    }
    chosen = ", ".join(f"cast({values.get(name, f'l.{name}')} as bigint) as {name}" for name in LINES.names)
    return f"select {chosen} from ({union(lines, '')}) l order by person_id, seq"


def _adjustment(number: int, points: str, last_at: str, condition: str) -> str:
    return f"""select t.person_id, {number} as rule, {points} as points, 1 as taken,
cast({last_at} as bigint) as last_at, 0 as code, {_AFTER_RULES - number} as place from {CHANGED} t where {condition}"""


def _evidence(setting: Setting, ledgers: Ledgers) -> str:
    """An act that several sequences share is named once."""
    proofs = [*ledgers.earning.proofs(CHANGED), *activity_proofs(setting, CHANGED)]
    proofs = [f"select y.person_id, y.rule, y.acted, y.activity_id from ({proof}) y" for proof in proofs]
    acts = union(proofs, nothing("person_id", "rule", "acted", "activity_id"))
    if setting.sequences:
        acts = f"select distinct z.* from ({acts}) z"
    newest = "partition by x.person_id, x.rule order by x.acted desc, x.activity_id desc"
    chosen = ", ".join(f"cast(x.{name} as bigint) as {name}" for name in EVIDENCE.names)
    return f"""select {chosen} from (
select x.person_id, x.rule, x.activity_id, row_number() over ({newest}) - 1 as position from ({acts}) x) x
where x.position < {EVIDENCE_LIMIT} order by person_id, rule, position"""
