"""What every command shares: settings, the service, printing, and errors as one line with an exit code."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from typing import Annotated, ParamSpec
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from config.settings import Loaded, load_settings, spoken_language
from sync import bootstrap
from sync.bootstrap import Service
from sync.core.text import Text
from sync.errors import EngineError, LeadsyncError, Stopped, StoreError, VendorError

P = ParamSpec("P")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Person = Annotated[str, typer.Argument(help="E-mail address, CRM record id or person key.")]
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def guarded(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turns errors into one clear line and the exit code that their kind means."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = command(*args, **kwargs)
        except Stopped:
            code = 0
        except LeadsyncError as error:
            code = _complain(error, bool(kwargs.get("json_")))
        except KeyboardInterrupt:
            code = 130
        except Exception as error:
            # The message may hold a record's values, so only the kind is shown; the traceback is one setting away.
            if os.environ.get("PYTHONFAULTHANDLER"):
                raise
            err.print(f"internal error: {type(error).__name__} at {_place(error)}", style="red")
            code = 4
        raise typer.Exit(code or 0)

    return run


def load() -> Loaded:
    return load_settings(os.environ)


@contextmanager
def open_service(need_connector: bool = True) -> Iterator[Service]:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    service = bootstrap.open_service(load(), time.time, need_connector)
    try:
        yield service
    finally:
        service.close()


def today(timezone: str) -> date:
    """The local day."""
    return datetime.fromtimestamp(time.time(), ZoneInfo(timezone)).date()


def spoken() -> str:
    """The language of commands that need no complete settings."""
    return spoken_language(os.environ)


def _complain(error: LeadsyncError, as_json: bool) -> int:
    language = spoken()
    code = 3 if isinstance(error, VendorError) else 4 if isinstance(error, (StoreError, EngineError)) else 2
    if as_json:
        print_json({"error": type(error).__name__, "text": error.text.to(language)})
    else:
        err.print(error.text.to(language), style="red", markup=False, soft_wrap=True)
    return code


def _place(error: Exception) -> str:
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else "?"


def say(text: Text, language: str) -> None:
    err.print(text.to(language), markup=False, soft_wrap=True)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
