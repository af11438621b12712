"""What is proven of a model holds when everybody is tried out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tiny_models import PEOPLE, Sketch, everybody, runs

from sync.scoring.person_space import NOW
from sync.scoring.proof import REACHABLE, UNDECIDED, UNREACHABLE, Proof
from sync.scoring.scorer import HOLD, HOT, NURTURE, score

POINTS = st.sampled_from((0, 5, 10, 20, 40))
PAGE = st.tuples(POINTS, st.sampled_from((0, 10, 20, 40)), st.sampled_from((0, 7)))
FEW = settings(
    max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
)


def sketches(malus: bool = False) -> st.SearchStrategy[Sketch]:
    return st.builds(
        Sketch,
        size=st.tuples(st.sampled_from((-10, 0, 10)), st.sampled_from((0, 10, 30)), st.sampled_from((0, 10))),
        title=st.tuples(st.sampled_from((0, 10, 30)), st.sampled_from((0, 5))),
        alpha=PAGE,
        beta=PAGE,
        sequence=st.sampled_from((0, 10, 30)),
        days=st.sampled_from((0, 10)),
        hot=st.sampled_from((30, 50, 80, 100)),
        nurture=st.sampled_from((10, 20, 25)),
        attribute_floor=st.sampled_from((0, 10, 40)),
        engagement_floor=st.sampled_from((0, 10, 50)),
        distinct=st.sampled_from((1, 2)),
        strong=st.booleans(),
        excluded=st.sampled_from(("", "clerk", "boss")),
        delta=st.sampled_from((0, 10, -5)),
        malus=st.sampled_from((5, 20)) if malus else st.just(0),
        decay=st.sampled_from(((1_000,), (1_000, 500), (1_000, 900, 0))),
        extra=st.sampled_from(
            ("", "months", "recency", "after_dormancy", "after_loss", "three_steps", "too_many_days")
        ),
        dormancy_days=st.sampled_from((30, 90)),
    )


@FEW
@given(sketches())
def test_every_band_is_decided_and_nobody_disproves_it(sketch: Sketch) -> None:
    model = sketch.model()
    proof, found = Proof(model), everybody(model, 2)
    for band in (HOT, HOLD):
        assert proof.band(band).state != UNDECIDED, band
    for band in (HOT, NURTURE, HOLD):
        verdict = proof.band(band)
        assert not (verdict.state == UNREACHABLE and band in found), band
        if verdict.state == REACHABLE:
            assert verdict.person
            assert score(verdict.person, model, NOW, "UTC").band == band


@FEW
@given(sketches(malus=True))
def test_acts_that_also_cost_points_lead_to_no_wrong_certainty(sketch: Sketch) -> None:
    model = sketch.model()
    proof, found = Proof(model), everybody(model, 2)
    for band in (HOT, NURTURE, HOLD):
        verdict = proof.band(band)
        assert not (verdict.state == UNREACHABLE and band in found), band
        if verdict.state == REACHABLE:
            assert verdict.person
            assert score(verdict.person, model, NOW, "UTC").band == band


@FEW
@given(sketches())
def test_nobody_earns_more_than_the_ceiling_or_gets_to_hot_by_fewer_acts(sketch: Sketch) -> None:
    model = sketch.model()
    proof = Proof(model)
    ceiling = max((one.total for one in proof.ceilings), default=0)
    scored = {
        acts: [score(replace(one, acts=acts), model, NOW, "UTC") for one in PEOPLE] for acts in runs(3, both=False)
    }
    assert max(one.total for results in scored.values() for one in results) <= ceiling
    fewest = min((len(acts) for acts, results in scored.items() if any(one.is_hot for one in results)), default=None)
    if proof.path and proof.path.fewest and fewest is not None:
        assert len(proof.path.steps) <= fewest
    if fewest is not None:
        assert proof.path


@FEW
@given(sketches())
def test_one_act_again_and_again_is_no_way_to_hot_where_none_is_named(sketch: Sketch) -> None:
    model = sketch.model()
    if Proof(model).one_weak_act or sketch.strong:
        return
    again = [acts for acts in runs(3) if len({act.url.rpartition("site")[2].partition("/")[2] for act in acts}) == 1]
    same = [tuple(replace(act, url=acts[0].url) for act in acts) for acts in again]
    assert not any(score(replace(one, acts=acts), model, NOW, "UTC").is_hot for acts in same for one in PEOPLE)


PLAIN = Sketch(
    size=(0, 30, 0), title=(0, 0), alpha=(10, 0, 0), beta=(0, 10, 0), sequence=0, days=0, hot=31, nurture=10,
    attribute_floor=0, engagement_floor=0, distinct=1, strong=False, excluded="", delta=0,
)  # fmt: skip


@pytest.mark.parametrize(("malus", "state"), [(0, REACHABLE), (5, REACHABLE), (10, UNREACHABLE), (20, UNREACHABLE)])
def test_an_act_that_costs_what_it_earns_is_proven_to_lead_nowhere(malus: int, state: str) -> None:
    """Each view of alpha earns 10 and costs the malus, the malus at most twice: with 10, the third view gains."""
    capped = replace(PLAIN, alpha=(10, 20, 0), malus=malus)
    assert Proof(capped.model()).hot.state == state


def test_what_is_not_bounded_gains_after_all() -> None:
    """The cost is capped at two views, the gain is not."""
    assert Proof(replace(PLAIN, malus=10).model()).hot.state == REACHABLE
