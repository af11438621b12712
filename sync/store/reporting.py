"""Read models for the plan page and `explain`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, and_, func, select

from sync.core.records import State
from sync.repository import DealOutcome, Dossier, Edge, Episode, RuleFiring, ScoreRow, Told
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
        """The last won deals whose people are known, newest first."""
        deals, link = t.deals, t.deal_people
        query = (
            select(deals.c.id, deals.c.name, deals.c.closed_at, t.people.c.person_id)
            .join(link, and_(link.c.system == deals.c.system, link.c.deal_id == deals.c.vendor_id))
            .join(
                t.people,
                and_(
                    t.people.c.system == link.c.system,
                    t.people.c.object == link.c.person_object,
                    t.people.c.vendor_id == link.c.person_vendor_id,
                ),
            )
            .where(
                deals.c.status == "won",
                deals.c.state == State.LIVE.value,
                deals.c.closed_at >= since,
                t.people.c.person_id.is_not(None),
            )
            .order_by(deals.c.closed_at.desc(), deals.c.id)
        )
        found: dict[int, DealOutcome] = {}
        people: dict[int, set[int]] = defaultdict(set)
        for row in self.connection.execute(query):
            if row.id not in found and len(found) == limit:
                break
            people[row.id].add(row.person_id)
            found[row.id] = DealOutcome(row.name, row.closed_at, ())
        return [DealOutcome(d.name, d.closed_at, tuple(sorted(people[id]))) for id, d in found.items()]

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

    def edges_of(self, person_id: int) -> list[Edge]:
        query = select(t.edges).where(t.edges.c.person_id == person_id).order_by(t.edges.c.id)
        return [Edge(row.left_id, row.right_id, row.evidence, row.detail) for row in self.connection.execute(query)]

    def episodes_of(self, person_id: int) -> list[Episode]:
        query = select(t.episodes).where(t.episodes.c.person_id == person_id).order_by(t.episodes.c.number)
        return [episode(row) for row in self.connection.execute(query)]
