"""Values that no CRM should hold and some do: nothing of it stops a pull, a match or a score."""

from __future__ import annotations

from typing import Any

import pytest
from in_process import SCORER
from warm import ENGINE

from sync.core import emails
from sync.core.activity import Kind
from sync.core.records import (
    ActivityRecord,
    CompanyRecord,
    DealRecord,
    DealRoleRecord,
    OwnerRecord,
    PersonRecord,
    RecordKey,
)
from sync.identity.survivorship import profile
from sync.jobs.rescore import Scoring, rescore
from sync.jobs.resolve import resolve
from sync.repository import AuditEntry
from sync.scoring.model import load_model
from sync.store.database import SqlStore

NOW = 1_790_000_000
YEAR_9999 = 253_402_300_799
ANN = RecordKey("hubspot", "contact", "1")
ODD_TEXTS = ["nul\x00inside", "half an emoji \ud83d", "長" * 100_000, "\x00", "line\r\nend"]


def understand(store: SqlStore) -> int:
    """Resolve and score everybody; returns how many were scored."""
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    scoring = Scoring(load_model("basic"), "America/New_York", "ja")
    return rescore(store, SCORER, scoring, lambda: NOW, lambda: None).scored


def saved(store: SqlStore, *records: Any) -> None:
    with store.begin() as unit:
        unit.save(records, NOW)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=["nul", "surrogate", "long", "only_nul", "line_ends"])
def test_odd_texts_are_stored_and_scored(store: SqlStore, text: str) -> None:
    person = PersonRecord(
        ANN, NOW, email=text, other_emails=(text,), last_name=text, title=text, company_name=text, owner_id=text
    )
    act = ActivityRecord(
        RecordKey("hubspot", "page_view", "v"),
        NOW,
        Kind.PAGE_VIEW,
        NOW - 5,
        people=(ANN,),
        url=text,
        title=text,
        email=text,
        content_id=text,
        task_key=text,
    )
    rest = (
        CompanyRecord(RecordKey("hubspot", "company", "c"), NOW, name=text, domain=text),
        OwnerRecord(RecordKey("hubspot", "owner", "o"), NOW, email=text, name=text),
        DealRecord(RecordKey("hubspot", "deal", "d"), NOW, name=text, stage=text, people=(ANN,)),
        DealRoleRecord(RecordKey("salesforce", "role", "r"), NOW, RecordKey("salesforce", "deal", "d"), ANN, role=text),
    )
    saved(store, person, act, *rest)
    assert understand(store) == 1
    with store.begin() as unit:
        assert unit.save([person, act, *rest], NOW).changed == 0
        unit.audit([AuditEntry(NOW, None, "hubspot", "contact", "1", 1, "top_reason", text, text, text)])


@pytest.mark.parametrize("at", [YEAR_9999, -62_135_596_800, 1_790_000_000_000, 2**70, -(2**70), 0])
def test_odd_times_are_stored_and_scored(store: SqlStore, at: int) -> None:
    act = ActivityRecord(RecordKey("hubspot", "page_view", "v"), NOW, Kind.PAGE_VIEW, at, people=(ANN,), url="/pricing")
    saved(store, PersonRecord(ANN, NOW, created_at=at), act)
    assert understand(store) == 1


@pytest.mark.parametrize("employees", [-5, 0, 10**30, None])
def test_impossible_numbers_of_employees_count_as_unknown(store: SqlStore, employees: int | None) -> None:
    saved(store, PersonRecord(ANN, NOW, employees=employees))
    assert understand(store) == 1
    with store.reading() as unit:
        dossier = unit.dossiers(unit.in_band("hold", 9))[0]
        assert (profile(dossier).employees or 10**9) >= 10**9
        lines = unit.scores_of([dossier.person_id])[dossier.person_id].lines
    assert [line.points for line in lines if "employees" in line.evidence] in ([], [0])


def test_an_endless_address_names_nobody_and_stops_nothing(store: SqlStore) -> None:
    address = "x" * 5_000 + "@example.jp"
    form = ActivityRecord(RecordKey("hubspot", "form_submission", "f"), NOW, Kind.FORM_SUBMIT, NOW, email=address)
    saved(store, PersonRecord(ANN, NOW, email=address), form)
    assert understand(store) == 1


def test_links_without_an_id_join_nobody(store: SqlStore) -> None:
    nothing = RecordKey("salesforce", "contact", "")
    other = RecordKey("hubspot", "contact", "2")
    saved(store, PersonRecord(ANN, NOW, links=(nothing,)), PersonRecord(other, NOW, links=(nothing,)))
    assert understand(store) == 2


def test_a_record_that_names_itself_as_absorbed_stays_alive(store: SqlStore) -> None:
    saved(store, PersonRecord(ANN, NOW, absorbed=(ANN,)))
    assert understand(store) == 1
    with store.reading() as unit:
        assert unit.census().records == {"hubspot contact": 1}


def test_an_act_a_little_ahead_of_our_clock_counts_once_its_time_has_come(store: SqlStore) -> None:
    act = ActivityRecord(RecordKey("hubspot", "page_view", "v"), NOW, Kind.PAGE_VIEW, NOW + 40, people=(ANN,))
    saved(store, PersonRecord(ANN, NOW), act)
    scoring = Scoring(load_model("basic"), "Asia/Tokyo", "ja")
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    rescore(store, SCORER, scoring, lambda: NOW, lambda: None)
    assert rescore(store, SCORER, scoring, lambda: NOW + 60, lambda: None).scored == 1
    with store.reading() as unit:
        assert unit.scores_of([1])[1].last_act_at == NOW + 40
    assert rescore(store, SCORER, scoring, lambda: NOW + 61, lambda: None).scored == 0


def test_a_person_s_form_is_scored_for_the_person_it_was_attached_to(store: SqlStore) -> None:
    """Two persons at a team's mailbox: the first record bears the form, and its person becomes due."""
    other = RecordKey("hubspot", "contact", "2")
    saved(store, PersonRecord(other, NOW, email="x@x.jp", last_name="鈴木"))
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    saved(store, PersonRecord(ANN, NOW, email="info@x.jp", last_name="佐藤"))
    saved(store, PersonRecord(RecordKey("hubspot", "contact", "3"), NOW, email="info@x.jp", last_name="田中"))
    understand(store)
    saved(store, PersonRecord(other, NOW + 1, email="info@x.jp", last_name="鈴木"))
    understand(store)
    form = ActivityRecord(RecordKey("hubspot", "form_submission", "f"), NOW, Kind.FORM_SUBMIT, NOW, email="info@x.jp")
    saved(store, form)
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    with store.reading() as unit:
        due = unit.score_due(9)
        assert [len(dossier.activities) for dossier in unit.dossiers(due)] == [1]


def test_more_ids_than_a_statement_takes_parameters(store: SqlStore) -> None:
    ids = list(range(1, 70_001))
    with store.begin() as unit:
        unit.flag(ids, score=True)
        unit.mark_resolved(ids)
        unit.no_longer_due(ids)
        assert unit.scores_of(ids) == {}
        assert unit.told(ids) == {}
        assert unit.drop_orders([f"score:{id}" for id in ids]) == 0


def test_a_reader_sees_the_state_before_an_open_transaction_and_does_not_wait_for_it(store: SqlStore) -> None:
    saved(store, PersonRecord(ANN, NOW))
    with store.begin() as unit:
        unit.save([PersonRecord(RecordKey("hubspot", "contact", "2"), NOW)], NOW)
        with store.reading() as reader:
            assert reader.census().records == {"hubspot contact": 1}
    with store.reading() as reader:
        assert reader.census().records == {"hubspot contact": 2}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("\u200btaro@example.jp\ufeff", "taro@example.jp"),
        ("taro\x00@example.jp", "taro@example.jp"),
        ("taro @example.jp", ""),
        ("taro@example.jp\nhanako@example.jp", ""),
        ("taro@.", ""),
        ("taro@..", ""),
        ("@example.jp", ""),
        ("taro@example", ""),
        ("\u3000taro@example.jp\u3000", "taro@example.jp"),
        ("x" * 400 + "@example.jp", ""),
    ],
)
def test_addresses_come_to_one_spelling_or_to_none(address: str, key: str) -> None:
    assert emails.normalise(address) == key
