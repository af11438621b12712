"""How far a cycle is: bars on a terminal, nothing elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from sync.console.words import PHASE, said_by
from sync.errors import LeadsyncError


class ProgressBars:
    """A `sync.jobs.cycle.Reporter`; quiet when the console is no terminal."""

    def __init__(self, console: Console, language: str) -> None:
        self._console, self._language = console, language
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]:>9}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._current: TaskID | None = None
        self._streams: dict[str, int] = {}

    def __enter__(self) -> ProgressBars:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Leaves the bars as they are; what is printed next comes below them."""
        self._finish()
        self._progress.stop()

    def phase(self, name: str) -> None:
        self._finish()
        self._streams = {}
        label = PHASE[name].to(self._language) if name in PHASE else name
        self._current = self._progress.add_task(label, total=None, count="")

    def pulled(self, system: str, stream: str, records: int) -> None:
        self._streams[stream] = records
        self._show(sum(self._streams.values()))

    def pushed(self, system: str, orders: int) -> None:
        self._show(orders)

    def failed(self, system: str, error: LeadsyncError) -> None:
        self._console.print(said_by(system, error.text, self._language), style="red", markup=False, highlight=False)

    def _show(self, count: int) -> None:
        if self._current is not None:
            self._progress.update(self._current, count=f"{count:,}")

    def _finish(self) -> None:
        if self._current is not None:
            self._progress.update(self._current, total=1, completed=1)
            self._current = None
