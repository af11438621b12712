"""One human in three records is one person to sales; two humans of one name are two; and joining can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from accounts import Account, Quiet

from sync.core.records import RecordKey
from sync.errors import ConfigError
from sync.identity.engine.model import Model, shipped
from sync.identity.site_model import FILE_NAME, SiteModel
from sync.jobs.cycle import Order
from sync.jobs.decide import came_true, judge, outcome
from sync.jobs.explain import Explanation, explain

MOBILE, LINE = "090-1234-5678", "03-4444-5555"


class Firm(Account):
    """Both CRMs; people of one company, as each CRM writes them."""

    def salesforce_contact(self, **fields: Any) -> str:
        values = {"OwnerId": self.user, **fields}
        return self.salesforce.put("Contact", values, created=self.ago(60), modstamp=self.ago(60))

    def read(self, key: RecordKey) -> dict[str, str]:
        """Our fields of a record as its CRM shows them, by HubSpot's names."""
        if key.system == "hubspot":
            shown: Any = self.hubspot.get("contacts", key.id).properties
        else:
            shown = self.salesforce.get(key.object.capitalize(), key.id)
        found = {str(name).lower().removesuffix("__c"): value for name, value in shown.items() if value is not None}
        return {name: str(value).removesuffix(".0") for name, value in found.items() if name.startswith("leadsync_")}

    def persons(self, *keys: RecordKey) -> int:
        """How many persons these records belong to, as their CRMs show it."""
        return len({self.read(key)["leadsync_person_key"] for key in keys})

    def explained(self, key: RecordKey) -> Explanation:
        with self.service() as service:
            return explain(service.store, key.id, service.scoring, None, int(service.clock()))


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    made = Firm(tmp_path)
    made.provision()
    yield made
    made.close()


@pytest.fixture
def taro(firm: Firm) -> tuple[RecordKey, RecordKey, RecordKey]:
    """Mailbox, number and spelling differ; only the HubSpot contact asked for a demo."""
    contact = firm.hot("taro.yamada@aozora.co.jp", firstname="太郎", company="株式会社青空商事", mobilephone=MOBILE)
    lead = firm.lead("Taro.Yamada@aozora.co.jp", LastName="Yamada", FirstName="Taro", Company="Aozora Shoji K.K.")
    other = firm.salesforce_contact(
        LastName="山田", FirstName="太郎", Email="ty1980@gmail.com", MobilePhone="+81 90 1234 5678"
    )
    return (
        RecordKey("hubspot", "contact", contact),
        RecordKey("salesforce", "lead", lead),
        RecordKey("salesforce", "contact", other),
    )


def test_one_human_in_three_records_has_one_ledger_one_task_and_one_score(
    firm: Firm, taro: tuple[RecordKey, RecordKey, RecordKey]
) -> None:
    assert firm.cycle().errors == {}
    shown = [firm.read(key) for key in taro]
    assert {fields["leadsync_score"] for fields in shown} == {"85"}
    for field in ("leadsync_band", "leadsync_person_key", "leadsync_reasons", "leadsync_behavior_score"):
        assert len({fields[field] for fields in shown}) == 1, field
    ledgers = [firm.explained(key) for key in taro]
    assert {found.dossier.key for found in ledgers} == {shown[0]["leadsync_person_key"]}
    assert {member.record.key for member in ledgers[0].dossier.members} == set(taro)
    assert len(firm.tasks()) == 1
    firm.clock.advance(3600)
    firm.cycle()
    assert len(firm.tasks()) == 1


def test_what_one_record_did_counts_for_all_of_the_human_s_records_once(
    firm: Firm, taro: tuple[RecordKey, RecordKey, RecordKey]
) -> None:
    alone = firm.hot("jiro@midori.example", firstname="次郎", company="緑山工業")
    firm.cycle()
    behaviour = {firm.read(key)["leadsync_behavior_score"] for key in taro}
    assert behaviour == {firm.read(RecordKey("hubspot", "contact", alone))["leadsync_behavior_score"]}


NAMESAKES = {  # what the HubSpot contact holds, what the Salesforce lead holds
    "numbered_mailboxes": (
        {"email": "ken.sato@aozora.co.jp", "phone": LINE},
        {"Email": "ken.sato2@aozora.co.jp", "Phone": LINE},
    ),
    "mobiles": (
        {"email": "sato@aozora.co.jp", "mobilephone": "090-1111-2222"},
        {"Email": "k-sato@aozora.co.jp", "MobilePhone": "080-3333-4444"},
    ),
    "kanji": (
        {"email": "sato@aozora.co.jp", "phone": LINE},
        {"Email": "k-sato@aozora.co.jp", "Phone": LINE, "FirstName": "賢"},
    ),
}


@pytest.mark.parametrize("told_apart_by", NAMESAKES)
def test_two_people_of_one_name_at_one_company_stay_two_with_two_scores(firm: Firm, told_apart_by: str) -> None:
    hers, his = NAMESAKES[told_apart_by]
    company = {"company": "株式会社青空商事", "numemployees": "500"}
    one = firm.contact(**hers, **company, lastname="佐藤", firstname="健", jobtitle="営業部長")
    firm.page_view(one, "/pricing", 5)
    firm.demo_request(hers["email"], 5)
    fields = {"LastName": "佐藤", "FirstName": "健", "Company": "㈱青空商事", "Title": "主任", **his}
    two = firm.lead(fields.pop("Email"), **fields)
    firm.cycle()
    first, second = firm.read(RecordKey("hubspot", "contact", one)), firm.read(RecordKey("salesforce", "lead", two))
    assert first["leadsync_person_key"] != second["leadsync_person_key"]
    assert (first["leadsync_score"], first["leadsync_band"]) == ("85", "hot")
    assert (int(second["leadsync_score"]) < 50, second["leadsync_band"]) == (True, "hold")
    assert [system for system, _ in firm.tasks()] == ["hubspot"]


def test_parting_gives_each_record_its_own_score_back_with_the_next_sync(
    firm: Firm, taro: tuple[RecordKey, RecordKey, RecordKey]
) -> None:
    firm.cycle()
    contact, lead, other = taro
    firm.clock.advance(3600)
    with firm.service() as service:
        judged = judge(service.store, contact.id, other.id, "different", "ann", int(service.clock()))
        assert service.match()
        assert came_true(judged, outcome(service.store, judged, service.scoring, int(service.clock())))
    assert firm.read(other)["leadsync_score"] == "85"  # nothing is written before the sync
    firm.clock.advance(60)
    assert firm.cycle().errors == {}
    parted, kept = firm.read(other), firm.read(contact)
    assert parted["leadsync_person_key"] != kept["leadsync_person_key"]
    assert (kept["leadsync_score"], firm.read(lead)["leadsync_score"]) == ("85", "85")
    assert int(parted["leadsync_score"]) < 50
    assert parted["leadsync_band"] != "hot"
    assert parted["leadsync_behavior_score"] == "0"
    assert len(firm.tasks()) == 2  # the first lies on the record that went


def test_a_task_stays_with_the_record_it_lies_on_and_who_is_still_hot_gets_her_own(firm: Firm) -> None:
    contact = firm.hot("taro.yamada@aozora.co.jp", firstname="太郎", mobilephone=MOBILE)
    lead = firm.lead("taro.yamada@aozora.co.jp", LastName="山田", FirstName="太郎", Company="青空", MobilePhone=MOBILE)
    firm.cycle()
    assert [system for system, _ in firm.tasks()] == ["salesforce"]
    firm.clock.advance(3600)
    with firm.service() as service:
        judge(service.store, contact, lead, "different", "ann", int(service.clock()))
    firm.cycle()
    one, two = RecordKey("hubspot", "contact", contact), RecordKey("salesforce", "lead", lead)
    assert (firm.read(one)["leadsync_band"], firm.read(two)["leadsync_band"]) == ("hot", "hold")
    assert sorted(system for system, _ in firm.tasks()) == ["hubspot", "salesforce"]
    assert [e.task_system for e in firm.explained(one).episodes] == ["hubspot"]
    assert [e.task_system for e in firm.explained(two).episodes] == ["salesforce"]
    assert len({e.task_key for key in (one, two) for e in firm.explained(key).episodes}) == 2
    firm.clock.advance(3600)
    firm.cycle()
    assert len(firm.tasks()) == 2


def test_taking_the_parting_back_makes_them_one_again(firm: Firm, taro: tuple[RecordKey, RecordKey, RecordKey]) -> None:
    firm.cycle()
    key = firm.read(taro[0])["leadsync_person_key"]
    for verdict in ("different", "open"):
        firm.clock.advance(3600)
        with firm.service() as service:
            judge(service.store, taro[0].id, taro[2].id, verdict, "ann", int(service.clock()))  # type: ignore[arg-type]
        firm.cycle()
    assert {firm.read(record)["leadsync_person_key"] for record in taro} == {key}
    assert {firm.read(record)["leadsync_score"] for record in taro} == {"85"}
    states = [str(task.get("Status")) for task in firm.salesforce.all("Task")]
    assert sorted(states) == ["Completed", "Not Started"]  # hers from the time in between is done with


def test_a_model_trained_at_the_site_is_taken_up_by_the_next_cycle_and_a_broken_one_stops_it(firm: Firm) -> None:
    """Two records that share no key, only name, company, title and city: a weight alone joins them."""
    hubspot = firm.contact(
        "taro.yamada@aozora.co.jp",
        lastname="山田",
        firstname="太郎",
        company="株式会社青空商事",
        jobtitle="営業部長",
        city="横浜市",
    )
    salesforce = firm.lead(
        "ty1980@gmail.com", LastName="山田", FirstName="太郎", Company="㈱青空商事", Title="営業部長", City="横浜市"
    )
    records = RecordKey("hubspot", "contact", hubspot), RecordKey("salesforce", "lead", salesforce)
    model = SiteModel(firm.folder / FILE_NAME)
    with firm.service() as service:

        def cycle() -> None:
            firm.clock.advance(3600)
            assert service.cycle(Order(write=True, brake=service.brake), Quiet()).errors == {}

        cycle()
        assert firm.persons(*records) == 1
        model.save(doubting(shipped()), "")
        cycle()
        assert firm.persons(*records) == 2
        with service.store.reading() as unit:
            assert unit.fact("matching_model") == doubting(shipped()).edition
        model.path.write_text("format: 1\n")
        for refused in (cycle, service.match):
            with pytest.raises(ConfigError, match="people train --reset"):
                refused()
        assert firm.persons(*records) == 2
        model.remove()
        cycle()
        assert firm.persons(*records) == 1


def doubting(model: Model) -> Model:
    """Takes a shared company for next to nothing."""
    levels = tuple(
        replace(level, m=level.u * (1.02 + 0.01 * n)) if level.id.startswith("same_") else level
        for n, level in enumerate(model.comparison("place").levels)
    )
    place = replace(model.comparison("place"), levels=levels)
    return replace(model, comparisons=tuple(place if c.id == "place" else c for c in model.comparisons))
