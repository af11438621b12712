from __future__ import annotations

import json

import pytest

CONTACTS = "/crm/v3/objects/contacts"
TASK_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 204}


def codes(answer):
    """(error code, property) of each problem, told twice: in `errors` and as a list within the message."""
    body = answer.json()
    listed = json.loads(body["message"].partition(": ")[2])
    pairs = [(one["code"], one["context"]["propertyName"][0]) for one in body["errors"]]
    assert pairs == [(one["error"], one["name"]) for one in listed]
    return pairs


def test_create_update_archive(sandbox, clock, api):
    made = api.post(CONTACTS, {"properties": {"email": " Hanako@Example.CO.JP ", "phone": "03"}})
    assert made.status_code == 201
    id = made.json()["id"]
    assert made.json()["properties"]["email"] == "hanako@example.co.jp"
    assert made.json()["properties"]["phone"] == "03"
    clock.advance(5)
    changed = api.patch(f"{CONTACTS}/{id}", {"properties": {"phone": ""}})
    assert (changed.status_code, changed.json()["properties"]["phone"]) == (200, None)
    assert changed.json()["properties"]["lastmodifieddate"] == "2026-09-21T14:13:25.000Z"
    assert changed.json()["updatedAt"] == "2026-09-21T14:13:25Z"
    assert [api.delete(f"{CONTACTS}/{id}").status_code for _ in range(2)] == [204, 204]
    assert api.delete(f"{CONTACTS}/123").status_code == 404
    assert api.patch(f"{CONTACTS}/{id}", {"properties": {"phone": "1"}}).status_code == 404


@pytest.mark.parametrize(("kind", "name"), [("contacts", "lastmodifieddate"), ("deals", "hs_lastmodifieddate")])
def test_a_write_that_changes_nothing_still_moves_the_modified_date(sandbox, clock, api, kind, name):
    id = sandbox.put(kind, {"hubspot_team_id": "1"}, modified_ms=1_000)
    api.patch(f"/crm/v3/objects/{kind}/{id}", {"properties": {"hubspot_team_id": "1"}})
    assert sandbox.get(kind, id).modified_ms == clock.ms()
    assert sandbox.get(kind, id).properties[name] == "2026-09-21T14:13:20.000Z"


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("contacts", {"nonsense": "1"}, [("PROPERTY_DOESNT_EXIST", "nonsense")]),
        ("contacts", {"hs_analytics_num_page_views": "1"}, [("READ_ONLY_VALUE", "hs_analytics_num_page_views")]),
        ("contacts", {"hs_email_optout": "true"}, [("READ_ONLY_VALUE", "hs_email_optout")]),
        ("contacts", {"email": "hanako"}, [("INVALID_EMAIL", "email")]),
        ("contacts", {"lifecyclestage": "Lead"}, [("INVALID_OPTION", "lifecyclestage")]),
        ("contacts", {"hubspot_owner_id": "999"}, [("INVALID_OWNER_ID", "hubspot_owner_id")]),
        ("contacts", {"phone": "x" * 65_537}, [("PROPERTY_VALUE_TOO_LONG", "phone")]),
        ("contacts", {"phone": {"a": 1}}, [("INVALID_TYPE", "phone")]),
        ("companies", {"numberofemployees": "1,000"}, [("INVALID_LONG", "numberofemployees")]),
        ("companies", {"numberofemployees": "NaN"}, [("INVALID_LONG", "numberofemployees")]),
        ("companies", {"is_public": "yes"}, [("INVALID_OPTION", "is_public")]),
        ("deals", {"closedate": "soon"}, [("INVALID_DATE", "closedate")]),
        ("deals", {"closedate": "2026-03-01T00:00:00"}, [("INVALID_DATE", "closedate")]),
        ("deals", {"dealstage": "19032003", "pipeline": "default"}, [("INVALID_OPTION", "dealstage")]),
        (
            "contacts",
            {"nonsense": "1", "email": "x"},
            [("PROPERTY_DOESNT_EXIST", "nonsense"), ("INVALID_EMAIL", "email")],
        ),
    ],
)
def test_bad_values_are_refused_and_nothing_is_written(sandbox, api, kind, values, expected):
    id = sandbox.put(kind, {}, modified_ms=1_000)
    single = api.patch(f"/crm/v3/objects/{kind}/{id}", {"properties": {"hubspot_team_id": "1", **values}})
    assert (single.status_code, codes(single)) == (400, expected)
    batch = api.post(f"/crm/v3/objects/{kind}/batch/update", {"inputs": [{"id": id, "properties": values}]})
    assert (batch.status_code, codes(batch)) == (400, expected)
    assert sandbox.get(kind, id).modified_ms == 1_000


@pytest.mark.parametrize(
    ("value", "kept"),
    [("2026-03-01", "2026-03-01"), ("1772323200000", "2026-03-01"), ("1772323200001", None), ("2026-02-30", None)],
)
def test_dates_are_days_or_midnight_utc_in_milliseconds(sandbox, api, value, kept):
    sandbox.define("contacts", "renewal", "date", "date")
    id = sandbox.put("contacts", {})
    answer = api.patch(f"{CONTACTS}/{id}", {"properties": {"renewal": value}})
    assert answer.status_code == (200 if kept else 400)
    assert sandbox.get("contacts", id).properties.get("renewal") == kept
    if value.endswith("1"):
        assert kept or "not midnight!" in answer.json()["message"]


@pytest.mark.parametrize("value", ["1772352550123", "2026-03-01T08:09:10.123Z", "2026-03-01T17:09:10.123+09:00"])
def test_datetimes_are_kept_as_iso_with_milliseconds(sandbox, api, value):
    id = sandbox.put("deals", {})
    api.patch(f"/crm/v3/objects/deals/{id}", {"properties": {"closedate": value}})
    assert sandbox.get("deals", id).properties["closedate"] == "2026-03-01T08:09:10.123Z"


def test_null_is_ignored_by_single_calls_and_refused_in_batches(sandbox, api):
    id = sandbox.put("contacts", {"phone": "03"})
    assert api.patch(f"{CONTACTS}/{id}", {"properties": {"phone": None}}).json()["properties"].get("phone") is None
    assert sandbox.get("contacts", id).properties["phone"] == "03"
    batch = api.post(f"{CONTACTS}/batch/update", {"inputs": [{"id": id, "properties": {"phone": None}}]})
    assert batch.status_code == 400


def test_the_lifecycle_stage_goes_back_only_after_it_was_cleared(sandbox, api):
    id = sandbox.put("contacts", {"lifecyclestage": "customer"})
    for stage, expected in (("lead", "customer"), ("", None), ("lead", "lead"), ("customer", "customer")):
        assert api.patch(f"{CONTACTS}/{id}", {"properties": {"lifecyclestage": stage}}).status_code == 200
        assert sandbox.get("contacts", id).properties.get("lifecyclestage") == expected


def test_an_email_address_belongs_to_one_contact(sandbox, api):
    first = sandbox.put("contacts", {"email": "a@example.jp", "hs_additional_emails": "b@example.jp"})
    other = sandbox.put("contacts", {"email": "c@example.jp"})
    for address in ("A@example.jp", "b@example.jp"):
        taken = api.post(CONTACTS, {"properties": {"email": address}})
        assert (taken.status_code, taken.json()["category"]) == (409, "CONFLICT")
        assert taken.json()["message"] == f"Contact already exists. Existing ID: {first}"
    assert api.patch(f"{CONTACTS}/{other}", {"properties": {"email": "a@example.jp"}}).status_code == 400
    assert api.patch(f"{CONTACTS}/{first}", {"properties": {"email": "a@example.jp"}}).status_code == 200
    sandbox.archive("contacts", first)
    assert api.post(CONTACTS, {"properties": {"email": "a@example.jp"}}).status_code == 201


def test_companies_with_one_domain_may_be_many(api):
    for _ in range(2):
        assert api.post("/crm/v3/objects/companies", {"properties": {"domain": "example.jp"}}).status_code == 201


def test_patch_by_email(sandbox, api):
    id = sandbox.put("contacts", {"email": "a@example.jp"})
    answer = api.patch(f"{CONTACTS}/a@example.jp", {"properties": {"city": "x"}}, idProperty="email")
    assert answer.json()["id"] == id


def test_a_removed_owner_cannot_be_written_but_stays_where_it_is(sandbox, api):
    sandbox.add_owner("77", "o@example.jp", "太郎", "山田")
    id = api.post(CONTACTS, {"properties": {"hubspot_owner_id": "77"}}).json()["id"]
    sandbox.remove_owner("77")
    refused = api.patch(f"{CONTACTS}/{id}", {"properties": {"hubspot_owner_id": "77"}})
    assert codes(refused) == [("INVALID_OWNER_ID", "hubspot_owner_id")]
    assert sandbox.get("contacts", id).properties["hubspot_owner_id"] == "77"
    assert api.patch(f"{CONTACTS}/{id}", {"properties": {"hubspot_owner_id": ""}}).status_code == 200


def test_stages_set_the_computed_flags_of_a_deal(sandbox, api):
    made = api.post(
        "/crm/v3/objects/deals", {"properties": {"dealname": "x", "pipeline": "8264411", "dealstage": "19032001"}}
    )
    id = made.json()["id"]
    assert sandbox.get("deals", id).properties["hs_is_closed"] == "false"
    api.patch(f"/crm/v3/objects/deals/{id}", {"properties": {"dealstage": "19032003"}})
    won = sandbox.get("deals", id).properties
    assert (won["hs_is_closed"], won["hs_is_closed_won"]) == ("true", "true")
    assert won["closedate"] == "2026-09-21T14:13:20.000Z"


# -- batches ---------------------------------------------------------------------------------------------------


def test_batch_update_writes_what_exists_and_reports_the_rest(sandbox, api):
    ids = [sandbox.put("contacts", {}) for _ in range(3)]
    gone = sandbox.put("contacts", {})
    sandbox.archive("contacts", gone)
    inputs = [{"id": id, "properties": {"city": "x"}} for id in (*ids, gone, "5")]
    answer = api.post(f"{CONTACTS}/batch/update", {"inputs": inputs})
    assert answer.status_code == 207
    assert {one["id"] for one in answer.json()["results"]} == set(ids)
    assert answer.json()["errors"][0]["context"] == {"ids": [gone, "5"]}
    assert all(sandbox.get("contacts", id).properties["city"] == "x" for id in ids)


def test_one_bad_value_fails_a_batch_without_trace_ids_on_every_input(sandbox, api):
    ids = [sandbox.put("contacts", {}, modified_ms=1) for _ in range(2)]
    inputs = [
        {"id": ids[0], "properties": {"city": "x"}, "objectWriteTraceId": "a"},
        {"id": ids[1], "properties": {"nonsense": "x"}},
    ]
    assert api.post(f"{CONTACTS}/batch/update", {"inputs": inputs}).status_code == 400
    assert [sandbox.get("contacts", id).modified_ms for id in ids] == [1, 1]


def test_trace_ids_on_every_input_give_a_207_with_partial_results(sandbox, api):
    ids = [sandbox.put("contacts", {}) for _ in range(2)]
    inputs = [
        {"id": ids[0], "properties": {"city": "x"}, "objectWriteTraceId": "a"},
        {"id": ids[1], "properties": {"nonsense": "x"}, "objectWriteTraceId": "b"},
        {"id": "5", "properties": {"city": "x"}, "objectWriteTraceId": "c"},
    ]
    answer = api.post(f"{CONTACTS}/batch/update", {"inputs": inputs})
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 2)
    assert [(one["id"], one["objectWriteTraceId"]) for one in body["results"]] == [(ids[0], "a")]
    assert [(one["category"], one["context"]) for one in body["errors"]] == [
        ("VALIDATION_ERROR", {"objectWriteTraceId": ["b"]}),
        ("OBJECT_NOT_FOUND", {"ids": ["5"]}),
    ]


@pytest.mark.parametrize("verb", ["read", "update", "archive"])
def test_one_id_twice_in_a_batch_is_refused(sandbox, api, verb):
    id = sandbox.put("contacts", {})
    inputs = [{"id": id, "properties": {"city": "x"}}] * 2
    answer = api.post(f"{CONTACTS}/batch/{verb}", {"properties": [], "inputs": inputs})
    assert answer.status_code == 400
    assert "Duplicate IDs found in batch input" in answer.json()["message"]


@pytest.mark.parametrize("verb", ["create", "update", "upsert", "archive"])
def test_a_batch_of_more_than_100_is_refused(api, verb):
    inputs = [{"id": str(n), "idProperty": "email", "properties": {"email": f"p{n}@example.jp"}} for n in range(101)]
    assert api.post(f"{CONTACTS}/batch/{verb}", {"inputs": inputs}).status_code == 400


@pytest.mark.parametrize("name", ["email", "hs_object_id", "phone", "nonsense"])
def test_batch_update_by_another_property_is_refused(sandbox, api, name):
    sandbox.put("contacts", {"email": "a@example.jp"})
    inputs = [{"id": "a@example.jp", "idProperty": name, "properties": {"city": "x"}}]
    answer = api.post(f"{CONTACTS}/batch/update", {"inputs": inputs})
    assert answer.status_code == 400
    assert "non-unique 0-1 property" in answer.json()["message"]


def test_batch_create_conflicts_fail_the_batch(sandbox, api):
    sandbox.put("contacts", {"email": "a@example.jp"})
    inputs = [{"properties": {"email": f"{who}@example.jp"}} for who in "ba"]
    assert api.post(f"{CONTACTS}/batch/create", {"inputs": inputs}).status_code == 409
    assert api.post(f"{CONTACTS}/batch/create", {"inputs": [inputs[0]] * 2}).status_code == 400
    assert len(list(sandbox.all("contacts"))) == 1
    traced = [{**one, "objectWriteTraceId": str(place)} for place, one in enumerate(inputs)]
    answer = api.post(f"{CONTACTS}/batch/create", {"inputs": traced})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["category"] == "CONFLICT"


def test_upsert_creates_or_updates_by_a_unique_property(sandbox, api):
    old = sandbox.put("contacts", {"email": "a@example.jp"})
    inputs = [{"id": f"{who}@example.jp", "idProperty": "email", "properties": {"city": "x"}} for who in "ab"]
    answer = api.post(f"{CONTACTS}/batch/upsert", {"inputs": inputs})
    assert answer.status_code == 200
    made = {one["properties"]["email"]: (one["new"], one["id"]) for one in answer.json()["results"]}
    assert made["a@example.jp"] == (False, old)
    assert made["b@example.jp"][0] is True


@pytest.mark.parametrize("name", [None, "phone", "hs_object_id"])
def test_upsert_needs_a_unique_property(api, name):
    inputs = [{"id": "1", "properties": {"city": "x"}} | ({"idProperty": name} if name else {})]
    assert api.post(f"{CONTACTS}/batch/upsert", {"inputs": inputs}).status_code == 400


def test_batch_archive_takes_unknown_ids_too(sandbox, api):
    id = sandbox.put("contacts", {})
    assert api.post(f"{CONTACTS}/batch/archive", {"inputs": [{"id": id}, {"id": "5"}]}).status_code == 204
    assert sandbox.get("contacts", id).archived


# -- tasks -----------------------------------------------------------------------------------------------------


def task(contact, **more):
    values = {"hs_task_subject": "電話", "hs_timestamp": "1790000000000", "hs_task_status": "NOT_STARTED", **more}
    return {"properties": values, "associations": [{"to": {"id": contact}, "types": [TASK_TO_CONTACT]}]}


def test_tasks_are_made_with_their_associations_and_move_the_contacts_modified_date(sandbox, clock, api):
    contact = sandbox.put("contacts", {}, modified_ms=1_000)
    answer = api.post("/crm/v3/objects/tasks/batch/create", {"inputs": [task(contact), task(contact)]})
    assert answer.status_code == 201
    ids = sorted(one["id"] for one in answer.json()["results"])
    listed = api.get(f"/crm/v4/objects/contacts/{contact}/associations/tasks").json()["results"]
    assert [one["toObjectId"] for one in listed] == ids
    assert listed[0]["associationTypes"] == [{"category": "HUBSPOT_DEFINED", "typeId": 203}]
    assert sandbox.get("contacts", contact).modified_ms == clock.ms()


def test_a_task_without_due_date_or_with_a_wrong_association_fails_the_batch(sandbox, api):
    contact = sandbox.put("contacts", {})
    wrong_type = task(contact)
    wrong_type["associations"][0]["types"] = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    for bad in (task(contact, hs_timestamp=""), task("5"), wrong_type, task(contact, hs_task_status="DONE")):
        answer = api.post("/crm/v3/objects/tasks/batch/create", {"inputs": [task(contact), bad]})
        assert answer.status_code == 400
    assert list(sandbox.all("tasks")) == []


def test_a_completed_task_bears_its_completion_date(sandbox, api):
    contact = sandbox.put("contacts", {})
    id = api.post("/crm/v3/objects/tasks", task(contact)).json()["id"]
    api.patch(f"/crm/v3/objects/tasks/{id}", {"properties": {"hs_task_status": "COMPLETED"}})
    assert sandbox.get("tasks", id).properties["hs_task_completion_date"] == "2026-09-21T14:13:20.000Z"


# -- merge and deletion ----------------------------------------------------------------------------------------


@pytest.fixture
def pair(sandbox):
    a = sandbox.put("contacts", {"email": "a@example.jp", "city": "東京"}, created_ms=1_000)
    b = sandbox.put("contacts", {"email": "b@example.jp", "city": "大阪", "phone": "06"}, created_ms=500)
    return a, b


def test_a_merge_makes_a_new_record_that_answers_for_both_old_ids(sandbox, api, pair):
    a, b = pair
    merged = api.post(f"{CONTACTS}/merge", {"primaryObjectId": a, "objectIdToMerge": b})
    assert merged.status_code == 200
    new = merged.json()["id"]
    assert new not in pair
    for old in pair:
        record = api.get(f"{CONTACTS}/{old}", properties="city,phone,hs_additional_emails,hs_merged_object_ids").json()
        assert record["id"] == new
        assert record["properties"]["city"] == "東京", "values of the primary win"
        assert record["properties"]["phone"] == "06", "gaps are filled from the other"
        assert record["properties"]["hs_additional_emails"] == "b@example.jp"
        assert set(record["properties"]["hs_merged_object_ids"].split(";")) == {a, b}
    body = {"properties": [], "inputs": [{"id": a}, {"id": b}]}
    assert [one["id"] for one in api.post(f"{CONTACTS}/batch/read", body).json()["results"]] == [new]
    assert [one["id"] for one in api.get(CONTACTS).json()["results"]] == [new]
    assert api.get(CONTACTS, archived="true").json()["results"] == []
    assert api.found("contacts") == [new]
    assert sandbox.get("contacts", a) is None


def test_a_chain_of_merges_is_complete_in_the_ids_but_not_in_the_vids(sandbox, pair):
    a, b = pair
    first = sandbox.merge_contacts(a, b)
    c = sandbox.put("contacts", {})
    last = sandbox.merge_contacts(first, c)
    values = sandbox.get("contacts", last).properties
    assert set(values["hs_merged_object_ids"].split(";")) == {a, b, c, first}
    assert [one.split(":")[0] for one in values["hs_calculated_merged_vids"].split(";")] == [first, c]
    with pytest.raises(ValueError, match="merged"):
        sandbox.put("contacts", {}, id=a)


def test_ids_merged_away_are_for_reading_only_unless_switched(sandbox, api, pair):
    new = sandbox.merge_contacts(*pair)
    inputs = [{"id": pair[0], "properties": {"city": "x"}}]
    refused = api.post(f"{CONTACTS}/batch/update", {"inputs": inputs})
    assert refused.json()["errors"][0]["context"] == {"ids": [pair[0]]}
    assert api.patch(f"{CONTACTS}/{pair[0]}", {"properties": {"city": "x"}}).status_code == 404
    sandbox.portal.merged_ids_writable = True
    assert api.post(f"{CONTACTS}/batch/update", {"inputs": inputs}).json()["results"][0]["id"] == new
    both = [*inputs, {"id": new, "properties": {"city": "y"}}]
    assert api.post(f"{CONTACTS}/batch/update", {"inputs": both}).status_code == 400


def test_a_merge_hands_over_associations_and_events(sandbox, api, pair):
    company, task_id = sandbox.put("companies", {}), sandbox.put("tasks", {})
    sandbox.associate("contacts", pair[1], "companies", company)
    sandbox.associate("tasks", task_id, "contacts", pair[0])
    sandbox.add_event("e_visited_page", pair[1], 5_000, {"hs_url": "https://example.jp/price"})
    new = sandbox.merge_contacts(*pair)
    assert sandbox.get("contacts", new).properties["associatedcompanyid"] == company
    assert api.get(f"/crm/v4/objects/tasks/{task_id}/associations/contacts").json()["results"][0]["toObjectId"] == new
    events = api.get("/events/v3/events", objectType="contact", objectId=pair[1]).json()["results"]
    assert [one["objectId"] for one in events] == [new]


@pytest.mark.parametrize("other", ["same", "5"])
def test_merges_that_cannot_be(pair, api, other):
    body = {"primaryObjectId": pair[0], "objectIdToMerge": pair[0] if other == "same" else other}
    assert api.post(f"{CONTACTS}/merge", body).status_code in (400, 404)


def test_a_gdpr_deleted_contact_is_neither_listed_nor_archived(sandbox, api, pair):
    assert api.post(f"{CONTACTS}/gdpr-delete", {"objectId": pair[0]}).status_code == 204
    assert api.post(f"{CONTACTS}/gdpr-delete", {"objectId": "b@example.jp", "idProperty": "email"}).status_code == 204
    for archived in ("true", "false"):
        assert api.get(CONTACTS, archived=archived).json()["results"] == []
        assert api.get(f"{CONTACTS}/{pair[0]}", archived=archived).status_code == 404
    assert api.found("contacts") == []
