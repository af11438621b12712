"""What is gathered for the status page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sync.web.page import Recent, StatusPage, as_document

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_795_233_600


def test_bands_queue_and_quota_are_counted_per_crm(busy: Any) -> None:
    page = busy.page()
    assert dict(page.bands) == {"hot": 2, "nurture": 3, "hold": 0, "excluded": 0, "dormant": 7}
    assert page.people == 12
    hubspot, salesforce = page.crms
    assert (hubspot.system, hubspot.quota, hubspot.quota_left, hubspot.calls_24h) == (
        "hubspot",
        (1000, 250_000),
        249_000,
        43,
    )
    assert (hubspot.pending, hubspot.rejected, hubspot.oldest_at) == (1, 0, NOW - 900)
    assert (salesforce.pending, salesforce.rejected, salesforce.quota) == (1, 1, None)
    assert (hubspot.people, salesforce.people) == (6, 6)


def test_a_run_shows_what_it_read_changed_and_wrote(busy: Any) -> None:
    newest, first = busy.page().runs
    assert (first.read, first.changed, first.scored, first.written, first.tasks, first.rejected) == (21, 8, 8, 6, 2, 1)
    assert newest.errors == (("salesforce", "AccessRefused"),)


def test_a_failing_crm_needs_attention_until_a_run_goes_well(busy: Any) -> None:
    page = busy.page()
    assert page.health == "attention"
    assert [crm.error for crm in page.crms] == ["", "AccessRefused"]
    with busy.store.begin() as unit:
        only_push = unit.start_run("cycle", NOW - 60)
        unit.finish_run(only_push, NOW - 59, "done", {"pulled": {}, "errors": {}})
    assert busy.page().health == "attention", "a run that did not ask Salesforce says nothing about it"
    with busy.store.begin() as unit:
        good = unit.start_run("cycle", NOW - 30)
        unit.finish_run(good, NOW - 20, "done", {"pulled": {"salesforce": {}}, "errors": {}})
    assert busy.page().health == "ok"


def test_a_stream_that_is_not_granted_counts_as_skipped_not_late(busy: Any) -> None:
    streams = {line.stream: line for line in busy.page().streams}
    assert streams["page_views"].skipped
    assert not streams["leads"].skipped


def test_runs_without_any_change_are_left_out_except_the_newest(busy: Any) -> None:
    with busy.store.begin() as unit:
        for number in range(30):
            idle = unit.start_run("cycle", NOW - 90 + number)
            unit.finish_run(idle, NOW - 90 + number, "done", {"pulled": {"hubspot": {"contacts": [0, 0, 9]}}})
    assert len(busy.page().runs) == 3


def test_a_store_without_anything_is_starting(empty: Any) -> None:
    page = empty.page(systems=("hubspot",))
    assert page.health == "starting"
    assert [crm.system for crm in page.crms] == ["hubspot"]
    assert page.crms[0].quota_percent == 0


def test_held_and_paused_runs_are_told(busy: Any) -> None:
    with busy.store.begin() as unit:
        unit.set_fact("held_run", "1")
    page = busy.page()
    assert page.held is not None
    assert (page.held.id, page.held.changed_scores, page.held.task_orders) == (1, 31, 4)
    with busy.store.begin() as unit:
        unit.set_fact("paused", str(NOW - 500))
    assert busy.page().health == "paused"
    assert busy.page().paused_at == NOW - 500


def test_the_document_is_json_without_personal_data(busy: Any) -> None:
    document = json.loads(json.dumps(as_document(busy.page(), "en"), ensure_ascii=False))
    assert document["bands"]["hot"] == 2
    assert document["notices"][0]["text"] == "page views need `Enterprise`"
    assert document["rejected"][0]["code"] == "DUPLICATES_DETECTED"
    assert document["rejected"][0]["vendor_id"] == "00Q2"
    text = json.dumps(document, ensure_ascii=False)
    assert not any(word in text for word in ("yamada", "山田", "太郎", "1234"))


@pytest.mark.parametrize(("took", "kept"), [(0.0, 5.0), (2.0, 40.0)])
def test_a_page_is_kept_for_seconds_and_longer_when_it_was_slow(busy: Any, took: float, kept: float) -> None:
    made: list[int] = []
    now = [100.0]

    def make() -> StatusPage:
        made.append(1)
        now[0] += took
        page: StatusPage = busy.page()
        return page

    clock: Callable[[], float] = lambda: now[0]  # noqa: E731
    recent = Recent(make, clock)
    recent()
    now[0] = 100 + kept
    recent()
    assert len(made) == 1
    now[0] = 100.1 + kept
    recent()
    assert len(made) == 2
