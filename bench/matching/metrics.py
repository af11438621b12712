"""How good clusters are, against the truth.

Pairwise precision, recall and F1 count pairs of records (Menestrina et al., "Evaluating Entity Resolution Results",
VLDB 2010); B-cubed averages over records (Bagga and Baldwin, "Entity-Based Cross-Document Coreferencing", 1998).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of 1. `most_people` is the number of different people in the worst cluster."""

    precision: float
    recall: float
    f1: float
    b_precision: float
    b_recall: float
    b_f1: float
    most_people: int
    mixed: int  # clusters with more than one person


def quality(found: Mapping[str, Hashable], truth: Mapping[str, Hashable]) -> Quality:
    """Both map a record's id to its cluster. A record that `found` lacks is a cluster of its own."""
    clusters = {id: found.get(id, ("alone", id)) for id in truth}
    cells = Counter((clusters[id], truth[id]) for id in truth)
    found_sizes, true_sizes = Counter(clusters.values()), Counter(truth.values())
    both = sum(map(_pairs, cells.values()))
    precision = _share(both, sum(map(_pairs, found_sizes.values())))
    recall = _share(both, sum(map(_pairs, true_sizes.values())))
    b_precision = sum(n * n / found_sizes[cluster] for (cluster, _), n in cells.items()) / max(len(truth), 1)
    b_recall = sum(n * n / true_sizes[person] for (_, person), n in cells.items()) / max(len(truth), 1)
    people = Counter(cluster for cluster, _ in cells)
    return Quality(
        precision,
        recall,
        _f1(precision, recall),
        b_precision,
        b_recall,
        _f1(b_precision, b_recall),
        max(people.values(), default=0),
        sum(1 for count in people.values() if count > 1),
    )


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
