"""One company out of many records, and one deal out of two.

Company records are one account when

1. a CRM says so: HubSpot's Salesforce id, a merge;
2. they have one registered web domain of their own (free mail and shared hosting are nobody's) and their names do not
   contradict each other;
3. they have exactly one name, apart from legal form and branch, and neither domain nor country contradicts. Not for
   short names, nor for names that companies with different domains bear.

No join of the second or third kind may bring two contradicting names, or by name two domains, into one account, also
not by way of a third record. Deals are one only when a CRM says so: never by name or amount, which repeat.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product

from sync.core import emails
from sync.core.records import CompanyRecord, PersonRecord, RecordKey, State
from sync.identity import names
from sync.identity.normalise import companies, letters, mailboxes, phones

MOST_BEARERS = 40  # records under one domain, name or id; more, and it tells nothing about who they are
MOST_NAMES_ON_A_DOMAIN = 4  # as for mailboxes: what bears more names is a portal's or a hoster's
_SHORTEST_LATIN, _SHORTEST_JAPANESE = 5, 3


@dataclass(frozen=True, slots=True)
class Firm:
    """A company as it is compared. Texts are "" when unknown."""

    key: RecordKey
    core: str = ""  # name without legal form and branch
    romaji: str = ""  # the same in folded Latin letters; "" when it holds kanji of unknown reading
    domain: str = ""  # registered domain of its own
    country: str = ""
    related: tuple[RecordKey, ...] = ()  # records that a CRM says are the same company


def firm(company: CompanyRecord) -> Firm:
    related = _related(company)
    if company.state is not State.LIVE:
        return Firm(company.key, related=related)  # it answers to its ids only
    core, romaji = _name(company.name)
    return Firm(company.key, core, romaji, _own_domain(company.domain), country(company.country), related)


def employer(record: PersonRecord) -> Firm:
    """The company that a person's record names itself; its domain is that of a website or of a business mailbox."""
    core, romaji = _name(record.company_name)
    domain = _own_domain(record.website) or _own_domain(emails.domain_of(record.email))
    return Firm(record.key, core, romaji, domain, country(record.country))


def keys_of(firm: Firm) -> frozenset[str]:
    """Every key by which this record can meet another; two records that share none are never one account."""
    return frozenset(_keys(firm))


def key_number(key: str) -> int:
    """A key as a signed 64-bit number: what the index of keys holds."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


def groups(firms: Iterable[Firm], crowded: Collection[str] = ()) -> list[tuple[RecordKey, ...]]:
    """Splits records that are connected by keys into accounts, the smallest key first; the same whatever the order.

    `crowded`: keys known to have more than `MOST_BEARERS` bearers, also beyond these records.
    """
    by_key = {firm.key: firm for firm in firms}
    made = _Accounts(by_key[key] for key in sorted(by_key))
    bearers = _bearers(by_key[key] for key in sorted(by_key))
    usable = {key: found for key, found in bearers.items() if key not in crowded and len(found) <= MOST_BEARERS}
    for key in sorted(usable):
        if key.startswith("id:"):  # a field that says the same for more records holds no id
            made.join_all(usable[key])
    for key in sorted(usable):
        if key.startswith("domain:") and not _many_names(usable[key]):
            made.join_fitting(_of_known_name(usable[key]), _names_fit)
    for key in sorted(usable):
        if key.startswith("name:") and not _many_domains(usable[key]):
            made.join_fitting(_of_known_country(usable[key]), _places_fit)
    return made.all()


def same(a: Firm, b: Firm) -> bool:
    """Whether two records of one person can mean one employer: the person is evidence enough that an equal name is no
    accident, and a record that names no company contradicts none unless its domain does."""
    if a.core and b.core:
        return _same_name(a, b) or bool(a.domain and a.domain == b.domain and not contradict(a, b))
    return not (a.domain and b.domain) or a.domain.split(".")[0] == b.domain.split(".")[0]


def contradict(a: Firm, b: Firm) -> bool:
    """Whether two names cannot be one company's. A name in kanji of unknown reading cannot be compared with one in
    letters or kana."""
    if not (a.core and b.core) or _same_name(a, b):
        return False
    if letters.has_kanji(a.core) and letters.has_kanji(b.core):
        return True
    return bool(a.romaji and b.romaji) and not names.near(a.romaji, b.romaji)


def deal_groups(links: Mapping[RecordKey, Iterable[RecordKey]]) -> list[tuple[RecordKey, ...]]:
    """The records of each deal, Salesforce's first: it is where revenue is booked. `links`: record -> the records that
    its CRM says are the same deal; they count also where they were not pulled yet."""
    made = _Sets(sorted({*links, *(other for found in links.values() for other in found)}))
    for key in sorted(links):
        for other in links[key]:
            made.join(key, other)
    return [tuple(sorted(group, key=lambda key: (key.system == "hubspot", key))) for group in made.all()]


@lru_cache(maxsize=1024)
def country(text: str) -> str:
    """A country in one spelling: its ISO code where the spelling is known, else as written."""
    return phones.region_of(text) or letters.plain(text).casefold()


def _name(text: str) -> tuple[str, str]:
    """Without legal form and branch: as written, and in folded Latin letters."""
    read = companies.read(text)
    return read.co, read.cor if read.cor.isascii() else ""


def _own_domain(text: str) -> str:
    """The registered domain, "" when it is a mail provider's or a hoster's."""
    domain = mailboxes.registered(text)
    return "" if domain in _SHARED_HOSTS or mailboxes.is_free(domain) else domain


# Where small companies keep their pages, and what people enter in the place of a website.
_SHARED_HOSTS = frozenset(
    """
    ameblo.jp base.shop blogspot.com crayonsite.com crayonsite.net facebook.com fc2.com github.io goope.jp instagram.com
    jimdo.com jimdofree.com jimdosite.com linkedin.com linktr.ee localinfo.jp lolipop.jp medium.com myshopify.com
    note.com notion.site peraichi.com sakura.ne.jp shopinfo.jp squarespace.com stores.jp strikingly.com studio.site
    thebase.in
    themedia.jp tumblr.com twitter.com wantedly.com weebly.com wixsite.com wordpress.com x.com xsrv.jp youtube.com
    """.split()
)


def _related(company: CompanyRecord) -> tuple[RecordKey, ...]:
    successor = (company.successor,) if company.successor else ()
    return tuple(key for key in (*company.links, *company.absorbed, *successor) if key.id)


def _keys(firm: Firm) -> Iterator[str]:
    yield f"id:{firm.key}"
    yield from (f"id:{key}" for key in firm.related)
    if firm.domain:
        yield f"domain:{firm.domain}"
    if _telling(firm.core):
        yield f"name:{firm.core}"


def _telling(core: str) -> bool:
    """Short names are borne by many: NTT, 三和."""
    return len(core.replace(" ", "")) >= (_SHORTEST_LATIN if core.isascii() else _SHORTEST_JAPANESE)


def _bearers(firms: Iterable[Firm]) -> dict[str, list[Firm]]:
    found: dict[str, list[Firm]] = defaultdict(list)
    for each in firms:
        for key in keys_of(each):
            found[key].append(each)
    return found


def _many_names(firms: Sequence[Firm]) -> bool:
    distinct: list[Firm] = []
    for each in sorted(firms, key=lambda f: (f.core, f.key)):
        if each.core and all(contradict(each, other) for other in distinct):
            distinct.append(each)
    return len(distinct) > MOST_NAMES_ON_A_DOMAIN


def _many_domains(firms: Sequence[Firm]) -> bool:
    """Then a record without domain could be any of them."""
    return len({each.domain for each in firms if each.domain}) > 1


def _same_name(a: Firm, b: Firm) -> bool:
    """Kanji are compared as written: 三和 and 山和 sound alike and are two."""
    if a.core == b.core:
        return bool(a.core)
    kanji = letters.has_kanji(a.core) and letters.has_kanji(b.core)
    return not kanji and bool(a.romaji) and a.romaji == b.romaji


def _names_fit(a: Firm, b: Firm) -> bool:
    return not contradict(a, b)


def _places_fit(a: Firm, b: Firm) -> bool:
    """Domains and countries agree as far as both are known, and so do the names."""
    domains, countries = {a.domain, b.domain} - {""}, {a.country, b.country} - {""}
    return len(domains) < 2 and len(countries) < 2 and not contradict(a, b)


def _of_known_name(firms: Sequence[Firm]) -> Sequence[Firm]:
    """Where a domain's records contradict each other, one without a name could be any of them."""
    if any(contradict(a, b) for a, b in combinations(firms, 2)):
        return [each for each in firms if each.core]
    return firms


def _of_known_country(firms: Sequence[Firm]) -> Sequence[Firm]:
    """Where a name is borne in several countries, a record without a country could be any of them."""
    if len({each.country for each in firms if each.country}) > 1:
        return [each for each in firms if each.country]
    return firms


class _Sets:
    """Disjoint sets of records; the smallest key stands for its set."""

    def __init__(self, keys: Iterable[RecordKey]) -> None:
        self._members: dict[RecordKey, list[RecordKey]] = {key: [key] for key in keys}
        self._root = {key: key for key in self._members}

    def members(self, key: RecordKey) -> list[RecordKey]:
        return self._members[self._root[key]]

    def join(self, left: RecordKey, right: RecordKey) -> None:
        left, right = sorted((self._root[left], self._root[right]))
        if left == right:
            return
        moved = self._members.pop(right)
        self._members[left] += moved
        self._root.update(dict.fromkeys(moved, left))

    def all(self) -> list[tuple[RecordKey, ...]]:
        return [tuple(sorted(self._members[root])) for root in sorted(self._members)]


class _Accounts(_Sets):
    """Sets of company records, joined only where all members of both sides fit."""

    def __init__(self, firms: Iterable[Firm]) -> None:
        self._firms = {firm.key: firm for firm in firms}
        super().__init__(self._firms)

    def join_all(self, firms: Sequence[Firm]) -> None:
        for other in firms[1:]:
            self.join(firms[0].key, other.key)

    def join_fitting(self, firms: Sequence[Firm], fits: Callable[[Firm, Firm], bool]) -> None:
        for a, b in combinations(firms, 2):
            left, right = self.members(a.key), self.members(b.key)
            if left is not right and all(fits(self._firms[x], self._firms[y]) for x, y in product(left, right)):
                self.join(a.key, b.key)
