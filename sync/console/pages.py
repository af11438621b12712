"""The plan page and the explanation of one person."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from sync.console.tables import when
from sync.console.words import (
    ACT,
    ADJUSTMENT,
    AXIS,
    BAND,
    EVIDENCE,
    FIELD,
    SAME_OCCURRENCE,
    STATE,
    SURVIVAL,
    SYSTEM,
    TASK,
    word,
)
from sync.core.records import RecordKey
from sync.core.text import Text
from sync.handoff import story
from sync.handoff.reasons import line_label
from sync.identity.survivorship import full_name
from sync.jobs.explain import Explanation
from sync.jobs.report import PlanPage
from sync.repository import LedgerLine, Member
from sync.scoring.model import Model

_EVIDENCE_SHOWN = 3


def plan_page(page: PlanPage, model: Model, timezone: str, language: str) -> Group:
    """One page: who would be hot and why, whether won deals were foreseen, how many a week, what it costs."""

    def t(en: str, ja: str) -> str:
        return Text(en, ja).to(language)

    parts: list[RenderableType] = [
        RichText(t(f"Plan of {when(page.as_of, timezone)}", f"{when(page.as_of, timezone)} 時点の計画"), "bold"),
        _bands(page, language),
        _heading(t(f"Hot now: {page.hot_total}", f"現在ホット: {page.hot_total} 人")),
        _hot(page, timezone, language),
    ]
    if page.won:
        parts += [_heading(t("Last won deals", "直近の受注")), _won(page, timezone, language)]
    parts += [
        _heading(t("Became hot per week, against what sales can take", "週ごとの新規ホットと営業の対応可能数")),
        RichText(_weeks(page, language)),
        _heading(t("Rules that fired", "発火したルール")),
        _rules(page, model, timezone, language),
        *_closing(page, language),
    ]
    return Group(*parts)


def explanation(found: Explanation, model: Model, timezone: str, language: str) -> Group:
    """Members with the evidence of their match, the ledger, the sum, the band, what each CRM was told."""

    def t(en: str, ja: str) -> str:
        return Text(en, ja).to(language)

    score = found.score
    band = BAND[score.band].to(language)
    total = t(f"Score {_points(score.total)} · {band}", f"スコア {_points(score.total)} 点・{band}")
    return Group(
        RichText(f"{t('Person', '人物')} {found.dossier.key}", "bold"),
        _members(found, timezone, language),
        *(_matches(found, language)),
        _heading(t("What is believed of the person, and whence", "人物の項目と、その値の出どころ")),
        _provenance(found, language),
        *_contact_points(found, language),
        _heading(t("Ledger", "内訳")),
        _ledger(found, model, timezone, language),
        *_folded(found, language),
        RichText(f"{total}: {score.top_reason}", "bold"),
        *(RichText(line) for line in found.why_not.lines(language)),
        RichText(f"{t('Model', 'モデル')} {score.model_version} · {when(score.as_of, timezone)}", "dim"),
        _heading(t("What each CRM was told", "各 CRM への書き込み内容")),
        _told(found, timezone, language),
        *_episodes(found, timezone, language),
        *_others(found, language),
    )


def _others(found: Explanation, language: str) -> Iterator[RenderableType]:
    if found.others:
        others = ", ".join(found.others)
        text = Text(f"Further persons go by this text: {others}", f"この条件に一致する人物はほかにもいます: {others}")
        yield RichText(f"\n{text.to(language)}", "yellow")


def _heading(text: str) -> RichText:
    return RichText(f"\n{text}", "bold")


def _bands(page: PlanPage, language: str) -> Table:
    table = Table(show_header=True, header_style="bold")
    for label in BAND.values():
        table.add_column(label.to(language), justify="right")
    table.add_row(*(f"{page.bands.get(band, 0):,}" for band in BAND))
    return table


def _hot(page: PlanPage, timezone: str, language: str) -> RenderableType:
    if not page.hot:
        return RichText(Text("Nobody.", "該当者はいません。").to(language))
    table = Table(header_style="bold")
    heads = (
        Text("Score", "スコア"),
        Text("Name", "氏名"),
        Text("Company", "会社"),
        Text("Why", "理由"),
        Text("Since", "いつから"),
        Text("Task", "タスク"),
    )
    for head in heads:
        table.add_column(head.to(language), overflow="fold")
    tasks = {
        "task": Text("now", "今回作成"),
        "queued": Text("queued", "順番待ち"),
        "none": Text("-", "-"),
    }
    for person in page.hot:
        table.add_row(
            str(person.total // 1000),
            RichText(person.name),
            RichText(person.company),
            RichText(person.reason),
            when(person.hot_since, timezone),
            tasks[person.task].to(language),
        )
    return table


def _won(page: PlanPage, timezone: str, language: str) -> Table:
    table = Table(header_style="bold")
    for head in (Text("Deal", "商談"), Text("Won", "受注日"), Text("Would have been hot", "ホット判定できた時期")):
        table.add_column(head.to(language), overflow="fold")
    for deal in page.won:
        days = deal.days_before
        seen = Text("never", "なし") if days is None else Text(f"{days} days earlier", f"{days} 日前")
        table.add_row(RichText(deal.name), when(deal.closed_at, timezone)[:10], seen.to(language))
    return table


def _weeks(page: PlanPage, language: str) -> str:
    weeks = " ".join(f"{count:>3}" for count in page.hot_per_week)
    capacity = Text(
        f"(oldest to newest)   capacity {page.capacity_per_week} a week (owners with people x tasks a day x 5)",
        f"(左が最も古い週)   対応可能数 週 {page.capacity_per_week} 件 (担当者数 x 1 日の件数 x 5)",
    )
    return f"{weeks}   {capacity.to(language)}"


def _rules(page: PlanPage, model: Model, timezone: str, language: str) -> Table:
    labels = {rule.id: rule.label.to(language) for rule in model.rules}
    table = Table(header_style="bold")
    table.add_column(Text("Rule", "ルール").to(language), overflow="fold")
    table.add_column(Text("People", "人数").to(language), justify="right")
    table.add_column(Text("Last", "最終").to(language))
    for firing in page.firings:
        if firing.rule in labels:
            table.add_row(labels[firing.rule], f"{firing.people:,}", when(firing.last_at, timezone)[:10])
    for rule in page.silent_rules:
        table.add_row(labels[rule], RichText("0", "yellow"), "-")
    return table


def _closing(page: PlanPage, language: str) -> Iterator[RichText]:
    several, inside = page.duplicates
    yield RichText("")
    yield RichText(
        Text(
            f"Stale: {page.stale} people with 50 points or more have done nothing for 90 days.",
            f"塩漬け: 50 点以上で 90 日間動きのない人が {page.stale} 人います。",
        ).to(language)
    )
    yield RichText(
        Text(
            f"Duplicates: {several} people have several records, {inside} of them within one CRM.",
            f"重複: 複数レコードを持つ人が {several} 人、うち同じ CRM 内が {inside} 人です。",
        ).to(language)
    )
    for system in sorted(page.calls):
        scores, tasks = page.score_writes.get(system, 0), page.task_writes.get(system, 0)
        name = SYSTEM[system].to(language)
        yield RichText(
            Text(
                f"{name}: an apply would write {_count(scores, 'record')} and {_count(tasks, 'task')} "
                f"in about {_count(page.calls[system], 'call')}.",
                f"{name}: 適用すると {scores:,} 件のレコードと {tasks} 件のタスクを、"
                f"約 {page.calls[system]} 回の API 呼び出しで書き込みます。",
            ).to(language)
        )
    if not page.calls:
        yield RichText(Text("Nothing would be written.", "書き込む変更はありません。").to(language))
    if page.queued:
        text = Text(
            f"{page.queued} tasks wait in the go-live queue, best first, within each owner's number a day.",
            f"{page.queued} 件のタスクは開始時の順番待ちです。担当者ごとの 1 日の上限内で、高得点から作成します。",
        )
        yield RichText(text.to(language))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _members(found: Explanation, timezone: str, language: str) -> Table:
    table = Table(header_style="bold")
    heads = (Text("Record", "レコード"), Text("Name", "氏名"), Text("State", "状態"), Text("Changed", "更新"))
    for head in heads:
        table.add_column(head.to(language), overflow="fold")
    for member in found.dossier.members:
        record = member.record
        name = " · ".join(part for part in (full_name(record), record.email, record.company_name) if part)
        state = word(STATE, record.state.value, language)
        table.add_row(_name(member), RichText(name), state, when(record.modified_at, timezone))
    return table


def _matches(found: Explanation, language: str) -> Iterator[RichText]:
    names = {member.id: _name(member) for member in found.dossier.members}
    for edge in found.edges:
        if edge.left in names and edge.right in names:
            why = EVIDENCE[edge.evidence].to(language) if edge.evidence in EVIDENCE else edge.evidence
            detail = f" ({edge.detail})" if edge.detail else ""
            yield RichText(f"  {names[edge.left]} = {names[edge.right]}: {why}{detail}")


def _provenance(found: Explanation, language: str) -> RenderableType:
    table = Table(header_style="bold")
    heads = (Text("Field", "項目"), Text("Value", "値"), Text("From", "レコード"), Text("Why this one", "選ばれた理由"))
    for head in heads:
        table.add_column(head.to(language), overflow="fold")
    for field, label in FIELD.items():
        if known := found.known.provenance.get(field):
            value = Text("yes", "はい").to(language) if field == "opted_out" else known.value
            reason = word(SURVIVAL, known.reason.value, language)
            table.add_row(label.to(language), RichText(value), _key(known.record), reason)
    return table


def _contact_points(found: Explanation, language: str) -> Iterator[RichText]:
    """Every address and number with the records that hold it."""
    heads = (Text("All e-mail addresses", "すべてのメールアドレス"), Text("All numbers", "すべての電話番号"))
    for head, points in zip(heads, (found.mailboxes, found.numbers), strict=True):
        if points:
            yield RichText(f"{head.to(language)}:")
            for point, keys in points.items():
                yield RichText(f"  {point} ({', '.join(_key(key) for key in keys)})")


def _folded(found: Explanation, language: str) -> Iterator[RichText]:
    for fold in found.folds:
        why = word(SAME_OCCURRENCE, fold.evidence, language)
        text = Text(
            f"  {_key(fold.copy)} tells of the same as {_key(fold.kept)} and counts no more: {why}",
            f"  {_key(fold.copy)} は {_key(fold.kept)} と同じ活動のため数えません: {why}",
        )
        yield RichText(text.to(language))


def _ledger(found: Explanation, model: Model, timezone: str, language: str) -> Table:
    table = Table(header_style="bold", show_footer=True)
    axis, label, points, evidence = (
        text.to(language)
        for text in (Text("Axis", "軸"), Text("Rule", "ルール"), Text("Points", "点"), Text("Evidence", "根拠"))
    )
    table.add_column(axis)
    table.add_column(label, Text("Sum", "合計").to(language), overflow="fold")
    table.add_column(points, _points(sum(line.points for line in found.score.lines)), justify="right")
    table.add_column(evidence, overflow="fold")
    for line in found.score.lines:
        words = ADJUSTMENT[line.rule].to(language) if line.rule in ADJUSTMENT else line_label(line, model, language)
        shown = "\n".join(_evidence(found, line, timezone, language))
        table.add_row(AXIS[line.axis].to(language), RichText(words), _points(line.points), RichText(shown))
    return table


def _evidence(found: Explanation, line: LedgerLine, timezone: str, language: str) -> Iterator[str]:
    acts = [id for id in line.evidence if id in found.evidence]
    for id in acts[:_EVIDENCE_SHOWN]:
        at, kind, what = found.evidence[id]
        yield f"{when(at, timezone)} {word(ACT, kind, language)} {unquote(what)} [{id}]"
    if (more := len(acts) - _EVIDENCE_SHOWN) > 0:
        yield Text(f"and {more} more", f"ほか {more} 件").to(language)


def _told(found: Explanation, timezone: str, language: str) -> RenderableType:
    if not found.told:
        return RichText(Text("Nothing yet.", "まだ何も書き込んでいません。").to(language))
    table = Table(header_style="bold")
    heads = (Text("Record", "レコード"), Text("When", "日時"), Text("Score", "スコア"), Text("Band", "区分"))
    for head in heads:
        table.add_column(head.to(language))
    for member in found.dossier.members:
        if told := found.told.get(member.id):
            band = str(told.fields.get("band") or "")
            label = BAND[band].to(language) if band in BAND else band
            table.add_row(_name(member), when(told.acked_at, timezone), str(told.fields.get("score")), label)
    return table


def _episodes(found: Explanation, timezone: str, language: str) -> Iterator[RichText]:
    for episode in found.episodes:
        task = (
            f"{episode.task_system} {episode.task_id}" if episode.task_id else word(TASK, episode.task_state, language)
        )
        text = Text(
            f"Hot episode {episode.number}: since {when(episode.hot_since, timezone)}, task {task}",
            f"ホット期間 {episode.number}: {when(episode.hot_since, timezone)} から、タスク {task}",
        )
        yield RichText(text.to(language))
        for line in story.lines(episode, found.completed, lambda at: when(at, timezone), found.owners):
            yield RichText(f"  - {line.to(language)}")


def _name(member: Member) -> str:
    return _key(member.record.key)


def _key(key: RecordKey) -> str:
    return f"{key.system} {key.object} {key.id}"


def _points(thousandths: int) -> str:
    return f"{thousandths / 1000:.3f}".rstrip("0").rstrip(".")
