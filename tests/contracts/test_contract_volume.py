"""The torture cases: more changes than a vendor likes to show, all at one moment, and in flat memory."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import islice

import pytest
from mirror import Mirror
from subject import DAY, HOUR, MINUTE

from sync.core.records import PersonRecord

pytestmark = pytest.mark.slow


@pytest.fixture
def mirror(subject):
    """Of an account whose people were read to the end an hour ago."""
    subject.seed(10, subject.now - 30 * DAY)
    made = Mirror.of(subject.stream)
    made.pull(subject.connector())
    subject.advance(HOUR)
    made.records.clear()
    made.seen.clear()
    made.pages = 0
    return made


def bound(subject, records):
    return records // 1_000 * subject.reads_per_thousand[subject.stream]


def test_25000_changes_in_one_window_all_arrive_once_in_few_calls(subject, mirror):
    ids = subject.seed(25_000, lambda n: subject.now - 3_000 + n / 10)
    connector = subject.connector()
    assert subject.cost(lambda: mirror.pull(connector)) <= bound(subject, 25_000)
    assert mirror.living() == set(ids)
    assert max(mirror.seen.values()) == 1
    subject.advance(HOUR)
    mirror.seen.clear()
    mirror.pull(connector)
    assert subject.cost(lambda: mirror.pull(connector)) == 1
    assert len(mirror.seen) <= 100


def test_12000_records_of_one_stamp_all_arrive_and_one_more_on_it_is_found(subject, mirror):
    """As after a mass update; within the vendor's lag a straggler may still join them."""
    stamp = subject.now - 20
    ids = subject.seed(12_000, stamp)
    connector = subject.connector()
    assert subject.cost(lambda: mirror.pull(connector)) <= bound(subject, 12_000)
    assert mirror.living() == set(ids)
    subject.advance(40)
    ids += subject.seed(1, stamp)
    assert subject.cost(lambda: mirror.pull(connector)) <= bound(subject, 12_000)
    assert mirror.living() == set(ids)
    subject.advance(HOUR)
    mirror.pull(connector)
    mirror.seen.clear()
    assert subject.cost(lambda: mirror.pull(connector)) == 1
    assert not mirror.seen


def test_12000_records_of_one_old_stamp_are_read_once(subject, mirror):
    ids = subject.seed(12_000, subject.now - 30 * MINUTE)
    mirror.pull(subject.connector())
    assert mirror.living() == set(ids)
    mirror.seen.clear()
    mirror.pull(subject.connector())
    assert not mirror.seen


def test_12000_records_of_one_stamp_survive_a_stop_after_every_page(subject, mirror):
    ids = subject.seed(12_000, subject.now - 30 * MINUTE)
    mirror.pull_one_page_each(subject.connector, lambda: subject.advance(1), most=80)
    assert mirror.living() == set(ids)
    assert max(mirror.seen.values()) == 1


def test_a_first_load_of_12000_survives_stops_and_changes(subject):
    ids = subject.seed(12_000, lambda n: subject.now - DAY + n)
    mirror = Mirror.of(subject.stream)
    rounds = iter(range(1_000))

    def somebody_works() -> None:
        n = next(rounds)
        subject.advance(5)
        if n % 20 == 0:
            subject.change([ids[n], ids[-1 - n]], "changed")
            ids.extend(subject.seed(1, subject.now))

    mirror.pull_one_page_each(subject.connector, somebody_works, most=200)
    subject.advance(HOUR)
    mirror.pull(subject.connector())
    assert mirror.living() == set(ids)
    assert mirror.largest_page <= subject.largest_page
    assert {mirror.titles()[id] for id in (ids[0], ids[11_999])} == {"changed"}


def test_pages_are_let_go_when_they_are_read(subject, mirror):
    """However many records an account has, no more than a page or two of them are held at a time."""
    subject.seed(10_000, lambda n: subject.now - 3_000 + n / 5)
    gc.collect()
    before = _person_records()  # of other tests
    sizes, alive = [], []
    for page in subject.connector().read(mirror.cursors):
        sizes.append(len(page.records))
        if len(sizes) % 2 == 0:
            alive.append(_person_records() - before)
    assert sum(sizes) >= 10_000
    assert max(sizes) <= subject.largest_page
    assert len(alive) >= 2
    assert max(alive) <= 2 * max(sizes)


def _person_records():
    return sum(isinstance(each, PersonRecord) for each in gc.get_objects())


def test_memory_is_flat_in_the_number_of_records(far_away):
    """The emulator runs in a process of its own, so that only the connector's memory is counted."""
    subject = far_away(20_000)
    subject.connector().account()
    tracemalloc.start()
    try:
        first, rest = _peaks(subject)
    finally:
        tracemalloc.stop()
    assert rest <= 1.2 * first + 500_000


def _peaks(subject):
    """Bytes at most while reading the first half, and while reading the rest."""
    read, peaks = 0, []
    pages = subject.connector().read({subject.stream: None})
    while read < 10_000:
        read += len(next(pages).records)
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.reset_peak()
    for page in islice(pages, 10_000):
        read += len(page.records)
    peaks.append(tracemalloc.get_traced_memory()[1])
    assert read >= 20_000
    return peaks
