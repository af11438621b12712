"""The human beings of the seeded world: who they are, where they work, how much they mean to buy."""

from __future__ import annotations

import random

from connectors.sandbox.world.companies import mobile_digits, special_company
from connectors.sandbox.world.names import FAMILY_EN, FAMILY_JA, GIVEN_EN, GIVEN_JA, Name, local_part
from connectors.sandbox.world.shapes import DAY, HORIZON_DAYS, Company, Kind, Owner, Person, Profile, World

_FREE_JA = ("gmail.com", "gmail.com", "yahoo.co.jp", "docomo.ne.jp", "ezweb.ne.jp", "nifty.com", "icloud.com")
_FREE_EN = ("gmail.com", "gmail.com", "outlook.com", "yahoo.com", "icloud.com")
_ROLES = ("info", "info", "sales", "contact", "soumu", "marketing", "kikaku-t2", "dx-suishin", "umeda-ten")
_KINDS = {
    Kind.BUSINESS: 0.905,
    Kind.FREE_MAIL: 0.045,
    Kind.STUDENT: 0.011,
    Kind.SOLE_PROPRIETOR: 0.012,
    Kind.COMPETITOR: 0.012,
    Kind.ROLE_MAILBOX: 0.015,
}
_TITLES_JA = (  # title, decides, share
    ("代表取締役社長", True, 5),
    ("取締役", True, 6),
    ("執行役員", True, 3),
    ("事業部長", True, 4),
    ("部長", True, 15),
    ("次長", False, 4),
    ("課長", False, 17),
    ("係長", False, 8),
    ("主任", False, 11),
    ("担当", False, 15),
    ("エンジニア", False, 6),
    ("", False, 8),
)
_TITLES_EN = (
    ("CEO", True, 4),
    ("Director", True, 9),
    ("Director of {0}", True, 6),
    ("VP {0}", True, 6),
    ("Head of {0}", True, 5),
    ("Manager", False, 14),
    ("{0} Manager", False, 14),
    ("Senior Engineer", False, 10),
    ("Engineer", False, 12),
    ("Specialist", False, 9),
    ("", False, 8),
)
_DEPARTMENTS_JA = ("営業部", "情報システム部", "経営企画部", "マーケティング部", "製造部", "技術部", "総務部", "購買部")
_DEPARTMENTS_EN = ("Sales", "IT", "Operations", "Marketing", "Engineering", "Procurement")
_SCHOOLS = (("東都工科大学", "toto-kodai.ac.jp"), ("北陵大学", "hokuryo-u.ac.jp"))


def add_people(world: World, rng: random.Random, count: int) -> None:
    """Adds `count` distinct people; needs companies and owners. Namesakes at one company are among them."""
    firms = [company for company in world.companies if not company.competitor]
    sizes = [rng.paretovariate(1.2) for _ in firms]  # a few accounts are well known, most by one or two people
    rivals = [company for company in world.companies if company.competitor]
    sharing = rng.sample(firms, max(2, count // 250))  # firms whose staff write from one mailbox
    chosen = rng.choices(firms, [min(size, 12.0) for size in sizes], k=count)
    kinds = rng.choices(list(_KINDS), list(_KINDS.values()), k=count)
    for number, (firm, kind) in enumerate(zip(chosen, kinds, strict=True)):
        places = {Kind.COMPETITOR: rivals, Kind.ROLE_MAILBOX: sharing}
        company = rng.choice(places[kind]) if kind in places else firm
        world.add_person(_person(world, rng, number, kind, company))
    _make_namesakes(world, rng, max(3, count // 350))


def new_person(world: World, rng: random.Random, profile: Profile | None = None) -> Person:
    """One more person at a known company, first known now; not yet in `world.people`."""
    firms = [company for company in world.companies if not company.competitor]
    person = _person(world, rng, len(world.people), Kind.BUSINESS, rng.choice(firms))
    person.profile = profile or Profile.LIGHT
    person.first_known = world.now
    return person


def title_and_rank(japanese: bool, department: str, rng: random.Random) -> tuple[str, bool]:
    """A job title in the style of the language and whether its bearer decides."""
    table = _TITLES_JA if japanese else _TITLES_EN
    title, decides, _ = rng.choices(table, [share for _, _, share in table])[0]
    if japanese and title and rng.random() < 0.3 and not title.startswith("代表"):
        return department + " " + title, decides
    return title.format(department), decides


def _person(world: World, rng: random.Random, number: int, kind: Kind, company: Company) -> Person:
    company = _outside_companies(world, rng, number, kind, company)
    family, given = _name(company.japanese, rng)
    department = rng.choice(_DEPARTMENTS_JA if company.japanese else _DEPARTMENTS_EN)
    title, decides = _title(kind, company.japanese, department, rng)
    fit = _fit(kind, company, decides, rng)
    intent = min(1.0, max(0.0, 0.65 * fit + rng.gauss(0.12, 0.22)))
    profile = _profile(fit, intent, kind, rng)
    return Person(
        key=f"p{number:05d}",
        kind=kind,
        japanese=company.japanese,
        family=family,
        given=given,
        company=company,
        title=title,
        decides=decides,
        department=department if kind not in (Kind.STUDENT, Kind.SOLE_PROPRIETOR) else "",
        email=_email(kind, company, family, given, rng),
        mobile=mobile_digits(company.japanese, rng) if rng.random() < 0.45 else "",
        fit=fit,
        intent=intent,
        profile=profile,
        owner=_owner(world, company, rng),
        first_known=world.now - _known_for(profile, rng),
        opted_out=rng.random() < (0.035 if profile is Profile.QUIET else 0.01),
    )


def _outside_companies(world: World, rng: random.Random, number: int, kind: Kind, company: Company) -> Company:
    if kind is Kind.STUDENT:
        name, domain = rng.choice(_SCHOOLS)
        return special_company(world, rng, f"s{number}", name, domain, True)
    if kind is Kind.SOLE_PROPRIETOR:
        name = rng.choice(("個人事業主", "フリーランス", "個人")) if company.japanese else "Freelance"
        return special_company(world, rng, f"s{number}", name, "", company.japanese)
    return company


def _name(japanese: bool, rng: random.Random) -> tuple[Name, Name]:
    if japanese:
        return rng.choice(FAMILY_JA), rng.choice(GIVEN_JA)
    if rng.random() < 0.12:  # Japanese staff of foreign firms write themselves in Latin letters
        family, given = rng.choice(FAMILY_JA), rng.choice(GIVEN_JA)
        return Name(family.latin, "", family.latin), Name(given.latin, "", given.latin)
    return rng.choice(FAMILY_EN), rng.choice(GIVEN_EN)


def _title(kind: Kind, japanese: bool, department: str, rng: random.Random) -> tuple[str, bool]:
    if kind is Kind.STUDENT:
        return "学生", False
    if kind is Kind.SOLE_PROPRIETOR:
        return ("個人事業主" if japanese else "Freelance consultant"), False
    return title_and_rank(japanese, department, rng)


def _email(kind: Kind, company: Company, family: Name, given: Name, rng: random.Random) -> str:
    if kind is Kind.ROLE_MAILBOX:
        return f"{_ROLES[len(company.core) % len(_ROLES)]}@{company.domain}"
    private = kind in (Kind.FREE_MAIL, Kind.SOLE_PROPRIETOR)
    local = local_part(family, given, rng)
    if private:
        return f"{local}{rng.randrange(1960, 2010)}@{rng.choice(_FREE_JA if company.japanese else _FREE_EN)}"
    while local in company.mailboxes:
        local += str(rng.randrange(2, 99))
    company.mailboxes.add(local)
    return f"{local}@{company.domain}"


def _fit(kind: Kind, company: Company, decides: bool, rng: random.Random) -> float:
    if kind in (Kind.STUDENT, Kind.SOLE_PROPRIETOR, Kind.COMPETITOR):
        return 0.0
    size = company.employees or 60
    by_size = 1.0 if size >= 300 else 0.6 if size >= 100 else 0.3 if size >= 50 else 0.0
    return min(1.0, max(0.0, 0.4 * decides + 0.3 * by_size + 0.25 * company.industry.appetite + rng.gauss(0, 0.05)))


def _profile(fit: float, intent: float, kind: Kind, rng: random.Random) -> Profile:
    """Most people are quiet; who fits and means to buy comes back more often. Rivals look around a lot."""
    if kind is Kind.COMPETITOR and rng.random() < 0.5:
        return Profile.STEADY
    warm = intent * intent
    weights = {
        Profile.QUIET: 0.64 - 0.20 * fit,
        Profile.LIGHT: 0.19,
        Profile.BURST: 0.05 + 0.20 * warm,
        Profile.STEADY: 0.29 + 0.20 * warm,
        Profile.ENGAGED: 0.003 + 0.08 * warm,
    }
    return rng.choices(list(weights), list(weights.values()))[0]


def _known_for(profile: Profile, rng: random.Random) -> int:
    """Seconds since the person was first seen."""
    if profile is Profile.BURST:
        days = rng.uniform(150, HORIZON_DAYS)
    elif profile is Profile.ENGAGED:
        days = rng.uniform(20, 300)
    else:
        days = rng.uniform(5, HORIZON_DAYS)
    return int(days * DAY)


def _owner(world: World, company: Company, rng: random.Random) -> Owner:
    return company.owner if rng.random() < 0.9 else rng.choice(world.owners)


def _make_namesakes(world: World, rng: random.Random, pairs: int) -> None:
    """Gives some colleagues one and the same name: two people, told apart by mailbox and title only."""
    by_company: dict[str, list[Person]] = {}
    for person in world.people:
        if person.kind is Kind.BUSINESS:
            by_company.setdefault(person.company.key, []).append(person)
    groups = [group for group in by_company.values() if len(group) >= 2]
    for group in rng.sample(groups, min(pairs, len(groups))):
        first, second = group[0], group[1]
        second.family, second.given = first.family, first.given
        second.email = _email(Kind.BUSINESS, second.company, second.family, second.given, rng)
