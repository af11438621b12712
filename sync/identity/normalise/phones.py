"""Telephone numbers in E.164, extensions cut, their country told by their own shape."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from sync.identity.normalise.letters import plain


class Number(NamedTuple):
    e164: str
    mobile: bool


# The library does not know Japanese words for an extension, and takes what follows x for one of its own rules.
_EXTENSION = re.compile(
    r"[\s,;、/(\[]*(?:\(内線?\)|内線?番号|内線|内|extension|extn|ext|x|#|代表|代|直通|direct|main|mobile|携帯|fax)"
    r"\s*[.:：)\]#]*\s*\d{0,6}\s*\)?\s*$",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"[;、；\n|]|,\s*(?=[+(\d])|\s/\s|/(?=\s*[+0(])|\s+(?=\+)|\s(?:or|and|または|又は)\s|(?<=\d)\s+(?=(?:tel|mobile|cell|携帯|直通)\b)"
)
_FAX = re.compile(r"[\s,;/(]*(?:fax|ファックス|ファクス|ファックス番号)\s*[.:：)]*\s*[\d()+ -]{8,}", re.IGNORECASE)
_LABEL = re.compile(
    r"^\s*(?:tel|phone|mobile|mob|cell|fax|電話番号|電話|携帯番号|携帯電話|携帯|直通|代表|会社|自宅|[tmpf])\s*[.:：)]*\s*",
    re.I,
)
_TRUNK = re.compile(r"\(\s*0\s*\)")
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_SHAPE = re.compile(r"[\d\s().+/~ー・-]+")
_VANITY = re.compile(r"[\d\s().+-]*\d[\d\s().+-]*[a-z-]{4,}")
_USUAL = re.compile(r"0[0-9]{1,4}-?[0-9]{1,4}-?[0-9]{3,4}")
_JAPANESE = re.compile(r"(?!10)[1-9]\d{8}|[2-9]0\d{8}")
_JAPANESE_MOBILE = re.compile(r"[79]0\d{8}|[68]0[1-9]\d{7}")  # 0800 is free of charge
_AMERICAN = re.compile(r"[2-9]\d\d[2-9]\d{6}")
_AMERICAN_REGIONS = frozenset(("US", "CA", "PR"))
_JAPANESE_GROUPS = re.compile(r"\(?[789]0\)?[\s-]*\d{4}[\s-]*\d{4}")
_COUNTRIES = {
    name.strip(): code
    for code, names in (
        ("JP", "japan, 日本, 日本国, jpn, にほん"),
        ("US", "usa, u.s., u.s.a., united states, united states of america, america, アメリカ, 米国, アメリカ合衆国"),
        ("GB", "uk, u.k., united kingdom, great britain, england, scotland, wales, イギリス, 英国"),
        ("DE", "germany, deutschland, ドイツ"),
        ("FR", "france, フランス"),
        ("CN", "china, 中国, 中華人民共和国"),
        ("TW", "taiwan, 台湾"),
        ("KR", "korea, south korea, republic of korea, 韓国"),
        ("SG", "singapore, シンガポール"),
        ("HK", "hong kong, 香港"),
        ("IN", "india, インド"),
        ("AU", "australia, オーストラリア"),
        ("CA", "canada, カナダ"),
        ("TH", "thailand, タイ"),
        ("VN", "vietnam, viet nam, ベトナム"),
        ("NL", "netherlands, オランダ"),
        ("IT", "italy, italia, イタリア"),
        ("ES", "spain, スペイン"),
    )
    for name in names.split(",")
}


@lru_cache(maxsize=1 << 13)
def read(text: str, region: str, country: str = "") -> tuple[Number, ...]:
    """All numbers in a field, each once; texts that are no number, or a made-up one, are left out.

    `region` (ISO 3166) is where a number begins with 0 unless `country`, as the record has it, says otherwise.
    """
    home = region_of(country) or region
    if home == "JP" and _USUAL.fullmatch(text):
        number = _one(text, home)
        return (number,) if number else ()
    pieces = (piece for piece in _SEVERAL.split(_FAX.sub("", plain_lines(text))) if piece)
    return tuple(dict.fromkeys(number for piece in pieces if (number := _one(piece, home))))


def region_of(country: str) -> str:
    """The ISO code of a country as records have it: Japan, 日本, JP, JPN; "" when not known."""
    if not country:
        return ""
    name = plain(country).lower()
    if len(name) == 2 and name.isascii() and name.upper() in phonenumbers.SUPPORTED_REGIONS:
        return name.upper()
    return _COUNTRIES.get(name, "")


def plain_lines(text: str) -> str:
    """The text folded line by line: lines part numbers."""
    return "\n".join(filter(None, map(plain, text.splitlines()))) if "\n" in text else plain(text)


def _one(text: str, home: str) -> Number | None:
    if home == "JP" and _USUAL.fullmatch(text):
        digits = text.replace("-", "")
        return None if _is_made_up(digits) else _parsed(digits, "JP")
    text = _TRUNK.sub("", _EXTENSION.sub("", _LABEL.sub("", text.lower()))).strip()
    if not _SHAPE.fullmatch(text):
        if not _VANITY.fullmatch(text):
            return None
        text = text.translate(_KEYPAD)
    digits = "".join(c for c in text if c.isdecimal())
    if not 8 <= len(digits) <= 17 or not digits.isascii() or _is_made_up(digits):
        return None
    return _parsed(*_international(text, digits, home))


def _international(text: str, digits: str, home: str) -> tuple[str, str]:
    """(digits with the country's code, its region) or (digits as dialled at home, home)."""
    if text.lstrip("( ").startswith("+"):
        return digits, ""
    for prefix in ("00", "010", "011"):
        if digits.startswith(prefix) and len(digits) > 11 and digits[len(prefix)] != "0":
            return digits[len(prefix) :], ""
    if digits[0] == "0":
        return digits, "JP" if home in _AMERICAN_REGIONS and len(digits) in (10, 11) else home
    return _without_zero(text, digits, home)


def _without_zero(text: str, digits: str, home: str) -> tuple[str, str]:
    """Numbers that begin neither with + nor with 0."""
    if home == "JP" and (len(digits) == 9 or (len(digits) == 10 and _JAPANESE_GROUPS.fullmatch(text))):
        return "0" + digits, "JP"  # a spreadsheet took the zero for a number's
    if len(digits) == 10 and _AMERICAN.fullmatch(digits):
        return "1" + digits, ""
    if len(digits) == 11 and digits[0] == "1" and _AMERICAN.fullmatch(digits[1:]):
        return digits, ""
    if digits.startswith("81") and len(digits) in (11, 12) and digits[2] != "0":
        return digits, ""
    return digits, home


@lru_cache(maxsize=1 << 14)
def _parsed(digits: str, region: str) -> Number | None:
    """The shapes nearly all numbers have are read here, the rest by the library, which takes 17 microseconds."""
    japanese = (
        digits[1:]
        if region == "JP" and digits[0] == "0"
        else digits[2:]
        if not region and digits.startswith("81")
        else ""
    )
    if japanese.startswith("0"):
        japanese = japanese[1:]
    if japanese and _JAPANESE.fullmatch(japanese):
        return Number("+81" + japanese, _JAPANESE_MOBILE.fullmatch(japanese) is not None)
    if not region and len(digits) == 11 and digits[0] == "1" and _AMERICAN.fullmatch(digits[1:]):
        return Number("+" + digits, False)
    return _by_library(digits if region else "+" + digits, region)


def _by_library(text: str, region: str) -> Number | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except NumberParseException:
        return None
    # Numbering plans grow faster than the library is updated: a number with its country's code need only be possible.
    if not (phonenumbers.is_possible_number(number) if text[0] == "+" else phonenumbers.is_valid_number(number)):
        return None
    return Number(phonenumbers.format_number(number, PhoneNumberFormat.E164), _is_mobile(number))


def _is_mobile(number: PhoneNumber) -> bool:
    return phonenumbers.number_type(number) == PhoneNumberType.MOBILE


_RUNS = frozenset(
    ("1234567890", "0123456789", "01234567890", "12345678901", "9876543210", "0987654321", "123456789", "12345678")
)


def _is_made_up(digits: str) -> bool:
    """000-0000-0000, 1234567890, 090-0000-0000: filled in to get past a form."""
    return digits in _RUNS or len(set(digits[-7:])) == 1
