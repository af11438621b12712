"""Names of people: which part is the family name, and how both sound."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sync.identity.normalise import nicknames, order, readings, tables, titles
from sync.identity.normalise.letters import has_kanji, is_kana, katakana, new_forms, plain, unaccented
from sync.identity.normalise.order import Parts
from sync.identity.normalise.romaji import folded, of_kana

# Hiragana are given names (さくら); ケ and ノ stand in surnames (関ケ原, 井ノ上). Other katakana are a reading.
_KANJI_NAME = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆\U00020000-\U0003ffffぁ-ゖケノー]+")


_SPELLED = re.compile("[a-z]{2,}")
_UNSPOKEN = ("", "")
_LONGEST = 80  # longer texts in a name field are remarks


class Name(NamedTuple):
    """A person's name as `Features` holds it."""

    fam: str = ""
    giv: str = ""
    ini: str = ""
    kj: str = ""
    kfam: str = ""

    @property
    def nm(self) -> str:
        """Both, the same whatever their order; "" unless both are known."""
        if not (self.fam and self.giv):
            return ""
        return f"{self.fam} {self.giv}" if self.fam <= self.giv else f"{self.giv} {self.fam}"


@lru_cache(maxsize=1 << 12)
def read(given: str, family: str, full: str, family_kana: str, given_kana: str, local: str) -> Name:
    """A name from its fields as written, kana as the source spells the name; any may be "".

    `local` is the local part of the mailbox: its words decide between readings a kanji name may have.
    """
    (family, aside), (given, aside_too), (full, aside_also) = _bare(family), _bare(given), _bare(full)
    parts = _parts(given, family, full)
    spoken = _spoken(family_kana, given_kana) if family_kana or given_kana else _UNSPOKEN
    if spoken == _UNSPOKEN and (aside or aside_too or aside_also):
        spoken = _spoken_in((*aside, *aside_too, *aside_also))
    if parts is None:
        return _of_kana_alone(*spoken)
    if spoken == _UNSPOKEN:
        spoken = parts.kana
    return _sounded(parts, spoken if spoken == _UNSPOKEN else order.kana_of(parts, *spoken), local)


@lru_cache(maxsize=1 << 14)
def _bare(text: str) -> tuple[str, tuple[str, ...]]:
    """A field without brackets, honorifics and titles, and what stood in its brackets; "" when it names no person."""
    if not text or len(text) > _LONGEST:
        return "", ()
    text = plain(text)
    text, inside = titles.without_brackets(text) if not titles.has_firm_sign(text) else ("", ())
    if not text.isascii():
        text = titles.bare_japanese(text)
    return ("", inside) if titles.is_firm(text) else (new_forms(text), inside)


def _parts(given: str, family: str, full: str) -> Parts | None:
    if given and family:
        return order.of_fields(family, given)
    if full:
        return order.of_whole(full, "full")
    if family:
        return order.of_whole(family, "family")
    return order.of_whole(given, "given") if given else None


def _spoken(family: str, given: str) -> tuple[str, str]:
    return _kana(family), _kana(given)


@lru_cache(maxsize=1 << 13)
def _kana(text: str) -> str:
    """A フリガナ field in katakana, or in Latin letters where it was filled in so; "" for anything else."""
    text = katakana(titles.bare_japanese(plain(text)))
    return text if text.isascii() or is_kana(text) else ""


def _spoken_in(brackets: tuple[str, ...]) -> tuple[str, str]:
    """A reading people put behind the kanji: 山田太郎(ヤマダタロウ)."""
    return next(((katakana(text.strip()), "") for text in brackets if len(text) > 2 and is_kana(text)), _UNSPOKEN)


def _of_kana_alone(family: str, given: str) -> Name:
    parts = order.of_fields(family, given) if family or given else None
    return _sounded(parts, _UNSPOKEN, "") if parts else Name()


def _sounded(parts: Parts, spoken: tuple[str, str], local: str) -> Name:
    fam = giv = ""
    if spoken != _UNSPOKEN:
        # What is written as it sounds stays: John is John, although the source spells it ジョン.
        fam = "" if _says(parts.family) else _sound(spoken[0])
        giv = "" if _says(parts.given) else _sound(spoken[1])
    fam = fam or _family_sound(parts.family, local)
    giv = giv or _given_sound(parts.given, local, fam in tables.surname_sounds())
    kfam = parts.family if has_kanji(parts.family) else ""
    return Name(fam, giv, giv[:1] or parts.initial, _kanji_key(parts), kfam)


def _says(part: str) -> bool:
    return part != "" and not has_kanji(part)


def _kanji_key(parts: Parts) -> str:
    """Sorted characters of a whole name in kanji; a given name in hiragana counts as one, katakana and Latin do not."""
    whole = parts.family + parts.given or parts.undivided
    if not has_kanji(whole) or (not parts.undivided and not (parts.family and parts.given)):
        return ""
    return "".join(sorted(whole)) if _KANJI_NAME.fullmatch(whole) else ""


def _family_sound(family: str, local: str) -> str:
    return _heard(_family_sounds(family), local)


def _given_sound(given: str, local: str, japanese: bool) -> str:
    """A given name as it sounds, English ones in full; `japanese` is what its family name is."""
    return _heard(_given_sounds(given, japanese), local)


def _heard(sounds: tuple[str, ...], local: str) -> str:
    """The likeliest sound, or the one the mailbox spells."""
    if len(sounds) < 2 or not local or (len(sounds[0]) > 3 and sounds[0] in local):
        return sounds[0] if sounds else ""
    spelled = {folded(word) for word in _SPELLED.findall(local)}
    return next((sound for sound in sounds if sound in spelled), sounds[0])


@lru_cache(maxsize=1 << 13)
def _family_sounds(family: str) -> tuple[str, ...]:
    if has_kanji(family):
        return tuple(map(of_kana, readings.family(family)))
    kana = katakana(family)
    return (("" if kana in tables.surname_kana() else nicknames.of_katakana(kana)) or _sound(family),)


@lru_cache(maxsize=1 << 14)
def _given_sounds(given: str, japanese: bool) -> tuple[str, ...]:
    if has_kanji(given):
        return tuple(map(of_kana, readings.given(given)))
    if not given or is_kana(given):
        foreign = "" if japanese else nicknames.of_katakana(katakana(given))
        return (foreign or nicknames.full_form(_sound(given), japanese),)
    # Looked up as written first: rules for romaji would spoil Susie.
    word = "".join(c for c in unaccented(given.lower()) if c.isalnum())
    full = nicknames.full_form(word, japanese)
    return (full if full != word or nicknames.is_english(word) else nicknames.full_form(folded(given), japanese),)


def _sound(text: str) -> str:
    if not text:
        return ""
    return of_kana(text).replace(" ", "") if is_kana(text) else folded(text)
