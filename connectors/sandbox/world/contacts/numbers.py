"""Telephone numbers, and the ways in which they get written. Numbers are kept as national digits."""

from __future__ import annotations

import random

from connectors.sandbox.world.contacts.wheel import Wheel

_JA = Wheel(
    {"dashes": 50, "digits": 13, "wide": 5, "plus": 10, "plus spaces": 4, "brackets": 6, "inner": 3, "zero": 2}
    | {"spaces": 2, "tel": 2, "long dash": 3}
)
_EN = Wheel({"brackets": 34, "dashes": 26, "plus": 12, "dots": 10, "digits": 9, "plus digits": 6, "one": 2, "slash": 1})
_WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789-"}
_LANDLINE_FIRST = {"03": "3456", "06": "46", "011": "256789", "045": "2346789"}


def landline(area: str, japanese: bool, rng: random.Random) -> str:
    if not japanese:
        return f"{area}{rng.randrange(200, 1000)}{rng.randrange(10_000):04d}"
    first = rng.choice(_LANDLINE_FIRST.get(area, "2345678"))
    rest = 9 - len(area)
    return area + first + str(rng.randrange(10**rest)).rjust(rest, "0")


def mobile(japanese: bool, rng: random.Random) -> str:
    if not japanese:
        return f"{rng.choice(_US_AREAS)}{rng.randrange(200, 1000)}{rng.randrange(10_000):04d}"
    return rng.choice(("090", "090", "080", "080", "070")) + str(rng.randrange(10_000_000, 100_000_000))


def misdialled(digits: str, rng: random.Random) -> str:
    """One digit wrong, or two neighbours swapped; the beginning is right."""
    place = rng.randrange(4, len(digits) - 1)
    if rng.random() < 0.5 and digits[place] != digits[place + 1]:
        return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    wrong = str((int(digits[place]) + rng.randrange(1, 10)) % 10)
    return digits[:place] + wrong + digits[place + 1 :]


def number_written(digits: str, japanese: bool, rng: random.Random) -> str:
    return _japanese(digits, _JA.draw(rng)) if japanese else _american(digits, _EN.draw(rng))


def extension_written(extension: int, japanese: bool, rng: random.Random) -> str:
    forms = _EXTENSIONS_JA if japanese else _EXTENSIONS_EN
    return forms[int(rng.random() * len(forms))].replace("0", str(extension))


def _japanese(digits: str, shape: str) -> str:
    if shape == "digits":
        return digits
    cut = 2 if digits[:2] in ("03", "06") else 3
    area, middle, last = digits[:cut], digits[cut:-4], digits[-4:]
    if shape == "dashes":
        return f"{area}-{middle}-{last}"
    if shape == "plus":
        return f"+81-{area[1:]}-{middle}-{last}"
    if shape == "plus spaces":
        return f"+81 {area[1:]} {middle} {last}"
    if shape == "brackets":
        return f"({area}){middle}-{last}"
    if shape == "inner":
        return f"{area}({middle}){last}"
    if shape == "zero":
        return f"+81(0){area[1:]}-{middle}-{last}"
    if shape == "spaces":
        return f"{area} {middle} {last}"
    if shape == "tel":
        return f"TEL:{area}-{middle}-{last}"
    if shape == "long dash":
        return f"{area}ー{middle}ー{last}"
    return f"{area}-{middle}-{last}".translate(_WIDE)


def _american(digits: str, shape: str) -> str:
    if shape == "digits":
        return digits
    area, middle, last = digits[:3], digits[3:6], digits[6:]
    if shape == "brackets":
        return f"({area}) {middle}-{last}"
    if shape == "dashes":
        return f"{area}-{middle}-{last}"
    if shape == "plus":
        return f"+1 {area}-{middle}-{last}"
    if shape == "dots":
        return f"{area}.{middle}.{last}"
    if shape == "plus digits":
        return f"+1{digits}"
    return f"1-{area}-{middle}-{last}" if shape == "one" else f"{area}/{middle}-{last}"


_EXTENSIONS_JA = (" 内線0", "内線0", " (内線0)", "（内線：0）", " 内線:0", " ext.0", " (内0)")
_EXTENSIONS_EN = (" ext. 0", " x0", " ext 0", " Ext.0", " #0", " extension 0", "x0")
_US_AREAS = tuple("415 512 212 312 617 206 303 213 404 214 713 602 503 612 313 305 646 310 917 408 650 773 469".split())
