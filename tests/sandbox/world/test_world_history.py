"""What happened in the seeded world, and that scoring has something to find in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from urllib.parse import unquote

import pytest

from connectors.sandbox.world import Person, Profile, World, build_world

NOW = 1_795_000_000.0
DAY = 86_400


@pytest.mark.parametrize("seed", [1, 7])
@pytest.mark.parametrize("target_known", [True, False])
def test_a_plain_scorer_finds_a_few_hot_and_some_to_nurture(
    seed: int, target_known: bool, band_of: Callable[..., str]
) -> None:
    world = build_world(seed=seed, people=2_200, now=NOW)
    bands = Counter(band_of(person, NOW, target_known) for person in world.people)
    share = {name: count / len(world.people) for name, count in bands.items()}
    assert 0.013 < share["hot"] < 0.047
    assert 0.075 < share["nurture"] < 0.20
    assert share["dormant"] > 0.3
    assert 0.02 < share["excluded"] < 0.06


def test_pages_of_every_kind_are_viewed_in_both_languages(world: World) -> None:
    urls = Counter(event.properties["hs_url"] for event in world.web_events)
    seen = [unquote(url) for url in urls]
    for part in (
        "/pricing",
        "/料金",
        "/case-studies/",
        "/導入事例/",
        "/compare",
        "/simulator",
        "/blog/",
        "/seminar/",
        "/en/",
    ):
        assert any(part in url for url in seen), part
    assert all(url.isascii() for url in urls)
    assert all(event.properties["hs_title"] for event in world.web_events)


def test_every_form_is_submitted_with_the_address_of_a_contact(world: World) -> None:
    known = {row.properties.get("email") for row in world.hubspot["contacts"]}
    assert {form.guid for form in world.forms} == {submission.guid for submission in world.submissions}
    assert all(submission.values["email"] in known for submission in world.submissions)
    assert len({form.guid for form in world.forms}) == len(world.forms)


def test_marketing_mail_is_delivered_opened_clicked_and_scanned_by_bots(world: World) -> None:
    kinds = Counter((event.type, event.filtered) for event in world.mail_events)
    for kind in ("SENT", "DELIVERED", "OPEN", "CLICK"):
        assert kinds[kind, False] > 50, kind
    assert kinds["SENT", False] > kinds["DELIVERED", False] > kinds["OPEN", False] > kinds["CLICK", False]
    assert kinds["CLICK", True] > 50
    assert all(event.url for event in world.mail_events if event.type == "CLICK")


def test_clicked_people_were_sent_the_mail_before(world: World) -> None:
    sent = {(e.recipient, e.campaign_id): e.created_ms for e in world.mail_events if e.type == "SENT"}
    for event in world.mail_events:
        if event.type in ("OPEN", "CLICK"):
            assert sent[event.recipient, event.campaign_id] < event.created_ms


def test_sales_works_in_both_crms_in_both_directions(world: World) -> None:
    mails = Counter(row.properties["hs_email_direction"] for row in world.hubspot["emails"])
    calls = Counter(row.properties["hs_call_direction"] for row in world.hubspot["calls"])
    assert mails["EMAIL"] > mails["INCOMING_EMAIL"] > 20
    assert calls["OUTBOUND"] > calls["INBOUND"] > 10
    assert min(len(world.hubspot[name]) for name in ("meetings", "notes", "tasks")) > 30
    assert {row.fields["TaskSubtype"] for row in world.salesforce["Task"]} == {"Task", "Call", "Email"}


def test_salesforce_activities_older_than_a_year_are_archived(world: World) -> None:
    archived = [row for row in world.salesforce["Task"] if row.fields["IsArchived"]]
    assert len(archived) > 30
    assert all(row.created < NOW - 365 * DAY and row.fields["IsClosed"] for row in archived)
    assert any(row.fields["IsArchived"] for row in world.salesforce["Event"])


def test_activities_hang_on_the_contact_after_a_conversion(world: World) -> None:
    converted = {row.id for row in world.salesforce["Lead"] if row.fields["IsConverted"]}
    hangs_on = {row.fields["WhoId"] for row in world.salesforce["Task"] + world.salesforce["Event"]}
    assert not converted & hangs_on


def test_campaign_members_name_a_lead_or_a_contact_once_per_campaign(world: World) -> None:
    members = world.salesforce["CampaignMember"]
    keys = Counter((row.fields["CampaignId"], row.fields.get("ContactId") or row.fields["LeadId"]) for row in members)
    assert keys.most_common(1)[0][1] == 1
    responded = {row.fields["Status"] for row in members if row.fields["HasResponded"]}
    silent = {row.fields["Status"] for row in members if not row.fields["HasResponded"]}
    assert responded == {"Registered", "Attended", "Responded"}
    assert silent == {"Sent", "No Show"}
    assert any({"LeadId", "ContactId"} <= set(row.fields) for row in members)


def test_deals_are_won_lost_and_open_in_both_crms(world: World) -> None:
    stages = Counter(row.properties["dealstage"] for row in world.hubspot["deals"])
    won = [row.fields["IsWon"] for row in world.salesforce["Opportunity"] if row.fields["IsClosed"]]
    assert min(stages["closedwon"], stages["closedlost"]) > 20
    assert sum(stages.values()) - stages["closedwon"] - stages["closedlost"] > 20
    assert won.count(True) > 5
    assert won.count(False) > 5
    assert len(won) < len(world.salesforce["Opportunity"])
    assert all(int(row.properties["amount"]) >= 10_000 for row in world.hubspot["deals"])


def test_every_opportunity_has_a_primary_contact_role(world: World) -> None:
    roles = world.salesforce["OpportunityContactRole"]
    primary = [row.fields["OpportunityId"] for row in roles if row.fields["IsPrimary"]]
    assert sorted(primary) == sorted(row.id for row in world.salesforce["Opportunity"])
    assert len(roles) > len(primary)


def test_deals_go_to_people_who_fit_and_looked_closely(world: World) -> None:
    sold_to = {link.to_id for link in world.links if link.from_type == "deals"}
    with_deal = [p for p in world.people if any(row.id in sold_to for row in p.contacts)]
    assert len(with_deal) > 100
    assert _mean(with_deal, "fit") > _mean(world.people, "fit") + 0.05
    asked = sum(any(what in ("form:trial", "form:demo", "simulator") for _, what in p.acts) for p in with_deal)
    base = sum(any(what in ("form:trial", "form:demo", "simulator") for _, what in p.acts) for p in world.people)
    assert asked / len(with_deal) > 2 * base / len(world.people)


def _mean(people: list[Person], name: str) -> float:
    values: list[float] = [getattr(person, name) for person in people]
    return sum(values) / len(values)


def test_won_deals_go_to_better_fits_than_lost_ones() -> None:
    won: list[float] = []
    lost: list[float] = []
    for seed in (1, 2, 3):
        world = build_world(seed=seed, people=2_200, now=NOW)
        owner_of = {row.id: person for person in world.people for row in person.contacts}
        stage = {row.id: row.properties["dealstage"] for row in world.hubspot["deals"]}
        for link in world.links:
            if link.from_type == "deals" and link.to_type == "contacts":
                kind = stage[link.from_id]
                (won if kind == "closedwon" else lost if kind == "closedlost" else []).append(owner_of[link.to_id].fit)
    assert sum(won) / len(won) > sum(lost) / len(lost) + 0.02


def test_old_bursts_are_over(world: World) -> None:
    bursts = [p for p in world.people if p.profile is Profile.BURST and p.contacts and p.acts]
    visits = [[at for at, what in p.acts if what.startswith("form:") or what in ("pricing", "case")] for p in bursts]
    assert sum(1 for times in visits if times and max(times) < NOW - 90 * DAY) / len(bursts) > 0.8


def test_every_association_joins_existing_rows(world: World) -> None:
    ids = {(name, row.id) for name, rows in world.hubspot.items() for row in rows}
    for link in world.links:
        assert (link.from_type, link.from_id) in ids
        assert (link.to_type, link.to_id) in ids


def test_a_small_world_works_too() -> None:
    world = build_world(seed=3, people=60, now=NOW)
    assert len(world.people) == 60
    assert world.truth
