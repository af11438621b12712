"""The demo: two sandbox CRMs in a process of their own, a fresh database, one real cycle, then the daemon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from rich.console import Console

from config.settings import DEMO_IGNORES, Loaded, load_settings
from sync import bootstrap, daemon
from sync.bootstrap import Service
from sync.console import documents, tables
from sync.console.progress import ProgressBars
from sync.core.text import Text
from sync.errors import ConfigError
from sync.jobs.cycle import CycleResult, Order

PEOPLE = 2_200
SEED = 20_261


def run(once: bool, people: int, out: Console, err: Console, as_json: bool) -> int:
    """Exit code of the first cycle; without `once` the daemon then runs until Ctrl-C."""
    outer = load_settings(os.environ, ignored=DEMO_IGNORES)
    language = outer.settings.language
    with ProgressBars(err, language) as bars:
        bars.phase("sandbox")
        with _sandbox(people, live=not once) as env:
            loaded = load_settings({**_kept(os.environ), **env, **_own(outer)}, env_file=None)
            service = bootstrap.open_service(loaded)
            try:
                bars.phase("provision")
                for connector in service.connectors.values():
                    for _ in connector.provision(apply=True):
                        pass
                result = service.cycle(Order(write=True), bars)
                bars.stop()
                _show(result, service, out, as_json)
                if once:
                    return result.exit_code
                return _live(service, out, language)
            finally:
                service.close()


def _own(outer: Loaded) -> dict[str, str]:
    """A database that belongs to the demo alone, begun anew each time, and writing switched on."""
    folder = outer.settings.data_dir / "demo"
    for old in folder.glob("leadsync.db*"):
        old.unlink()
    url = f"sqlite:///{(folder / 'leadsync.db').absolute()}"
    return {"LEADSYNC_DATABASE_URL": url, "LEADSYNC_WRITE_MODE": "apply"}


def _kept(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(DEMO_IGNORES)}


@contextmanager
def _sandbox(people: int, live: bool) -> Iterator[dict[str, str]]:
    """Starts both emulators in a child process; it ends when this one does, however that happens."""
    command = [
        sys.executable,
        "-m",
        "connectors.sandbox",
        "--people",
        str(people),
        "--seed",
        str(SEED),
        "--with-parent",
    ]
    child = subprocess.Popen(
        command + (["--live"] if live else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
        start_new_session=True,  # Ctrl-C is for us; we end the child
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line.startswith("{"):
            raise ConfigError(
                Text(
                    "the sandbox CRMs did not start; see the messages above",
                    "サンドボックス CRM を起動できませんでした",
                )
            )
        yield json.loads(line)["env"]
    finally:
        child.terminate()
        try:
            child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            child.kill()


def _show(result: CycleResult, service: Service, out: Console, as_json: bool) -> None:
    with service.store.reading() as unit:
        census, queued = unit.census(), len(unit.queued_episodes())
    calls = {system: sum(made.values()) for system, made in service.telemetry.calls().items()}
    if as_json:
        out.print_json(json.dumps(documents.cycle(result, census, calls, queued), ensure_ascii=False, default=str))
    else:
        out.print(tables.cycle_tables(result, census, calls, queued, service.settings.language))


def _live(service: Service, out: Console, language: str) -> int:
    """The daemon with living data; its log goes to a file, a line per eventful cycle to the terminal."""
    path = service.settings.data_dir / "demo" / "leadsync.log"

    def greet(url: str) -> None:
        text = Text(
            f"Status page: {url}   (the data goes on living; Ctrl-C ends the demo; log: {path})",
            f"ステータスページ: {url}   (データは動き続けます。終了は Ctrl-C。ログ: {path})",
        )
        out.print(text.to(language), highlight=False, soft_wrap=True)

    with path.open("w", encoding="utf-8") as log:
        return daemon.run(service, greet, lambda result: _tell(result, out, service), log)


def _tell(result: CycleResult, out: Console, service: Service) -> None:
    fresh = sum(s.new + s.changed for totals in result.pulls.values() for s in totals.streams.values())
    written = sum(totals.applied for totals in result.pushes.values())
    tasks = sum(totals.tasks_made for totals in result.pushes.values())
    if not (fresh or written or tasks):
        return
    at = datetime.fromtimestamp(result.finished_at, service.settings.zone).strftime("%H:%M:%S")
    text = Text(
        f"{at}  {fresh} new or changed, {result.rescored.scored} people scored, {written} records written, "
        f"{tasks} tasks made",
        f"{at}  新着・変更 {fresh} 件、採点 {result.rescored.scored} 人、書き込み {written} 件、タスク作成 {tasks} 件",
    )
    out.print(text.to(service.settings.language), highlight=False, soft_wrap=True)
