"""What stands around a name without being part of it: honorifics, titles, departments, former names."""

from __future__ import annotations

import re

from sync.identity.normalise import tables
from sync.identity.normalise.letters import new_forms

_HONORIFIC = re.compile(
    r"(?<=..)\s*(?:様方|様宛|様|さま|さん|サマ|サン|殿|どの|氏|先生|御中|各位|ちゃん|くん)$|(?<=..)\s+君$"
)
_SAMA_ONLY = re.compile(r"(?<=.)\s+(?:様|さま|さん|殿|氏|先生|御中|君)$|(?<=.)様$|(?<=[\u4e00-\u9fff々])(?:さん|さま)$")

_RANKS = """
代表取締役会長兼社長 代表取締役社長 代表取締役会長 代表取締役副社長 代表取締役専務 代表取締役 取締役社長 取締役会長
取締役副社長 取締役 代表社員 代表理事 専務取締役 常務取締役 専務執行役員 常務執行役員 上席執行役員 執行役員 専務理事
常務理事 専務 常務 理事長 理事 監査役 相談役 顧問 参与 社外取締役 社長 副社長 会長 副会長 社主 オーナー 代表 本部長
副本部長 事業部長 統括部長 事業本部長 部長代理 副部長 部長補佐 部長 次長 課長代理 課長補佐 副課長 課長 係長 班長 室長
室長代理 副室長 局長 所長 副所長 支店長 副支店長 支社長 営業所長 工場長 副工場長 店長 副店長 院長 副院長 園長 校長
学長 教授 准教授 助教 主任 主査 主幹 主事 主席 参事 担当部長 担当課長 担当者 担当 マネージャー マネジャー マネージャ
ゼネラルマネージャー リーダー チームリーダー サブリーダー ディレクター シニアマネージャー アシスタントマネージャー
チーフ スーパーバイザー コンサルタント エンジニア 秘書 弁護士 税理士 会計士 社労士 行政書士 医師 営業部長 総務部長
経理部長 人事部長 開発部長 技術部長 製造部長 購買部長 企画部長 営業課長 総務課長 経理課長 人事課長 営業主任 営業担当
グループ長 チーム長
""".split()
_BY_LENGTH = sorted(_RANKS, key=len, reverse=True)
_RANK_AFTER = re.compile("(?<=..)(?:" + "|".join(map(re.escape, _BY_LENGTH)) + ")$")
_RANK_BEFORE = re.compile("^(?:" + "|".join(map(re.escape, (r for r in _BY_LENGTH if len(r) > 1))) + ")(?=..)")
_RANK_ALONE = frozenset(_RANKS) | frozenset("様 さま サマ さん サン 殿 氏 先生 御中 各位 君 ちゃん くん".split())

_DEPARTMENT = re.compile(
    r"^.{2,}(?:事業部|本部|部|課|室|係|支店|支社|営業所|事業所|出張所|工場|センター|グループ|チーム|ユニット|委員会|事務局|窓口)$"
    r"|^(?:ご担当|御担当|担当|ご担当者|御担当者|関係者|採用|人事|経理|総務|営業|受付|代表電話|代表|事務|購買|広報)(?:者|係|宛|部|課)?$"
)
# What an honorific, a rank or a department ends with, and a rank begins with: most names have neither.
_LAST = frozenset("様まんサンマ殿ど氏生中位君方宛者係部課室店社所場口会局代ータプト当用理事報") | {
    rank[-1] for rank in _RANKS
}
_FIRST = frozenset(rank[0] for rank in _RANKS if len(rank) > 1)
_NOBODY = re.compile(r"(?:ご|御)?担当(?:者)?(?:様|殿|さま|各位)?$|御中$|各位$")

_LATIN_BEFORE = frozenset("mr mrs ms miss mx dr prof professor sir madam mme dipl ing rev hon herr frau mister".split())
_DEGREES = re.compile(
    r"(?:[\s,]+(?:ph\.?\s?d|m\.?\s?d|m\.?b\.?a|b\.?sc|m\.?sc|d\.?d\.?s|j\.?r|s\.?r|ii|iii|iv|esq|cpa|cfa|pmp)\b\.?)+\s*$",
    re.IGNORECASE,
)
_LATIN_AFTER = frozenset("ceo cto cfo coo cmo vp svp evp san sama mr ms mrs dr".split())
_ROLES = frozenset(
    """
    info sales support admin administrator marketing contact office team webmaster help helpdesk billing accounting
    accounts hr recruit recruiting reception service customer manager staff purchasing purchase procurement legal
    press media finance it dept department group eigyo eigyobu soumu keiri jinji koho tantou tantousha uketsuke
    user guest owner member desk inquiry enquiry noreply postmaster hello mail email
    """.split()
)
_FIRM_SIGN = re.compile(r"\((?:株|有|同|合)\)")
_FIRM = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|財団法人|社団法人|学校法人|医療法人|社会福祉法人|"
    r"宗教法人|特定非営利|独立行政法人|国立大学法人|協同組合|\b(?:inc|ltd|llc|llp|corp|gmbh|plc|pty|co\.,?\s*ltd)\b\.?|\b(?:k\.k|kk|b\.v|s\.a)\.?$|"
    r"ホールディングス|製作所$|研究所$|大学$|銀行$|病院$|\b(?:corporation|company|limited|holdings|incorporated|university)\b",
    re.IGNORECASE,
)
_FORMER = re.compile(r"(?:旧姓|旧|née|nee|formerly)\s*[::]?\s*\S+", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[【「『<〔{]([^)\]】」』>〕}]*)[)\]】」』>〕}]?")


def without_brackets(text: str) -> tuple[str, tuple[str, ...]]:
    """The text outside brackets, and what stood in them: 山田 (旧姓:佐藤) -> 山田, 旧姓:佐藤."""
    inside = tuple(_BRACKETS.findall(text)) if not text.isalpha() else ()
    return (" ".join(_FORMER.sub(" ", _BRACKETS.sub(" ", text)).split()), inside) if inside else (text, ())


def has_firm_sign(text: str) -> bool:
    """Whether a text bears the short sign of a company, which stands in brackets: アクメ(株)."""
    return "(" in text and _FIRM_SIGN.search(text) is not None


def is_firm(text: str) -> bool:
    """Whether a text in a name field names a company or another body, or is an address of mail or web."""
    return "@" in text or "://" in text or _FIRM.search(text) is not None


def bare_japanese(text: str) -> str:
    """A name without honorific, rank and department: 営業部 山田太郎部長 -> 山田太郎; "" when nobody is named."""
    if text[-1:] not in _LAST and text[:1] not in _FIRST and " " not in text:
        return text
    if _NOBODY.search(text):
        return ""
    words = [word for word in text.split() if word not in _RANK_ALONE and not _is_department(word)]
    text = " ".join(words)
    while True:
        shorter = _RANK_BEFORE.sub("", _RANK_AFTER.sub("", _SAMA_ONLY.sub("", _HONORIFIC.sub("", text)))).strip()
        if shorter == text:
            return "" if text in _RANK_ALONE or _is_department(text) else text
        text = shorter


def _is_department(word: str) -> bool:
    """総務部 is one, 長谷部 is a surname, and 山田 服部 are two words."""
    return " " not in word and _DEPARTMENT.match(word) is not None and new_forms(word) not in tables.surnames()


def without_degrees(text: str) -> str:
    """A Latin name without the degrees and generations behind it: Taro Yamada, Ph.D. -> Taro Yamada."""
    return _DEGREES.sub("", text)


def bare_latin(words: list[str]) -> list[str]:
    """Words of a Latin name without Mr., Ph.D. and the like; none when only a role is named."""
    while words and words[0].lower().rstrip(".") in _LATIN_BEFORE and len(words) > 1:
        words = words[1:]
    while len(words) > 1 and words[-1].lower().rstrip(".").lstrip("-") in _LATIN_AFTER:
        words = words[:-1]
    return [] if all(word.lower() in _ROLES for word in words) else words
