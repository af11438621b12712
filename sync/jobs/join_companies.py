"""Companies across the CRMs: changed records meet those they share a key with; each group is one account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sync.identity import accounts
from sync.repository import Store, StoredCompany, Unit

BATCH = 400
LARGEST_CLOSURE = 5_000  # companies that one batch may drag along


@dataclass
class JoinTotals:
    companies: int = 0  # looked at
    accounts: int = 0  # of these, accounts of more than one record


def join_companies(store: Store, between: Callable[[], None], batch: int = BATCH) -> JoinTotals:
    """Brings every changed company to its account. Each batch is one transaction; a full pass gives the same."""
    _index(store, between, batch)
    totals = JoinTotals()
    while True:
        with store.begin() as unit:
            changed = unit.unjoined(batch)
            if not changed:
                return totals
            found = unit.company_closure((company.id for company in changed), LARGEST_CLOSURE)
            placed = _placed(unit, found)
            unit.place_companies(placed)
        totals.companies += len(found)
        totals.accounts += len({account for company, account in placed.items() if company != account})
        between()


def _index(store: Store, between: Callable[[], None], batch: int) -> None:
    """Keys of all changed companies first: two of them may be each other's only link."""
    after = 0
    while True:
        with store.begin() as unit:
            changed = unit.unjoined(batch, after)
            if not changed:
                return
            unit.set_company_keys({company.id: _numbers(company) for company in changed})
            after = changed[-1].id
        between()


def _numbers(company: StoredCompany) -> list[int]:
    return [accounts.key_number(key) for key in sorted(accounts.keys_of(accounts.firm(company.record)))]


def _placed(unit: Unit, companies: list[StoredCompany]) -> dict[int, int]:
    """Company -> account; an account is named by its smallest id."""
    firms = [accounts.firm(company.record) for company in companies]
    numbers = {key: accounts.key_number(key) for firm in firms for key in accounts.keys_of(firm)}
    crowded = unit.crowded_company_keys(numbers.values())
    groups = accounts.groups(firms, frozenset(key for key, number in numbers.items() if number in crowded))
    id_of = {company.record.key: company.id for company in companies}
    placed: dict[int, int] = {}
    for group in groups:
        ids = [id_of[key] for key in group]
        placed.update(dict.fromkeys(ids, min(ids)))
    return placed
