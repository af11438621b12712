"""Key statistics and exact edges: what one key alone proves."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.identity.bands import Band, band, for_review
from sync.identity.certain import SAME_EMAIL, SAME_PHONE_AND_NAME, certain
from sync.identity.features import Features
from sync.identity.shared import Shared, main_number, personal_mailboxes, shared_mailbox, with_statistics

MOBILE, LANDLINE = "+819012345678", "+81312345678"


def record(family: str = "", first: str = "", mailboxes: str = "", phones: str = "", role: bool = False) -> Features:
    emails, numbers = tuple(mailboxes.split()), tuple(phones.split())
    main = emails[0] if emails else ""
    return Features(
        0,
        fam=family,
        giv=first,
        nm=" ".join(sorted((family, first))).strip(),
        ini=first[:1],
        em=main,
        loc=main.partition("@")[0],
        edom=main.partition("@")[2],
        role=role,
        ph=numbers[0] if numbers else "",
        mob=bool(numbers) and numbers[0].startswith("+8190"),
        emails=emails,
        phones=numbers,
    )


def both_ways(a: Features, b: Features, shared: Shared | None = None) -> str | None:
    found = certain(a, b, shared or Shared())
    assert certain(b, a, shared or Shared()) == found
    return found


def test_one_mailbox_and_names_that_agree_are_one_person() -> None:
    assert both_ways(record("yamada", "taro", "ty@a.jp"), record("yamada", "", "ty@a.jp")) == SAME_EMAIL


def test_every_mailbox_of_a_record_counts() -> None:
    left, right = record("yamada", "taro", "ty@a.jp x@b.jp"), record("yamada", "taro", "z@c.jp x@b.jp")
    assert both_ways(left, right) == SAME_EMAIL


def test_two_names_on_one_mailbox_are_two_people_unless_it_bears_one_of_them() -> None:
    assert both_ways(record("yamada", "taro", "kikaku@a.jp"), record("suzuki", "ken", "kikaku@a.jp")) is None
    assert both_ways(record("yamada", "taro", "yamada@a.jp"), record("suzuki", "ken", "yamada@a.jp")) == SAME_EMAIL


def test_a_mailbox_with_a_given_name_joins_readings_of_one_family() -> None:
    left, right = record("tamura", "yukiko", "yukiko@a.jp"), record("tamura", "sachiko", "yukiko@a.jp")
    assert both_ways(left, right) == SAME_EMAIL
    assert both_ways(left, record("suzuki", "ken", "yukiko@a.jp")) is None


def test_a_role_mailbox_proves_nothing_whoever_found_it_out() -> None:
    plain = record("yamada", "taro", "kikaku@a.jp")
    assert both_ways(record("yamada", "taro", "info@a.jp"), record("yamada", "taro", "info@a.jp")) is None
    assert both_ways(record("yamada", "taro", "kikaku@a.jp", role=True), plain) is None
    assert both_ways(plain, plain, Shared(mailboxes=frozenset({"kikaku@a.jp"}))) is None


def test_one_number_and_one_full_name_are_one_person() -> None:
    assert both_ways(record("yamada", "taro", "", LANDLINE), record("yamada", "taro", "", LANDLINE)) == (
        SAME_PHONE_AND_NAME
    )
    assert both_ways(record("yamada", "", "", MOBILE), record("yamada", "taro", "", MOBILE)) is None


def test_two_mailboxes_contradict_a_landline_but_not_a_mobile() -> None:
    def pair(number: str) -> str | None:
        return both_ways(record("yamada", "taro", "a@a.jp", number), record("yamada", "taro", "b@a.jp", number))

    assert pair(LANDLINE) is None
    assert pair(MOBILE) == SAME_PHONE_AND_NAME


def test_a_switchboard_proves_nothing() -> None:
    clerk = record("yamada", "taro", "", LANDLINE)
    assert not main_number(12)
    assert main_number(13)
    assert both_ways(clerk, clerk, Shared(numbers=frozenset({LANDLINE}))) is None


NAMES = [("yamada", "taro"), ("suzuki", "ken"), ("tanaka", "mari"), ("kobayashi", "jun"), ("mori", "aya")]
SPELLINGS = [("yamada", "taro"), ("yamada", ""), ("taro", "yamada"), ("yamda", "taro"), ("yamada", "tarou"), ("", "")]


def bearing(mailbox: str, names: list[tuple[str, str]], free: bool = False) -> list[Features]:
    return [replace(record(family, first, mailbox), free=free) for family, first in names]


def test_more_than_four_names_make_any_mailbox_shared() -> None:
    assert shared_mailbox(bearing("taro.yamada@a.jp", NAMES))
    assert shared_mailbox(bearing("blue.sky@gmail.com", NAMES, free=True))
    assert not shared_mailbox(bearing("taro.yamada@a.jp", NAMES[:4]))
    assert not shared_mailbox(bearing("blue.sky@gmail.com", NAMES[:4], free=True))


def test_two_names_make_a_company_mailbox_shared_that_bears_none_of_them() -> None:
    assert shared_mailbox(bearing("kikaku-2@a.jp", NAMES[:2]))
    assert not shared_mailbox(bearing("kikaku-2@a.jp", NAMES[:1]))
    assert not shared_mailbox(bearing("taro@a.jp", NAMES[:2]))


def test_spellings_of_one_name_do_not_make_a_mailbox_shared() -> None:
    assert not shared_mailbox(bearing("kikaku@a.jp", SPELLINGS))


@given(st.permutations(NAMES + SPELLINGS), st.sampled_from(["kikaku@a.jp", "yamada@a.jp"]))
def test_whether_a_mailbox_is_shared_does_not_depend_on_the_order(names: list[tuple[str, str]], mailbox: str) -> None:
    assert shared_mailbox(bearing(mailbox, names))


def test_statistics_take_the_mailbox_from_the_person() -> None:
    clerk, shared = record("yamada", "taro", "x@a.jp y@a.jp"), Shared(mailboxes=frozenset({"x@a.jp"}))
    assert with_statistics(clerk, shared).role
    assert with_statistics(clerk, Shared()) == clerk
    assert personal_mailboxes(clerk, shared) == {"y@a.jp"}


def test_bands_begin_where_they_say() -> None:
    weights = (4_000, 3_999, 0, -1, -3_000, -3_001)
    assert [band(weight) for weight in weights] == [
        Band.ONE_PERSON,
        Band.REVIEW,
        Band.REVIEW,
        Band.REVIEW_IF_HOT,
        Band.REVIEW_IF_HOT,
        Band.DROP,
    ]


def test_the_doubtful_is_reviewed_only_for_the_hot() -> None:
    assert [for_review(weight, hot=False) for weight in (0, -1, -3_001)] == [True, False, False]
    assert [for_review(weight, hot=True) for weight in (0, -1, -3_001)] == [True, True, False]
