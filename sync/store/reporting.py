"""Read models for the plan page and `explain`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, select

from sync.core.records import RecordKey, State
from sync.identity.accounts import deal_groups
from sync.repository import DealOutcome, Dossier, Episode, RuleFiring, ScoreRow, Told
from sync.store import rows
from sync.store import tables as t
from sync.store.planning import episode


class ReportingSide:
    connection: Connection
    dossiers: Callable[[Sequence[int]], list[Dossier]]
    scores_of: Callable[..., dict[int, ScoreRow]]
    told: Callable[[Sequence[int]], dict[int, Told]]

    def bands(self) -> dict[str, int]:
        """Scored persons of each band."""
        query = select(t.scores.c.band, func.count()).group_by(t.scores.c.band)
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def in_band(self, band: str, limit: int) -> list[int]:
        """Persons of a band, best first."""
        query = select(t.scores.c.person_id).where(t.scores.c.band == band)
        return list(self.connection.scalars(query.order_by(t.scores.c.total.desc(), t.scores.c.person_id).limit(limit)))

    def active_since(self, since: int) -> list[int]:
        """Persons with an own act since then, whatever their score."""
        query = select(t.scores.c.person_id).where(t.scores.c.last_act_at >= since).order_by(t.scores.c.person_id)
        return list(self.connection.scalars(query))

    def stale(self, total: int, idle_since: int) -> int:
        """Persons with at least this score (thousandths) whose last own act is older."""
        where = and_(t.scores.c.total >= total, t.scores.c.last_act_at < idle_since)
        return int(self.connection.scalar(select(func.count()).where(where)) or 0)

    def owning(self) -> set[tuple[str, str]]:
        c = t.people.c
        query = select(c.system, c.owner_id).where(c.state == State.LIVE.value, c.owner_id != "").distinct()
        return {(row.system, row.owner_id) for row in self.connection.execute(query)}

    def rule_firings(self) -> list[RuleFiring]:
        """How many scored persons each rule gave points to, and when it last saw an act."""
        c = t.score_lines.c
        query = select(c.rule, func.count(), func.max(c.last_at)).where(c.points != 0).group_by(c.rule)
        return [RuleFiring(rule, count, last) for rule, count, last in self.connection.execute(query.order_by(c.rule))]

    def won_deals(self, since: int, limit: int) -> list[DealOutcome]:
        """The last won deals whose people are known, newest first. A deal that stands in both CRMs comes once, as
        Salesforce tells it, with the people of both."""
        won = self._won(since)
        people = self._people_of_deals(won)
        found: list[DealOutcome] = []
        for group in deal_groups({key: _linked(row) for key, row in won.items()}):
            told = [won[key] for key in group if key in won]
            persons = {person for key in group for person in people.get(key, ())}
            if persons:
                found.append(DealOutcome(told[0].name, told[0].closed_at, tuple(sorted(persons))))
        return sorted(found, key=lambda deal: -deal.closed_at)[:limit]

    def _won(self, since: int) -> dict[RecordKey, Any]:
        c = t.deals.c
        query = select(c.system, c.object, c.vendor_id, c.name, c.closed_at, c.links).where(
            c.status == "won", c.state == State.LIVE.value, c.closed_at >= since
        )
        return {RecordKey(row.system, row.object, row.vendor_id): row for row in self.connection.execute(query)}

    def _people_of_deals(self, won: Mapping[RecordKey, Any]) -> dict[RecordKey, set[int]]:
        """Deal -> persons, also of the other halves of these deals, whatever their state."""
        link, one = t.deal_people.c, t.people.c
        wanted: dict[str, set[str]] = defaultdict(set)
        for key, row in won.items():
            for each in (key, *_linked(row)):
                wanted[each.system].add(each.id)
        same_person = and_(
            one.system == link.system, one.object == link.person_object, one.vendor_id == link.person_vendor_id
        )
        query = select(link.system, link.deal_id, one.person_id).join(t.people, same_person)
        found: dict[RecordKey, set[int]] = defaultdict(set)
        for system, ids in wanted.items():
            for piece in rows.chunks(sorted(ids)):
                where = and_(link.system == system, link.deal_id.in_(piece), one.person_id.is_not(None))
                for row in self.connection.execute(query.where(where)):
                    found[RecordKey(row.system, "deal", row.deal_id)].add(row.person_id)
        return found

    def duplicates(self) -> tuple[int, int]:
        """(persons with several live records, of these: persons with several in one CRM)."""
        c = t.people.c
        live = and_(c.state == State.LIVE.value, c.person_id.is_not(None))
        per_system = (
            select(c.person_id, c.system, func.count().label("n"))
            .where(live)
            .group_by(c.person_id, c.system)
            .subquery()
        )
        total = (
            select(per_system.c.person_id, func.sum(per_system.c.n).label("n"), func.max(per_system.c.n).label("most"))
            .group_by(per_system.c.person_id)
            .subquery()
        )
        several = self.connection.scalar(select(func.count()).where(total.c.n > 1))
        inside = self.connection.scalar(select(func.count()).where(total.c.most > 1))
        return int(several or 0), int(inside or 0)

    def episodes_of(self, person_id: int) -> list[Episode]:
        query = select(t.episodes).where(t.episodes.c.person_id == person_id).order_by(t.episodes.c.number)
        return [episode(row) for row in self.connection.execute(query)]


def _linked(row: Any) -> list[RecordKey]:
    return [RecordKey(*key) for key in row.links]
