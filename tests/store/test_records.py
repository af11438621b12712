"""What a save really changes, and what it does not."""

from __future__ import annotations

from dataclasses import replace

from sync.core.records import ActivityRecord, CampaignRecord, CompanyRecord, PersonRecord, RecordKey, State
from sync.identity.keys import KeyKind, key_number
from sync.jobs.feeding import feed
from sync.repository import Saved
from sync.store.database import SqlStore

NOW = 1_790_000_000
ANN = RecordKey("hubspot", "contact", "1")


def person(key: RecordKey = ANN, **values: object) -> PersonRecord:
    return PersonRecord(key, **{"modified_at": NOW - 100, "created_at": NOW - 999, **values})  # type: ignore[arg-type]


def page_view(id: str, *people: RecordKey, at: int = NOW - 50) -> ActivityRecord:
    return ActivityRecord(RecordKey("hubspot", "page_view", id), at, "page_view", at, people=people, url="/pricing")


def settle(store: SqlStore) -> int:
    """Gives every record a person of its own and clears the flags; returns the first person."""
    with store.begin() as unit:
        members = {member.id: member for member in unit.unresolved(100)}
        persons = unit.new_persons([f"p{id}" for id in members], NOW)
        unit.place({id: persons[f"p{id}"] for id in members})
        mailbox = KeyKind.MAILBOX
        unit.set_keys({id: {key_number(mailbox, m.record.email): mailbox.value} for id, m in members.items()})
        unit.mark_resolved(members)
        due = unit.score_due(100)
        unit.no_longer_due(due)
        unit.planned(due)
        return due[0] if due else 0


def test_the_same_record_twice_changes_nothing(store: SqlStore) -> None:
    with store.begin() as unit:
        assert unit.save([person(email="a@b.co")], NOW) == Saved(new=1)
    with store.begin() as unit:
        assert unit.save([person(email="a@b.co")], NOW + 5) == Saved(same=1)


def test_an_older_copy_from_a_stale_index_does_not_undo_a_newer_one(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([person(title="部長", modified_at=NOW)], NOW)
        assert unit.save([person(title="課長", modified_at=NOW - 1)], NOW).changed == 0
        assert unit.unresolved(10)[0].record.title == "部長"


def test_two_copies_in_one_page_leave_the_newer_one(store: SqlStore) -> None:
    with store.begin() as unit:
        saved = unit.save([person(title="new", modified_at=NOW), person(title="old", modified_at=NOW - 9)], NOW)
        assert saved == Saved(new=1, same=1)
        assert unit.unresolved(10)[0].record.title == "new"


def test_an_echo_of_our_own_write_makes_nobody_due(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([person(own={"score": 10})], NOW)
    settle(store)
    with store.begin() as unit:
        assert unit.save([person(own={"score": 10}, modified_at=NOW)], NOW) == Saved(same=1)
        assert (unit.score_due(10), unit.plan_due(0, 10), unit.unresolved(10)) == ([], [], [])


def test_a_changed_value_of_ours_makes_the_person_due_for_planning_only(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([person(own={"score": 10})], NOW)
    first = settle(store)
    with store.begin() as unit:
        unit.save([person(own={"score": 99}, modified_at=NOW)], NOW)
        assert (unit.score_due(10), unit.plan_due(0, 10)) == ([], [first])


def test_an_activity_makes_its_person_due_for_scoring(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([person()], NOW)
    first = settle(store)
    with store.begin() as unit:
        unit.save([page_view("v1", ANN)], NOW)
        unit.attach_activities()
        assert unit.score_due(10) == [first]


def test_an_activity_that_came_before_its_person_is_attached_later(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([page_view("v1", ANN)], NOW)
        assert unit.attach_activities() == 0
        unit.save([person()], NOW)
    first = settle(store)
    with store.begin() as unit:
        assert unit.attach_activities() == 1
        assert [act.key.id for act in unit.dossiers([first])[0].activities] == ["v1"]
        assert unit.attach_activities() == 0


def test_an_activity_known_by_address_finds_its_person_whatever_the_spelling(store: SqlStore) -> None:
    form = ActivityRecord(RecordKey("hubspot", "form_submission", "s"), NOW, "form_submit", NOW, email="Ａ+x@B.co ")
    with store.begin() as unit:
        unit.save([form, person(email="a@b.co")], NOW)
    first = settle(store)
    with store.begin() as unit:
        assert unit.attach_activities() == 1
        assert len(unit.dossiers([first])[0].activities) == 1


def test_an_activity_of_two_people_counts_for_both_and_leaves_who_was_removed(store: SqlStore) -> None:
    other = RecordKey("hubspot", "contact", "2")
    call = ActivityRecord(RecordKey("hubspot", "call", "c"), NOW, "call", NOW, people=(ANN, other))
    with store.begin() as unit:
        unit.save([person(), person(other), call], NOW)
    settle(store)
    with store.begin() as unit:
        assert unit.attach_activities() == 2
        unit.save([replace(call, people=(other,), modified_at=NOW + 1)], NOW)
        dossiers = unit.dossiers([member.person_id for member in unit.records([1, 2]).values()])  # type: ignore[misc]
        assert [len(d.activities) for d in dossiers] == [0, 1]


def test_what_a_full_pass_did_not_show_is_archived_and_comes_back_when_seen(store: SqlStore) -> None:
    with store.begin() as unit:
        unit.save([person(), CompanyRecord(RecordKey("hubspot", "company", "9"), NOW)], NOW)
        assert unit.retire("hubspot", ("contact",), NOW + 1) == 1
        assert unit.unresolved(1)[0].record.state is State.ARCHIVED
        unit.save([person()], NOW + 2)
        assert unit.unresolved(1)[0].record.state is State.LIVE


def test_the_loser_of_a_merge_is_marked_although_the_vendor_says_nothing_of_it(store: SqlStore) -> None:
    loser = RecordKey("hubspot", "contact", "2")
    with store.begin() as unit:
        unit.save([person(loser)], NOW)
        unit.save([person(absorbed=(loser, RecordKey("hubspot", "contact", "3")))], NOW)
        states = {m.record.key.id: m.record.state for m in unit.unresolved(9)}
    assert states == {"1": State.LIVE, "2": State.MERGED, "3": State.MERGED}


def test_a_campaign_s_new_name_makes_its_people_due(store: SqlStore) -> None:
    key = RecordKey("salesforce", "lead", "00Q1")
    campaign = CampaignRecord(RecordKey("salesforce", "campaign", "701"), NOW, name="x")
    member = RecordKey("salesforce", "campaign_member", "m")
    act = ActivityRecord(member, NOW, "campaign_response", NOW - 50, people=(key,), content_id="701")
    with store.begin() as unit:
        unit.save([person(key), campaign, act], NOW)
    first = settle(store)
    with store.begin() as unit:
        unit.attach_activities()
    feed(store, "Asia/Tokyo", NOW, lambda: None)
    with store.begin() as unit:
        assert unit.score_due(9) == []
        unit.save([replace(campaign, name="Webinar", modified_at=NOW + 1)], NOW)
        assert unit.score_due(9) == [first]
