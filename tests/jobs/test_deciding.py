"""What reviewers see of a pair, what their word does, and that it lasts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import Account
from warm import ENGINE

from sync.bootstrap import Service
from sync.core.records import PersonRecord, RecordKey
from sync.jobs.decide import NotDecidable, came_true, judge, judge_pair, outcome
from sync.jobs.person_history import history
from sync.jobs.rescore import Scoring
from sync.jobs.resolve import resolve
from sync.jobs.review_pairs import likelihood, pair_number, pair_of, review
from sync.repository import NewOrder, PairRow, Step, Verdict
from sync.scoring.model import load_model
from sync.store.database import SqlStore

NOW = 1_790_000_000
SCORING = Scoring(load_model("basic"), "Asia/Tokyo", "ja")


class Room:
    """A store with five people of one record each, 1 to 5, and a clock that tests move."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.now = store, NOW
        with store.begin() as unit:
            unit.save([self._record(n) for n in range(1, 6)], NOW)
        self.match()

    def _record(self, n: int) -> PersonRecord:
        key = RecordKey("hubspot", "contact", f"10{n}")
        return PersonRecord(key, NOW, created_at=NOW - n, email=f"p{n}@c{n}.example.jp")

    def pairs(self, *pairs: PairRow) -> None:
        """Weighed by hand; matching then only groups."""
        with self.store.begin() as unit:
            unit.replace_pairs([id for pair in pairs for id in (pair.left, pair.right)], (), pairs)
            unit.send_back([id for pair in pairs for id in (pair.left, pair.right)], Step.PERSON)
        self.match()

    def say(self, left: str, right: str | None, verdict: Verdict, match: bool = True) -> bool:
        """Whether matching could follow."""
        self.now += 60
        judged = judge(self.store, left, right, verdict, "ann", self.now)
        if match:
            self.match()
        return came_true(judged, outcome(self.store, judged, SCORING, self.now))

    def match(self) -> None:
        resolve(self.store, ENGINE, lambda: self.now, lambda: None)

    def asked(self) -> list[str]:
        return [question.number for question in review(self.store, SCORING, self.now, 99)]

    def persons(self) -> list[list[int]]:
        """The records of each person."""
        with self.store.reading() as unit:
            found: dict[int | None, list[int]] = {}
            for member in unit.records(range(1, 6)).values():
                found.setdefault(member.person_id, []).append(member.id)
        return sorted(sorted(ids) for ids in found.values())

    def key(self, record: int) -> str:
        with self.store.reading() as unit:
            return unit.dossiers(unit.find_person(f"10{record}"))[0].key


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    yield Room(store)
    store.close()


def test_accepted_records_are_one_person_from_the_next_resolve_on(room: Room) -> None:
    room.pairs(PairRow(1, 2, weight=2_000))
    assert room.asked() == ["1-2"]
    room.say("1-2", None, "same", match=False)
    assert (room.asked(), room.persons()) == ([], [[1], [2], [3], [4], [5]])
    room.match()
    assert room.persons() == [[1, 2], [3], [4], [5]]


def test_split_records_stay_two_people_however_strong_the_pair(room: Room) -> None:
    room.pairs(PairRow(1, 2, "same_email", weight=20_000))
    assert room.persons()[0] == [1, 2]
    assert room.say("101", "102", "different")
    with room.store.begin() as unit:
        unit.send_all_back(Step.PERSON, 0, 99)
    room.match()
    assert room.persons()[0] == [1]
    assert room.asked() == []


def test_a_later_opposite_decision_wins_and_taking_back_leaves_it_to_matching(room: Room) -> None:
    room.pairs(PairRow(1, 2, weight=2_000))
    room.say("1-2", None, "different")
    room.say("1-2", None, "same")
    assert room.persons()[0] == [1, 2]
    room.say("101", "102", "open")
    assert room.persons()[0] == [1]
    assert room.asked() == ["1-2"]
    with room.store.reading() as unit:
        assert unit.decisions() == []
        assert unit.decisions_export() == []


def test_there_is_nothing_to_take_back_where_nothing_was_decided(room: Room) -> None:
    with pytest.raises(NotDecidable, match="nothing to take back"):
        room.say("101", "102", "open")


def test_one_record_parts_from_all_others_of_its_person_and_comes_back(room: Room) -> None:
    room.pairs(PairRow(1, 2, weight=9_000), PairRow(2, 3, weight=8_000), PairRow(1, 3, weight=7_000))
    assert room.persons()[0] == [1, 2, 3]
    assert room.say(room.key(1), "102", "different")
    assert room.persons()[:2] == [[1, 3], [2]]
    assert room.say("102", "p1@c1.example.jp", "same")
    assert room.persons()[0] == [1, 2, 3]
    with room.store.reading() as unit:
        assert [(d.left, d.right, d.verdict) for d in unit.decisions()] == [(1, 2, "same")]


def test_accepting_takes_back_what_was_said_against_it_of_other_records(room: Room) -> None:
    room.say("101", "102", "different")
    room.say("102", "103", "same")
    assert room.say("101", "103", "same")
    assert room.persons()[0] == [1, 2, 3]


def test_a_word_that_others_contradict_is_told_to_have_no_effect(room: Room) -> None:
    room.say("101", "102", "different")
    room.say("101", "103", "same", match=False)
    assert not room.say("102", "103", "same")
    assert room.persons()[:2] == [[1, 3], [2]]


def test_a_decision_keeps_what_was_seen_and_the_export_holds_nothing_personal(room: Room) -> None:
    seen = {"name": 11_000, "email": -2_000, "place": 3_000, "name_level": 1, "email_level": 2, "place_level": 3}
    room.pairs(PairRow(1, 2, weight=2_000, **seen))
    room.say("1-2", None, "same")
    room.say("103", "104", "different")
    with room.store.reading() as unit:
        rows = unit.decisions_export()
    assert rows[0] == {"weight": 2_000, **seen, "verdict": "same"}
    assert rows[1]["weight"] is None
    assert not any(
        isinstance(value, str) and value not in ("same", "different") for row in rows for value in row.values()
    )


@pytest.mark.parametrize("name", ["101", "hubspot:contact:101", "p1@c1.example.jp"])
def test_records_go_by_the_names_that_explain_knows(room: Room, name: str) -> None:
    judged = judge(room.store, name, "102", "different", "ann", NOW)
    assert judged.pairs == ((1, 2),)


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ("101", "101", "one and the same"),
        ("101", "p1@c1.example.jp", "one and the same"),
        ("101", "999", "no record is known"),
        ("1-99", None, "not the number of a pair"),
        ("101", None, "not the number of a pair"),
    ],
)
def test_what_names_no_two_records_is_refused(room: Room, left: str, right: str | None, says: str) -> None:
    with pytest.raises(NotDecidable, match=says):
        judge(room.store, left, right, "same", "ann", NOW)


def test_a_mailbox_of_several_people_is_refused_naming_the_records(room: Room) -> None:
    with room.store.begin() as unit:
        for n, (family, given) in ((8, ("Kobayashi", "Ichiro")), (9, ("Watanabe", "Jiro"))):
            key = RecordKey("hubspot", "contact", f"10{n}")
            unit.save([PersonRecord(key, NOW, email="info@c.example.jp", first_name=given, last_name=family)], NOW)
    room.match()
    with pytest.raises(NotDecidable, match="hubspot:contact:108, hubspot:contact:109"):
        judge(room.store, "info@c.example.jp", "101", "same", "ann", NOW)


def test_a_record_that_was_merged_in_its_crm_stands_for_what_it_became(room: Room) -> None:
    with room.store.begin() as unit:
        unit.redirect(2, RecordKey("hubspot", "contact", "101"))
    room.match()
    assert judge(room.store, "102", "103", "different", "ann", NOW).pairs == ((1, 3),)


def test_a_pair_that_is_not_there_is_not_judged(room: Room) -> None:
    assert judge_pair(room.store, (1, 77), "same", "page", NOW) is None


def test_history_tells_merges_splits_and_who_decided(room: Room) -> None:
    room.pairs(PairRow(1, 2, weight=9_000))
    room.say("101", "102", "different")
    lines = [(line.kind, line.cause, line.author) for line in history(room.store, "101").lines]
    assert ("merge", "weight 9000", "") in lines
    assert ("different", "", "ann") in lines
    assert any(kind == "split" and cause == "decided" for kind, cause, _ in lines)


def test_a_refused_pair_is_asked_about_with_its_reason(room: Room) -> None:
    room.pairs(PairRow(1, 2, weight=9_000))
    room.say("101", "102", "different")
    room.pairs(PairRow(3, 4, weight=9_000, refused="numbered_namesakes"), PairRow(4, 5, weight=100))
    with room.store.begin() as unit:
        unit.place({3: 3, 4: 4})
        unit.set_refused({(3, 4): "numbered_namesakes"})
    found = review(room.store, SCORING, NOW, 99)
    assert (found[0].number, found[0].pair.refused) == ("3-4", "numbered_namesakes")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("12-345", (12, 345)),
        ("345-12", (12, 345)),
        ("5-5", None),
        ("5", None),
        ("a-b", None),
        ("-1-2", None),
        ("", None),
    ],
)
def test_a_pair_goes_by_the_numbers_of_its_records(text: str, pair: tuple[int, int] | None) -> None:
    assert pair_of(text) == pair
    assert pair is None or pair_number(*pair) == "12-345"


@pytest.mark.parametrize(
    ("weight", "said"),
    [(0, "50%"), (1_000, "67%"), (3_000, "89%"), (-3_000, "11%"), (90_000, ">99%"), (-90_000, "<1%")],
)
def test_a_weight_is_said_as_a_share(weight: int, said: str) -> None:
    assert likelihood(weight) == said


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Two HubSpot contacts at work: one hot, one who only looked at the prices; both took part in one meeting."""
    account = Account(tmp_path)
    hot = account.hot("taro@example.jp", firstname="太郎")
    other = account.contact("h.suzuki@other.example", lastname="鈴木", firstname="花子")
    account.page_view(other, "/case-studies/x", 30)
    account.page_view(other, "/pricing", 20)
    at = str(int(account.ago(hours=3) * 1000))
    meeting = account.hubspot.put("meetings", {"hs_meeting_title": "打ち合わせ", "hs_timestamp": at})
    for contact in (hot, other):
        account.hubspot.associate("contacts", contact, "meetings", meeting)
    account.provision()
    account.cycle()
    with account.service() as opened:
        yield opened
    account.close()


def test_the_score_together_is_the_score_they_have_once_they_are_one(service: Service) -> None:
    now = int(service.clock())
    with service.store.begin() as unit:
        unit.replace_pairs([1, 2], (), [PairRow(1, 2, weight=2_000)])
    (question,) = review(service.store, service.scoring, now, 9)
    assert question.hot
    alone = [side.total for side in question.sides]
    judged = judge(service.store, question.number, None, "same", "ann", now)
    assert service.match()
    (party,) = outcome(service.store, judged, service.scoring, now)
    assert (party.total, party.band) == (question.together.total, "hot")
    assert question.together.total not in alone
    assert question.together.lines
    assert all(side.url.startswith("https://") for side in question.sides)


def test_the_parts_and_the_starting_point_add_up_to_the_weight(service: Service) -> None:
    with service.store.begin() as unit:
        unit.replace_pairs([1, 2], (), [PairRow(1, 2, weight=2_000, name=11_000, email=-2_000, place=1_000)])
    (question,) = review(service.store, service.scoring, int(service.clock()), 9)
    assert question.prior + sum(part.thousandths for part in question.parts) == 2_000
    assert question.prior == -8_000


def test_matching_at_once_gives_way_to_another_process(service: Service) -> None:
    with service.alone():
        assert not service.match()
    assert service.match()


def test_a_word_said_while_persons_are_made_of_groups_is_not_lost(store: SqlStore) -> None:
    """The status server takes words while a cycle runs; PostgreSQL lets both write at once."""
    room = Room(store)
    room.pairs(PairRow(1, 2, "same_email", weight=9_000))
    said = threading.Thread(target=lambda: judge(room.store, "101", "102", "different", "ann", NOW))

    def clock() -> int:
        """Asked when what reviewers said has been read, and before what came of it is stored."""
        if not said.ident:
            said.start()
            said.join(0.5)
        return NOW

    with room.store.begin() as unit:
        unit.send_back([1, 2], Step.PERSON)
    resolve(room.store, ENGINE, clock, lambda: None)
    said.join(30)
    room.match()
    with room.store.reading() as unit:
        assert len({member.person_id for member in unit.records([1, 2]).values()}) == 2


def test_what_waits_to_be_written_to_a_record_goes_along_with_it(store: SqlStore) -> None:
    """Else the audit trail of the one would tell of writes to the other, and nobody would drop the order in time."""
    room = Room(store)
    room.pairs(PairRow(1, 2, "same_email", weight=9_000))
    with store.begin() as unit:
        (person,) = {member.person_id for member in unit.records([1, 2]).values()}
        order = NewOrder("score:1", "hubspot", "score", person or 0, {"fields": {}}, record_id=1)
        unit.order([order], None, NOW)
    room.say("101", "102", "different")
    with store.reading() as unit:
        (waiting,) = unit.outbox_rows(["pending"])
        assert waiting.person_id == unit.records([1])[1].person_id != person
