"""What sales says and does, and what it is told: verdicts, stale leads, notices that go out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from sync.core.records import PersonRecord, RecordKey, State
from sync.repository import Heard, LedgerLine, Member, OutgoingNotice, PersonFilter, ScoreRow, StaleLead
from sync.store import rows
from sync.store import tables as t

_UNTOUCHED = ("open", "warning", "breached", "none")


class FeedbackSide:
    connection: Connection
    flag: Callable[..., None]
    scores_of: Callable[..., dict[int, ScoreRow]]

    # --- verdicts ---

    def hear_verdicts(self, records: Iterable[PersonRecord], at: int) -> int:
        """Puts down each verdict that is new, with the ledger as it stands; returns how many. A verdict that was
        taken back is put down as ""."""
        said = {record.key: _said(record) for record in records if "verdict" in record.own}
        if not said or not (any(verdict for verdict, _ in said.values()) or self._any_verdict()):
            return 0
        stored = self._records_named(said)
        latest = self._latest_verdicts([row.id for row in stored.values()])
        changed = {
            key: row
            for key, row in stored.items()
            if (said[key] if said[key][0] else ("", "")) != latest.get(row.id, ("", ""))
        }
        return self._put_down(changed, said, at)

    def _any_verdict(self) -> bool:
        return self.connection.scalar(select(t.verdicts.c.id).limit(1)) is not None

    def _records_named(self, keys: Collection[RecordKey]) -> dict[RecordKey, Any]:
        c = t.people.c
        found: dict[RecordKey, Any] = {}
        for where in rows.matching(t.people, keys):
            for row in self.connection.execute(select(c.id, c.system, c.object, c.vendor_id, c.person_id).where(where)):
                if row.person_id:
                    found[RecordKey(row.system, row.object, row.vendor_id)] = row
        return found

    def _latest_verdicts(self, record_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        return {heard.record_id: (heard.verdict, heard.note) for heard in self._latest(record_ids)}

    def _latest(self, record_ids: Sequence[int]) -> list[Heard]:
        c = t.verdicts.c
        found: list[Heard] = []
        for piece in rows.chunks(record_ids):
            newest = select(func.max(c.id)).where(c.record_id.in_(piece)).group_by(c.record_id)
            query = select(t.verdicts).where(c.id.in_(newest)).order_by(c.id)
            found += [_heard(row) for row in self.connection.execute(query)]
        return found

    def _put_down(self, changed: Mapping[RecordKey, Any], said: Mapping[RecordKey, tuple[str, str]], at: int) -> int:
        scores = self.scores_of([row.person_id for row in changed.values()])
        fresh = [
            _verdict_values(row, said[key], scores[row.person_id], at)
            for key, row in sorted(changed.items())
            if row.person_id in scores
        ]
        if fresh:
            self.connection.execute(insert(t.verdicts), fresh)
            self.flag([values["person_id"] for values in fresh], plan=True)
        return len(fresh)

    def unanswered(self, limit: int) -> list[Heard]:
        """Verdicts without an answer yet, the oldest first."""
        c = t.verdicts.c
        query = select(t.verdicts).where(c.answer == "", c.verdict != "").order_by(c.id).limit(limit)
        return [_heard(row) for row in self.connection.execute(query)]

    def standing_verdicts(self, limit: int, after: int = 0) -> list[Heard]:
        """The last word on each record, in the order of their making, from the one after `after` on."""
        c = t.verdicts.c
        newest = select(func.max(c.id)).group_by(c.record_id)
        query = select(t.verdicts).where(c.id.in_(newest), c.id > after, c.verdict != "").order_by(c.id).limit(limit)
        return [_heard(row) for row in self.connection.execute(query)]

    def answer(self, answers: Mapping[int, str]) -> None:
        """Verdict -> text for its salesperson; her records are planned anew."""
        for id, text in answers.items():
            self.connection.execute(update(t.verdicts).where(t.verdicts.c.id == id).values(answer=text))
        for piece in rows.chunks(answers):
            query = select(t.verdicts.c.person_id).where(t.verdicts.c.id.in_(piece))
            self.flag(self.connection.scalars(query).all(), plan=True)

    def answers_of(self, record_ids: Sequence[int]) -> dict[int, str]:
        """Record -> the answer to its standing verdict; those without one are missing."""
        return {heard.record_id: heard.answer for heard in self._latest(record_ids) if heard.answer and heard.verdict}

    def verdict_counts(self, since: int) -> dict[str, int]:
        """Verdict -> how many records' last word it is, of those given since then."""
        c = t.verdicts.c
        newest = select(func.max(c.id)).where(c.at >= since).group_by(c.record_id)
        query = select(c.verdict, func.count()).where(c.id.in_(newest), c.verdict != "").group_by(c.verdict)
        return {row[0]: int(row[1]) for row in self.connection.execute(query)}

    # --- stale leads ---

    def stale_untouched(self, opened_before: int, limit: int = 1_000_000) -> list[StaleLead]:
        """Hot people whom sales has not contacted since their episode opened, the longest waiting first. A colleague's
        task stands for some, and those whose deal is under way are sales' already."""
        e, s = t.episodes.c, t.scores.c
        query = (
            select(e.person_id, e.opened_at.label("since"), s.total)
            .join(t.scores, s.person_id == e.person_id)
            .where(
                e.closed_at.is_(None),
                e.opened_at <= opened_before,
                e.sla_state.in_(_UNTOUCHED),
                e.handover == "lead",
                s.band == "hot",
            )
            .order_by(e.opened_at, e.person_id)
            .limit(limit)
        )
        return [StaleLead(row.person_id, "untouched", row.since, row.total) for row in self.connection.execute(query)]

    def stale_idle(self, total: int, idle_since: int, limit: int = 1_000_000) -> list[StaleLead]:
        """People whose score is still this high (thousandths) although their last act is older."""
        s = t.scores.c
        where = and_(s.total >= total, s.last_act_at < idle_since, s.band != "excluded")
        query = select(s.person_id, s.last_act_at, s.total).where(where).order_by(s.last_act_at, s.person_id)
        return [
            StaleLead(row.person_id, "idle", row.last_act_at, row.total)
            for row in self.connection.execute(query.limit(limit))
        ]

    def recycle(self, person_ids: Sequence[int], at: int) -> None:
        """An order: back to nurture, hot again only with a later act."""
        for piece in rows.chunks(person_ids):
            self.connection.execute(update(t.persons).where(t.persons.c.id.in_(piece)).values(recycled_at=at))
        self.flag(person_ids, score=True, plan=True)

    def keep_figures(self, day: str, figures: Mapping[str, int]) -> None:
        """The day's figures, in the place of earlier ones of that day."""
        c = t.snapshots.c
        self.connection.execute(delete(t.snapshots).where(c.day == day, c.name.in_(figures)))
        if figures:
            values = [{"day": day, "name": name, "value": value} for name, value in figures.items()]
            self.connection.execute(insert(t.snapshots), values)

    def figures(self, name: str, since: str) -> dict[str, int]:
        """Day -> value, from that day on."""
        c = t.snapshots.c
        query = select(c.day, c.value).where(c.name == name, c.day >= since).order_by(c.day)
        return {row.day: int(row.value) for row in self.connection.execute(query)}

    # --- people by what they are ---

    def people_like(self, wanted: PersonFilter, limit: int) -> list[int]:
        """Scored persons that fit, best first."""
        s = t.scores.c
        query = select(s.person_id).order_by(s.total.desc(), s.person_id).limit(limit)
        for column, value in ((s.band, wanted.band), (s.segment, wanted.segment), (s.interest, wanted.interest)):
            if value:
                query = query.where(column == value)
        if wanted.reactivated:
            query = query.where(s.reactivated)
        if wanted.queued:
            e = t.episodes.c
            queued = select(e.person_id).where(e.task_state == "queued", e.closed_at.is_(None))
            query = query.where(s.person_id.in_(queued))
        return list(self.connection.scalars(query))

    # --- notices ---

    def notices_due(self, now: int, limit: int) -> list[OutgoingNotice]:
        c = t.notifications.c
        query = select(t.notifications).where(c.state == "pending", c.next_at <= now).order_by(c.id).limit(limit)
        return [
            OutgoingNotice(row.id, row.kind, row.person_id, row.episode_id, row.payload, row.created_at, row.attempts)
            for row in self.connection.execute(query)
        ]

    def settle_notices(self, ids: Sequence[int], state: str, at: int) -> None:
        """sent, or expired."""
        for piece in rows.chunks(ids):
            where = t.notifications.c.id.in_(piece)
            self.connection.execute(update(t.notifications).where(where).values(state=state, sent_at=at))

    def put_off_notices(self, notices: Mapping[int, tuple[int, Mapping[str, Any]]]) -> None:
        """Notice -> when to try again, and its payload with who has it already."""
        c = t.notifications.c
        for id, (next_at, payload) in notices.items():
            values = {"next_at": next_at, "payload": dict(payload), "attempts": c.attempts + 1}
            self.connection.execute(update(t.notifications).where(c.id == id).values(**values))

    def main_record(self, person_id: int) -> Member | None:
        """A live record of the person that her salesperson can open: Salesforce before HubSpot, contact before lead."""
        c = t.people.c
        query = (
            select(t.people)
            .where(c.person_id == person_id, c.state == State.LIVE.value)
            .order_by(c.system.desc(), c.object, c.id)
        )
        row = self.connection.execute(query).first()
        return rows.member(row) if row else None


def _said(record: PersonRecord) -> tuple[str, str]:
    note = record.own.get("verdict_note")
    return rows.storable_text(str(record.own.get("verdict") or "")), rows.storable_text(str(note or "").strip())


def _verdict_values(row: Any, said: tuple[str, str], score: ScoreRow, at: int) -> dict[str, Any]:
    verdict, note = said
    return {
        "person_id": row.person_id,
        "record_id": row.id,
        "at": at,
        "verdict": verdict[:20],
        "note": note if verdict else "",
        "total": score.total,
        "band": score.band,
        "model_version": score.model_version,
        "lines": [asdict(line) for line in score.lines],
        "answer": "",
    }


def _heard(row: Any) -> Heard:
    lines = tuple(LedgerLine(**{**line, "evidence": tuple(line["evidence"])}) for line in row.lines)
    return Heard(
        row.id,
        row.person_id,
        row.record_id,
        row.at,
        row.verdict,
        row.note,
        row.total,
        row.band,
        row.model_version,
        lines,
        row.answer,
    )
