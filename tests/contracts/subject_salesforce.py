"""Salesforce under contract: leads of the sandbox through simple-salesforce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import SecretStr
from subject import Subject, When

from connectors.salesforce.connector import SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.salesforce.list_views import Filter, ListView
from sync.core.fields import BY_NAME
from sync.core.records import SALESFORCE, RecordKey
from sync.core.working_lists import WORKING_LISTS
from sync.ports import Connector

SECRET, WRONG = "sandbox-secret", "unknown-secret-0000"
OBJECTS = {
    "leads": "Lead",
    "contacts": "Contact",
    "accounts": "Account",
    "tasks": "Task",
    "opportunities": "Opportunity",
}
STAMPS = ("SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastViewedDate", "LastReferencedDate")


class SalesforceSubject(Subject):
    system, stream, object = SALESFORCE, "leads", "lead"
    login_path = "oauth2/token"
    page_calls = r"/composite\?|/query/0r8"
    largest_page = 5_000
    # Two composite calls ask for all ten objects, whichever of them changed.
    reads_per_thousand: ClassVar = dict.fromkeys(OBJECTS, 2)
    reads_of_all = 2
    score_batch = task_batch = 200
    longest_lag = 240
    task_and_owner = ("00T5j0000000999EAA", "0055j0000000999AAA")
    secrets = (SECRET, WRONG)
    app: SalesforceSandbox

    def emulator(self) -> SalesforceSandbox:
        return SalesforceSandbox(self.clock, client_secret=SECRET, daily_limit=1_000_000)

    def build(self, renewable: bool = False, wrong: bool = False) -> Connector:
        settings = SalesforceSettings(
            login_url=self.server.url,
            client_id="sandbox-client",
            client_secret=SecretStr(WRONG if wrong else SECRET),
        )
        return SalesforceConnector(settings, self.context())

    def _idle_calls(self) -> int:
        return 2

    def seed(self, count: int, at: When, title: str = "") -> list[str]:
        rows = [
            {**_person(next(self.numbers), title), "SystemModstamp": at(n) if callable(at) else at}
            for n in range(count)
        ]
        return self.app.put_many("Lead", rows)

    def seed_stream(self, stream: str, count: int) -> None:
        if stream == "leads":
            self.seed(count, self.now)
            return
        more = {
            "accounts": {"Name": "会社"},
            "contacts": {"LastName": "山田"},
            "tasks": {"Subject": "電話"},
            "opportunities": {"Name": "商談", "StageName": "Prospecting", "CloseDate": "2026-12-31"},
        }[stream]
        self.app.put_many(OBJECTS[stream], [more] * count)

    def change(self, ids: Iterable[str], title: str, at: float | None = None) -> None:
        for id in ids:
            self.app.put("Lead", {"Title": title}, id=id, modstamp=at)

    def change_late(self, ids: Iterable[str], title: str, seconds: float) -> None:
        """The transaction commits only then, and its rows bear the time at which they were saved."""
        chosen, stamped = tuple(ids), self.now
        self.later(seconds, lambda: self.change(chosen, title, stamped))

    def make_reading_fields(self) -> None:
        self.app.add_local_names()
        self.app.add_field("Lead", "Kana__c string(80) label=フリガナ")

    def seed_person(
        self, family: str = "", given: str = "", whole: str = "", phones: Sequence[str] = (), city: str = ""
    ) -> str:
        told = {"LastNameLocal": family, "FirstNameLocal": given, "Kana__c": whole, "City": city}
        told |= dict(zip(("Phone", "MobilePhone"), phones, strict=False))
        said = {name: value for name, value in told.items() if value}
        return self.app.put("Lead", {"LastName": "山田", "Company": "架空商事", **said})

    def seed_relations(self) -> None:
        account = self.app.put("Account", {"Name": "会社"})
        self.app.put("Opportunity", {"Name": "商談", "StageName": "Prospecting", "AccountId": account[:15]})
        (lead,) = self.seed(1, self.now)
        self.convert(lead)

    def remove(self, id: str) -> None:
        self.app.delete("Lead", id)

    def merge(self, winner: str, loser: str) -> str:
        self.app.merge("Lead", winner, loser)
        return winner

    def convert(self, id: str) -> str:
        return self.app.convert_lead(id)

    def small_pages(self) -> int:
        self.app.query_page = 200
        return 200

    def expire_tokens(self) -> None:
        self.app.expire_tokens()

    def remove_field(self, name: str) -> str:
        field = BY_NAME[name].salesforce_name
        self.app.remove_field("Lead", field)
        return f"Lead.{field}"

    def lock(self, id: str, times: int) -> None:
        self.app.block(id, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record", times=times)

    def content(self, id: str) -> dict[str, Any]:
        found = self.app.get("Lead", id) or self.app.get("Contact", id)
        assert found is not None
        return {name: value for name, value in found.items() if name not in STAMPS}

    def task_bodies(self) -> list[str]:
        return [str(task.get("Description") or "") for task in self.app.all("Task")]

    def task_owner(self, id: str) -> str:
        return str(self._task(id)["OwnerId"])

    def task_priority(self, id: str) -> str:
        return str(self._task(id)["Priority"])

    def close_task(self, id: str) -> None:
        self.app.put("Task", {"Status": "Completed"}, id=id)

    def foreign_task(self, person: str) -> str:
        return self.app.put("Task", {"WhoId": person, "Subject": "電話"})

    def lock_task(self, id: str, times: int) -> None:
        self.lock(id, times)

    def new_owner(self, active: bool = True, manager: str = "", person: bool = True) -> str:
        number = next(self.numbers)
        user = {"Username": f"u{number}@own.example", "Email": f"u{number}@own.example", "LastName": "営業"}
        more = {"Alias": f"u{number}", "IsActive": active, "UserType": "Standard" if person else "CloudIntegrationUser"}
        return self.app.put("User", {**user, **more, "ManagerId": manager or None})

    def seed_with_deal(self) -> tuple[RecordKey, str]:
        account = self.app.put("Account", {"Name": "会社"})
        contact = self.app.put("Contact", {"LastName": "山田", "AccountId": account})
        deal = {"Name": "商談", "StageName": "Prospecting", "CloseDate": "2026-12-31", "AccountId": account}
        return RecordKey(SALESFORCE, "contact", contact), self.app.put("Opportunity", deal)

    def remove_deal(self, id: str) -> None:
        self.app.delete("Opportunity", id)

    def deals_of_task(self, id: str) -> list[str]:
        return [str(what) for what in [self._task(id).get("WhatId")] if what]

    def edit(self, id: str, **values: str) -> None:
        self.app.put("Lead", {BY_NAME[name].salesforce_name: value or None for name, value in values.items()}, id=id)

    def without_list_rights(self) -> None:
        self.app.profile.can_manage_list_views = False

    def list_names(self) -> list[str]:
        return [f"{name}.{one.salesforce_name}" for name in ("Lead", "Contact") for one in WORKING_LISTS]

    def on_list(self, id: str) -> set[str]:
        """By the query that the list view stands for."""
        found = self.app.queries._engine.run(self._view(id).query(), "", False)
        return {str(found.render(row)["Id"]) for row in found.rows}

    def change_list(self, id: str) -> object:
        view = self._view(id)
        score = self.app.org.schema.objects["Lead"].fields[BY_NAME["score"].salesforce_name]
        view.filters, view.logic = [Filter(score, "GreaterThan", ["95"])], ""
        return self.held_list(id)

    def held_list(self, id: str) -> object:
        return self._view(id).query()

    def _view(self, id: str) -> ListView:
        views = self.app.list_views.by_id.values()
        (found,) = [view for view in views if (view.object, view.name) == ("Lead", f"Leadsync_{id}")]
        return found

    def _task(self, id: str) -> Mapping[str, Any]:
        found = self.app.get("Task", id)
        assert found is not None
        return found

    def remove_task(self, id: str) -> None:
        self.app.delete("Task", id)

    def spend_quota(self, leaving: int) -> None:
        self.app.usage.others = self.app.daily_limit - self.app.usage.used() - leaving


def _person(number: int, title: str) -> dict[str, Any]:
    person = {"Email": f"p{number}@customer.example", "FirstName": "太郎", "LastName": f"山田{number}"}
    return person | {"Company": "架空商事"} | ({"Title": title} if title else {})
