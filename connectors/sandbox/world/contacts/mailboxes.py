"""Mail addresses: how they are built, and how they get written."""

from __future__ import annotations

import random

from connectors.sandbox.world.contacts.names_ja import Part
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.wheel import Wheel


def local_part(pattern: str, last: str, first: str) -> str:
    """`last` and `first` in small ASCII letters, neither empty."""
    if pattern == "first.last":
        return f"{first}.{last}"
    if pattern == "f.last":
        return f"{first[0]}.{last}"
    if pattern == "last.first":
        return f"{last}.{first}"
    if pattern == "last-f":
        return f"{last}-{first[0]}"
    if pattern == "f-last":
        return f"{first[0]}-{last}"
    if pattern == "first_last":
        return f"{first}_{last}"
    if pattern == "flast":
        return first[0] + last
    if pattern == "lastf":
        return last + first[0]
    if pattern == "first-last":
        return f"{first}-{last}"
    if pattern == "firstl":
        return first + last[0]
    return first if pattern == "first" else last


def free_local(pattern: str, last: str, first: str, taken: set[str], rng: random.Random) -> str:
    """A local part nobody has yet: of the pattern, else of another one, else with a number. Marks it as taken."""
    local = local_part(pattern, last, first)
    if local in taken and rng.random() < 0.5:
        local = local_part("first.last" if pattern != "first.last" else "f.last", last, first)
    stem, number = local, 2
    while local in taken:
        local = stem + str(number)
        number += 1
    taken.add(local)
    return local


def private_address(family: Part, given: Part, japanese: bool, rng: random.Random) -> str:
    """At a free-mail provider or carrier. Three in ten tell nothing of the name."""
    provider = (_FREE_JA if japanese else _FREE_EN).draw(rng)
    if rng.random() < 0.3:
        handle = rng.choice(_WORDS) + rng.choice(("", "-", "_", ".")) + rng.choice(_WORDS)
        return f"{handle}{rng.randrange(10_000)}@{provider}"
    pattern = _PRIVATE.draw(rng)
    local = local_part(pattern, family.mailbox[0], given.mailbox[0])
    return f"{local}{_private_number(rng)}@{provider}"


def _private_number(rng: random.Random) -> str:
    pick = rng.random()
    if pick < 0.25:
        return str(rng.randrange(1955, 2003))
    if pick < 0.55:
        return f"{rng.randrange(100):02d}"
    return f"{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}" if pick < 0.85 else str(rng.randrange(1000))


def address_written(address: str, rng: random.Random, shares: Shares) -> str:
    """The address as typed in, copied or remembered: mostly as it is."""
    pick = rng.random()
    if address.endswith("@gmail.com") and pick < shares.gmail_dots:
        return _dotted(address, rng)
    pick -= shares.gmail_dots
    if 0 <= pick < shares.plus_tags:
        local, _, domain = address.partition("@")
        return f"{local}+{rng.choice(_TAGS)}@{domain}"
    pick -= shares.plus_tags
    if 0 <= pick < shares.mail_capitals:
        return _capitals(address, rng)
    pick -= shares.mail_capitals
    if 0 <= pick < shares.full_width_mail:
        return address.replace("@", "＠") if rng.random() < 0.7 else address.translate(_WIDE)
    pick -= shares.full_width_mail
    if 0 <= pick < shares.mail_typos:
        return mistyped(address, rng)
    pick -= shares.mail_typos
    if 0 <= pick < _STRAY:
        return rng.choice(("{} ", " {}", "<{}>", "mailto:{}", "{}.", "{};")).replace("{}", address)
    return address


def mistyped(address: str, rng: random.Random) -> str:
    """One slip: a letter lost, doubled or swapped in the local part, or a domain misspelt."""
    local, _, domain = address.partition("@")
    if rng.random() < 0.35:
        for right, wrong in _MISSPELT:
            if domain.endswith(right):
                return f"{local}@{domain[: -len(right)]}{rng.choice(wrong)}"
    place = rng.randrange(len(local))
    kind = rng.random()
    if kind < 0.35 and len(local) > 3:
        return f"{local[:place]}{local[place + 1 :]}@{domain}"
    if kind < 0.6:
        return f"{local[:place]}{local[place]}{local[place:]}@{domain}"
    place = min(place, len(local) - 2)
    return f"{local[:place]}{local[place + 1 : place + 2]}{local[place]}{local[place + 2 :]}@{domain}"


def _dotted(address: str, rng: random.Random) -> str:
    """Dots mean nothing in a Gmail address, so people put or leave them at will; googlemail.com is the same."""
    local = address.partition("@")[0]
    if "." in local and rng.random() < 0.6:
        local = local.replace(".", "")
    else:
        place = rng.randrange(1, max(2, len(local) - 1))
        local = f"{local[:place]}.{local[place:]}".replace("..", ".")
    return local + ("@googlemail.com" if rng.random() < 0.05 else "@gmail.com")


def _capitals(address: str, rng: random.Random) -> str:
    local, _, domain = address.partition("@")
    pick = rng.random()
    if pick < 0.6:
        return f"{local.title()}@{domain}"
    return address.upper() if pick < 0.85 else f"{local}@{domain.title()}"


_STRAY = 0.006  # addresses with signs around them that do not belong
_WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "abcdefghijklmnopqrstuvwxyz0123456789@.-_"}
_TAGS = ("seminar", "news", "expo", "hubspot", "crm", "event", "2024", "webinar")
_MISSPELT = (
    ("gmail.com", ("gmial.com", "gmai.com", "gmail.co", "gamil.com", "gmail.con")),
    (".co.jp", (".co.jo", ".cojp", ".co.j", ".cp.jp", ".com.jp")),
    (".com", (".con", ".co", ".cmo", ".comm")),
)
_FREE_JA = Wheel(
    {"gmail.com": 50, "yahoo.co.jp": 16, "docomo.ne.jp": 7, "icloud.com": 7, "ezweb.ne.jp": 4, "softbank.ne.jp": 4}
    | {"nifty.com": 3, "outlook.jp": 4, "hotmail.co.jp": 3, "au.com": 2, "ymail.ne.jp": 1}
)
_FREE_EN = Wheel(
    {"gmail.com": 58, "outlook.com": 10, "yahoo.com": 14, "icloud.com": 8, "hotmail.com": 6, "aol.com": 3, "me.com": 1}
)
_PRIVATE = Wheel(
    {"first.last": 40, "flast": 12, "first_last": 8, "last.first": 10, "first": 12, "firstl": 10, "f.last": 8}
)
_WORDS = tuple(
    """sakura hana neko inu kuma umi sora yama kaze hoshi tsuki ramen sushi golf tennis soccer piano guitar
    runner happy lucky sunny blue red green white black moon star coffee maple tiger panda koi momo hime""".split()
)
