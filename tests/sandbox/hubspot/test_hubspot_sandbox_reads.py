from __future__ import annotations

import pytest


def test_a_list_walks_all_records_by_ascending_number(sandbox, api):
    ids = [sandbox.put("contacts", {}) for _ in range(120)]
    assert len({len(one) for one in ids}) == 2, "ids cross a change of length"
    seen, after = [], None
    while True:
        page = api.get("/crm/v3/objects/contacts", limit=50, after=after).json()
        seen += [one["id"] for one in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert seen == ids


def test_a_list_gives_ten_records_when_no_limit_is_given(sandbox, api):
    for _ in range(12):
        sandbox.put("companies", {})
    assert len(api.get("/crm/v3/objects/companies").json()["results"]) == 10


@pytest.mark.parametrize(
    "params",
    [{"limit": 101}, {"limit": 0}, {"limit": "x"}, {"after": "abc"}, {"limit": 51, "propertiesWithHistory": "email"}],
)
def test_a_list_refuses_what_the_service_refuses(api, params):
    answer = api.get("/crm/v3/objects/contacts", **params)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_asked_properties_replace_the_defaults_and_unknown_names_are_ignored(sandbox, api):
    id = sandbox.put("contacts", {"email": "a@example.co.jp", "firstname": "花子", "phone": "03"})
    default = api.get(f"/crm/v3/objects/contacts/{id}").json()["properties"]
    assert set(default) == {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}
    assert default["lastname"] is None
    asked = api.get(f"/crm/v3/objects/contacts/{id}", properties="phone,city,nonsense").json()["properties"]
    assert set(asked) == {"phone", "city", "hs_object_id", "createdate", "lastmodifieddate"}
    assert (asked["phone"], asked["city"]) == ("03", None)


def test_fractions_of_updated_at_are_trimmed_but_property_values_keep_three_digits(sandbox, api):
    id = sandbox.put("deals", {}, modified_ms=1_780_000_000_120)
    record = api.get(f"/crm/v3/objects/deals/{id}").json()
    assert record["updatedAt"] == "2026-05-28T20:26:40.12Z"
    assert record["properties"]["hs_lastmodifieddate"] == "2026-05-28T20:26:40.120Z"


def test_archived_records_are_listed_with_archived_true_only(sandbox, api):
    kept, gone = sandbox.put("contacts", {}), sandbox.put("contacts", {"email": "x@example.jp"}, modified_ms=5_000)
    sandbox.archive("contacts", gone)
    assert [one["id"] for one in api.get("/crm/v3/objects/contacts").json()["results"]] == [kept]
    archived = api.get("/crm/v3/objects/contacts", archived="true").json()["results"]
    assert [one["id"] for one in archived] == [gone]
    assert archived[0]["archived"] is True
    assert archived[0]["archivedAt"] == "2026-09-21T14:13:20Z"
    assert archived[0]["updatedAt"] == "1970-01-01T00:00:05Z", "archiving leaves the modified date alone"
    assert api.get(f"/crm/v3/objects/contacts/{gone}").status_code == 404
    assert api.get(f"/crm/v3/objects/contacts/{gone}", archived="true").status_code == 200


def test_contacts_archived_for_more_than_90_days_are_gone(sandbox, clock, api):
    ids = {kind: sandbox.put(kind, {}) for kind in ("contacts", "companies")}
    for kind, id in ids.items():
        sandbox.archive(kind, id)
    clock.advance(91 * 86_400)
    assert api.get("/crm/v3/objects/contacts", archived="true").json()["results"] == []
    assert len(api.get("/crm/v3/objects/companies", archived="true").json()["results"]) == 1


def test_get_by_email_finds_the_main_and_the_additional_address(sandbox, api):
    id = sandbox.put("contacts", {"email": "a@example.jp", "hs_additional_emails": "b@example.jp;c@example.jp"})
    for address in ("A@example.jp", "c@example.jp"):
        assert api.get(f"/crm/v3/objects/contacts/{address}", idProperty="email").json()["id"] == id
    assert api.get("/crm/v3/objects/contacts/z@example.jp", idProperty="email").status_code == 404
    assert api.get("/crm/v3/objects/contacts/03", idProperty="phone").status_code == 400


def test_object_types_are_named_by_plural_or_type_id(sandbox, api):
    id = sandbox.put("deals", {"dealname": "x"})
    assert api.get(f"/crm/v3/objects/0-3/{id}").json()["properties"]["dealname"] == "x"
    assert api.get("/crm/v3/objects/widgets").status_code == 400


def test_batch_read_reports_unknown_ids_in_a_207(sandbox, api):
    a, b = sandbox.put("contacts", {}), sandbox.put("contacts", {})
    inputs = [{"id": a}, {"id": "77"}, {"id": b}, {"id": "78"}]
    answer = api.post("/crm/v3/objects/contacts/batch/read", {"properties": ["email"], "inputs": inputs})
    assert answer.status_code == 207
    body = answer.json()
    assert {one["id"] for one in body["results"]} == {a, b}
    assert body["numErrors"] == 1
    assert (body["errors"][0]["category"], body["errors"][0]["context"]) == (
        "OBJECT_NOT_FOUND",
        {"ids": ["77", "78"]},
    )


def test_batch_results_do_not_come_in_the_order_of_the_inputs(sandbox, api):
    ids = [sandbox.put("contacts", {}) for _ in range(20)]
    body = {"properties": [], "inputs": [{"id": one} for one in ids]}
    answer = [one["id"] for one in api.post("/crm/v3/objects/contacts/batch/read", body).json()["results"]]
    assert sorted(answer, key=int) == ids
    assert answer not in (ids, ids[::-1])


@pytest.mark.parametrize(
    ("inputs", "more"),
    [
        ([{"id": str(n)} for n in range(101)], {}),
        ([{"id": str(n)} for n in range(51)], {"propertiesWithHistory": ["email"]}),
        ([{"id": "9951"}, {"id": "9951"}], {}),
        ([], {}),
        ([{"id": "a"}], {"idProperty": "phone"}),
        ("x", {}),
    ],
)
def test_batch_read_refuses_what_the_service_refuses(sandbox, api, inputs, more):
    sandbox.put("contacts", {})
    body = {"properties": [], "inputs": inputs, **more}
    assert api.post("/crm/v3/objects/contacts/batch/read", body).status_code == 400


def test_batch_read_by_email(sandbox, api):
    id = sandbox.put("contacts", {"email": "a@example.jp"})
    body = {"properties": ["email"], "idProperty": "email", "inputs": [{"id": "a@example.jp"}]}
    assert [one["id"] for one in api.post("/crm/v3/objects/contacts/batch/read", body).json()["results"]] == [id]


def test_history_tells_every_value_newest_first(sandbox, clock, api):
    id = sandbox.put("contacts", {"jobtitle": "主任"}, created_ms=1_000)
    api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"jobtitle": "課長"}})
    clock.advance(60)
    api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"jobtitle": "課長"}})
    api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"jobtitle": "部長"}})
    history = api.get(f"/crm/v3/objects/contacts/{id}", propertiesWithHistory="jobtitle,nonsense").json()[
        "propertiesWithHistory"
    ]
    assert [one["value"] for one in history["jobtitle"]] == ["部長", "課長", "主任"]
    assert [one["sourceType"] for one in history["jobtitle"]] == ["INTEGRATION", "INTEGRATION", "CRM_UI"]
    body = {"properties": [], "propertiesWithHistory": ["jobtitle"], "inputs": [{"id": id}]}
    batch = api.post("/crm/v3/objects/contacts/batch/read", body).json()["results"][0]
    assert batch["propertiesWithHistory"] == history


def test_a_list_can_tell_association_ids_one_entry_per_type(sandbox, api):
    contact, company = sandbox.put("contacts", {}), sandbox.put("companies", {})
    deals = [sandbox.put("deals", {}) for _ in range(103)]
    sandbox.associate("contacts", contact, "companies", company)
    for deal in deals:
        sandbox.associate("deals", deal, "contacts", contact)
    listed = api.get("/crm/v3/objects/contacts", associations="companies,deals").json()["results"][0]["associations"]
    assert listed["companies"]["results"] == [
        {"id": company, "type": "contact_to_company"},
        {"id": company, "type": "contact_to_company_unlabeled"},
    ]
    assert len(listed["deals"]["results"]) == 100
    assert listed["deals"]["paging"]["next"]["after"] == deals[99]
    assert api.get("/crm/v3/objects/contacts", associations="widgets").status_code == 400


def test_paths_end_with_a_slash_or_not(sandbox, api):
    assert api.get("/crm/v3/owners/").status_code == 200
    assert api.get("/crm/v3/nonsense").status_code == 404


def test_email_content_needs_its_own_scope(sandbox, api):
    id = sandbox.put("emails", {"hs_email_subject": "お見積り", "hs_email_direction": "EMAIL", "hs_timestamp": "1"})
    path = f"/crm/v3/objects/emails/{id}"
    assert api.get(path, properties="hs_email_subject").json()["properties"]["hs_email_subject"] == "お見積り"
    sandbox.scopes.discard("sales-email-read")
    seen = api.get(path, properties="hs_email_subject,hs_email_direction").json()["properties"]
    assert (seen["hs_email_subject"], seen["hs_email_direction"]) == (None, "EMAIL")


def test_seeding_refuses_properties_that_nobody_could_read(sandbox):
    with pytest.raises(ValueError, match="nonsense"):
        sandbox.put("contacts", {"nonsense": "1"})
    sandbox.define("contacts", "nonsense")
    id = sandbox.put("contacts", {"nonsense": "1"})
    assert sandbox.put("contacts", {"nonsense": "2", "email": "A@B.jp"}, id=id, modified_ms=7) == id
    stored = sandbox.get("contacts", id)
    assert (stored.properties["nonsense"], stored.properties["email"], stored.modified_ms) == ("2", "a@b.jp", 7)
    assert [one.id for one in sandbox.all("contacts")] == [id]
