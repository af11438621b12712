"""Random scoring models over the whole language, made of definitions and not of files: also what a file may not say."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from sync.core.text import Text
from sync.scoring.conditions import Condition, domain_pattern
from sync.scoring.definition import (
    ACTIVITY,
    ATTRIBUTE,
    BEHAVIOUR,
    SUBTRACT,
    ZERO_BEHAVIOUR,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
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
from sync.scoring.model import load_model
from sync.scoring.phrases import phrases

LABEL = Text("x", "x")
PLAIN = (1_000,)
KINDS = ("page_view", "email_click", "form_submit", "content_download", "email_open", "seminar_attended", "site_visit")
TAGS = ("pricing", "case_study", "simulator", "download", "seminar", "comparison", "demo", "contact")
THEMES = tuple(
    Tag(name, LABEL, phrases([name]), phrases([name]), "", frozenset(), frozenset(), True)
    for name in ("security", "cloud", "analytics")
)


def random_model(random: Random, **fixed: object) -> Model:
    """`fixed` replaces parts of it."""
    basic = load_model("basic")
    rules = tuple(_rule(random, number) for number in range(random.randrange(3, 11)))
    segments = tuple(
        Segment(f"segment{number}", LABEL, tuple(_condition(random) for _ in range(random.choice((1, 1, 2)))))
        for number in range(random.choice((0, 0, 1, 2)))
    )
    made = replace(
        basic,
        name="random",
        version=f"random-{random.getrandbits(32):08x}",
        rules=rules,
        segments=segments,
        segment_rules={segment.id: tuple(_moved(random, rule) for rule in rules) for segment in segments},
        exclusions=tuple(_exclusion(random, number) for number in range(random.choice((0, 1, 3)))),
        hot_threshold=random.choice((20_000, 40_000, 80_000)),
        nurture_threshold=random.choice((5_000, 15_000)),
        attribute_floor=random.choice((0, 10_000)),
        engagement_floor=random.choice((0, 10_000, 30_000)),
        distinct_acts=random.choice((1, 2, 3)),
        dormancy=Dormancy(random.choice((7, 30, 90)), *random.choice(((SUBTRACT, 50_000), (ZERO_BEHAVIOUR, 0)))),
        content=replace(basic.content, themes=random.choice(((), THEMES))),
        cache={},
    )
    return replace(made, **fixed)  # type: ignore[arg-type]


# --- rules ---


def _rule(random: Random, number: int) -> AnyRule:
    made = random.choice((_attribute, _acts, _acts, _acts, _sequence, _days, _months, _recency, _reactivation))
    return made(random, f"rule{number}")


def _attribute(random: Random, name: str) -> AttributeRule:
    field = random.choice(("title", "industry", "employees", "company_name", "email_domain", "opted_out", "lost_deal"))
    buckets = [_bucket(random, field, number) for number in range(random.randrange(1, 4))]
    if field not in ("opted_out", "lost_deal"):
        buckets.append(Bucket("unknown", LABEL, Condition(field, unknown=True), _points(random)))
    if field == "industry" and random.random() < 0.5:
        buckets.append(Bucket("other", LABEL, Condition(field, other=True), _points(random)))
    return AttributeRule(name, ATTRIBUTE, LABEL, None, 0, 0, PLAIN, field, tuple(buckets))


def _bucket(random: Random, field: str, number: int) -> Bucket:
    also = (_condition(random),) if random.random() < 0.2 else ()
    unset = random.random() < 0.15
    return Bucket(f"bucket{number}", LABEL, _condition(random, field), _points(random), unset, also)


def _acts(random: Random, name: str) -> ActRule:
    return ActRule(name, BEHAVIOUR, LABEL, *_counting(random), _matchers(random))


def _sequence(random: Random, name: str) -> SequenceRule:
    steps = tuple(_matchers(random, scoring=False) for _ in range(random.choice((2, 2, 3, 4))))
    within = random.choice((3_600, 86_400, 72 * 3_600, 30 * 86_400))
    return SequenceRule(name, BEHAVIOUR, LABEL, *_counting(random), steps, within, _points(random) or 5_000)


def _reactivation(random: Random, name: str) -> ReactivationRule:
    after = random.choice(((True, False), (False, True), (True, True)))
    return ReactivationRule(name, BEHAVIOUR, LABEL, *_counting(random), _matchers(random), *after)


def _days(random: Random, name: str) -> ActiveDaysRule:
    window = random.choice((1, 7, 30))
    days = random.randrange(1, min(window, 4) + 1)
    return ActiveDaysRule(name, ACTIVITY, LABEL, None, window, 0, PLAIN, days, _points(random))


def _months(random: Random, name: str) -> ActiveMonthsRule:
    of_months = random.choice((1, 3, 6))
    months = random.randrange(1, min(of_months, 3) + 1)
    return ActiveMonthsRule(name, ACTIVITY, LABEL, None, of_months * 31, 0, PLAIN, months, of_months, _points(random))


def _recency(random: Random, name: str) -> RecencyRule:
    days = sorted(random.sample((1, 7, 14, 30, 90), random.choice((1, 2, 3))))
    steps = tuple(Recent(within, _points(random)) for within in days)
    return RecencyRule(name, ACTIVITY, LABEL, None, days[-1], 0, PLAIN, steps)


def _counting(random: Random) -> tuple[int | None, int, int, tuple[int, ...]]:
    """Cap, window, cool-down and decay."""
    window = random.choice((1, 7, 30, 90, 180))
    decay = random.choice((PLAIN, PLAIN, (1_000, 700, 333, 0), tuple(int(1_000 * 0.85**week) for week in range(26))))
    return random.choice((None, 10_000, 30_000)), window, random.choice((0, 0, 1, 2, 7, 30)), decay


def _matchers(random: Random, scoring: bool = True) -> tuple[Matcher, ...]:
    made = []
    for number in range(random.choice((1, 1, 2, 3))):
        tags = frozenset(random.sample(TAGS, random.choice((0, 1, 2))))
        on_page = random.random() < 0.3
        kinds = frozenset(random.sample(KINDS, random.choice((1, 2, 3))))
        sort = (frozenset(), tags) if on_page else (tags, frozenset())
        made.append(Matcher(f"matcher{number}", LABEL, kinds, *sort, _points(random) if scoring else 0))
    return tuple(made)


def _points(random: Random) -> int:
    return random.choice((-20, -10, -5, 0, 1, 5, 7, 10, 15, 20, 30, 40)) * 1_000


def _moved(random: Random, rule: AnyRule) -> AnyRule:
    """As a segment's delta moves it: points and cap, nothing else; what is 0 stays so."""
    delta = random.choice((0, 0, 5_000, -10_000))

    def points(before: int) -> int:
        return before + delta if before else 0

    if isinstance(rule, AttributeRule):
        return replace(rule, buckets=tuple(replace(each, points=points(each.points)) for each in rule.buckets))
    if isinstance(rule, RecencyRule):
        return replace(rule, steps=tuple(Recent(days, points(before)) for days, before in rule.steps))
    if isinstance(rule, SequenceRule | ActiveDaysRule | ActiveMonthsRule):
        return replace(rule, points=points(rule.points))
    cap = None if rule.cap is None else rule.cap + max(delta, 0)
    return replace(rule, cap=cap, matchers=tuple(replace(each, points=points(each.points)) for each in rule.matchers))


# --- conditions ---


def _exclusion(random: Random, number: int) -> Exclusion:
    groups = tuple(
        tuple(_condition(random) for _ in range(random.choice((1, 1, 2)))) for _ in range(random.choice((1, 2)))
    )
    return Exclusion(f"exclusion{number}", LABEL, LABEL, groups)


def _condition(random: Random, field: str = "") -> Condition:
    field = field or random.choice(
        ("title", "industry", "region", "employees", "email_domain", "customer", "open_deal")
    )
    if field == "employees":
        low = random.choice((None, 50, 100, 300))
        return Condition(field, low=low, below=random.choice((None, (low or 0) + 50, 1_000)))
    if field == "email_domain":
        return Condition(
            field, domains=tuple(map(domain_pattern, random.choice((["rival.co.jp"], ["student.*", "a.jp"]))))
        )
    if field in ("opted_out", "customer", "open_deal", "lost_deal"):
        return Condition(field, flag=random.random() < 0.7)
    if field == "title" and random.random() < 0.5:
        levels = random.sample(("decision_maker", "manager", "staff"), random.choice((1, 2)))
        return Condition(field, levels=frozenset(levels))
    words = {"title": ("部長", "学生", "manager"), "industry": ("製造", "software"), "region": ("東京", "Osaka")}
    return Condition(field, any_of=phrases(random.sample(words.get(field, ("株式会社", "Acme")), 1), ("部長代理",)))
