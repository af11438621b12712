"""SQL of the three results: scores, ledger lines and evidence of those who are to be told."""

from __future__ import annotations

from sync.scoring.engine.activity import ACTIVE, activity_proofs
from sync.scoring.engine.columns import EVIDENCE, LINES, SCORES
from sync.scoring.engine.ledger import CHANGED, CLAMPED, SHUT_OUT, SLEEPING, Ledgers, flag
from sync.scoring.engine.lookups import BITS
from sync.scoring.engine.people import PEOPLE, attribute_lines, attribute_rules, buckets
from sync.scoring.engine.steps import PROOF, Setting, Step, nothing, union
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
    columns = ", ".join(["p.person_id", "p.segment", "w.present", *(f"p.{name}" for name in buckets(setting))])
    people = f"(select {columns} from {PEOPLE} p join {CHANGED} w on w.person_id = p.person_id)"
    kept = "l.person_id, l.rule, l.points, l.taken, l.last_at, l.code, w.present, 0 as adjusted"
    who = f"join {CHANGED} w on w.person_id = l.person_id"
    lines = [
        *attribute_lines(setting, people),
        *(f"select {kept} from {name} l {who}" for name in (ledgers.earning.lines, ACTIVE)),
        _adjustment(CLAMPED, "t.clamp", "null", "t.clamp <> 0"),
        _adjustment(SLEEPING, "t.sleep", "t.last_act_at", "t.dormant = 1"),
        _adjustment(SHUT_OUT, "t.shut", "null", "t.exclusion > 0"),
    ]
    values = {"seq": _seq(setting), "count": "l.taken", "detail": "l.code"}
    chosen = ", ".join(f"cast({values.get(name, f'l.{name}')} as bigint) as {name}" for name in LINES.names)
    return f"select {chosen} from ({union(lines, '')}) l order by person_id, seq"


def _seq(setting: Setting) -> str:
    """How many lines of the person stand before this one. Counting bits spares a sort of all lines."""
    if len(setting.model.rules) > BITS:
        place = f"case when l.rule < 0 then {_AFTER_RULES} - l.rule else l.rule end"
        return f"row_number() over (partition by l.person_id order by {place}) - 1"
    always = sum(1 << number for number in attribute_rules(setting))
    before = f"(l.present | {always}) & ({flag('l.rule')} - 1)"
    adjusted = f"bit_count(l.present | {always}) + l.adjusted"
    return f"case when l.rule < 0 then {adjusted} else bit_count({before}) end"


def _adjustment(number: int, points: str, last_at: str, condition: str) -> str:
    earlier = {CLAMPED: (), SLEEPING: (_CLAMPED,), SHUT_OUT: (_CLAMPED, "t.dormant")}[number]
    return f"""select t.person_id, {number} as rule, {points} as points, 1 as taken,
cast({last_at} as bigint) as last_at, 0 as code, t.present, {" + ".join(earlier) or "0"} as adjusted
from {CHANGED} t where {condition}"""


_CLAMPED = "case when t.clamp <> 0 then 1 else 0 end"


def _evidence(setting: Setting, ledgers: Ledgers) -> str:
    """An act that several sequences share is named once."""
    earning = ledgers.earning
    columns = "y.person_id, y.rule, y.acted, y.activity_id, y.subject_id"
    acts = union([*earning.act_proofs(CHANGED), *activity_proofs(setting, CHANGED)], nothing(*PROOF))
    acts = f"select {columns} from ({acts}) y"
    if setting.sequences:
        acts += f" union all select distinct {columns} from ({union(earning.chain_proofs(CHANGED), '')}) y"
    newest = "partition by x.person_id, x.rule order by x.acted desc, x.activity_id desc"
    chosen = ", ".join(f"cast(x.{'acted' if name == 'at' else name} as bigint) as {name}" for name in EVIDENCE.names)
    return f"""select {chosen} from (
select x.*, row_number() over ({newest}) - 1 as position from ({acts}) x) x
where x.position < {EVIDENCE_LIMIT} order by person_id, rule, position"""
