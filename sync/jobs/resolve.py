"""Resolve: every changed record comes to its person.

Three steps, each in batches of one transaction, each record's progress kept with it (`Step`): keys are indexed, pairs
that share one are weighed, groups of pairs become persons. A record changes the pairs of others only through a key
that comes into use or out of it, or whose bearers show that it is nobody's own; those are sent back to their pairs.
So whatever happened in whatever order, the persons are those of resolving everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.core.records import State
from sync.identity.cluster import Clustering, ScoredEdge, Standing, cluster
from sync.identity.engine import Engine
from sync.identity.features import Features
from sync.identity.keys import LIMITS, KeyKind, key_number, keys_of
from sync.identity.normalise import edition
from sync.identity.raw import features_of
from sync.identity.shared import main_number, shared_mailbox
from sync.identity.told import TOLD, named_ids
from sync.jobs.assigning import assign, oldest_first
from sync.jobs.matching_model import BEING_USED, USED_FOR_ALL
from sync.jobs.pairing import Portraits, pair_off
from sync.ports import Clock
from sync.repository import Decision, Member, PairRow, Step, Store, Unit

BATCH = 2_000
WEIGHED_AT_ONCE = 20_000  # records whose pairs are weighed together when many wait
LARGEST_COMPONENT = 20_000  # records that one batch may drag along
GROWTH_PERCENT = 20  # of the records since names were counted: all pairs are weighed anew

# Facts: the last record that was sent back to its keys, or its pairs, while all are.
_KEYS_ANEW = "keys_anew_after"
_PAIRS_ANEW = "pairs_anew_after"


@dataclass
class ResolveTotals:
    records: int = 0
    merged: int = 0
    split: int = 0
    attached: int = 0


@dataclass
class _Resolve:
    store: Store
    engine: Engine
    clock: Clock
    between: Callable[[], None]
    batch: int
    totals: ResolveTotals = field(default_factory=ResolveTotals)
    portraits: Portraits = field(default_factory=Portraits)

    def run(self) -> ResolveTotals:
        self._new_version()
        self._repeat(self._index)
        self._new_model()
        self._new_counts()
        with self.store.reading() as unit:
            self.portraits.shared_numbers = unit.shared_keys()
        settled: set[int] = set()
        at_once = self.batch * WEIGHED_AT_ONCE // BATCH
        self._repeat(lambda: pair_off(self.store, self.engine, self.portraits, settled, at_once, self.between))
        self._all_weighed()
        self._repeat(self._group)
        with self.store.begin() as unit:
            self.totals.attached = unit.attach_activities()
        return self.totals

    def _repeat(self, step: Callable[[], bool]) -> None:
        while step():
            self.between()

    def _new_version(self) -> None:
        """Keys of another normaliser's making meet none of this one's."""
        if self._fact("normaliser") != edition():
            with self.store.begin() as unit:
                unit.set_fact("normaliser", edition())
                unit.set_fact(_KEYS_ANEW, "0")
        self._send_all_back(_KEYS_ANEW, Step.KEYS)

    def _new_model(self) -> None:
        """Weights of two models do not compare, and a level's number may mean another level: all pairs are weighed
        anew. `_new_counts` sends their records back."""
        if self._fact(BEING_USED) != self.engine.model.edition:
            with self.store.begin() as unit:
                unit.set_fact(BEING_USED, self.engine.model.edition)
                unit.set_fact(_PAIRS_ANEW, "0")

    def _all_weighed(self) -> None:
        if self._fact(USED_FOR_ALL) != self.engine.model.edition:
            with self.store.begin() as unit:
                unit.set_fact(USED_FOR_ALL, self.engine.model.edition)

    def _new_counts(self) -> None:
        """How common names are is counted when the records have become many more or fewer; until then the same pair
        always weighs the same, whenever it is weighed."""
        with self.store.reading() as unit:
            now, before = unit.count_records(), int(unit.fact("matched_records") or 0)
        if now != before and abs(now - before) * 100 >= before * GROWTH_PERCENT:
            with self.store.begin() as unit:
                unit.count_names()
                unit.set_fact("matched_records", str(now))
                unit.set_fact(_PAIRS_ANEW, "0")
        self._send_all_back(_PAIRS_ANEW, Step.PAIRS)

    def _send_all_back(self, fact: str, step: Step) -> None:
        """In bounded pieces; the fact tells how far it got, and is there while it is not done."""
        while (after := self._fact(fact)) is not None:
            with self.store.begin() as unit:
                last = unit.send_all_back(step, int(after), self.batch * 10)
                unit.set_fact(fact, None if last is None else str(last))
            self.between()

    def _fact(self, key: str) -> str | None:
        with self.store.reading() as unit:
            return unit.fact(key)

    def _waits(self, step: Step) -> bool:
        with self.store.reading() as unit:
            return bool(unit.waiting(step, 1))

    def _index(self) -> bool:
        if not self._waits(Step.KEYS):
            return False
        with self.store.begin() as unit:
            changed = unit.unresolved(self.batch)
            known = self.portraits.add(features_of(changed, unit.companies_of(changed)))
            touched = unit.set_keys({member.id: _numbers(member, known[member.id]) for member in changed})
            _judge_keys(unit, self.portraits, known, touched)
            unit.flag((m.person_id for m in changed if m.person_id), score=True, plan=True)
            unit.advance((member.id for member in changed), Step.KEYS, Step.PAIRS)
        self.totals.records += len(changed)
        return True

    def _group(self) -> bool:
        if not self._waits(Step.PERSON):
            return False
        with self.store.begin() as unit:
            unit.hold_decisions()
            ids = unit.component(unit.waiting(Step.PERSON, self.batch), LARGEST_COMPONENT)
            members = unit.records(sorted(ids))
            pairs, decisions = unit.strong_pairs(ids), unit.decisions_among(ids)
            found = self._cluster(unit, pairs, decisions)
            unit.set_refused(_refused_anew(pairs, found))
            assigned = assign(unit, _groups(members, found), _causes(found, decisions), int(self.clock()))
            unit.advance(ids, Step.PERSON, Step.RESOLVED)
        self.totals.merged += assigned.merged
        self.totals.split += assigned.split
        return True

    def _cluster(self, unit: Unit, pairs: Sequence[PairRow], decisions: Iterable[Decision]) -> Clustering:
        verdicts = {(decision.left, decision.right): decision.verdict for decision in decisions}
        edges = [_edge(pair) for pair in pairs]
        edges += [
            ScoredEdge(*ends, standing=Standing.DECIDED, evidence="decided")
            for ends, v in verdicts.items()
            if v == "same"
        ]
        known = self.portraits.of(unit, {id for edge in edges for id in (edge.left, edge.right)})
        cannot = [ends for ends, verdict in verdicts.items() if verdict == "different"]
        return cluster(known, edges, cannot, self.portraits.shared(known.values()))


def resolve(
    store: Store, engine: Engine, clock: Clock, between: Callable[[], None], batch: int = BATCH
) -> ResolveTotals:
    """Brings every changed record to its person. `between` is called between batches and may raise `Stopped`.

    Raises `EngineError` when pairs cannot be weighed; what was resolved until then stays, the rest waits.
    """
    return _Resolve(store, engine, clock, between, batch).run()


def _numbers(member: Member, features: Features) -> dict[int, int]:
    """A record merged into another one is known by its id alone: what it held, the other one holds now, and would
    make a number look like many people's."""
    if member.record.state is State.MERGED:
        return {key_number(KeyKind.RECORD, id): KeyKind.RECORD.value for id in named_ids(member.record)}
    numbers = {key_number(kind, text): kind.value for kind, text in keys_of(features)}
    return numbers | {key_number(KeyKind.RECORD, id): KeyKind.RECORD.value for id in named_ids(member.record)}


def _judge_keys(unit: Unit, portraits: Portraits, changed: Mapping[int, Features], touched: Mapping[int, int]) -> None:
    """Mailboxes and numbers that turned out to be, or to be no longer, shared by many: what all records say of them
    counts, whatever lists say."""
    mailboxes = {key_number(KeyKind.MAILBOX, mailbox) for f in changed.values() for mailbox in f.emails}
    mailboxes |= {number for number, kind in touched.items() if kind == KeyKind.MAILBOX}
    phones = {number for number, kind in touched.items() if kind == KeyKind.PHONE}
    counts = unit.key_counts(mailboxes | phones)
    shared = {number for number in phones if main_number(counts.get(number, 0))}
    shared |= {number for number in mailboxes if counts.get(number, 0) > LIMITS[KeyKind.MAILBOX]}
    borne = {number for number in mailboxes - shared if counts.get(number, 0) > 1}
    for number, ids in unit.records_bearing(borne).items():
        if shared_mailbox(portraits.of(unit, ids).values()):
            shared.add(number)
    until_now = unit.shared_keys() & (mailboxes | phones)
    unit.set_shared(shared - until_now, until_now - shared)


def _edge(pair: PairRow) -> ScoredEdge:
    if not pair.evidence:
        return ScoredEdge(pair.left, pair.right, pair.weight)
    standing = Standing.TOLD if pair.evidence in TOLD else Standing.CERTAIN
    return ScoredEdge(pair.left, pair.right, pair.weight, standing, pair.evidence)


def _refused_anew(pairs: Iterable[PairRow], found: Clustering) -> dict[tuple[int, int], str | None]:
    """Pairs whose refusal is another one than before."""
    reasons = {(refused.edge.left, refused.edge.right): str(refused.reason) for refused in found.refused}
    now = {(pair.left, pair.right): reasons.get((pair.left, pair.right)) for pair in pairs}
    return {(p.left, p.right): now[p.left, p.right] for p in pairs if now[p.left, p.right] != p.refused}


def _groups(members: Mapping[int, Member], found: Clustering) -> list[list[Member]]:
    joined = [oldest_first([members[id] for id in group]) for group in found.groups]
    together = {id for group in found.groups for id in group}
    return joined + [[member] for id, member in members.items() if id not in together]


def _causes(found: Clustering, decisions: Collection[Decision]) -> dict[int, str]:
    """Record -> why it was joined; minus record -> why it was kept apart."""
    causes = {-id: "decided" for d in decisions if d.verdict == "different" for id in (d.left, d.right)}
    for edge in reversed(found.joined):
        for id in (edge.left, edge.right):
            causes[id] = edge.evidence if edge.evidence != "weight" else f"weight {edge.weight}"
    return causes
