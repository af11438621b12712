"""Companies of the seeded world: invented names, domains, industries, sizes, and how people write them."""

from __future__ import annotations

import random
import unicodedata

from connectors.sandbox.world.shapes import DAY, HORIZON_DAYS, Company, Industry, Owner, World

COMPETITOR_DOMAINS = ("scorepilot.co.jp", "leadmatic.io", "hotlead-cloud.jp")
"""Mail domains of the vendor's rivals in the seeded world: to be named in a playbook's competitor list."""

INDUSTRIES = (
    Industry("machinery", "MACHINERY", "Manufacturing", "製造業", 1.0),
    Industry("electronics", "ELECTRICAL_ELECTRONIC_MANUFACTURING", "Electronics", "電機・電子部品", 0.9),
    Industry("automotive", "AUTOMOTIVE", "Manufacturing", "自動車部品", 0.9),
    Industry("software", "COMPUTER_SOFTWARE", "Technology", "ソフトウェア", 1.0),
    Industry("it", "INFORMATION_TECHNOLOGY_AND_SERVICES", "Technology", "IT・情報通信", 0.9),
    Industry("logistics", "LOGISTICS_AND_SUPPLY_CHAIN", "Transportation", "運輸・物流", 0.7),
    Industry("construction", "CONSTRUCTION", "Construction", "建設業", 0.6),
    Industry("wholesale", "WHOLESALE", "Retail", "卸売・商社", 0.5),
    Industry("food", "FOOD_PRODUCTION", "Food & Beverage", "食品", 0.5),
    Industry("finance", "FINANCIAL_SERVICES", "Finance", "金融・保険", 0.6),
    Industry("consulting", "MANAGEMENT_CONSULTING", "Consulting", "コンサルティング", 0.5),
    Industry("retail", "RETAIL", "Retail", "小売業", 0.2),
    Industry("medical", "HOSPITAL_HEALTH_CARE", "Healthcare", "医療・福祉", 0.2),
    Industry("education", "EDUCATION_MANAGEMENT", "Education", "教育", 0.1),
)
_BY_KEY = {industry.key: industry for industry in INDUSTRIES}
_SHARES = (13, 7, 5, 10, 9, 8, 8, 8, 7, 7, 7, 5, 4, 2)

_STEMS_JA = [
    stem.split("/")
    for stem in """北斗/hokuto 青嶺/aomine 大和田/owada 東雲/shinonome 瑞穂川/mizuhogawa 白鷺/shirasagi 桜坂/sakurazaka
    光陽/koyo 三稜/sanryo 富士見原/fujimihara 若葉台/wakabadai 泉谷/izumiya 明星/myojo 曙光/shoko 銀嶺/ginrei
    豊成/toyonari 松風/matsukaze 旭山/asahiyama 千歳野/chitoseno 鳳凰/hoo 竜泉/ryusen 八雲/yakumo 望月/mochizuki
    神楽/kagura 桐生/kiryu 紺碧/konpeki 緑川/midorikawa 雲雀/hibari 星河/hoshikawa 春日野/kasugano 長良/nagara
    湘洋/shoyo みらい/mirai あおぞら/aozora ひなた/hinata つばめ/tsubame""".split()
]
_ENDINGS_JA = {
    "machinery": "製作所/ss 工業/kogyo 精機/seiki 機械/kikai",
    "electronics": "電機/denki 電子/denshi エレクトロニクス/electronics",
    "automotive": "自動車部品/autoparts モータース/motors",
    "software": "ソフト/soft システムズ/systems",
    "it": "情報システム/infosys ネットワークス/networks テクノロジー/tech",
    "logistics": "物流/butsuryu 運輸/unyu ロジスティクス/logistics",
    "construction": "建設/kensetsu 設備/setsubi",
    "wholesale": "商事/shoji 物産/bussan",
    "food": "食品/shokuhin フーズ/foods",
    "finance": "ファイナンス/finance 保険サービス/hoken",
    "consulting": "コンサルティング/consulting 総研/soken",
    "retail": "ストア/store 百貨店/dept",
    "medical": "メディカル/medical ケア/care",
    "education": "学院/gakuin ラーニング/learning",
}
_STEMS_EN = """Northgate Bluepeak Silverline Harborview Ironbridge Clearwater Redstone Brightfield Oakhurst Summitway
Lakeshore Fairmont Westbrook Highmark Stonefield Greyfox Kestrel Meridian Pinecrest Falconridge Eastvale
Copperhill Windmere Riverbend Granite""".split()
_ENDINGS_EN = {
    "machinery": "Manufacturing Industries Machinery",
    "electronics": "Electronics Components",
    "automotive": "Automotive Motors",
    "software": "Software Labs",
    "it": "Technologies Networks Systems",
    "logistics": "Logistics Freight",
    "construction": "Construction Engineering",
    "wholesale": "Trading Supply",
    "food": "Foods Provisions",
    "finance": "Capital Insurance",
    "consulting": "Consulting Advisory",
    "retail": "Stores Outfitters",
    "medical": "Health Medical",
    "education": "Learning Academy",
}
_PLACES_JA = (("東京都", "03"), ("大阪府", "06"), ("愛知県", "052"), ("神奈川県", "045"), ("福岡県", "092"))
_PLACES_EN = (("California", "415"), ("Texas", "512"), ("New York", "212"), ("Illinois", "312"))


def add_companies(world: World, rng: random.Random, count: int) -> None:
    """Adds `count` companies and, last, the three competitors and the people-without-a-company pseudo firms."""
    names = _unique_names(rng, count)
    for number, (japanese, industry, core, latin) in enumerate(names):
        world.companies.append(_company(world, rng, f"c{number:04d}", japanese, industry, core, latin))
    for number, domain in enumerate(COMPETITOR_DOMAINS):
        world.companies.append(_competitor(world, rng, f"x{number}", domain))


def written(company: Company, tidy: bool, rng: random.Random) -> str:
    """The company's name as somebody wrote it: legal form before, behind, abbreviated, or left out."""
    if company.form == "":
        return company.core
    if not company.japanese:
        forms = (f"{company.core}, {company.form}", f"{company.core} {company.form}", company.core)
        return forms[1] if tidy else rng.choice(forms)
    if tidy:
        return company.form + company.core
    short = {"株式会社": "㈱", "有限会社": "㈲", "合同会社": "(同)"}[company.form]
    return rng.choice(
        (
            short + company.core,
            company.core + company.form,
            company.form + " " + company.core,
            company.core,
            unicodedata.normalize("NFKC", short) + company.core,
            company.form + company.core + " " + rng.choice(("東京支社", "大阪支店", "名古屋営業所")),
            company.latin.title() + " Co., Ltd.",
        )
    )


def phone_written(digits: str, japanese: bool, tidy: bool, rng: random.Random) -> str:
    """National digits as people type them; "" stays ""."""
    if not digits:
        return ""
    if not japanese:
        area, middle, last = digits[:3], digits[3:6], digits[6:]
        forms = (f"({area}) {middle}-{last}", f"+1 {area}-{middle}-{last}", f"{area}.{middle}.{last} ext. 12")
        return forms[0] if tidy else rng.choice(forms)
    cut = 2 if digits.startswith(("03", "06")) else 3  # Tokyo and Osaka have the only area codes of two digits
    area, middle, last = digits[:cut], digits[cut:-4], digits[-4:]
    plain = f"{area}-{middle}-{last}"
    if tidy:
        return plain
    wide = plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789-"})
    return rng.choice(
        (plain, digits, wide, f"+81-{area[1:]}-{middle}-{last}", f"({area}){middle}-{last}", f"{plain} 内線123")
    )


def phone_digits(area: str, japanese: bool, rng: random.Random) -> str:
    """A number of that area; American ones from the block set aside for fiction."""
    if not japanese:
        return f"{area}555{rng.randrange(100, 200):04d}"
    return area + str(rng.randrange(10 ** (9 - len(area)) * 2, 10 ** (9 - len(area)) * 9)).rjust(10 - len(area), "5")


def mobile_digits(japanese: bool, rng: random.Random) -> str:
    if not japanese:
        return phone_digits(rng.choice(("646", "310", "617")), False, rng)
    return rng.choice(("070", "080", "090")) + str(rng.randrange(20_000_000, 99_999_999))


def special_company(world: World, rng: random.Random, key: str, name: str, domain: str, japanese: bool) -> Company:
    """A school, or the "company" a sole proprietor writes into the form. Not in either CRM as a company."""
    company = _company(world, rng, key, japanese, _BY_KEY["education"], name, name)
    company.form, company.domain, company.employees = "", domain, None
    return company


def _unique_names(rng: random.Random, count: int) -> list[tuple[bool, Industry, str, str]]:
    names: dict[str, tuple[bool, Industry, str, str]] = {}
    while len(names) < count:
        industry = rng.choices(INDUSTRIES, _SHARES)[0]
        japanese = rng.random() < 0.7
        core, latin = _japanese_name(industry, rng) if japanese else _english_name(industry, rng)
        names.setdefault(latin, (japanese, industry, core, latin))
    return list(names.values())


def _japanese_name(industry: Industry, rng: random.Random) -> tuple[str, str]:
    stem, slug = rng.choice(_STEMS_JA)
    ending, tail = rng.choice(_ENDINGS_JA[industry.key].split()).split("/")
    if rng.random() < 0.25:
        other, front = rng.choice(_STEMS_JA)
        return other + stem + ending, f"{front}{slug}-{tail}"
    return stem + ending, f"{slug}-{tail}"


def _english_name(industry: Industry, rng: random.Random) -> tuple[str, str]:
    name = f"{rng.choice(_STEMS_EN)} {rng.choice(_ENDINGS_EN[industry.key].split())}"
    if rng.random() < 0.3:
        name = f"{rng.choice(_STEMS_EN)} & {name}"
    return name, name.lower().replace(" & ", "-").replace(" ", "-")


def _company(
    world: World, rng: random.Random, key: str, japanese: bool, industry: Industry, core: str, latin: str
) -> Company:
    region, area = rng.choice(_PLACES_JA if japanese else _PLACES_EN)
    return Company(
        key=key,
        japanese=japanese,
        core=core,
        latin=latin.replace("-", " "),
        form=rng.choices(("株式会社", "有限会社", "合同会社"), (90, 5, 5))[0]
        if japanese
        else rng.choice(("Inc.", "LLC", "Ltd.", "Corp.")),
        domain=latin + rng.choice((".co.jp", ".co.jp", ".jp") if japanese else (".com", ".com", ".io")),
        industry=industry,
        employees=_employees(rng),
        country="日本" if japanese else "United States",
        region=region,
        phone=phone_digits(area, japanese, rng),
        owner=_owner(world, rng),
        created=world.now - int(rng.uniform(30, HORIZON_DAYS) * DAY),
    )


def _competitor(world: World, rng: random.Random, key: str, domain: str) -> Company:
    name = domain.split(".")[0]
    company = _company(world, rng, key, domain.endswith(".jp"), _BY_KEY["software"], name.title(), name)
    company.domain, company.competitor, company.employees = domain, True, 180
    return company


def _employees(rng: random.Random) -> int | None:
    low, high = rng.choices(((5, 49), (50, 99), (100, 299), (300, 999), (1000, 12_000)), (20, 15, 27, 25, 13))[0]
    return rng.randint(low, high) if rng.random() < 0.95 else None


def _owner(world: World, rng: random.Random) -> Owner:
    """Most companies belong to active users; a few still to the one who left."""
    active = [owner for owner in world.owners if owner.active]
    return rng.choice(active) if rng.random() < 0.96 else world.owners[-1]
