"""The follow-up task: subject, body with reasons and talk track, the marker that makes it findable."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sync.identity.survivorship import full_name, ranked
from sync.repository import Episode, Member, NewOrder, Standing

SUBJECT_LIMIT = 255


def marker(task_key: str) -> str:
    return f"leadsync:{task_key}"


def create_order(
    standing: Standing, episode: Episode, target: Member, owner: str, language: str, timezone: str
) -> NewOrder:
    """The outbox row of a new task. Its due time is the end of the SLA; the reminder comes at 75 % of it."""
    assert episode.ordered_at is not None
    assert episode.due_at is not None
    lasts = episode.due_at - episode.ordered_at
    return NewOrder(
        key=f"task:{episode.task_key}",
        system=target.record.key.system,
        kind="task",
        person_id=standing.person_id,
        record_id=target.id,
        payload={
            "task_key": episode.task_key,
            "subject": subject(standing, target, episode.due_at, language, timezone),
            "body": body(standing, episode.task_key, episode.due_at, language, timezone),
            "due_at": episode.due_at,
            "remind_at": episode.ordered_at + lasts * 3 // 4,
            "owner": owner,
        },
    )


def subject(standing: Standing, target: Member, due_at: int, language: str, timezone: str) -> str:
    due = _local(due_at, timezone).strftime("%m/%d %H:%M")
    who = _who(standing, target)
    if language == "ja":
        text = f"【ホットリード】{who} {due}までに初回連絡"
    else:
        text = f"Hot lead: {who} - first contact by {due}"
    return text[:SUBJECT_LIMIT]


def body(standing: Standing, task_key: str, due_at: int, language: str, timezone: str) -> str:
    """Talk track first, then the reasons; the marker stands alone on the last line."""
    score = standing.score
    due = _local(due_at, timezone).strftime("%Y-%m-%d %H:%M %Z")
    points = score.total // 1000
    if language == "ja":
        head = f"スコア {points} 点。期限: {due}"
        parts = [head, _block("話の切り出し", score.talk_track), _block("理由", score.reasons)]
    else:
        head = f"Score {points}. Due: {due}"
        parts = [head, _block("How to open", score.talk_track), _block("Reasons", score.reasons)]
    return "\n\n".join([part for part in parts if part] + [marker(task_key)]) + "\n"


def _block(title: str, text: str) -> str:
    return f"{title}:\n{text}" if text else ""


def _who(standing: Standing, target: Member) -> str:
    record = target.record
    best = [member.record for member in ranked(standing.members)]
    company = record.company_name or next((r.company_name for r in best if r.company_name), "")
    return " ".join(part for part in (company, full_name(record)) if part) or record.key.id


def _local(at: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(timezone))
