"""`leadsync status`: the status page in short, for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from sync.console.tables import when
from sync.console.words import BAND, JOB, STATE, SYSTEM, TASK, said_by, word
from sync.core.fields import SLA_STATES, VERDICTS
from sync.core.text import Text
from sync.web.page import RunLine, StatusPage

_HEALTH = {
    "ok": Text("All is well", "正常"),
    "starting": Text("No cycle has ended yet", "まだ一度も完了していません"),
    "paused": Text("Paused: `leadsync resume` lets writes go on", "一時停止中: `leadsync resume` で再開"),
    "attention": Text("Needs attention", "確認が必要です"),
}
_SLA = dict(SLA_STATES)
_VERDICT = dict(VERDICTS)
_MODE = {
    "plan": Text("plan: nothing is written", "plan: 書き込みません"),
    "apply": Text("apply: scores and tasks are written", "apply: スコアとタスクを書き込みます"),
}


def status(page: StatusPage, language: str) -> Group:
    parts: list[RenderableType] = [
        RichText(_HEALTH[page.health].to(language), "bold"),
        RichText(f"WRITE_MODE {_MODE[page.write_mode].to(language)}"),
        *_held(page, language),
        _bands(page, language),
        *_other_model(page, language),
        *_follow_up(page, language),
        *_review(page, language),
        _crms(page, language),
    ]
    if page.runs:
        parts.append(_runs(page, language))
    for line in page.rejected:
        where = f"{line.system} {line.object} {line.vendor_id}"
        parts.append(RichText(f"{where}: {line.code} {line.detail}", "yellow"))
    for notice in page.notices:
        parts.append(RichText(said_by(notice.system, notice.text, language), "yellow"))
    return Group(*parts)


def _held(page: StatusPage, language: str) -> list[RichText]:
    if page.held is None:
        return []
    text = Text(
        f"Run {page.held.id} is held: it would change {page.held.changed_scores} scores and open "
        f"{page.held.task_orders} tasks. `leadsync sync --accept {page.held.id}` lets it go on",
        f"実行 {page.held.id} は承認待ちです "
        f"(スコア変更 {page.held.changed_scores} 件、タスク {page.held.task_orders} 件)。"
        f"続行するには `leadsync sync --accept {page.held.id}`",
    )
    return [RichText(text.to(language), "bold red")]


def _other_model(page: StatusPage, language: str) -> list[RichText]:
    """A plan scores too: its bands must not pass for those in the CRMs."""
    return [RichText(page.other_model_text.to(language), "yellow")] if page.other_model_text else []


def _follow_up(page: StatusPage, language: str) -> list[RichText]:
    """Tasks, how the clocks stand, stale leads and what sales says of scores; nothing where there is nothing."""
    parts = [
        (Text("Tasks", "タスク"), [f"{word(TASK, state, language)} {n}" for state, n in page.tasks]),
        (Text("Follow-up", "対応状況"), [f"{word(_SLA, state, language)} {n}" for state, n in page.sla if n]),
        (
            Text("Verdicts in 90 days", "営業の判定(90日)"),
            [f"{word(_VERDICT, v, language)} {n}" for v, n in page.verdicts],
        ),
        (Text("Stale leads", "塩漬けリード"), _stale(page, language)),
    ]
    return [RichText(f"{title.to(language)}: {', '.join(told)}") for title, told in parts if told]


def _stale(page: StatusPage, language: str) -> list[str]:
    if not page.stale or not (page.stale[-1].untouched or page.stale[-1].idle):
        return []
    now = page.stale[-1]
    untouched = Text(f"not contacted {now.untouched}", f"未対応 {now.untouched}")
    idle = Text(f"no activity {now.idle}", f"活動なし {now.idle}")
    return [untouched.to(language), idle.to(language)]


def _review(page: StatusPage, language: str) -> list[RichText]:
    if not page.review_waiting:
        return []
    text = Text(
        f"{page.review_waiting} pairs of records may be one person: `leadsync people duplicates`",
        f"同一人物かもしれない組が {page.review_waiting} 件あります: `leadsync people duplicates`",
    )
    return [RichText(text.to(language))]


def _bands(page: StatusPage, language: str) -> Table:
    table = Table(header_style="bold")
    table.add_column(Text("People", "人物").to(language), justify="right")
    counts = dict(page.bands)
    for band, label in BAND.items():
        table.add_column(label.to(language), justify="right", style="bold red" if band == "hot" else "")
    table.add_row(f"{page.people:,}", *(f"{counts.get(band, 0):,}" for band in BAND))
    return table


def _crms(page: StatusPage, language: str) -> Table:
    table = Table(header_style="bold")
    table.add_column("CRM")
    heads = (
        Text("Calls in 24 h", "24時間の呼び出し"),
        Text("Waiting", "送信待ち"),
        Text("Rejected", "拒否"),
        Text("Last read", "最終読み込み"),
        Text("Error", "エラー"),
    )
    for number, head in enumerate(heads):
        table.add_column(head.to(language), justify="right" if number < 3 else "left")
    for crm in page.crms:
        waiting = crm.pending + crm.sending
        last = when(crm.last_read_at, page.timezone)
        numbers = (f"{n:,}" for n in (crm.calls_24h, waiting, crm.rejected))
        table.add_row(SYSTEM[crm.system].to(language), *numbers, last, RichText(crm.error, "red"))
    return table


def _runs(page: StatusPage, language: str) -> Table:
    table = Table(header_style="bold")
    heads = (
        Text("Run", "実行"),
        Text("Job", "処理"),
        Text("Began", "開始"),
        Text("State", "状態"),
        Text("Read", "読込"),
        Text("Changed", "変更"),
        Text("Written", "書込"),
        Text("Tasks", "タスク"),
    )
    for number, head in enumerate(heads):
        table.add_column(head.to(language), justify="right" if number == 0 or number > 3 else "left")
    for run in page.runs:
        job, state = word(JOB, run.job, language), word(STATE, run.state, language)
        table.add_row(str(run.id), job, when(run.started_at, page.timezone), state, *_numbers(run))
    return table


def _numbers(run: RunLine) -> list[str]:
    return [f"{n:,}" for n in (run.read, run.changed, run.written, run.tasks)]
