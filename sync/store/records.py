"""What the pull stores: source records, cursors, notices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, select, update

from sync.core import emails
from sync.core.activity import is_own_act
from sync.core.records import (
    ActivityRecord,
    CampaignRecord,
    CompanyRecord,
    DealRecord,
    DealRoleRecord,
    OwnerRecord,
    PersonRecord,
    Record,
    RecordKey,
    State,
)
from sync.identity.keys import KeyKind, key_number
from sync.identity.occurrences import LOGGED_TWICE
from sync.ports import Notice
from sync.repository import Saved, Step
from sync.store import rows
from sync.store import tables as t


@dataclass(frozen=True)
class _Kind:
    table: Table
    content: Callable[[Any], dict[str, Any]]


_KINDS: dict[type, _Kind] = {
    PersonRecord: _Kind(t.people, rows.person_content),
    CompanyRecord: _Kind(t.companies, rows.company_content),
    DealRecord: _Kind(t.deals, rows.deal_content),
    ActivityRecord: _Kind(t.activities, rows.activity_content),
    OwnerRecord: _Kind(t.owners, rows.owner_content),
    CampaignRecord: _Kind(t.campaigns, rows.campaign_content),
}


# What a changed row is due for.
_STALE: dict[str, dict[str, Any]] = {"people": {"unresolved": Step.KEYS}, "companies": {"unjoined": True}}
# What a save needs to know of the stored row beside its key and digest.
_COMPARED = {
    "people": ("person_id", "own", "own_at"),
    "companies": ("name", "domain", "state"),
    "deals": ("state", "status", "closed_at", "company_id"),
    "activities": ("kind", "direction"),
}


class RecordsSide:
    follow_deals: Callable[[Sequence[DealRecord], Mapping[RecordKey, Any]], None]
    follow_retired_deals: Callable[[Iterable[Any]], None]
    save_roles: Callable[[Sequence[DealRoleRecord]], Saved]
    subjects_of: Callable[[Sequence[ActivityRecord]], list[int | None]]
    name_content: Callable[[Sequence[CampaignRecord]], None]

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def cursors(self, system: str) -> dict[str, str]:
        found = self.connection.execute(
            select(t.cursors.c.stream, t.cursors.c.cursor).where(t.cursors.c.system == system)
        )
        return {row.stream: row.cursor for row in found}

    def set_cursor(self, system: str, stream: str, cursor: str, at: int) -> None:
        where = and_(t.cursors.c.system == system, t.cursors.c.stream == stream)
        if not self.connection.execute(update(t.cursors).where(where).values(cursor=cursor, updated_at=at)).rowcount:
            self.connection.execute(
                insert(t.cursors).values(system=system, stream=stream, cursor=cursor, updated_at=at)
            )

    def touch_cursors(self, system: str, at: int) -> None:
        self.connection.execute(update(t.cursors).where(t.cursors.c.system == system).values(updated_at=at))

    def save(self, records: Sequence[Record], seen_at: int) -> Saved:
        """Upserts; an older copy than the stored one (a stale search index) changes nothing."""
        by_type: dict[type, list[Any]] = defaultdict(list)
        for record in records:
            by_type[type(record)].append(record)
        total = Saved()
        for kind, group in by_type.items():
            if kind is DealRoleRecord:
                total += self.save_roles(group)
            else:
                for piece in rows.chunks(group):
                    total += self._save_kind(_KINDS[kind], piece, seen_at)
        return total

    def retire(self, system: str, objects: Sequence[str], seen_before: int) -> int:
        count = 0
        for table in (t.people, t.companies, t.deals):
            stale = and_(
                table.c.system == system,
                table.c.object.in_(objects),
                table.c.state == State.LIVE.value,
                table.c.seen_at < seen_before,
            )
            if table is t.companies:
                gone = self.connection.scalars(select(table.c.vendor_id).where(stale)).all()
                self._match_employees(system, gone)
            if table is t.people:
                persons = self.connection.scalars(select(table.c.person_id).where(stale)).all()
                self.flag((id for id in persons if id), score=True, plan=True)
            if table is t.deals:
                c = table.c
                self.follow_retired_deals(
                    self.connection.execute(select(c.system, c.object, c.vendor_id, c.company_id).where(stale)).all()
                )
            # A new digest: should the record come back, it is a change again.
            values = {
                "state": State.ARCHIVED.value,
                "digest": "",
                **({"unjoined": True} if table is t.companies else {}),
            }
            count += self.connection.execute(update(table).where(stale).values(**values)).rowcount
        return count

    def note(self, notice: Notice, at: int) -> bool:
        key = {"system": notice.system, "code": notice.code, "subject": notice.subject}
        text = {"text_en": notice.text.en, "text_ja": notice.text.ja, "last_at": at}
        if self.connection.execute(update(t.notices).filter_by(**key).values(**text)).rowcount:
            return False
        self.connection.execute(insert(t.notices).values(**key, **text, first_at=at))
        return True

    def clear_notice(self, system: str, code: str, subject: str) -> None:
        self.connection.execute(delete(t.notices).filter_by(system=system, code=code, subject=subject))

    def flag(self, person_ids: Iterable[int], score: bool = False, plan: bool = False, acts: bool = False) -> None:
        """`acts`: to be scored, and nothing but her activities has changed."""
        due = {"score_due": score or acts, "traits_due": score, "plan_due": plan}
        values = {name: True for name, wanted in due.items() if wanted}
        for piece in rows.chunks(sorted(set(person_ids))):
            self.connection.execute(update(t.persons).where(t.persons.c.id.in_(piece)).values(**values))

    def _save_kind(self, kind: _Kind, records: Sequence[Any], seen_at: int) -> Saved:
        latest = {record.key: record for record in sorted(records, key=lambda record: record.modified_at)}
        stored = self._stored(kind.table, latest)
        fresh: list[dict[str, Any]] = []
        changed: list[tuple[dict[str, Any], Any]] = []
        known: list[dict[str, Any]] = []
        news = []
        for key, record in latest.items():
            row = stored.get(key)
            values = _row_values(kind, record, seen_at)
            if kind.table is t.people:
                values["changed_at"] = values["modified_at"]
            if row is None:
                fresh.append(values)
                news.append(record)
            elif values["modified_at"] < row.modified_at:
                known.append({"row": row.id, "seen": seen_at, "modified": row.modified_at})
            elif row.digest != values["digest"]:
                changed.append((values, row))
                news.append(record)
            else:
                known.append({"row": row.id, "seen": seen_at, "modified": values["modified_at"]})
                self._keep_own(kind.table, values, row)
        if kind.table is t.activities:
            self._put_subjects(news, [*fresh, *(values for values, _ in changed)])
        self._write(kind.table, fresh, changed, known)
        if kind.table is t.companies:
            self._match_who_works_at([*fresh, *(values for values, row in changed if _other_employer(values, row))])
        self._follow_up(kind.table, news, latest, stored)
        return Saved(len(fresh), len(changed), len(records) - len(news))

    def _stored(self, table: Table, keys: Iterable[RecordKey]) -> dict[RecordKey, Any]:
        c = table.c
        more = _COMPARED.get(table.name, ())
        found: dict[RecordKey, Any] = {}
        columns = (c.id, c.system, c.object, c.vendor_id, c.digest, c.modified_at, *(c[name] for name in more))
        for where in rows.matching(table, keys):
            for row in self.connection.execute(select(*columns).where(where)):
                found[RecordKey(row.system, row.object, row.vendor_id)] = row
        return found

    def _write(
        self,
        table: Table,
        fresh: Sequence[dict[str, Any]],
        changed: Sequence[tuple[dict[str, Any], Any]],
        known: Sequence[dict[str, Any]],
    ) -> None:
        extra = _STALE.get(table.name, {})
        if fresh:
            first = {"first_seen_at": fresh[0]["seen_at"]} if table is t.people else {}
            self.connection.execute(insert(table), [{**values, **extra, **first} for values in fresh])
        for values, row in changed:
            self.connection.execute(update(table).where(table.c.id == row.id).values(**values, **extra))
        if known:
            touch = update(table).where(table.c.id == bindparam("row"))
            touch = touch.values(seen_at=bindparam("seen"), modified_at=bindparam("modified"))
            self.connection.execute(touch, known)

    def _put_subjects(self, activities: Sequence[ActivityRecord], values: Iterable[dict[str, Any]]) -> None:
        subjects = dict(zip((activity.key for activity in activities), self.subjects_of(activities), strict=True))
        for row in values:
            row["subject_id"] = subjects[RecordKey(row["system"], row["object"], row["vendor_id"])]

    def _keep_own(self, table: Table, values: dict[str, Any], row: Any) -> None:
        """Nothing of substance changed; what the CRM holds in our own fields may have."""
        if table is not t.people or (values["own"], values["own_at"]) == (row.own, row.own_at):
            return
        own = {"own": values["own"], "own_at": values["own_at"]}
        self.connection.execute(update(table).where(table.c.id == row.id).values(**own))
        if values["own"] != row.own and row.person_id:
            self.flag([row.person_id], plan=True)

    def _follow_up(
        self, table: Table, changed: Sequence[Any], latest: dict[RecordKey, Any], stored: Mapping[RecordKey, Any]
    ) -> None:
        if table is t.people:
            self._absorb(changed)
        elif table is t.companies:
            self._flag_employees(changed)
        elif table is t.deals:
            self.follow_deals(changed, stored)
        elif table is t.activities:
            self._save_activity_people(latest.values(), changed, stored)
        elif table is t.campaigns:
            self.name_content(changed)

    def _absorb(self, records: Sequence[PersonRecord]) -> None:
        """Losers of a merge may vanish without a word from the vendor; the survivor names them."""
        for record in records:
            for key in record.absorbed:
                if key != record.key:
                    self._mark_merged(key, record)

    def _mark_merged(self, loser: RecordKey, winner: PersonRecord) -> None:
        values = {
            "state": State.MERGED.value,
            "successor_object": winner.key.object,
            "successor_id": winner.key.id,
            "unresolved": Step.KEYS,
            "changed_at": rows.storable_time(winner.modified_at),
            "digest": "",
        }
        table = t.people
        where = and_(table.c.system == loser.system, table.c.object == loser.object, table.c.vendor_id == loser.id)
        if self.connection.execute(update(table).where(where).values(**values)).rowcount:
            return
        # Never seen alive: kept as an alias, so that its activities find their person.
        modified_at = rows.storable_time(winner.modified_at)
        content = rows.storable(rows.person_content(PersonRecord(loser, modified_at, created_at=winner.created_at)))
        self.connection.execute(
            insert(table).values(
                **{
                    **content,
                    **values,
                    "system": loser.system,
                    "object": loser.object,
                    "vendor_id": loser.id,
                    "modified_at": modified_at,
                    "seen_at": modified_at,
                    "first_seen_at": modified_at,
                    "own": {},
                }
            )
        )

    def _flag_employees(self, companies: Sequence[CompanyRecord]) -> None:
        for system in {company.key.system for company in companies}:
            ids = [company.key.id for company in companies if company.key.system == system]
            where = and_(t.people.c.system == system, t.people.c.company_id.in_(ids))
            found = self.connection.scalars(select(t.people.c.person_id).where(where)).all()
            self.flag((id for id in found if id), score=True)

    def _match_who_works_at(self, companies: Sequence[dict[str, Any]]) -> None:
        """A person's company is part of what is compared."""
        for system in {values["system"] for values in companies}:
            self._match_employees(system, [values["vendor_id"] for values in companies if values["system"] == system])

    def _match_employees(self, system: str, company_ids: Iterable[str]) -> None:
        c = t.people.c
        for piece in rows.chunks(company_ids):
            where = and_(c.system == system, c.company_id.in_(piece))
            self.connection.execute(update(t.people).where(where).values(unresolved=Step.KEYS))

    def _save_activity_people(
        self, activities: Iterable[ActivityRecord], changed: Iterable[ActivityRecord], before: Mapping[RecordKey, Any]
    ) -> None:
        activities = list(activities)
        ids = {key: row.id for key, row in self._stored(t.activities, [a.key for a in activities]).items()}
        wanted = {(ids[a.key], *who) for a in activities for who in _participants(a)}
        columns = t.activity_people.c
        triple = (columns.activity_id, columns.who_object, columns.who_id, columns.who_email)
        stored = {
            (row.activity_id, row.who_object, row.who_id, row.who_email): row
            for row in self.connection.execute(
                select(*triple, columns.id, columns.record_id).where(columns.activity_id.in_(ids.values()))
            )
        }
        self._flag_records(stored[key].record_id for key in stored if key not in wanted)
        gone = [stored[key].id for key in stored if key not in wanted]
        if gone:
            self.connection.execute(delete(t.activity_people).where(columns.id.in_(gone)))
        new = [
            {
                **dict(zip(("activity_id", "who_object", "who_id", "who_email"), key, strict=True)),
                "who_number": key_number(KeyKind.MAILBOX, key[3]) if key[3] else None,
            }
            for key in sorted(wanted - stored.keys())
        ]
        if new:
            self.connection.execute(insert(t.activity_people), new)
        telling = {ids[a.key] for a in changed if _tells(a, before.get(a.key))}
        self._flag_records(row.record_id for key, row in stored.items() if key[0] in telling)

    def _flag_records(self, record_ids: Iterable[int | None]) -> None:
        for piece in rows.chunks(sorted({id for id in record_ids if id})):
            found = self.connection.scalars(select(t.people.c.person_id).where(t.people.c.id.in_(piece))).all()
            self.flag((id for id in found if id), acts=True)

    def attach_activities(self) -> int:
        """Connects activities to people's records that have arrived meanwhile; returns how many were connected."""
        who, act, one = t.activity_people, t.activities, t.people
        by_id = select(who.c.id, one.c.id.label("record_id")).join(act, act.c.id == who.c.activity_id)
        by_id = by_id.join(
            one,
            and_(one.c.system == act.c.system, one.c.object == who.c.who_object, one.c.vendor_id == who.c.who_id),
        ).where(who.c.record_id.is_(None), who.c.who_id != "")
        by_mail = (
            select(who.c.id, func.min(one.c.id).label("record_id"))
            .join(act, act.c.id == who.c.activity_id)
            .join(t.record_keys, t.record_keys.c.number == who.c.who_number)
            .join(one, and_(one.c.id == t.record_keys.c.record_id, one.c.system == act.c.system))
            .where(who.c.record_id.is_(None), who.c.who_number.is_not(None), one.c.state == State.LIVE.value)
            .group_by(who.c.id)
        )
        found = [*self.connection.execute(by_id), *self.connection.execute(by_mail)]
        if found:
            connect = update(who).where(who.c.id == bindparam("link")).values(record_id=bindparam("record"))
            self.connection.execute(connect, [{"link": row.id, "record": row.record_id} for row in found])
        self._flag_records(row.record_id for row in found)
        return len(found)


def _row_values(kind: _Kind, record: Any, seen_at: int) -> dict[str, Any]:
    content = rows.storable(kind.content(record))
    modified_at = rows.storable_time(record.modified_at)
    own = {"own": dict(record.own), "own_at": modified_at} if kind.table is t.people else {}
    key = {"system": record.key.system, "object": record.key.object, "vendor_id": record.key.id}
    return {**key, **content, **own, "modified_at": modified_at, "seen_at": seen_at, "digest": rows.digest(content)}


def _tells(activity: ActivityRecord, before: Any) -> bool:
    """Whether a score may depend on it: an act, or what may be a copy of one, as it is or as it was."""
    now = (activity.kind, activity.direction)
    told = [now] if before is None else [now, (before.kind, before.direction)]
    return any(kind in LOGGED_TWICE or is_own_act(kind, direction) for kind, direction in told)


def _other_employer(values: dict[str, Any], row: Any) -> bool:
    return any(values[name] != getattr(row, name) for name in _COMPARED["companies"])


def _participants(activity: ActivityRecord) -> set[tuple[str, str, str]]:
    """(object, id, "") for each person named by id, ("", "", mailbox) where only an address is known."""
    found = {(key.object, key.id, "") for key in activity.people}
    mailbox = emails.normalise(activity.email) if activity.email else ""
    if not found and mailbox:
        found = {("", "", mailbox)}
    return found
