"""HubSpot under contract: contacts of the sandbox through hubspot-api-client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import SecretStr
from subject import Subject, When

from connectors.hubspot.connector import HubSpotConnector
from connectors.hubspot.settings import HubSpotSettings
from connectors.sandbox.http import Response
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.hubspot.auth import OAuthApp
from connectors.sandbox.hubspot.list_filters import holds
from connectors.sandbox.hubspot.lists import StoredList
from sync.core.fields import BY_NAME
from sync.core.records import HUBSPOT, RecordKey
from sync.core.working_lists import WORKING_LISTS
from sync.ports import Connector

TOKEN, WRONG, OAUTH_SECRET = "pat-na1-sandbox", "pat-na1-unknown-0000", "sandbox-client-secret"
LOCKED = {"status": "error", "category": "RATE_LIMITS", "message": "Contact is locked"}


class HubSpotSubject(Subject):
    system, stream, object = HUBSPOT, "contacts", "contact"
    login_path = "oauth/v1/token"
    page_calls = r"objects/contacts(/search)?\?(?!.*archived=true)"
    largest_page = 1_000
    # Five searches of 200; and one read of 1,000 for each type of association that the stream needs.
    reads_per_thousand: ClassVar = {"contacts": 6, "companies": 6, "deals": 8, "calls": 7, "emails": 7, "tasks": 7}
    reads_of_all = 6 + 6 + 8 + 7 + 7 + 7 + len(("meetings", "notes", "page views", "e-mail events", "the one form"))
    score_batch = task_batch = 100
    longest_lag = 90
    task_and_owner = ("4711", "71")
    secrets = (TOKEN, WRONG, OAUTH_SECRET, "sandbox-refresh-", "sandbox-access-")
    app: HubSpotSandbox

    def emulator(self) -> HubSpotSandbox:
        app = HubSpotSandbox(self.clock, TOKEN, enforce_limits=False, burst=100_000, oauth=OAuthApp(rotating=True))
        app.add_form("11111111-1111-4111-8111-111111111111", "資料請求")
        return app

    def build(self, renewable: bool = False, wrong: bool = False) -> Connector:
        given: dict[str, Any] = {"access_token": SecretStr(WRONG if wrong else TOKEN)}
        if renewable:
            given = {
                "client_id": "sandbox-client-id",
                "client_secret": SecretStr(OAUTH_SECRET),
                "refresh_token": SecretStr("sandbox-refresh-0"),
            }
        return HubSpotConnector(HubSpotSettings(base_url=self.server.url, **given), self.context())

    def _idle_calls(self) -> int:
        searches = len(("companies", "contacts", "deals", "emails", "calls", "meetings", "notes", "tasks"))
        return searches + len(("page views", "e-mail events", "the one form"))

    def seed(self, count: int, at: When, title: str = "") -> list[str]:
        rows = (
            (_person(next(self.numbers), title), None, None, int((at(n) if callable(at) else at) * 1000))
            for n in range(count)
        )
        return self.app.put_many("contacts", rows)

    def seed_stream(self, stream: str, count: int) -> None:
        if stream == "contacts":
            self.seed(count, self.now)
        elif stream == "companies":
            self.app.put_many(stream, (({"name": f"会社{n}"}, None, None, None) for n in range(count)))
        elif stream == "deals":
            self.app.put_many(stream, (({"dealname": f"D{n}"}, None, None, None) for n in range(count)))
        else:
            self._activities(stream, count)

    def change(self, ids: Iterable[str], title: str, at: float | None = None) -> None:
        ms = None if at is None else int(at * 1000)
        self.app.put_many("contacts", (({"jobtitle": title}, id, None, ms) for id in ids))

    def change_late(self, ids: Iterable[str], title: str, seconds: float) -> None:
        """The record has changed; search goes on showing it as it was."""
        self.app.index_lag = seconds
        self.change(ids, title)
        self.app.index_lag = 0.0

    def make_reading_fields(self) -> None:
        for name, label in (("kana_sei", "セイ"), ("kana_mei", "メイ"), ("kana", "フリガナ")):
            self.app.define("contacts", name, label=label)

    def seed_person(
        self, family: str = "", given: str = "", whole: str = "", phones: Sequence[str] = (), city: str = ""
    ) -> str:
        told = {"kana_sei": family, "kana_mei": given, "kana": whole, "city": city}
        told |= dict(zip(("phone", "mobilephone", "hs_whatsapp_phone_number"), phones, strict=False))
        return self.app.put("contacts", {name: value for name, value in told.items() if value})

    def seed_relations(self) -> None:
        self.app.put("contacts", {"salesforceleadid": "00Q5j00000AbCdE", "salesforcecontactid": "0035j00000AbCdEAAV"})
        self.app.put("companies", {"name": "会社", "salesforceaccountid": "0015j00000AbCdE"})
        self.app.put("deals", {"dealname": "商談", "hs_salesforceopportunityid": "0065j00000AbCdE"})

    def remove(self, id: str) -> None:
        self.app.archive("contacts", id)

    def merge(self, winner: str, loser: str) -> str:
        return self.app.merge_contacts(winner, loser)

    def small_pages(self) -> int:
        return 200

    def expire_tokens(self) -> None:
        self.app.expire_tokens()

    def remove_field(self, name: str) -> str:
        field = BY_NAME[name].hubspot_name
        self.app.portal.tables["contacts"].definitions.archive(field, self.clock.ms())
        return field

    def lock(self, id: str, times: int) -> None:
        self.app.fault(path="contacts/batch/update", body=f'"{id}"', response=Response(423, LOCKED), times=times)

    def content(self, id: str) -> dict[str, Any]:
        found = self.app.get("contacts", id)
        assert found is not None
        return {name: value for name, value in found.properties.items() if name != "lastmodifieddate"}

    def task_bodies(self) -> list[str]:
        return [task.properties.get("hs_task_body", "") for task in self.app.all("tasks")]

    def task_owner(self, id: str) -> str:
        return self._task(id).get("hubspot_owner_id", "")

    def task_priority(self, id: str) -> str:
        return self._task(id)["hs_task_priority"]

    def close_task(self, id: str) -> None:
        self.app.put("tasks", {"hs_task_status": "COMPLETED"}, id)

    def foreign_task(self, person: str) -> str:
        task = self.app.put("tasks", {"hs_task_subject": "電話", "hs_timestamp": "2026-09-22T00:00:00.000Z"})
        self.app.associate("tasks", task, "contacts", person)
        return task

    def lock_task(self, id: str, times: int) -> None:
        self.app.fault(path="tasks/batch/update", body=f'"{id}"', response=Response(423, LOCKED), times=times)

    def new_owner(self, active: bool = True, manager: str = "", person: bool = True) -> str:
        id = str(70 + next(self.numbers))
        self.app.add_owner(
            id, f"u{id}@own.example", "花子", "営業", active=active, type="PERSON" if person else "QUEUE"
        )
        return id

    def seed_with_deal(self) -> tuple[RecordKey, str]:
        (person,) = self.seed(1, self.now)
        return self.key(person), self.app.put("deals", {"dealname": "商談"})

    def remove_deal(self, id: str) -> None:
        self.app.archive("deals", id)

    def deals_of_task(self, id: str) -> list[str]:
        return list(self.app.portal.associations.of(("tasks", "deals"), id))

    def edit(self, id: str, **values: str) -> None:
        self.app.put("contacts", {BY_NAME[name].hubspot_name: value for name, value in values.items()}, id)

    def without_list_rights(self) -> None:
        self.app.scopes.discard("crm.lists.write")

    def list_names(self) -> list[str]:
        return [one.name.ja for one in WORKING_LISTS]

    def on_list(self, id: str) -> set[str]:
        branch = self._list(id).branch
        assert branch is not None
        return {person.id for person in self.app.all("contacts") if holds(branch, person.properties)}

    def change_list(self, id: str) -> object:
        operation = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 95}
        wanted = {"filterType": "PROPERTY", "property": "leadsync_score", "operation": operation}
        below = {"filterBranchType": "AND", "filterBranches": [], "filters": [wanted]}
        self._list(id).branch = {"filterBranchType": "OR", "filterBranches": [below], "filters": []}
        return self.held_list(id)

    def held_list(self, id: str) -> object:
        return self._list(id).branch

    def _list(self, id: str) -> StoredList:
        (name,) = [one.name.ja for one in WORKING_LISTS if one.id == id]
        found = self.app.portal.lists.named(name)
        assert found is not None
        return found

    def _task(self, id: str) -> Mapping[str, str]:
        found = self.app.get("tasks", id)
        assert found is not None
        return found.properties

    def remove_task(self, id: str) -> None:
        self.app.archive("tasks", id)

    def spend_quota(self, leaving: int) -> None:
        self.app.daily_used = self.app.daily_limit - leaving

    def _activities(self, stream: str, count: int) -> None:
        (person,) = self.seed(1, self.now)
        more = {"emails": {"hs_email_direction": "EMAIL"}}.get(stream, {})
        stamp = "2026-09-20T00:00:00.000Z"
        ids = self.app.put_many(stream, (({"hs_timestamp": stamp, **more}, None, None, None) for _ in range(count)))
        for id in ids:
            self.app.associate(stream, id, "contacts", person)


def _person(number: int, title: str) -> dict[str, str]:
    person = {"email": f"p{number}@customer.example", "firstname": "太郎", "lastname": f"山田{number}"}
    return person | ({"jobtitle": title} if title else {})
