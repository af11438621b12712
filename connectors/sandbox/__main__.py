"""`python -m connectors.sandbox`: both sandbox CRMs as one process, until Ctrl-C, SIGTERM or the parent's end.

The first line printed is JSON, `{"hubspot_url", "salesforce_url", "env"}`, for programs that start this one;
then the same settings follow as shell commands.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shlex
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from connectors.sandbox.serve import DEFAULT_SEED, TICK_SECONDS, RunningSandbox, serve
from connectors.sandbox.world import DEFAULT_PEOPLE
from sync.core.records import RecordKey


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    # The data is made up anew at each start and nothing needs tidying: leaving at once is the clean exit.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _leave)
    if options.with_parent:
        threading.Thread(target=_leave_with_parent, daemon=True).start()
    running = serve(
        people=options.people,
        seed=options.seed,
        hubspot_port=options.hubspot_port,
        salesforce_port=options.salesforce_port,
        live=options.live,
        tick_seconds=options.tick_seconds,
        empty=options.empty,
    )
    if options.truth is not None and running.world is not None:
        write_truth(running.world.truth, options.truth)
    _announce(running)
    threading.Event().wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m connectors.sandbox",
        description="Serves a sandbox HubSpot and a sandbox Salesforce on loopback, seeded with invented people.",
        epilog="example: python -m connectors.sandbox --people 500 --live",
    )
    parser.add_argument("--people", type=_positive, default=DEFAULT_PEOPLE, help="distinct people (%(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same seed gives the same people")
    parser.add_argument("--live", action="store_true", help="go on producing activities")
    parser.add_argument("--tick-seconds", type=float, default=TICK_SECONDS, help="pace of --live (%(default)s)")
    parser.add_argument("--hubspot-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--salesforce-port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--truth", type=Path, help="CSV file to write: whose record each one is at the start")
    parser.add_argument("--empty", action="store_true", help="start with empty accounts")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input is closed")
    return parser


def write_truth(truth: Mapping[RecordKey, str], path: Path) -> None:
    """Columns system, object, id, person."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow((*RecordKey._fields, "person"))
        rows.writerows((*key, person) for key, person in truth.items())


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _announce(running: RunningSandbox) -> None:
    urls = {"hubspot_url": running.hubspot_server.url, "salesforce_url": running.salesforce_server.url}
    print(json.dumps({**urls, "env": running.env}))
    for name, value in running.env.items():
        print(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()


def _leave(signum: int, frame: FrameType | None) -> None:
    os._exit(0)


def _leave_with_parent() -> None:
    """The parent holds the other end of the pipe; however it dies, the pipe closes."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
