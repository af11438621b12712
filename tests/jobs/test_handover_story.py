"""One lead from the first sign to the return, through both sandbox CRMs: what the issue asks to be shown."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from accounts import DAY, Account, Quiet

import config
from sync.bootstrap import Service
from sync.jobs.cycle import Order

MAIL = "hanako@yamada-kogyo.co.jp"
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def account(tmp_path: Path) -> Any:
    made = Account(tmp_path)
    yield made
    made.close()


def rules(folder: Path) -> str:
    """The shipped rules for SaaS with a memory of a year and without decay, so that what dormancy takes is all that
    changes."""
    shipped = (Path(config.__file__).parent / "models" / "saas.yaml").read_text(encoding="utf-8")
    kept = [
        line for line in shipped.replace("window_days: 90", "window_days: 365").splitlines() if "half_life" not in line
    ]
    path = folder / "rules.yaml"
    path.write_text("\n".join(kept), encoding="utf-8")
    return str(path)


def lead_of(account: Account, id: str) -> dict[str, Any]:
    return next(dict(row) for row in account.salesforce.all("Lead") if row["Id"] == id)


class Life:
    """A service that runs on, cycle after cycle."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def cycle(self) -> None:
        self._service.cycle(Order(write=True, brake=self._service.brake), Quiet())


def when(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("+0000", "+00:00").replace("Z", "+00:00")).timestamp())


def test_a_lead_becomes_hot_is_followed_up_sleeps_and_comes_back(account: Account) -> None:
    lead = account.lead(MAIL, Title="営業部長", NumberOfEmployees=500, LastName="山田", FirstName="花子")
    contact = account.contact(MAIL, jobtitle="営業部長", lastname="山田", firstname="花子")
    account.provision()
    with account.service(LEADSYNC_MODEL=rules(account.folder)) as service:
        _live(account, Life(service), lead, contact)


def _live(account: Account, life: Life, lead: str, contact: str) -> None:
    account.page_view(contact, "/case-study/kojo", hours_ago=20)
    life.cycle()
    assert lead_of(account, lead)["Leadsync_Band__c"] != "hot"

    # The price simulator within 24 hours of the case study: hot within one cycle.
    account.page_view(contact, "/simulator", hours_ago=0.1)
    account.clock.advance(300)
    hot_at = int(account.clock.now())
    life.cycle()
    told = lead_of(account, lead)
    assert (told["Leadsync_Band__c"], told["Leadsync_Score__c"], told["Leadsync_Sla_State__c"]) == ("hot", 85, "open")
    assert "導入事例の後24時間以内に料金シミュレーター" in told["Leadsync_Reasons__c"]
    in_hubspot = account.hubspot.get("contacts", contact)
    assert in_hubspot is not None
    assert in_hubspot.properties["leadsync_band"] == "hot"

    # One task, where she has a lead, with owner, due time and reasons in Japanese.
    (task,) = [row for row in account.salesforce.all("Task") if "leadsync:" in str(row.get("Description"))]
    assert not list(account.hubspot.all("tasks"))
    due = when(str(told["Leadsync_Sla_Due__c"]))
    assert 0 <= due - (hot_at + DAY) < 60  # the sandbox takes its time
    assert (task["WhoId"], task["OwnerId"]) == (lead, account.user)
    assert task["ActivityDate"] == datetime.fromtimestamp(due, TOKYO).date().isoformat()
    assert when(str(task["ReminderDateTime"])) < due
    assert "山田" in str(task["Subject"])
    assert len(str(task["Subject"])) <= 40
    assert datetime.fromtimestamp(due, TOKYO).strftime("%H") in str(task["Subject"])
    assert "料金シミュレーター" in str(task["Description"])

    # The clock runs, and a call stops it.
    account.clock.advance(19 * 3600)
    life.cycle()
    assert lead_of(account, lead)["Leadsync_Sla_State__c"] == "warning"
    call = {"WhoId": lead, "OwnerId": account.user, "Subject": "架電", "TaskSubtype": "Call", "Status": "Completed"}
    account.salesforce.put("Task", {**call, "IsClosed": True, "CallType": "Outbound"})
    account.clock.advance(300)
    life.cycle()
    assert lead_of(account, lead)["Leadsync_Sla_State__c"] == "met"

    # Ninety days without a sign: dormant, with fifty points off.
    account.clock.advance(91 * DAY)
    life.cycle()
    told = lead_of(account, lead)
    assert (told["Leadsync_Band__c"], told["Leadsync_Score__c"]) == ("dormant", 35)
    assert (told["Leadsync_Sla_State__c"], told["Leadsync_Hot_Since__c"]) == ("none", None)

    # A revisit wakes her: hot again, and after more than 14 days below with a task of its own.
    account.clock.advance(15 * DAY)
    account.page_view(contact, "/pricing", hours_ago=0.1)
    account.clock.advance(300)
    life.cycle()
    told = lead_of(account, lead)
    assert (told["Leadsync_Band__c"], told["Leadsync_Score__c"], told["Leadsync_Sla_State__c"]) == ("hot", 100, "open")
    assert told["Leadsync_Top_Reason__c"].startswith("再活性化:")
    assert len(account.tasks()) == 2
    life.cycle()
    assert len(account.tasks()) == 2
