"""A whole list matched: candidates and weights, exact edges, clusters."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from sync.identity.certain import certain
from sync.identity.cluster import ScoredEdge, Standing, cluster
from sync.identity.engine import duck, open_engine
from sync.identity.engine.candidates import Candidates
from sync.identity.engine.columns import SETS, WEIGHED
from sync.identity.engine.site import Site
from sync.identity.features import Features
from sync.identity.keys import LIMITS, KeyKind
from sync.identity.shared import Shared

KEPT = [name for name in WEIGHED.names if not name.endswith("_level")]
Position = int
PairOf = tuple[Position, Position]
Told = Callable[[int, int], None]
"""Hears how much is done of how much; 0 of an unknown amount."""

# Pairs with one mailbox, or with one number and one name; whether that is enough, `certain` decides.
_EXACT = f"""
    with mailboxes as (
        select id, unnest(list_distinct(emails)) as mailbox, em, role from features
    ), numbers as (
        select id, unnest(list_distinct(phones)) as number, nm, kj from features
    ), personal as (select id, mailbox from mailboxes where not (role and mailbox = em)),
    of_mailbox as (
        select mailbox from personal group by mailbox having count(*) between 2 and {LIMITS[KeyKind.MAILBOX]}
    ), of_number as (
        select number from numbers group by number having count(*) between 2 and {LIMITS[KeyKind.PHONE]}
    )
    select l.id, r.id from personal as l join personal as r on l.mailbox = r.mailbox and l.id < r.id
    where l.mailbox in (from of_mailbox)
    union
    select l.id, r.id from numbers as l join numbers as r on l.number = r.number and l.id < r.id
    where l.number in (from of_number) and ((l.nm = r.nm and l.nm <> '') or (l.kj = r.kj and l.kj <> ''))"""


@dataclass(frozen=True)
class Matched:
    """`firsts`: for each record the position of the first record of its cluster. `kept`: pairs (`KEPT`) whose weight
    reached the floor; `certain`: pairs that an exact key joins."""

    firsts: array[int]
    kept: pa.Table
    certain: frozenset[PairOf]


def weighed(features: pa.Table, candidates: Candidates, floor: int, resources: duck.Resources, told: Told) -> pa.Table:
    """Candidate pairs (`KEPT`) whose weight reaches the floor; `told` hears how many have been weighed."""
    counted = features.group_by("nm").aggregate([("nm", "count")]).rename_columns(["nm", "count"])
    site = Site(features.num_rows, counted.filter(pc.not_equal(counted["nm"], "")))
    engine = open_engine(resources)
    kept = [WEIGHED.empty_table().select(KEPT)]
    done = 0
    try:
        for block in candidates.blocks():
            found = engine.weigh(features, block, site).select(KEPT)
            kept.append(found.filter(pc.greater_equal(found["weight"], floor)))
            told(done := done + block.num_rows, 0)
    finally:
        engine.close()
    return pa.concat_tables(kept)


def exact_pairs(features: pa.Table, resources: duck.Resources) -> list[PairOf]:
    connection = duck.connect(resources)
    try:
        with duck.viewed(connection, "features", features):
            return connection.execute(_EXACT).fetchall()
    finally:
        connection.close()


def clustered(
    features: pa.Table,
    kept: pa.Table,
    exact: Collection[PairOf],
    threshold: int,
    shared: Shared,
    order: Callable[[Features], tuple[str, ...]],
) -> Matched:
    """Clusters along exact edges and weights from the threshold up. `order` decides ties."""
    strong = kept.filter(pc.greater_equal(kept["weight"], threshold)).select(["left", "right", "weight"])
    nodes = _nodes(features, strong, exact)
    sure = frozenset(pair for pair in exact if certain(nodes[pair[0]], nodes[pair[1]], shared))
    places = sorted(nodes, key=lambda position: order(nodes[position]))
    rank = {position: place for place, position in enumerate(places)}
    ranked = {place: replace(nodes[position], id=place) for position, place in rank.items()}
    edges = [ScoredEdge(rank[left], rank[right], 0, Standing.CERTAIN) for left, right in sure]
    edges += [ScoredEdge(rank[left], rank[right], weight) for left, right, weight in _rows(strong)]
    found = cluster(ranked, edges, shared=shared)
    firsts = array("q", range(features.num_rows))
    for group in found.groups:
        positions = [places[place] for place in group]
        for position in positions:
            firsts[position] = min(positions)
    return Matched(firsts, kept, sure)


def _nodes(features: pa.Table, strong: pa.Table, exact: Iterable[PairOf]) -> Mapping[Position, Features]:
    """Records that any edge names."""
    named = {position for pair in exact for position in pair}
    named.update(strong["left"].to_pylist(), strong["right"].to_pylist())
    taken = features.take(pa.array(sorted(named), pa.int64()))
    columns = {name: taken[name].to_pylist() for name in Features.__slots__}
    for name in SETS:
        columns[name] = list(map(tuple, columns[name]))
    return {row[0]: Features(*row) for row in zip(*columns.values(), strict=True)}


def _rows(table: pa.Table) -> Iterator[tuple[int, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
