"""The people of people/*.yaml, and how to make up more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sync.core.activity import Kind
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model, bound, load_model
from sync.scoring.scorer import Score, score

TOKYO = "Asia/Tokyo"
NOON = int(datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(TOKYO)).timestamp())  # a Friday
DAY = 86_400
LISTS = {"competitor": ["rival.co.jp"], "own": ["ours.co.jp"]}
# How people/*.yaml write an act: the word, the kind pulled from a CRM, and a campaign member's status.
_ACTS = {
    "page": (Kind.PAGE_VIEW, ""),
    "click": (Kind.EMAIL_CLICK, ""),
    "open": (Kind.EMAIL_OPEN, ""),
    "revisit": (Kind.SITE_VISIT, ""),
    "download": (Kind.CONTENT_DOWNLOAD, ""),
    "form": (Kind.FORM_SUBMIT, ""),
    "trial": (Kind.TRIAL_SIGNUP, ""),
    "registered": (Kind.CAMPAIGN_RESPONSE, "Registered"),
    "attended": (Kind.CAMPAIGN_RESPONSE, "Attended"),
}
_WITH_ADDRESS = ("page", "click", "revisit")


@dataclass(frozen=True)
class Someone:
    """A person of people/*.yaml, and what is to come of her: points are thousandths."""

    model: str
    who: str
    facts: Facts
    band: str
    lines: Mapping[str, int]
    missed: tuple[str, ...]
    reactivated: bool


@cache
def model_named(name: str) -> Model:
    """A shipped model or example, with a competitor's and our own mail domain known."""
    return bound(load_model(name), LISTS)


def score_of(facts: Facts, model: str, days_later: int = 0) -> Score:
    """The score on a Friday at noon, or so many days later."""
    return score(facts, model_named(model), NOON + days_later * DAY, TOKYO)


def facts_of(
    acts: list[Mapping[str, Any]] | None = None, since: int = 60, lost: int | None = None, **known: Any
) -> Facts:
    """Somebody first seen `since` days ago. An act is {ago: days, page: /path} or {ago: days, form: its name}."""
    done = tuple(_act(number, act) for number, act in enumerate(acts or []))
    first = min([NOON - since * DAY, *(act.at for act in done)])
    nobody = Facts("p", "", "", "", "", None, "", "", (), False, "", "", first, done)
    return replace(nobody, lost_at=None if lost is None else NOON - lost * DAY, **known)


def _act(number: int, data: Mapping[str, Any]) -> Act:
    word = next(key for key in data if key in _ACTS)
    kind, status = _ACTS[word]
    about = {"url": f"https://www.example.co.jp{data[word]}"} if word in _WITH_ADDRESS else {"content_name": data[word]}
    at = NOON - round(data["ago"] * DAY)
    return Act(f"{number}", kind.value, at, status=status, responded=bool(status), seq=number, **about)


def people() -> list[Someone]:
    files = sorted((Path(__file__).parent / "people").glob("*.yaml"))
    return [_someone(file.stem, entry) for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))]


def _someone(model: str, data: Mapping[str, Any]) -> Someone:
    known = {**data.get("known", {})}
    if "email_domains" in known:
        known["email_domains"] = tuple(known["email_domains"])
    return Someone(
        model,
        data["who"],
        facts_of(data.get("acts"), data.get("since", 60), data.get("lost"), **known),
        data["band"],
        {rule: round(points * 1_000) for rule, points in data["lines"].items()},
        tuple(data.get("missed", ())),
        data.get("reactivated", False),
    )
