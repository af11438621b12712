"""Text before it is looked at: one width, one form of each kanji, no invisible characters, no placeholders."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NEW_FORMS = str.maketrans(
    {
        pair[0]: pair[1]
        for pair in """
        髙高 﨑崎 碕崎 嵜崎 邉辺 邊辺 齋斉 齊斉 斎斉 濱浜 濵浜 澤沢 廣広 國国 眞真 惠恵 櫻桜 嶋島 嶌島 𠮷吉 槇槙 德徳
        黑黒 瀨瀬 瀧滝 龍竜 壽寿 榮栄 實実 條条 靜静 淸清 藏蔵 傳伝 圓円 應応 學学 關関 舊旧 曉暁 豐豊 禮礼 縣県 縱縦
        佛仏 來来 假仮 價価 兒児 凉涼 劍剣 勳勲 勵励 區区 參参 單単 嚴厳 團団 增増 壯壮 壹壱 奧奥 寬寛 將将 專専 巢巣
        帶帯 廳庁 彌弥 從従 戀恋 戶戸 拔抜 攝摂 敍叙 數数 斷断 晝昼 晉晋 會会 槪概 樂楽 樞枢 樣様 橫横 檢検 權権 歐欧
        步歩 歷歴 氣気 淨浄 淺浅 滿満 潛潜 澁渋 澀渋 濟済 濤涛 爐炉 爭争 獨独 獻献 珎珍 瑤瑶 產産 畫画 當当 疊畳 盡尽
        硏研 祿禄 禪禅 稻稲 穗穂 竝並 粹粋 經経 綠緑 緖緒 總総 繪絵 纖繊 聰聡 聲声 肅粛 膽胆 臺台 舍舎 莊荘 萬万 薰薫
        藝芸 藥薬 虛虚 蟲虫 蠶蚕 螢蛍 裝装 覺覚 覽覧 觀観 讀読 變変 讓譲 豫予 貳弐 賴頼 轉転 辨弁 遙遥 遞逓 郞郎 鄕郷
        釋釈 鎭鎮 鐵鉄 鑛鉱 閒間 陷陥 險険 雙双 雜雑 靈霊 靑青 顏顔 顯顕 飜翻 驛駅 驗験 髮髪 鷄鶏 鷗鴎 麥麦 黃黄 點点
        黨党 齒歯 齡齢 龜亀 龝秋 敎教 曾曽 曻昇 埜野 峯峰 嶽岳 淵渕 渊渕 彥彦 愼慎 搖揺 桺柳 栁柳 杦杉 枩松 皐皋 亞亜
        乘乗 亙亘 仭仞 凜凛 卷巻 峽峡 冨富 萠萌 穰穣 體体 與与 衞衛 爲為 證証 號号 圖図 發発 對対 繩縄 壤壌 孃嬢 狹狭
        徵徴 懷懐 拂払 擧挙 據拠 擔担 收収 效効 殘残 沒没 渴渇 溪渓 燈灯 狀状 獵猟 璢瑠 瓣弁 瘦痩 祕秘 稱称 稅税 絲糸
        續続 缺欠 脫脱 腦脳 艷艶 蘆芦 處処 蠟蝋 襃褒 觸触 譽誉 賣売 贊賛 踐践 輕軽 辭辞 醫医 釀醸 錢銭 鍊錬 隱隠 隨随
        雞鶏 餘余 餠餅 驅駆 鹽塩 ヶケ ヵカ 夛多 舘館 穎頴 尙尚 悅悦
        """.split()
    }
)
# Variation selectors say which drawing of a kanji is meant; the rest are invisible in any font.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff\ud800-\udfff\x00-\x08\x0e-\x1f\x7f-\x9f]"
)
_DASHES = str.maketrans(
    dict.fromkeys("‐‑‒–—―−－﹣﹘⁃─━", "-") | dict.fromkeys("’‘`´ʼʹ′＇", "'") | {"〜": "~", "･": "・"}
)

_PLACEHOLDERS = frozenset(
    """
    n/a n.a. n.a na/na none null nil nan undefined unknown unkown test tests testing testuser dummy sample tbd tba
    todo anonymous anon noname nobody empty asdf asdfasdf qwerty hoge fuga notprovided
    notavailable notapplicable noemail nophone nocompany noname firstname lastname fullname givenname familyname なし
    無し 無 ナシ 不明 ふめい 未記入 未入力 未登録 未設定 未定 未回答 該当なし 特になし 空欄 名無し ななし 名前なし
    匿名 テスト てすと テスト太郎 ダミー サンプル 記入なし 入力なし 会社名なし 無記名 名前 氏名 姓 名 お名前 会社名
    同上 非公開
    """.split()
)


@lru_cache(maxsize=1 << 15)
def plain(text: str) -> str:
    """Full-width Latin and half-width kana in the usual width, spaces single, nothing invisible; "" for placeholders.

    Case and forms of kanji stay: `new_forms` folds the latter.
    """
    if text.isascii() and text.isprintable():
        text = " ".join(text.split())
    else:
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text.translate(_DASHES)))
        text = " ".join(_INVISIBLE.sub("", text).translate(_DASHES).split())
    return "" if is_placeholder(text) else text


_SIGNS = re.compile(r"[\W_]+")
_LONGEST_PLACEHOLDER = 20


def is_placeholder(text: str) -> bool:
    """Whether a text says only that nothing is known: -, N/A, なし, 不明, test, xxx."""
    if len(text) > _LONGEST_PLACEHOLDER:
        return not any(map(str.isalnum, text))
    lower = text.lower()
    if lower in _PLACEHOLDERS:
        return True
    bare = lower if lower.isalnum() else _SIGNS.sub("", lower)
    return not bare or bare in _PLACEHOLDERS or (bare[0] == "x" and len(bare) < 6 and not bare.strip("x"))


def new_forms(text: str) -> str:
    """Old and variant forms of kanji as the form most people write; NFKC does not know them (髙 -> 高, 邉 -> 辺)."""
    return text if text.isascii() else text.translate(_NEW_FORMS)


_ACCENTLESS = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)


def unaccented(text: str) -> str:
    """Lower-case text with é as e, ß as ss, ø as o, ō as o."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_ACCENTLESS))
    # Only the marks of Latin letters: kana carry theirs as a difference of sound (が, ぱ).
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed))


_MARKS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_KANJI = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〆\U00020000-\U0003ffff]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30faー・\\s゛゜ヽヾゝゞ]+")
_KATAKANA = re.compile("[\u30a1-\u30faー・\\s]+")
_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}


def has_kanji(text: str) -> bool:
    return not text.isascii() and _KANJI.search(text) is not None


def is_kana(text: str) -> bool:
    """Hiragana and katakana only, spaces and ・ allowed."""
    return not text.isascii() and _KANA.fullmatch(text) is not None


def is_katakana(text: str) -> bool:
    return not text.isascii() and _KATAKANA.fullmatch(text) is not None


def katakana(text: str) -> str:
    """Hiragana as katakana; everything else as it is."""
    return text.translate(_TO_KATAKANA)
