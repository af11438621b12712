"""What was checked and what was found, as text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.conformance.checking import ANSWER, Checked, Mismatch
from tests.conformance.coverage import CONNECTOR_ROUTES, route_of
from tests.conformance.tolerances import TOLERANCES, Sifted


@dataclass(frozen=True, slots=True)
class Results:
    """`connector`: calls that the connector made; `tour`: calls made to see the emulator's other answers."""

    connector: Sequence[Checked]
    tour: Sequence[Checked]
    sifted: Sifted
    uncalled: Sequence[str]  # routes of the connector that it was not seen to call
    unanswered: Sequence[str]  # routes of the emulator that gave no good answer

    @property
    def everything(self) -> Sequence[Checked]:
        return [*self.connector, *self.tour]

    @property
    def unused(self) -> list[str]:
        """Tolerances that nothing needed: to be taken out."""
        return [name for name, times in self.sifted.tolerated.items() if not times]

    @property
    def passed(self) -> bool:
        return not (self.sifted.mismatches or self.uncalled or self.unanswered or self.unused)


def lines(results: Results) -> Iterator[str]:
    yield from _operations(results)
    yield ""
    yield from _outside(results)
    yield ""
    yield from _tolerated(results.sifted.tolerated)
    yield ""
    yield from _coverage(results)
    yield ""
    yield from _problems(results)
    yield _closing(results)


def _operations(results: Results) -> Iterator[str]:
    by_connector = Counter(str(each.operation) for each in results.connector if each.operation)
    in_all = Counter(str(each.operation) for each in results.everything if each.operation)
    files = {str(each.operation): each.operation.file for each in results.everything if each.operation}
    width = max(map(len, in_all), default=10)
    yield f"{'operation':<{width}}  connector  others  answers"
    for name in sorted(in_all, key=lambda name: (name.split()[1], name)):
        answers = Counter(str(each.call.status) for each in results.everything if str(each.operation) == name)
        told = ", ".join(f"{times} x {status}" for status, times in sorted(answers.items()))
        others = in_all[name] - by_connector[name]
        yield f"{name:<{width}}  {by_connector[name] or '-':>9}  {others or '-':>6}  {told}  ({files[name]})"


def _outside(results: Results) -> Iterator[str]:
    """Calls whose path no document describes, by the connector's name of the path."""
    outside = Counter(
        f"{each.call.method} {route_of(each.call.path)}"
        for each in results.everything
        if each.operation is None and not each.mismatches
    )
    yield "Paths that the documents do not describe (not checked):"
    yield from (f"  {name}  {times} calls" for name, times in sorted(outside.items())) if outside else ["  none"]


def _tolerated(tolerated: Mapping[str, int]) -> Iterator[str]:
    yield "Let pass, since the documents are known to be wrong there:"
    for each in TOLERANCES:
        if each.name in tolerated:
            yield f"  {each.name}, {tolerated[each.name]} times: {each.reason}"


def _coverage(results: Results) -> Iterator[str]:
    described = {route_of(each.call.path) for each in results.connector if each.operation} & {*CONNECTOR_ROUTES}
    used = {str(each.operation) for each in results.connector if each.operation}
    called = len(CONNECTOR_ROUTES) - len(results.uncalled)
    yield (
        f"Coverage: the connector called {called} of its {len(CONNECTOR_ROUTES)} routes; {len(described)} of them are "
        f"in the documents, as {len(used)} operations, all checked; {called - len(described)} are not in them."
    )


def _problems(results: Results) -> Iterator[str]:
    if results.sifted.mismatches:
        yield "Mismatches:"
        yield from (f"  {text}" for text in _grouped(results.sifted.mismatches))
    for title, names in (
        ("Routes of the connector that were not called, so not checked:", results.uncalled),
        ("Routes of the emulator without a good answer:", results.unanswered),
        ("Tolerances that nothing needs any more, to be taken out:", results.unused),
    ):
        if names:
            yield title
            yield from (f"  {name}" for name in names)


def _grouped(mismatches: Iterable[Mismatch]) -> Iterator[str]:
    """Alike ones in one line, the first of them in full."""
    groups: dict[tuple[str, ...], list[Mismatch]] = {}
    for each in mismatches:
        status = str(each.status) if each.side == ANSWER else ""
        place = re.sub(r"\[\d+\]", "[]", each.finding.where)
        groups.setdefault((each.operation, each.side, status, place, each.finding.keyword), []).append(each)
    for group in groups.values():
        more = f"  (and {len(group) - 1} more like it)" if len(group) > 1 else ""
        yield f"{group[0]}{more}"


def _closing(results: Results) -> str:
    checked = [each for each in results.everything if each.operation]
    answers = sum(isinstance(each.call.status, int) for each in checked)
    operations = len({str(each.operation) for each in checked})
    verdict = "conformant" if results.passed else "NOT conformant"
    return (
        f"{verdict}: {len(checked)} requests and {answers} answers of {operations} operations checked, "
        f"{len(results.sifted.mismatches)} mismatches"
    )
