"""`people list` and the stale queue, on the terminal, as JSON and as rows of a CSV file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from sync.console.tables import when
from sync.console.words import BAND, TASK, word
from sync.core.fields import SLA_STATES
from sync.core.text import Text
from sync.jobs.people_list import Listed
from sync.jobs.stale import StaleQueue

COLUMNS = (
    "person_key", "records", "name", "company", "title", "email", "owner", "band", "score", "segment", "interest",
    "reason", "lacks", "last_act", "hot_since", "sla_state", "sla_due", "task", "reactivated", "stale", "stale_since",
)  # fmt: skip
_SLA = dict(SLA_STATES)
_LACKS = Text("hot if known: {what}", "判明すればホット: {what}")
STALE = {
    "untouched": Text("hot, not contacted", "ホットだが未対応"),
    "idle": Text("high score, no activity", "高得点だが活動なし"),
}


def row(person: Listed, timezone: str, language: str) -> dict[str, object]:
    """One person with stable words; times as local texts, the score in whole points rounded downwards."""
    return {
        "person_key": person.key,
        "records": " ".join(str(key) for key in person.records),
        "name": person.name,
        "company": person.company,
        "title": person.title,
        "email": person.email,
        "owner": person.owner,
        "band": person.band,
        "score": person.total // 1000,
        "segment": person.segment,
        "interest": person.interest,
        "reason": person.reason,
        "lacks": person.lacks.to(language) if person.lacks else "",
        "last_act": when(person.last_act_at, timezone) if person.last_act_at else "",
        "hot_since": when(person.hot_since, timezone) if person.hot_since else "",
        "sla_state": person.sla_state,
        "sla_due": when(person.sla_due, timezone) if person.sla_due else "",
        "task": person.task_state,
        "reactivated": "yes" if person.reactivated else "no",
        "stale": person.stale,
        "stale_since": when(person.since, timezone) if person.since else "",
    }


def rows(people: Iterable[Listed], timezone: str, language: str) -> Iterator[dict[str, object]]:
    return (row(person, timezone, language) for person in people)


def table(people: Sequence[Listed], limit: int, timezone: str, language: str) -> RenderableType:
    if not people:
        return RichText(Text("Nobody.", "該当者はいません。").to(language))
    shown = Table(header_style="bold")
    heads = (
        Text("Score", "点数"),
        Text("Band", "区分"),
        Text("Who", "氏名・会社"),
        Text("Reason", "理由"),
        Text("Owner", "担当"),
        Text("Last activity", "最終活動"),
        Text("Follow-up", "対応"),
    )
    for number, head in enumerate(heads):
        shown.add_column(head.to(language), justify="right" if number == 0 else "left")
    for person in people:
        shown.add_row(*_cells(person, timezone, language))
    if len(people) < limit:
        return shown
    more = Text(
        f"The first {limit}. --limit shows more, --csv FILE writes all.",
        f"先頭の {limit} 件です。--limit で件数を変更、--csv FILE で全件を出力できます。",
    )
    return Group(shown, RichText(more.to(language), "dim"))


def _cells(person: Listed, timezone: str, language: str) -> list[RenderableType]:
    who = "\n".join(part for part in (person.name or person.key, person.company) if part)
    follow_up = [word(_SLA, person.sla_state, language)] if person.sla_state != "none" else []
    follow_up += [when(person.sla_due, timezone)] if person.sla_due else []
    if not follow_up and person.task_state != "none":
        follow_up = [word(TASK, person.task_state, language)]
    if person.stale:
        follow_up.append(STALE[person.stale].to(language))
    lacks = _LACKS.to(language).format(what=person.lacks.to(language)) if person.lacks else ""
    return [
        str(person.total // 1000),
        BAND[person.band].to(language),
        RichText(who),
        RichText("\n".join(part for part in (lacks, person.reason) if part)),
        RichText(person.owner),
        when(person.last_act_at, timezone) if person.last_act_at else "",
        RichText("\n".join(follow_up)),
    ]


def stale_document(queue: StaleQueue, people: Iterable[Listed], timezone: str, language: str) -> dict[str, Any]:
    return {
        "untouched": queue.count("untouched"),
        "idle": queue.count("idle"),
        "weeks": [
            {"week": week.week, "untouched": week.untouched, "long_untouched": week.long_untouched, "idle": week.idle}
            for week in queue.weeks
        ],
        "people": list(rows(people, timezone, language)),
    }


def stale_summary(queue: StaleQueue, language: str) -> Iterator[RenderableType]:
    """Counts, the weeks, and what to do."""
    counts = Text(
        f"Hot and not contacted for more than 24 hours: {queue.count('untouched')}. "
        f"50 points or more without activity for 90 days: {queue.count('idle')}.",
        f"ホットのまま24時間以上未対応: {queue.count('untouched')} 件、"
        f"50点以上で90日以上活動なし: {queue.count('idle')} 件",
    )
    yield RichText(counts.to(language), "bold")
    if len(queue.weeks) > 1:
        yield _weeks(queue, language)
    if queue.count("untouched"):
        advice = Text(
            "Who is not to be called goes back to nurture: leadsync people recycle PERSON (or --stale-days 14).",
            "対応しない方は育成に戻せます: leadsync people recycle PERSON(または --stale-days 14)",
        )
        yield RichText(advice.to(language))


def _weeks(queue: StaleQueue, language: str) -> Table:
    shown = Table(header_style="bold")
    heads = (
        Text("Week", "週"),
        Text("Not contacted > 24 h", "未対応24時間超"),
        Text("> 7 days", "7日超"),
        Text("No activity", "活動なし"),
    )
    for number, head in enumerate(heads):
        shown.add_column(head.to(language), justify="right" if number else "left")
    for week in queue.weeks:
        shown.add_row(week.week, str(week.untouched), str(week.long_untouched), str(week.idle))
    return shown
