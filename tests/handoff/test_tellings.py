"""What records are told, and that a midnight tells few of them anything."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from people import DAY, LIVE, NOW, POLICY, episode, member, score_row, standing, told

from sync.handoff import reasons
from sync.handoff.draft import PersonPlan, draft
from sync.handoff.episodes import ACCOUNT, DEAL
from sync.handoff.owners import OwnerBook
from sync.handoff.tellings import tellings, wanted
from sync.repository import Episode, Standing
from sync.scoring.facts import Act, Facts
from sync.scoring.model import load_model
from sync.scoring.scorer import score

MIDNIGHT = NOW - 10 * 3600 + 600
NOBODY = OwnerBook([])


def told_now(person: Standing) -> Standing:
    """As if every record had been told what it should hold now."""
    values = wanted(person, person.episode, person.first_hot_at, NOW)
    return replace(person, told={m.id: told(values, basis="b", total=person.score.total) for m in person.members})


# --- answers to verdicts ---


def test_an_answer_is_written_to_the_record_that_was_judged_and_to_no_other() -> None:
    person = standing(members=(member(1), member(2, "salesforce", "contact")), answers={2: "ありがとうございます"})
    plan = draft([person], NOBODY, POLICY, LIVE, {}).people[0]
    assert [telling.fields.get("verdict_answer") for telling in plan.tellings] == [None, "ありがとうございます"]
    assert ["verdict_answer" in telling.fields for telling in plan.tellings] == [False, True]


def test_a_new_answer_is_worth_a_write_by_itself_and_is_written_once() -> None:
    row = score_row(total=60_000, band="nurture", hot_since=None, basis="b")
    person = replace(told_now(standing(score=row)), answers={10: "承りました"})
    plan = draft([person], NOBODY, POLICY, LIVE, {}).people[0]
    assert [set(telling.old) - {"scored_at"} for telling in plan.tellings] == [{"verdict_answer"}]
    heard = {10: replace(person.told[10], fields=plan.tellings[0].fields)}
    assert draft([replace(person, told=heard)], NOBODY, POLICY, LIVE, {}).people[0].orders == ()
    again = replace(person, told=heard, answers={10: "見直しました"})
    assert len(draft([again], NOBODY, POLICY, LIVE, {}).people[0].orders) == 1


def test_without_an_answer_what_stands_there_is_left_alone() -> None:
    row = score_row(total=60_000, band="nurture", hot_since=None, basis="b")
    person = told_now(standing(score=row))
    shown = {**person.told[10].fields, "verdict_answer": "前回の回答"}
    person = replace(person, told={10: replace(person.told[10], fields=shown)})
    assert draft([person], NOBODY, POLICY, LIVE, {}).people[0].orders == ()


# --- whose clock is shown ---


@pytest.mark.parametrize(
    ("handover", "bearing", "shown"),
    [
        ("lead", None, ("warning", NOW)),
        (ACCOUNT, episode(person_id=2, sla_state="breached", due_at=NOW - 5), ("breached", NOW - 5)),
        (ACCOUNT, episode(person_id=2, sla_state="open", closed_at=NOW - 1), ("none", None)),
        (ACCOUNT, None, ("none", None)),
        (DEAL, None, ("none", None)),
    ],
)
def test_the_sla_fields_show_the_clock_that_runs_for_her(
    handover: str, bearing: Episode | None, shown: tuple[str, int | None]
) -> None:
    own = episode(handover=handover, sla_state="warning")
    values = wanted(standing(episode=own), own, None, NOW, bearing)
    assert (values["sla_state"], values["sla_due"]) == shown


# --- a midnight ---


URLS = ("/pricing", "/case-study/a", "/simulator", "/blog/1", "/compare", "/seminar", "/whitepaper", "/")
KINDS = ("page_view",) * 6 + ("form_submit", "content_download", "email_click", "email_open", "seminar_attended")


def idle_person(number: int) -> Facts:
    """Somebody who did a few things in the last 400 days, and nothing since yesterday's midnight."""
    draw = random.Random(number)
    acts = tuple(
        Act(f"a{n}", draw.choice(KINDS), MIDNIGHT - int(draw.uniform(1, 400) * DAY), url=draw.choice(URLS), seq=n)
        for n in range(draw.choice((0, 1, 1, 2, 2, 3, 4, 6, 10)))
    )
    return Facts(
        person_key=f"p{number}",
        title=draw.choice(("営業部長", "主任", "", "代表取締役")),
        department="",
        company_name="Example",
        industry=draw.choice(("製造業", "情報通信業", "")),
        employees=draw.choice((None, 20, 150, 500)),
        country="JP",
        region="",
        email_domains=("example.co.jp",),
        opted_out=False,
        source="",
        status="",
        first_known_at=MIDNIGHT - 500 * DAY,
        acts=acts,
    )


def test_a_midnight_writes_to_fewer_than_2_percent_of_50_000_idle_people() -> None:
    model = load_model("saas")  # of the shipped ones the one that decays, from week to week
    kinds = [idle_person(number) for number in range(1_000)]
    people = [standing(n, members=(member(n, person_id=n),), key=f"p{n}") for n in range(len(kinds))]
    for night in range(-7, 1):
        at = MIDNIGHT + night * DAY
        if night == 0:  # fifty of each kind
            people = [replace(each, person_id=each.person_id + copy * 1_000) for copy in range(50) for each in people]
        results = [score(facts, model, at, "Asia/Tokyo") for facts in kinds]
        rows = [
            score_row(
                attribute=found.attribute,
                behaviour=found.behaviour,
                activity=found.activity,
                adjustment=found.adjustment,
                total=found.total,
                band=found.band,
                top_reason=reasons.top_reason(found, model, "ja"),
                hot_since=None,
                basis="nothing new",
            )
            for found in results
        ]
        people = [replace(each, score=rows[n % 1_000]) for n, each in enumerate(people)]
        plans = draft(people, NOBODY, POLICY, replace(LIVE, now=at), {}).people
        written = sum(bool(plan.orders) for plan in plans)
        people = [_acknowledged(plan) for plan in plans]
    assert len(plans) == 50_000
    assert 0 < written < 1_000


def _acknowledged(plan: PersonPlan) -> Standing:
    """The person after a push that went well."""
    row = plan.standing.score
    news = {telling.member.id: told(dict(telling.fields), row.basis, row.total) for telling in plan.tellings}
    after = replace(plan.standing, episode=plan.episode, first_hot_at=plan.first_hot_at)
    return replace(after, told=news) if news else after


def test_tellings_of_a_system_that_cannot_be_written_are_none() -> None:
    person = standing()
    assert tellings(person, wanted(person, None, None, NOW), {}) == ()
