"""What planning reads and stores: standings, episodes, orders for the outbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from sync.core.activity import TOUCH_KINDS, is_sales_touch
from sync.core.records import ActivityRecord, CompanyRecord, RecordKey, State
from sync.repository import Episode, Member, NewOrder, OpenDeal, OutboxRow, Owner, ScoreRow, Standing, Told
from sync.store import rows
from sync.store import tables as t

_EPISODE_FIELDS = tuple(f.name for f in fields(Episode))
_OUTBOX_FIELDS = tuple(f.name for f in fields(OutboxRow))


def episode(row: Any) -> Episode:
    return Episode(**{name: getattr(row, name) for name in _EPISODE_FIELDS})


def _owner(row: Any) -> Owner:
    active = row.active and row.state == State.LIVE.value
    mail = row.email.strip().lower()
    return Owner(row.system, row.vendor_id, mail, row.name, active, row.manager_id, row.automated)


def _may_be_handed_over(score: ScoreRow | None, last: Episode | None) -> bool:
    return (score is not None and score.band == "hot") or (last is not None and last.closed_at is None)


def outbox_row(row: Any) -> OutboxRow:
    return OutboxRow(**{name: getattr(row, name) for name in _OUTBOX_FIELDS})


class PlanningSide:
    connection: Connection
    members_of: Callable[[Sequence[int]], dict[int, list[Member]]]
    companies_of: Callable[[Iterable[Member]], dict[RecordKey, CompanyRecord]]
    scores_of: Callable[..., dict[int, ScoreRow]]
    accounts_of_people: Callable[[Mapping[int, Sequence[Member]]], dict[int, int]]
    account_owners: Callable[[Collection[int]], dict[int, list[tuple[str, str]]]]
    open_deals: Callable[[Mapping[int, Sequence[Member]], Mapping[int, int]], dict[int, tuple[OpenDeal, ...]]]
    answers_of: Callable[[Sequence[int]], dict[int, str]]
    accounts_of: Callable[
        [Iterable[RecordKey]], tuple[dict[RecordKey, CompanyRecord], dict[RecordKey, tuple[RecordKey, ...]]]
    ]
    _chosen: Callable[[Iterable[Member]], dict[int, dict[str, RecordKey]]]
    activities_of: Callable[..., dict[int, list[ActivityRecord]]]

    def plan_due(self, after: int, limit: int) -> list[int]:
        query = (
            select(t.persons.c.id)
            .where(t.persons.c.plan_due, t.persons.c.id > after, t.persons.c.merged_into.is_(None))
            .order_by(t.persons.c.id)
            .limit(limit)
        )
        return list(self.connection.scalars(query))

    def refused_before(self, at: int) -> list[int]:
        where = and_(t.outbox.c.state == "rejected", t.outbox.c.kind == "score", t.outbox.c.done_at <= at)
        return list(self.connection.scalars(select(t.outbox.c.person_id).where(where).distinct()))

    def flag_all_for_plan(self) -> None:
        self.connection.execute(update(t.persons).where(t.persons.c.merged_into.is_(None)).values(plan_due=True))

    def planned(self, person_ids: Iterable[int]) -> None:
        for piece in rows.chunks(person_ids):
            self.connection.execute(update(t.persons).where(t.persons.c.id.in_(piece)).values(plan_due=False))

    def standings(self, person_ids: Sequence[int]) -> list[Standing]:
        found: list[Standing] = []
        for piece in rows.chunks(person_ids):
            found += self._standings(piece)
        return found

    def _standings(self, ids: Sequence[int]) -> list[Standing]:
        scores = self.scores_of(ids, lines=False)
        members = self.members_of(ids)
        everyone = [member for group in members.values() for member in group]
        record_ids = [member.id for member in everyone]
        told, waiting, own_at = self.told(record_ids), self._waiting(record_ids), self._own_at(record_ids)
        owners = {key: company.owner_id for key, company in self.companies_of(everyone).items()}
        episodes, answers = self._latest_episodes(ids), self.answers_of(record_ids)
        # Account and deals matter to the handover alone, and few people are hot.
        handed = {id: members[id] for id in ids if _may_be_handed_over(scores.get(id), episodes.get(id))}
        accounts = self.accounts_of_people(handed)
        deals, account_owners = self.open_deals(handed, accounts), self.account_owners(set(accounts.values()))
        hot = [member for group in handed.values() for member in group]
        companies, groups = self.accounts_of({member.record.company for member in hot if member.record.company})
        chosen = self._chosen(hot)
        persons = self.connection.execute(select(t.persons).where(t.persons.c.id.in_(ids)).order_by(t.persons.c.id))
        return [
            Standing(
                person_id=row.id,
                key=row.key,
                first_hot_at=row.first_hot_at,
                score=scores[row.id],
                members=tuple(members[row.id]),
                own_at=own_at,
                told=told,
                waiting=waiting,
                episode=episodes.get(row.id),
                company_owners=owners,
                last_number=row.last_number,
                account_id=accounts.get(row.id),
                account_owners=tuple(account_owners.get(accounts.get(row.id, 0), ())),
                open_deals=deals.get(row.id, ()),
                answers=answers,
                companies=companies if row.id in handed else {},
                accounts=groups if row.id in handed else {},
                chosen=chosen.get(row.id, {}),
            )
            for row in persons
            if row.id in scores
        ]

    def told(self, record_ids: Sequence[int]) -> dict[int, Told]:
        found: dict[int, Told] = {}
        for piece in rows.chunks(record_ids):
            for row in self.connection.execute(select(t.written).where(t.written.c.record_id.in_(piece))):
                found[row.record_id] = Told(row.fields, row.acked_at, row.basis, row.total)
        return found

    def _waiting(self, record_ids: Sequence[int]) -> dict[int, OutboxRow]:
        found: dict[int, OutboxRow] = {}
        states = ("pending", "sending", "rejected")
        for piece in rows.chunks(record_ids):
            where = and_(t.outbox.c.record_id.in_(piece), t.outbox.c.kind == "score", t.outbox.c.state.in_(states))
            for row in self.connection.execute(select(t.outbox).where(where)):
                found[row.record_id] = outbox_row(row)
        return found

    def _own_at(self, record_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        found: dict[int, tuple[int, int]] = {}
        for piece in rows.chunks(record_ids):
            query = select(t.people.c.id, t.people.c.own_at, t.people.c.seen_at).where(t.people.c.id.in_(piece))
            found |= {row.id: (row.own_at or 0, row.seen_at) for row in self.connection.execute(query)}
        return found

    def _latest_episodes(self, person_ids: Sequence[int]) -> dict[int, Episode]:
        """The open episode, else the last one."""
        is_open = t.episodes.c.closed_at.is_(None)
        query = select(t.episodes).where(t.episodes.c.person_id.in_(person_ids)).order_by(is_open, t.episodes.c.number)
        return {row.person_id: episode(row) for row in self.connection.execute(query)}

    def owners(self) -> list[Owner]:
        """Everybody whom the CRMs ever listed; who left is not active."""
        return [_owner(row) for row in self.connection.execute(select(t.owners).order_by(t.owners.c.id))]

    def order(self, orders: Sequence[NewOrder], run_id: int | None, at: int) -> None:
        """A waiting order with the same key is replaced; a task that was made, or may have been, stays as it is."""
        known: dict[str, str] = {}
        c = t.outbox.c
        for piece in rows.chunks(order.key for order in orders):
            known |= {
                row.key: row.state for row in self.connection.execute(select(c.key, c.state).where(c.key.in_(piece)))
            }
        fresh = [_order_values(order, run_id, at) for order in orders if order.key not in known]
        if fresh:
            self.connection.execute(insert(t.outbox), fresh)
        for order in orders:
            # A task is dropped only when it was refused because its record was gone.
            if order.key in known and (order.kind == "score" or known[order.key] == "dropped"):
                values = _order_values(order, run_id, at)
                self.connection.execute(update(t.outbox).where(c.key == order.key).values(**values))

    def drop_orders(self, keys: Iterable[str]) -> int:
        """Removes waiting orders that nobody needs any more and returns how many; what may have been sent stays."""
        where = t.outbox.c.state.in_(("pending", "rejected"))
        return sum(
            self.connection.execute(delete(t.outbox).where(where, t.outbox.c.key.in_(piece))).rowcount
            for piece in rows.chunks(keys)
        )

    def drop_orders_of(self, person_ids: Sequence[int]) -> None:
        """Removes the scores that nobody has sent yet to people who have no live record any more."""
        where = and_(t.outbox.c.state.in_(("pending", "rejected")), t.outbox.c.kind == "score")
        for piece in rows.chunks(person_ids):
            self.connection.execute(delete(t.outbox).where(where, t.outbox.c.person_id.in_(piece)))

    def open_episode(
        self, person_id: int, number: int, at: int, hot_since: int, total: int, task_key: str, task_state: str
    ) -> int:
        result = self.connection.execute(
            insert(t.episodes).values(
                person_id=person_id,
                number=number,
                opened_at=at,
                hot_since=hot_since,
                total=total,
                task_key=task_key,
                task_state=task_state,
                sla_state="none",
            )
        )
        return rows.inserted_id(result)

    def update_episode(self, episode_id: int, **values: Any) -> None:
        self.connection.execute(update(t.episodes).where(t.episodes.c.id == episode_id).values(**values))

    def number_last(self, episode: Episode) -> None:
        """Makes the episode the one that a person's next cycle goes on from."""
        mine = t.episodes.c.person_id == episode.person_id
        last = int(self.connection.scalar(select(func.max(t.episodes.c.number)).where(mine)) or 0)
        if episode.number < last:
            self.update_episode(episode.id, number=last + 1)

    def set_first_hot(self, person_id: int, at: int) -> None:
        self.connection.execute(update(t.persons).where(t.persons.c.id == person_id).values(first_hot_at=at))

    def episode(self, episode_id: int) -> Episode | None:
        row = self.connection.execute(select(t.episodes).where(t.episodes.c.id == episode_id)).first()
        return episode(row) if row else None

    def queued_episodes(self) -> list[Episode]:
        """Open episodes that wait for their owner's turn, best first."""
        where = and_(t.episodes.c.task_state == "queued", t.episodes.c.closed_at.is_(None))
        query = select(t.episodes).where(where).order_by(t.episodes.c.total.desc(), t.episodes.c.id)
        return [episode(row) for row in self.connection.execute(query)]

    def ordered_tasks_since(self, since: int) -> list[Episode]:
        query = select(t.episodes).where(t.episodes.c.ordered_at >= since).order_by(t.episodes.c.id)
        return [episode(row) for row in self.connection.execute(query)]

    def own_tasks(self, task_keys: Sequence[str]) -> dict[str, RecordKey]:
        found: dict[str, RecordKey] = {}
        for piece in rows.chunks(task_keys):
            where = and_(t.activities.c.task_key.in_(piece), t.activities.c.state == State.LIVE.value)
            for row in self.connection.execute(select(t.activities).where(where).order_by(t.activities.c.id)):
                found.setdefault(row.task_key, RecordKey(row.system, row.object, row.vendor_id))
        return found

    def written_people(self) -> int:
        query = select(func.count(t.people.c.person_id.distinct())).join(
            t.written, t.written.c.record_id == t.people.c.id
        )
        return int(self.connection.scalar(query) or 0)

    def closed_tasks(self, task_keys: Sequence[str]) -> dict[str, int]:
        """Our tasks that somebody completed, as the pull has seen it: task key -> when the CRM said so."""
        found: dict[str, int] = {}
        for piece in rows.chunks(task_keys):
            where = and_(t.activities.c.task_key.in_(piece), t.activities.c.closed)
            for row in self.connection.execute(select(t.activities).where(where)):
                found[row.task_key] = row.modified_at
        return found

    def open_episodes(self, person_id: int) -> list[Episode]:
        where = and_(t.episodes.c.person_id == person_id, t.episodes.c.closed_at.is_(None))
        query = select(t.episodes).where(where).order_by(t.episodes.c.opened_at, t.episodes.c.id)
        return [episode(row) for row in self.connection.execute(query)]

    def open_slas(self) -> list[Episode]:
        own = and_(t.episodes.c.task_state == "made", t.episodes.c.handover == "lead")
        named = t.episodes.c.handover == "account"  # she may be contacted herself
        where = and_(or_(own, named), t.episodes.c.closed_at.is_(None), t.episodes.c.sla_state != "met")
        return [episode(row) for row in self.connection.execute(select(t.episodes).where(where))]

    def touches(self, person_ids: Sequence[int], since: int) -> dict[int, list[ActivityRecord]]:
        found: dict[int, list[ActivityRecord]] = {}
        for piece in rows.chunks(person_ids):
            for person_id, acts in self.activities_of(piece, since, TOUCH_KINDS).items():
                found[person_id] = [act for act in acts if is_sales_touch(act)]
        return found


def _order_values(order: NewOrder, run_id: int | None, at: int) -> dict[str, Any]:
    return {
        "key": order.key,
        "system": order.system,
        "kind": order.kind,
        "person_id": order.person_id,
        "record_id": order.record_id,
        "episode_id": order.episode_id,
        "payload": dict(order.payload),
        "state": "pending",
        "attempts": 0,
        "next_at": at,
        "sent_at": None,
        "done_at": None,
        "reason": "",
        "run_id": run_id,
    }
