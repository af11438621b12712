"""What admins see of training the matching model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text as RichText

from sync.core.text import Text
from sync.jobs.train_matching import Move, Training


def training_document(training: Training, path: Path, language: str) -> dict[str, Any]:
    return {
        "accepted": training.accepted,
        "written": training.written,
        "records": training.records,
        "reason": training.reason.to(language),
        "file": str(path),
        "levels": [_level(move, language) for move in training.moves],
    }


def moves_table(moves: Sequence[Move], language: str) -> Table:
    heads = (Text("Found", "比較結果"), Text("Now", "現在"), Text("New", "新"), Text("Change", "差"))
    table = Table(*(head.to(language) for head in heads), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for move in moves:
        figures = (move.old, move.new, move.new - move.old)
        table.add_row(RichText(move.label.to(language)), *(f"{figure:+.1f}" for figure in figures))
    return table


def verdict(training: Training, path: Path, plan: bool) -> Text:
    """The last line: what has happened, and when it counts."""
    why = training.reason
    if not training.accepted:
        return Text(
            f"Not trained: {why.en}. The model in use stays.",
            f"学習結果は採用されませんでした: {why.ja}。現在のモデルを使い続けます。",
        )
    if training.written:
        return Text(
            f"{_sentence(why.en)}: {path}. The next cycle weighs all pairs anew with it; a running service takes it up "
            "by itself.",
            f"{why.ja}: {path}。次のサイクルですべての組を計算し直します (稼働中のサービスも再起動は不要です)。",
        )
    if plan:
        return Text(
            f"{_sentence(why.en)}; only a plan: nothing was written.", f"{why.ja}。計画のみで、変更していません。"
        )
    return Text(f"{_sentence(why.en)}: nothing to do.", f"{why.ja}。変更はありません。")


def _level(move: Move, language: str) -> dict[str, Any]:
    return {
        "comparison": move.comparison,
        "level": move.level,
        "label": move.label.to(language),
        "old": round(move.old, 3),
        "new": round(move.new, 3),
    }


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
