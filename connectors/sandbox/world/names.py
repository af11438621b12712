"""Names of people as CRMs hold them: kanji, kana and Latin letters, and the ways they get written."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A family or given name. English names have `kanji == latin`, and in `other` their short form."""

    kanji: str
    kana: str  # katakana; "" for English names
    latin: str
    other: str = ""  # another form in use: old-form kanji, or the nickname


def _japanese(table: str) -> tuple[Name, ...]:
    return tuple(Name(*entry.split("/")) for entry in table.split())


def _english(table: str) -> tuple[Name, ...]:
    names = (entry.partition("/") for entry in table.split())
    return tuple(Name(name, "", name, nick) for name, _, nick in names)


FAMILY_JA = _japanese(
    """佐藤/サトウ/Sato 鈴木/スズキ/Suzuki 高橋/タカハシ/Takahashi/髙橋 田中/タナカ/Tanaka 伊藤/イトウ/Ito
    渡辺/ワタナベ/Watanabe/渡邊 山本/ヤマモト/Yamamoto 中村/ナカムラ/Nakamura 小林/コバヤシ/Kobayashi 加藤/カトウ/Kato
    吉田/ヨシダ/Yoshida/𠮷田 山田/ヤマダ/Yamada 佐々木/ササキ/Sasaki 山口/ヤマグチ/Yamaguchi 松本/マツモト/Matsumoto
    井上/イノウエ/Inoue 木村/キムラ/Kimura 林/ハヤシ/Hayashi 斎藤/サイトウ/Saito/齋藤 清水/シミズ/Shimizu
    山崎/ヤマザキ/Yamazaki/山﨑 森/モリ/Mori 池田/イケダ/Ikeda 橋本/ハシモト/Hashimoto 阿部/アベ/Abe
    石川/イシカワ/Ishikawa 山下/ヤマシタ/Yamashita 中島/ナカジマ/Nakajima/中嶋 石井/イシイ/Ishii 小川/オガワ/Ogawa
    前田/マエダ/Maeda 岡田/オカダ/Okada 長谷川/ハセガワ/Hasegawa 藤田/フジタ/Fujita 後藤/ゴトウ/Goto 近藤/コンドウ/Kondo
    村上/ムラカミ/Murakami 遠藤/エンドウ/Endo 青木/アオキ/Aoki 坂本/サカモト/Sakamoto 福田/フクダ/Fukuda
    太田/オオタ/Ota 西村/ニシムラ/Nishimura 藤井/フジイ/Fujii 金子/カネコ/Kaneko 岡本/オカモト/Okamoto
    藤原/フジワラ/Fujiwara 三浦/ミウラ/Miura 中野/ナカノ/Nakano 原田/ハラダ/Harada 松田/マツダ/Matsuda
    竹内/タケウチ/Takeuchi 上田/ウエダ/Ueda 中山/ナカヤマ/Nakayama 小野/オノ/Ono 田村/タムラ/Tamura
    浜田/ハマダ/Hamada/濱田 河野/コウノ/Kono 和田/ワダ/Wada 石田/イシダ/Ishida 森田/モリタ/Morita 柴田/シバタ/Shibata
    酒井/サカイ/Sakai 工藤/クドウ/Kudo 横山/ヨコヤマ/Yokoyama 宮崎/ミヤザキ/Miyazaki/宮﨑 内田/ウチダ/Uchida
    大野/オオノ/Ono 谷口/タニグチ/Taniguchi 丸山/マルヤマ/Maruyama 今井/イマイ/Imai 武田/タケダ/Takeda
    新井/アライ/Arai 渋谷/シブヤ/Shibuya 榎本/エノモト/Enomoto 辻/ツジ/Tsuji 関/セキ/Seki"""
)
GIVEN_JA = _japanese(
    """太郎/タロウ/Taro 健太/ケンタ/Kenta 大輔/ダイスケ/Daisuke 翔太/ショウタ/Shota 直樹/ナオキ/Naoki 拓也/タクヤ/Takuya
    健一/ケンイチ/Kenichi 誠/マコト/Makoto 浩二/コウジ/Koji 隆/タカシ/Takashi 裕介/ユウスケ/Yusuke 達也/タツヤ/Tatsuya
    和也/カズヤ/Kazuya 亮/リョウ/Ryo 学/マナブ/Manabu 修/オサム/Osamu 洋平/ヨウヘイ/Yohei 康弘/ヤスヒロ/Yasuhiro
    雅人/マサト/Masato 信也/シンヤ/Shinya 祐樹/ユウキ/Yuki 翼/ツバサ/Tsubasa 智也/トモヤ/Tomoya 英樹/ヒデキ/Hideki
    正樹/マサキ/Masaki 聡/サトシ/Satoshi 剛/ツヨシ/Tsuyoshi 進/ススム/Susumu 悠斗/ユウト/Yuto 蓮/レン/Ren
    隼人/ハヤト/Hayato 圭吾/ケイゴ/Keigo 俊介/シュンスケ/Shunsuke 敏行/トシユキ/Toshiyuki 義明/ヨシアキ/Yoshiaki
    花子/ハナコ/Hanako 美咲/ミサキ/Misaki 陽子/ヨウコ/Yoko 恵/メグミ/Megumi 由美子/ユミコ/Yumiko 久美子/クミコ/Kumiko
    真由美/マユミ/Mayumi 智子/トモコ/Tomoko 愛/アイ/Ai 彩/アヤ/Aya 麻衣/マイ/Mai 優子/ユウコ/Yuko 裕子/ヒロコ/Hiroko
    直美/ナオミ/Naomi 明美/アケミ/Akemi 千尋/チヒロ/Chihiro 香織/カオリ/Kaori 舞/マイ/Mai 葵/アオイ/Aoi 結衣/ユイ/Yui
    さくら/サクラ/Sakura 美穂/ミホ/Miho 理恵/リエ/Rie 沙織/サオリ/Saori 典子/ノリコ/Noriko 幸子/サチコ/Sachiko
    綾香/アヤカ/Ayaka 奈々/ナナ/Nana 瞳/ヒトミ/Hitomi 京子/キョウコ/Kyoko"""
)
FAMILY_EN = _english(
    """Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee
    Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker
    Campbell Mitchell Carter Roberts Turner Phillips Evans Collins Stewart Morris Murphy Cook Rogers Morgan Cooper
    Peterson Reed Bailey O'Brien MacDonald Nguyen Patel Garcia Kowalski Schneider Larsen Dubois Rossi"""
)
GIVEN_EN = _english(
    """James/Jim Robert/Bob Michael/Mike William/Bill David/Dave Richard/Rick Joseph/Joe Thomas/Tom Charles/Charlie
    Christopher/Chris Daniel/Dan Matthew/Matt Anthony/Tony Mark Steven/Steve Andrew/Andy Kenneth/Ken Joshua/Josh
    Kevin Brian Edward/Ed Ronald/Ron Timothy/Tim Jason Jeffrey/Jeff Gregory/Greg Samuel/Sam Benjamin/Ben
    Alexander/Alex Patrick/Pat Mary Patricia/Pat Jennifer/Jen Linda Elizabeth/Liz Barbara/Barb Susan/Sue
    Jessica/Jess Sarah Karen Nancy Lisa Margaret/Maggie Sandra Ashley Kimberly/Kim Emily Donna Michelle Carol
    Amanda/Mandy Deborah/Deb Stephanie/Steph Rebecca/Becky Laura Katherine/Kate Rachel Samantha/Sam Priya Mei"""
)


def local_part(family: Name, given: Name, rng: random.Random) -> str:
    """The part before the @ as companies build it."""
    last, first = _ascii(family.latin), _ascii(given.latin)
    return rng.choice(
        (f"{first}.{last}", f"{first}.{last}", f"{first[0]}.{last}", last, f"{last}.{first}", f"{last}-{first[0]}")
    )


def written(family: Name, given: Name, tidy: bool, rng: random.Random) -> tuple[str, str]:
    """(last name, first name) as some form or salesperson wrote them; `tidy` is how the person writes herself."""
    if tidy or rng.random() < 0.55:
        return family.kanji, given.kanji
    return _japanese_variant(family, given, rng) if family.kana else _english_variant(family, given, rng)


def _japanese_variant(family: Name, given: Name, rng: random.Random) -> tuple[str, str]:
    pick = rng.random()
    if pick < 0.34:
        return family.latin, given.latin
    if pick < 0.50:
        return family.kana, given.kana
    if pick < 0.56:
        return half_width(family.kana), half_width(given.kana)
    if pick < 0.62:
        return hiragana(family.kana), hiragana(given.kana)
    if pick < 0.72:
        return given.kanji, family.kanji
    if pick < 0.84:
        return family.kanji + given.kanji, ""
    if pick < 0.90:
        return family.kanji, given.kanji + " 様"
    return family.other or family.latin.upper(), given.kanji if family.other else given.latin


def _english_variant(family: Name, given: Name, rng: random.Random) -> tuple[str, str]:
    pick = rng.random()
    if pick < 0.40 and given.other:
        return family.latin, given.other
    if pick < 0.55:
        return family.latin, given.latin[0] + "."
    if pick < 0.68:
        return given.latin, family.latin
    if pick < 0.80:
        return family.latin.upper(), given.latin.upper()
    return typo(family.latin, rng), given.latin


def typo(word: str, rng: random.Random) -> str:
    """The word with two neighbouring letters swapped, or one doubled when it is short."""
    if len(word) < 4:
        return word + word[-1]
    place = rng.randrange(1, len(word) - 2)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def hiragana(kana: str) -> str:
    return "".join(chr(ord(letter) - 0x60) if "ァ" <= letter <= "ヶ" else letter for letter in kana)


def half_width(kana: str) -> str:
    return "".join(_HALF_WIDTH.get(letter, letter) for letter in kana)


def _ascii(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())


def _half_width_table() -> dict[str, str]:
    """Inverse of Unicode's compatibility folding, with the voiced marks that are letters of their own there."""
    halves = [chr(code) for code in range(0xFF66, 0xFF9E)]
    forms = [half + mark for half in halves for mark in ("", "\uff9e", "\uff9f")]
    folded = ((unicodedata.normalize("NFKC", form), form) for form in forms)
    return {full: form for full, form in folded if len(full) == 1}


_HALF_WIDTH = _half_width_table()
