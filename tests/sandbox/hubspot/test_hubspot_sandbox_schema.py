"""Property definitions, associations, owners, pipelines, account."""

from __future__ import annotations

import pytest

PROPERTIES = "/crm/v3/properties/contacts"


def definition(name="leadsync_score", **more):
    return {"name": name, "label": name, "groupName": "leadsync", "type": "number", "fieldType": "number", **more}


@pytest.fixture
def group(api):
    assert api.post(f"{PROPERTIES}/groups", {"name": "leadsync", "label": "Leadsync"}).status_code == 201


def test_a_property_can_be_made_written_and_archived(group, sandbox, api):
    made = api.post(PROPERTIES, definition())
    assert (made.status_code, made.json()["hubspotDefined"], made.json()["archived"]) == (201, False, False)
    assert api.get(f"{PROPERTIES}/leadsync_score").json()["type"] == "number"
    id = sandbox.put("contacts", {})
    assert api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"leadsync_score": "80"}}).status_code == 200
    assert api.delete(f"{PROPERTIES}/leadsync_score").status_code == 204
    assert api.get(f"{PROPERTIES}/leadsync_score").status_code == 404
    assert [one["name"] for one in api.get(PROPERTIES, archived="true").json()["results"]] == ["leadsync_score"]
    gone = api.patch(f"/crm/v3/objects/contacts/{id}", {"properties": {"leadsync_score": "1"}})
    assert "PROPERTY_DOESNT_EXIST" in gone.text
    read = api.get(f"/crm/v3/objects/contacts/{id}", properties="leadsync_score").json()["properties"]
    assert "leadsync_score" not in read


def test_names_that_exist_or_are_archived_are_taken(group, api):
    api.post(PROPERTIES, definition())
    assert api.post(PROPERTIES, definition()).status_code == 409
    api.delete(f"{PROPERTIES}/leadsync_score")
    assert api.post(PROPERTIES, definition()).status_code == 409
    assert api.post(f"{PROPERTIES}/groups", {"name": "leadsync", "label": "x"}).status_code == 409


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "Leadsync"},
        {"name": "1st"},
        {"groupName": "nonsense"},
        {"label": None},
        {"type": "string", "fieldType": "number"},
        {"type": "enumeration", "fieldType": "select"},
        {"type": "text", "fieldType": "text"},
        {"type": "enumeration", "fieldType": "select", "options": [{"label": "a", "value": "a"}]},
        {"type": "datetime", "fieldType": "date", "hasUniqueValue": True},
    ],
)
def test_definitions_that_are_refused(group, api, bad):
    assert api.post(PROPERTIES, {**definition(), **bad}).status_code == 400


def test_at_most_ten_properties_of_a_type_are_unique(group, sandbox, api):
    unique = {"type": "string", "fieldType": "text", "hasUniqueValue": True}
    statuses = [api.post(PROPERTIES, definition(f"key_{n}", **unique)).status_code for n in range(10)]
    assert statuses == [201] * 9 + [400], "email is the tenth"
    id = sandbox.put("contacts", {"key_0": "A"})
    body = {"properties": [], "idProperty": "key_0", "inputs": [{"id": "A"}]}
    assert api.post("/crm/v3/objects/contacts/batch/read", body).json()["results"][0]["id"] == id
    assert "CONFLICTING_UNIQUE_VALUE" in api.post("/crm/v3/objects/contacts", {"properties": {"key_0": "A"}}).text


def test_batch_create_of_properties_reports_taken_names_and_makes_the_rest(group, api):
    api.post(PROPERTIES, definition("a"))
    answer = api.post(f"{PROPERTIES}/batch/create", {"inputs": [definition("a"), definition("b")]})
    assert answer.status_code == 207
    assert [one["name"] for one in answer.json()["results"]] == ["b"]
    assert (answer.json()["errors"][0]["category"], answer.json()["errors"][0]["context"]) == (
        "PROPERTY_EXISTS",
        {"name": ["a"]},
    )
    bad = api.post(f"{PROPERTIES}/batch/create", {"inputs": [definition("c"), definition("D")]})
    assert bad.status_code == 400
    assert api.get(f"{PROPERTIES}/c").status_code == 404


def test_batch_read_and_archive_of_properties(group, api):
    api.post(PROPERTIES, definition("a"))
    body = {"archived": False, "inputs": [{"name": "a"}, {"name": "b"}]}
    read = api.post(f"{PROPERTIES}/batch/read", body)
    assert (read.status_code, [one["name"] for one in read.json()["results"]]) == (207, ["a"])
    assert api.post(f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "a"}]}).status_code == 204
    assert api.post(f"{PROPERTIES}/batch/archive", {"inputs": [{"name": "email"}]}).status_code == 400


def test_a_definition_can_be_changed_but_not_its_type(group, api):
    options = [{"label": "A", "value": "a", "hidden": False}]
    api.post(PROPERTIES, definition("pick", type="enumeration", fieldType="select", options=options))
    more = [*options, {"label": "B", "value": "b", "hidden": False}]
    assert len(api.patch(f"{PROPERTIES}/pick", {"options": more, "label": "選択"}).json()["options"]) == 2
    assert api.patch(f"{PROPERTIES}/pick", {"type": "string"}).status_code == 400
    assert api.patch(f"{PROPERTIES}/email", {"label": "x"}).status_code == 400


def test_a_group_in_use_stays(group, api):
    api.post(PROPERTIES, definition("a"))
    assert api.delete(f"{PROPERTIES}/groups/leadsync").status_code == 400
    api.delete(f"{PROPERTIES}/a")
    assert api.delete(f"{PROPERTIES}/groups/leadsync").status_code == 204
    assert "leadsync" not in [one["name"] for one in api.get(f"{PROPERTIES}/groups").json()["results"]]


def test_standard_properties_tell_that_they_are_read_only(api):
    found = {one["name"]: one["modificationMetadata"] for one in api.get(PROPERTIES).json()["results"]}
    assert found["hs_merged_object_ids"]["readOnlyValue"] is True
    assert found["phone"]["readOnlyValue"] is False


# -- associations ----------------------------------------------------------------------------------------------

PAIR = "/crm/v4/associations/contacts/companies/batch"


def test_inputs_without_associations_are_errors_of_a_207(sandbox, api):
    a, b = sandbox.put("contacts", {}), sandbox.put("contacts", {})
    company = sandbox.put("companies", {})
    sandbox.associate("contacts", a, "companies", company)
    answer = api.post(f"{PAIR}/read", {"inputs": [{"id": a}, {"id": b}, {"id": "5"}]})
    assert answer.status_code == 207
    assert answer.json()["results"] == [
        {
            "from": {"id": a},
            "to": [
                {
                    "toObjectId": company,
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
                        {"category": "HUBSPOT_DEFINED", "typeId": 279},
                    ],
                }
            ],
        }
    ]
    errors = [(one["category"], one["context"]["fromObjectId"]) for one in answer.json()["errors"]]
    assert errors == [("NO_ASSOCIATIONS_FOUND", [b]), ("NO_ASSOCIATIONS_FOUND", ["5"])]


def test_association_reads_take_1000_inputs(api):
    inputs = [{"id": str(number)} for number in range(1, 1002)]
    assert api.post(f"{PAIR}/read", {"inputs": inputs[:1000]}).status_code == 207
    assert api.post(f"{PAIR}/read", {"inputs": inputs}).status_code == 400


def test_associations_are_paged_by_500(sandbox, api):
    contact = sandbox.put("contacts", {})
    deals = [sandbox.put("deals", {}) for _ in range(501)]
    for deal in deals:
        sandbox.associate("contacts", contact, "deals", deal)
    first = api.post("/crm/v4/associations/contacts/deals/batch/read", {"inputs": [{"id": contact}]}).json()["results"]
    after = first[0]["paging"]["next"]["after"]
    again = {"inputs": [{"id": contact, "after": after}]}
    rest = api.post("/crm/v4/associations/contacts/deals/batch/read", again).json()["results"][0]["to"]
    assert [one["toObjectId"] for one in rest] == [deals[500]]
    listed = api.get(f"/crm/v4/objects/contacts/{contact}/associations/deals", limit=500, after=after).json()
    assert [one["toObjectId"] for one in listed["results"]] == [deals[500]]
    assert api.get(f"/crm/v4/objects/contacts/{contact}/associations/deals", limit=501).status_code == 400


def test_archived_ends_are_not_shown(sandbox, api):
    contact, company = sandbox.put("contacts", {}), sandbox.put("companies", {})
    sandbox.associate("contacts", contact, "companies", company)
    sandbox.archive("companies", company)
    assert api.get(f"/crm/v4/objects/contacts/{contact}/associations/companies").json()["results"] == []


def test_batch_create_of_associations(sandbox, api):
    contact, company = sandbox.put("contacts", {}, modified_ms=1_000), sandbox.put("companies", {})
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    one = {"from": {"id": contact}, "to": {"id": company}, "types": types}
    made = api.post(f"{PAIR}/create", {"inputs": [one]})
    assert (made.status_code, made.json()["results"][0]["labels"]) == (201, ["Primary"])
    stored = sandbox.get("contacts", contact)
    assert (stored.properties["associatedcompanyid"], stored.modified_ms) == (company, 1_000)
    partial = api.post(f"{PAIR}/create", {"inputs": [one, {**one, "to": {"id": "5"}}]})
    assert (partial.status_code, partial.json()["numErrors"]) == (207, 1)
    types[0]["associationTypeId"] = 204
    assert api.post(f"{PAIR}/create", {"inputs": [one]}).status_code == 400


def test_a_contact_has_one_primary_company(sandbox, api):
    contact, old, new = sandbox.put("contacts", {}), sandbox.put("companies", {}), sandbox.put("companies", {})
    sandbox.associate("companies", old, "contacts", contact)
    sandbox.associate("contacts", contact, "companies", new)
    assert sandbox.get("contacts", contact).properties["associatedcompanyid"] == old
    spec = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    assert api.put(f"/crm/v4/objects/contacts/{contact}/associations/companies/{new}", spec).status_code == 201
    assert sandbox.get("contacts", contact).properties["associatedcompanyid"] == new
    seen = api.get(f"/crm/v4/objects/companies/{old}/associations/contacts").json()["results"][0]["associationTypes"]
    assert [one["typeId"] for one in seen] == [280]


def test_associations_can_be_removed(sandbox, api):
    contact, companies = sandbox.put("contacts", {}), [sandbox.put("companies", {}) for _ in range(2)]
    for company in companies:
        path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
        assert api.put(path, None).status_code == 200
    assert api.delete(f"/crm/v4/objects/contacts/{contact}/associations/companies/{companies[0]}").status_code == 204
    body = {"inputs": [{"from": {"id": contact}, "to": [{"id": companies[1]}]}]}
    assert api.post(f"{PAIR}/archive", body).status_code == 204
    assert api.get(f"/crm/v4/objects/contacts/{contact}/associations/companies").json()["results"] == []


# -- owners, pipelines, account --------------------------------------------------------------------------------


def test_owners(sandbox, api):
    for number in range(1, 4):
        sandbox.add_owner(str(number), f"o{number}@example.jp", "太郎", f"山田{number}")
    sandbox.remove_owner("2")
    live = api.get("/crm/v3/owners", limit=1).json()
    assert [one["id"] for one in live["results"]] == ["1"]
    assert live["results"][0]["userId"] != 1
    rest = api.get("/crm/v3/owners", after=live["paging"]["next"]["after"]).json()["results"]
    assert [one["id"] for one in rest] == ["3"]
    archived = api.get("/crm/v3/owners", archived="true").json()["results"]
    assert [(one["id"], one["archived"], "userId" in one) for one in archived] == [("2", True, False)]
    assert [one["id"] for one in api.get("/crm/v3/owners", email="o3@example.jp").json()["results"]] == ["3"]
    assert api.get("/crm/v3/owners", limit=501).status_code == 400
    assert api.get("/crm/v3/owners/2").status_code == 404


def test_pipelines_tell_won_and_lost_by_metadata(api):
    pipelines = api.get("/crm/v3/pipelines/deals").json()["results"]
    outcome = {
        stage["id"]: stage["metadata"]["probability"]
        for pipeline in pipelines
        for stage in pipeline["stages"]
        if stage["metadata"]["isClosed"] == "true"
    }
    assert outcome == {"closedwon": "1.0", "closedlost": "0.0", "19032003": "1.0", "19032004": "0.0"}


def test_account_details(api):
    details = api.get("/account-info/v3/details").json()
    assert (details["timeZone"], details["utcOffset"], details["utcOffsetMilliseconds"]) == (
        "Asia/Tokyo",
        "+09:00",
        32_400_000,
    )
