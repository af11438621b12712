"""Which of a CRM's fields hold the reading (フリガナ) of a person's name, told from their names and labels.

HubSpot has no property for it and Salesforce only one pair in orgs with local names, so every account makes its own:
`last_name_kana`, `furigana_sei`, 「姓（フリガナ）」, 「お名前（セイ）」, `lastnamekana__c` copied from the other CRM.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields

_MOST = 3  # fields of one kind; an account that was rebuilt a few times has as many
_KANA_WORD = "furigana|hurigana|katakana|hiragana|yomigana|yomikata|yomi|kana|phonetic"
_FAMILY_WORD = "last|lastname|family|familyname|surname|lname|sei|myoji|myouji"
_GIVEN_WORD = "first|firstname|given|givenname|fname|mei"
_WHOLE_WORD = "name|full|fullname|shimei|seimei|namae|onamae"
_PART = f"{_FAMILY_WORD}|{_GIVEN_WORD}|{_WHOLE_WORD}"
_RUN_TOGETHER = re.compile(f"(?:n)?(?:({_PART})?({_KANA_WORD})|({_KANA_WORD})({_PART}))")  # lastnamekana, kanasei
_KANA_WORDS, _FAMILY_WORDS, _GIVEN_WORDS = (
    frozenset(words.split("|")) for words in (_KANA_WORD, _FAMILY_WORD, _GIVEN_WORD)
)
# Readings of something else than this person's name.
_OTHER_WORDS = frozenset(
    "company companyname corp corporate corporation account accountname organization organisation office kaisha "
    "kaishamei houjin hojin busho department dept division address addr jusho juusho street city town state pref "
    "prefecture zip postal building school university bank branch shiten store shop tenpo product item service "
    "partner spouse child parent guardian emergency representative daihyo daihyosha sales agent title yakushoku "
    "maiden former old previous".split()
)
_OTHER = re.compile(
    "会社|企業|法人|社名|貴社|御社|組織|団体|機関|部署|部門|事業所|所属|役職|住所|番地|建物|都道府県|市区町村|町名|地名|"
    "学校|大学|病院|施設|口座|銀行|支店|店舗|店名|屋号|商品|製品|サービス|配偶者|保護者|子供|代表|紹介|緊急|営業|名義|旧姓|"
    "カイシャ|ジュウショ"
)
_KANA = re.compile("フリガナ|フリカナ|ヨミガナ|ヨミカタ|カタカナ|ヒラガナ|振リ?仮名|読ミ?仮名|読ミ方|読ミ(?![込取上])")
# Short enough to stand inside other words (カナダ, メイン): they count only as a word of their own.
_SHORT = re.compile("(?:カナ|ヨミ)?(?:オ?ナマエ|シメイ|セイメイ|セイ|メイ|ミョウジ)?(?:カナ|ヨミ)?")
_KATAKANA_RUN = re.compile("[ァ-ヴー]+")
_WORD = re.compile("[一-鿿々ァ-ヴー]+")
_FAMILY = frozenset({"姓", "苗字", "名字", "氏", "セイ", "ミョウジ", "ラストネーム", "ファミリーネーム"})
_GIVEN = frozenset({"名", "メイ", "ファーストネーム"})
_READING = re.compile("[A-Za-zＡ-Ｚａ-ｚぁ-ゖァ-ヺｦ-ﾝ]")
_IDEOGRAPH = re.compile("[㐀-䶿一-鿿豈-﫿々〆\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class KanaFields:
    """Names of the account's fields by what they hold, the best first."""

    family: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.family + self.given + self.whole

    def reading(self, value: Callable[[str], str]) -> tuple[str, str]:
        """(family, given) of one record; a whole name in one field comes as the family name alone.

        `value` gives a field's text. Whatever is not a reading (kanji, a dash) counts as empty.
        """
        family, given = _first(value, self.family), _first(value, self.given)
        if family and given:
            return family, given
        whole = _first(value, self.whole)
        return (whole, "") if whole else (family, given)


NO_KANA = KanaFields()


def kana_fields(definitions: Iterable[tuple[str, str]]) -> KanaFields:
    """Sorts out (name, label) pairs of an account's text fields; the same answer whatever their order."""
    found: dict[str, list[str]] = {part.name: [] for part in fields(KanaFields)}
    for name, label in sorted(definitions):
        if part := _part(name, label):
            found[part].append(name)
    return KanaFields(**{part: tuple(names[:_MOST]) for part, names in found.items()})


def _part(name: str, label: str) -> str:
    """family, given or whole; "" when the field is not the reading of a person's name."""
    words = [*_latin_words(name), *_latin_words(label)]
    text = _in_katakana(label)
    if _OTHER_WORDS & set(words) or _OTHER.search(text):
        return ""
    if not (_KANA_WORDS & set(words) or _says_kana(text)):
        return ""
    japanese = set(_WORD.findall(_without_kana_words(text)))
    return _told_apart(japanese, _FAMILY, _GIVEN) or _told_apart(set(words), _FAMILY_WORDS, _GIVEN_WORDS) or "whole"


def _told_apart(words: set[str], family: frozenset[str], given: frozenset[str]) -> str:
    if bool(words & family) == bool(words & given):
        return ""
    return "family" if words & family else "given"


def _latin_words(text: str) -> Iterator[str]:
    """LastNameKana__c, last_name_kana and lastnamekana alike: last(name), name, kana."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", text).removesuffix("__c"))
    for word in re.findall("[a-z]+", apart.lower()):
        if together := _RUN_TOGETHER.fullmatch(word):
            yield from filter(None, together.groups())
        else:
            yield word


def _in_katakana(label: str) -> str:
    """One script for all, and の taken out, which ties words together: お名前のふりがな."""
    text = re.sub("下の名前?", "名", unicodedata.normalize("NFKC", label)).replace("の", " ")
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)


def _says_kana(text: str) -> bool:
    if _KANA.search(text):
        return True
    return any(_says_short(run) for run in _KATAKANA_RUN.findall(text))


def _says_short(run: str) -> bool:
    return len(run) > 1 and _SHORT.fullmatch(run) is not None


def _without_kana_words(text: str) -> str:
    return re.sub("カナ|ヨミ|全角|半角", " ", _KANA.sub(" ", text)).replace("オ名前", "名前")


def _first(value: Callable[[str], str], names: tuple[str, ...]) -> str:
    texts = (value(name) for name in names)
    return next((text for text in texts if _READING.search(text) and not _IDEOGRAPH.search(text)), "")
