"""Japanese names of the generated lists: about 2,000 surnames by population, given names, readings and old forms.

Surnames and the rarer given names come from the package `japanese-personal-name-dataset` (MIT); the common given
names, the second readings and the old forms are our own tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from japanese_personal_name_dataset import load_dataset

from connectors.sandbox.world.contacts.romaji import Romaji, romaji
from connectors.sandbox.world.contacts.wheel import Wheel, zipf
from connectors.sandbox.world.names import half_width, hiragana


@dataclass(frozen=True, slots=True)
class Part:
    """A family or given name in every spelling that is in use."""

    written: str  # as its bearer writes it
    kana: str  # katakana, "" when unknown
    hiragana: str
    half: str  # half-width katakana
    latin: tuple[str, ...]  # as in `Romaji`; one spelling for names that are at home in Latin letters
    mailbox: tuple[str, ...]  # the same in small ASCII letters
    old: str = ""  # with old-form or rarer characters
    mistaken: tuple[str, ...] = ()  # other characters of the same reading
    short: tuple[str, ...] = ()  # nicknames


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a list draws names from."""

    families: Wheel[Part]
    men: Wheel[Part]
    women: Wheel[Part]
    rare_families: tuple[Part, ...]
    rare_men: tuple[Part, ...]
    rare_women: tuple[Part, ...]


@cache
def japanese_names(surnames: int, given: int) -> Lexicon:
    """`surnames`: how many of the most common surnames to use (2,000 are known); `given`: likewise for the given
    names of men and of women."""
    men, women, families = load_dataset("opti", include_last_names=True)
    known = [(kanji, _katakana(entry["reading"]), entry["count"]) for kanji, entry in families.items()]
    chosen = [(kanji, _READINGS.get(kanji, kana), count) for kanji, kana, count in known[:surnames]]
    readings = _second_readings(chosen)
    rare = _coined({kanji for kanji, _, _ in known})
    by_kana = _same_reading([(kanji, kana) for kanji, kana, _ in chosen])
    common_men, common_women = _pairs(_MEN)[:given], _pairs(_WOMEN)[:given]
    men_by_kana, women_by_kana = _same_reading(common_men), _same_reading(common_women)
    return Lexicon(
        families=Wheel((_part(kanji, kana, by_kana), share) for kanji, kana, share in readings),
        men=zipf([_part(kanji, kana, men_by_kana) for kanji, kana in common_men]),
        women=zipf([_part(kanji, kana, women_by_kana) for kanji, kana in common_women]),
        rare_families=tuple(_part(kanji, kana, {}) for kanji, kana in rare),
        rare_men=_rare({kana: entry["kanji"] for kana, entry in men.items()}),
        rare_women=_rare({kana: entry["kanji"] for kana, entry in women.items()}),
    )


def _part(kanji: str, kana: str, by_kana: dict[str, list[str]]) -> Part:
    spellings = romaji(kana, word_boundary(kanji, kana))
    return Part(
        written=kanji,
        kana=kana,
        hiragana=hiragana(kana),
        half=half_width(kana),
        latin=tuple(spellings),
        mailbox=_mailbox(spellings),
        old=old_form(kanji),
        mistaken=tuple(other for other in by_kana.get(kana, ())[:5] if other != kanji),
    )


def _mailbox(spellings: Romaji) -> tuple[str, ...]:
    """The spellings as mail addresses hold them, which know no macron."""
    return tuple(text.lower() for text in (*spellings[:-1], spellings.plain))


def old_form(kanji: str) -> str:
    """The name with the old form of its first character that has one, else ""."""
    for place, character in enumerate(kanji):
        if character in _OLD_FORMS:
            return kanji[:place] + _OLD_FORMS[character] + kanji[place + 1 :]
    return ""


def word_boundary(kanji: str, kana: str) -> int:
    """Where 内, 上 or 浦 begins in 竹之内, 井上, 松浦: its ウ belongs to no long vowel."""
    ends = {"内": "ウチ", "上": "ウエ", "浦": "ウラ"}.get(kanji[-1:], "")
    return len(kana) - 2 if ends and kana.endswith(ends) and not kanji.endswith("河内") else -1


def _katakana(reading: str) -> str:
    return "".join(chr(ord(letter) + 0x60) if "ぁ" <= letter <= "ゖ" else letter for letter in reading)


def _pairs(table: str) -> list[tuple[str, str]]:
    return [(kanji, kana) for kanji, kana in (entry.split("/") for entry in table.split())]


def _same_reading(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kanji, kana in pairs:
        found.setdefault(kana, []).append(kanji)
    return found


def _second_readings(chosen: list[tuple[str, str, int]]) -> list[tuple[str, str, float]]:
    """Splits the bearers of a surname among its readings: every human has one."""
    result: list[tuple[str, str, float]] = []
    for kanji, kana, count in chosen:
        second, share = _SECOND.get(kanji, ("", 0.0))
        result.append((kanji, kana, count * (1 - share)))
        if second:
            result.append((kanji, second, count * share))
    return result


def _coined(known: set[str]) -> list[tuple[str, str]]:
    """Surnames that no table holds, put together the way surnames are."""
    return [
        (first + last, kana + tail)
        for first, kana in _pairs(_HEADS)
        for last, tail in _pairs(_TAILS)
        if first != last and first + last not in known
    ]


def _rare(names: dict[str, list[str]]) -> tuple[Part, ...]:
    """A few spellings of each reading; spellings of one reading are each other's usual mistakes."""
    parts: list[Part] = []
    for reading, kanji in names.items():
        kana = _katakana(reading)
        if any(part not in _READABLE for part in kana):
            continue
        some = [text for text in kanji if 1 <= len(text) <= 3][:: max(1, len(kanji) // 4)][:4]
        parts.extend(_part(text, kana, {kana: some}) for text in some)
    return tuple(parts)


_READABLE = frozenset(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンッャュョガギグゲゴザジズゼゾダデドバビブベボパピプペポ"
)
_OLD_FORMS = {
    **{"高": "髙", "崎": "﨑", "辺": "邊", "斎": "齋", "斉": "齊", "浜": "濱", "沢": "澤", "広": "廣", "桜": "櫻"},
    **{"滝": "瀧", "国": "國", "吉": "𠮷", "富": "冨", "関": "關", "恵": "惠", "真": "眞", "条": "條", "館": "舘"},
    **{"竜": "龍", "寿": "壽", "礼": "禮", "実": "實", "弥": "彌", "栄": "榮", "徳": "德", "島": "嶋", "桧": "檜"},
}
_READINGS = {
    "秦": "ハタ",
    "東": "ヒガシ",
    "今": "コン",
    "高": "タカ",
    "新": "アタラシ",
    "浜崎": "ハマサキ",
    "伴": "バン",
    "新田": "ニッタ",
}
_SECOND = {  # surname: another reading and the share of its bearers
    "山崎": ("ヤマサキ", 0.3),
    "中島": ("ナカシマ", 0.25),
    "中嶋": ("ナカシマ", 0.25),
    "河野": ("カワノ", 0.45),
    "東": ("アズマ", 0.45),
    "菅野": ("スガノ", 0.45),
    "高田": ("タカタ", 0.15),
    "小山": ("オヤマ", 0.15),
    "神谷": ("カミタニ", 0.1),
    "上村": ("カミムラ", 0.25),
    "上田": ("カミダ", 0.03),
    "上原": ("カミハラ", 0.08),
    "柳": ("ヤナギ", 0.1),
    "小野": ("コノ", 0.02),
    "古川": ("コガワ", 0.02),
    "新井": ("ニイ", 0.03),
    "渡部": ("ワタベ", 0.4),
    "熊谷": ("クマガイ", 0.5),
    "菅": ("カン", 0.4),
    "角田": ("カクタ", 0.3),
    "長田": ("オサダ", 0.5),
    "羽生": ("ハブ", 0.4),
    "塚田": ("ツカタ", 0.05),
    "服部": ("ハトリ", 0.02),
    "米田": ("マイタ", 0.05),
    "谷": ("ヤ", 0.02),
    "平田": ("ヒラダ", 0.03),
    "安部": ("アンベ", 0.03),
    "金城": ("カナシロ", 0.1),
    "大谷": ("オオヤ", 0.1),
    "小谷": ("コタニ", 0.45),
    "生田": ("オイタ", 0.1),
    "福原": ("フクバラ", 0.03),
}
_HEADS = """石/イシ 大/オオ 小/コ 竹/タケ 松/マツ 杉/スギ 梅/ウメ 桜/サクラ 鶴/ツル 亀/カメ 西/ニシ 北/キタ 南/ミナミ
    下/シモ 中/ナカ 白/シロ 黒/クロ 青/アオ 赤/アカ 金/カネ 岩/イワ 砂/スナ 水/ミズ 星/ホシ 月/ツキ 雪/ユキ 風/カゼ
    霧/キリ 早/ハヤ 若/ワカ 古/フル 新/ニイ 深/フカ 浅/アサ 荒/アラ 広/ヒロ 長/ナガ 丸/マル 笹/ササ 菊/キク 萩/ハギ
    柿/カキ 栗/クリ 桑/クワ 稲/イネ 麦/ムギ 鳥/トリ"""
_TAILS = """田/タ 川/カワ 山/ヤマ 原/ハラ 村/ムラ 沢/サワ 野/ノ 本/モト 井/イ 島/シマ 口/グチ 谷/タニ 崎/サキ 尾/オ
    瀬/セ 塚/ヅカ 岡/オカ 橋/ハシ 戸/ド 倉/クラ 森/モリ 林/バヤシ 池/イケ 坂/サカ 宮/ミヤ 浦/ウラ 木/キ 津/ツ 江/エ
    場/バ"""
_MEN = """誠/マコト 浩/ヒロシ 健一/ケンイチ 大輔/ダイスケ 隆/タカシ 修/オサム 直樹/ナオキ 健太/ケンタ 和也/カズヤ
    達也/タツヤ 哲也/テツヤ 拓也/タクヤ 剛/ツヨシ 聡/サトシ 学/マナブ 亮/リョウ 翔太/ショウタ 浩二/コウジ 健/ケン
    健/タケシ 博/ヒロシ 茂/シゲル 明/アキラ 豊/ユタカ 進/ススム 稔/ミノル 弘/ヒロシ 正/タダシ 勇/イサム 勝/マサル
    実/ミノル 清/キヨシ 太郎/タロウ 一郎/イチロウ 健二/ケンジ 浩一/コウイチ 洋/ヒロシ 洋平/ヨウヘイ 洋介/ヨウスケ
    雄太/ユウタ 雄大/ユウダイ 雄一/ユウイチ 祐介/ユウスケ 裕介/ユウスケ 裕也/ユウヤ 祐樹/ユウキ 裕樹/ユウキ
    裕樹/ヒロキ 大介/ダイスケ 大地/ダイチ 大輝/ダイキ 大樹/ダイキ 大樹/ヒロキ 康平/コウヘイ 康介/コウスケ
    耕平/コウヘイ 航/ワタル 航平/コウヘイ 駿/シュン 俊介/シュンスケ 俊輔/シュンスケ 慎一/シンイチ 慎也/シンヤ
    真一/シンイチ 信一/シンイチ 伸一/シンイチ 真也/シンヤ 潤/ジュン 淳/ジュン 淳/アツシ 純/ジュン 純一/ジュンイチ
    潤一/ジュンイチ 賢一/ケンイチ 健司/ケンジ 健治/ケンジ 賢治/ケンジ 賢司/ケンジ 貴之/タカユキ 隆之/タカユキ
    孝之/タカユキ 崇/タカシ 隆史/タカシ 貴史/タカシ 孝/タカシ 敬/タカシ 雅之/マサユキ 正之/マサユキ 雅史/マサシ
    正樹/マサキ 政志/マサシ 聡史/サトシ 智/サトシ 智/トモ 智之/トモユキ 智也/トモヤ 友也/トモヤ 知也/トモヤ
    英明/ヒデアキ 秀明/ヒデアキ 秀樹/ヒデキ 英樹/ヒデキ 弘樹/ヒロキ 広樹/ヒロキ 宏樹/ヒロキ 康弘/ヤスヒロ
    泰弘/ヤスヒロ 靖/ヤスシ 康/ヤスシ 康/コウ 幸一/コウイチ 浩司/コウジ 幸司/コウジ 宏/ヒロシ 寛/ヒロシ 寛/カン
    裕之/ヒロユキ 弘之/ヒロユキ 博之/ヒロユキ 浩之/ヒロユキ 克也/カツヤ 勝也/カツヤ 竜也/タツヤ 龍一/リュウイチ
    隆一/リュウイチ 良太/リョウタ 亮太/リョウタ 涼太/リョウタ 遼/リョウ 涼/リョウ 諒/リョウ 蓮/レン 悠斗/ユウト
    優斗/ユウト 翼/ツバサ 陸/リク 海斗/カイト 颯太/ソウタ 翔/ショウ 翔/カケル 義明/ヨシアキ 敏行/トシユキ
    俊之/トシユキ 和彦/カズヒコ 一彦/カズヒコ 和弘/カズヒロ 和広/カズヒロ 一成/カズナリ 和幸/カズユキ 和之/カズユキ
    昭彦/アキヒコ 明彦/アキヒコ 正彦/マサヒコ 雅彦/マサヒコ 邦彦/クニヒコ 克彦/カツヒコ 義雄/ヨシオ 正雄/マサオ
    幸雄/ユキオ 英雄/ヒデオ 雅人/マサト 正人/マサト 真人/マサト 誠人/マサト 直人/ナオト 尚人/ナオト 隼人/ハヤト
    勇人/ハヤト 勇人/ユウト 圭介/ケイスケ 啓介/ケイスケ 恵介/ケイスケ 圭吾/ケイゴ 慶太/ケイタ 啓太/ケイタ 晃/アキラ
    彰/アキラ 章/アキラ 昭/アキラ 徹/トオル 透/トオル 亨/トオル 司/ツカサ 満/ミツル 充/ミツル 渉/ワタル 昇/ノボル
    登/ノボル 薫/カオル 光/ヒカル 光/ヒカリ 晋/ススム 研二/ケンジ 元/ハジメ 肇/ハジメ 一/ハジメ 仁/ヒトシ 仁/ジン
    均/ヒトシ 毅/ツヨシ 毅/タケシ 武/タケシ 猛/タケシ 岳/タケシ 岳/ガク 努/ツトム 勉/ツトム 務/ツトム 信也/シンヤ
    信吾/シンゴ 慎吾/シンゴ 真吾/シンゴ 新吾/シンゴ 祥平/ショウヘイ 翔平/ショウヘイ 将太/ショウタ 匠/タクミ
    巧/タクミ 拓海/タクミ 拓真/タクマ 琢磨/タクマ 俊/シュン 隼/ハヤト 隼/シュン 樹/イツキ 樹/タツキ 湊/ミナト
    悠真/ユウマ 康太/コウタ 光太郎/コウタロウ 浩太郎/コウタロウ 健太郎/ケンタロウ 慎太郎/シンタロウ
    雄太郎/ユウタロウ 純平/ジュンペイ 淳平/ジュンペイ 恭平/キョウヘイ 恭介/キョウスケ 京介/キョウスケ
    良平/リョウヘイ 亮平/リョウヘイ 亮介/リョウスケ 涼介/リョウスケ 友和/トモカズ 智和/トモカズ 知宏/トモヒロ
    智弘/トモヒロ 朋宏/トモヒロ 秀和/ヒデカズ 英和/ヒデカズ 義和/ヨシカズ 芳和/ヨシカズ 治/オサム たかし/タカシ
    ひろし/ヒロシ 省吾/ショウゴ 章吾/ショウゴ 圭/ケイ 慧/ケイ 慧/サトシ 侑/ユウ 優/ユウ 優/マサル"""
_WOMEN = """由美子/ユミコ 由美/ユミ 真由美/マユミ 直美/ナオミ 明美/アケミ 恵美/エミ 恵美/メグミ 裕美/ヒロミ 裕美/ユミ
    陽子/ヨウコ 洋子/ヨウコ 裕子/ユウコ 裕子/ヒロコ 優子/ユウコ 祐子/ユウコ 恵子/ケイコ 智子/トモコ 朋子/トモコ
    友子/トモコ 知子/トモコ 久美子/クミコ 久美/クミ 美香/ミカ 美佳/ミカ 美穂/ミホ 美紀/ミキ 美樹/ミキ 幸子/サチコ
    幸子/ユキコ 和子/カズコ 節子/セツコ 京子/キョウコ 恭子/キョウコ 今日子/キョウコ 順子/ジュンコ 純子/ジュンコ
    淳子/ジュンコ 淳子/アツコ 敦子/アツコ 典子/ノリコ 紀子/ノリコ 法子/ノリコ 香織/カオリ 佳織/カオリ 沙織/サオリ
    詩織/シオリ 麻衣/マイ 舞/マイ 真衣/マイ 愛/アイ 藍/アイ 彩/アヤ 綾/アヤ 亜矢/アヤ 彩香/アヤカ 綾香/アヤカ
    彩乃/アヤノ 綾乃/アヤノ 美咲/ミサキ 美里/ミサト 千尋/チヒロ 千春/チハル 千恵/チエ 千恵子/チエコ 理恵/リエ
    理沙/リサ 里沙/リサ 里美/サトミ 聡美/サトミ 智美/トモミ 智美/サトミ 友美/トモミ 朋美/トモミ 知美/トモミ
    奈々/ナナ 奈美/ナミ 奈緒/ナオ 奈緒子/ナオコ 直子/ナオコ 尚子/ナオコ 尚子/ショウコ 夏美/ナツミ 菜摘/ナツミ
    葵/アオイ 結衣/ユイ 唯/ユイ 陽菜/ヒナ 陽菜/ハルナ さくら/サクラ 桜/サクラ 萌/モエ 七海/ナナミ 愛美/マナミ
    愛美/アイミ 真美/マミ 麻美/アサミ 麻美/マミ 亜美/アミ 瞳/ヒトミ 恵/メグミ 恵/ケイ 望/ノゾミ 希/ノゾミ 遥/ハルカ
    春香/ハルカ 遥香/ハルカ 晴香/ハルカ 沙也加/サヤカ 早紀/サキ 咲/サキ 紗希/サキ 由佳/ユカ 由香/ユカ 友香/ユカ
    ゆかり/ユカリ みゆき/ミユキ 美幸/ミユキ 美雪/ミユキ 絵美/エミ 絵里/エリ 恵理/エリ 真理/マリ 真理子/マリコ
    麻里/マリ 麻里子/マリコ まり/マリ 史子/フミコ 文子/フミコ 文子/アヤコ 綾子/アヤコ 彩子/アヤコ 美智子/ミチコ
    道子/ミチコ 弘子/ヒロコ 博子/ヒロコ 浩子/ヒロコ 寛子/ヒロコ 雅子/マサコ 昌子/マサコ 正子/マサコ 容子/ヨウコ
    葉子/ヨウコ 晶子/アキコ 晶子/ショウコ 明子/アキコ 亜希子/アキコ 章子/アキコ 祥子/ショウコ 祥子/サチコ
    礼子/レイコ 玲子/レイコ 麗子/レイコ 泰子/ヤスコ 康子/ヤスコ 靖子/ヤスコ 千佳/チカ 千夏/チナツ 茜/アカネ
    楓/カエデ 凛/リン 美月/ミヅキ 琴音/コトネ 真央/マオ 莉子/リコ 優花/ユウカ 優香/ユウカ 優香/ユカ 花子/ハナコ
    加奈子/カナコ 佳奈子/カナコ 可奈子/カナコ 佳奈/カナ 香奈/カナ 加奈/カナ 明日香/アスカ 飛鳥/アスカ 梨沙/リサ
    梨花/リカ 理香/リカ 里香/リカ 利香/リカ 真紀/マキ 真希/マキ 麻紀/マキ 真紀子/マキコ 由紀/ユキ 由貴/ユキ
    有紀/ユキ 有希/ユキ 由紀子/ユキコ 有希子/ユキコ 美奈/ミナ 美奈子/ミナコ 美和/ミワ 美和子/ミワコ 亜由美/アユミ
    歩/アユミ 歩美/アユミ 早苗/サナエ 弥生/ヤヨイ 光代/ミツヨ 和美/カズミ 一美/カズミ 克美/カツミ 勝美/カツミ
    芳子/ヨシコ 良子/リョウコ 良子/ヨシコ 涼子/リョウコ 亮子/リョウコ 律子/リツコ 孝子/タカコ 貴子/タカコ
    隆子/タカコ 桃子/モモコ 桃香/モモカ 瑞穂/ミズホ 瑞希/ミズキ 瑠美/ルミ 留美/ルミ 留美子/ルミコ 登美子/トミコ
    富子/トミコ 栄子/エイコ 英子/エイコ 英子/ヒデコ 郁子/イクコ 育子/イクコ 珠美/タマミ 環/タマキ 薫/カオル
    忍/シノブ 操/ミサオ 緑/ミドリ みどり/ミドリ あゆみ/アユミ めぐみ/メグミ かおり/カオリ あかね/アカネ
    菜々子/ナナコ 奈津子/ナツコ 夏子/ナツコ 彩花/アヤカ 彩花/サイカ 芽衣/メイ"""
