"""What matching compares: a record's particulars in one spelling.

`RawPerson` is a record as some system or list holds it; `normalise` turns it into `Features`. Everything after that
(keys, exact edges, weights, clusters) looks at `Features` only. All texts are "" when unknown, never None.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawPerson:
    """One record as written, before anything is folded. Any field may be missing."""

    id: int
    given_name: str = ""
    family_name: str = ""
    full_name: str = ""
    given_kana: str = ""  # フリガナ as the source holds it, preferred to any reading of kanji
    family_kana: str = ""
    emails: tuple[str, ...] = ()  # the main address first
    phones: tuple[str, ...] = ()  # the main number first
    company: str = ""
    domain: str = ""  # web domain of the company, when the source knows it
    title: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Features:
    """One record in one spelling. Texts are lower case; romaji is folded (satou, satoh, Sato -> sato)."""

    id: int
    fam: str = ""  # family name in folded romaji
    giv: str = ""  # given name in folded romaji; English nicknames in their full form
    nm: str = ""  # fam and giv, sorted, with a space between: the same whatever their order
    ini: str = ""  # first letter of giv, also when only an initial is known (giv is "" then)
    kj: str = ""  # characters of a name in kanji, new forms, sorted: the same whatever the order; else ""
    kfam: str = ""  # family name in kanji, new forms; "" when not in kanji or not told apart
    em: str = ""  # main mailbox: full-width folded, no plus tag, no dots at Gmail
    loc: str = ""  # its local part
    edom: str = ""  # its registered domain
    role: bool = False  # read by a team, as far as lists and its name tell
    free: bool = False  # at a free-mail provider or a carrier
    ph: str = ""  # main number in E.164
    mob: bool = False  # whether it is a mobile number
    co: str = ""  # company without legal form and branch
    cor: str = ""  # the same in folded romaji or Latin letters
    dom: str = ""  # registered domain of the company: as told, else of a mailbox that is not free
    title: str = ""
    city: str = ""
    emails: tuple[str, ...] = ()  # all mailboxes, `em` first
    phones: tuple[str, ...] = ()  # all numbers, `ph` first


@dataclass(frozen=True, slots=True)
class Weighed:
    """A pair with its match weight: log2 of the odds that both records are one person, in thousandths.

    `weight` = prior + `name` + `email` + `place` (phone and company together).
    """

    left: int  # the smaller id
    right: int
    weight: int
    name: int
    email: int
    place: int
