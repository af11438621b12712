"""Japanese names as tables: surnames with their commonness, given names with their readings.

The names come from the package japanese-personal-name-dataset; `corrections` adds what it leaves out or has wrong.
Everything is loaded at first use and held once.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from japanese_personal_name_dataset import load_dataset

from sync.identity.normalise import corrections
from sync.identity.normalise.letters import katakana, new_forms
from sync.identity.normalise.romaji import of_kana

_COMMON = 40  # what a reading of a common name counts more than one spelling in the tables


class Surname(NamedTuple):
    kana: str  # katakana, of the commonest reading
    people: int  # how many bear it, roughly; 0 when unknown
    others: tuple[str, ...] = ()  # less common readings


@lru_cache(maxsize=1)
def surnames() -> dict[str, Surname]:
    """Surnames in kanji, new forms."""
    _, _, listed = load_dataset("org", include_last_names=True)
    people: dict[str, int] = {}
    kana: dict[str, str] = {}
    for kanji, entry in listed.items():
        form = new_forms(kanji)
        people[form] = people.get(form, 0) + int(entry["count"])
        kana.setdefault(form, katakana(str(entry["reading"])))
    found = {kanji: Surname(kana[kanji], count) for kanji, count in people.items()}
    for kanji, readings in corrections.SURNAMES.items():
        old = found.get(kanji)
        found[kanji] = Surname(readings[0], old.people if old else corrections.FEW, readings[1:])
    return found


@lru_cache(maxsize=1)
def given_readings() -> dict[str, tuple[str, ...]]:
    """Given names in kanji, new forms, with all readings the tables know, in hiragana."""
    found: dict[str, dict[str, None]] = {}
    for table in load_dataset("org", include_last_names=False):
        for reading, entry in table.items():
            for kanji in entry["kanji"]:
                found.setdefault(new_forms(kanji), {})[reading] = None
    return {kanji: tuple(readings) for kanji, readings in found.items()}


@lru_cache(maxsize=1)
def known_given() -> dict[str, str]:
    """The common given names of people at work, new forms, with the reading most of them have, in katakana."""
    listed: dict[str, str] = json.loads(files(__package__).joinpath("given_names.json").read_text(encoding="utf-8"))
    return {new_forms(kanji): katakana(reading) for reading, names in listed.items() for kanji in names.split()}


@lru_cache(maxsize=1)
def reading_weights() -> dict[str, int]:
    """How common a given name sounds: in how many ways its reading (katakana) is written; popular ones count double."""
    weights: dict[str, int] = {}
    for tables in (load_dataset("org", include_last_names=False), load_dataset("opti", include_last_names=False)):
        for table in tables:
            for reading, entry in table.items():
                kana = katakana(reading)
                weights[kana] = weights.get(kana, 0) + len(entry["kanji"])
    for kana in known_given().values():
        weights[kana] = weights.get(kana, 0) + _COMMON
    return weights


@lru_cache(maxsize=1)
def common_sounds() -> dict[str, int]:
    """In how many of the common given names a reading (katakana) occurs."""
    return Counter(known_given().values())


@lru_cache(maxsize=1)
def popular_readings() -> frozenset[str]:
    """Readings (katakana) of the popular given names."""
    men, women = load_dataset("opti", include_last_names=False)
    return frozenset(katakana(reading) for reading in (*men, *women))


@lru_cache(maxsize=1)
def surname_kana() -> dict[str, int]:
    """Surnames in katakana with the number of people."""
    found: dict[str, int] = {}
    for surname in surnames().values():
        for kana, people in (
            (surname.kana, surname.people),
            *((other, surname.people // 4) for other in surname.others),
        ):
            found[kana] = found.get(kana, 0) + people
    return found


@lru_cache(maxsize=1)
def surname_sounds() -> dict[str, int]:
    """Surnames in folded romaji with the number of people."""
    found: dict[str, int] = {}
    for kana, people in surname_kana().items():
        sound = of_kana(kana)
        found[sound] = found.get(sound, 0) + people
    return found


@lru_cache(maxsize=1)
def given_sounds() -> dict[str, int]:
    """Given names in folded romaji with their weights."""
    found: dict[str, int] = {}
    for kana, weight in reading_weights().items():
        sound = of_kana(kana)
        found[sound] = found.get(sound, 0) + weight
    return found
