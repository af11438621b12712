"""The world inside the two emulators, as their APIs show it."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest

from connectors.sandbox.http import Request, SandboxClock
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.world import World, build_world, live_tick, populate

NOW = 1_795_000_000.0


class Pair:
    """A world of its own in both emulators, on a clock that the test moves."""

    def __init__(self, people: int = 300) -> None:
        self.clock = SandboxClock(NOW)
        self.world = build_world(seed=7, people=people, now=NOW)
        self.hubspot = HubSpotSandbox(clock=self.clock, enforce_limits=False)
        self.salesforce = SalesforceSandbox(clock=self.clock)
        populate(self.world, self.hubspot, self.salesforce)

    def tick(self, times: int, seed: int = 1) -> Counter[str]:
        rng, happened = random.Random(seed), Counter[str]()
        for _ in range(times):
            self.clock.advance(3)
            happened.update(live_tick(self.world, self.hubspot, self.salesforce, rng, self.clock.now()))
        return happened

    def ask_hubspot(self, method: str, path: str, *query: tuple[str, str]) -> Any:
        headers = {"authorization": "Bearer pat-na1-sandbox"}
        answer = self.hubspot.answer(Request(method, path, query, headers, b""))
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair()


@pytest.fixture
def living() -> Pair:
    return Pair(people=250)


def test_building_and_seeding_takes_little_time() -> None:
    began = time.process_time()
    world = build_world(seed=7, people=2_200, now=NOW)
    populate(world, HubSpotSandbox(SandboxClock(NOW)), SalesforceSandbox(SandboxClock(NOW)))
    assert time.process_time() - began < 6


def test_every_row_is_in_its_emulator_with_its_id_and_times(pair: Pair) -> None:
    for name, rows in pair.world.hubspot.items():
        for row in rows:
            stored = pair.hubspot.get(name, row.id)
            assert stored is not None
            assert (stored.created_ms, stored.modified_ms) == (row.created_ms, row.modified_ms)
    for name, made in pair.world.salesforce.items():
        for one in made:
            kept = pair.salesforce.get(name, one.id)
            assert kept is not None
            assert all(kept[field] == value for field, value in one.fields.items() if field != "ActivityDateTime")


def test_the_truth_covers_every_person_record_of_the_emulators(pair: Pair) -> None:
    ids = {key.id for key in pair.world.truth}
    assert {row.id for row in pair.hubspot.all("contacts")} | _ids(pair, "Lead") | _ids(pair, "Contact") == ids


def _ids(pair: Pair, name: str) -> set[str]:
    return {row["Id"] for row in pair.salesforce.all(name)}


def test_values_are_ones_that_the_hubspot_api_itself_would_take(pair: Pair) -> None:
    """Known properties, offered options, well-formed times: what a real portal could hold."""
    for name, rows in pair.world.hubspot.items():
        answer = pair.ask_hubspot("GET", f"/crm/v3/properties/{name}")
        offered = {
            p["name"]: {option["value"] for option in p["options"]}
            for p in answer["results"]
            if p["type"] == "enumeration"
        }
        for row in rows:
            for key in offered.keys() & row.properties.keys():
                assert row.properties[key] in offered[key], (name, key)


def test_deal_stages_exist_in_the_portals_pipeline(pair: Pair) -> None:
    pipelines = pair.ask_hubspot("GET", "/crm/v3/pipelines/deals")["results"]
    stages = {stage["id"] for pipeline in pipelines for stage in pipeline["stages"] if pipeline["id"] == "default"}
    assert {row.properties["dealstage"] for row in pair.world.hubspot["deals"]} <= stages


def test_salesforce_derives_what_the_world_says(pair: Pair) -> None:
    for row in pair.world.salesforce["Task"]:
        kept = pair.salesforce.get("Task", row.id)
        assert kept is not None
        assert kept["IsClosed"] is row.fields["IsClosed"]
        assert not kept["CompletedDateTime"] or kept["CompletedDateTime"] >= kept["CreatedDate"]
    for row in pair.world.salesforce["Opportunity"]:
        kept = pair.salesforce.get("Opportunity", row.id)
        assert kept is not None
        assert kept["ForecastCategory"] == ("Closed" if row.fields["IsWon"] else kept["ForecastCategory"])


def test_submissions_events_and_mail_are_served(pair: Pair) -> None:
    forms = pair.ask_hubspot("GET", "/marketing/v3/forms", ("limit", "50"))["results"]
    assert {form["id"] for form in forms} == {form.guid for form in pair.world.forms}
    first = pair.world.submissions[0]
    page = pair.ask_hubspot("GET", f"/form-integrations/v1/submissions/forms/{first.guid}")
    assert page["results"][0]["pageUrl"].startswith("https://")
    views = pair.ask_hubspot("GET", "/events/v3/events", ("eventType", "e_visited_page"), ("objectType", "contact"))
    assert views["results"][0]["properties"]["hs_url"]
    mails = pair.ask_hubspot("GET", "/email/public/v1/events", ("eventType", "CLICK"))
    assert mails["events"][0]["url"]


def test_contacts_are_associated_with_companies_and_deals(pair: Pair) -> None:
    deal = next(link for link in pair.world.links if link.from_type == "deals" and link.to_type == "contacts")
    found = pair.ask_hubspot("GET", f"/crm/v4/objects/deals/{deal.from_id}/associations/contacts")["results"]
    assert [str(item["toObjectId"]) for item in found] == [deal.to_id]


def test_everything_that_may_happen_does_in_time(living: Pair) -> None:
    happened = living.tick(250)
    assert set(happened) == {
        "visit",
        "read_mail",
        "sales_works",
        "newcomer",
        "answer_campaign",
        "deal_moves",
        "decide",
        "convert",
    }


def test_living_data_is_the_same_for_the_same_seed() -> None:
    one, other = Pair(people=120), Pair(people=120)
    assert one.tick(40) == other.tick(40)
    assert one.world.web_events == other.world.web_events


def test_what_happens_is_dated_within_seconds_of_its_tick(living: Pair) -> None:
    views, forms = len(living.world.web_events), len(living.world.submissions)
    began = int(living.clock.now())
    living.tick(60)
    ends = living.clock.now() * 1000
    new = [event.occurred_ms for event in living.world.web_events[views:]]
    new += [sent.submitted_ms for sent in living.world.submissions[forms:]]
    assert len(new) > 40
    assert min(new) >= (began - 10) * 1000
    assert max(new) <= ends


def test_a_visit_moves_the_contacts_modified_date(living: Pair) -> None:
    views = len(living.world.web_events)
    began = living.clock.ms()
    living.tick(40)
    seen = {event.contact_id for event in living.world.web_events[views:]}
    assert len(seen) > 10
    for contact_id in seen:
        stored = living.hubspot.get("contacts", contact_id)
        assert stored is not None
        assert began - 10_000 < stored.modified_ms <= living.clock.ms()


def test_living_data_never_touches_what_leadsync_wrote(living: Pair) -> None:
    living.hubspot.define("contacts", "leadsync_score", "number", "number")
    ids = [row.id for row in living.hubspot.all("contacts")]
    living.hubspot.put_many("contacts", [({"leadsync_score": "77"}, id, None, None) for id in ids])
    living.tick(60)
    assert {living.hubspot.get("contacts", id).properties["leadsync_score"] for id in ids} == {"77"}  # type: ignore[union-attr]


def test_living_data_goes_on_after_merges_and_deletes(living: Pair) -> None:
    ids = [row.id for row in living.hubspot.all("contacts")]
    living.hubspot.merge_contacts(ids[0], ids[1])
    for contact_id in ids[2:40]:
        living.hubspot.archive("contacts", contact_id)
    for lead in living.salesforce.all("Lead")[:20]:
        living.salesforce.delete("Lead", lead["Id"])
    assert living.tick(80)


def test_a_conversion_adds_its_contact_to_the_truth(living: Pair) -> None:
    before = len(living.world.truth)
    happened = living.tick(250)
    assert happened["convert"] > 0
    assert _ids(living, "Contact") <= {key.id for key in living.world.truth}
    assert len(living.world.truth) >= before + happened["convert"]


def test_newcomers_are_whole_people_with_a_record(living: Pair) -> None:
    before = len(living.world.people)
    happened = living.tick(120)
    newcomers = living.world.people[before:]
    assert len(newcomers) == happened["newcomer"] > 3
    assert {person.key for person in newcomers} <= set(living.world.truth.values())


def test_a_decided_person_becomes_hot(living: Pair, world: World) -> None:
    """The product's own scoring is tested elsewhere; here it is enough that the strong acts are there."""
    before = {id(person): len(person.acts) for person in living.world.people}
    happened = living.tick(200)
    assert happened["decide"] > 0
    strong = {"pricing", "compare", "simulator", "form:trial", "form:case_download"}
    decided = [
        person
        for person in living.world.people
        if strong <= {what for _, what in person.acts[before.get(id(person), 0) :]}
    ]
    assert len(decided) >= happened["decide"] // 2 >= 1
    assert len(world.people) == 2_200  # the shared world is not touched by the living one
