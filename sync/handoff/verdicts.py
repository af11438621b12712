"""The answer to a salesperson's verdict: what she said of which score, what that score was made of, what follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.fields import VERDICTS
from sync.core.text import Text
from sync.repository import Heard, LedgerLine

_NAMED = 3  # lines of the ledger
_LABELS = dict(VERDICTS)

_HEARD = Text(
    'Your verdict "{verdict}" of {day} on {points} points has arrived. Thank you.',
    "{day}の判定「{verdict}」（{points}点に対して）を受け取りました。ありがとうございます。",
)
_MADE_OF = Text("The score was made of: {lines}", "当時の主な内訳：{lines}")
_NOTHING = Text("Nothing had earned or cost points.", "当時、加点・減点はありませんでした。")
_JOIN = Text("; ", "、")
_NEXT = {
    "right": Text(
        "It counts as evidence for the rules above.", "上記のルールが妥当であることの裏付けとして記録しました。"
    ),
    "too_high": Text(
        "It goes into the next review of the rules; points do not change by themselves until then.",
        "次回のルール見直しで検討します。それまで点数が自動で変わることはありません。",
    ),
    "too_low": Text(
        "It goes into the next review of the rules; a missing title, industry or company size in the CRM is worth "
        "filling in now.",
        "次回のルール見直しで検討します。役職・業種・従業員数が未入力の場合は、CRMに入力すると点数に反映されます。",
    ),
    "not_a_target": Text(
        "The administrators see it and decide whether people like this one are to be excluded.",
        "管理者に表示されます。同様の方を対象外にするかどうかを検討します。",
    ),
    "already_customer": Text(
        "The administrators see it; a won deal on this person or company in the CRM lets the rules know of it.",
        "管理者に表示されます。CRMでこの方または会社に受注済みの商談を登録すると、ルールで判別できるようになります。",
    ),
}
_RULES_CHANGED = Text(
    "The rules have changed since: {points} points now.", "その後ルールが変更され、現在は{points}点です。"
)


def answer(
    heard: Heard, label: Callable[[LedgerLine], str], language: str, timezone: str, total_now: int | None = None
) -> str:
    """At most four lines. `label` says a ledger line in words; `total_now` is the score under rules that have changed
    since, None while they are the same."""
    verdict = _LABELS.get(heard.verdict)
    day = datetime.fromtimestamp(heard.at, ZoneInfo(timezone)).strftime("%Y/%m/%d" if language == "ja" else "%Y-%m-%d")
    said = verdict.to(language) if verdict else heard.verdict
    lines = [
        _HEARD.to(language).format(verdict=said, day=day, points=heard.total // 1000),
        _made_of(_weightiest(heard), label, language),
        _NEXT[heard.verdict].to(language) if heard.verdict in _NEXT else "",
        _RULES_CHANGED.to(language).format(points=total_now // 1000) if total_now is not None else "",
    ]
    return "\n".join(line for line in lines if line)


def _weightiest(heard: Heard) -> Sequence[LedgerLine]:
    """The lines that speak to the verdict: what raised the score, or with "too low" what held it down first."""
    told = [line for line in heard.lines if line.points]
    if heard.verdict == "too_low":
        return sorted(told, key=lambda line: (line.points > 0, -abs(line.points)))[:_NAMED]
    return sorted(told, key=lambda line: -line.points)[:_NAMED]


def _made_of(lines: Sequence[LedgerLine], label: Callable[[LedgerLine], str], language: str) -> str:
    if not lines:
        return _NOTHING.to(language)
    told = [f"{label(line)} {_signed(line.points)}" for line in lines]
    return _MADE_OF.to(language).format(lines=_JOIN.to(language).join(told))


def _signed(thousandths: int) -> str:
    whole, rest = divmod(abs(thousandths), 1_000)
    shown = f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)
    return f"{'-' if thousandths < 0 else '+'}{shown}"
