"""Which pairs people are asked about, in what order, and what their answers do to the list."""

from __future__ import annotations

import pytest

from sync.core.records import PersonRecord, RecordKey
from sync.repository import PairRow, ScoreRow, Step
from sync.store.database import SqlStore

NOW = 1_790_000_000


@pytest.fixture
def asked(store: SqlStore) -> SqlStore:
    """Eight records, each a person of its own; person 1 is hot, the others have 10 points times their id."""
    with store.begin() as unit:
        unit.save([PersonRecord(RecordKey("hubspot", "contact", str(n)), NOW) for n in range(1, 9)], NOW)
        persons = unit.new_persons([f"p{n}" for n in range(1, 9)], NOW)
        unit.place({n: persons[f"p{n}"] for n in range(1, 9)})
        unit.mark_resolved(range(1, 9))
        unit.save_scores([_score(persons[f"p{n}"], n) for n in range(1, 8)])  # the eighth has no score
    return store


def _score(person: int, n: int) -> ScoreRow:
    axes = dict.fromkeys(("attribute", "behaviour", "activity", "adjustment"), 0)
    texts = dict.fromkeys(("top_reason", "reasons", "talk_track", "interest", "segment"), "")
    rest = dict.fromkeys(("exclusion", "last_act_at", "hot_since"))
    known = {"total": 90_000 if n == 1 else 10_000 * n, "band": "hot" if n == 1 else "hold"}
    return ScoreRow(person, **axes, **texts, **rest, **known, basis="b", model_version="m", as_of=NOW)  # type: ignore[arg-type]


def weighed(store: SqlStore, *pairs: PairRow) -> None:
    with store.begin() as unit:
        unit.replace_pairs([id for pair in pairs for id in (pair.left, pair.right)], (), pairs)


def listed(store: SqlStore, **where: object) -> list[tuple[int, int]]:
    with store.reading() as unit:
        return [(found.pair.left, found.pair.right) for found in unit.review_pairs(99, **where)]  # type: ignore[arg-type]


def test_hot_people_come_first_then_the_higher_score_then_the_weight(asked: SqlStore) -> None:
    weighed(
        asked,
        PairRow(2, 3, weight=3_999),
        PairRow(2, 7, weight=100),
        PairRow(6, 7, weight=200),
        PairRow(1, 2, weight=-2_999),
        PairRow(1, 4, weight=0),
        PairRow(5, 8, weight=1),
    )
    assert listed(asked) == [(1, 4), (1, 2), (6, 7), (2, 7), (5, 8), (2, 3)]


def test_less_likely_than_not_is_asked_only_where_somebody_is_hot(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, weight=-1), PairRow(1, 3, weight=-1), PairRow(1, 5, weight=-3_001))
    assert listed(asked) == [(1, 3)]


def test_strong_pairs_are_asked_only_when_they_were_refused(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, weight=9_000), PairRow(4, 5, weight=9_000, refused="numbered_namesakes"))
    weighed(asked, PairRow(6, 7, "same_email", weight=-9_000, refused="too_many_records"))
    assert listed(asked) == [(6, 7), (4, 5)]


def test_who_is_one_person_already_is_not_asked_about(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, weight=100))
    with asked.begin() as unit:
        unit.place({3: 2})
    assert listed(asked) == []


def test_two_persons_are_asked_about_once_by_their_strongest_pair(asked: SqlStore) -> None:
    with asked.begin() as unit:
        unit.place({3: 2, 5: 4})
    weighed(asked, PairRow(2, 4, weight=10), PairRow(2, 5, weight=30), PairRow(3, 4, weight=20))
    assert listed(asked) == [(2, 5)]


def test_people_without_a_live_record_are_not_asked_about(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, weight=100))
    with asked.begin() as unit:
        unit.mark_gone(RecordKey("hubspot", "contact", "3"))
    assert listed(asked) == []


def test_the_list_goes_on_where_a_page_ended(asked: SqlStore) -> None:
    weighed(asked, *(PairRow(1, n, weight=n) for n in range(2, 9)))
    whole, paged, after = listed(asked), [], None
    with asked.reading() as unit:
        while page := unit.review_pairs(2, after):
            paged += [(found.pair.left, found.pair.right) for found in page]
            after = page[-1].mark
    assert paged == whole
    assert len(whole) == 7


def test_a_decided_pair_is_not_asked_about_again_nor_others_of_the_two_persons(asked: SqlStore) -> None:
    with asked.begin() as unit:
        unit.place({3: 2})
    weighed(asked, PairRow(2, 4, weight=10), PairRow(3, 4, weight=20), PairRow(2, 5, weight=20))
    with asked.begin() as unit:
        unit.decide(4, 3, "different", "ann", NOW)
    assert listed(asked) == [(2, 5)]
    with asked.begin() as unit:
        unit.decide(5, 2, "same", "ann", NOW)
        assert unit.waiting(Step.PERSON, 9) == [2, 3, 4, 5]


def test_of_several_decisions_the_newest_counts_and_all_are_kept(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, weight=10, name=4, email=-3, place=2, name_level=1, email_level=2, place_level=3))
    with asked.begin() as unit:
        unit.decide(3, 2, "different", "ann", NOW)
        unit.decide(2, 3, "same", "bob", NOW + 1)
        (decision,) = unit.decisions()
        assert (decision.verdict, decision.author, decision.weights) == ("same", "bob", (10, 4, -3, 2))
        assert unit.decisions_among([2, 3]) == [decision]
        assert unit.decided_neighbours([2]) == {3}
        unit.decide(2, 3, "different", "ann", NOW + 2)
        assert unit.decided_neighbours([2]) == set()


def test_what_is_exported_of_decisions_names_nobody(asked: SqlStore) -> None:
    weighed(asked, PairRow(2, 3, detail="a@x.jp", weight=10, name=4, email=-3, place=2, name_level=1, email_level=2))
    with asked.begin() as unit:
        unit.decide(2, 3, "different", "ann@x.jp", NOW)
        unit.decide(4, 5, "same", "ann@x.jp", NOW)
        levels = {"name_level": 1, "email_level": 2, "place_level": 0}
        seen = {"weight": 10, "name": 4, "email": -3, "place": 2, **levels, "verdict": "different"}
        assert unit.decisions_export() == [seen, {**dict.fromkeys(seen), "verdict": "same"}]
