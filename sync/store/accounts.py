"""What is stored of companies across the CRMs: which records are one account, and by which keys they meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from sync.core.records import CompanyRecord, RecordKey, State
from sync.identity.accounts import MOST_BEARERS
from sync.repository import StoredCompany
from sync.store import rows
from sync.store import tables as t


class AccountsSide:
    connection: Connection
    flag: Callable[..., None]

    def unjoined(self, limit: int, after: int = 0) -> list[StoredCompany]:
        c = t.companies.c
        query = select(t.companies).where(c.unjoined, c.id > after).order_by(c.id).limit(limit)
        return [_stored(row) for row in self.connection.execute(query)]

    def set_company_keys(self, keys: Mapping[int, Iterable[int]]) -> None:
        c = t.company_keys.c
        wanted = {(number, company) for company, found in keys.items() for number in found}
        stored: set[tuple[int, int]] = set()
        for piece in rows.chunks(sorted(keys)):
            query = select(c.number, c.company_id).where(c.company_id.in_(piece))
            stored |= {(row.number, row.company_id) for row in self.connection.execute(query)}
        got, lost = wanted - stored, stored - wanted
        touched = {number for number, _ in got | lost}
        crowded = self.crowded_company_keys(touched)
        if lost:
            one = delete(t.company_keys).where(c.number == bindparam("n"), c.company_id == bindparam("c"))
            self.connection.execute(one, [{"n": number, "c": company} for number, company in sorted(lost)])
        if got:
            values = [{"number": number, "company_id": company} for number, company in sorted(got)]
            self.connection.execute(insert(t.company_keys), values)
        crossed = crowded ^ self.crowded_company_keys(touched)
        for piece in rows.chunks(sorted(crossed | {number for number, _ in lost})):
            bearers = select(c.company_id).where(c.number.in_(piece))
            self.connection.execute(update(t.companies).where(t.companies.c.id.in_(bearers)).values(unjoined=True))

    def crowded_company_keys(self, numbers: Iterable[int]) -> set[int]:
        c = t.company_keys.c
        found: set[int] = set()
        for piece in rows.chunks(sorted(set(numbers))):
            query = select(c.number).where(c.number.in_(piece)).group_by(c.number).having(func.count() > MOST_BEARERS)
            found |= set(self.connection.scalars(query))
        return found

    def company_closure(self, company_ids: Iterable[int], limit: int) -> list[StoredCompany]:
        found: set[int] = set()
        edge = self._with_accounts(company_ids)
        while edge:
            found |= edge
            if len(found) >= limit:
                break
            edge = self._with_accounts(self._meeting(edge)) - found
        query = select(t.companies).order_by(t.companies.c.id)
        return [
            _stored(row)
            for piece in rows.chunks(sorted(found))
            for row in self.connection.execute(query.where(t.companies.c.id.in_(piece)))
        ]

    def place_companies(self, accounts: Mapping[int, int]) -> None:
        c = t.companies.c
        touched: set[int] = set(accounts.values())
        for piece in rows.chunks(sorted(accounts)):
            held = {
                row.id: row.account_id
                for row in self.connection.execute(select(c.id, c.account_id).where(c.id.in_(piece)))
            }
            moved = [{"row": id, "account": accounts[id]} for id in held if held[id] != accounts[id]]
            touched |= {account for account in held.values() if account is not None}
            if moved:
                one = update(t.companies).where(c.id == bindparam("row")).values(account_id=bindparam("account"))
                self.connection.execute(one, moved)
            self.connection.execute(update(t.companies).where(c.id.in_(piece), c.unjoined).values(unjoined=False))
        self._flag_staff(touched)

    def accounts_of(
        self, keys: Iterable[RecordKey]
    ) -> tuple[dict[RecordKey, CompanyRecord], dict[RecordKey, tuple[RecordKey, ...]]]:
        """The live records of these companies' accounts, and company -> all records of its account."""
        c = t.companies.c
        account_ids: set[int] = set()
        found: dict[RecordKey, CompanyRecord] = {}
        for where in rows.matching(t.companies, keys):
            for row in self.connection.execute(select(t.companies).where(where)):
                _keep(found, row)
                if row.account_id is not None:
                    account_ids.add(row.account_id)
        members: dict[int, list[RecordKey]] = defaultdict(list)
        for piece in rows.chunks(sorted(account_ids)):
            for row in self.connection.execute(select(t.companies).where(c.account_id.in_(piece)).order_by(c.id)):
                _keep(found, row)
                members[row.account_id].append(_key(row))
        return found, {key: tuple(group) for group in members.values() for key in group}

    def _flag_staff(self, account_ids: Iterable[int]) -> None:
        """Who works at a company whose account got, lost or changed a record is scored anew."""
        one, people = t.companies.c, t.people.c
        for piece in rows.chunks(sorted(account_ids)):
            query = (
                select(people.person_id)
                .join(t.companies, (one.system == people.system) & (one.vendor_id == people.company_id))
                .where(one.account_id.in_(piece), people.person_id.is_not(None))
                .distinct()
            )
            self.flag(self.connection.scalars(query).all(), score=True)

    def _with_accounts(self, company_ids: Iterable[int]) -> set[int]:
        c = t.companies.c
        found: set[int] = set(company_ids)
        for piece in rows.chunks(sorted(found)):
            accounts = select(c.account_id).where(c.id.in_(piece), c.account_id.is_not(None))
            found |= set(self.connection.scalars(select(c.id).where(c.account_id.in_(accounts))))
        return found

    def _meeting(self, company_ids: Iterable[int]) -> set[int]:
        """Who shares a key with these that is not crowded."""
        c = t.company_keys.c
        numbers: set[int] = set()
        for piece in rows.chunks(sorted(company_ids)):
            numbers |= set(self.connection.scalars(select(c.number).where(c.company_id.in_(piece)).distinct()))
        found: set[int] = set()
        for piece in rows.chunks(sorted(numbers - self.crowded_company_keys(numbers))):
            found |= set(self.connection.scalars(select(c.company_id).where(c.number.in_(piece)).distinct()))
        return found


def _stored(row: Any) -> StoredCompany:
    return StoredCompany(row.id, rows.company_record(row))


def _key(row: Any) -> RecordKey:
    return RecordKey(row.system, row.object, row.vendor_id)


def _keep(found: dict[RecordKey, CompanyRecord], row: Any) -> None:
    if row.state == State.LIVE.value:
        found.setdefault(_key(row), rows.company_record(row))
