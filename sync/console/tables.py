"""Tables of a cycle, of `provision`, `doctor`, `status` and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Group
from rich.table import Table
from rich.text import Text as RichText

from sync.console.words import BAND, HEALTH, KIND, STATE, STEP, SYSTEM, word
from sync.core.fields import BY_NAME, FieldType
from sync.core.text import Text
from sync.jobs.cycle import CycleResult
from sync.ports import Check, Health, Step
from sync.repository import AuditEntry, OutboxRow
from sync.store.status import Census

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
_NAMES_SHOWN = 4
_COLOURS = {"ok": "green", "warning": "yellow", "failed": "red"}


def when(at: int | None, timezone: str) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")


def cycle_tables(result: CycleResult, census: Census, calls: Mapping[str, int], queued: int, language: str) -> Group:
    """What was pulled, matched, scored and written."""
    tables = [_pulled(result, language), _people(census, queued, language), _written(result, census, calls, language)]
    return Group(*(table for table in tables if table.row_count))


def steps_table(steps: Iterable[Step], language: str) -> Table:
    table = _table(language, Text("CRM", "CRM"), Text("What", "種類"), Text("Name", "名前"), Text("State", "状態"))
    for (system, kind, state, detail), group in _grouped(steps, lambda s: (s.system, s.kind, s.state, s.detail)):
        said = STEP[state].to(language) if state in STEP else state
        said += f"\n{detail.to(language)}" if detail else ""
        colour = {"refused": "red", "differs": "yellow", "created": "green"}.get(state, "")
        names = _names([step.name for step in group], language)
        table.add_row(SYSTEM[system].to(language), word(KIND, kind, language), names, RichText(said, colour))
    return table


def checks_table(checks: Sequence[Check], language: str) -> Table:
    heads = (Text("", ""), Text("CRM", "CRM"), Text("Check", "項目"), Text("Found", "結果"), Text("Do", "対処"))
    table = _table(language, *heads)
    for (system, _, health, found, remedy), group in _grouped(checks, _alike):
        names = _names([check.name for check in group], language)
        name = SYSTEM[system].to(language) if system in SYSTEM else system
        do = remedy.to(language) if remedy and health is not Health.OK else ""
        said = RichText(HEALTH[health.value].to(language), _COLOURS[health.value])
        table.add_row(said, name, names, RichText(found.to(language)), RichText(do))
    return table


def outbox_table(rows: Sequence[OutboxRow], timezone: str, language: str) -> Table:
    heads = (
        Text("Id", "番号"),
        Text("CRM", "CRM"),
        Text("Kind", "種類"),
        Text("State", "状態"),
        Text("Tries", "試行"),
        Text("Next", "次回"),
        Text("Reason", "理由"),
    )
    table = _table(language, *heads)
    for row in rows:
        next_at = when(row.next_at, timezone) if row.state != "rejected" else "-"
        kind, state = word(KIND, row.kind, language), word(STATE, row.state, language)
        system = SYSTEM[row.system].to(language)
        table.add_row(str(row.id), system, kind, state, str(row.attempts), next_at, RichText(row.reason))
    return table


def audit_table(entries: Sequence[AuditEntry], timezone: str, language: str) -> Table:
    heads = (
        Text("When", "日時"),
        Text("Run", "実行"),
        Text("Record", "レコード"),
        Text("Field", "項目"),
        Text("Old", "変更前"),
        Text("New", "変更後"),
    )
    table = _table(language, *heads)
    for entry in entries:
        record = f"{entry.system} {entry.object} {entry.vendor_id}"
        values = [RichText(_short(_readable(entry.field, value, timezone))) for value in (entry.old, entry.new)]
        table.add_row(when(entry.at, timezone), str(entry.run_id or "-"), record, entry.field, *values)
    return table


def settings_table(rows: Iterable[tuple[str, str, str]], language: str) -> Table:
    table = _table(language, Text("Setting", "設定"), Text("Value", "値"), Text("From", "由来"))
    for name, value, source in rows:
        table.add_row(name, RichText(value), source)
    return table


def _alike(check: Check) -> tuple[str, str, Health, Text, Text | None]:
    return check.system, check.name.partition(":")[0], check.health, check.found, check.remedy


def _grouped(items: Iterable[T], key: Callable[[T], K]) -> Iterable[tuple[K, list[T]]]:
    """Items that say the same, brought together where the first of them stands."""
    found: dict[K, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found.items()


def _names(names: Sequence[str], language: str) -> str:
    """One name, or the first of many and how many more; `--json` lists them all."""
    if len(names) <= _NAMES_SHOWN:
        return "\n".join(names)
    rest = len(names) - _NAMES_SHOWN + 1
    more = Text(f"and {rest} more", f"ほか {rest} 件").to(language)
    return "\n".join([*names[: _NAMES_SHOWN - 1], more])


def _pulled(result: CycleResult, language: str) -> Table:
    heads = (
        Text("Pulled", "取り込み"),
        Text("Stream", "データ"),
        Text("New", "新規"),
        Text("Changed", "変更"),
        Text("Same", "変更なし"),
    )
    table = _table(language, *heads, numbers=3)
    for system, totals in result.pulls.items():
        for stream, saved in totals.streams.items():
            if saved.new or saved.changed or saved.same:
                counts = (f"{n:,}" for n in (saved.new, saved.changed, saved.same))
                table.add_row(SYSTEM[system].to(language), stream, *counts)
    return table


def _people(census: Census, queued: int, language: str) -> Table:
    title = Text("People", "人物").to(language)
    table = Table(title_justify="left", header_style="bold")
    records = sum(n for name, n in census.records.items() if name.split()[1] in ("contact", "lead"))
    table.add_column(Text("Records", "レコード").to(language), justify="right")
    table.add_column(title, justify="right")
    for band, label in BAND.items():
        table.add_column(label.to(language), justify="right", style="bold red" if band == "hot" else "")
    table.add_column(Text("Tasks queued", "タスク待ち").to(language), justify="right")
    table.add_row(
        f"{records:,}", f"{census.people:,}", *(f"{census.bands.get(band, 0):,}" for band in BAND), f"{queued:,}"
    )
    return table


def _written(result: CycleResult, census: Census, calls: Mapping[str, int], language: str) -> Table:
    heads = (
        Text("CRM", "CRM"),
        Text("Scores written", "スコア書き込み"),
        Text("Tasks made", "タスク作成"),
        Text("Waiting", "再試行待ち"),
        Text("Rejected", "拒否"),
        Text("API calls", "API 呼び出し"),
    )
    table = _table(language, *heads, numbers=5)
    for system in sorted({*result.pulls, *result.pushes, *calls}):
        totals = result.pushes.get(system)
        rows = census.outbox.get(system, {})
        waiting = rows.get("pending", 0) + rows.get("sending", 0)
        numbers: tuple[int, ...] = (0, 0, waiting, 0)
        if totals:
            numbers = (totals.applied, totals.tasks_made, waiting, totals.rejected + totals.tasks_rejected)
        table.add_row(SYSTEM[system].to(language), *(f"{n:,}" for n in (*numbers, calls.get(system, 0))))
    return table


def _table(language: str, *heads: Text, numbers: int = 0) -> Table:
    table = Table(header_style="bold")
    for position, head in enumerate(heads):
        is_number = position >= len(heads) - numbers
        table.add_column(head.to(language), justify="right" if is_number else "left", overflow="fold")
    return table


def _readable(field: str, value: str | None, timezone: str) -> str | None:
    """Times as people read them; they are kept as epoch seconds."""
    known = BY_NAME.get(field)
    if value and known and known.type is FieldType.TIME:
        return when(int(value), timezone)
    return value


def _short(value: Any, limit: int = 60) -> str:
    text = "" if value is None else str(value).replace("\n", " / ")
    return text if len(text) <= limit else text[: limit - 1] + "…"
