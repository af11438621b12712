"""What people are asked about, and what they said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)

from sync.core.records import State
from sync.identity.bands import ONE_PERSON_FROM, REVIEW_FROM, REVIEW_IF_HOT_FROM
from sync.repository import Decision, Edge, PairRow, ReviewMark, ReviewPair, Step, Verdict
from sync.store import rows
from sync.store import tables as t
from sync.store.matching import STRONG, pair_row

_WEIGHTS = ("weight", "name", "email", "place")
_LEVELS = ("name_level", "email_level", "place_level")
_AT_ONCE = 2_000
_DECIDING = 6_105_301  # number of the lock: any that no other program on this database uses


class DecidingSide:
    connection: Connection
    send_back: Callable[[Iterable[int], Step], None]

    def pair(self, left: int, right: int) -> PairRow | None:
        c = t.pairs.c
        query = select(t.pairs).where(c.left_id == min(left, right), c.right_id == max(left, right))
        row = self.connection.execute(query).first()
        return pair_row(row) if row else None

    def hold_decisions(self) -> None:
        # SQLite lets one transaction write at a time anyway. PostgreSQL would let a decision slip in between what a
        # grouping has read and its "done": both would be stored, and nobody would act on it.
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(select(func.pg_advisory_xact_lock(_DECIDING)))

    def decide(self, left: int, right: int, verdict: Verdict, author: str, at: int) -> None:
        self.hold_decisions()
        left, right = min(left, right), max(left, right)
        pair = self.pair(left, right)
        seen = {name: getattr(pair, name) for name in (*_WEIGHTS, *_LEVELS)} if pair else {}
        values = {"left_id": left, "right_id": right, "verdict": verdict, "author": author, "at": at}
        self.connection.execute(insert(t.decisions).values(**values, **seen))
        self.send_back([left, right], Step.PERSON)

    def decisions(self) -> list[Decision]:
        return [_decision(row) for row in self.connection.execute(_newest(select(t.decisions)))]

    def decisions_among(self, record_ids: Collection[int]) -> list[Decision]:
        among = set(record_ids)
        c = t.decisions.c
        found: list[Decision] = []
        for piece in rows.chunks(sorted(among), _AT_ONCE):
            query = _newest(select(t.decisions)).where(c.left_id.in_(piece))
            found += [_decision(row) for row in self.connection.execute(query) if row.right_id in among]
        return found

    def decided_neighbours(self, record_ids: Iterable[int]) -> set[int]:
        """The other ends of what was decided to be the same."""
        c = t.decisions.c
        found: set[int] = set()
        for piece in rows.chunks(record_ids, _AT_ONCE):
            for mine, other in ((c.left_id, c.right_id), (c.right_id, c.left_id)):
                query = _newest(select(other)).where(mine.in_(piece), c.verdict == "same")
                found |= set(self.connection.scalars(query))
        return found

    def decisions_export(self) -> list[dict[str, int | str | None]]:
        names = (*_WEIGHTS, *_LEVELS, "verdict")
        query = _newest(select(*(t.decisions.c[name] for name in names)))
        return [dict(zip(names, row, strict=True)) for row in self.connection.execute(query)]

    def edges_of(self, person_id: int) -> list[Edge]:
        """Why this person's records are one: what CRMs told, exact keys, weights, and what reviewers decided."""
        mine = select(t.people.c.id).where(t.people.c.person_id == person_id)
        c, d = t.pairs.c, t.decisions.c
        strong = select(t.pairs).where(c.left_id.in_(mine), c.right_id.in_(mine), STRONG)
        found = [
            Edge(
                row.left_id,
                row.right_id,
                row.evidence or "weight",
                row.detail if row.evidence else f"{row.weight / 1000:+.1f}",
            )
            for row in self.connection.execute(strong.order_by(c.left_id, c.right_id))
        ]
        decided = _newest(select(t.decisions)).where(d.left_id.in_(mine), d.right_id.in_(mine), d.verdict == "same")
        return [Edge(row.left_id, row.right_id, "decided", "") for row in self.connection.execute(decided)] + found

    def pairs_of(self, person_id: int) -> list[PairRow]:
        mine = select(t.people.c.id).where(t.people.c.person_id == person_id)
        c = t.pairs.c
        query = select(t.pairs).where(or_(c.left_id.in_(mine), c.right_id.in_(mine)))
        return [pair_row(row) for row in self.connection.execute(query.order_by(c.left_id, c.right_id))]

    def review_pairs(self, limit: int, after: ReviewMark | None = None) -> list[ReviewPair]:
        listed = _review_list().subquery()
        mark = tuple_(listed.c.cold, listed.c.worse, listed.c.lighter, listed.c.left_id, listed.c.right_id)
        query = select(listed).where(listed.c.turn == 1).order_by(*mark.clauses).limit(limit)
        if after is not None:
            query = query.where(mark > tuple_(*(literal(value) for value in after)))
        return [_review_pair(row) for row in self.connection.execute(query)]

    def count_review_pairs(self) -> int:
        listed = _review_list().subquery()
        return int(self.connection.scalar(select(func.count()).where(listed.c.turn == 1)) or 0)


def _review_list() -> Select[Any]:
    """Undecided pairs of two living persons that are weak enough, or refused. `turn` numbers those of the same two
    persons, the strongest first. Everything that orders the list ascends."""
    p = t.pairs.c
    left, right = t.people.alias("one"), t.people.alias("two")
    mine, hers = t.scores.alias("my_score"), t.scores.alias("her_score")
    hot = or_(mine.c.band == "hot", hers.c.band == "hot")
    cold = case((hot, 0), else_=1)
    best = func.coalesce(case((mine.c.total >= func.coalesce(hers.c.total, -1), mine.c.total), else_=hers.c.total), -1)
    low = case((left.c.person_id < right.c.person_id, left.c.person_id), else_=right.c.person_id)
    high = case((left.c.person_id < right.c.person_id, right.c.person_id), else_=left.c.person_id)
    within = func.row_number().over(partition_by=(low, high), order_by=(p.weight.desc(), p.left_id, p.right_id))
    asked = or_(
        p.refused > "",
        and_(p.weight >= REVIEW_FROM, p.weight < ONE_PERSON_FROM),
        and_(p.weight >= REVIEW_IF_HOT_FROM, p.weight < REVIEW_FROM, hot),
    )
    columns = (
        *t.pairs.c,
        left.c.person_id.label("left_person"),
        right.c.person_id.label("right_person"),
        mine.c.total.label("left_total"),
        hers.c.total.label("right_total"),
        cold.label("cold"),
        (-best).label("worse"),
        (-p.weight).label("lighter"),
        within.label("turn"),
    )
    return (
        select(*columns)
        .join(left, left.c.id == p.left_id)
        .join(right, right.c.id == p.right_id)
        .outerjoin(mine, mine.c.person_id == left.c.person_id)
        .outerjoin(hers, hers.c.person_id == right.c.person_id)
        .where(or_(p.refused > "", and_(p.weight >= REVIEW_IF_HOT_FROM, p.weight < ONE_PERSON_FROM)))
        .where(asked, left.c.person_id != right.c.person_id, _living(left), _living(right))
        .where(~_decided(left.c.person_id, right.c.person_id))
    )


def _living(records: Any) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(t.people.c.person_id == records.c.person_id, t.people.c.state == State.LIVE.value)
    )


def _decided(one: ColumnElement[Any], two: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a reviewer has spoken of a record of one person and a record of the other."""
    return or_(_said(one, two), _said(two, one))


def _said(one: ColumnElement[Any], two: ColumnElement[Any]) -> ColumnElement[bool]:
    d = t.decisions.c
    left, right = t.people.alias("decided_left"), t.people.alias("decided_right")
    return exists(
        _newest(select(literal(1)))
        .join(left, left.c.id == d.left_id)
        .join(right, right.c.id == d.right_id)
        .where(left.c.person_id == one, right.c.person_id == two)
    )


def _newest(query: Select[Any]) -> Select[Any]:
    """Of each pair the newest decision only, unless it takes back the earlier ones."""
    d, later = t.decisions.c, t.decisions.alias("later")
    superseded = select(literal(1)).where(
        later.c.left_id == d.left_id, later.c.right_id == d.right_id, later.c.id > d.id
    )
    return (
        query.select_from(t.decisions)
        .where(d.verdict != "open", ~exists(superseded.correlate(t.decisions)))
        .order_by(d.id)
    )


def _decision(row: Any) -> Decision:
    seen = row.weight is not None
    weights = (row.weight, row.name, row.email, row.place) if seen else None
    levels = (row.name_level, row.email_level, row.place_level) if seen else None
    return Decision(row.left_id, row.right_id, row.verdict, row.author, row.at, weights, levels)


def _review_pair(row: Any) -> ReviewPair:
    mark = (row.cold, row.worse, row.lighter, row.left_id, row.right_id)
    persons, totals = (row.left_person, row.right_person), (row.left_total, row.right_total)
    return ReviewPair(pair_row(row), persons, totals, row.cold == 0, mark)
