"""SQL of what acts earn one by one: rules that count acts, sequences and reactivations, with cool-downs and caps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sync.scoring.definition import AnyRule
from sync.scoring.engine.cooling import cool_down_steps, cooled_names
from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.lookups import code_of, points_of
from sync.scoring.engine.people import PEOPLE
from sync.scoring.engine.sequences import chains_name, chains_steps, events_name
from sync.scoring.engine.steps import PROOF, RULES, TAKES, WORTHS, Setting, Step, listed, nothing, union
from sync.scoring.engine.waking import WOKE

_TAKEN = ("person_id", "rule", "bit", "points", "worth", "day", "acted", "activity_id", "subject_id")


class Earning:
    """What the acts in the step `source` earn; `prefix` tells its steps from those of other acts."""

    def __init__(self, setting: Setting, source: str, prefix: str) -> None:
        self._setting = setting
        self._source = source
        self._prefix = prefix

    @property
    def tallies(self) -> str:
        """By person and `rule` (a rule's position, or below 0 an interest): taken, last_at, points before any cap or
        cool-down, code."""
        return f"{self._prefix}_tallies"

    @property
    def lines(self) -> str:
        """Ledger lines: person_id, rule, points, taken, last_at, code."""
        return f"{self._prefix}_counted"

    def steps(self, interests: bool) -> list[Step]:
        """With `interests`, themes and tags are tallied too."""
        steps = chains_steps(self._setting, self._source, self._prefix)
        steps.append(Step(self.tallies, self._tallies(interests), stored=True))
        steps += cool_down_steps(self._setting, self._prefix, self._taken_by)
        steps.append(Step(self.lines, self._lines()))
        return steps

    def act_proofs(self, persons: str) -> list[str]:
        """SELECTs of PROOF: the acts behind the lines of the persons in a step, sequences aside."""
        return [_proof(taken, persons) for taken in self._takes(self._setting.counting)]

    def chain_proofs(self, persons: str) -> list[str]:
        """Of sequences. An act may come more than once."""
        chains = [*self._chains(self._setting.sequences), *self._chain_acts()]
        return [_proof(taken, persons) for taken in chains]

    def _taken_by(self, numbers: Iterable[int]) -> str:
        wanted = set(numbers)
        sequences = [number for number in self._setting.sequences if number in wanted]
        others = sorted(wanted - set(sequences))
        return union([*self._takes(others), *self._chains(sequences)], nothing(*_TAKEN))

    def _tallies(self, interests: bool) -> str:
        sequences = self._setting.sequences
        takes = self._takes([number for number in self._setting.counting if number not in sequences], interests)
        taken = union([*takes, *self._chains(sequences)], nothing(*_TAKEN))
        return f"""select x.person_id, x.rule, cast(count(*) as bigint) as taken, max(x.acted) as last_at,
cast(sum(x.worth) as bigint) as points, bit_or(x.bit) as code from ({taken}) x group by x.person_id, x.rule"""

    def _lines(self) -> str:
        setting, joins, points = self._setting, [], "t.points"
        if setting.segmented:
            joins.append(f"join {PEOPLE} p on p.person_id = t.person_id")
        segment = "p.segment" if setting.segmented else "0"
        joins.append(f"join {RULES} r on r.rule = t.rule and r.segment = {segment}")
        if names := cooled_names(setting, self._prefix):
            cooled = union([f"select c.person_id, c.rule, c.points from {name} c" for name in names], "")
            joins.append(f"left join ({cooled}) c on c.person_id = t.person_id and c.rule = t.rule")
            points = "coalesce(c.points, t.points)"
        return f"""select t.person_id, t.rule, least(greatest({points}, r.low), r.high) as points, t.taken, t.last_at,
t.code from {self.tallies} t {" ".join(joins)}"""

    # --- acts that rules take ---

    def _takes(self, numbers: Iterable[int], interests: bool = False) -> Iterator[str]:
        """SELECTs of _TAKEN: acts of rules that are no sequences, and of interests below 0."""
        setting, back = self._setting, self._setting.reactivations
        wanted = [number for number in numbers if number not in setting.sequences]
        plain = [number for number in wanted if number not in back]
        recent = f"a.day > {setting.today} - t.span"
        if plain or interests:
            items = [f"t.rule in ({listed(plain)})"] if plain else []
            items += ["t.rule < 0"] if interests else []
            yield self._take(f"{recent} and ({' or '.join(items)})")
        for number in wanted:
            if number in back:
                yield self._take_back(number, recent)

    def _take_back(self, number: int, recent: str) -> str:
        """Of a reactivation: only what comes after the loss, or after a sleep that ended within the window."""
        rule = self._setting.reactivations[number]
        reasons, joins = [], ""
        if rule.after_loss:
            reasons.append("a.acted > p.lost_at")
        if rule.after_dormancy:
            joins = f"left join {WOKE} v on v.person_id = a.person_id"
            lately = f"v.woke_day > {self._setting.today - rule.window_days * DAY}"
            since = "a.acted > v.woke_at or (a.acted = v.woke_at and a.activity_id >= v.woke_id)"
            reasons.append(f"({lately} and ({since}))")
        return self._take(f"{recent} and t.rule = {number} and ({' or '.join(reasons) or '1 = 0'})", joins, True)

    def _take(self, where: str, joins: str = "", with_person: bool = False) -> str:
        setting = self._setting
        if with_person or setting.segmented:
            joins += f" join {PEOPLE} p on p.person_id = a.person_id"
        points = worth = "t.points"
        if setting.looks_up_worth:
            joins += self._worth_join("a", "t.code")
            points, worth = "coalesce(e.points, 0)", "coalesce(e.worth, 0)"
        return f"""select a.person_id, t.rule, t.bit, {points} as points, {worth} as worth, a.day, a.acted,
a.activity_id, a.subject_id from {self._source} a join {TAKES} t on t.subject_id = a.subject_id {joins}
where {where}"""

    def _worth_join(self, acts: str, code: str) -> str:
        segment = "p.segment" if self._setting.segmented else "0"
        age = f"greatest({self._setting.today} - {acts}.day, 0)"
        return (
            f" left join {WORTHS} e on e.segment = {segment} and e.code = {code} and e.week = {age} - {age} % {7 * DAY}"
        )

    # --- acts that end or belong to sequences ---

    def _chains(self, numbers: Iterable[int]) -> Iterator[str]:
        """SELECTs of _TAKEN: acts that end a sequence in time."""
        for number in numbers:
            yield self._chain(number, "c.acted, c.activity_id, c.subject_id", "")

    def _chain_acts(self) -> Iterator[str]:
        """SELECTs of _TAKEN: the acts before those, step by step."""
        for number, rule in self._setting.sequences.items():
            length = len(rule.steps)
            for step in range(1, length):
                same = f"b.person_id = c.person_id and b.rule = c.rule and b.nth = c.nth{step}"
                joins = f"join {events_name(self._prefix, length)} b on {same}"
                yield self._chain(number, "b.acted, b.activity_id, b.subject_id", joins)

    def _chain(self, number: int, act: str, joins: str) -> str:
        setting = self._setting

        def points_in(rules: tuple[AnyRule, ...]) -> str:
            return str(points_of(rules[number])[0])

        points = worth = setting.by_segment("p", points_in)
        if setting.segmented:
            joins += f" join {PEOPLE} p on p.person_id = c.person_id"
        if setting.looks_up_worth:
            joins += self._worth_join("c", str(code_of(number, 0)))
            worth = "coalesce(e.worth, 0)"
        return f"""select c.person_id, c.rule, 0 as bit, {points} as points, {worth} as worth, c.day, {act}
from {chains_name(self._prefix, len(setting.sequences[number].steps))} c {joins} where c.rule = {number}"""


def _proof(taken: str, persons: str) -> str:
    columns = ", ".join(f"x.{name}" for name in PROOF)
    return f"select {columns} from ({taken}) x join {persons} w on w.person_id = x.person_id"
