from __future__ import annotations

import time

import pytest

BASE_MS = 1_780_000_000_000


def where(name, operator, value=None, high=None, values=None):
    filter = {"propertyName": name, "operator": operator}
    filter |= {} if value is None else {"value": value}
    filter |= {} if high is None else {"highValue": high}
    return filter | ({} if values is None else {"values": values})


BY_ID = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]


@pytest.fixture
def people(sandbox):
    rows = [
        ("Hanako", "SALES", 300, "hot;cold"),
        ("taro yamada", "", 99, ""),
        ("花子", "OPEN", 1000, "cold"),
    ]
    sandbox.define("contacts", "points", "number", "number")
    sandbox.define("contacts", "tags", "enumeration", "checkbox")
    ids = []
    for first, status, points, tags in rows:
        values = {"firstname": first, "hs_lead_status": status, "points": str(points), "tags": tags}
        ids.append(sandbox.put("contacts", values, modified_ms=BASE_MS + points))
    return ids


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (where("points", "GT", "99"), [0, 2]),
        (where("points", "GTE", "99"), [0, 1, 2]),
        (where("points", "LT", "300"), [1]),
        (where("points", "LTE", "300.0"), [0, 1]),
        (where("points", "EQ", "300.0"), [0]),
        (where("points", "BETWEEN", "99", high="300"), [0, 1]),
        (where("points", "IN", values=["99", "1000"]), [1, 2]),
        (where("points", "NOT_IN", values=["99", "1000"]), [0]),
        (where("firstname", "EQ", "HANAKO"), [0]),
        (where("firstname", "IN", values=["hanako"]), [0]),
        (where("firstname", "IN", values=["Hanako"]), []),
        (where("firstname", "CONTAINS_TOKEN", "yama*"), [1]),
        (where("firstname", "CONTAINS_TOKEN", "yama"), []),
        (where("firstname", "NOT_CONTAINS_TOKEN", "taro"), [0, 2]),
        (where("hs_lead_status", "HAS_PROPERTY"), [0, 2]),
        (where("hs_lead_status", "NOT_HAS_PROPERTY"), [1]),
        (where("hs_lead_status", "NEQ", "SALES"), [2]),
        (where("hs_lead_status", "IN", values=["open"]), []),
        (where("tags", "EQ", "cold"), [0, 2]),
        (where("tags", "NOT_IN", values=["hot"]), [2]),
        (where("lastmodifieddate", "GTE", str(BASE_MS + 300)), [0, 2]),
        (where("lastmodifieddate", "GT", "2026-05-28T20:26:40.300Z"), [2]),
        (where("hs_lastmodifieddate", "GTE", "0"), []),
    ],
)
def test_operators(people, api, filter, expected):
    assert api.found("contacts", filter, sorts=BY_ID) == [people[place] for place in expected]


def test_filters_of_a_group_all_hold_and_one_group_is_enough(people, api):
    groups = [
        {"filters": [where("points", "GT", "500"), where("firstname", "EQ", "花子")]},
        {"filters": [where("points", "LT", "100"), where("firstname", "EQ", "花子")]},
        {"filters": [where("firstname", "EQ", "hanako")]},
    ]
    answer = api.post("/crm/v3/objects/contacts/search", {"filterGroups": groups, "sorts": BY_ID}).json()
    assert [one["id"] for one in answer["results"]] == [people[0], people[2]]
    assert answer["total"] == 2


def test_ids_are_compared_as_numbers(sandbox, api):
    ids = [sandbox.put("contacts", {}) for _ in range(100)]
    found = api.found("contacts", where("hs_object_id", "GT", "9998"), sorts=BY_ID, limit=5)
    assert found == ["9999", "10000", "10001", "10002", "10003"]
    assert api.found("contacts", sorts=["-hs_object_id"], limit=1) == [ids[-1]]


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": [where("points", "EQ", "1")]}] * 6},
        {"filterGroups": [{"filters": [where("points", "EQ", "1")] * 7}]},
        {"filterGroups": [{"filters": [where("points", "EQ", "1")] * 5}] * 4},
        {"filterGroups": [{"filters": [where("nonsense", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [where("points", "EQ", "many")]}]},
        {"filterGroups": [{"filters": [where("points", "EQ")]}]},
        {"filterGroups": [{"filters": [where("points", "BETWEEN", "1")]}]},
        {"filterGroups": [{"filters": [where("points", "IN", "1")]}]},
        {"filterGroups": [{"filters": [where("points", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": []}]},
        {"sorts": [{"propertyName": "nonsense", "direction": "ASCENDING"}]},
        {"sorts": ["points", "firstname"]},
        {"sorts": [{"propertyName": "points", "direction": "UP"}]},
        {"limit": 201},
        {"limit": 0},
        {"after": "eyJ"},
        {"after": "9900", "limit": 101},
        {"query": "x" * 3001},
    ],
)
def test_search_refuses_what_the_service_refuses(people, api, body):
    answer = api.post("/crm/v3/objects/contacts/search", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_the_last_allowed_page_still_names_a_next_one_that_is_refused(sandbox, api):
    sandbox.put_many("contacts", [({}, None, 1, 1) for _ in range(10_050)])
    page = api.search("contacts", sorts=BY_ID, limit=200, after="9800").json()
    assert (page["total"], len(page["results"]), page["paging"]["next"]["after"]) == (10_050, 200, "10000")
    refused = api.search("contacts", sorts=BY_ID, limit=200, after="10000")
    assert refused.status_code == 400


def test_offsets_are_plain_numbers_and_the_last_page_has_no_paging(people, api):
    first = api.search("contacts", sorts=BY_ID, limit=2).json()
    assert first["paging"]["next"]["after"] == "2"
    last = api.search("contacts", sorts=BY_ID, limit=2, after=2).json()
    assert [one["id"] for one in last["results"]] == [people[2]]
    assert "paging" not in last


def test_records_that_tie_in_a_sort_do_not_come_by_id(sandbox, api):
    ids = [sandbox.put("companies", {}, modified_ms=BASE_MS) for _ in range(20)]
    found = api.found("companies", sorts=["hs_lastmodifieddate"], limit=20)
    assert sorted(found, key=int) == ids
    assert found != ids


def test_records_without_a_value_are_sorted_last(people, api):
    assert api.found("contacts", sorts=["hs_lead_status"])[-1] == people[1]
    assert api.found("contacts", sorts=["-hs_lead_status"])[-1] == people[1]


def test_new_and_changed_records_show_after_the_lag(sandbox, clock, api):
    old = sandbox.put("contacts", {"city": "東京"}, modified_ms=BASE_MS)
    sandbox.index_lag = 30
    api.patch(f"/crm/v3/objects/contacts/{old}", {"properties": {"city": "大阪"}})
    new = api.post("/crm/v3/objects/contacts", {"properties": {"city": "京都"}}).json()["id"]
    clock.advance(29)
    stale = api.search("contacts", sorts=BY_ID, properties=["city"]).json()["results"]
    assert [(one["id"], one["properties"]["city"]) for one in stale] == [(old, "東京")]
    assert stale[0]["updatedAt"] == "2026-05-28T20:26:40Z"
    assert api.found("contacts", where("lastmodifieddate", "GT", str(BASE_MS))) == []
    assert api.get(f"/crm/v3/objects/contacts/{old}", properties="city").json()["properties"]["city"] == "大阪"
    clock.advance(1)
    fresh = api.search("contacts", sorts=BY_ID, properties=["city"]).json()["results"]
    assert [(one["id"], one["properties"]["city"]) for one in fresh] == [(old, "大阪"), (new, "京都")]


def test_each_of_two_writes_shows_in_its_turn(sandbox, clock, api):
    id = sandbox.put("contacts", {"city": "a"})
    sandbox.index_lag = 30
    for city, wait in (("b", 10), ("c", 20)):
        api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"city": city}})
        clock.advance(wait)
    assert api.search("contacts", properties=["city"]).json()["results"][0]["properties"]["city"] == "b"
    clock.advance(10)
    assert api.search("contacts", properties=["city"]).json()["results"][0]["properties"]["city"] == "c"


def test_archived_records_vanish_from_search_at_once(sandbox, clock, api):
    id = sandbox.put("contacts", {})
    sandbox.index_lag = 30
    sandbox.put("contacts", {"city": "x"}, id=id)
    sandbox.archive("contacts", id)
    assert api.found("contacts") == []
    clock.advance(60)
    assert api.found("contacts") == [], "the change that was still waiting must not bring it back"


def test_catch_up_shows_everything_at_once(sandbox, api):
    sandbox.index_lag = 30
    id = sandbox.put("contacts", {})
    assert api.found("contacts") == []
    sandbox.catch_up()
    assert api.found("contacts") == [id]


def test_associations_can_be_filtered_by(sandbox, api):
    contacts = [sandbox.put("contacts", {}) for _ in range(3)]
    deal = sandbox.put("deals", {})
    assert api.found("contacts", where("associations.deals", "EQ", deal)) == []
    sandbox.associate("contacts", contacts[1], "deals", deal)
    assert api.found("contacts", where("associations.deals", "EQ", deal)) == [contacts[1]]
    assert api.found("contacts", where("associations.deals", "NOT_HAS_PROPERTY"), sorts=BY_ID) == [
        contacts[0],
        contacts[2],
    ]


def test_query_text_looks_at_names_and_addresses(sandbox, api):
    id = sandbox.put("contacts", {"lastname": "Suzuki", "email": "s@example.jp", "city": "Nagoya"})
    assert api.post("/crm/v3/objects/contacts/search", {"query": "suzuki"}).json()["results"][0]["id"] == id
    assert api.post("/crm/v3/objects/contacts/search", {"query": "nagoya"}).json()["total"] == 0


def test_a_keyset_walk_over_25000_records_of_which_12000_share_one_millisecond_is_quick(sandbox, api):
    sandbox.put_many(
        "contacts", [({"city": "x"}, None, 1, BASE_MS + max(0, number - 12_000)) for number in range(25_000)]
    )
    seen: set[str] = set()
    last, slowest, started = "0", 0.0, time.perf_counter()
    window = where("lastmodifieddate", "BETWEEN", str(BASE_MS), high=str(BASE_MS + 100_000))
    while True:
        began = time.perf_counter()
        found = api.found("contacts", window, where("hs_object_id", "GT", last), sorts=BY_ID, limit=200)
        slowest = max(slowest, time.perf_counter() - began) if seen else 0.0
        if not found:
            break
        seen.update(found)
        last = found[-1]
    assert len(seen) == 25_000
    assert (time.perf_counter() - started) / 126 < 0.05, f"slowest page {slowest:.3f} s"
