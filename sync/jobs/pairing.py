"""Which records may be one person, and how much speaks for it: the middle part of resolving."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from sync.core.records import PersonRecord
from sync.identity.bands import REVIEW_IF_HOT_FROM
from sync.identity.certain import SAME_EMAIL, certain
from sync.identity.engine import Engine
from sync.identity.engine.columns import PAIRS, table_of
from sync.identity.engine.site import Site
from sync.identity.features import Features
from sync.identity.keys import KeyKind, key_number
from sync.identity.raw import features_of
from sync.identity.shared import Shared, personal_mailboxes, with_statistics
from sync.identity.told import told
from sync.repository import PairRow, Step, Store, Unit

MOST_PAIRS = 200_000  # weighed at once: with what they need, some 400 MB
_KEPT = 50_000  # features kept in memory, about 1 KB each

Pair = tuple[int, int]


@dataclass
class Portraits:
    """Records as matching sees them, read from the store once per resolve as far as memory allows.

    While a resolve runs, records do not change: it holds the lease.
    """

    shared_numbers: set[int] = field(default_factory=set)
    _kept: dict[int, Features] = field(default_factory=dict)

    def of(self, unit: Unit, ids: Collection[int]) -> dict[int, Features]:
        """As the records tell, before statistics over all records count."""
        found = {id: self._kept[id] for id in ids if id in self._kept}
        if missing := [id for id in sorted(ids) if id not in found]:
            members = unit.records(missing).values()
            found |= self.add(features_of(members, unit.companies_of(members)))
        return found

    def add(self, portraits: dict[int, Features]) -> dict[int, Features]:
        if len(self._kept) + len(portraits) > _KEPT:
            self._kept.clear()
        self._kept |= portraits
        return portraits

    def shared(self, portraits: Iterable[Features]) -> Shared:
        """Which of their mailboxes and numbers belong to no single person."""
        if not self.shared_numbers:
            return Shared()
        mailboxes, numbers = set(), set()
        for f in portraits:
            mailboxes |= {m for m in f.emails if key_number(KeyKind.MAILBOX, m) in self.shared_numbers}
            numbers |= {n for n in f.phones if key_number(KeyKind.PHONE, n) in self.shared_numbers}
        return Shared(frozenset(mailboxes), frozenset(numbers))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs to weigh with all that is needed for it."""

    ids: Sequence[int]  # whose pairs these are
    evidence: Mapping[Pair, tuple[str, str]]
    pairs: Sequence[Pair]
    portraits: Mapping[int, Features]
    site: Site


def pair_off(
    store: Store, engine: Engine, portraits: Portraits, settled: set[int], batch: int, between: Callable[[], None]
) -> bool:
    """Weighs all pairs of the next records that wait for it; False when none is left.

    `settled` holds the records done since the resolve began, whose pairs with these are stored already. The store is
    not held up while the engine works; `between` is called before the result is stored and may raise: an engine that
    hung may have cost us the lease.
    """
    with store.reading() as unit:
        ids = unit.waiting(Step.PAIRS, batch)
        if not ids:
            return False
        comparison = _compare(unit, ids, portraits, settled)
    found = list(_weighed(comparison, engine))
    between()
    with store.begin() as unit:
        unit.replace_pairs(comparison.ids, settled, found)
        unit.advance(comparison.ids, Step.PAIRS, Step.PERSON)
    settled.update(comparison.ids)
    return True


def _compare(unit: Unit, ids: Sequence[int], portraits: Portraits, settled: Collection[int]) -> Comparison:
    ids, pairs, named = _candidates(unit, ids, settled)
    raw = portraits.of(unit, {id for pair in pairs for id in pair})
    shared = portraits.shared(raw.values())
    known = {id: with_statistics(f, shared) for id, f in raw.items()}
    members = unit.records(sorted({id for pair in named for id in pair})) if named else {}
    records = {id: member.record for id, member in members.items()}
    evidence = {pair: why for pair in pairs if (why := _evidence(pair, known, shared, records))}
    names = {f.nm: key_number(KeyKind.NAME, f.nm) for f in known.values() if f.nm}
    counts = unit.name_counts(names.values())
    site = Site(_site_records(unit), {nm: counts[number] for nm, number in names.items() if number in counts})
    return Comparison(ids, evidence, pairs, known, site)


def _candidates(
    unit: Unit, ids: Sequence[int], settled: Collection[int]
) -> tuple[Sequence[int], list[Pair], set[Pair]]:
    """(records, their pairs, those of the pairs in which a CRM's ids meet); fewer records when they have too many."""
    while True:
        mine = set(ids)
        pairs: set[Pair] = set()
        named: set[Pair] = set()
        for kind, bearers in unit.candidates(ids):
            found = named if kind == KeyKind.RECORD else pairs
            if len(pairs) > MOST_PAIRS and len(ids) > 1:
                break
            for one in mine.intersection(bearers):
                found.update((one, two) if one < two else (two, one) for two in bearers if two != one)
        pairs |= named
        if len(pairs) <= MOST_PAIRS or len(ids) == 1:
            kept = [pair for pair in sorted(pairs) if pair[0] not in settled and pair[1] not in settled]
            return ids, kept, named.intersection(kept)
        ids = ids[: len(ids) // 2]


def _evidence(
    pair: Pair, known: Mapping[int, Features], shared: Shared, records: Mapping[int, PersonRecord]
) -> tuple[str, str] | None:
    """(a stable word, what it rests on) where the two are surely one."""
    left, right = pair
    if left in records and right in records and (by_crm := told(records[left], records[right])):
        return by_crm
    one, two = known[left], known[right]
    word = certain(one, two, shared)
    if word is None:
        return None
    if word == SAME_EMAIL:
        common = personal_mailboxes(one, shared) & personal_mailboxes(two, shared)
    else:
        common = frozenset(set(one.phones).intersection(two.phones) - shared.numbers)
    return word, min(common, default="")


def _weighed(comparison: Comparison, engine: Engine) -> Iterator[PairRow]:
    """Pairs worth keeping: certain ones, and those that somebody may be asked about."""
    if not comparison.pairs:
        return
    features = table_of(comparison.portraits[id] for id in sorted(comparison.portraits))
    lefts, rights = zip(*comparison.pairs, strict=True)
    pairs = pa.table([pa.array(lefts, pa.int64()), pa.array(rights, pa.int64())], schema=PAIRS)
    weighed = engine.weigh(features, pairs, comparison.site)
    for row in zip(*(column.to_pylist() for column in weighed.itercolumns()), strict=True):
        values = dict(zip(weighed.column_names, row, strict=True))
        evidence, detail = comparison.evidence.get((values["left"], values["right"]), ("", ""))
        if evidence or values["weight"] >= REVIEW_IF_HOT_FROM:
            yield PairRow(**values, evidence=evidence, detail=detail)


def _site_records(unit: Unit) -> int:
    return int(unit.fact("matched_records") or 0)
