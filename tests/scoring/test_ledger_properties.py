"""What holds for every person and every model that is shipped."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.activity import Kind
from sync.scoring.facts import Act, Facts
from sync.scoring.model import Model, load_model, shipped_models
from sync.scoring.scorer import hot_since, score

NOW = 1_795_143_600
DAY = 86_400
ZONE = "Asia/Tokyo"
MODELS = {name: load_model(name) for name in shipped_models()}
OWN_KINDS = [kind.value for kind in Kind if kind.value not in ("note", "task", "email_sent", "campaign_member")]

acts = st.builds(
    Act,
    id=st.integers(0, 10**6).map(str),
    kind=st.sampled_from(OWN_KINDS),
    at=st.integers(NOW - 250 * DAY, NOW + 5 * DAY) | st.integers(NOW - 90 * DAY - 5, NOW - 90 * DAY + 5),
    url=st.sampled_from(["", "https://x.jp/price", "https://x.jp/case/1", "https://x.jp/vs/a", "https://x.jp/a.pdf"]),
    title=st.sampled_from(["", "料金", "Re: デモ"]),
    content_id=st.sampled_from(["", "c1", "c2"]),
    content_name=st.sampled_from(["", "資料請求", "お問い合わせ", "DXセミナー", "Free trial", "メルマガ"]),
    status=st.sampled_from(["", "Attended", "申込", "欠席"]),
    responded=st.booleans(),
)
people = st.builds(
    Facts,
    person_key=st.just("p"),
    title=st.sampled_from(["", "営業部長", "課長", "Director", "学生", "CEO"]),
    department=st.just(""),
    company_name=st.sampled_from(["", "個人", "Acme"]),
    industry=st.sampled_from(["", "製造業"]),
    employees=st.none() | st.integers(-1, 1_000),
    country=st.just("JP"),
    region=st.just(""),
    email_domains=st.sampled_from([(), ("a.co.jp",), ("stu.a.ac.jp",)]),
    opted_out=st.booleans(),
    source=st.just(""),
    status=st.just(""),
    first_known_at=st.integers(NOW - 200 * DAY, NOW + DAY),
    acts=st.lists(acts, max_size=12, unique_by=lambda act: act.id).map(tuple),
)
RELAXED = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(people, st.sampled_from(sorted(MODELS)))
def test_a_score_is_the_exact_sum_of_its_lines(person: Facts, name: str) -> None:
    model = MODELS[name]
    result = score(person, model, NOW, ZONE)
    by_axis = dict.fromkeys(("attribute", "behaviour", "activity", "adjustment"), 0)
    for line in result.lines:
        by_axis[line.axis] += line.points
    assert by_axis == {
        "attribute": result.attribute,
        "behaviour": result.behaviour,
        "activity": result.activity,
        "adjustment": result.adjustment,
    }
    assert sum(by_axis.values()) == result.total
    assert 0 <= result.total <= 100_000
    assert (result.band == "excluded") is (result.exclusion is not None)
    assert result.band != "excluded" or result.total == 0
    if result.is_hot:
        assert result.total >= 80_000
        assert result.attribute >= 10_000
        assert result.behaviour + result.activity >= 10_000
        assert not result.missed
    assert bool(result.missed) <= (result.total >= 80_000)


@RELAXED
@given(people, st.integers(0, 99))
def test_the_order_of_acts_does_not_matter(person: Facts, seed: int) -> None:
    shuffled = list(person.acts)
    random.Random(seed).shuffle(shuffled)
    other = replace(person, acts=tuple(shuffled))
    for model in MODELS.values():
        assert score(other, model, NOW, ZONE) == score(person, model, NOW, ZONE)


@RELAXED
@given(people)
def test_every_piece_of_evidence_is_an_act_seen_by_then_or_a_field(person: Facts) -> None:
    known = {act.id: act for act in person.acts}
    for line in score(person, MODELS["basic"], NOW, ZONE).lines:
        assert len(line.evidence) <= 10
        if line.axis in ("behaviour", "activity"):
            assert line.evidence
            assert all(known[name].at <= NOW for name in line.evidence)


@RELAXED
@given(people)
def test_a_score_is_the_same_all_day_when_nothing_happens(person: Facts) -> None:
    midnight = NOW - (NOW + 9 * 3_600) % DAY  # of Tokyo
    quiet = tuple(act for act in person.acts if not midnight - 1 < act.at < midnight + DAY)
    known = replace(person, acts=quiet)
    early, late = (score(known, MODELS["basic"], at, ZONE) for at in (midnight, midnight + DAY - 1))
    assert early == late


@RELAXED
@given(people)
def test_hot_since_is_an_act_of_the_last_ninety_days_at_which_the_person_was_hot(person: Facts) -> None:
    model = MODELS["basic"]
    since = hot_since(person, model, NOW, ZONE)
    assert (since is None) is (not score(person, model, NOW, ZONE).is_hot)
    if since is not None:
        assert since in {act.at for act in person.acts}
        assert score(person, model, since, ZONE).is_hot


def test_two_thousand_people_are_scored_in_well_under_two_seconds(
    person: Callable[..., Facts], basic: Model, now: int
) -> None:
    kinds = ("page_view", "email_click", "form_submit", "email_open", "site_visit")
    paths = ("price", "case", "vs", "blog", "download")
    crowd = [
        person(
            *(
                Act(
                    f"{number}-{index}",
                    kinds[(number + index) % 5],
                    now - (number * 40 + index) * 7_919 % (200 * DAY),
                    url=f"https://x.jp/{paths[index % 5]}/{(number * index) % 300}?_hsenc={number}-{index}",
                )
                for index in range(40)
            ),
            title="営業部長",
            employees=500,
        )
        for number in range(2_200)
    ]
    fresh = load_model("basic")
    began = time.process_time()
    for one in crowd:
        score(one, fresh, now, ZONE)
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("name", ["basic", "starter"])
def test_shipped_models_load(name: str) -> None:
    assert name in shipped_models()
    assert len(MODELS[name].version) <= 40
