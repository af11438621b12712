from __future__ import annotations

import pytest

from connectors.sandbox.http import Response
from sync.core.activity import Kind
from sync.core.records import HUBSPOT, ActivityRecord, CampaignRecord, OwnerRecord, RecordKey, State
from sync.errors import TemporaryFailure

HOUR = 3_600_000


def kinds(records):
    return [record.kind for record in records if isinstance(record, ActivityRecord)]


def test_form_submissions_bear_address_page_and_form(lab):
    lab.app.add_form("guid-1", "資料請求フォーム")
    lab.app.submit_form("guid-1", lab.clock.ms() - HOUR, {"email": "a@example.com"}, "https://example.com/dl?x=1")
    form, submitted = lab.reader().read("forms")
    assert isinstance(form, CampaignRecord)
    assert form.key == RecordKey(HUBSPOT, "form", "guid-1")
    assert submitted.kind == Kind.FORM_SUBMIT
    assert (submitted.email, submitted.url) == ("a@example.com", "https://example.com/dl?x=1")
    assert (submitted.title, submitted.content_id) == ("資料請求フォーム", "guid-1")
    assert submitted.occurred_at == (lab.clock.ms() - HOUR) // 1000


def test_new_submissions_are_read_down_to_the_known_ones(lab):
    lab.app.add_form("g", "form")
    for n in range(130):
        lab.app.submit_form("g", lab.clock.ms() - HOUR + n, {"email": f"{n}@example.com"})
    reader = lab.reader()
    assert len(kinds(reader.read("forms"))) == 130
    lab.forget_calls()
    lab.app.submit_form("g", lab.clock.ms(), {"email": "new@example.com"})
    assert [record.email for record in reader.read("forms")] == ["new@example.com"]
    assert lab.app.count() == 1


def test_a_form_pass_broken_off_goes_on_where_it_was(lab):
    lab.app.add_form("g", "form")
    for n in range(700):
        lab.app.submit_form("g", lab.clock.ms() - n * 1000, {"email": f"{n}@example.com"})
    reader = lab.reader()
    records = reader.read("forms", stop_after=1)
    calls = lab.app.count("submissions")
    records += reader.read("forms")
    assert {record.email for record in records if isinstance(record, ActivityRecord)} == {
        f"{n}@example.com" for n in range(700)
    }
    assert lab.app.count("submissions") == 14
    assert calls < 14


def test_a_form_deleted_since_it_was_listed_stops_nothing(lab):
    lab.app.add_form("g", "form")
    reader = lab.reader()
    reader.read("forms")
    lab.app.fault(path="submissions/forms/g", response=Response(404, {"message": "no form"}))
    reader.read("forms")
    assert reader.pages[-1].unknown == {"form_without_submissions": 1}


def test_opens_and_clicks_arrive_and_filtered_ones_do_not(lab):
    now = lab.clock.ms()
    lab.app.add_email_event("OPEN", now - 60_000, "a@example.com", 77)
    lab.app.add_email_event("CLICK", now - 50_000, "a@example.com", 77, url="https://example.com/price")
    lab.app.add_email_event("OPEN", now - 40_000, "bot@example.com", 77, filtered=True)
    lab.app.add_email_event("DELIVERED", now - 70_000, "a@example.com", 77)
    records = lab.reader().read("email_events")
    assert sorted(kinds(records)) == [Kind.EMAIL_CLICK, Kind.EMAIL_OPEN]
    click = next(record for record in records if record.kind == Kind.EMAIL_CLICK)
    assert (click.email, click.url, click.content_id) == ("a@example.com", "https://example.com/price", "77")


def test_an_event_that_arrives_late_is_still_read(lab):
    lab.app.add_email_event("OPEN", lab.clock.ms(), "a@example.com", 1, id="on-time")
    reader = lab.reader()
    reader.read("email_events")
    lab.clock.advance(600)
    lab.app.add_email_event("OPEN", lab.clock.ms() - HOUR + 700_000, "b@example.com", 1, id="late")
    assert "late" in {record.key.id for record in reader.read("email_events")}


def test_thousands_of_events_resume_page_by_page(lab):
    for n in range(2500):
        lab.app.add_email_event("OPEN", lab.clock.ms() - n * 1000, f"{n}@example.com", 1)
    reader = lab.reader()
    records = reader.read("email_events", stop_after=1)
    records += reader.read("email_events")
    assert len({record.email for record in records}) == 2500
    assert lab.app.count("email/public") == 3


def test_unknown_event_types_are_counted_not_guessed(lab):
    body = {"hasMore": False, "events": [{"id": "1", "type": "TELEPATHY", "created": lab.clock.ms()}]}
    lab.app.fault(path="email/public", response=Response(200, body))
    reader = lab.reader()
    assert reader.read("email_events") == []
    assert reader.pages[-1].unknown == {"email_event:TELEPATHY": 1}


def test_a_click_within_two_seconds_of_sending_is_a_scanner(lab):
    sent = lab.clock.ms() - 10_000
    event = {"type": "CLICK", "recipient": "a@example.com", "sentBy": {"id": "s", "created": sent}}
    events = [event | {"id": "1", "created": sent + 900}, event | {"id": "2", "created": sent + 9_000}]
    lab.app.fault(path="email/public", response=Response(200, {"hasMore": False, "events": events}))
    assert [record.key.id for record in lab.reader().read("email_events")] == ["2"]


def test_page_views_name_the_contact_and_the_page(lab):
    person = lab.contacts(1)[0]
    lab.app.add_event(
        "e_visited_page", person, lab.clock.ms() - 1000, {"hs_url": "https://example.com/p", "hs_title": "料金"}
    )
    reader = lab.reader()
    (view,) = reader.read("page_views")
    assert view.kind == Kind.PAGE_VIEW
    assert view.people == (RecordKey(HUBSPOT, "contact", person),)
    assert (view.url, view.title) == ("https://example.com/p", "料金")


def test_without_page_views_the_last_visit_of_contacts_stands_in_and_is_noticed_once(lab):
    lab.app.enterprise = False
    lab.contacts(1, hs_analytics_last_visit_timestamp="2026-09-01T10:00:00Z")
    reader = lab.reader()
    records = reader.read("page_views", "contacts")
    notices = [notice for page in reader.pages for notice in page.notices]
    assert [(notice.code, notice.subject) for notice in notices] == [("feature_missing", "page_views")]
    assert kinds(records) == [Kind.SITE_VISIT]
    lab.forget_calls()
    lab.clock.advance(3600)
    reader.read("page_views", "contacts")
    assert lab.app.count("events/v3") == 0
    lab.clock.advance(86_400)
    reader.read("page_views", "contacts")
    assert lab.app.count("events/v3") == 1
    assert not any(page.notices for page in reader.pages)


def test_with_page_views_the_last_visit_is_not_counted_again(lab):
    lab.contacts(1, hs_analytics_last_visit_timestamp="2026-09-01T10:00:00Z")
    assert kinds(lab.reader().read("page_views", "contacts")) == []


def test_a_missing_scope_skips_its_stream_names_the_scope_and_stops_nothing_else(lab):
    lab.app.scopes.discard("forms")
    lab.contacts(1)
    lab.app.add_email_event("OPEN", lab.clock.ms() - 60_000, "a@example.com", 1)
    reader = lab.reader()
    records = reader.read()
    notices = [notice for page in reader.pages for notice in page.notices]
    assert [notice.subject for notice in notices] == ["forms"]
    assert "forms" in notices[0].text.en
    assert Kind.EMAIL_OPEN in kinds(records)
    lab.app.scopes.add("forms")
    lab.app.add_form("g", "form")
    lab.clock.advance(86_500)
    assert any(isinstance(record, CampaignRecord) for record in reader.read("forms"))


def test_owners_are_read_once_an_hour_the_removed_ones_as_archived(lab):
    lab.app.add_owner("11", "tanaka@example.com", "太郎", "田中")
    lab.app.add_owner("12", "old@example.com", "Old", "Owner")
    lab.app.remove_owner("12")
    reader = lab.reader()
    owners = {record.key.id: record for record in reader.read("owners") if isinstance(record, OwnerRecord)}
    assert owners["11"].name == "田中 太郎"
    assert owners["11"].active
    assert (owners["12"].active, owners["12"].state) == (False, State.ARCHIVED)
    lab.forget_calls()
    assert reader.read("owners") == []
    assert lab.app.count() == 0
    lab.clock.advance(3601)
    assert len(reader.read("owners")) == 2


@pytest.mark.parametrize("body", ["<html>not here</html>", {"category": "OBJECT_NOT_FOUND"}])
@pytest.mark.parametrize(
    ("path", "stream"),
    [("events/v3", "page_views"), ("email/public", "email_events"), ("objects/meetings", "meetings")],
)
def test_a_source_of_acts_that_is_not_there_costs_one_notice_and_stops_nothing(lab, path, stream, body):
    lab.contacts(1)
    lab.app.fault(path=path, response=Response(404, body), times=0)
    reader = lab.reader()
    assert len(reader.read()) >= 1
    notices = [notice for page in reader.pages for notice in page.notices]
    assert [notice.subject for notice in notices].count(stream) == 1
    assert "contacts" in {page.stream for page in reader.pages}


def test_companies_behind_a_web_page_are_not_taken_for_absent(lab):
    lab.app.fault(path="objects/companies", response=Response(404, "<html>proxy</html>"), times=0)
    with pytest.raises(TemporaryFailure):
        lab.reader().read("companies")


def test_deals_without_pipelines_are_read_by_their_own_flags(lab):
    lab.app.fault(path="pipelines", response=Response(404, "<html>not here</html>"), times=0)
    lab.app.put("deals", {"dealname": "d", "hs_is_closed_won": "true", "hs_is_closed": "true"})
    assert [deal.name for deal in lab.reader().read("deals")] == ["d"]
