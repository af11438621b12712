"""What weighing takes from the site: how many records there are, and how common each name is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2

import pyarrow as pa

NAMES = pa.schema([pa.field("nm", pa.string()), pa.field("count", pa.int64())])

# A name that both records of a pair bear is borne at least twice, whatever a count taken earlier says.
LEAST_BEARERS = 2
_FEWEST_RECORDS = 2


@dataclass(frozen=True, eq=False)
class Site:
    """`records` is the number of records at the site; `names` how many of them bear each `nm`, as a mapping or a
    table of `NAMES`. Names that are missing there count as borne by these two records only."""

    records: int
    names: Mapping[str, int] | pa.Table = field(default_factory=dict)

    def counts(self) -> pa.Table:
        """Columns nm, count."""
        if isinstance(self.names, pa.Table):
            return self.names.select(["nm", "count"])
        columns = [list(self.names), list(self.names.values())]
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, NAMES, strict=True)], schema=NAMES)

    def prior(self, matches_per_record: float) -> int:
        """Weight of two records picked at random: log2 of the odds that they are one person, in thousandths."""
        chance = min(matches_per_record / max(self.records, _FEWEST_RECORDS), 0.5)
        return round(1000 * log2(chance / (1 - chance)))

    def growth(self, records: int) -> int:
        """How much more a `local` level weighs here than at sites of up to so many records, in thousandths.

        Half of what the prior loses: a larger site has more companies and also larger ones; in lists of up to a
        million records the chance to meet a colleague fell by 0.4 to 1 bit for each bit of records. Not less at
        smaller sites: there even a rare name is a large share of the records, which says as much.
        """
        return round(500 * max(0.0, log2(max(self.records, 1) / records)))
