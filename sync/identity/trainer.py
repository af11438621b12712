"""The training process: a child that learns a matching model from the records of this site, and ends.

What it is sent arrives batch by batch, and what does not fit its memory it puts into a folder of its own, so neither
side ever holds all records. Standard input is one Arrow stream of features, standard output one JSON answer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from sync.child_process import Limits, begin, own_folder
from sync.core.text import Text
from sync.errors import EngineError
from sync.identity.child import PURPOSE
from sync.identity.engine.columns import FEATURES
from sync.identity.engine.judging import Trained, kept
from sync.identity.engine.model import dump, load, shipped

_ANSWER_SECONDS = 3_600  # a million records take minutes
_START = "import sys; sys.path[:] = {path!r}; from sync.identity.trainer import serve; serve({settings!r})"


def train_apart(features: Iterable[pa.RecordBatch], limits: Limits, least: int) -> Trained:
    """As `training.train`, from batches of `FEATURES`, in a process of its own. Raises `EngineError`."""
    try:
        folder = own_folder(limits.folder, PURPOSE)
    except OSError as error:
        raise _error(type(error).__name__) from None
    process = _start(limits, folder, least)
    try:
        _send(process, features)
        answer, _ = process.communicate(timeout=_ANSWER_SECONDS)
        return _read(answer, process.returncode)
    except (OSError, subprocess.TimeoutExpired, pa.ArrowException) as error:
        raise _error(type(error).__name__) from None
    finally:
        process.kill()
        with suppress(OSError):
            process.communicate()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _start(limits: Limits, folder: Path | None, least: int) -> subprocess.Popen[bytes]:
    settings = {
        "memory_mb": limits.memory_mb,
        "threads": limits.threads,
        "folder": str(folder or ""),
        "least": least,
        "parent": os.getpid(),
    }
    return subprocess.Popen(
        [sys.executable, "-I", "-c", _START.format(path=sys.path, settings=json.dumps(settings))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us; we end it
        env={"HOME": str(folder or os.sep)},  # ours holds credentials
    )


def _send(process: subprocess.Popen[bytes], features: Iterable[pa.RecordBatch]) -> None:
    with pa.ipc.new_stream(process.stdin, FEATURES) as writer:
        for batch in features:
            writer.write_batch(batch)


def _read(answer: bytes, code: int) -> Trained:
    if code != 0 or not answer:
        raise _error(f"exit {code}")
    told: dict[str, Any] = json.loads(answer)
    if "failed" in told:
        raise _error(told["failed"])
    reason = Text(told["en"], told["ja"])
    return Trained(load(told["model"]), True, reason) if told["model"] else kept(shipped(), reason)


def serve(settings: str) -> None:
    """The child's whole life."""
    asked = json.loads(settings)
    answers = begin(asked)
    try:
        answer = _answer(asked)
    except Exception as error:  # only its kind leaves: the text may hold what was learnt from
        answer = {"failed": type(error).__name__}
    answers.write(json.dumps(answer).encode())
    answers.close()


def _answer(asked: dict[str, Any]) -> dict[str, str]:
    from sync.identity.engine.duck import Resources
    from sync.identity.engine.training import train

    folder = Path(asked["folder"]) if asked["folder"] else None
    resources = Resources(asked["memory_mb"], asked["threads"], folder)
    with pa.ipc.open_stream(sys.stdin.buffer) as features:
        trained = train(features, resources, least=asked["least"])
    model = dump(trained.model) if trained.accepted else ""
    return {"model": model, "en": trained.reason.en, "ja": trained.reason.ja}


def _error(kind: str) -> EngineError:
    return EngineError(
        Text(
            f"training did not end well ({kind}); the matching model stays as it was. Is there 1 GB of free memory and "
            "free space in LEADSYNC_DATA_DIR?",
            f"学習が正常に終了しませんでした ({kind})。名寄せモデルは変わっていません。空きメモリ (1 GB) と "
            "LEADSYNC_DATA_DIR の空き容量を確認してください",
        )
    )
