"""Which word of a name is the family name."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal, NamedTuple

from sync.identity.normalise import nicknames, readings, splitting, tables, titles
from sync.identity.normalise.letters import has_kanji, is_kana, is_katakana, katakana
from sync.identity.normalise.romaji import folded, of_kana

Field = Literal["full", "family", "given"]

_PARTICLES = frozenset(
    "van von der den de da di del della do dos la le ter ten zu zur bin ibn al el st mac mc o".split()
)
_MARGIN = 0.25  # how much better the other order must fit before the fields are not believed
_COMMON = 0.5  # a surname of some 1,500 people
_MUCH_COMMONER = 0.2  # some fifteen times as many people
_SPLIT_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ENGLISH_SURNAMES = frozenset(
    """
    smith johnson williams brown jones miller davis wilson anderson taylor moore jackson lee thompson white harris
    clark lewis robinson walker young allen king wright hill green adams nelson baker campbell mitchell carter roberts
    turner phillips evans collins stewart morris murphy cook rogers morgan cooper peterson reed bailey obrien
    macdonald garcia martinez hernandez lopez gonzalez perez rodriguez sanchez ramirez torres rivera gomez diaz cruz
    reyes ortiz gutierrez nguyen tran pham le patel kumar singh shah sharma khan kim park choi chen wang zhang liu li
    yang huang wu schmidt muller schneider fischer weber meyer wagner becker hoffmann schulz koch bauer richter klein
    wolf dubois durand leroy moreau rossi russo ferrari esposito bianchi kowalski larsen hansen olsen jensen nilsson
    bell ward watson brooks wood james bennett gray hughes price myers long foster sanders powell perry butler barnes
    fisher henderson coleman simmons patterson jordan reynolds hamilton graham kelly sullivan wallace woods cole west
    owens marshall mcdonald gibson ellis harrison fox shaw rice hunt black palmer mills nichols grant knight ferguson
    stone hawkins dunn perkins hudson spencer gardner stephens payne pierce berry matthews arnold wagner willis ray
    watkins olson carroll duncan snyder hart cunningham bradley lane andrews ruiz harper fox riley armstrong carpenter
    weaver greene lawrence elliott chavez sims austin peters kelley franklin lawson scott martin thomas edwards
    """.split()
)


class Parts(NamedTuple):
    """A name taken apart, each part in the script it was written in; `undivided` is kanji no cut was found for."""

    family: str = ""
    given: str = ""
    initial: str = ""
    undivided: str = ""
    kana: tuple[str, str] = ("", "")


def of_fields(family: str, given: str) -> Parts | None:
    """A name whose source tells the two apart, which is believed unless the tables know better."""
    family, given = _without_repeats(family, given)
    if not given or not family:
        return of_whole(family or given, "full")
    if _is_latin(family) and _is_latin(given):
        return _latin_fields(family, given)
    if _is_turned(family, given):
        family, given = given, family
    initial = _initial(given)
    return Parts(_closed(family), "" if initial else _closed(given), initial)


def of_whole(text: str, field: Field) -> Parts | None:
    """A name in one field; None when there is no name in it."""
    return _latin_whole(text, field) if _is_latin(text) else _japanese_whole(text, field)


def _is_turned(family: str, given: str) -> bool:
    """Whether the fields hold each other's names. They are believed where both ways are names (林 森, James Thomas)."""
    told, other = _as_family(family), _as_family(given)
    if told >= _COMMON and not other:
        return False
    if other + _as_given(family) <= told + _as_given(given) + _MARGIN:
        return False
    return other - told > (_MUCH_COMMONER if told else 0.0)


def _is_latin(text: str) -> bool:
    return text.isascii() or not (has_kanji(text) or any(map(is_kana, text)))


def _closed(part: str) -> str:
    """One part of a Japanese name in one piece; of a foreign one beside it, the first word."""
    words = part.split() or [""]
    return words[0] if _is_latin(part) else "".join(words)


def fits(family: str, given: str) -> float:
    """How well two words stand for a family and a given name, 0..2."""
    return _as_family(family) + _as_given(given)


def kana_of(parts: Parts, family: str, given: str) -> tuple[str, str]:
    """The source's kana as (family, given), cut or turned round where it has them in one field or the wrong one."""
    if family and given:
        turned = of_kana(given) in _sounds(parts.family) and of_kana(family) not in _sounds(parts.family)
        return (given, family) if turned else (family, given)
    whole = family or given
    if not whole or not parts.given:
        return family, given
    words = whole.replace("・", " ").split()
    if len(words) == 2:
        return kana_of(parts, words[0], words[1])
    for kana in readings.family(parts.family) if has_kanji(parts.family) else ():
        if whole.startswith(kana) and len(whole) > len(kana):
            return kana, whole[len(kana) :]
    if not given and parts.family and (cut := splitting.of_kana(whole)):
        return cut
    return family, given


def _sounds(family: str) -> frozenset[str]:
    return frozenset(map(of_kana, readings.family(family))) if has_kanji(family) else frozenset()


def _without_repeats(family: str, given: str) -> tuple[str, str]:
    """Undo whole names in one of the two fields: 山田 / 山田太郎 -> 山田 / 太郎."""
    if family == given:
        return family, ""
    if not family.isascii():
        if len(given) > len(family) and given.startswith(family):
            return family, given.removeprefix(family).strip()
        if len(family) > len(given) and family.endswith(given):
            return family.removesuffix(given).strip(), given
        return family, given
    words, others = family.split(), given.split()
    if len(others) > 1 and words and words[0] in (others[0], others[-1]) and len(words) == 1:
        return family, " ".join(word for word in others if word != words[0])
    if len(words) > 1 and len(others) == 1 and others[0] in (words[0], words[-1]):
        return " ".join(word for word in words if word != others[0]), given
    return family, given


def _latin_fields(family: str, given: str) -> Parts | None:
    families, givens = (titles.bare_latin(_words(titles.without_degrees(text))) for text in (family, given))
    if not families or not givens:
        return of_whole(" ".join(families or givens), "full") if families or givens else None
    one, other = " ".join(families), " ".join(givens)
    turned = _shouted(other) and not _shouted(one) and not _initial(other)
    if turned or (not _shouted(one) and _is_turned(one, other)):
        families, givens = givens, families
    return _latin_parts(families, givens)


def _latin_parts(families: list[str], givens: list[str]) -> Parts:
    """Middle names go; what is left of a given name that is but a letter is an initial."""
    initials = [letter for word in givens if (letter := _initial(word))]
    named = [word for word in givens if not _initial(word)]
    family = "" if len(families) == 1 and _initial(families[0]) else "".join(families)
    return Parts(family, named[0] if named else "", "" if named else "".join(initials[:1]))


def _latin_whole(text: str, field: Field) -> Parts | None:
    head, comma, tail = titles.without_degrees(text).partition(",")
    after = titles.bare_latin(_words(tail)) if comma else []
    words = titles.bare_latin(_words(head))
    if not words or not any(c.isalpha() for c in head):
        return None
    if after:
        return _latin_parts(words, after)
    return _latin_lone(words[0], field) if len(words) == 1 else _latin_ordered(words)


def _latin_ordered(words: list[str]) -> Parts:
    shouted = [_shouted(word) for word in words]
    if any(shouted) and not all(shouted):
        families = [word for word, loud in zip(words, shouted, strict=True) if loud]
        return _latin_parts(families, [word for word, loud in zip(words, shouted, strict=True) if not loud])
    if len(words) == 2:
        first, second = words
        if fits(first, second) > fits(second, first) or (_initial(second) and not _is_given(first)):
            return _latin_parts([first], [second])
        return _latin_parts([second], [first])
    cut = next(
        (i for i, word in enumerate(words) if 0 < i < len(words) - 1 and word.lower() in _PARTICLES), len(words) - 1
    )
    return _latin_parts(words[cut:], words[:cut])


def _latin_lone(word: str, field: Field) -> Parts | None:
    if _initial(word):
        return None
    if len(pair := _SPLIT_CAMEL.split(word)) == 2 and all(len(p) > 2 for p in pair) and pair[0].lower() != "mac":
        return _latin_ordered(pair)
    if field == "given" or (field == "full" and _is_given(word) and _as_given(word) > _as_family(word)):
        return Parts(given=word)
    return Parts(family=word)


def _japanese_whole(text: str, field: Field) -> Parts | None:
    words = [word for word in re.split(r"[\s・/=,、]+", text) if word]
    if not words:
        return None
    spoken, words = _spoken_behind(words)
    if len(words) > 2 and all(len(word) == 1 for word in words):
        words = ["".join(words)]
    if len(words) == 1:
        return _unspaced(words[0], field, spoken)
    family, given = words[0], words[-1]
    western = "・" in text and all(map(is_katakana, words))
    if western or fits(given, family) > fits(family, given) + _MARGIN:
        family, given = given, family
    if initial := _initial(given):
        return Parts(family, "", initial, kana=spoken)
    return Parts(family, given, kana=spoken)


def _spoken_behind(words: list[str]) -> tuple[tuple[str, str], list[str]]:
    """山田 太郎 ヤマダ タロウ, 山田太郎 ヤマダタロウ: the kana are the reading, the rest the name."""
    written = [word for word in words if has_kanji(word)]
    kana = [word for word in words if is_katakana(word)]
    if len(words) == 2 and written and kana and not _is_whole(written[0], kana[0]):
        return ("", ""), words  # 山田 タロウ is a name in two scripts
    if written and kana and len(written) + len(kana) == len(words):
        return (kana[0], kana[1] if len(kana) > 1 else ""), written
    # Kanji and Latin side by side say the name twice: 山田 太郎 Taro Yamada.
    return ("", ""), written if len(written) > 1 and len(words) > 2 else words


def _is_whole(kanji: str, kana: str) -> bool:
    family = splitting.of_kanji(kanji, "full")
    return bool(family.given) and any(kana.startswith(r) and kana != r for r in readings.family(family.family))


def _unspaced(word: str, field: Field, spoken: tuple[str, str]) -> Parts | None:
    if is_kana(word):
        cut = splitting.of_kana(katakana(word))
        if cut:
            return Parts(*cut)
        known = katakana(word) in tables.reading_weights() and katakana(word) not in tables.surname_kana()
        return Parts(given=word) if field == "given" or (field == "full" and known) else Parts(family=word)
    if not has_kanji(word):
        return None
    found = splitting.of_kanji(word, field)
    return Parts(found.family, found.given, undivided=found.undivided, kana=spoken)


def _words(text: str) -> list[str]:
    """The words of a Latin name; initials written together come apart (J.P. -> J. P.)."""
    if text.isalpha():
        return [text]
    if " " not in text.strip():
        text = re.sub(r"[._]+(?=\w{2})", " ", text)
    return [word.strip(".,;:") if len(word) > 2 else word for word in re.sub(r"\.(?=[A-Za-z])", ". ", text).split()]


def _initial(word: str) -> str:
    """The letter when a word is but an initial (T, T.), else ""."""
    bare = word.rstrip(".").lower()
    return bare if len(bare) == 1 and bare.isascii() and bare.isalpha() else ""


def _shouted(word: str) -> bool:
    return word.isupper() and len(word.rstrip(".")) > 1 and "." not in word


def _is_given(word: str) -> bool:
    return nicknames.is_english(word.lower()) or _as_given(word) > 0.4


@lru_cache(maxsize=1 << 14)
def _as_family(word: str) -> float:
    if has_kanji(word):
        known = tables.surnames().get(word)
        return math.log10(1 + known.people) / 6.3 if known else 0.0
    sound = _heard(word)
    if sound in _ENGLISH_SURNAMES:
        return 0.8
    return math.log10(1 + tables.surname_sounds().get(sound, 0)) / 6.3


@lru_cache(maxsize=1 << 14)
def _as_given(word: str) -> float:
    if has_kanji(word):
        return 1.0 if word in tables.known_given() else 0.7 if word in tables.given_readings() else 0.0
    sound = _heard(word)
    if nicknames.is_english(sound) or nicknames.is_english(word.lower()):
        return 0.9
    return min(1.0, math.log10(1 + tables.given_sounds().get(sound, 0)) / 2.7)


def _heard(word: str) -> str:
    return of_kana(word) if is_kana(word) else folded(word)
