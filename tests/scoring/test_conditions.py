"""What buckets, exclusions and segments can ask of a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.errors import ConfigError
from sync.scoring.facts import Facts
from sync.scoring.model import Model, bound
from sync.scoring.scorer import Line, score

Person = Callable[..., Facts]
OwnModel = Callable[..., Model]

RULES = """rules:
  - {id: any, axis: behaviour, label: {en: A, ja: A}, acts: [{kinds: [call], points: 1}], cap: 1}
"""


def rule(field: str, *buckets: str) -> str:
    listed = "".join(
        f"      - {{id: b{number}, points: {number}, {bucket}}}\n" for number, bucket in enumerate(buckets, 1)
    )
    head = "rules:\n  - id: r\n    axis: attribute\n    label: {en: R, ja: R}\n"
    return f"{head}    field: {field}\n    buckets:\n{listed}"


def exclusion(*conditions: str) -> str:
    entries = ", ".join(conditions)
    return f"{RULES}exclusions:\n  - {{id: out, label: {{en: O, ja: O}}, reason: {{en: o, ja: o}}, any: [{entries}]}}\n"


def line(person: Facts, model: Model, now: int) -> Line:
    return score(person, model, now, "Asia/Tokyo").lines[0]


def excluded(person: Facts, model: Model, now: int) -> bool:
    return score(person, model, now, "Asia/Tokyo").exclusion == "out"


@pytest.mark.parametrize(("title", "bucket"), [("営業部長", "b1"), ("課長", "b2"), ("担当", "b2"), ("", "b3")])
def test_several_levels_share_a_bucket(title: str, bucket: str, person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("title", "level: decision_maker", "level: [manager, staff]", "unknown: true"))
    found = line(person(title=title), model, now)
    assert (found.detail, found.code) == (bucket, int(bucket[1]))


@pytest.mark.parametrize(
    ("industry", "bucket"),
    [
        ("工作機械メーカー", "b1"),
        ("Machinery", "b1"),
        ("MACHINERY", "b1"),
        ("ソフトウェア", "b2"),
        ("不明", "b3"),
        ("", "b3"),
    ],
)
def test_a_sector_is_read_from_any_spelling(
    industry: str, bucket: str, person: Person, own_model: OwnModel, now: int
) -> None:
    model = own_model(rule("industry", "sector: [machinery, metals]", "other: true", "unknown: true"))
    assert line(person(industry=industry), model, now).detail == bucket


def test_a_sector_list_left_empty_is_not_set(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("industry", "sector: []").replace("points: 1,", "points: 20,"))
    found = line(person(industry="Machinery"), model, now)
    assert (found.detail, found.code, found.points) == ("unset", 0, 0)


@pytest.mark.parametrize("field", ["opted_out", "customer", "open_deal"])
def test_flags_are_asked_with_is(field: str, person: Person, own_model: OwnModel, now: int) -> None:
    yes, no = (own_model(exclusion(f"{{field: {field}, is: {wanted}}}")) for wanted in ("true", "false"))
    for known in (True, False):
        asked = person(**{field: known})
        assert (excluded(asked, yes, now), excluded(asked, no, now)) == (known, not known)


def test_a_lost_deal_counts_from_the_day_it_was_lost(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(rule("lost_deal", "is: true", "is: false"))
    found = [line(person(lost_at=at), model, now).detail for at in (None, now + 1, now, now - 1)]
    assert found == ["b2", "b2", "b1", "b1"]


def test_further_conditions_of_a_bucket_must_hold_too(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(
        rule(
            "title",
            "level: [manager, decision_maker], and: [{field: department, any_of: [技術]}, "
            "{field: city, any_of: [大阪]}]",
            "other: true",
        )
    )
    engineers = {"title": "課長", "department": "生産技術部"}
    assert line(person(**engineers, city="大阪市"), model, now).detail == "b1"
    assert line(person(**engineers, city="京都市"), model, now).detail == "b2"
    assert line(person(title="課長", department="営業部", city="大阪市"), model, now).detail == "b2"


def test_an_exclusion_needs_all_of_one_of_its_conditions(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(
        exclusion(
            "{field: title, any_of: [営業], and: [{field: email_domain, list: free_mail}]}",
            "{field: employees, below: 5}",
        )
    )
    assert excluded(person(title="営業", email_domains=("gmail.com",)), model, now)
    assert not excluded(person(title="営業", email_domains=("acme.co.jp",)), model, now)
    assert not excluded(person(email_domains=("gmail.com",)), model, now)
    assert excluded(person(employees=4), model, now)


def test_a_segment_takes_further_conditions(person: Person, own_model: OwnModel, now: int) -> None:
    both = "{field: country, any_of: [jp], and: [{field: employees, from: 9}]}"
    segments = f"segments:\n  - {{id: s, label: {{en: S, ja: S}}, all: [{both}]}}\n"
    model = own_model(RULES + segments)
    found = [score(person(country="JP", employees=size), model, now, "UTC").segment for size in (8, 9)]
    assert found == ["", "s"]


@pytest.mark.parametrize("name", ["own", "partner", "competitor", "free_mail"])
def test_domain_lists_are_the_accounts_and_no_part_of_the_version(
    name: str, person: Person, own_model: OwnModel, now: int
) -> None:
    model = own_model(exclusion(f"{{field: email_domain, list: {name}}}"))
    filled = bound(model, {name: ["Acme.co.jp"]})
    assert filled.version == model.version
    found = [
        [
            excluded(person(email_domains=(domain,)), asked, now)
            for domain in ("acme.co.jp", "tokyo.ACME.co.jp", "me.jp")
        ]
        for asked in (model, filled)
    ]
    assert found == [[False, False, False], [True, True, False]]


def test_binding_again_keeps_the_other_lists(person: Person, own_model: OwnModel, now: int) -> None:
    model = own_model(exclusion("{field: email_domain, list: own}", "{field: email_domain, list: partner}"))
    twice = bound(bound(model, {"own": ["a.jp"], "partner": ["b.jp"]}), {"own": ["c.jp"]})
    assert [excluded(person(email_domains=(domain,)), twice, now) for domain in ("a.jp", "b.jp", "c.jp")] == [
        False,
        True,
        True,
    ]


def test_an_unknown_list_cannot_be_bound(basic: Model) -> None:
    with pytest.raises(ConfigError, match="did you mean 'partner'"):
        bound(basic, {"partners": ["a.jp"]})


@pytest.mark.parametrize("domain", ["gmail.com", "yahoo.co.jp", "docomo.ne.jp", "mail.ocn.ne.jp"])
def test_free_mail_is_known_unless_a_list_says_otherwise(
    domain: str, person: Person, own_model: OwnModel, now: int
) -> None:
    model = own_model(exclusion("{field: email_domain, list: free_mail}"))
    assert excluded(person(email_domains=(domain,)), model, now)
    assert not excluded(person(email_domains=(domain,)), bound(model, {"free_mail": []}), now)
    assert not excluded(person(email_domains=("sony.co.jp",)), model, now)
