"""The rate at which hot people become opportunities: counted in the store, told with its interval."""

from __future__ import annotations

import pytest
from scored_people import DAY, NOW, contact, keep
from sqlalchemy import insert

from sync.core.records import DealRecord, RecordKey
from sync.jobs.reference import Scoring
from sync.repository import Matured
from sync.scoring.card import Measured, jeffreys, opportunity_rate
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore

BASIC = Scoring(load_model("basic"), "Asia/Tokyo", "en")
WINDOW = 90 * DAY


def episode(store: SqlStore, person: str, hot_since: int) -> None:
    with store.begin() as unit:
        id, _ = unit.persons_of_keys([person])[person]
        unit.open_episode(id, 1, hot_since, hot_since, 85_000, f"{person}-1", "none")


def deal(number: int, person: int, created_at: int) -> DealRecord:
    who = RecordKey("hubspot", "contact", str(person))
    return DealRecord(RecordKey("hubspot", "deal", str(number)), NOW, created_at=created_at, name="d", people=(who,))


def test_only_deals_that_began_within_the_window_count_and_only_old_episodes(store: SqlStore) -> None:
    keep(store, BASIC, [contact(number) for number in range(1, 6)], [])
    start = NOW - 200 * DAY
    for number in range(1, 5):
        episode(store, f"p{number}", start)
    episode(store, "p5", NOW - 10 * DAY)
    deals = [
        deal(1, 1, start + DAY),
        deal(2, 1, start + 2 * DAY),
        deal(3, 2, start - DAY),
        deal(4, 3, start + 91 * DAY),
    ]
    with store.begin() as unit:
        unit.save(deals, NOW)
    with store.reading() as unit:
        assert unit.matured(NOW - WINDOW, WINDOW) == Matured(episodes=4, opportunities=1)
        assert unit.young_episodes(NOW - WINDOW) == 1


def test_attribute_rules_count_people_and_others_only_what_is_recent(store: SqlStore) -> None:
    keep(store, BASIC, [contact(1, title="部長"), contact(2, title="部長")], [])
    with store.begin() as unit:
        id, _ = unit.persons_of_keys(["p1"])["p1"]
        line = {"axis": "behaviour", "points": 5, "count": 1, "evidence": "[]", "detail": ""}
        old, new = {"rule": "old", "last_at": NOW - 91 * DAY}, {"rule": "new", "last_at": NOW - DAY}
        for seq, values in enumerate((old, new), 100):
            unit.connection.execute(insert(t.score_lines), {"person_id": id, "seq": seq, **line, **values})
    with store.reading() as unit:
        fired = {one.rule: one.people for one in unit.firings_since(NOW - 90 * DAY)}
    assert fired["title"] == 2
    assert "new" in fired
    assert "old" not in fired


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [  # by scipy.stats.beta.ppf
        (3, 10, 0.0926945, 0.6058183),
        (0, 5, 0.0, 0.3793715),
        (5, 5, 0.6206285, 1.0),
        (50, 100, 0.4031650, 0.5968350),
        (1, 1000, 0.0001079, 0.0046544),
    ],
)
def test_the_interval_is_that_of_jeffreys(successes: int, trials: int, low: float, high: float) -> None:
    found = jeffreys(successes, trials)
    assert found == pytest.approx((low, high), abs=2e-5)


def test_the_interval_holds_19_twentieths_of_the_beta_distribution() -> None:
    """By adding up the density itself."""
    low, high = jeffreys(7, 20)
    steps = [(index + 0.5) / 200_000 for index in range(200_000)]
    density = [x**6.5 * (1 - x) ** 12.5 for x in steps]
    inside = sum(one for x, one in zip(steps, density, strict=True) if low < x < high)
    assert inside / sum(density) == pytest.approx(0.95, abs=1e-4)


def test_the_rate_is_told_with_the_number_behind_it_and_never_as_a_promise() -> None:
    text = opportunity_rate(Measured({}, {}, 40, 12, 3), 90)
    assert "about 3 in 10" in text.en
    assert "(18-45 %; 12/40 measured, 3 too new to tell)" in text.en
    assert "約 10 人中 3 人" in text.ja
    assert "not measured yet" in opportunity_rate(Measured({}, {}, 0, 0, 3), 90).en
