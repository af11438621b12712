"""Company names without legal form and branch, and the same as they sound."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from sync.identity.normalise import tables
from sync.identity.normalise.letters import has_kanji, is_kana, katakana, new_forms, plain, unaccented
from sync.identity.normalise.romaji import folded, of_kana
from sync.identity.normalise.vocabulary import PLACES, WORDS


class Company(NamedTuple):
    co: str = ""
    cor: str = ""


_JAPANESE_FORMS = re.compile(
    r"(?:特例)?(?:株式|有限|合同|合資|合名|相互)会社|\((?:株|有|同|合|資|名|相|社|財|医|学|福|特非|独|一社|一財|公社|公財)\)|[㈱㈲]"
    r"|(?:一般|公益|特定|特例)?(?:社団|財団)法人|特定非営利活動法人|npo法人|(?:準)?学校法人|(?:社会)?医療法人(?:社団|財団)?|社会福祉法人|宗教法人"
    r"|(?:地方)?独立行政法人|国立大学法人|公立大学法人|国立研究開発法人|弁護士法人|税理士法人|監査法人|司法書士法人|行政書士法人|特許業務法人"
    r"|有限責任事業組合|(?:事業|農業|漁業)?協同組合|カブシキガイシャ|カブシキカイシャ|ユウゲンガイシャ|ゴウドウガイシャ|\bカ\)|\(カ\)|\(ユ\)|\bユ\)"
)
_LATIN_FORMS = re.compile(
    r"""(?<![a-z0-9])(?:
        co\s*\.?\s*,?\s*(?:ltd|limited|inc|llc)\b\.? | company\s*,?\s*(?:limited|ltd)\b\.?
      | p(?:rivate|te|ty|vt)\.?\s*(?:ltd|limited)\b\.? | (?:kabushiki|yugen|godo)\s*-?\s*(?:kaisha|gaisha)
      | k\s*\.\s*k\b\.? | g\s*\.\s*k\b\.? | y\s*\.\s*k\b\.? | s\.\s*p\.\s*a\b\.? | s\.\s*r\.\s*l\b\.?
      | s\.\s*a(?:\.\s*s)?\b\.? | b\.\s*v\b\.? | n\.\s*v\b\.? | l\.\s*l\.\s*[cp]\b\.? | a/s | p\.\s*l\.\s*c\b\.?
      | (?:incorporated|inc|corporation|corp|limited|ltd|llc|llp|lllp|plc|gmbh|mbh|kgaa|kg|ohg|ag|sarl|srl|spa|sas)\b\.?
      | (?:bv|nv|oy|oyj|ab|aps|pty|pte|pvt|kk|lp)\b\.? | (?:company|co)\b\.? (?=[\s,]*$)
    )""",
    re.VERBOSE,
)
_BRACKETS = re.compile(r"[(\[【「『<〔{]([^)\]】」』>〕}]*)[)\]】」』>〕}]?")
_QUOTES = re.compile("[「」『』\"“”'`【】()\\[\\]<>〔〕{}]")
_UNIT = (
    r"(?:本社|本店|支社|支店|支部|支所|支局|営業所|事業所|出張所|事務所|駐在所|オフィス|工場|製造所|研究所|研究センター|物流センター|配送センター|サービスセンター|"
    r"センター|営業部|営業本部|事業部|事業本部|本部|統括部|総務部|経理部|人事部|開発部|技術部|製造部|購買部|企画部|情報システム部|マーケティング部|[^\s]{1,6}課|[^\s]{1,6}室)"
)
_AREA = (
    "(?:" + "|".join(sorted(PLACES, key=len, reverse=True)) + r"|第[一二三四五六七八九十\d]+|[東西南北中]日本|首都圏)"
)
_GLUED_UNIT = re.compile(
    rf"(?<=..)(?:{_AREA}(?:第[一二三四五六七八九十\d]+)?{_UNIT}|(?:本社|本店)|(?:総務部|経理部|人事部|営業部|開発部|技術部|製造部|購買部|企画部)[^\s]*)$"
)
_WORD_UNIT = re.compile(rf"^.*(?:{_UNIT}|部|課|室|グループ担当)$")
_LATIN_PLACES = (
    "tokyo|osaka|nagoya|fukuoka|sapporo|sendai|yokohama|kobe|kyoto|hiroshima|saitama|chiba|kansai|kanto|kyushu|tohoku|"
    "chubu|hokkaido|shikoku|okinawa|japan|asia|asia pacific|apac|europe|emea|americas|us|usa|uk|new york|london|"
    "singapore|shanghai|hong kong|global|east japan|west japan"
)
_LATIN_UNIT = re.compile(
    rf"(?:[\s,/-]+(?:{_LATIN_PLACES}))?[\s,/-]+(?:(?:head|main|branch|regional|sales|representative|liaison)\s+office|branch|office|headquarters|hq|factory|plant|division|"
    rf"head\s*quarters|sales\s+dept\.?|(?:sales|marketing|it|hr|engineering)\s+department|honsha|shiten|eigyosho|kojo)\s*$"
    rf"|\s*[,/]\s*(?:{_LATIN_PLACES})\s*$|\s+-\s+(?:{_LATIN_PLACES})\s*$"
)
_NOTHING = re.compile(
    r"(?:個人|個人事業主?|フリーランス|自営業?|無所属|学生|主婦|会社員"
    r"|private|personal|self[- ]?employed|freelance|individual|student)$"
)


@lru_cache(maxsize=1 << 13)
def read(text: str) -> Company:
    """A company's core (株式会社アクメ 東京支店 -> アクメ) and its sound; both "" for none.

    The sound asks only tables of this package, so that two machines with other extras installed agree on it. Kanji
    those tables cannot read wholly stay kanji: half a guess would part companies that are one, and join others.
    """
    words = _core(text) if text else []
    name = "".join(words)
    return Company(name, _sound(words) or name) if name else Company()


def _core(text: str) -> list[str]:
    """The words of a name without form, branch and brackets, in lower case and new forms of kanji."""
    whole = unaccented(new_forms(plain(text)).lower())
    if not whole or _NOTHING.match(whole):
        return []
    return _words(_without_units(_without_forms(whole)))


def _without_forms(text: str) -> str:
    if not text.isascii():
        text = _JAPANESE_FORMS.sub(" ", text)
    if _QUOTES.search(text):
        outside = _BRACKETS.sub(" ", text).strip()
        text = outside if len(outside) > 1 else _QUOTES.sub(" ", text)
    if not _LETTERS.search(text):
        return text
    shorter = _LATIN_FORMS.sub(" ", text).strip(" ,.-").removeprefix("the ")
    return shorter or text


def _without_units(text: str) -> str:
    words = text.split()
    while len(words) > 1 and not words[-1].isascii() and _WORD_UNIT.match(words[-1]):
        words.pop()
    text = " ".join(words)
    while shorter := _without_last_unit(text):
        text = shorter
    return text


def _without_last_unit(text: str) -> str:
    """The text without the unit at its end; "" when there is none, or nothing else."""
    if text[-1:] in _UNIT_ENDS:
        shorter = _GLUED_UNIT.sub("", text).strip()
    elif text[-1:].isascii():
        shorter = _LATIN_UNIT.sub("", text).strip()
    else:
        return ""
    return shorter if shorter != text else ""


_LETTERS = re.compile("[a-z]")
_UNIT_ENDS = frozenset("社店所部課室場局スー")


_AND = re.compile(r"\s*[&+]\s*|\s+and\s+|(?<=[ァ-ヺー])アンド(?=[ァ-ヺ])")
_OTHER_SIGNS = re.compile(r"[^\w&]|[_ー]")


def _words(text: str) -> list[str]:
    """Words of letters, digits and &; long vowel marks go, as dashes stand in their place often enough."""
    words = (_OTHER_SIGNS.sub("", word).strip("&") for word in _AND.sub("&", text).split())
    return [word for word in words if word]


_SCRIPTS = re.compile("[a-z0-9]+|[ァ-ヺ]+|[ぁ-ゖ]+|[^a-z0-9ァ-ヺぁ-ゖ]+")


def _sound(words: list[str]) -> str:
    """Words in folded Latin letters, "" when some kanji have no known reading."""
    parts = [_part(part) for word in words for part in _SCRIPTS.findall(word.replace("&", "and"))]
    return "" if None in parts else "".join(filter(None, parts))


@lru_cache(maxsize=1 << 14)
def _part(part: str) -> str | None:
    if known := WORDS.get(part):
        return known
    if part.isascii():
        return _evened(folded(part))
    if is_kana(part):
        return "".join(
            WORDS.get(piece) or _evened(of_kana(piece)) for piece in _KNOWN_KANA.split(katakana(part)) if piece
        )
    return _read_kanji(part) if has_kanji(part) else _evened(folded(part))


_KNOWN_KANA = re.compile(
    "(" + "|".join(sorted((w for w in WORDS if len(w) > 3 and is_kana(w)), key=len, reverse=True)) + ")"
)


def _read_kanji(text: str) -> str | None:
    """Words, surnames and places in a row, as few of them as will do; None when something is left over."""
    best: list[tuple[int, str] | None] = [(0, "")]
    for end in range(1, len(text) + 1):
        ways = []
        for start in range(max(0, end - 5), end):
            before, piece = best[start], text[start:end]
            if before and (sound := _kanji_word(piece)):
                # A word costs one, and a single kanji more: it has more readings than its place in names tells.
                ways.append((before[0] + (3 if end - start == 1 else 1), before[1] + sound))
        best.append(min(ways, default=None))
    return best[-1][1] if best[-1] else None


def _kanji_word(piece: str) -> str | None:
    if known := WORDS.get(piece):
        return known
    surname = tables.surnames().get(piece)
    return _evened(of_kana(surname.kana)) if surname else None


_LOANS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        # Spelling of Latin words as they sound.
        ("tion|sion", "shon"),
        ("ph", "f"),
        ("sch", "sh"),
        ("ck|qu?|ch(?=[rl])", "k"),
        ("c(?=[eiy])|th", "s"),
        ("c(?!h)", "k"),
        ("x", "ks"),
        ("v", "b"),
        ("l", "r"),
        ("y(?![aeiou])|ee|ea", "i"),
        ("oo|ou", "o"),
        (r"([a-z])\1", r"\1"),
        ("(?<=[aiueo])h(?![aiueo])", ""),
        # Vowels kana put between and after consonants.
        ("sh(?=i)", "s"),
        ("tsu", "t"),
        ("(?<=[kgszbpfmrtd])u(?=[^aiueoy]|$)", ""),
        ("(?<=[td])o(?=[^aiueoyn]|$)", ""),
        ("m(?=[bp])", "n"),
        ("(?<=[aiueo])r(?=[^aiueoy]|$)", ""),
        ("e$", ""),
    )
)


def _evened(sound: str) -> str:
    """Latin words and their Japanese loans closer together: acme and akume, smith and sumisu come out the same."""
    for pattern, spelling in _LOANS:
        sound = pattern.sub(spelling, sound)
    return sound
