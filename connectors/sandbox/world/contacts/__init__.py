"""Lists of contacts as two CRMs export them, with the ground truth of who is who: for training, tuning and testing.

    python -m connectors.sandbox.world.contacts --records 100000 --seed 1 --out list.csv --truth truth.csv

Everything is invented. The same seed and shares give the same list; other seeds share no company or person, except by
coincidence of names. Rows are drawn company by company and shuffled through a window, so memory stays flat however
long the list is.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple

from connectors.sandbox.world.contacts.firms import Firm, firm_of
from connectors.sandbox.world.contacts.rows import Written, rows_of
from connectors.sandbox.world.contacts.shares import DEFAULT, PRESETS, Shares
from connectors.sandbox.world.contacts.staff import Staff
from connectors.sandbox.world.contacts.wheel import Wheel

__all__ = ["COLUMNS", "DEFAULT", "PRESETS", "ContactRow", "Shares", "contact_list"]


class ContactRow(NamedTuple):
    """A record as the list holds it; all texts are "" when missing. `cluster` is the truth, kept apart when written."""

    id: int  # 1, 2, 3, ... in the order of the list
    source: str  # hubspot or salesforce
    given_name: str
    family_name: str
    full_name: str
    email: str
    phone: str
    company: str
    domain: str
    title: str
    city: str
    cluster: int  # rows of one person share it


COLUMNS = ContactRow._fields[:-1]
"""The columns of `leadsync people dedupe`."""

_WINDOW = 50_000  # rows among which the next one is chosen: repeats lie far apart, as in an export by date


def contact_list(seed: int, records: int, shares: Shares = DEFAULT) -> Iterator[ContactRow]:
    """`records` rows, the same for the same arguments. ValueError if the shares ask for more repeats than the numbers
    of records per person allow."""
    rng = random.Random(seed)
    waiting: list[tuple[Written, int]] = []
    number = 0
    for item in islice(_in_order(seed, shares, rng), records):
        waiting.append(item)
        if len(waiting) > _WINDOW:
            number += 1
            yield _taken(number, waiting, rng)
    while waiting:
        number += 1
        yield _taken(number, waiting, rng)


def _taken(number: int, waiting: list[tuple[Written, int]], rng: random.Random) -> ContactRow:
    """One of the waiting rows, at random; the last one takes its place."""
    place = int(rng.random() * len(waiting))
    row, cluster = waiting[place]
    waiting[place] = waiting[-1]
    waiting.pop()
    return ContactRow(number, *row, cluster)


def _in_order(seed: int, shares: Shares, rng: random.Random) -> Iterator[tuple[Written, int]]:
    """Rows without end, company by company, those of one person one behind the other."""
    firms = 0

    def any_firm() -> Firm:
        """One of the companies so far or soon to come."""
        return firm_of(seed, int(rng.random() * (firms + 100)), shares)

    staff, counts = Staff(rng, shares, any_firm), _counts(shares, rng)
    cluster = 0
    for firms in count():
        for human, size in staff.people(firm_of(seed, firms, shares), counts):
            cluster += 1
            for row in rows_of(human, size, rng, shares):
                yield row, cluster


def _counts(shares: Shares, rng: random.Random) -> Iterator[int]:
    """Records per person, such that the wanted share of records are repeats."""
    more = shares.in_threes + shares.in_fours + shares.in_many
    sizes = {2: 1 - more, 3: shares.in_threes, 4: shares.in_fours}
    sizes |= dict.fromkeys((5, 6, 7), shares.in_many / 3)
    extra = sum((size - 1) * share for size, share in sizes.items())
    repeated = shares.repeats / (1 - shares.repeats) / extra  # share of people with more than one record
    if not 0 <= repeated <= 1:
        raise ValueError("so many repeats need more people with three records and above: raise in_threes or in_fours")
    wheel = Wheel({1: 1 - repeated} | {size: share * repeated for size, share in sizes.items()})
    while True:
        yield wheel.draw(rng)
