"""Telephone numbers as records hold them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.identity.features import RawPerson
from sync.identity.normalise import normalise
from sync.identity.normalise.phones import read


def e164(text: str, region: str = "JP", country: str = "") -> str:
    numbers = read(text, region, country)
    return numbers[0].e164 if numbers else ""


@pytest.mark.parametrize(
    "text",
    [
        "03-1234-5678",
        "0312345678",
        "０３（１２３４）５６７８",
        "(03)1234-5678",
        "03 1234 5678",
        "03.1234.5678",
        "03‐1234－5678",
        "+81 3 1234 5678",
        "+81-(0)3-1234-5678",
        "+81(0)312345678",
        "+81 03 1234 5678",
        "0081-3-1234-5678",
        "010-81-3-1234-5678",
        "81-3-1234-5678",
        "312345678",
        "TEL: 03-1234-5678",
        "03-1234-5678 (代表)",
        "電話 03-1234-5678",
        "03-1234-5678 内線123",
        "03-1234-5678（内線：123）",
        "03-1234-5678(内)12",
        "03-1234-5678 ext. 5",
        "03-1234-5678 x12",
        "03-1234-5678#12",
        "03-1234-5678 fax.03-1234-9999",
    ],
)
def test_one_number_comes_out_the_same_however_it_is_written(text: str) -> None:
    assert e164(text) == "+81312345678"


@pytest.mark.parametrize(
    ("text", "number", "mobile"),
    [
        ("090-1234-5678", "+819012345678", True),
        ("080 1234 5678", "+818012345678", True),
        ("07012345678", "+817012345678", True),
        ("９０１２３４５６７８", "+819012345678", True),
        ("050-1234-5678", "+815012345678", False),
        ("0120-123-456", "+81120123456", False),
        ("0800-123-4567", "+818001234567", False),
        ("(212) 555-0123", "+12125550123", False),
        ("212.555.0123", "+12125550123", False),
        ("901-234-5678", "+19012345678", False),
        ("1-800-FLOWERS", "+18003569377", False),
        ("+44 7911 123456", "+447911123456", True),
        ("+49 30 901820", "+4930901820", False),
    ],
)
def test_the_country_is_told_by_the_numbers_own_shape(text: str, number: str, mobile: bool) -> None:
    assert [(found.e164, found.mobile) for found in read(text, "JP")] == [(number, mobile)]


@pytest.mark.parametrize("country", ["UK", "United Kingdom", "GB", "イギリス"])
def test_the_records_country_helps_where_the_number_begins_with_zero(country: str) -> None:
    assert e164("020 7946 0958", country=country) == "+442079460958"


@pytest.mark.parametrize(
    "text",
    [
        "000-0000-0000",
        "1234567890",
        "0123456789",
        "111-1111-1111",
        "090-0000-0000",
        "-",
        "なし",
        "不明",
        "123",
        "taro@example.jp",
        "03-12",
        "",
        "abc",
    ],
)
def test_made_up_numbers_and_other_texts_are_left_out(text: str) -> None:
    assert read(text, "JP") == ()


@pytest.mark.parametrize(
    "text",
    [
        "03-1234-5678 / 090-1111-2222",
        "03-1234-5678、090-1111-2222",
        "03-1234-5678;090-1111-2222",
        "03-1234-5678\n090-1111-2222",
        "03-1234-5678,090-1111-2222",
    ],
)
def test_a_field_may_hold_several_numbers(text: str) -> None:
    assert [number.e164 for number in read(text, "JP")] == ["+81312345678", "+819011112222"]


def test_all_numbers_are_kept_the_main_one_first() -> None:
    found = normalise(RawPerson(1, phones=("03-1234-5678", "090-1111-2222", "0312345678")))
    assert (found.ph, found.mob, found.phones) == ("+81312345678", False, ("+81312345678", "+819011112222"))


@given(st.from_regex(r"0[1-9][0-9]{0,3}-?[0-9]{1,4}-?[0-9]{4}", fullmatch=True))
def test_the_short_way_reads_japanese_numbers_as_the_library_does(text: str) -> None:
    try:
        parsed = phonenumbers.parse(text, "JP")
    except phonenumbers.NumberParseException:
        parsed = phonenumbers.PhoneNumber()
    for number in read(text, "JP") if phonenumbers.is_valid_number(parsed) else ():
        assert number.e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert number.mobile == (phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE)


@given(st.from_regex(r"(\+1 |1-)?\(?[2-9][0-9]{2}\)?[ -][2-9][0-9]{2}-[0-9]{4}", fullmatch=True))
def test_the_short_way_reads_american_numbers_as_the_library_does(text: str) -> None:
    parsed = phonenumbers.parse(text, "US")
    for number in read(text, "JP"):
        assert number.e164 == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
