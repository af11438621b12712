"""Models that scored, who agreed to them, and what the rules and the hot band turned out to be worth."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, insert, select, update

from sync.core.records import State
from sync.repository import Matured, ModelVersion, RuleFiring, SignOff
from sync.store import tables as t


class ApprovalsSide:
    connection: Connection

    # --- versions and who agreed to them ---

    def use_model(self, version: str, source: str, at: int) -> bool:
        c = t.model_versions.c
        changed = self.connection.execute(update(t.model_versions).where(c.version == version).values(used_at=at))
        if changed.rowcount:
            return False
        values = {"version": version, "source": source, "first_at": at, "used_at": at}
        self.connection.execute(insert(t.model_versions), values)
        return True

    def model_versions(self) -> list[ModelVersion]:
        c = t.model_versions.c
        query = select(c.version, c.source, c.first_at, c.used_at).order_by(c.used_at.desc(), c.first_at.desc())
        return [ModelVersion(*row) for row in self.connection.execute(query)]

    def sign_off(self, version: str, role: str, name: str, at: int, note: str = "") -> None:
        values = {"version": version, "role": role, "name": name, "at": at, "note": note}
        self.connection.execute(insert(t.sign_offs), values)

    def sign_offs(self, version: str = "") -> list[SignOff]:
        c = t.sign_offs.c
        query = select(c.version, c.role, c.name, c.at, c.note).order_by(c.id)
        if version:
            query = query.where(c.version == version)
        return [SignOff(*row) for row in self.connection.execute(query)]

    # --- what was measured ---

    def firings_since(self, since: int) -> list[RuleFiring]:
        """Attribute rules have no act to date: theirs are the people they give points to now."""
        c = t.score_lines.c
        fired = and_(c.points != 0, (c.last_at.is_(None)) | (c.last_at >= since))
        query = select(c.rule, func.count(), func.max(c.last_at)).where(fired).group_by(c.rule).order_by(c.rule)
        return [RuleFiring(rule, count, last) for rule, count, last in self.connection.execute(query)]

    def matured(self, hot_before: int, window: int) -> Matured:
        e = t.episodes.c
        found = exists().where(*_opportunity_of_episode(window))
        counted = case((found, 1), else_=0)
        query = select(func.count(), func.coalesce(func.sum(counted), 0)).where(e.hot_since < hot_before)
        row = self.connection.execute(query).one()
        return Matured(int(row[0]), int(row[1]))

    def young_episodes(self, hot_before: int) -> int:
        query = select(func.count()).where(t.episodes.c.hot_since >= hot_before)
        return int(self.connection.scalar(query) or 0)

    # --- everybody, a batch at a time ---

    def scored_by(self) -> dict[str, int]:
        c = t.scores.c
        rows = self.connection.execute(select(c.model_version, func.count()).group_by(c.model_version))
        return {row[0]: row[1] for row in rows}

    def bands_after(self, after: int, limit: int, bands: Collection[str] = ()) -> list[tuple[int, str, int]]:
        c = t.scores.c
        query = select(c.person_id, c.band, c.total).where(c.person_id > after).order_by(c.person_id).limit(limit)
        if bands:
            query = query.where(c.band.in_(bands))
        return [(row.person_id, row.band, row.total) for row in self.connection.execute(query)]


def _opportunity_of_episode(window: int) -> Iterator[ColumnElement[bool]]:
    """A deal of the person in either CRM that came into being within `window` seconds after she became hot."""
    episode, deal, link, one = t.episodes.c, t.deals.c, t.deal_people.c, t.people.c
    yield one.person_id == episode.person_id
    yield and_(one.system == link.system, one.object == link.person_object, one.vendor_id == link.person_vendor_id)
    yield and_(deal.system == link.system, deal.vendor_id == link.deal_id, deal.state == State.LIVE.value)
    yield and_(deal.created_at > episode.hot_since, deal.created_at <= episode.hot_since + window)
