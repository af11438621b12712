"""The companies of a generated list: where they sit, how they write mail addresses, how others write their names."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from connectors.sandbox.world.contacts.firm_names import FirmName, english_firm, family_firm, japanese_firm
from connectors.sandbox.world.contacts.names_en import english_names
from connectors.sandbox.world.contacts.names_ja import Part, japanese_names
from connectors.sandbox.world.contacts.numbers import landline
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.wheel import Wheel
from connectors.sandbox.world.names import half_width, typo


@dataclass(frozen=True, slots=True)
class Place:
    """A town, as addresses write it, and its area code."""

    name: str
    full: str
    latin: str
    area: str


@dataclass(frozen=True, slots=True)
class Office:
    place: Place
    branch: str  # what the company's name gets behind it, "" at the head office
    number: str  # main number, national digits


@dataclass(frozen=True, slots=True)
class Firm:
    japanese: bool
    name: FirmName
    form: str  # legal form
    form_first: bool  # 株式会社北斗, not 北斗株式会社
    domain: str
    old_domain: str  # before the company changed it, "" mostly
    pattern: str  # how most mailboxes are built
    offices: tuple[Office, ...]
    people: int
    family: Part | None  # of the owners, when several of them work there
    teams: tuple[str, ...]  # local parts that several people write from


def firm_of(seed: int, number: int, shares: Shares) -> Firm:
    """The company of that number: always the same for one seed and set of shares."""
    rng = random.Random(seed * 1_000_003 + number)
    japanese = rng.random() < shares.japanese
    people = min(shares.largest, int(rng.paretovariate(shares.crowding)))
    family = _owners(rng, japanese, people, shares)
    name, domain = _name_and_domain(rng, seed, number, japanese, family, shares)
    return Firm(
        japanese=japanese,
        name=name,
        form=(_FORMS_JA if japanese else _FORMS_EN).draw(rng),
        form_first=rng.random() < 0.6,
        domain=domain,
        old_domain=_old_domain(rng, name, domain, japanese) if rng.random() < shares.rebrands else "",
        pattern=(_PATTERNS_JA if japanese else _PATTERNS_EN).draw(rng),
        offices=_offices(rng, japanese, people),
        people=people,
        family=family,
        teams=_teams(rng, japanese, name, shares) if rng.random() < shares.team_mailboxes / TEAM_SHARE else (),
    )


TEAM_SHARE = 0.35  # of the people of a company with team mailboxes, those who write from one


def company_written(firm: Firm, office: Office, rng: random.Random, shares: Shares) -> str:
    """The company as some form, business card or salesperson has it."""
    if firm.japanese:
        if rng.random() < shares.company_romaji:
            return _in_latin_letters(firm, office, rng, shares)
        text = _japanese_form(firm, rng, shares)
    else:
        text = _english_form(firm, rng, shares)
    if rng.random() < shares.company_typos:
        text = typo(text, rng)
    if office.branch or rng.random() < 0.2:
        text += _branch_written(firm, office, rng, shares)
    return text


def domain_written(domain: str, rng: random.Random) -> str:
    """The company's web domain: bare, or as a web address."""
    pick = rng.random()
    if pick < 0.72:
        return domain
    if pick < 0.86:
        return "www." + domain
    return f"https://www.{domain}/" if pick < 0.95 else f"http://{domain}"


def city_written(place: Place, japanese: bool, rng: random.Random) -> str:
    pick = rng.random()
    if not japanese:
        return place.full if pick < 0.15 else place.name
    return place.name if pick < 0.45 else place.full if pick < 0.9 else place.latin


def _japanese_form(firm: Firm, rng: random.Random, shares: Shares) -> str:
    core, form, short = firm.name.core, firm.form, _SHORT[firm.form]
    if rng.random() >= shares.untidy_company:
        return form + core if firm.form_first else core + form
    shape = _SHAPES_JA.draw(rng)
    if shape == "bare":
        return core
    if shape == "half":
        return form + half_width(core)
    sign = {"sign": short[0], "letter": short[1], "wide": short[2], "space": form + " ", "form": form}[shape]
    if shape == "space":
        return sign + core if firm.form_first else f"{core} {form}"
    other_side = shape == "form" or rng.random() < 0.08
    return sign + core if firm.form_first != other_side else core + sign


def _in_latin_letters(firm: Firm, office: Office, rng: random.Random, shares: Shares) -> str:
    core = firm.name.english if rng.random() < 0.3 else firm.name.latin
    text = core + _LATIN_FORMS.draw(rng)
    if rng.random() < 0.15:
        text = text.upper()
    return f"{text} {office.place.latin} Branch" if office.branch and rng.random() < shares.branches else text


def _english_form(firm: Firm, rng: random.Random, shares: Shares) -> str:
    core, form = firm.name.core, firm.form
    if rng.random() >= shares.untidy_company:
        return f"{core}, {form}" if firm.form_first else f"{core} {form}"
    shape = _SHAPES_EN.draw(rng)
    if shape == "bare":
        return core
    if shape == "upper":
        return f"{core} {form}".upper()
    if shape == "lower":
        return core.lower()
    if shape == "long":
        return f"{core} {_LONG_FORMS[form]}"
    if shape == "and":
        return core.replace(" & ", " and ")
    if shape == "the":
        return f"The {core}"
    return f"{core} {form.rstrip('.')}" if firm.form_first else f"{core}, {form}"


def _branch_written(firm: Firm, office: Office, rng: random.Random, shares: Shares) -> str:
    if rng.random() >= shares.branches:
        return ""
    place = office.place
    if not firm.japanese:
        return rng.choice((f" - {place.name}", f" ({place.name})", f" {place.name} Office"))
    branch = office.branch or "本社"
    return rng.choice((" ", "　", "")) + branch + (rng.choice(_SECTIONS) if rng.random() < 0.25 else "")


def _owners(rng: random.Random, japanese: bool, people: int, shares: Shares) -> Part | None:
    """Only a company of two to a dozen people can be a family's; that is two in five."""
    if not 2 <= people <= 12 or rng.random() >= shares.family_firms * 2.5:
        return None
    names = japanese_names if japanese else english_names
    return names(shares.surnames, shares.given_names).families.draw(rng)


def _name_and_domain(
    rng: random.Random, seed: int, number: int, japanese: bool, family: Part | None, shares: Shares
) -> tuple[FirmName, str]:
    domain_end = (_ENDS_JA if japanese else _ENDS_EN).draw(rng)
    if family is not None and rng.random() < 0.7:
        name = family_firm(family, number)
        return name, name.slug + domain_end
    twin = number > 10 and rng.random() < shares.same_company_name
    place = number - rng.randrange(1, 10) if twin else number
    if japanese:
        name = japanese_firm(place, _sounding_apart(shares.surnames), seed % 9_973)
    else:
        name = english_firm(place, seed % 9_973)
    return name, f"{name.slug}-{number if twin else ''}".rstrip("-") + domain_end


@cache
def _sounding_apart(surnames: int) -> tuple[Part, ...]:
    """One surname of each sound, for domains are made of sounds."""
    found: dict[str, Part] = {}
    for part in japanese_names(surnames, 300).families.values():
        found.setdefault(part.mailbox[3], part)
    return tuple(found.values())


def _old_domain(rng: random.Random, name: FirmName, domain: str, japanese: bool) -> str:
    """Under another ending, or from before the company took its present name."""
    label, _, ending = domain.partition(".")
    if rng.random() < 0.5:
        return label + next(end for end in (".com", ".net") if "." + ending != end)
    return label.replace("-", "")[:5] + rng.choice(("group", "net", "inc", "web")) + str(len(name.core)) + ".com"


def _offices(rng: random.Random, japanese: bool, people: int) -> tuple[Office, ...]:
    """One office, and another for about a hundred people each."""
    places = _PLACES_JA if japanese else _PLACES_EN
    count = 1 + (people > 12 and rng.random() < 0.4) + people // 100
    chosen = [places.draw(rng) for _ in range(count)]
    return tuple(
        Office(
            place,
            place.name + (rng.choice(_BRANCHES) if japanese else "") if order else "",
            landline(place.area, japanese, rng),
        )
        for order, place in enumerate(chosen)
    )


def _teams(rng: random.Random, japanese: bool, name: FirmName, shares: Shares) -> tuple[str, ...]:
    return tuple(_team(rng, japanese, name, shares) for _ in range(1 if rng.random() < 0.7 else 2))


def _team(rng: random.Random, japanese: bool, name: FirmName, shares: Shares) -> str:
    if rng.random() >= shares.unlisted_teams:
        return (_ROLES_JA if japanese else _ROLES_EN).draw(rng)
    number = rng.choice(("", "", "1", "2", "3"))
    if not japanese:
        return rng.choice(_TEAMS_EN) + number
    pick = rng.random()
    if pick < 0.3:  # a shop
        return rng.choice(_SHOPS) + rng.choice(("-ten", "ten", "-shop", "_store"))
    if pick < 0.4:
        return f"{name.slug.split('-')[0]}.{rng.choice(_SHOPS)}"
    return rng.choice(_TEAMS_JA) + rng.choice(("", "-t", "-g", "_")) + number


_FORMS_JA = Wheel({"株式会社": 88, "有限会社": 6, "合同会社": 5, "一般社団法人": 1})
_FORMS_EN = Wheel({"Inc.": 45, "LLC": 30, "Corp.": 15, "Ltd.": 7, "Co.": 3})
_LONG_FORMS = {
    "Inc.": "Incorporated",
    "LLC": "Limited Liability Company",
    "Corp.": "Corporation",
    "Ltd.": "Limited",
    "Co.": "Company",
}
_SHORT = {
    "株式会社": ("㈱", "(株)", "（株）"),
    "有限会社": ("㈲", "(有)", "（有）"),
    "合同会社": ("(同)", "(同)", "（同）"),
    "一般社団法人": ("(一社)", "(一社)", "（一社）"),
}
_SHAPES_JA = Wheel({"bare": 30, "letter": 20, "sign": 20, "wide": 9, "space": 12, "form": 7, "half": 2})
_SHAPES_EN = Wheel({"bare": 46, "upper": 8, "lower": 4, "long": 8, "and": 6, "the": 3, "sign": 25})
_LATIN_FORMS = Wheel({" Co., Ltd.": 45, " Co.,Ltd.": 12, " K.K.": 10, " KK": 4, " Inc.": 8, " Corporation": 7, "": 14})
_ENDS_JA = Wheel({".co.jp": 70, ".jp": 15, ".com": 11, ".ne.jp": 2, ".or.jp": 2})
_ENDS_EN = Wheel({".com": 84, ".io": 6, ".net": 4, ".co": 3, ".us": 1, ".ai": 2})
_PATTERNS_JA = Wheel(
    {"first.last": 30, "f.last": 17, "last": 13, "last.first": 10, "last-f": 7, "f-last": 7, "first_last": 5}
    | {"flast": 5, "lastf": 3, "first-last": 3}
)
_PATTERNS_EN = Wheel({"first.last": 44, "flast": 30, "first": 9, "firstl": 7, "first_last": 4, "f.last": 3, "last": 3})
_BRANCHES = ("支店", "支社", "営業所", "工場", "事業所")
_SECTIONS = ("営業部", " 第二営業部", " 総務課", "技術部")
_ROLES_JA = Wheel(
    {"info": 34, "sales": 8, "contact": 7, "soumu": 8, "eigyo": 8, "support": 5, "jinji": 4, "keiri": 3, "office": 4}
    | {"mail": 4, "marketing": 4, "somu": 3, "koho": 3, "kobai": 3, "webmaster": 2}
)
_ROLES_EN = Wheel(
    {"info": 30, "sales": 18, "contact": 10, "support": 8, "office": 8, "admin": 7, "hello": 6, "marketing": 5}
    | {"purchasing": 4, "hr": 4}
)
_TEAMS_JA = tuple(
    """kikaku dx-suishin seizou gijutsu kaihatsu hinshitsu kaigai tenpo shanai-se butsuryu-c koujou genba seikan
    shisutemu jigyo honbu tokyo osaka nishinihon higashi shinki keiei-s""".split()
)
_TEAMS_EN = tuple(
    """plant line team-blue r-and-d frontdesk warehouse dispatch westcoast labs-crew buildit projects opsroom
    midwest storefront studio bids shopfloor""".split()
)
_SHOPS = tuple(
    "umeda shibuya ginza shinjuku namba sakae tenjin kichijoji yokohama-e omiya machida sannomiya hakata".split()
)


def _places(table: str) -> Wheel[Place]:
    rows = (entry.split("/") for entry in table.split())
    return Wheel(
        [
            (Place(*(text.replace("_", " ") for text in (name, full, latin, area))), float(share))
            for name, full, latin, area, share in rows
        ]
    )


_PLACES_JA = _places(
    """東京/東京都千代田区/Tokyo/03/20 港区/東京都港区/Minato-ku/03/12 新宿区/東京都新宿区/Shinjuku/03/8
    品川区/東京都品川区/Shinagawa/03/6 大阪/大阪府大阪市/Osaka/06/13 名古屋/愛知県名古屋市/Nagoya/052/8
    横浜/神奈川県横浜市/Yokohama/045/7 福岡/福岡県福岡市/Fukuoka/092/5 札幌/北海道札幌市/Sapporo/011/4
    仙台/宮城県仙台市/Sendai/022/3 広島/広島県広島市/Hiroshima/082/3 京都/京都府京都市/Kyoto/075/4
    神戸/兵庫県神戸市/Kobe/078/3 さいたま/埼玉県さいたま市/Saitama/048/3 千葉/千葉県千葉市/Chiba/043/3
    静岡/静岡県静岡市/Shizuoka/054/2 浜松/静岡県浜松市/Hamamatsu/053/2 岡山/岡山県岡山市/Okayama/086/2
    金沢/石川県金沢市/Kanazawa/076/1 新潟/新潟県新潟市/Niigata/025/1 長野/長野県長野市/Nagano/026/1
    熊本/熊本県熊本市/Kumamoto/096/1"""
)
_PLACES_EN = _places(
    """San_Francisco/San_Francisco,_CA/SF/415/10 New_York/New_York,_NY/NYC/212/14
    Chicago/Chicago,_IL/Chicago/312/8 Austin/Austin,_TX/Austin/512/7 Boston/Boston,_MA/Boston/617/6
    Seattle/Seattle,_WA/Seattle/206/6 Denver/Denver,_CO/Denver/303/4 Los_Angeles/Los_Angeles,_CA/LA/213/9
    Atlanta/Atlanta,_GA/Atlanta/404/5 Dallas/Dallas,_TX/Dallas/214/5 Houston/Houston,_TX/Houston/713/5
    Phoenix/Phoenix,_AZ/Phoenix/602/3 Portland/Portland,_OR/Portland/503/3
    Minneapolis/Minneapolis,_MN/Minneapolis/612/3 Detroit/Detroit,_MI/Detroit/313/3 Miami/Miami,_FL/Miami/305/3"""
)
