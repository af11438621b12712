"""The ways in which one person's name gets into the name fields of a record."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from connectors.sandbox.world.contacts.names_ja import Part
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.wheel import Wheel
from connectors.sandbox.world.names import typo

Fields = tuple[str, str, str]
"""Given name, family name, full name, as the record holds them."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A name and what its bearer does with it."""

    family: Part
    given: Part
    kanji: bool  # writes herself in Japanese characters
    system: int  # her own spelling in Latin letters: place in `Part.latin`
    old: bool  # the old form of the surname is hers
    middle: str  # middle initial, "" when unknown


def name_written(bearer: Bearer, rng: random.Random, shares: Shares) -> Fields:
    if rng.random() < shares.no_name:
        return "", "", ""
    if bearer.kanji:
        script = _scripts(shares).draw(rng)
        if script != "latin":
            return _in_japanese(bearer, script, rng, shares)
    return _in_latin_letters(bearer, rng, shares)


@cache
def _scripts(shares: Shares) -> Wheel[str]:
    others = {
        "latin": shares.romaji,
        "katakana": shares.katakana,
        "half": shares.half_width,
        "hiragana": shares.hiragana,
    }
    return Wheel({"kanji": 1 - sum(others.values())} | others)


def _in_japanese(bearer: Bearer, script: str, rng: random.Random, shares: Shares) -> Fields:
    family, given = _characters(bearer, script, rng, shares)
    pick = rng.random()
    if pick < shares.swapped:
        return family, given, ""
    pick -= shares.swapped
    if 0 <= pick < shares.unspaced:
        return ("", family + rng.choice(_JOINTS) + given, "") if rng.random() < 0.85 else (family + given, "", "")
    pick -= shares.unspaced
    if 0 <= pick < shares.surname_only:
        return "", family + _honorific(rng, shares, 4.0), ""
    pick -= shares.surname_only
    if 0 <= pick < shares.one_field:
        joint = "" if rng.random() < 0.35 else "　" if rng.random() < 0.25 else " "
        return "", "", family + joint + given + _honorific(rng, shares, 1.0)
    given += _honorific(rng, shares, 1.0)
    if pick > 0.94:
        return given, family, f"{family} {given}"
    return given, family, ""


def _characters(bearer: Bearer, script: str, rng: random.Random, shares: Shares) -> tuple[str, str]:
    family, given = bearer.family, bearer.given
    if script == "katakana":
        kana = family.kana, given.kana
    elif script == "half":
        kana = family.half, given.half
    elif script == "hiragana":
        kana = family.hiragana, given.hiragana
    else:
        return _kanji(bearer, rng, shares)
    if rng.random() < shares.name_typos:
        return typo(kana[0], rng), kana[1]
    return kana


def _kanji(bearer: Bearer, rng: random.Random, shares: Shares) -> tuple[str, str]:
    family, given = bearer.family, bearer.given
    last, first = family.written, given.written
    if bearer.old and family.old and rng.random() < 0.6:
        last = family.old
    if rng.random() < shares.wrong_kanji and (family.mistaken or given.mistaken):
        if given.mistaken and (not family.mistaken or rng.random() < 0.7):
            first = rng.choice(given.mistaken)
        else:
            last = rng.choice(family.mistaken)
    elif given.old and rng.random() < 0.03:
        first = given.old
    return last, first


def _honorific(rng: random.Random, shares: Shares, more: float) -> str:
    return _HONORIFICS.draw(rng) if rng.random() < shares.honorifics * more else ""


def _in_latin_letters(bearer: Bearer, rng: random.Random, shares: Shares) -> Fields:
    family, given = _letters(bearer, rng, shares)
    if rng.random() < shares.capitals:
        family, given = (family.upper(), given.upper()) if rng.random() < 0.7 else (family.lower(), given.lower())
    elif bearer.kanji and rng.random() < 0.15:
        family = family.upper()
    pick = rng.random()
    if pick < shares.swapped:
        return family, given, ""
    pick -= shares.swapped
    if 0 <= pick < shares.surname_only:
        title = rng.choice(_TITLES) if rng.random() < 0.3 else ""
        return "", title + family, ""
    pick -= shares.surname_only
    if 0 <= pick < shares.one_field:
        return "", "", _full(bearer, family, given, rng, shares)
    pick -= shares.one_field
    if 0 <= pick < shares.unspaced * 0.5:
        return "", f"{given} {family}", ""
    if pick > 0.94:
        return given, family, f"{given} {family}"
    return given, family, ""


def _letters(bearer: Bearer, rng: random.Random, shares: Shares) -> tuple[str, str]:
    """(family, given) in the spelling of the bearer, or as the writer thinks right."""
    own = rng.random() < 0.75
    system = bearer.system if own else SYSTEMS.draw(rng)
    family = _spelled(bearer.family, system, own, rng)
    given = _spelled(bearer.given, system, own, rng)
    if bearer.given.short and rng.random() < shares.nicknames:
        given = rng.choice(bearer.given.short)
    elif rng.random() < shares.initials:
        given = given[0] + ("." if rng.random() < 0.6 else "")
    elif bearer.middle and rng.random() < 0.3:
        given += f" {bearer.middle}" + ("." if rng.random() < 0.6 else "")
    if rng.random() < shares.name_typos:
        if rng.random() < 0.5:
            family = typo(family, rng)
        else:
            given = typo(given, rng)
    return family, given


def _spelled(part: Part, system: int, own: bool, rng: random.Random) -> str:
    if part.kana:
        return part.latin[system]
    if len(part.latin) == 1 or own:
        return part.latin[0]
    return part.latin[1 + int(rng.random() * (len(part.latin) - 1))]


def _full(bearer: Bearer, family: str, given: str, rng: random.Random, shares: Shares) -> str:
    if rng.random() < shares.honorifics:
        return rng.choice(_TITLES) + f"{given} {family}"
    pick = rng.random()
    if pick < 0.10:
        return f"{family}, {given}"
    if bearer.kanji and pick < 0.45:
        return f"{family.upper() if pick < 0.25 else family} {given}"
    if pick > 0.985:
        return f"{given} {family}{rng.choice((', PhD', ' Jr.', ', MBA', ' III'))}"
    return f"{given} {family}"


SYSTEMS = Wheel({0: 58, 1: 15, 2: 10, 3: 10, 4: 3, 5: 4})
"""How people spell themselves: places in `romaji.Romaji`."""
_JOINTS = ("", "", "", " ", "　")
_HONORIFICS = Wheel({" 様": 45, "様": 22, "さん": 12, " さん": 5, "殿": 4, "氏": 4, " 部長": 3, "先生": 3, "（様）": 2})
_TITLES = ("Mr. ", "Ms. ", "Mr ", "Ms ", "Dr. ", "Mrs. ")
