"""Who bears which name at a company: by frequency, and with the coincidences that make matching hard."""

from __future__ import annotations

import random
from dataclasses import replace

from connectors.sandbox.world.contacts.firms import Firm
from connectors.sandbox.world.contacts.names_en import Culture, english_names, foreign_names
from connectors.sandbox.world.contacts.names_ja import Part, japanese_names
from connectors.sandbox.world.contacts.shares import Shares
from connectors.sandbox.world.contacts.spelling import SYSTEMS, Bearer


class Namer:
    """Gives names to one colleague after another."""

    def __init__(self, rng: random.Random, shares: Shares) -> None:
        self._rng = rng
        self._shares = shares
        self._japanese = japanese_names(shares.surnames, shares.given_names)
        self._english = english_names(shares.surnames, shares.given_names)
        self._foreign = foreign_names()

    def name(self, firm: Firm, colleagues: list[Bearer]) -> Bearer:
        rng, shares = self._rng, self._shares
        pick = rng.random()
        if colleagues and pick < shares.same_name:
            return rng.choice(colleagues)
        if colleagues and pick < shares.same_name + shares.same_initial:
            return self._same_initial(rng.choice(colleagues))
        if firm.japanese:
            family = self._family_of(firm)
            if family is not None or rng.random() >= shares.foreign_in_japan:
                return self._japanese_bearer(True, family)
            return self._bearer(self._foreign.draw(rng) if rng.random() < 0.7 else self._english)
        family = self._family_of(firm)
        if family is not None:
            return replace(self._bearer(self._english), family=family)
        if pick > 1 - shares.japanese_abroad:
            return self._japanese_bearer(False, None)
        return self._bearer(self._foreign.draw(rng) if rng.random() < shares.foreign_abroad else self._english)

    def maiden(self, name: Bearer) -> Bearer:
        """The same person under another surname."""
        families = self._japanese.families if name.family.kana else self._english.families
        family = families.draw(self._rng)
        return Bearer(family, name.given, name.kanji, name.system, False, name.middle)

    def _family_of(self, firm: Firm) -> Part | None:
        return firm.family if firm.family is not None and self._rng.random() < 0.7 else None

    def _japanese_bearer(self, kanji: bool, family: Part | None) -> Bearer:
        rng, shares, names = self._rng, self._shares, self._japanese
        woman = rng.random() < _WOMEN
        if family is None:
            family = (
                rng.choice(names.rare_families) if rng.random() < shares.rare_surnames else names.families.draw(rng)
            )
        if rng.random() < shares.rare_given:
            given = rng.choice(names.rare_women if woman else names.rare_men)
        else:
            given = (names.women if woman else names.men).draw(rng)
        old = family.old != "" and rng.random() < shares.old_forms
        return Bearer(family, given, kanji, SYSTEMS.draw(rng), old, "")

    def _bearer(self, culture: Culture) -> Bearer:
        rng = self._rng
        family = culture.families.draw(rng)
        given = (culture.women if rng.random() < _WOMEN else culture.men).draw(rng)
        middle = chr(65 + rng.randrange(26)) if rng.random() < 0.12 else ""
        return Bearer(family, given, False, 0, False, middle)

    def _same_initial(self, other: Bearer) -> Bearer:
        """Another given name that begins with the same letter, if one is found soon."""
        rng = self._rng
        source = self._japanese if other.family.kana else self._english
        letter = other.given.mailbox[0][0]
        for _ in range(30):
            given = (source.women if rng.random() < _WOMEN else source.men).draw(rng)
            if given.mailbox[0][0] == letter and given.mailbox[0] != other.given.mailbox[0]:
                return Bearer(other.family, given, other.kanji, other.system, other.old, "")
        return other


_WOMEN = 0.36
