"""CRM search: an eventually consistent index, at most 10,000 results per query."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.filters import NUMERIC, Filter, has_tokens, property_type, read_groups
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import invalid
from connectors.sandbox.hubspot.rendering import Renderer
from connectors.sandbox.hubspot.snapshot import Snapshot
from connectors.sandbox.hubspot.store import ObjectTable

PAGE, DEFAULT_PAGE = 200, 10
WINDOW = 10_000
QUERY_CHARACTERS = 3_000
_SCATTER = 2_654_435_761


@dataclass(frozen=True)
class Sort:
    name: str
    kind: str
    descending: bool = False


@dataclass(frozen=True)
class Query:
    groups: tuple[tuple[Filter, ...], ...]
    text: str
    sort: Sort
    offset: int
    limit: int

    @property
    def key(self) -> Hashable | None:
        """What the answer depends on besides the index; None when it depends on associations too."""
        if any(one.kind == "association" for group in self.groups for one in group):
            return None
        return self.groups, self.text, self.sort


class Search:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def answer(self, request: Request) -> Response:
        table = self._portal.table(request.match["type"], "read")
        body = sent.json_object(request)
        query = read_query(body, table)
        renderer = Renderer(self._portal, table, sent.name_list(body, "properties") or None)
        table.index.catch_up()
        ids = table.index.answer(query.key, lambda: self._matching(table, query))
        page = ids[query.offset : query.offset + query.limit]
        answer: dict[str, Any] = {
            "total": len(ids),
            "results": [renderer.snapshot(table.index[number]) for number in page],
        }
        if query.offset + query.limit < len(ids):
            answer["paging"] = {"next": {"after": str(query.offset + query.limit)}}
        return Response(200, answer)

    def _matching(self, table: ObjectTable, query: Query) -> list[int]:
        """Ids of all records that match, in the order asked for."""
        if not query.groups:
            ids = [snapshot.number for snapshot in table.index]
        elif len(query.groups) == 1:
            ids = self._in_group(table, query.groups[0])
        else:
            ids = sorted({number for group in query.groups for number in self._in_group(table, group)})
        if query.text:
            ids = [number for number in ids if _mentions(table, table.index[number], query.text)]
        return _ordered(table, ids, query.sort)

    def _in_group(self, table: ObjectTable, group: tuple[Filter, ...]) -> list[int]:
        """By ascending id. What does not depend on an id range is kept, so that a keyset walk through
        many pages looks at each record once."""
        ranges = [one for one in group if one.is_id_range]
        others = tuple(one for one in group if not one.is_id_range)
        kept = None if any(one.kind == "association" for one in others) else ("group", others)
        ids = table.index.answer(kept, lambda: self._passing(table, others))
        for one in ranges:
            ids = _within(ids, one)
        return ids

    def _passing(self, table: ObjectTable, filters: tuple[Filter, ...]) -> list[int]:
        plain = [one for one in filters if one.kind != "association"]
        found = [snapshot.number for snapshot in table.index if all(one.holds(snapshot) for one in plain)]
        for one in filters:
            if one.kind == "association":
                found = [number for number in found if self._associated(table, number, one)]
        return found

    def _associated(self, table: ObjectTable, number: int, one: Filter) -> bool:
        others = self._portal.associations.of((table.kind.name, one.name), str(number))
        if one.operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
            return bool(others) is (one.operator == "HAS_PROPERTY")
        return any(value in others for value in one.values) is not (one.operator == "NOT_IN")


def read_query(body: dict[str, Any], table: ObjectTable) -> Query:
    text = body.get("query") or ""
    if not isinstance(text, str) or len(text) > QUERY_CHARACTERS:
        raise invalid(f"query must be a text of at most {QUERY_CHARACTERS} characters")
    offset, limit = _whole(body, "after", 0), _whole(body, "limit", DEFAULT_PAGE)
    if not 1 <= limit <= PAGE:
        raise invalid(f"limit must be from 1 to {PAGE}, got {limit}")
    if offset + limit > WINDOW:
        raise invalid(f"The search window ends at {WINDOW} results: after {offset} with limit {limit} is beyond it")
    groups = read_groups(body, table.definitions)
    return Query(groups, text, _read_sort(body.get("sorts"), table), offset, limit)


def _whole(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name)
    if value is None or value == "":
        return default
    if isinstance(value, bool) or not str(value).isdecimal():
        raise invalid(f"{name} must be a whole number, got {value}")
    return int(value)


def _read_sort(sorts: Any, table: ObjectTable) -> Sort:
    if not sorts:
        return Sort(table.kind.created, "datetime")
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise invalid("sorts must be a list with one sort")
    sort = sorts[0]
    if isinstance(sort, str):
        sort = {"propertyName": sort.lstrip("-"), "direction": "DESCENDING" if sort.startswith("-") else "ASCENDING"}
    if not isinstance(sort, dict) or not isinstance(sort.get("propertyName"), str):
        raise invalid("Invalid input JSON: Some required fields were not set: [propertyName]")
    direction = sort.get("direction", "ASCENDING")
    if direction not in ("ASCENDING", "DESCENDING"):
        raise invalid(f"Invalid input JSON: {direction} is not a sort direction")
    name = sort["propertyName"]
    return Sort(name, property_type(name, table.definitions), direction == "DESCENDING")


def _ordered(table: ObjectTable, ids: list[int], sort: Sort) -> list[int]:
    """Records that tie come in an order of their own, not by id; those without a value come last."""
    if sort.name == "hs_object_id":
        return ids[::-1] if sort.descending else ids
    with_value, without = [], []
    for number in ids:
        value = _sort_value(table.index[number], sort)
        if value is None:
            without.append(number)
        else:
            with_value.append((value, number * _SCATTER % 2**32, number))
    with_value.sort(reverse=sort.descending)
    return [number for _, _, number in with_value] + without


def _sort_value(snapshot: Snapshot, sort: Sort) -> Any:
    if sort.kind in NUMERIC:
        return snapshot.comparable(sort.name, sort.kind)
    text = snapshot.properties.get(sort.name)
    return None if text is None else text.lower()


def _within(ids: list[int], one: Filter) -> list[int]:
    low = one.values[0]
    match one.operator:
        case "GT":
            return ids[bisect_right(ids, low) :]
        case "GTE":
            return ids[bisect_left(ids, low) :]
        case "LT":
            return ids[: bisect_left(ids, low)]
        case "LTE":
            return ids[: bisect_right(ids, low)]
        case _:
            return ids[bisect_left(ids, low) : bisect_right(ids, one.values[1])]


def _mentions(table: ObjectTable, snapshot: Snapshot, text: str) -> bool:
    haystack = " ".join(snapshot.properties.get(name, "") for name in table.kind.searched)
    return has_tokens(haystack, text)
