"""Merging a person's records inside HubSpot, where nothing undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Account

from connectors.sandbox.http import Fault
from sync.bootstrap import Service
from sync.core.records import PersonRecord, RecordKey
from sync.errors import AccountMismatch, TemporaryFailure
from sync.jobs.decide import judge
from sync.jobs.merge_records import MergePlan, NotMergeable, merge, plan_merge
from sync.ports import Merging, Outcome, Result
from sync.repository import AuditEntry, PairRow, Step

NAME = {"lastname": "山田", "firstname": "太郎"}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """One person: three HubSpot contacts that somebody has accepted as one, and a Salesforce lead."""
    made = Account(tmp_path)
    made.hot("taro@example.jp", firstname="太郎")
    made.contact("t.yamada@example.jp", days_old=50, **NAME)
    made.contact("yamada@private.example", days_old=40)
    made.lead("taro@example.jp", LastName="山田", FirstName="太郎")
    made.provision()
    made.cycle()
    yield made
    made.close()


@pytest.fixture
def service(account: Account) -> Iterator[Service]:
    with account.service() as opened:
        accept(opened, *contacts(account))
        yield opened


def contacts(account: Account) -> list[str]:
    return [found.id for found in account.hubspot.all("contacts")]


def accept(service: Service, *ids: str) -> None:
    for other in ids[1:]:
        judge(service.store, ids[0], other, "same", "ann", int(service.clock()))
    assert service.match()


def planned(service: Service, keep: str | None = None) -> MergePlan:
    return plan_merge(service.store, "taro@example.jp", "hubspot", keep)


def done(service: Service, plan: MergePlan) -> Iterator[Outcome]:
    crm = service.connectors["hubspot"]
    assert isinstance(crm, Merging)
    for _, outcome in merge(plan, crm, service.store, service.clock):
        yield outcome


def merges(account: Account) -> int:
    return sum(call.path.endswith("/merge") for call in account.hubspot.calls)


def person(service: Service) -> tuple[str, list[str]]:
    """Key and live HubSpot contacts."""
    with service.store.reading() as unit:
        (found,) = unit.find_person("taro@example.jp")
        dossier = unit.dossiers([found])[0]
    live = [m.record.key for m in dossier.members if m.record.state == "live"]
    return dossier.key, [key.id for key in live if key.system == "hubspot"]


def trail(service: Service) -> list[AuditEntry]:
    with service.store.reading() as unit:
        return [e for e in unit.audit_of(unit.find_person("taro@example.jp")[0]) if e.field == "merge"]


def test_a_plan_names_what_stays_and_calls_nobody(account: Account, service: Service) -> None:
    before = account.calls()
    plan = planned(service)
    first, second, third = contacts(account)
    assert (plan.keep.key.id, plan.why) == (first, "complete")
    assert [record.key.id for record in plan.absorb] == [second, third]
    assert account.calls() == before


def test_all_become_one_contact_and_the_person_keeps_her_key(account: Account, service: Service) -> None:
    before, _ = person(service)
    assert [outcome.result for outcome in done(service, planned(service))] == [Result.APPLIED] * 2
    (left,) = contacts(account)
    assert person(service)[0] == before
    account.clock.advance(300)
    account.cycle()
    assert person(service) == (before, [left])
    assert planned(service).absorb == ()


def test_the_person_is_not_without_a_record_before_the_next_pull(account: Account, service: Service) -> None:
    list(done(service, planned(service)))
    with service.store.begin() as unit:
        unit.flag_all_for_score()
    account.clock.advance(60)
    with account.service() as later:
        assert later.match()
    assert len(person(service)[1]) == 1


def test_every_merge_is_in_the_audit_trail(account: Account, service: Service) -> None:
    first, second, third = contacts(account)
    outcomes = list(done(service, planned(service)))
    halfway, final = (outcome.record.id for outcome in outcomes if outcome.record)
    told = {(entry.old, entry.new) for entry in trail(service)}
    assert told == {(second, halfway), (first, halfway), (third, final), (halfway, final)}


def test_the_record_to_keep_can_be_chosen(account: Account, service: Service) -> None:
    third = contacts(account)[2]
    plan = planned(service, keep=third)
    assert (plan.keep.key.id, plan.why, len(plan.absorb)) == (third, "chosen", 2)
    with pytest.raises(NotMergeable, match="not a live record"):
        planned(service, keep="4711")


def test_what_the_crms_own_integration_ties_to_salesforce_is_kept(account: Account, service: Service) -> None:
    second = contacts(account)[1]
    with service.store.begin() as unit:
        unit.connection.exec_driver_sql(
            'UPDATE people SET links = \'[["salesforce", "lead", "00Q1"]]\' WHERE vendor_id = ?', (second,)
        )
    assert (planned(service).keep.key.id, planned(service).why) == (second, "linked")


def test_stopped_between_two_merges_it_goes_on_where_it_ended(account: Account, service: Service) -> None:
    running = done(service, planned(service))
    next(running)
    running.close()
    assert len(contacts(account)) == 2
    again = planned(service)
    assert len(again.absorb) == 1
    assert [outcome.result for outcome in done(service, again)] == [Result.APPLIED]
    assert (len(contacts(account)), merges(account)) == (1, 2)


def test_what_was_merged_is_known_however_long_the_audit_trail_is(account: Account, service: Service) -> None:
    with service.store.begin() as unit:
        (person_id,) = unit.find_person("taro@example.jp")
        unit.audit([AuditEntry(1, None, "hubspot", "contact", "1", person_id, "score", "1", "2")] * 600)
    list(done(service, planned(service)))
    assert planned(service).absorb == ()


def test_a_record_that_was_just_decided_to_be_somebody_else_s_is_not_merged(account: Account, service: Service) -> None:
    """The word on the review page is put down at once; persons follow it with the next cycle only."""
    first, second, third = contacts(account)
    judge(service.store, first, second, "different", "ann", int(service.clock()))
    plan = planned(service)
    assert [record.key.id for record in plan.absorb] == [third]
    assert [doubt.record.key.id for doubt in plan.doubtful] == [second]


def test_a_merge_that_was_not_put_down_is_not_made_twice(account: Account, service: Service) -> None:
    crm, plan = service.connectors["hubspot"], planned(service)
    assert isinstance(crm, Merging)
    crm.merge(plan.keep.key, plan.absorb[0].key)  # and then the process died
    outcomes = [outcome.result for outcome in done(service, planned(service))]
    assert outcomes == [Result.UNCHANGED, Result.APPLIED]
    assert (len(contacts(account)), merges(account)) == (1, 2)


def test_a_record_that_is_gone_does_not_stop_the_others(account: Account, service: Service) -> None:
    plan = planned(service)
    account.hubspot.gdpr_delete(plan.absorb[0].key.id)
    outcomes = list(done(service, plan))
    assert [(outcome.result, outcome.gone) for outcome in outcomes] == [
        (Result.REJECTED, True),
        (Result.APPLIED, False),
    ]
    assert len(person(service)[1]) == 1


def test_a_record_that_somebody_else_merged_meanwhile_ends_it(account: Account, service: Service) -> None:
    plan = planned(service)
    other = account.contact("somebody@else.example")
    account.hubspot.merge_contacts(plan.keep.key.id, other)
    (outcome,) = done(service, plan)
    assert (outcome.result, outcome.reason) == (Result.REJECTED, "RECORD_MOVED")
    assert trail(service) == []


def test_a_crm_that_does_not_answer_leaves_everything_as_it_was(account: Account, service: Service) -> None:
    account.hubspot.faults.append(Fault(path="/merge", times=0))
    try:
        results = [outcome.result for outcome in done(service, planned(service))]
    except TemporaryFailure:
        results = [Result.RETRY]
    assert results == [Result.RETRY]
    assert (len(contacts(account)), trail(service)) == (3, [])


def test_records_that_a_weight_alone_joins_are_left_out_until_accepted(account: Account) -> None:
    with account.service() as service:
        first, second, third = contacts(account)
        accept(service, first, second)
        with service.store.begin() as unit:
            found = {name: unit.find_person(name)[0] for name in (first, third)}
            ids = [d.members[0].id for d in unit.dossiers([found[first], found[third]])]
            unit.replace_pairs(ids[1:], (), [PairRow(min(ids), max(ids), weight=9_000, name=12_000)])
            unit.send_back(ids, Step.PERSON)
        assert service.match()
        plan = planned(service)
        assert [record.key.id for record in plan.absorb] == [second]
        (doubt,) = plan.doubtful
        assert (doubt.record.key.id, doubt.pair and doubt.pair.weight) == (third, 9_000)
        assert len(doubt.parts) == 3
        list(done(service, plan))
        assert len(contacts(account)) == 2
        accept(service, first, third)
        assert len(planned(service).absorb) == 1


def test_credentials_of_another_portal_merge_nothing(account: Account, service: Service) -> None:
    with service.store.begin() as unit:
        unit.set_fact("account:hubspot", "999 production other")
    with pytest.raises(AccountMismatch), service.sole_access("hubspot"):
        pass


def test_nobody_and_nothing_are_said(service: Service) -> None:
    with pytest.raises(NotMergeable, match="nobody"):
        plan_merge(service.store, "nobody@example.jp", "hubspot")
    with service.store.begin() as unit:
        unit.save([PersonRecord(RecordKey("hubspot", "contact", "77"), 1, email="lonely@example.org")], 1)
    assert service.match()
    with pytest.raises(NotMergeable, match="no live record in salesforce"):
        plan_merge(service.store, "lonely@example.org", "salesforce")
