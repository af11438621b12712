"""Small worlds written by hand: one person, a few acts, one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from sync.scoring.conditions import TEXT_FIELDS
from sync.scoring.definition import AnyRule, Dormancy, Model
from sync.scoring.engine import Engine, Inputs, Results
from sync.scoring.engine.columns import ACTS, PERSONS, SUBJECTS, TEXTS
from sync.scoring.model import load_model

TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
DAY = 86_400
SUBJECTS_BY_NAME = {
    "price": ("page_view", "https://www.example.co.jp/price", ""),
    "case": ("page_view", "https://www.example.co.jp/case-study/a", ""),
    "compare": ("page_view", "https://www.example.co.jp/compare", ""),
    "open": ("email_open", "", "料金のご案内"),
    "download": ("content_download", "", "whitepaper"),
    "demo": ("form_submit", "", "デモ依頼"),
}
_NUMBERS = {name: number for number, name in enumerate(SUBJECTS_BY_NAME, 1)}


def at(timezone: str, year: int, month: int, day: int, hour: int = 12, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo(timezone)).timestamp())


def one_person(acts: Iterable[tuple[int, str]], texts: Mapping[str, str] | None = None, **known: int | None) -> Inputs:
    """Person 7 with acts (when, a name of SUBJECTS_BY_NAME), numbered from 1 on."""
    words = dict(texts or {})
    numbers = {name: number for number, name in enumerate(words, 1)}
    person: dict[str, int | None] = {name: numbers.get(name, 0) for name in (*TEXT_FIELDS, "domains")}
    person |= {"person_id": 7, "first_known_at": 1_700_000_000, "employees": None, "lost_at": None, "recycled_at": None}
    person |= {"opted_out": 0, "customer": 0, "open_deal": 0, **known}
    rows = [
        {"person_id": 7, "at": when, "activity_id": number, "subject_id": _NUMBERS[name]}
        for number, (when, name) in enumerate(acts, 1)
    ]
    return Inputs(
        persons=pa.Table.from_pylist([person], PERSONS),
        acts=pa.Table.from_pylist(rows, ACTS),
        subjects=pa.Table.from_pylist([_subject(name) for name in SUBJECTS_BY_NAME], SUBJECTS),
        texts=pa.Table.from_pylist([{"id": numbers[name], "text": words[name]} for name in words], TEXTS),
    )


def model_of(*rules: AnyRule, **fixed: object) -> Model:
    """Hot at 80, nurture at 50, floors of 10, two distinct acts; 90 days to dormancy, which subtracts 50."""
    settled = {"dormancy": Dormancy(90, "subtract", 50_000), "exclusions": (), "cache": {}, **fixed}
    return replace(load_model("basic"), rules=rules, **settled)  # type: ignore[arg-type]


def whole(engine: Engine, inputs: Inputs, model: Model, as_of: int, timezone: str, **more: pa.Table) -> Results:
    """All blocks in one."""
    parts = list(engine.score(inputs, model, as_of, timezone, **more))
    names = ("scores", "lines", "evidence")
    return Results(*(pa.concat_tables([getattr(part, name) for part in parts]) for name in names))


def _subject(name: str) -> dict[str, object]:
    kind, url, title = SUBJECTS_BY_NAME[name]
    form = kind == "form_submit"
    return {
        **{"id": _NUMBERS[name], "kind": kind, "url": url, "title": "" if form else title, "content_id": name},
        **{"content_name": title if form else "", "content_type": "", "status": "", "responded": 0},
    }
