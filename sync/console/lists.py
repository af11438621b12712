"""Cleaning a list, on the terminal: how far it is, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from sync.core.text import Text
from sync.identity.lists.reading import Fault
from sync.identity.lists.result import Cleaned

_PHASE = {
    "list read": Text("Reading the list", "リストを読み込み中"),
    "list compare": Text("Comparing records", "レコードを比較中"),
    "list cluster": Text("Grouping records", "同一人物にまとめ中"),
    "list write": Text("Writing", "書き出し中"),
}
_FAULT = {
    Fault.EMPTY: Text("empty", "空行"),
    Fault.CELLS: Text("too many or too few cells", "列数が見出しと合わない"),
    Fault.QUOTE: Text("a quotation mark is never closed", "引用符が閉じられていない"),
    Fault.TOO_LONG: Text("a cell is too long", "セルが長すぎる"),
    Fault.UNDECODABLE: Text("characters that cannot be read", "文字コードが不正"),
    Fault.NUL: Text("NUL characters", "NUL 文字を含む"),
    Fault.DUPLICATE_ID: Text("id already used further up", "ID が前の行と重複"),
}
_LINES_SHOWN = 10
_LINES_IN_JSON = 1_000


class ListBars:
    """A `sync.identity.lists.result.Reporter`; quiet when the console is no terminal."""

    def __init__(self, console: Console, language: str) -> None:
        self._language = language
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]:>11}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._current: TaskID | None = None

    def __enter__(self) -> ListBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._progress.stop()

    def phase(self, name: str) -> None:
        self._finish()
        self._current = self._progress.add_task(_PHASE[name].to(self._language), total=None, count="")

    def done(self, part: int, whole: int) -> None:
        if self._current is None:
            return
        if whole:
            share = min(part / whole, 1.0)
            self._progress.update(self._current, total=1.0, completed=share, count=f"{share:.0%}")
        else:
            self._progress.update(self._current, count=f"{part:,}")

    def _finish(self) -> None:
        if self._current is not None:
            self._progress.update(self._current, total=1, completed=1)
            self._current = None


def cleaned_document(cleaned: Cleaned) -> dict[str, object]:
    """For --json; line numbers of rows left out are cut at a thousand per reason."""
    return {
        "records": cleaned.rows,
        "people": cleaned.clusters,
        "most_records_of_one_person": cleaned.largest,
        "pairs": {decision.value: count for decision, count in sorted(cleaned.decisions.items())},
        "left_out": {
            fault.value: {"rows": len(lines), "lines": lines[:_LINES_IN_JSON]}
            for fault, lines in sorted(cleaned.faults.lines.items())
        },
        "columns_not_used": list(cleaned.unknown_columns),
        "encoding": cleaned.encoding,
    }


def cleaned_lines(cleaned: Cleaned, out: Path, pairs: Path | None) -> Iterator[Text]:
    """The result in words, a line each."""
    yield Text(
        f"Records: {cleaned.rows:,}; people: {cleaned.clusters:,}; most records of one person: {cleaned.largest}.",
        f"{cleaned.rows:,} 件は {cleaned.clusters:,} 人分です（1 人につき最大 {cleaned.largest} 件）。",
    )
    yield Text(f"Written to {out}", f"出力: {out}")
    if pairs:
        count = sum(cleaned.decisions.values())
        yield Text(f"{count:,} pairs written to {pairs}", f"ペア {count:,} 組: {pairs}")
    if cleaned.unknown_columns:
        names = ", ".join(cleaned.unknown_columns)
        yield Text(f"Columns not used: {names}", f"使わなかった列: {names}")
    if cleaned.faults.rows:
        yield Text(
            f"{cleaned.faults.rows:,} rows were left out; all others are in the result:",
            f"{cleaned.faults.rows:,} 行を除外しました（ほかの行は処理済みです）:",
        )
    for fault, lines in sorted(cleaned.faults.lines.items()):
        yield Text(
            f"  {_FAULT[fault].en}: line {_numbers(lines)}",
            f"  {_FAULT[fault].ja}: {_numbers(lines)} 行目",
        )


def _numbers(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LINES_SHOWN]))
    return f"{shown}, ... ({len(lines):,})" if len(lines) > _LINES_SHOWN else shown
