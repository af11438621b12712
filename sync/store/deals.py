"""Deals: whose they are, and who is to be scored when one changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, select, union_all

from sync.core.records import DealRecord, DealRoleRecord, RecordKey, State
from sync.repository import Deals, Saved
from sync.store import rows
from sync.store import tables as t

_DEAL = "deal"  # the object of all deals: named in joins, so that they find their index


class DealsSide:
    connection: Connection
    flag: Callable[..., None]

    def deals_of(self, person_ids: Sequence[int]) -> dict[int, Deals]:
        """What deals tell of these persons: their own, and those of the companies they work at; "company" is every
        record of the account. Who has none is missing."""
        found: dict[int, list[Any]] = defaultdict(list)
        for piece in rows.chunks(person_ids):
            for row in self.connection.execute(_deals_query(piece)):
                found[row.person_id].append(row)
        return {person: _standing(told) for person, told in found.items()}

    def follow_deals(self, changed: Sequence[DealRecord], stored: Mapping[RecordKey, Any]) -> None:
        """Stores whose these deals are. Who is concerned becomes due: by a deal that now stands differently all its
        people and the staff of its account, else who joined or left it. `stored` are the rows as they were."""
        keys = [deal.key for deal in changed]
        before = self._people_of(keys)
        for deal in changed:
            if deal.people is not None:
                self._save_people(deal.key, deal.people)
        after = self._people_of(keys)
        telling = {deal.key for deal in changed if _stands_differently(deal, stored.get(deal.key))}
        concerned = {person for key, person in before | after if key in telling}
        concerned |= {person for _, person in before ^ after}
        self.flag(concerned, score=True)
        self._flag_who_works_at(_companies(changed, stored, telling))

    def follow_retired_deals(self, retired: Iterable[Any]) -> None:
        """Rows with system, object, vendor_id and company_id."""
        found = list(retired)
        keys = [RecordKey(row.system, row.object, row.vendor_id) for row in found]
        self.flag({person for _, person in self._people_of(keys)}, score=True)
        self._flag_who_works_at({(row.system, row.company_id) for row in found if row.company_id})

    def save_roles(self, roles: Sequence[DealRoleRecord]) -> Saved:
        new = changed = 0
        moved: set[RecordKey] = set()
        for role in roles:
            known = {"system": role.key.system, "role_id": role.key.id}
            wanted = (role.deal.id, role.person.object, role.person.id, rows.storable_text(role.role))
            c = t.deal_people.c
            query = select(c.deal_id, c.person_object, c.person_vendor_id, c.role).filter_by(**known)
            row = self.connection.execute(query).first()
            live = role.state is State.LIVE
            if (tuple(row) if row else None) == (wanted if live else None):
                continue
            new, changed = (new + 1, changed) if row is None else (new, changed + 1)
            moved |= {RecordKey(role.key.system, row.person_object, row.person_vendor_id)} if row else set()
            self.connection.execute(delete(t.deal_people).filter_by(**known))
            if live:
                moved.add(RecordKey(role.key.system, role.person.object, role.person.id))
                values = dict(zip(("deal_id", "person_object", "person_vendor_id", "role"), wanted, strict=True))
                self.connection.execute(insert(t.deal_people).values(**known, **values))
        self._flag_bearers(moved)
        return Saved(new, changed, len(roles) - new - changed)

    def _save_people(self, deal: RecordKey, people: Sequence[RecordKey]) -> None:
        known = {"system": deal.system, "deal_id": deal.id, "role_id": ""}
        self.connection.execute(delete(t.deal_people).filter_by(**known))
        for key in dict.fromkeys(people):
            values = {**known, "person_object": key.object, "person_vendor_id": key.id}
            self.connection.execute(insert(t.deal_people).values(**values))

    def _people_of(self, deals: Sequence[RecordKey]) -> set[tuple[RecordKey, int]]:
        """(deal, person) of all who take part and are known."""
        link, one = t.deal_people.c, t.people.c
        ids: dict[str, list[str]] = defaultdict(list)
        for key in deals:
            ids[key.system].append(key.id)
        found: set[tuple[RecordKey, int]] = set()
        for system, wanted in ids.items():
            for piece in rows.chunks(wanted):
                query = select(link.deal_id, one.person_id).join(t.people, _takes_part())
                where = and_(link.system == system, link.deal_id.in_(piece), one.person_id.is_not(None))
                for row in self.connection.execute(query.where(where)):
                    found.add((RecordKey(system, _DEAL, row.deal_id), row.person_id))
        return found

    def _flag_bearers(self, keys: Iterable[RecordKey]) -> None:
        for where in rows.matching(t.people, keys):
            found = self.connection.scalars(select(t.people.c.person_id).where(where)).all()
            self.flag((id for id in found if id), score=True)

    def _flag_who_works_at(self, companies: set[tuple[str, str]]) -> None:
        """Who works at these companies, (system, id), or at other records of their accounts."""
        ids: dict[str, list[str]] = defaultdict(list)
        for system, id in sorted(companies):
            ids[system].append(id)
        named, other, one = t.companies.alias("named"), t.companies.alias("other"), t.people.c
        for system, wanted in ids.items():
            for piece in rows.chunks(wanted):
                direct = select(one.person_id).where(one.system == system, one.company_id.in_(piece))
                through = (
                    select(one.person_id)
                    .select_from(named)
                    .join(other, other.c.account_id == named.c.account_id)
                    .join(t.people, and_(one.system == other.c.system, one.company_id == other.c.vendor_id))
                    .where(named.c.system == system, named.c.object == "company", named.c.vendor_id.in_(piece))
                )
                found = self.connection.scalars(union_all(direct, through)).all()
                self.flag({id for id in found if id}, score=True)


def _deals_query(person_ids: Sequence[int]) -> Select[Any]:
    """(person_id, status, lost_at) of the live deals of persons, their own and their accounts'; lost_at is the last."""
    one, deal, link = t.people.c, t.deals.c, t.deal_people.c
    named, other = t.companies.alias("named"), t.companies.alias("other")
    lives = and_(one.person_id.in_(person_ids), deal.state == State.LIVE.value)
    columns = (one.person_id, deal.status, deal.closed_at)
    own = select(*columns).join(t.deal_people, _takes_part())
    own = own.join(t.deals, and_(deal.system == link.system, deal.object == _DEAL, deal.vendor_id == link.deal_id))
    at_company = select(*columns).join(t.deals, and_(deal.system == one.system, deal.company_id == one.company_id))
    at_account = (
        select(*columns)
        .join(
            named,
            and_(named.c.system == one.system, named.c.object == "company", named.c.vendor_id == one.company_id),
        )
        .join(other, other.c.account_id == named.c.account_id)
        .join(t.deals, and_(deal.system == other.c.system, deal.company_id == other.c.vendor_id))
    )
    told = union_all(own.where(lives), at_company.where(lives), at_account.where(lives)).subquery()
    c = told.c
    return select(c.person_id, c.status, func.max(c.closed_at).label("last")).group_by(c.person_id, c.status)


def _takes_part() -> Any:
    link, one = t.deal_people.c, t.people.c
    return and_(link.system == one.system, link.person_object == one.object, link.person_vendor_id == one.vendor_id)


def _standing(told: Sequence[Any]) -> Deals:
    last = {row.status: row.last for row in told}
    return Deals(customer="won" in last, under_way="open" in last, lost_at=last.get("lost"))


def _stands_differently(deal: DealRecord, row: Any) -> bool:
    company = deal.company.id if deal.company else None
    closed_at = rows.storable_time(deal.closed_at) if deal.closed_at is not None else None
    now = (deal.state.value, deal.status, closed_at, company)
    return row is None or now != (row.state, row.status, row.closed_at, row.company_id)


def _companies(
    changed: Sequence[DealRecord], stored: Mapping[RecordKey, Any], telling: set[RecordKey]
) -> set[tuple[str, str]]:
    """(system, id) of the companies, before and now, of the deals that stand differently."""
    found: set[tuple[str, str]] = set()
    for deal in changed:
        if deal.key in telling:
            row = stored.get(deal.key)
            ids = {deal.company.id if deal.company else None, row.company_id if row else None}
            found |= {(deal.key.system, id) for id in ids if id}
    return found
