"""What a CRM itself says about who is one person: merges, conversions, ids of the native integration."""

from __future__ import annotations

from collections.abc import Iterator

from sync.core.records import PersonRecord, RecordKey, State

MERGED = "merged"
CONVERTED = "converted"
VENDOR_LINK = "vendor_link"
TOLD = frozenset({MERGED, CONVERTED, VENDOR_LINK})
"""Evidence words of this module; they stand above whatever a comparison says."""


def named_ids(record: PersonRecord) -> Iterator[str]:
    """The ids by which a record meets those that name it, or that it names; each once."""
    named = (record.key, *(key for key, _ in _others(record)))
    yield from dict.fromkeys(str(key) for key in named if key.id)


def told(one: PersonRecord, two: PersonRecord) -> tuple[str, str] | None:
    """(evidence, id named) when the CRMs' own words make these records one person, else None.

    Two records that name one third are one person, even before the third has been pulled.
    """
    mine, hers = dict(_others(one)), dict(_others(two))
    if two.key in mine:
        return mine[two.key], str(two.key)
    if one.key in hers:
        return hers[one.key], str(one.key)
    common = mine.keys() & hers.keys()
    return (VENDOR_LINK, min(map(str, common))) if common else None


def _others(record: PersonRecord) -> Iterator[tuple[RecordKey, str]]:
    """The last word on a key counts: a successor is more than a link."""
    for links, evidence in ((record.links, VENDOR_LINK), (record.absorbed, MERGED)):
        for key in links:
            if key.id and key != record.key:
                yield key, evidence
    if record.successor and record.successor.id:
        yield record.successor, CONVERTED if record.state is State.CONVERTED else MERGED
