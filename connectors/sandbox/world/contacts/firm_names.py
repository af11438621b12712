"""What the companies of generated lists are called: put together from parts, never twice the same by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from connectors.sandbox.world.contacts.names_ja import Part


class FirmName(NamedTuple):
    core: str  # without the legal form, as in the register
    latin: str  # the same read aloud
    english: str  # as the company translates it
    slug: str  # for domains


def japanese_firm(number: int, families: Sequence[Part], offset: int) -> FirmName:
    """The company of that number: no two numbers share a name or a slug. Small numbers get the shorter names.

    `families` are surnames that no two sound alike; `offset` shifts the whole series.
    """
    turn, kind = divmod(number, 6)
    if kind == 0:
        return _brand(turn, offset)
    if kind < 3:
        return _named_after(turn * 2 + kind - 1, families, offset)
    return _stem_and_ending(turn * 3 + kind - 3, offset)


def family_firm(family: Part, number: int) -> FirmName:
    """A company that bears its owners' name."""
    if not family.kana:
        core = f"{family.written} {_SONS[number % len(_SONS)]} {_LAST[number % len(_LAST)]}"
        return FirmName(core, core, core, f"{family.mailbox[0]}-{_LAST[number % len(_LAST)].lower()}{number}")
    ending = _ENDINGS[number % len(_ENDINGS)]
    slug = f"{family.mailbox[3]}-{ending[3]}{number}"
    return FirmName(family.written + ending[0], *_read(family.latin[3], ending), slug)


def english_firm(number: int, offset: int) -> FirmName:
    """The American company of that number."""
    turn, place = divmod(number, len(_FIRST) * len(_LAST))
    place = (place * _STEP + offset) % (len(_FIRST) * len(_LAST))
    first, last = _FIRST[place // len(_LAST)], _LAST[place % len(_LAST)]
    if turn:
        front = _FIRST[(turn + place) % len(_FIRST)]
        core = f"{front}{(' & ', ' ')[turn // len(_FIRST) % 2]}{first} {last}"
    else:
        core = f"{first} {last}"
    return FirmName(core, core, core, core.lower().replace(" & ", "-and-").replace(" ", ""))


def _stem_and_ending(number: int, offset: int) -> FirmName:
    turn, place = divmod(number, len(_STEMS) * len(_ENDINGS))
    place = (place * _STEP + offset) % (len(_STEMS) * len(_ENDINGS))
    stem, ending = _STEMS[place // len(_ENDINGS)], _ENDINGS[place % len(_ENDINGS)]
    front = _PLACES[(turn + place) % len(_PLACES)] if turn else ("", "", "")
    latin, english = _read(f"{front[1]} {stem[1]}".strip(), ending)
    slug = "-".join(part for part in (front[2], stem[2], ending[3]) if part)
    return FirmName(front[0] + stem[0] + ending[0], latin, english, _again(slug, turn, len(_PLACES)))


def _named_after(number: int, families: Sequence[Part], offset: int) -> FirmName:
    turn, place = divmod(number, len(families) * len(_ENDINGS))
    place = (place * _STEP + offset) % (len(families) * len(_ENDINGS))
    family, ending = families[place // len(_ENDINGS)], _ENDINGS[place % len(_ENDINGS)]
    latin, english = _read(family.latin[3], ending)
    return FirmName(family.written + ending[0], latin, english, _again(f"{family.mailbox[3]}{ending[3]}", turn, 0))


def _brand(number: int, offset: int) -> FirmName:
    """A name in katakana that was English once."""
    size = len(_BRAND_HEADS) * len(_BRAND_TAILS)
    turn, place = divmod(number, size)
    place = (place * _STEP + offset) % size
    head, head_latin = _BRAND_HEADS[place // len(_BRAND_TAILS)]
    tail, tail_latin = _BRAND_TAILS[place % len(_BRAND_TAILS)]
    kana, latin = _BRAND_ENDS[turn % len(_BRAND_ENDS)]
    name = f"{head_latin}{tail_latin}"
    full = f"{name} {latin}".strip()
    return FirmName(
        head + tail + kana, full, full, _again(f"{name}{latin}".lower().replace(" ", ""), turn // len(_BRAND_ENDS), 0)
    )


def _read(stem: str, ending: tuple[str, str, str, str]) -> tuple[str, str]:
    return f"{stem} {ending[1]}", f"{stem} {ending[2]}"


def _again(slug: str, turn: int, free: int) -> str:
    """A slug that has come round a second time gets the number of the round."""
    return f"{slug}{turn}" if turn > free else slug


def _pairs(table: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, latin) for name, latin in (entry.split("/") for entry in table.split()))


def _spoken(table: str) -> tuple[tuple[str, str, str], ...]:
    """(name, in Latin letters, as a slug)"""
    return tuple((name, slug.capitalize(), slug) for name, slug in _pairs(table))


def _quadruples(table: str) -> tuple[tuple[str, str, str, str], ...]:
    """(ending, read aloud, translated, as a slug); an underscore stands for a space."""
    rows = (entry.replace("_", " ").split("/") for entry in table.split())
    return tuple((ending, latin, english, slug) for ending, latin, english, slug in rows)


_STEP = 7_919  # a prime, so that it walks through every table
_STEMS = _spoken(
    """北斗/hokuto 青嶺/aomine 東雲/shinonome 瑞穂/mizuho 白鷺/shirasagi 桜坂/sakurazaka 光陽/koyo 三稜/sanryo
    若葉/wakaba 明星/myojo 曙光/shoko 銀嶺/ginrei 豊成/toyonari 松風/matsukaze 旭/asahi 千歳/chitose 鳳凰/hoo
    竜泉/ryusen 八雲/yakumo 神楽/kagura 紺碧/konpeki 雲雀/hibari 星河/seiga 長良/nagara 湘洋/shoyo みらい/mirai
    あおぞら/aozora ひなた/hinata つばめ/tsubame 三和/sanwa 大同/daido 東洋/toyo 日新/nissin 共栄/kyoei 昭和/showa
    太平/taihei 協和/kyowa 新光/shinko 大成/taisei 日東/nitto 東亜/toa 三協/sankyo 国際/kokusai 中央/chuo
    第一/daiichi 富士/fuji 日本/nippon 東海/tokai 関西/kansai 九州/kyushu 北陸/hokuriku 山陽/sanyo 信越/shinetsu
    常盤/tokiwa 扶桑/fuso 大和/yamato 千代田/chiyoda 双葉/futaba 宝/takara 鶴亀/tsurukame 高砂/takasago 日進/nisshin
    東邦/toho 大洋/taiyo 三栄/sanei 丸善/maruzen 山水/sansui 明治/meiji 栄光/eiko 興和/kowa 相模/sagami 武蔵/musashi
    駿河/suruga 伊豆/izu 近江/omi 播磨/harima 備前/bizen 讃岐/sanuki 土佐/tosa 筑紫/tsukushi 薩摩/satsuma
    琉球/ryukyu 蝦夷/ezo 津軽/tsugaru 陸奥/mutsu 出羽/dewa 上総/kazusa 加賀/kaga 越前/echizen 美濃/mino 飛騨/hida
    木曽/kiso 天竜/tenryu 利根/tone 多摩/tama 淀/yodo 六甲/rokko 阿蘇/aso 霧島/kirishima 白山/hakusan 立山/tateyama
    鈴鹿/suzuka 生駒/ikoma 葛城/katsuragi 吉備/kibi 石見/iwami 因幡/inaba"""
)
_ENDINGS = _quadruples(
    """製作所/Seisakusho/Manufacturing/ss 工業/Kogyo/Industries/kogyo 精機/Seiki/Precision/seiki
    機械/Kikai/Machinery/kikai 電機/Denki/Electric/denki 電子/Denshi/Electronics/denshi
    システムズ/Systems/Systems/sys ソフト/Soft/Software/soft 情報システム/Joho_System/Information_Systems/is
    テクノロジー/Technology/Technology/tech 物流/Butsuryu/Logistics/butsuryu 運輸/Unyu/Transport/unyu
    建設/Kensetsu/Construction/kensetsu 設備/Setsubi/Engineering/setsubi 商事/Shoji/Trading/shoji
    物産/Bussan/Corporation/bussan 食品/Shokuhin/Foods/foods フーズ/Foods/Foods/fs 化学/Kagaku/Chemical/chem
    薬品/Yakuhin/Pharma/yakuhin 印刷/Insatsu/Printing/print 不動産/Fudosan/Realty/fudosan
    鉄工所/Tekkosho/Iron_Works/tekko 産業/Sangyo/Industry/sangyo 紙業/Shigyo/Paper/shigyo 倉庫/Soko/Warehouse/soko
    保険サービス/Hoken_Service/Insurance_Services/hoken コンサルティング/Consulting/Consulting/consul
    総研/Soken/Research_Institute/soken メディカル/Medical/Medical/med ホールディングス/Holdings/Holdings/hd
    観光/Kanko/Tourism/kanko 自動車/Jidosha/Motors/jidosha ゴム/Gomu/Rubber/gomu 硝子/Garasu/Glass/glass
    繊維/Seni/Textile/seni 農園/Noen/Farm/farm 水産/Suisan/Fisheries/suisan 電設/Densetsu/Electrical_Works/densetsu
    会計事務所/Kaikei_Jimusho/Accounting/kaikei"""
)
_PLACES = _spoken(
    """東京/tokyo 大阪/osaka 名古屋/nagoya 横浜/yokohama 京都/kyoto 神戸/kobe 福岡/fukuoka 札幌/sapporo
    仙台/sendai 広島/hiroshima 千葉/chiba 埼玉/saitama 新潟/niigata 静岡/shizuoka 浜松/hamamatsu 岡山/okayama
    熊本/kumamoto 鹿児島/kagoshima 長崎/nagasaki 大分/oita 宮崎/miyazaki 金沢/kanazawa 富山/toyama 福井/fukui
    長野/nagano 甲府/kofu 岐阜/gifu 三重/mie 奈良/nara 和歌山/wakayama 高松/takamatsu 松山/matsuyama 高知/kochi
    徳島/tokushima 山口/yamaguchi 鳥取/tottori 松江/matsue 秋田/akita 青森/aomori 盛岡/morioka 山形/yamagata
    福島/fukushima 水戸/mito 宇都宮/utsunomiya 前橋/maebashi 川崎/kawasaki 堺/sakai"""
)
_BRAND_HEADS = _pairs(
    """テクノ/Techno デジタル/Digital クラウド/Cloud ネクスト/Next スマート/Smart グローバル/Global アクア/Aqua
    ブルー/Blue サン/Sun スカイ/Sky ブライト/Bright プライム/Prime トータル/Total ユニ/Uni アドバンス/Advance
    ライト/Light フューチャー/Future クリエイト/Create オプティ/Opti メディア/Media エコ/Eco バイオ/Bio ニュー/New
    リアル/Real アルファ/Alpha ベスト/Best コスモ/Cosmo ダイヤ/Dia エース/Ace フレッシュ/Fresh ハート/Heart
    ジョイ/Joy ラボ/Labo マイクロ/Micro"""
)
_BRAND_TAILS = _pairs(
    """リンク/link ワークス/works フォース/force ベース/base ウェーブ/wave パートナーズ/partners ブリッジ/bridge
    スケープ/scape ビジョン/vision ライン/line ポート/port フィールド/field ステージ/stage プラス/plus ゲート/gate
    スタイル/style デザイン/design ロジック/logic マインド/mind キューブ/cube ツリー/tree バンク/bank サーチ/search
    フロー/flow ヒルズ/hills クロス/cross ネット/net"""
)
_BRAND_ENDS = (
    ("", ""),
    ("ジャパン", "Japan"),
    ("システム", "System"),
    ("ソリューションズ", "Solutions"),
    ("エンジニアリング", "Engineering"),
    ("サービス", "Service"),
    ("テック", "Tech"),
    ("コーポレーション", "Corporation"),
    ("インターナショナル", "International"),
    ("ファクトリー", "Factory"),
    ("アソシエイツ", "Associates"),
    ("商会", "Shokai"),
    ("トレーディング", "Trading"),
    ("エージェンシー", "Agency"),
    ("プロダクツ", "Products"),
    ("オフィス", "Office"),
    ("東日本", "Higashi Nihon"),
    ("西日本", "Nishi Nihon"),
)
_SONS = ("& Sons", "Brothers", "Family")
_FIRST = tuple(
    """Northgate Bluepeak Silverline Harborview Ironbridge Clearwater Redstone Brightfield Oakhurst Summitway
    Lakeshore Fairmont Westbrook Highmark Stonefield Greyfox Kestrel Meridian Pinecrest Falconridge Eastvale
    Copperhill Windmere Riverbend Granite Beacon Atlas Apex Vertex Pioneer Cascade Cardinal Liberty Keystone
    Evergreen Horizon Pinnacle Sterling Crescent Madison Lexington Franklin Hamilton Monroe Jefferson Lincoln Hudson
    Delaware Sierra Mesa Canyon Prairie Redwood Sequoia Magnolia Juniper Willow Birch Maple Aspen Cedar Hawthorn
    Heron Osprey Eagle Raven Condor Mustang Bison Grizzly Coyote Orion Polaris Nova Zenith Quantum Vector Matrix
    Helix Nimbus Stratus Aurora Solstice Equinox Tidewater Bayside Seaboard Gulf Pacific Atlantic Continental
    Heartland Frontier Patriot Colonial Heritage Legacy Vanguard Sentinel Citadel Bastion Anchor Compass Lighthouse
    Millstone Foundry""".split()
)
_LAST = tuple(
    """Software Systems Technologies Networks Labs Analytics Manufacturing Industries Machinery Components
    Electronics Automotive Motors Logistics Freight Construction Engineering Trading Supply Foods Provisions Capital
    Insurance Financial Consulting Advisory Partners Stores Outfitters Health Medical Pharma Learning Media Group
    Holdings Solutions Services Energy Power Realty Properties Packaging Plastics Chemicals Textiles Aerospace
    Marine""".split()
)
