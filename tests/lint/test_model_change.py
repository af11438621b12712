"""A changed model says who moves before it is applied; people one value short of hot are found."""

from __future__ import annotations

from scored_people import NOW, contact, keep, page_view

from sync.jobs.almost_hot import missing_attribute_candidates
from sync.jobs.model_card import model_card
from sync.jobs.model_change import differs, model_change, who_moves
from sync.jobs.reference import Scoring
from sync.scoring.card import markdown
from sync.scoring.model import load_model
from sync.store.database import SqlStore

TOKYO = "Asia/Tokyo"
BASIC = Scoring(load_model("basic"), TOKYO, "en")
STARTER = Scoring(load_model("starter"), TOKYO, "en")
BOSS = {"title": "営業部長", "employees": 500}
PEOPLE = [contact(1, **BOSS), contact(2, title="営業部長"), contact(3), contact(4, title="学生")]
ACTS = [
    page_view(number, person, path, days=days)
    for number, (person, path, days) in enumerate(
        (person, path, days) for person in (1, 2) for path, days in (("/price", 1), ("/compare", 2), ("/case", 3))
    )
]


def test_the_same_model_moves_nobody(store: SqlStore) -> None:
    keep(store, BASIC, PEOPLE, ACTS)
    change = model_change(store, BASIC, NOW)
    assert (change.people, change.moved, change.changed_scores) == (4, 0, 0)
    assert not differs(store, BASIC.version)
    assert change.moves[("hot", "hot")] == 1


def test_another_model_names_who_would_leave_hot_by_key_and_record_only(store: SqlStore) -> None:
    keep(store, BASIC, PEOPLE, ACTS)
    assert differs(store, STARTER.version)
    change = model_change(store, STARTER, NOW)
    (leaver,) = change.leaving
    assert (leaver.key, leaver.records, leaver.band) == ("p1", ("hubspot:contact:1",), "hot")
    assert (change.leaving_total, change.entering_total) == (1, 0)
    assert sum(change.moves.values()) == 4
    assert change.moves[("excluded", "excluded")] == 1
    assert change.old_versions == (BASIC.version,)
    with store.reading() as unit:
        assert set(unit.scored_by()) == {BASIC.version}  # nothing was written


def test_and_who_would_enter(store: SqlStore) -> None:
    keep(store, STARTER, PEOPLE, ACTS)
    change = who_moves(store, BASIC.model, "en", TOKYO, {}, NOW)
    assert change
    assert [one.key for one in change.entering] == ["p1"]


def test_nobody_scored_nobody_moves(store: SqlStore) -> None:
    assert who_moves(store, BASIC.model, "en", TOKYO, {}, NOW) is None


def test_whoever_lacks_one_value_to_be_hot_is_found_with_it(store: SqlStore) -> None:
    keep(store, BASIC, PEOPLE, ACTS)
    (found,) = missing_attribute_candidates(store, BASIC, NOW)
    assert (found.key, found.field) == ("p2", "employees")
    assert found.missing.en == "Company size: 300 or more"
    assert found.total < 80_000 <= found.would_have


def test_a_card_tells_what_the_store_knows(store: SqlStore) -> None:
    keep(store, BASIC, PEOPLE, ACTS)
    with store.begin() as unit:
        unit.use_model(STARTER.version, STARTER.model.source, NOW - 999)
        unit.use_model(BASIC.version, BASIC.model.source, NOW - 99)
        unit.sign_off(BASIC.version, "sales", "Sato", NOW)
    card = model_card(store, BASIC.model, NOW)
    assert card.measured
    assert card.measured.bands == {"hot": 1, "nurture": 1, "hold": 1, "excluded": 1}
    assert card.measured.fired["comparison"] == 2
    assert card.previous
    assert card.previous.version == STARTER.version
    page = markdown(card, "en", str)
    assert "sales: Sato" in page
    assert "marketing: nobody yet" in page
    assert "not measured yet" in page
    assert "Changes since starter-" in page
