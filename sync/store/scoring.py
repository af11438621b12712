"""What scoring reads and stores: dossiers, scores, ledgers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from functools import partial
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, insert, select, update

from sync.core.records import ActivityRecord, CompanyRecord, RecordKey, State
from sync.repository import Deals, Dossier, LedgerLine, Member, ScoreRow
from sync.store import rows
from sync.store import tables as t
from sync.store.reading import edition, packed

_SCORE_FIELDS = tuple(f.name for f in fields(ScoreRow) if f.name not in ("lines", "codes"))


class ScoringSide:
    connection: Connection
    flag: Callable[..., None]
    accounts_of: Callable[..., tuple[dict[RecordKey, CompanyRecord], dict[RecordKey, tuple[RecordKey, ...]]]]
    deals_of: Callable[[Sequence[int]], dict[int, Deals]]
    activity_keys: Callable[[Iterable[int]], dict[int, RecordKey]]

    def flag_all_for_score(self) -> None:
        self.connection.execute(update(t.persons).where(t.persons.c.merged_into.is_(None)).values(score_due=True))

    def score_due(self, limit: int, after: int = 0) -> list[int]:
        query = select(t.persons.c.id).where(t.persons.c.score_due, t.persons.c.id > after)
        return list(self.connection.scalars(query.order_by(t.persons.c.id).limit(limit)))

    def dossiers(self, person_ids: Sequence[int], activities: bool = True) -> list[Dossier]:
        found: list[Dossier] = []
        for piece in rows.chunks(person_ids):
            found += self._dossiers(piece, activities)
        return found

    def members_of(self, person_ids: Sequence[int]) -> dict[int, list[Member]]:
        found: dict[int, list[Member]] = defaultdict(list)
        query = select(t.people).where(t.people.c.person_id.in_(person_ids)).order_by(t.people.c.id)
        for row in self.connection.execute(query):
            found[row.person_id].append(rows.member(row))
        return found

    def companies_of(self, members: Iterable[Member]) -> dict[RecordKey, CompanyRecord]:
        keys = {member.record.company for member in members if member.record.company}
        found: dict[RecordKey, CompanyRecord] = {}
        for where in rows.matching(t.companies, keys):
            query = select(t.companies).where(where, t.companies.c.state == State.LIVE.value)
            for row in self.connection.execute(query):
                record = rows.company_record(row)
                found[record.key] = record
        return found

    def _dossiers(self, ids: Sequence[int], with_activities: bool) -> list[Dossier]:
        members = self.members_of(ids)
        everyone = [member for group in members.values() for member in group]
        companies, accounts = self.accounts_of({m.record.company for m in everyone if m.record.company})
        chosen, deals = self._chosen(everyone), self.deals_of(ids)
        numbered = self.numbered_activities(ids) if with_activities else {}
        numbers = {act.key: number for acts in numbered.values() for number, act in acts.items()}
        activities = {id: tuple(numbered[id].values()) if id in numbered else () for id in ids}
        content = self._content([act for acts in activities.values() for act in acts])
        persons = self.connection.execute(select(t.persons).where(t.persons.c.id.in_(ids)).order_by(t.persons.c.id))
        return [
            Dossier(
                person_id=row.id,
                key=row.key,
                first_known_at=_first_known(members[row.id], activities[row.id], row.created_at),
                members=tuple(members[row.id]),
                companies=companies,
                activities=activities[row.id],
                content=content,
                accounts=accounts,
                chosen=chosen[row.id],
                deals=deals.get(row.id, Deals()),
                recycled_at=row.recycled_at,
                numbers=numbers,
            )
            for row in persons
        ]

    def activities_of(
        self, person_ids: Sequence[int], since: int = 0, kinds: Collection[str] = ()
    ) -> dict[int, list[ActivityRecord]]:
        """Live activities of each person, oldest first, each once however many of her records it lies on; without
        `kinds`, of every kind. They name her records only, and the address of those known by it."""
        found = self.numbered_activities(person_ids, since, kinds)
        return defaultdict(list, {person: list(acts.values()) for person, acts in found.items()})

    def numbered_activities(
        self, person_ids: Sequence[int], since: int = 0, kinds: Collection[str] = ()
    ) -> dict[int, dict[int, ActivityRecord]]:
        """The same by the store's numbers."""
        who = (t.people.c.person_id, t.people.c.system.label("who_system"), t.people.c.object.label("who_object"))
        query = (
            select(t.activities, *who, t.people.c.vendor_id.label("who_id"), t.activity_people.c.who_email)
            .join(t.activity_people, t.activity_people.c.activity_id == t.activities.c.id)
            .join(t.people, t.people.c.id == t.activity_people.c.record_id)
            .where(
                and_(
                    t.people.c.person_id.in_(person_ids),
                    t.activities.c.state == State.LIVE.value,
                    t.activities.c.occurred_at >= since,
                )
            )
            .order_by(t.activities.c.occurred_at, t.activities.c.id)
        )
        if kinds:
            query = query.where(t.activities.c.kind.in_(kinds))
        found: dict[int, dict[int, ActivityRecord]] = defaultdict(dict)
        for row in self.connection.execute(query):
            record = RecordKey(row.who_system, row.who_object, row.who_id)
            seen = found[row.person_id].get(row.id)
            if seen is None:
                found[row.person_id][row.id] = rows.activity_record(row, (record,), row.who_email)
            elif record not in seen.people:
                found[row.person_id][row.id] = replace(seen, people=tuple(sorted((*seen.people, record))))
        return found

    def choose(self, record_id: int, field: str, author: str, at: int) -> None:
        values = {"record_id": record_id, "field": field, "author": author, "at": at}
        self.connection.execute(insert(t.field_choices), values)

    def _chosen(self, members: Iterable[Member]) -> dict[int, dict[str, RecordKey]]:
        """Person -> field -> the record that a reviewer chose last."""
        by_id = {member.id: member for member in members}
        c = t.field_choices.c
        found: dict[int, dict[str, RecordKey]] = defaultdict(dict)
        latest: dict[tuple[int, str], int] = {}
        for piece in rows.chunks(sorted(by_id)):
            for row in self.connection.execute(select(c.id, c.record_id, c.field).where(c.record_id.in_(piece))):
                member = by_id[row.record_id]
                person = member.person_id or 0
                if latest.get((person, row.field), 0) < row.id:
                    latest[person, row.field] = row.id
                    found[person][row.field] = member.record.key
        return found

    def _content(self, activities: Sequence[ActivityRecord]) -> dict[RecordKey, tuple[str, str]]:
        wanted = sorted({act.content_id for act in activities if act.content_id})
        found: dict[RecordKey, tuple[str, str]] = {}
        for piece in rows.chunks(wanted):
            for row in self.connection.execute(select(t.campaigns).where(t.campaigns.c.vendor_id.in_(piece))):
                found[RecordKey(row.system, row.object, row.vendor_id)] = (row.name, row.type)
        return found

    def save_scores(self, scores: Sequence[ScoreRow]) -> None:
        """Written past SQLAlchemy's per-row work: there are ten lines to a person, and everybody on the first day."""
        ids = [row.person_id for row in scores]
        bases = self._bases(ids)
        self.drop_scores(ids)
        write = partial(_write, self.connection)
        write(t.scores, [_score_values(row, bases.get(row.person_id, "")) for row in scores])
        write(t.score_lines, [_line_values(row, seq, line) for row in scores for seq, line in enumerate(row.lines)])
        self.flag(ids, plan=True)

    def _bases(self, person_ids: Sequence[int]) -> dict[int, str]:
        c = t.traits.c
        found: dict[int, str] = {}
        for piece in rows.chunks(person_ids, 1_000):
            query = select(c.person_id, c.basis).where(c.person_id.in_(piece))
            found |= {row.person_id: row.basis for row in self.connection.execute(query)}
        return found

    def drop_scores(self, person_ids: Sequence[int]) -> None:
        for piece in rows.chunks(person_ids):
            for table in (t.score_lines, t.scores):
                self.connection.execute(delete(table).where(table.c.person_id.in_(piece)))

    def scores_of(self, person_ids: Sequence[int], lines: bool = True) -> dict[int, ScoreRow]:
        found: dict[int, ScoreRow] = {}
        for piece in rows.chunks(person_ids):
            for row in self.connection.execute(select(t.scores).where(t.scores.c.person_id.in_(piece))):
                found[row.person_id] = _score(row)
        return self._with_lines(found) if lines else found

    def _with_lines(self, found: dict[int, ScoreRow]) -> dict[int, ScoreRow]:
        lines: dict[int, list[Any]] = defaultdict(list)
        for piece in rows.chunks(found):
            query = select(t.score_lines).where(t.score_lines.c.person_id.in_(piece)).order_by(t.score_lines.c.seq)
            for row in self.connection.execute(query):
                lines[row.person_id].append(row)
        evidence = {part for told in lines.values() for row in told for part in row.evidence.split()}
        named = {int(part) for part in evidence if part.isdigit()}
        keys = {str(number): str(key) for number, key in self.activity_keys(named).items()}
        return {id: replace(row, lines=tuple(_line(line, keys) for line in lines[id])) for id, row in found.items()}


def _score(row: Any) -> ScoreRow:
    return ScoreRow(**{name: getattr(row, name) for name in _SCORE_FIELDS})


def _write(connection: Connection, table: Table, values: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows given in the order of the table's columns."""
    if values:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join(mark for _ in table.c)
        names = ", ".join(f'"{column.name}"' for column in table.c)
        connection.exec_driver_sql(f"insert into {table.name} ({names}) values ({marks})", list(values))


_plain = attrgetter(*(column.name for column in t.scores.c if column.name not in ("basis", "codes")))
_BASIS, _CODES = (list(t.scores.c.keys()).index(name) for name in ("basis", "codes"))


def _score_values(row: ScoreRow, basis: str) -> tuple[Any, ...]:
    values = list(_plain(row))
    found = {_BASIS: basis + edition(row.model_version), _CODES: packed(row.codes) if row.codes else 0}
    for position in sorted(found):
        values.insert(position, found[position])
    return tuple(values)


def _line_values(row: ScoreRow, seq: int, line: LedgerLine) -> tuple[Any, ...]:
    evidence = " ".join(line.evidence)
    return row.person_id, seq, line.rule, line.axis, line.points, line.count, line.last_at, evidence, line.detail


def _line(row: Any, keys: Mapping[str, str]) -> LedgerLine:
    """Acts are named by their keys; an attribute stays what it is."""
    evidence = tuple(keys.get(part, part) for part in row.evidence.split())
    return LedgerLine(row.rule, row.axis, row.points, row.count, row.last_at, evidence, row.detail)


def _first_known(members: Sequence[Member], activities: Sequence[ActivityRecord], created_at: int) -> int:
    """The earliest sign of the person: a record's creation or an activity."""
    times = [member.record.created_at for member in members if member.record.created_at]
    times += [activities[0].occurred_at] if activities else []
    return min(times, default=created_at)
