"""What both CRMs tell of counts once: activities in a score, deals on the plan page, companies behind a person."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from in_process import SCORER
from rich.console import Console
from sqlalchemy import select
from warm import ENGINE

from sync.console import documents, pages, words
from sync.core.activity import INBOUND, Kind
from sync.core.records import ActivityRecord, CompanyRecord, DealRecord, DealRoleRecord, PersonRecord, RecordKey, State
from sync.identity.survivorship import Reason
from sync.jobs.explain import Explanation, explain
from sync.jobs.join_companies import join_companies
from sync.jobs.prefer import CHOOSABLE, NotChoosable, prefer
from sync.jobs.rescore import Scoring, rescore
from sync.jobs.resolve import resolve
from sync.repository import ScoreRow
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore

DAY, HOUR = 86_400, 3_600
NOW = 1_795_050_000  # 2026-11-19 10:00 in Tokyo
HS, HS2 = RecordKey("hubspot", "contact", "1"), RecordKey("hubspot", "contact", "2")
SF = RecordKey("salesforce", "contact", "003A")
ACCOUNT, COMPANY = RecordKey("salesforce", "company", "001A"), RecordKey("hubspot", "company", "77")

CALLS = """
name: calls
label: {en: Calls, ja: 会話}
vocabulary: standard
bands: {hot: 80, nurture: 50}
hot: {attribute_floor: 10, engagement_floor: 10, distinct_acts: 2}
dormancy: {days: 90, mode: subtract, points: 50}
rules:
  - id: talks
    axis: behaviour
    label: {en: Talks, ja: 会話}
    acts:
      - {kinds: [call, meeting, email_reply], points: 10}
    cap: 90
"""


@pytest.fixture
def scoring(tmp_path: Path) -> Scoring:
    path = tmp_path / "calls.yaml"
    path.write_text(CALLS, encoding="utf-8")
    return Scoring(load_model(str(path)), "Asia/Tokyo", "ja")


def known(store: SqlStore, *records: Any, person: tuple[RecordKey, ...] = (HS, SF)) -> int:
    """Saves the records, and the persons' records of `person` as one person's; returns the person."""
    people = [PersonRecord(key, NOW, created_at=NOW - 90 * DAY, last_name="山田") for key in person]
    given = {record.key for record in records}
    with store.begin() as unit:
        unit.save([*(record for record in people if record.key not in given), *records], NOW)
        c = t.people.c
        ids = {
            RecordKey(row.system, row.object, row.vendor_id): row.id
            for row in unit.connection.execute(select(c.id, c.system, c.object, c.vendor_id))
        }
        found = unit.new_persons(["p-one"], NOW)["p-one"]
        unit.place({ids[key]: found for key in person})
        unit.attach_activities()
        unit.flag([found], score=True)
    join_companies(store, lambda: None)
    return found


def scored(store: SqlStore, scoring: Scoring, person: int) -> ScoreRow:
    rescore(store, SCORER, scoring, lambda: NOW, lambda: None)
    with store.reading() as unit:
        return unit.scores_of([person])[person]


def explained(store: SqlStore, scoring: Scoring) -> Explanation:
    return explain(store, "p-one", scoring, None, NOW)


def logged(system: str, object: str, id: str, at: int, who: RecordKey, **values: Any) -> ActivityRecord:
    kind = {"meeting": Kind.MEETING, "event": Kind.MEETING, "email": Kind.EMAIL_REPLY}.get(object, Kind.CALL)
    values = {"kind": kind, "title": "導入のご相談", "direction": INBOUND, "people": (who,), **values}
    return ActivityRecord(RecordKey(system, object, id), at, occurred_at=at, **values)


def test_the_same_meeting_call_and_mail_in_both_crms_count_once_each(store: SqlStore, scoring: Scoring) -> None:
    meeting, call, mail = NOW - 5 * DAY, NOW - 4 * DAY, NOW - 3 * DAY
    person = known(
        store,
        logged("hubspot", "meeting", "1", meeting, HS),
        logged("salesforce", "event", "00U1", meeting, SF, title="HubSpot: 導入のご相談"),
        logged("hubspot", "call", "2", call, HS, title="お電話"),
        logged("salesforce", "task", "00T1", call + 2 * HOUR, SF, title="お電話"),
        logged("hubspot", "email", "3", mail, HS, message_id="m1", title="Re: 見積"),
        logged("salesforce", "task", "00T2", mail + DAY, SF, kind=Kind.EMAIL_REPLY, message_id="<m1>", title="見積"),
    )
    score = scored(store, scoring, person)
    assert (score.behaviour, [line.count for line in score.lines if line.rule == "talks"]) == (30_000, [3])
    assert {fold.evidence for fold in explained(store, scoring).folds} == {"same_minute", "same_day", "message_id"}


def test_two_calls_of_one_day_in_one_crm_count_twice(store: SqlStore, scoring: Scoring) -> None:
    calls = [logged("hubspot", "call", str(n), NOW - DAY + n * HOUR, HS) for n in (1, 2)]
    assert scored(store, scoring, known(store, *calls)).behaviour == 20_000


def test_one_activity_on_several_records_of_the_person_counts_once(store: SqlStore, scoring: Scoring) -> None:
    call = logged("hubspot", "call", "1", NOW - DAY, HS, people=(HS, HS2))
    person = known(store, call, person=(HS, HS2, SF))
    assert scored(store, scoring, person).behaviour == 10_000
    assert explained(store, scoring).dossier.activities[0].people == (HS, HS2)


def test_explain_tells_where_each_value_comes_from(store: SqlStore, scoring: Scoring) -> None:
    known(
        store,
        PersonRecord(HS, NOW, first_name="太郎", last_name="山田", title="課長", email="a@x.jp", phone="03-1111-2222"),
        PersonRecord(SF, NOW - DAY, last_name="山田", title="部長", email="b@x.jp"),
        ActivityRecord(
            RecordKey("hubspot", "email_event", "e"), NOW, Kind.EMAIL_OPEN, NOW - DAY, email="a@x.jp", people=(HS,)
        ),
    )
    found = explained(store, scoring)
    told = {field: (p.value, p.record, p.reason.value) for field, p in found.known.provenance.items()}
    assert told["title"] == ("部長", SF, "system_of_record")
    assert told["name"] == ("山田 太郎", HS, "uncontradicted")
    assert told["email"] == ("a@x.jp", HS, "verified")
    assert found.mailboxes == {"b@x.jp": (SF,), "a@x.jp": (HS,)}
    assert list(found.numbers.values()) == [(HS,)]


def test_a_reviewer_s_choice_stands_until_she_chooses_again(store: SqlStore, scoring: Scoring) -> None:
    person = known(store, PersonRecord(HS, NOW, title="課長"), PersonRecord(SF, NOW, title="部長"))
    scored(store, scoring, person)
    prefer(store, "p-one", "title", "1", "ann", NOW)
    with store.reading() as unit:
        assert unit.score_due(10) == [person]
    assert explained(store, scoring).known.title == "課長"
    prefer(store, "p-one", "title", str(SF), "ann", NOW)
    assert explained(store, scoring).known.title == "部長"
    for field, record in (("score", "1"), ("title", "999")):
        with pytest.raises(NotChoosable):
            prefer(store, "p-one", field, record, "ann", NOW)


def test_the_record_tells_which_of_the_people_of_one_mailbox_is_meant(store: SqlStore, scoring: Scoring) -> None:
    with store.begin() as unit:
        names = {HS: {"last_name": "佐藤", "first_name": "太郎"}, SF: {"last_name": "鈴木", "first_name": "花子"}}
        unit.save([PersonRecord(key, NOW, email="info@x.jp", title="部長", **name) for key, name in names.items()], NOW)
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    with store.reading() as unit:
        assert len(unit.find_person("info@x.jp")) == 2
    for key in (HS, SF):
        prefer(store, "info@x.jp", "title", str(key), "ann", NOW)


def test_the_company_s_record_in_the_other_crm_tells_of_its_size(store: SqlStore, scoring: Scoring) -> None:
    account = CompanyRecord(ACCOUNT, NOW, name="株式会社青空商事", domain="aozora.co.jp")
    company = CompanyRecord(COMPANY, NOW, name="青空商事", domain="aozora.co.jp", employees=800)
    person = known(store, PersonRecord(SF, NOW, company=ACCOUNT), account, company)
    scored(store, scoring, person)
    assert explained(store, scoring).known.employees == 800
    with store.begin() as unit:
        unit.save([CompanyRecord(COMPANY, NOW + 5, name="緑山工業", domain="midori.co.jp", employees=800)], NOW)
    join_companies(store, lambda: None)
    with store.reading() as unit:
        assert unit.score_due(10) == [person]
    assert explained(store, scoring).known.employees is None


def accounts(store: SqlStore) -> dict[str, int]:
    with store.reading() as unit:
        c = t.companies.c
        return {row.vendor_id: row.account_id for row in unit.connection.execute(select(c.vendor_id, c.account_id))}


def companies() -> list[CompanyRecord]:
    """Forty records of ten companies and a crowd under one name."""
    made = []
    for n in range(10):
        for copy in range(4):
            system = ("hubspot", "salesforce")[copy % 2]
            domain = f"firm{n}.co.jp" if copy < 3 else ""
            made.append(
                CompanyRecord(RecordKey(system, "company", f"{n}-{copy}"), NOW, name=f"第{n}青空商事", domain=domain)
            )
    return made + [CompanyRecord(RecordKey("hubspot", "company", f"c{n}"), NOW, name="共通の名前") for n in range(45)]


def partition(found: dict[str, int]) -> set[frozenset[str]]:
    return {frozenset(id for id in found if found[id] == account) for account in found.values()}


def test_accounts_made_bit_by_bit_are_those_of_a_full_pass(store: SqlStore) -> None:
    everything = companies()
    for start in range(0, len(everything), 7):
        with store.begin() as unit:
            unit.save(everything[start : start + 7], NOW)
        join_companies(store, lambda: None, batch=3)
    piecemeal = partition(accounts(store))
    with store.begin() as unit:
        unit.connection.execute(t.companies.update().values(unjoined=True, account_id=None))
        unit.connection.execute(t.company_keys.delete())
    join_companies(store, lambda: None)
    assert partition(accounts(store)) == piecemeal
    assert {len(group) for group in piecemeal} == {4, 1}
    assert join_companies(store, lambda: None).companies == 0


def test_a_crowd_that_thins_out_becomes_one_account_again(store: SqlStore) -> None:
    crowd = [record for record in companies() if record.name == "共通の名前"]
    with store.begin() as unit:
        unit.save(crowd, NOW)
    join_companies(store, lambda: None)
    assert len(partition(accounts(store))) == 45
    renamed = [CompanyRecord(record.key, NOW + 1, name=f"改名した会社{n}") for n, record in enumerate(crowd[:5])]
    with store.begin() as unit:
        unit.save(renamed, NOW)
    join_companies(store, lambda: None)
    assert sorted(len(group) for group in partition(accounts(store))) == [1, 1, 1, 1, 1, 40]


def deals(*links: RecordKey) -> list[Any]:
    hubspot, salesforce = RecordKey("hubspot", "deal", "5"), RecordKey("salesforce", "deal", "006A")
    return [
        DealRecord(hubspot, NOW, closed_at=NOW - DAY, name="HubSpot の商談", status="won", people=(HS2,), links=links),
        DealRecord(salesforce, NOW, closed_at=NOW - 2 * DAY, name="新規導入", status="won"),
        DealRoleRecord(RecordKey("salesforce", "deal_role", "00K"), NOW, salesforce, SF),
    ]


def test_a_won_deal_that_stands_in_both_crms_is_one_deal(store: SqlStore) -> None:
    person = known(store, *deals(RecordKey("salesforce", "deal", "006A")), person=(HS2, SF))
    with store.reading() as unit:
        (deal,) = unit.won_deals(NOW - 30 * DAY, 10)
    assert (deal.name, deal.closed_at, deal.person_ids) == ("新規導入", NOW - 2 * DAY, (person,))


def test_deals_of_one_name_and_day_without_the_integration_s_ids_are_two(store: SqlStore) -> None:
    known(store, *deals(), person=(HS2, SF))
    with store.reading() as unit:
        assert len(unit.won_deals(NOW - 30 * DAY, 10)) == 2
        assert len(unit.won_deals(NOW - 30 * DAY, 1)) == 1


def test_the_people_of_both_halves_of_a_deal_count_also_when_one_half_lags_behind(store: SqlStore) -> None:
    salesforce = RecordKey("salesforce", "deal", "006A")
    lagging = [r for r in deals(salesforce) if r.key != salesforce] + [DealRecord(salesforce, NOW, status="open")]
    person = known(store, *lagging, person=(SF,))
    with store.reading() as unit:
        assert [(deal.name, deal.person_ids) for deal in unit.won_deals(0, 10)] == [("HubSpot の商談", (person,))]


def test_an_archived_company_no_longer_tells_of_anybody(store: SqlStore, scoring: Scoring) -> None:
    account = CompanyRecord(ACCOUNT, NOW, name="青空商事", links=(COMPANY,))
    known(
        store, PersonRecord(SF, NOW, company=ACCOUNT), account, CompanyRecord(COMPANY, NOW, name="青空", employees=800)
    )
    assert explained(store, scoring).known.employees == 800
    with store.begin() as unit:
        unit.save([CompanyRecord(COMPANY, NOW + 5, name="青空", employees=800, state=State.ARCHIVED)], NOW)
    join_companies(store, lambda: None)
    assert explained(store, scoring).known.employees is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ja",
            [
                "役職",
                "Salesforce の最新値",
                "すべてのメールアドレス:",
                "と同じ活動のため数えません: 種類・件名・日付が同じ",
            ],
        ),
        (
            "en",
            ["Title", "newest in Salesforce", "All e-mail addresses:", "counts no more: same kind, subject and day"],
        ),
    ],
)
def test_explain_says_in_words_whose_value_and_whose_activity_counts(
    tmp_path: Path, scoring: Scoring, language: str, expected: list[str]
) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    known(
        store,
        PersonRecord(HS, NOW, title="課長", email="a@x.jp"),
        PersonRecord(SF, NOW, title="部長"),
        logged("hubspot", "call", "2", NOW - DAY, HS),
        logged("salesforce", "task", "00T1", NOW - DAY, SF),
    )
    found = explained(store, scoring)
    store.close()
    shown = StringIO()
    Console(file=shown, width=200).print(pages.explanation(found, scoring.model, "Asia/Tokyo", language))
    assert all(word in shown.getvalue() for word in expected)
    told = documents.explanation(found)
    assert told["fields"]["title"] == {"value": "部長", "record": str(SF), "why": "system_of_record"}
    assert told["same_occurrence"] == [
        {"kept": "hubspot:call:2", "copy": "salesforce:task:00T1", "evidence": "same_day"}
    ]
    assert told["mailboxes"] == {"a@x.jp": [str(HS)]}


def test_every_field_and_reason_has_its_words() -> None:
    assert {reason.value for reason in Reason} == set(words.SURVIVAL)
    assert {*CHOOSABLE, "source", "opted_out", "company_domain", "industry", "employees", "city"} == set(words.FIELD)
