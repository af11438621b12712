"""What matching stores of records: where each one is on its way, their keys, the pairs they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from sync.identity.bands import ONE_PERSON_FROM
from sync.identity.keys import LIMITS, KeyKind
from sync.repository import Member, PairRow, Step
from sync.store import rows
from sync.store import tables as t

_AT_ONCE = 2_000  # numbers and ids in one statement
_COLUMNS = {"left": "left_id", "right": "right_id"}
_PAIR_FIELDS = tuple(f.name for f in fields(PairRow))
STRONG = or_(t.pairs.c.evidence != "", t.pairs.c.weight >= ONE_PERSON_FROM)


def pair_row(row: Any) -> PairRow:
    return PairRow(**{name: getattr(row, _COLUMNS.get(name, name)) for name in _PAIR_FIELDS})


class MatchingSide:
    connection: Connection

    def waiting(self, step: Step, limit: int, after: int = 0) -> list[int]:
        c = t.people.c
        query = select(c.id).where(c.unresolved == step, c.id > after).order_by(c.id).limit(limit)
        return list(self.connection.scalars(query))

    def unresolved(self, limit: int, after: int = 0) -> list[Member]:
        c = t.people.c
        query = select(t.people).where(c.unresolved == Step.KEYS, c.id > after).order_by(c.id).limit(limit)
        return [rows.member(row) for row in self.connection.execute(query)]

    def every_record(self, limit: int, after: int = 0) -> list[Member]:
        c = t.people.c
        query = select(t.people).where(c.id > after).order_by(c.id).limit(limit)
        return [rows.member(row) for row in self.connection.execute(query)]

    def advance(self, record_ids: Iterable[int], done: Step, next: Step) -> None:
        c = t.people.c
        for piece in rows.chunks(record_ids, _AT_ONCE):
            self.connection.execute(
                update(t.people).where(c.id.in_(piece), c.unresolved == done).values(unresolved=next)
            )

    def mark_resolved(self, record_ids: Iterable[int]) -> None:
        for piece in rows.chunks(record_ids, _AT_ONCE):
            self.connection.execute(update(t.people).where(t.people.c.id.in_(piece)).values(unresolved=Step.RESOLVED))

    def send_back(self, record_ids: Iterable[int], step: Step) -> None:
        for piece in rows.chunks(sorted(set(record_ids)), _AT_ONCE):
            self._send_back(t.people.c.id.in_(piece), step)

    def send_all_back(self, step: Step, after: int, limit: int) -> int | None:
        c = t.people.c
        ids = select(c.id).where(c.id > after).order_by(c.id).limit(limit).subquery()
        last: int | None = self.connection.scalar(select(func.max(ids.c.id)))
        if last is not None:
            self._send_back(and_(c.id > after, c.id <= last), step)
        return last

    def _send_back(self, where: ColumnElement[bool], step: Step) -> None:
        self.connection.execute(update(t.people).where(where, t.people.c.unresolved < step).values(unresolved=step))

    def set_keys(self, keys: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
        wanted = {(id, number): kind for id, found in keys.items() for number, kind in found.items()}
        stored = self._stored_keys(keys)
        lost = [key for key in stored if key not in wanted]
        got = [key for key in wanted if key not in stored]
        if lost:
            c = t.record_keys.c
            one = delete(t.record_keys).where(c.number == bindparam("n"), c.record_id == bindparam("r"))
            self.connection.execute(one, [{"n": number, "r": id} for id, number in sorted(lost)])
        if got:
            values = [{"record_id": id, "number": number, "kind": wanted[id, number]} for id, number in sorted(got)]
            self.connection.execute(insert(t.record_keys), values)
        kinds = {number: stored[id, number] for id, number in lost}
        kinds |= {number: wanted[id, number] for id, number in got}
        self._send_back_where_use_changed(kinds, lost, got)
        return kinds

    def _stored_keys(self, record_ids: Iterable[int]) -> dict[tuple[int, int], int]:
        c = t.record_keys.c
        found: dict[tuple[int, int], int] = {}
        for piece in rows.chunks(record_ids, _AT_ONCE):
            query = select(c.record_id, c.number, c.kind).where(c.record_id.in_(piece))
            found |= {(row.record_id, row.number): row.kind for row in self.connection.execute(query)}
        return found

    def _send_back_where_use_changed(
        self, kinds: Mapping[int, int], lost: Iterable[tuple[int, int]], got: Iterable[tuple[int, int]]
    ) -> None:
        """A key is in use while two records or more bear it, and no more than its limit: where that changed, pairs
        appear or vanish between records that did not change themselves."""
        grown: dict[int, int] = defaultdict(int)
        for _, number in got:
            grown[number] += 1
        for _, number in lost:
            grown[number] -= 1
        counts = self.key_counts(kinds)
        crossed = []
        for number, kind in kinds.items():
            now = counts.get(number, 0)
            most = LIMITS[KeyKind(kind)]
            if (now <= most) != (now - grown[number] <= most):
                crossed.append(number)
        self._send_back_bearers(crossed)

    def _send_back_bearers(self, numbers: Iterable[int]) -> None:
        for piece in rows.chunks(sorted(numbers), _AT_ONCE):
            bearers = select(t.record_keys.c.record_id).where(t.record_keys.c.number.in_(piece))
            self._send_back(t.people.c.id.in_(bearers), Step.PAIRS)

    def key_counts(self, numbers: Iterable[int]) -> dict[int, int]:
        c = t.record_keys.c
        found: dict[int, int] = {}
        for piece in rows.chunks(sorted(numbers), _AT_ONCE):
            query = select(c.number, func.count()).where(c.number.in_(piece)).group_by(c.number)
            found |= {row[0]: row[1] for row in self.connection.execute(query)}
        return found

    def records_bearing(self, numbers: Iterable[int]) -> dict[int, list[int]]:
        c = t.record_keys.c
        found: dict[int, list[int]] = defaultdict(list)
        for piece in rows.chunks(sorted(numbers), _AT_ONCE):
            for row in self.connection.execute(select(c.number, c.record_id).where(c.number.in_(piece))):
                found[row.number].append(row.record_id)
        return dict(found)

    def candidates(self, record_ids: Iterable[int]) -> list[tuple[int, list[int]]]:
        c = t.record_keys.c
        numbers: set[int] = set()
        for piece in rows.chunks(record_ids, _AT_ONCE):
            numbers |= set(self.connection.scalars(select(c.number).where(c.record_id.in_(piece)).distinct()))
        most = case({kind.value: limit for kind, limit in LIMITS.items()}, value=func.min(c.kind), else_=0)
        found: dict[tuple[int, int], list[int]] = defaultdict(list)
        for piece in rows.chunks(sorted(numbers), _AT_ONCE):
            used = (
                select(c.number)
                .where(c.number.in_(piece))
                .group_by(c.number)
                .having(func.count() > 1, func.count() <= most)
            )
            for row in self.connection.execute(select(c.kind, c.number, c.record_id).where(c.number.in_(used))):
                found[row.kind, row.number].append(row.record_id)
        return [(kind, bearers) for (kind, _), bearers in found.items()]

    def shared_keys(self) -> set[int]:
        return set(self.connection.scalars(select(t.shared_keys.c.number)))

    def set_shared(self, now_shared: Iterable[int], no_longer: Iterable[int]) -> None:
        new, gone = sorted(now_shared), sorted(no_longer)
        if new:
            self.connection.execute(insert(t.shared_keys), [{"number": number} for number in new])
        for piece in rows.chunks(gone, _AT_ONCE):
            self.connection.execute(delete(t.shared_keys).where(t.shared_keys.c.number.in_(piece)))
        self._send_back_bearers([*new, *gone])

    def count_records(self) -> int:
        return int(self.connection.scalar(select(func.count()).select_from(t.people)) or 0)

    def count_names(self) -> None:
        self.connection.execute(delete(t.name_counts))
        c = t.record_keys.c
        counted = (
            select(c.number, func.count())
            .where(c.kind == KeyKind.NAME.value)
            .group_by(c.number)
            .having(func.count() > 1)
        )
        self.connection.execute(insert(t.name_counts).from_select(["number", "records"], counted))

    def name_counts(self, numbers: Iterable[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for piece in rows.chunks(sorted(numbers), _AT_ONCE):
            query = select(t.name_counts).where(t.name_counts.c.number.in_(piece))
            found |= {row.number: row.records for row in self.connection.execute(query)}
        return found

    def replace_pairs(self, record_ids: Iterable[int], settled: Collection[int], pairs: Iterable[PairRow]) -> None:
        c = t.pairs.c
        gone = {
            (row.left_id, row.right_id)
            for row in self._touching(select(c.left_id, c.right_id), record_ids)
            if row.left_id not in settled and row.right_id not in settled
        }
        if gone:
            one = delete(t.pairs).where(c.left_id == bindparam("l"), c.right_id == bindparam("r"))
            self.connection.execute(one, [{"l": left, "r": right} for left, right in sorted(gone)])
        if new := [_pair_values(pair) for pair in pairs]:
            self.connection.execute(insert(t.pairs), new)

    def strong_pairs(self, record_ids: Collection[int]) -> list[PairRow]:
        among = set(record_ids)
        found: list[PairRow] = []
        for piece in rows.chunks(sorted(among), _AT_ONCE):
            query = select(t.pairs).where(t.pairs.c.left_id.in_(piece), STRONG)
            found += [pair_row(row) for row in self.connection.execute(query) if row.right_id in among]
        return found

    def strong_neighbours(self, record_ids: Iterable[int]) -> set[int]:
        c = t.pairs.c
        touching = self._touching(select(c.left_id, c.right_id).where(STRONG), record_ids)
        return {id for row in touching for id in (row.left_id, row.right_id)}

    def set_refused(self, reasons: Mapping[tuple[int, int], str | None]) -> None:
        if reasons:
            c = t.pairs.c
            one = update(t.pairs).where(c.left_id == bindparam("l"), c.right_id == bindparam("r"))
            values = [{"l": left, "r": right, "why": why} for (left, right), why in sorted(reasons.items())]
            self.connection.execute(one.values(refused=bindparam("why")), values)

    def _touching(self, query: Select[Any], record_ids: Iterable[int]) -> Iterator[Any]:
        """Rows of pairs in which one of these records stands on either side; some come twice."""
        for piece in rows.chunks(record_ids, _AT_ONCE):
            for column in (t.pairs.c.left_id, t.pairs.c.right_id):
                yield from self.connection.execute(query.where(column.in_(piece))).all()


def _pair_values(pair: PairRow) -> dict[str, Any]:
    return {_COLUMNS.get(name, name): getattr(pair, name) for name in _PAIR_FIELDS}
