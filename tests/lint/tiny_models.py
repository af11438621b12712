"""Models small enough that everybody can be tried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from sync.core.text import Text
from sync.scoring.conditions import Condition, Reading
from sync.scoring.definition import (
    ACTIVITY,
    ATTRIBUTE,
    BEHAVIOUR,
    SUBTRACT,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
    Content,
    Dormancy,
    Exclusion,
    Matcher,
    Model,
    ReactivationRule,
    RecencyRule,
    Recent,
    Segment,
    SequenceRule,
    Tag,
)
from sync.scoring.facts import Act
from sync.scoring.person_space import NOBODY, NOW
from sync.scoring.phrases import phrases
from sync.scoring.scorer import score
from sync.scoring.titles import read_titles

LABEL = Text("x", "x")
THOUSAND = 1_000
PAGES = ("alpha", "beta")


def tag(name: str, strong: bool) -> Tag:
    words = phrases([name])
    strong_for = frozenset({"page_view"}) if strong else frozenset()
    return Tag(name, Text(name, name), words, words, "", frozenset(), strong_for, True)


@dataclass(frozen=True)
class Sketch:
    """A tiny model: points by rule; all its acts are views of two pages."""

    size: tuple[int, int, int]  # small, large, unknown
    title: tuple[int, int]  # boss, else
    alpha: tuple[int, int, int]  # points, cap, cool-down
    beta: tuple[int, int, int]
    sequence: int
    days: int
    hot: int
    nurture: int
    attribute_floor: int
    engagement_floor: int
    distinct: int
    strong: bool
    excluded: str  # title that is excluded, or ""
    delta: int  # for bosses' segment, on alpha; 0: no segments
    malus: int = 0  # for any page view
    decay: tuple[int, ...] = (1_000,)
    extra: str = ""  # one more rule of this sort, worth 20
    dormancy_days: int = 90

    def model(self) -> Model:
        rules = self._rules(0)
        segments = (Segment("bosses", LABEL, (_says("boss"),)),) if self.delta else ()
        return Model(
            name="tiny",
            version="tiny-1",
            label=LABEL,
            hot_threshold=self.hot * THOUSAND,
            nurture_threshold=self.nurture * THOUSAND,
            attribute_floor=self.attribute_floor * THOUSAND,
            engagement_floor=self.engagement_floor * THOUSAND,
            distinct_acts=self.distinct,
            dormancy=Dormancy(self.dormancy_days, SUBTRACT, 50 * THOUSAND),
            rules=rules,
            segment_rules={"bosses": self._rules(self.delta)} if self.delta else {},
            segments=segments,
            exclusions=(Exclusion("out", LABEL, LABEL, ((_says(self.excluded),),)),) if self.excluded else (),
            reading=Reading(read_titles({}), frozenset()),
            content=Content((tag("alpha", self.strong), tag("beta", False)), (), (), frozenset()),
        )

    def _rules(self, delta: int) -> tuple[AnyRule, ...]:
        small, large, unknown = (points * THOUSAND for points in self.size)
        boss, other = (points * THOUSAND for points in self.title)
        rules: list[AnyRule] = [
            AttributeRule("size", ATTRIBUTE, LABEL, None, 0, 0, (1_000,), "employees", (
                Bucket("unknown", LABEL, Condition("employees", unknown=True), unknown),
                Bucket("small", LABEL, Condition("employees", below=100), small),
                Bucket("large", LABEL, Condition("employees", low=100), large),
            )),
            AttributeRule("title", ATTRIBUTE, LABEL, None, 0, 0, (1_000,), "title", (
                Bucket("boss", LABEL, _says("boss"), boss),
                Bucket("other", LABEL, Condition("title", other=True), other),
            )),
            replace(_page("alpha", *self.alpha, delta), decay=self.decay),
            _page("beta", *self.beta, 0),
        ]  # fmt: skip
        if self.sequence:
            steps = ((_view("alpha", 0),), (_view("beta", 0),))
            points = self.sequence * THOUSAND
            rules.append(SequenceRule("ab", BEHAVIOUR, LABEL, points, 90, 0, (1_000,), steps, 86_400, points))
        if self.days:
            points = self.days * THOUSAND
            rules.append(ActiveDaysRule("days", ACTIVITY, LABEL, points, 30, 0, (1_000,), 2, points))
        if self.malus:
            matcher = Matcher("", LABEL, frozenset({"page_view"}), frozenset(), frozenset(), -self.malus * THOUSAND)
            rules.append(ActRule("malus", BEHAVIOUR, LABEL, 2 * self.malus * THOUSAND, 90, 0, (1_000,), (matcher,)))
        return (*rules, *_EXTRA.get(self.extra, ()))


def _page(name: str, points: int, cap: int, once: int, delta: int) -> ActRule:
    cap_points = (cap + max(delta, 0)) * THOUSAND if cap else None
    matchers = (_view(name, (points + delta) * THOUSAND if points else 0),)
    return ActRule(name, BEHAVIOUR, LABEL, cap_points, 90, once, (1_000,), matchers)


def _view(name: str, points: int) -> Matcher:
    return Matcher("", LABEL, frozenset({"page_view"}), frozenset(), frozenset({name}), points)


def _says(word: str) -> Condition:
    return Condition("title", any_of=phrases([word]))


_THREE = ("beta", "alpha", "beta")
_ANY = Matcher("", LABEL, frozenset({"page_view"}), frozenset(), frozenset(), 20_000)
_SAME = (20_000, 90, 0, (1_000,))
_EXTRA: dict[str, tuple[AnyRule, ...]] = {
    "months": (ActiveMonthsRule("extra", ACTIVITY, LABEL, 20_000, 93, 0, (1_000,), 2, 3, 20_000),),
    "recency": (
        RecencyRule("extra", ACTIVITY, LABEL, 20_000, 60, 0, (1_000,), (Recent(5, 10_000), Recent(60, 20_000))),
    ),
    "after_dormancy": (ReactivationRule("extra", BEHAVIOUR, LABEL, *_SAME, (_ANY,), True, False),),
    "after_loss": (ReactivationRule("extra", BEHAVIOUR, LABEL, *_SAME, (_ANY,), False, True),),
    "three_steps": (
        SequenceRule(
            "extra",
            BEHAVIOUR,
            LABEL,
            *_SAME,
            tuple((_view(page, 0),) for page in ("beta", "alpha", "beta")),
            3_600,
            20_000,
        ),
    ),
    "too_many_days": (ActiveDaysRule("extra", ACTIVITY, LABEL, 20_000, 5, 0, (1_000,), 6, 20_000),),
}
_KNOWN = ((NOW, None), (NOW - 400 * 86_400, None), (NOW - 80 * 86_400, NOW - 70 * 86_400))  # since, deal lost
PEOPLE = tuple(
    replace(NOBODY, employees=employees, title=title, first_known_at=since, lost_at=lost)
    for employees, title in product((None, 50, 500), ("", "boss", "clerk", "boss clerk"))
    for since, lost in _KNOWN
)


def everybody(model: Model, most_acts: int) -> dict[str, int]:
    """Bands, with the highest total in each, of all persons with all sets of at most so many acts, minutes or days
    apart."""
    found: dict[str, int] = {}
    for acts in runs(most_acts):
        for one in PEOPLE:
            result = score(replace(one, acts=acts), model, NOW, "UTC")
            found[result.band] = max(result.total, found.get(result.band, 0))
    return found


@cache
def runs(most: int, both: bool = True) -> tuple[tuple[Act, ...], ...]:
    """`both`: pages about both subjects at once too."""
    pages = (*PAGES, "alpha/beta") if both else PAGES
    found: list[tuple[Act, ...]] = [()]
    for count in range(1, most + 1):
        for chosen in product(pages, repeat=count):
            for gaps in product((60, 86_400 * 32), repeat=count - 1):
                found.append(_run(chosen, gaps))
    return tuple(found)


def _run(pages: tuple[str, ...], gaps: tuple[int, ...]) -> tuple[Act, ...]:
    ages = [sum(gaps[index:]) for index in range(len(pages))]
    return tuple(
        Act(f"{number}", "page_view", NOW - age, url=f"https://site{number}.example/{page}", seq=number)
        for number, (page, age) in enumerate(zip(pages, ages, strict=True))
    )
