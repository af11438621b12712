"""The plan page: what a manager reads before the first write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import DAY, Account, Quiet

from sync.jobs.cycle import Order
from sync.jobs.report import PlanPage, field_changes, plan_page


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    made = Account(tmp_path)
    yield made
    made.close()


def won_deal(account: Account, contact: str, name: str, days_ago: float) -> None:
    pipeline = account.hubspot.portal.pipelines.all[0]
    closed = int(account.ago(days_ago) * 1000)
    values = {
        "dealname": name,
        "pipeline": pipeline.id,
        "dealstage": next(stage.id for stage in pipeline.stages if stage.won),
        "closedate": str(closed),
        "amount": "1000000",
    }
    deal = account.hubspot.put("deals", values, created_ms=closed - 30 * DAY * 1000, modified_ms=closed)
    account.hubspot.associate("deals", deal, "contacts", contact)


def page_of(account: Account) -> PlanPage:
    with account.service() as service:
        result = service.cycle(Order(write=False), Quiet())
        return plan_page(service.store, result.draft, service.scoring, int(account.clock.now()), 5)


def test_the_page_tells_whether_won_deals_were_foreseen(account: Account) -> None:
    seen = account.hot("seen@example.jp", hours_ago=24 * 20)
    blind = account.contact("blind@example.jp")
    won_deal(account, seen, "foreseen", days_ago=8)
    won_deal(account, blind, "unforeseen", days_ago=3)
    page = page_of(account)
    assert [(deal.name, deal.days_before) for deal in page.won] == [("unforeseen", None), ("foreseen", 12)]


def test_the_page_counts_who_became_hot_in_each_week_and_what_sales_can_take(account: Account) -> None:
    account.hot("new@example.jp", hours_ago=5)
    account.hot("older@example.jp", hours_ago=24 * 10)
    account.lead("other@example.jp")
    page = page_of(account)
    assert page.hot_per_week[-2:] == (1, 1)
    assert sum(page.hot_per_week) == 2
    assert page.capacity_per_week == 25  # one salesperson, known in both CRMs


def test_the_page_names_the_hot_the_rules_and_the_cost(account: Account) -> None:
    account.hot("new@example.jp", hours_ago=5)
    account.lead("new@example.jp")
    account.hot("older@example.jp", hours_ago=24 * 10)
    page = page_of(account)
    assert [(person.total, person.task) for person in page.hot] == [(85_000, "task"), (85_000, "none")]
    assert {firing.rule: firing.people for firing in page.firings}["title"] == 2
    assert "comparison" in page.silent_rules
    assert (page.score_writes, page.task_writes) == ({"hubspot": 2, "salesforce": 1}, {"salesforce": 1})
    assert page.calls == {"hubspot": 1, "salesforce": 2}
    assert page.duplicates == (1, 0)


def test_the_full_list_tells_old_and_new_of_every_field(account: Account) -> None:
    account.hot("new@example.jp", hours_ago=5)
    with account.service() as service:
        result = service.cycle(Order(write=False), Quiet())
    changes = {change.field: (change.old, change.new) for change in field_changes(result.draft)}
    assert changes["score"] == ("", "85")
    assert "task" in changes
