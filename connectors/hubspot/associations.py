"""Who belongs to what: ids inline in a list page, or v4 batch reads of up to 1,000 records at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connectors.hubspot import routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import listed

_PRIMARY = "primary"


def inline(client: HubSpotClient, type_: str, raw: Mapping[str, Any], to: str) -> tuple[str, ...]:
    """Associated ids inside a listed object. Only the first of them fit in; the rest is fetched."""
    linked = raw.get("associations")
    block = linked.get(to) if isinstance(linked, Mapping) else None
    if not isinstance(block, Mapping):
        return ()
    if next_after(block):
        return one(client, type_, str(raw["id"]), to)
    return tuple(dict.fromkeys(id_ for found in _objects(block.get("results")) if (id_ := _id(found))))


def batch(client: HubSpotClient, type_: str, to: str, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Associated ids by record id; a record without any has no entry (HubSpot answers 207 with an error for it)."""
    found: dict[str, tuple[str, ...]] = {}
    for chunk in chunks(ids, routes.ASSOCIATION_INPUTS):
        body = {"inputs": [{"id": each} for each in chunk]}
        answer = client.post(routes.ASSOCIATIONS_BATCH, body, type=type_, to=to)
        for result in listed(answer.body, f"associations {type_}"):
            source = _id(result.get("from"))
            if next_after(result):
                found[source] = one(client, type_, source, to)
            elif targets := _targets(result.get("to")):
                found[source] = tuple(dict.fromkeys(found.get(source, ()) + targets))
    return found


def one(client: HubSpotClient, type_: str, id_: str, to: str) -> tuple[str, ...]:
    """All associated ids of one record, page by page."""
    targets: tuple[str, ...] = ()
    query = {"limit": "500"}
    while True:
        body = client.get(routes.ASSOCIATIONS_OF_ONE, query, type=type_, id=id_, to=to).body
        targets += _targets(body.get("results"))
        after = next_after(body)
        if not after or after == query.get("after"):
            return tuple(dict.fromkeys(targets))
        query = {"limit": "500", "after": after}


def next_after(body: Mapping[str, Any]) -> str:
    """The token of the next page, "" on the last one."""
    paging = body.get("paging")
    following = paging.get("next") if isinstance(paging, Mapping) else None
    after = following.get("after") if isinstance(following, Mapping) else None
    return "" if after is None else str(after)


def chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _targets(raw: Any) -> tuple[str, ...]:
    """Ids of one side, a primary association first; a pair appears once however many types join it."""
    entries = [entry for entry in _objects(raw) if entry.get("toObjectId") is not None]
    entries.sort(key=lambda entry: not _is_primary(_objects(entry.get("associationTypes"))))
    return tuple(dict.fromkeys(str(entry["toObjectId"]) for entry in entries))


def _objects(raw: Any) -> list[Mapping[str, Any]]:
    return [each for each in raw if isinstance(each, Mapping)] if isinstance(raw, list) else []


def _id(raw: Any) -> str:
    id_ = raw.get("id") if isinstance(raw, Mapping) else None
    return "" if id_ is None else str(id_)


def _is_primary(types: Iterable[Mapping[str, Any]]) -> bool:
    return any(str(kind.get("label") or "").lower() == _PRIMARY for kind in types)
