"""Reading: twice is fine, skipping is not, and it always ends."""

from __future__ import annotations

import pytest
from mirror import Mirror
from subject import DAY, HOUR, MINUTE

from sync.core.records import State


@pytest.fixture
def mirror(subject):
    return Mirror.of(subject.stream)


def settled(subject, mirror, count=0):
    """An account that was read to its end long ago; the ids of its people."""
    ids = subject.seed(count, subject.now - 30 * DAY)
    mirror.pull(subject.connector())
    subject.advance(HOUR)
    return ids


def test_what_comes_names_its_system_and_stream_and_can_be_continued(subject):
    subject.seed(3, subject.now - DAY)
    connector = subject.connector()
    mirror = Mirror.of(*connector.streams)
    pages = mirror.pull(connector)
    assert connector.system == subject.system
    assert {page.stream for page in pages} <= set(connector.streams)
    assert all(page.cursor for page in pages)
    assert {key.system for key in mirror.records} == {subject.system}
    assert len(mirror.people()) == 3
    assert connector.account().id


def test_reading_twice_from_a_cursor_gives_at_least_the_same_records(subject, mirror):
    subject.small_pages()
    settled(subject, mirror)
    subject.seed(700, lambda n: subject.now - 600 + n)
    subject.advance(MINUTE)
    mirror.take(next(iter(subject.connector().read(mirror.cursors))))
    first, second = Mirror(dict(mirror.cursors)), Mirror(dict(mirror.cursors))
    first.pull(subject.connector())
    subject.advance(MINUTE)
    second.pull(subject.connector())
    assert len(first.seen) >= 500
    assert first.seen.keys() <= second.seen.keys()


@pytest.mark.parametrize("load", ["first load", "changes", "one stamp"])
def test_a_stop_after_every_page_skips_none(subject, mirror, load):
    page = subject.small_pages()
    if load == "first load":
        ids = subject.seed(5 * page, lambda n: subject.now - DAY + n)
    else:
        settled(subject, mirror)
        began = subject.now - 1_200
        ids = subject.seed(5 * page, began if load == "one stamp" else lambda n: began + n)
    mirror.pull_one_page_each(subject.connector, lambda: None, most=40)
    assert mirror.living() == set(ids)


def test_a_stop_after_every_page_skips_none_while_people_change(subject, mirror):
    page = subject.small_pages()
    settled(subject, mirror)
    ids = subject.seed(5 * page, lambda n: subject.now - 1_500 + n)
    expected = dict.fromkeys(ids, "")
    rounds = iter(range(100))

    def somebody_works() -> None:
        n = next(rounds)
        subject.advance(10)
        if n < 6:  # one who was read already, one who was not, one who is new
            subject.change([ids[n], ids[-1 - n]], f"round {n}")
            new = subject.seed(1, subject.now)
            expected.update(dict.fromkeys([ids[n], ids[-1 - n]], f"round {n}") | dict.fromkeys(new, ""))

    mirror.pull_one_page_each(subject.connector, somebody_works, most=40)
    for _ in range(2):
        subject.advance(5 * MINUTE)
        mirror.pull(subject.connector())
    assert next(rounds) >= 5
    assert mirror.titles() == expected


def test_people_changed_between_pages_of_one_run_all_arrive_as_they_are_now(subject, mirror):
    page = subject.small_pages()
    settled(subject, mirror)
    ids = subject.seed(4 * page, lambda n: subject.now - 1_500 + n, title="before")
    connector = subject.connector()
    for number, read in enumerate(connector.read(mirror.cursors)):
        mirror.take(read)
        if number < 3:
            subject.advance(1)
            subject.change(ids[number::page], f"changed {number}")
    subject.advance(10 * MINUTE)
    mirror.pull(connector)
    expected = {id: next((f"changed {k}" for k in (2, 1, 0) if n % page == k), "before") for n, id in enumerate(ids)}
    assert mirror.titles() == expected


@pytest.mark.parametrize("restart", [False, True])
def test_a_record_sharing_the_last_timestamp_is_not_skipped(subject, mirror, restart):
    connector = subject.connector()
    ids = settled(subject, mirror, 5)
    stamp = subject.now
    ids += subject.seed(5, stamp)
    mirror.pull(connector)
    ids += subject.seed(1, stamp)
    subject.advance(20)
    mirror.pull(subject.connector() if restart else connector)
    assert mirror.living() == set(ids)


@pytest.mark.parametrize("pause", [7, 30, 60])
@pytest.mark.parametrize("delay", ["30 s", "the longest"])
def test_a_change_shown_late_is_found_though_newer_ones_were_read(subject, mirror, delay, pause):
    """The search index lags, or a transaction commits minutes after its rows were stamped."""
    seconds = 30 if delay == "30 s" else subject.longest_lag
    ids = settled(subject, mirror, 20)
    connector = subject.connector()
    subject.change_late(ids[:3], "late", seconds)
    passed = 0
    while passed <= seconds:
        subject.change([ids[10]], f"at {passed}")
        mirror.pull(connector)
        subject.advance(pause)
        passed += pause
    mirror.pull(connector)
    assert [mirror.titles()[id] for id in ids[:3]] == ["late"] * 3


def test_a_late_change_is_found_after_a_stop_in_the_middle_of_a_run(subject, mirror):
    """Reading had passed the place of the change when it showed; the run ended much later, after a restart."""
    page = subject.small_pages()
    late, *_ = settled(subject, mirror, 20)
    subject.change_late([late], "late", subject.longest_lag)
    subject.advance(5)
    subject.seed(4 * page, lambda n: subject.now + n / page)
    subject.advance(5)
    mirror.take(next(iter(subject.connector().read(mirror.cursors))))
    subject.advance(subject.longest_lag + 20 * MINUTE)
    for _ in range(2):
        mirror.pull(subject.connector())
    assert mirror.titles()[late] == "late"


def test_removed_people_arrive_as_removed(subject, mirror):
    ids = settled(subject, mirror, 4)
    subject.remove(ids[1])
    subject.advance(DAY)  # the archived are looked at on a cadence of their own
    mirror.pull(subject.connector())
    assert mirror.people()[ids[1]].state is State.ARCHIVED
    assert mirror.living() == {ids[0], *ids[2:]}


def test_merged_people_arrive_with_the_record_that_stands_for_them_now(subject, mirror):
    winner, loser, other = settled(subject, mirror, 3)
    survivor = subject.merge(winner, loser)
    mirror.pull(subject.connector())
    people = mirror.people()
    assert people[survivor].state is State.LIVE
    told = {key.id for key in people[survivor].absorbed}
    told |= {id for id, each in people.items() if each.state is State.MERGED and each.successor.id == survivor}
    assert told | {survivor} >= {winner, loser}
    assert people[other].state is State.LIVE


def test_a_converted_lead_arrives_as_converted_and_names_its_contact(subject):
    if not hasattr(subject, "convert"):
        assert "leads" not in subject.connector().streams
        return
    mirror = Mirror.of("leads", "contacts")
    lead, other = settled(subject, mirror, 2)
    contact = subject.convert(lead)
    mirror.pull(subject.connector())
    people = mirror.people()
    assert people[lead].state is State.CONVERTED
    assert people[lead].successor == people[contact].key
    assert people[contact].state is State.LIVE
    assert people[other].state is State.LIVE


def test_a_full_pass_sends_everybody_who_lives_and_says_that_it_did(subject, mirror):
    ids = settled(subject, mirror, 250)
    subject.remove(ids[0])
    again = Mirror(dict(mirror.cursors))
    began = int(subject.now)
    pages = again.pull(subject.connector(), full=True)
    assert again.living() == set(ids[1:])
    assert [page.complete_since for page in pages if page.complete_since is not None] == [began]
    assert pages[-1].complete_since == began
    assert subject.object in pages[-1].full_objects


def test_after_a_full_pass_reading_goes_on_with_changes(subject, mirror):
    ids = settled(subject, mirror, 250)
    mirror.pull(subject.connector(), full=True)
    subject.advance(HOUR)
    subject.change(ids[:2], "new")
    mirror.seen.clear()
    mirror.pull(subject.connector())
    assert {key.id for key in mirror.seen} == set(ids[:2])


def test_only_the_named_streams_are_read(subject, mirror):
    subject.seed(2, subject.now - DAY)
    assert {page.stream for page in mirror.pull(subject.connector())} == {subject.stream}
    assert list(subject.connector().read({})) == []


def test_a_removed_field_of_ours_is_told_and_stops_nothing(subject, mirror):
    subject.provision()
    ids = settled(subject, mirror, 3)
    name = subject.remove_field("interest")
    subject.change(ids, "after")
    mirror.pull(subject.connector())
    assert set(mirror.titles().values()) == {"after"}
    assert all("interest" not in person.own for person in mirror.people().values())
    assert all("segment" in person.own for person in mirror.people().values())
    subject.advance(DAY)
    connector = subject.connector()
    mirror.pull(connector)
    told = {notice.subject for notice in mirror.notices} | set(connector.missing_fields())
    assert name in told
