"""A scoring model: what earns points and what the points mean. All points are thousandths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.core.text import Text
from sync.scoring.conditions import Condition, Reading
from sync.scoring.facts import Facts
from sync.scoring.phrases import Phrases

ATTRIBUTE, BEHAVIOUR, ACTIVITY, ADJUSTMENT = "attribute", "behaviour", "activity", "adjustment"
SUBTRACT, ZERO_BEHAVIOUR = "subtract", "zero_behaviour"
CLAMP, DORMANCY, EXCLUSION = "clamp", "dormancy", "exclusion"  # ledger lines that are no rule's
TOP = 100_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A sort of content, or with `Content.themes` a subject."""

    id: str
    label: Text
    words: Phrases  # looked for in names, titles and URL paths
    url_words: Phrases  # looked for in URL paths only
    kind: str  # what a form or campaign response of this sort is; "" leaves it as it is
    implied_by: frozenset[str]  # kinds that carry the tag without any word
    strong_for: frozenset[str]  # effective kinds that make the act a strong one
    interest: bool  # whether it says what the person is interested in
    killer: bool = False  # content of the comparison stage, few people see it and many of them buy


@dataclass(frozen=True, slots=True)
class Status:
    """Words in a campaign member's status, and what they say about taking part."""

    words: Phrases
    means: str  # attended, registered or declined


@dataclass(frozen=True, slots=True)
class Content:
    tags: tuple[Tag, ...]  # the first matching tag with a `kind` decides a form's kind
    themes: tuple[Tag, ...]
    statuses: tuple[Status, ...]  # first match counts
    documents: frozenset[str]  # file name extensions, lower case


@dataclass(frozen=True, slots=True)
class Bucket:
    """`also` are conditions on other fields that must hold too."""

    id: str
    label: Text
    condition: Condition
    points: int
    unset: bool = False  # a target list that the operator has not filled in
    also: tuple[Condition, ...] = ()

    def holds(self, facts: Facts, reading: Reading) -> bool:
        return all(condition.holds(facts, reading) for condition in (self.condition, *self.also))


@dataclass(frozen=True, slots=True)
class Matcher:
    """Which acts a rule takes. With `page_tags`, the page the act happened on decides, else its own tags."""

    id: str
    label: Text
    kinds: frozenset[str]
    tags: frozenset[str]
    page_tags: frozenset[str]
    points: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Common to all rules; `cap` bounds the size of the sum, None when there is no bound."""

    id: str
    axis: str
    label: Text
    cap: int | None
    window_days: int  # an act counts on its own day and the `window_days - 1` days after it
    once_in_days: int  # 0: every act counts
    decay: tuple[int, ...]  # per mille by full weeks of age, the last value from then on

    def counts(self, age_days: int) -> bool:
        return age_days < self.window_days

    def weight(self, age_days: int) -> int:
        """Per mille of the points left at this age."""
        return self.decay[min(max(age_days, 0) // 7, len(self.decay) - 1)]


@dataclass(frozen=True, slots=True)
class AttributeRule(Rule):
    field: str
    buckets: tuple[Bucket, ...]

    @property
    def unset(self) -> bool:
        return any(bucket.unset for bucket in self.buckets)


@dataclass(frozen=True, slots=True)
class ActRule(Rule):
    matchers: tuple[Matcher, ...]  # exclusive: an act falls to the first that takes it


@dataclass(frozen=True, slots=True)
class SequenceRule(Rule):
    """Acts that take the steps in turn (two or more), the last at most `within_seconds` after the first."""

    steps: tuple[tuple[Matcher, ...], ...]
    within_seconds: int
    points: int


@dataclass(frozen=True, slots=True)
class ActiveDaysRule(Rule):
    """Acts on at least `days` different calendar days of the last `window_days`."""

    days: int
    points: int


@dataclass(frozen=True, slots=True)
class ActiveMonthsRule(Rule):
    """Acts in at least `months` different calendar months of the last `of_months`, the current one included.

    `window_days` is no shorter than these months; what counts are the months.
    """

    months: int
    of_months: int
    points: int


class Recent(NamedTuple):
    """`points` when the last act lies on today or one of the `within_days - 1` days before."""

    within_days: int
    points: int


@dataclass(frozen=True, slots=True)
class RecencyRule(Rule):
    """How long ago the last act was: the first of `steps` that fits, shortest first. `window_days` is the longest."""

    steps: tuple[Recent, ...]


@dataclass(frozen=True, slots=True)
class ReactivationRule(Rule):
    """Acts of somebody who comes back: after a sleep as long as dormancy, or after a lost deal.

    Only acts count from the one that woke her on (`after_dormancy`), or since the deal was lost (`after_loss`).
    """

    matchers: tuple[Matcher, ...]
    after_dormancy: bool
    after_loss: bool


AnyRule = AttributeRule | ActRule | SequenceRule | ActiveDaysRule | ActiveMonthsRule | RecencyRule | ReactivationRule


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Any of `groups` excludes: a group holds when all its conditions do."""

    id: str
    label: Text
    reason: Text
    groups: tuple[tuple[Condition, ...], ...]

    def holds(self, facts: Facts, reading: Reading) -> bool:
        return any(all(condition.holds(facts, reading) for condition in group) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Segment:
    id: str
    label: Text
    conditions: tuple[Condition, ...]  # all of them


@dataclass(frozen=True, slots=True)
class Dormancy:
    days: int
    mode: str
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`version` names the content: equal content has equal versions, whatever its comments and layout."""

    name: str
    version: str
    label: Text
    hot_threshold: int
    nurture_threshold: int
    attribute_floor: int
    engagement_floor: int
    distinct_acts: int
    dormancy: Dormancy
    rules: tuple[AnyRule, ...]
    segment_rules: Mapping[str, tuple[AnyRule, ...]]
    segments: tuple[Segment, ...]
    exclusions: tuple[Exclusion, ...]
    reading: Reading
    content: Content
    many_rules_reason: str = ""
    opportunity_days: int = 90  # how long after becoming hot an opportunity counts as its result
    win_days: int = 180
    source: str = ""  # the whole model as canonical JSON, vocabulary included: `model_file.from_source` reads it
    cache: dict[object, object] = field(default_factory=dict, compare=False, repr=False)
    """Content already tagged; owned by `content.tags_of`."""

    def segment_of(self, facts: Facts) -> str:
        """The first segment all of whose conditions hold, "" for none."""
        for segment in self.segments:
            if all(condition.holds(facts, self.reading) for condition in segment.conditions):
                return segment.id
        return ""

    def rules_for(self, segment: str) -> tuple[AnyRule, ...]:
        return self.segment_rules.get(segment, self.rules)

    def rule(self, rule_id: str) -> AnyRule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)
