"""Forms, submissions, marketing mail events and web events."""

from __future__ import annotations

import pytest

GUID = "0f5b3a52-9c33-4b1f-8a2c-5c1de3f0a001"
SUBMISSIONS = f"/form-integrations/v1/submissions/forms/{GUID}"
MAILS = "/email/public/v1/events"
EVENTS = "/events/v3/events"


@pytest.fixture
def form(sandbox):
    sandbox.add_form(GUID, "資料請求")


def test_forms_are_listed_in_pages(sandbox, form, api):
    sandbox.add_form("ffffffff-0000-4000-8000-000000000000", "Trial")
    first = api.get("/marketing/v3/forms", limit=1).json()
    assert [one["name"] for one in first["results"]] == ["資料請求"]
    second = api.get("/marketing/v3/forms", limit=1, after=first["paging"]["next"]["after"]).json()
    assert [one["name"] for one in second["results"]] == ["Trial"]
    assert "paging" not in second
    assert api.get(f"/marketing/v3/forms/{GUID}").json()["name"] == "資料請求"
    assert api.get("/marketing/v3/forms/x").status_code == 404


def test_submissions_come_newest_first_in_pages_of_at_most_50(sandbox, form, api):
    for number in range(75):
        sandbox.submit_form(GUID, 1_000 + number, {"email": "a@example.jp"}, "https://example.jp/dl")
    sandbox.submit_form(GUID, 500, {"email": "late@example.jp"}, "https://example.jp/dl")
    assert len(api.get(SUBMISSIONS).json()["results"]) == 20
    assert api.get(SUBMISSIONS, limit=51).status_code == 400
    first = api.get(SUBMISSIONS, limit=50).json()
    sandbox.submit_form(GUID, 9_000, {"email": "new@example.jp"}, "")
    second = api.get(SUBMISSIONS, limit=50, after=first["paging"]["next"]["after"]).json()
    times = [one["submittedAt"] for one in first["results"] + second["results"]]
    assert times == sorted(times, reverse=True)
    assert len(times) == 76
    assert "paging" not in second
    assert second["results"][-1]["values"] == [{"name": "email", "value": "late@example.jp", "objectTypeId": "0-1"}]
    assert first["results"][0]["pageUrl"] == "https://example.jp/dl"
    assert api.get("/form-integrations/v1/submissions/forms/x").status_code == 404
    assert api.get(SUBMISSIONS, after="??").status_code == 400


def test_mail_events_come_newest_first_with_an_offset(sandbox, api):
    sandbox.add_email_event("SENT", 1_000, "A@example.jp", 7, id="s")
    sandbox.add_email_event("CLICK", 3_000, "a@example.jp", 7, url="https://example.jp/price")
    sandbox.add_email_event("OPEN", 2_000, "a@example.jp", 7, filtered=True)
    sandbox.add_email_event("OPEN", 2_000, "b@example.jp", 8)
    page = api.get(MAILS, limit=3).json()
    assert page["hasMore"] is True
    rest = api.get(MAILS, limit=3, offset=page["offset"]).json()
    assert rest["hasMore"] is False
    events = page["events"] + rest["events"]
    assert [one["created"] for one in events] == [3_000, 2_000, 2_000, 1_000]
    assert events[0]["url"] == "https://example.jp/price"
    assert events[0]["sentBy"] == {"id": "s", "created": 1_000}
    opened = api.get(MAILS, eventType="OPEN", recipient="A@example.jp").json()["events"]
    assert [one["filteredEvent"] for one in opened] == [True]
    window = api.get(MAILS, startTimestamp=2_000, endTimestamp=3_000).json()["events"]
    assert [one["created"] for one in window] == [2_000, 2_000]
    assert len(api.get(MAILS, campaignId=8).json()["events"]) == 1


@pytest.mark.parametrize("bad", [{"limit": 1001}, {"eventType": "READ"}, {"startTimestamp": "yesterday"}])
def test_mail_event_requests_that_are_refused(api, bad):
    assert api.get(MAILS, **bad).status_code == 400


def test_ten_mail_events_are_the_default(sandbox, api):
    for number in range(11):
        sandbox.add_email_event("OPEN", number, "a@example.jp", 1)
    assert len(api.get(MAILS).json()["events"]) == 10


@pytest.fixture
def visits(sandbox):
    ids = [sandbox.put("contacts", {}) for _ in range(2)]
    for number in range(5):
        sandbox.add_event("e_visited_page", ids[number % 2], 1_000 * number, {"hs_url": f"https://example.jp/{number}"})
    return ids


def test_events_of_one_contact_or_of_one_type(visits, api):
    of_one = api.get(EVENTS, objectType="contact", objectId=visits[0], eventType="e_visited_page").json()["results"]
    assert [one["properties"]["hs_url"][-1] for one in of_one] == ["4", "2", "0"]
    assert {(one["objectType"], one["objectId"]) for one in of_one} == {("CONTACT", visits[0])}
    every = api.get(EVENTS, eventType="e_visited_page", sort="occurredAt", limit=3).json()
    rest = api.get(EVENTS, eventType="e_visited_page", sort="occurredAt", after=every["paging"]["next"]["after"]).json()
    assert [one["properties"]["hs_url"][-1] for one in every["results"] + rest["results"]] == list("01234")
    window = {"occurredAfter": "1970-01-01T00:00:01Z", "occurredBefore": "1970-01-01T00:00:04.000Z"}
    found = api.get(EVENTS, eventType="e_visited_page", **window).json()["results"]
    assert [one["properties"]["hs_url"][-1] for one in found] == ["3", "2"]


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"objectType": "contact"},
        {"objectId": "1"},
        {"eventType": "x", "occurredAfter": "1000"},
        {"eventType": "x", "sort": "name"},
        {"eventType": "x", "limit": 1001},
        {"objectType": "deal", "objectId": "1"},
    ],
)
def test_event_requests_that_are_refused(api, bad):
    assert api.get(EVENTS, **bad).status_code == 400


def test_events_need_enterprise_but_their_type_names_do_not(sandbox, visits, api):
    sandbox.enterprise = False
    assert api.get(EVENTS, eventType="e_visited_page").status_code == 403
    assert "e_visited_page" in api.get("/events/v3/events/event-types").json()["eventTypes"]


def test_events_of_a_deleted_contact_are_gone(sandbox, visits, api):
    sandbox.gdpr_delete(visits[0])
    found = api.get(EVENTS, eventType="e_visited_page").json()["results"]
    assert {one["objectId"] for one in found} == {visits[1]}
