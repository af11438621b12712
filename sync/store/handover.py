"""What the handover to sales reads beside a person: her account, open deals, colleagues' episodes, owners' load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select

from sync.core.records import SALESFORCE, RecordKey, State
from sync.identity import accounts
from sync.repository import Episode, Member, OpenDeal
from sync.store import rows
from sync.store import tables as t
from sync.store.planning import episode

_UNDER_WAY = ("ordered", "made")
_DEAL_COLUMNS = (
    t.deals.c.system, t.deals.c.object, t.deals.c.vendor_id, t.deals.c.name, t.deals.c.owner_id, t.deals.c.links,
)  # fmt: skip


class HandoverSide:
    connection: Connection

    # --- a person's account ---

    def accounts_of_people(self, members: Mapping[int, Sequence[Member]]) -> dict[int, int]:
        """Person -> account: of the company that a live record names, Salesforce's first, else of the one company
        whose web domain is that of a record's business mailbox, unless their names contradict."""
        live = {id: sorted(filter(_is_live, found), key=_telling_first) for id, found in members.items()}
        named = self._accounts_named(member for found in live.values() for member in found)
        found = {id: account for id, mine in live.items() if (account := _first(mine, named)) is not None}
        rest = [member for id, mine in live.items() if id not in found for member in mine]
        by_domain = self._accounts_by_domain(rest)
        return found | {
            id: account for id, mine in live.items() if id not in found and (account := _first(mine, by_domain))
        }

    def _accounts_named(self, members: Iterable[Member]) -> dict[int, int]:
        """Record -> account."""
        companies = {member.id: member.record.company for member in members if member.record.company}
        c = t.companies.c
        known: dict[RecordKey, int] = {}
        for where in rows.matching(t.companies, set(companies.values())):
            query = select(c.system, c.object, c.vendor_id, c.account_id).where(where, c.account_id.is_not(None))
            for row in self.connection.execute(query):
                known[RecordKey(row.system, row.object, row.vendor_id)] = row.account_id
        return {id: known[key] for id, key in companies.items() if key in known}

    def _accounts_by_domain(self, members: Sequence[Member]) -> dict[int, int]:
        """Record -> account; a domain that several accounts bear tells nothing."""
        firms = {member.id: accounts.employer(member.record) for member in members}
        numbers = {accounts.key_number(f"domain:{firm.domain}") for firm in firms.values() if firm.domain}
        c, k = t.companies.c, t.company_keys.c
        bearers: dict[int, list[Any]] = defaultdict(list)
        for piece in rows.chunks(sorted(numbers)):
            query = select(k.number, t.companies).join(t.companies, c.id == k.company_id)
            where = and_(k.number.in_(piece), c.state == State.LIVE.value, c.account_id.is_not(None))
            for row in self.connection.execute(query.where(where)):
                bearers[row.number].append(row)
        found = {}
        for id, firm in firms.items():
            same = bearers.get(accounts.key_number(f"domain:{firm.domain}"), ()) if firm.domain else ()
            fitting = [row for row in same if accounts.same(firm, accounts.firm(rows.company_record(row)))]
            if len({row.account_id for row in fitting}) == 1:
                found[id] = int(fitting[0].account_id)
        return found

    def account_owners(self, account_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
        """Account -> (system, owner id) of its live records, Salesforce's first."""
        c = t.companies.c
        found: dict[int, list[tuple[str, str]]] = defaultdict(list)
        for piece in rows.chunks(sorted(account_ids)):
            where = and_(c.account_id.in_(piece), c.state == State.LIVE.value, c.owner_id != "")
            query = select(c.account_id, c.system, c.owner_id).where(where).order_by(c.system.desc(), c.id)
            for row in self.connection.execute(query):
                found[row.account_id].append((row.system, row.owner_id))
        return found

    # --- deals ---

    def open_deals(
        self, members: Mapping[int, Sequence[Member]], accounts_of: Mapping[int, int]
    ) -> dict[int, tuple[OpenDeal, ...]]:
        """Person -> open deals, her own first, then her account's; within each Salesforce's, then by id. A deal that
        stands in both CRMs comes once, as Salesforce tells it."""
        own = self._deals_of_records([member for found in members.values() for member in found])
        theirs = self._deals_of_accounts(set(accounts_of.values()))
        told = self._told_by_salesforce([*own.values(), *theirs.values()])
        found: dict[int, tuple[OpenDeal, ...]] = {}
        for id, mine in members.items():
            hers = [row for member in mine for row in own.get(member.record.key, ())]
            accounts_ = theirs.get(accounts_of[id], ()) if id in accounts_of else ()
            if deals := _in_order(hers, accounts_, told):
                found[id] = deals
        return found

    def _deals_of_records(self, members: Sequence[Member]) -> dict[RecordKey, list[Any]]:
        link, deal = t.deal_people.c, t.deals.c
        found: dict[RecordKey, list[Any]] = defaultdict(list)
        ids: dict[str, list[str]] = defaultdict(list)
        for member in members:
            ids[member.record.key.system].append(member.record.key.id)
        who = (link.person_object, link.person_vendor_id)
        query = select(*_DEAL_COLUMNS, *who).join(
            t.deals, and_(deal.system == link.system, deal.vendor_id == link.deal_id)
        )
        for system, wanted in ids.items():
            for piece in rows.chunks(sorted(set(wanted))):
                where = and_(link.system == system, link.person_vendor_id.in_(piece), _is_open())
                for row in self.connection.execute(query.where(where)):
                    found[RecordKey(system, row.person_object, row.person_vendor_id)].append(row)
        return found

    def _deals_of_accounts(self, account_ids: Collection[int]) -> dict[int, list[Any]]:
        company, deal = t.companies.c, t.deals.c
        found: dict[int, list[Any]] = defaultdict(list)
        query = select(*_DEAL_COLUMNS, company.account_id).join(
            t.companies, and_(company.system == deal.system, company.vendor_id == deal.company_id)
        )
        for piece in rows.chunks(sorted(account_ids)):
            for row in self.connection.execute(query.where(company.account_id.in_(piece), _is_open())):
                found[row.account_id].append(row)
        return found

    def _told_by_salesforce(self, groups: Iterable[Iterable[Any]]) -> dict[RecordKey, Any]:
        """HubSpot deal -> the row of the same deal in Salesforce, None when it is not open there any more."""
        halves = {
            _deal_key(row): RecordKey(*link)
            for group in groups
            for row in group
            for link in row.links
            if row.system != SALESFORCE and link[0] == SALESFORCE
        }
        found: dict[RecordKey, Any] = {}
        for where in rows.matching(t.deals, set(halves.values())):
            for row in self.connection.execute(select(t.deals).where(where)):
                found[_deal_key(row)] = row if row.status == "open" and row.state == State.LIVE.value else None
        return {half: found[whole] for half, whole in halves.items() if whole in found}

    # --- episodes around a person ---

    def episodes_in_accounts(self, account_ids: Collection[int], since: int) -> dict[int, list[Episode]]:
        """Account -> episodes of its people that are open, or whose task was ordered since then. Accounts that became
        one since an episode opened are followed."""
        e, company = t.episodes.c, t.companies.c
        query = select(t.episodes, company.account_id.label("now_in")).join(t.companies, company.id == e.account_id)
        recent = or_(e.closed_at.is_(None), e.ordered_at >= since)
        found: dict[int, list[Episode]] = defaultdict(list)
        for piece in rows.chunks(sorted(account_ids)):
            for row in self.connection.execute(query.where(company.account_id.in_(piece), recent).order_by(e.id)):
                found[row.now_in].append(episode(row))
        return found

    def episodes_to_reconsider(self) -> list[Episode]:
        """Open episodes without a follow-up of their own that may need one now: those named in a colleague's task,
        those left out of the pilot, and those told to the owner of a deal that was lost or is gone."""
        e, d = t.episodes.c, t.deals.c
        key = d.system + ":" + d.object + ":" + d.vendor_id
        in_hand = select(key).where(d.status.in_(("open", "won")), d.state == State.LIVE.value)
        aside = and_(e.task_state == "none", or_(e.handover == "account", e.owner_why == "outside_pilot"))
        dealt = and_(e.handover == "deal", e.deal.not_in(in_hand))
        where = and_(e.closed_at.is_(None), or_(aside, dealt))
        return [episode(row) for row in self.connection.execute(select(t.episodes).where(where).order_by(e.id))]

    def notes_since(self, since: int) -> list[Episode]:
        """Episodes whose note to a deal's owner was ordered since then."""
        e = t.episodes.c
        where = and_(e.handover == "deal", e.ordered_at >= since, e.task_state.in_(_UNDER_WAY))
        return [episode(row) for row in self.connection.execute(select(t.episodes).where(where).order_by(e.id))]

    def open_tasks(self) -> list[Episode]:
        """Open follow-ups that nobody has been reported to have begun."""
        e = t.episodes.c
        where = and_(e.closed_at.is_(None), e.handover == "lead", e.task_state.in_(_UNDER_WAY), e.sla_state != "met")
        return [episode(row) for row in self.connection.execute(select(t.episodes).where(where).order_by(e.id))]

    def last_tasks(self, limit: int) -> list[Episode]:
        """The follow-ups given last, the newest first; also those that only a pilot kept from being made."""
        e = t.episodes.c
        where = or_(e.task_state.in_(_UNDER_WAY), e.owner_why == "outside_pilot")
        given = func.coalesce(e.ordered_at, e.opened_at)
        query = select(t.episodes).where(where).order_by(given.desc(), e.id.desc()).limit(limit)
        return [episode(row) for row in self.connection.execute(query)]

    # --- notices ---

    def notify(
        self, key: str, kind: str, person_id: int | None, episode_id: int | None, payload: Mapping[str, Any], at: int
    ) -> bool:
        """Puts a notice down to be sent; False when this key has been used: each is made once."""
        c = t.notifications.c
        if self.connection.scalar(select(func.count()).where(c.key == key)):
            return False
        values = {"kind": kind, "person_id": person_id, "episode_id": episode_id, "payload": dict(payload)}
        self.connection.execute(
            insert(t.notifications).values(key=key, **values, created_at=at, next_at=at, state="pending")
        )
        return True

    def noticed(self, keys: Iterable[str]) -> set[str]:
        """Those of these keys that a notice was made with."""
        c = t.notifications.c
        found: set[str] = set()
        for piece in rows.chunks(keys):
            found |= set(self.connection.scalars(select(c.key).where(c.key.in_(piece))))
        return found


def _is_live(member: Member) -> bool:
    return member.record.state is State.LIVE


def _telling_first(member: Member) -> tuple[bool, bool, int, str]:
    record = member.record
    return (record.key.system != SALESFORCE, record.key.object != "contact", record.created_at or 0, record.key.id)


def _first(members: Iterable[Member], accounts_of: Mapping[int, int]) -> int | None:
    return next((accounts_of[member.id] for member in members if member.id in accounts_of), None)


def _is_open() -> Any:
    return and_(t.deals.c.status == "open", t.deals.c.state == State.LIVE.value)


def _deal_key(row: Any) -> RecordKey:
    return RecordKey(row.system, row.object, row.vendor_id)


def _in_order(own: Iterable[Any], accounts_: Iterable[Any], told: Mapping[RecordKey, Any]) -> tuple[OpenDeal, ...]:
    found: dict[RecordKey, OpenDeal] = {}
    for group, through_account in ((own, False), (accounts_, True)):
        in_force = [told.get(_deal_key(row), row) for row in group]
        for row in sorted(filter(None, in_force), key=lambda row: (row.system != SALESFORCE, row.vendor_id)):
            key = _deal_key(row)
            found.setdefault(key, OpenDeal(key, row.owner_id, row.name, through_account))
    return tuple(found.values())
