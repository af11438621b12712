"""People and their scores for the tests of texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.scoring.definition import Model
from sync.scoring.facts import Act, Facts
from sync.scoring.model import load_model
from sync.scoring.scorer import Score, score

TOKYO = "Asia/Tokyo"
NOW = int(datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(TOKYO)).timestamp())
DAY = 86_400
BASIC = load_model("basic")
NOBODY = Facts("p", "", "", "", "", None, "", "", (), False, "", "", NOW - 10 * DAY, ())
HEAD = replace(NOBODY, title="営業部長", employees=500)


def view(path: str, days: int = 0, id: str = "", **more: object) -> Act:
    return Act(id or f"v{path}{days}", "page_view", NOW - days * DAY, url=f"https://x.jp{path}", **more)  # type: ignore[arg-type]


def of(person: Facts, *acts: Act, model: Model = BASIC, now: int = NOW) -> tuple[Facts, Score]:
    known = replace(person, acts=acts)
    return known, score(known, model, now, TOKYO)


HOT = of(
    HEAD,
    view("/case/1", 1),
    Act("s", "seminar_attended", NOW - 5 * DAY, content_name="DX推進セミナー"),
    Act("d", "form_submit", NOW - 3_600, content_name="デモ依頼"),
)
COLD = of(NOBODY)
STUDENT = of(replace(HEAD, title="学生"), view("/price"))
ASLEEP = of(HEAD, view("/price", 100, title="料金プラン"))
EVERYBODY = (HOT, COLD, STUDENT, ASLEEP)
