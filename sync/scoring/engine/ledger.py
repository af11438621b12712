"""SQL of what becomes of the lines: sums, clamp, dormancy, exclusion, band, hot conditions, mark; and who changed."""

from __future__ import annotations

from collections.abc import Collection

from sync.scoring.definition import TOP
from sync.scoring.engine import BANDS
from sync.scoring.engine.activity import ACTIVE, activity_proofs
from sync.scoring.engine.columns import SCORES
from sync.scoring.engine.earning import Earning
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.lookups import BITS, interest_items
from sync.scoring.engine.people import PEOPLE
from sync.scoring.engine.steps import INTERESTS, KNOWN, PROOF, RULES, SUBJECTS, Setting, Step, nothing, union
from sync.scoring.engine.waking import AWAKE
from sync.scoring.scorer import CONDITIONS, DORMANT, EXCLUDED, HOLD, HOT, NURTURE, mark_weights

SUMS, TOTALS, NEAR, TOPICS, CHANGED = (f"scoring_{name}" for name in ("sums", "totals", "near", "topics", "changed"))
CLAMPED, SLEEPING, SHUT_OUT = -1, -2, -3  # lines that are no rule's
_SOBER, _SOBER_SUMS = "scoring_sober", "scoring_sober_sums"
_TIME_IN_MARK = 1_000_003
_ATTRIBUTE, _ENGAGEMENT, _DISTINCT, _RECYCLED = (1 << bit for bit, _ in enumerate(CONDITIONS))


def flag(rule: str) -> str:
    """A bit that tells which rules gave a person a line, attribute rules aside; none for rules after the 60th."""
    return f"case when {rule} < {BITS} then cast(1 as bigint) << cast({rule} as int) else 0 end"


class Ledgers:
    """From lines to scores, of the acts in AWAKE."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.earning = Earning(setting, AWAKE, "scoring")
        self._sober = Earning(setting, _SOBER, _SOBER) if setting.takes_opens else None

    def steps(self, known: Collection[str] | None) -> list[Step]:
        """CHANGED: the rows of `SCORES` that are to be told, and of what the total was made. `known`: the columns that
        KNOWN has; without it, everybody is told."""
        hot = self._setting.model.hot_threshold
        near = f"select t.person_id from {TOTALS} t where t.total >= {hot}"
        changed = self._scores() if known is None else self._differing(known)
        return [
            Step(SUMS, self._sums()),
            Step(TOTALS, self._totals(), stored=True),
            Step(NEAR, near, stored=True),
            *self._sober_steps(),
            Step(TOPICS, self._topics(), stored=True),
            Step(CHANGED, changed, stored=True),
        ]

    def _sums(self) -> str:
        lines = f"select * from {self.earning.lines} union all select * from {ACTIVE}"
        mark = (
            "l.points * r.mark_points + l.taken * r.mark_count + l.code * r.mark_code"
            f" + l.last_at % {_TIME_IN_MARK} * r.mark_last_at"
        )
        return f"""select u.person_id, cast(sum(u.behaviour) as bigint) as behaviour,
cast(sum(u.activity) as bigint) as activity, cast(sum(u.mark) as bigint) as mark, max(u.back) as back,
max(u.interest) as interest, bit_or(u.flag) as present from (
select l.person_id, case when r.is_behaviour = 1 then l.points else 0 end as behaviour,
case when r.is_behaviour = 0 then l.points else 0 end as activity, {mark} as mark,
case when r.reactivates = 1 and l.points > 0 then 1 else 0 end as back, cast(-1 as bigint) as interest,
{flag("l.rule")} as flag from ({lines}) l join {RULES} r on r.rule = l.rule and r.segment = 0
union all
select i.person_id, 0, 0, 0, 0, {self._interest_weight()}, 0 from {self.earning.tallies} i where i.rule < 0
) u group by u.person_id"""

    def _interest_weight(self) -> str:
        """One number by which interests compare: a theme before a tag, then acts, then the newest, then the rank."""
        model, items = self._setting.model, self._interests
        days = model.dormancy.days
        span = (days + 2) * DAY + 1
        most = 2**61 // (span * items)
        themes = len(model.content.themes)
        count = f"least(i.taken, {most - 1}) + case when i.rule >= {-themes} then {most} else 0 end"
        return f"(({count}) * {span} + i.last_at - {self._setting.since(days)}) * {items} + {items} + i.rule"

    @property
    def _interests(self) -> int:
        return max(1, len(interest_items(self._setting.model)))

    def _totals(self) -> str:
        """Nested from the inside: axis sums; clamp; dormancy; exclusion."""
        setting, dormancy = self._setting, self._setting.model.dormancy
        taken = "greatest(t.behaviour + t.activity, 0)" if setting.wipes else str(dormancy.points)
        return f"""select t.*, case when t.exclusion > 0 then 0 else t.clamped + t.sleep end as total from (
select t.*, case when t.dormant = 1 then -least({taken}, t.clamped) else 0 end as sleep from (
select t.*, least(greatest(t.attribute + t.behaviour + t.activity, 0), {TOP}) as clamped from (
select p.person_id, p.segment, p.exclusion, p.last_at, p.recycled_at, p.attribute,
coalesce(s.behaviour, 0) as behaviour, coalesce(s.activity, 0) as activity,
p.attribute_mark + coalesce(s.mark, 0) as rule_mark, coalesce(s.present, 0) as present,
coalesce(i.position, 0) as interest,
case when p.sellable = 1 then coalesce(s.back, 0) else 0 end as reactivated,
case when coalesce(p.last_day, p.first_day) <= {setting.today - dormancy.days * DAY} then 1 else 0 end as dormant
from {PEOPLE} p left join {SUMS} s on s.person_id = p.person_id
left join {INTERESTS} i on s.interest >= 0 and i.rank = s.interest % {self._interests}
) t) t) t"""

    # --- hot conditions: only of those whose total is high enough ---

    def _sober_steps(self) -> list[Step]:
        """What the acts would earn had nobody near the threshold opened a mail."""
        if not self._sober:
            return []
        acts = f"select a.* from {AWAKE} a join {NEAR} n on n.person_id = a.person_id where a.open = 0"
        lines = f"select * from {self._sober.lines} union all select * from {ACTIVE}"
        sums = f"select l.person_id, cast(sum(l.points) as bigint) as points from ({lines}) l group by l.person_id"
        return [Step(_SOBER, acts, stored=True), *self._sober.steps(interests=False), Step(_SOBER_SUMS, sums)]

    def _topics(self) -> str:
        """How many distinct acts earned points, and whether one was strong."""
        acts = self._sober or self.earning
        proofs = [*acts.act_proofs(NEAR), *acts.chain_proofs(NEAR), *activity_proofs(self._setting, NEAR)]
        return f"""select x.person_id, count(distinct s.topic) as topics, max(s.strong) as strong
from ({union(proofs, nothing(*PROOF))}) x join {SUBJECTS} s on s.subject_id = x.subject_id where x.points > 0
group by x.person_id"""

    def _missed(self) -> str:
        model = self._setting.model
        engagement = "coalesce(h.points, 0)" if self._sober else "t.behaviour + t.activity"
        few = f"coalesce(o.topics, 0) < {model.distinct_acts} and coalesce(o.strong, 0) = 0"
        recycled = "t.recycled_at is not null and coalesce(t.last_at, t.recycled_at) <= t.recycled_at"
        missing = (
            (f"t.attribute < {model.attribute_floor}", _ATTRIBUTE),
            (f"{engagement} < {model.engagement_floor}", _ENGAGEMENT),
            (few, _DISTINCT),
            (recycled, _RECYCLED),
        )
        return " + ".join(f"case when {condition} then {bit} else 0 end" for condition, bit in missing)

    # --- scores, and who differs from what is known ---

    def _scores(self) -> str:
        model = self._setting.model
        sober = f"left join {_SOBER_SUMS} h on h.person_id = t.person_id" if self._sober else ""
        return f"""select t.person_id, t.attribute, t.behaviour, t.activity,
t.total - t.attribute - t.behaviour - t.activity as adjustment, t.total, {self._band()} as band, t.exclusion, t.segment,
t.interest, t.missed, t.reactivated, t.last_at as last_act_at, t.rule_mark{self._adjustment_marks()} as mark,
t.clamp, t.dormant, t.sleep, t.shut, t.present from (
select t.*, t.clamped - t.attribute - t.behaviour - t.activity as clamp, -t.clamped - t.sleep as shut,
case when t.total >= {model.hot_threshold} then {self._missed()} else 0 end as missed
from {TOTALS} t left join {TOPICS} o on o.person_id = t.person_id {sober}) t"""

    def _band(self) -> str:
        model = self._setting.model
        number = {name: position for position, name in enumerate(BANDS, 1)}
        return f"""case when t.exclusion > 0 then {number[EXCLUDED]} when t.dormant = 1 then {number[DORMANT]}
when t.total >= {model.hot_threshold} and t.missed = 0 then {number[HOT]}
when t.total >= {model.nurture_threshold} then {number[NURTURE]} else {number[HOLD]} end"""

    def _adjustment_marks(self) -> str:
        made = (
            (CLAMPED, "t.clamp <> 0", "t.clamp", "0"),
            (SLEEPING, "t.dormant = 1", "t.sleep", f"coalesce(t.last_at, 0) % {_TIME_IN_MARK}"),
            (SHUT_OUT, "t.exclusion > 0", "t.shut", "0"),
        )
        terms = []
        for number, condition, given, time in made:
            points, count, _, last_at = mark_weights(number)
            mark = f"{given} * cast({points} as bigint) + {count} + {time} * cast({last_at} as bigint)"
            terms.append(f" + case when {condition} then {mark} else 0 end")
        return "".join(terms)

    def _differing(self, known: Collection[str]) -> str:
        differs = ["k.person_id is null"]
        for field in SCORES:
            if field.name in known and field.name != "person_id":
                pair = f"t.{field.name}", f"k.{field.name}"
                mine, theirs = (f"coalesce({each}, -1)" if field.nullable else each for each in pair)
                differs.append(f"{mine} <> {theirs}")
        return f"""select t.* from ({self._scores()}) t left join {KNOWN} k on k.person_id = t.person_id
where {" or ".join(differs)}"""
