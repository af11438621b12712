"""What passes the sieve and what does not; numbers as words."""

from __future__ import annotations

from random import Random

import pytest

from sync.scoring.conditions import Condition, domain_pattern
from sync.scoring.engine.lookups import asked_of
from sync.scoring.engine.names import Names
from sync.scoring.engine.reference import facts_of
from sync.scoring.engine.sieve import remarkable
from sync.scoring.model import load_model, shipped_models
from sync.scoring.phrases import fold, phrases, squashed
from sync.scoring.scorer import score
from tests.engine.random_people import DOMAINS, WORDS, random_inputs
from tests.engine.worlds import TOKYO, whole

CHARACTERS = "abZ09 部長営業・、。 　-_/.\n\t\x85(株)①ｱｲがΣσéＡ１「」〜–·"


def drawn(random: Random, count: int) -> list[str]:
    return ["".join(random.choice(CHARACTERS) for _ in range(random.randrange(1, 9))) for _ in range(count)]


def test_squashed_texts_are_folded_ones_without_spaces() -> None:
    texts = drawn(Random(1), 5_000)
    assert squashed(texts) == [fold(text).replace(" ", "") for text in texts]


@pytest.mark.parametrize("name", shipped_models())
def test_whatever_means_something_to_a_model_passes_the_sieve(name: str) -> None:
    model = load_model(name)
    for asked in asked_of(model):
        texts = [text for text in (*WORDS, *DOMAINS, *drawn(Random(2), 300)) if text]
        passed = set(remarkable(asked.conditions, model.reading, texts))
        for position, text in enumerate(texts):
            assert position in passed or asked.bits(text, model) == asked.default, text


def test_a_phrase_found_only_because_another_is_cut_out_passes() -> None:
    model = load_model("basic")
    condition = Condition("company_name", any_of=phrases(["営業 部長"], ["代理"]))
    texts = ["山田製作所", "営業代理部長"]
    assert list(remarkable((condition,), model.reading, texts)) == [1]


def test_domains_pass_with_their_subdomains_and_by_pattern() -> None:
    model = load_model("basic")
    condition = Condition("email_domain", domains=(domain_pattern("rival.co.jp"), domain_pattern("student.*")))
    texts = [
        "arival.co.jp",
        "Mail.Rival.co.jp example.com",
        "rival.co.jp",
        "example.com",
        "student.a.jp",
        "a.jp rival.co.jp",
    ]
    assert list(remarkable((condition,), model.reading, texts)) == [1, 2, 4, 5]


def test_numbers_are_the_words_of_the_reference(duck) -> None:  # type: ignore[no-untyped-def]
    model, as_of = load_model("consulting"), 1_795_200_000
    inputs = random_inputs(Random(5), 150, as_of)
    found, names = whole(duck, inputs, model, as_of, TOKYO), Names(model)
    lines = found.lines.to_pylist()
    for row, facts in zip(found.scores.to_pylist(), facts_of(inputs, inputs.acts.to_pylist()), strict=True):
        told = score(facts, model, as_of, TOKYO)
        assert names.band(row["band"]) == told.band
        assert names.exclusion(row["exclusion"]) == told.exclusion
        assert (names.segment(row["segment"]), names.interest(row["interest"])) == (told.segment, told.interest)
        assert names.missed(row["missed"]) == told.missed
        mine = [line for line in lines if line["person_id"] == row["person_id"]]
        for line, expected in zip(mine, told.lines, strict=True):
            number = line["rule"]
            assert (names.rule(number), names.axis(number)) == (expected.rule, expected.axis)
            assert names.detail(number, line["detail"], row["exclusion"]) == expected.detail
            assert names.fields(number) == (expected.evidence if expected.axis == "attribute" else ())
