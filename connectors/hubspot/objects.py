"""Reads the streams of CRM objects: first by list, then by search; the archived by a list of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot import associations, routes
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.cursor import LIST, ObjectCursor
from connectors.hubspot.failures import unexpected
from connectors.hubspot.mapping import Item, ObjectType, Surroundings
from sync.core.records import Record
from sync.errors import CallRefused, FeatureMissing
from sync.ports import Clock, Page

ARCHIVED_EVERY = 86_400
_GATHERED = 5  # search pages to one association read: 5 x 200 objects fill its 1,000 inputs
_SECONDARY = "companies"  # associations we can do without when their scope is missing


class ObjectReader:
    """One stream's reading of one run."""

    def __init__(self, client: HubSpotClient, clock: Clock, kind: ObjectType, around: Surroundings) -> None:
        self._client, self._clock, self._kind, self._around = client, clock, kind, around
        self._linked = kind.associations
        self._unknown: Counter[str] = Counter()

    def read(self, raw: str | None, full: bool) -> Iterator[Page]:
        cursor = ObjectCursor() if full else ObjectCursor.parse(raw)
        if self._archived_due(cursor):
            for page in self._archived(cursor):
                yield page
                cursor = ObjectCursor.parse(page.cursor)
        yield from self._list(cursor) if cursor.mode == LIST else self._search(cursor, raw)

    def _list(self, cursor: ObjectCursor) -> Iterator[Page]:
        while True:
            body, cursor = self._listed(cursor)
            items = self._items(body)
            cursor = cursor.saw((item.modified_ms, int(item.id)) for item in items)
            following = self._following(body, cursor.after)
            records = self._parse(items, self._inline(items))
            if not following:
                done = cursor.finished()
                yield self._page(records, done, complete_since=cursor.began_at)
                return
            cursor = replace(cursor, after=following)
            yield self._page(records, cursor)

    def _listed(self, cursor: ObjectCursor) -> tuple[Mapping[str, Any], ObjectCursor]:
        began = int(self._clock())
        try:
            answer = self._client.get(routes.OBJECTS, self._list_query(cursor.after), type=self._kind.type)
        except FeatureMissing:
            if _SECONDARY not in self._linked:
                raise
            self._linked = tuple(name for name in self._linked if name != _SECONDARY)
            return self._listed(cursor)
        except CallRefused:
            if not cursor.after:
                raise
            # The vendor no longer knows the token of the interrupted pass: begin it anew.
            return self._listed(ObjectCursor(archived_at=cursor.archived_at))
        return answer.body, cursor.begun(int(answer.began_at * 1000), began)

    def _list_query(self, after: str, archived: bool = False) -> dict[str, str]:
        query = {"limit": str(routes.LIST_PAGE), "properties": ",".join(self._kind.properties)}
        if self._linked and not archived:
            query["associations"] = ",".join(self._linked)
        if archived:
            query["archived"] = "true"
        return query | ({"after": after} if after else {})

    def _search(self, cursor: ObjectCursor, raw: str | None) -> Iterator[Page]:
        gather = _GATHERED if self._linked else 1
        more = True
        while more:
            items: list[Item] = []
            for _ in range(gather):
                found, cursor, more = self._searched(cursor)
                items += found
                if not more:
                    break
            records = self._parse(items, self._batched(items))
            following = cursor if more else cursor.finished()
            if records or self._unknown or following.dump() != raw:
                yield self._page(records, following)

    def _searched(self, cursor: ObjectCursor) -> tuple[list[Item], ObjectCursor, bool]:
        began = int(self._clock())
        answer = self._client.post(routes.SEARCH, self._search_body(cursor), type=self._kind.type)
        cursor = cursor.begun(int(answer.began_at * 1000), began)
        items = self._items(answer.body)
        if not items:
            return [], cursor, False
        ids = [int(item.id) for item in items]
        if ids != sorted(ids) or ids[0] <= cursor.after_id:
            raise unexpected(f"search {self._kind.type}", "results are not in the order of their ids")
        cursor = replace(cursor.saw((item.modified_ms, int(item.id)) for item in items), after_id=ids[-1])
        return items, cursor, _more(answer.body, len(items))

    def _search_body(self, cursor: ObjectCursor) -> dict[str, Any]:
        return {
            "filterGroups": cursor.groups(self._kind.modified),
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(self._kind.properties),
            "limit": routes.SEARCH_PAGE,
            "after": "0",
        }

    def _archived_due(self, cursor: ObjectCursor) -> bool:
        if not self._kind.archived_pass:
            return False
        return bool(cursor.archived_after) or self._clock() - cursor.archived_at >= ARCHIVED_EVERY

    def _archived(self, cursor: ObjectCursor) -> Iterator[Page]:
        began = int(self._clock())
        while True:
            body = self._archived_page(cursor.archived_after)
            items = [Item({**raw, "archived": True}, self._kind.modified, self._unknown) for raw in self._results(body)]
            following = self._following(body, cursor.archived_after)
            if not following:
                cursor = replace(cursor, archived_after="", archived_at=began)
            else:
                cursor = replace(cursor, archived_after=following)
            yield self._page(self._parse(items, {}), cursor)
            if not following:
                return

    def _archived_page(self, after: str) -> Mapping[str, Any]:
        query = self._list_query(after, archived=True)
        try:
            return self._client.get(routes.OBJECTS, query, type=self._kind.type).body
        except CallRefused:
            if not after:
                raise
            return self._archived_page("")  # the token of an interrupted pass is no longer known

    def _inline(self, items: Sequence[Item]) -> dict[str, dict[str, tuple[str, ...]]]:
        return {
            to: {item.id: associations.inline(self._client, self._kind.type, item.raw, to) for item in items}
            for to in self._linked
        }

    def _batched(self, items: Sequence[Item]) -> dict[str, dict[str, tuple[str, ...]]]:
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        ids = [item.id for item in items]
        for to in self._linked if ids else ():
            try:
                found[to] = associations.batch(self._client, self._kind.type, to, ids)
            except FeatureMissing:
                if to != _SECONDARY:
                    raise
        return found

    def _parse(self, items: Sequence[Item], links: Mapping[str, Mapping[str, tuple[str, ...]]]) -> tuple[Record, ...]:
        records: list[Record] = []
        for item in items:
            own = {to: by_id.get(item.id, ()) for to, by_id in links.items()}
            records.extend(self._kind.parse(item, own, self._around))
        return tuple(records)

    def _items(self, body: Mapping[str, Any]) -> list[Item]:
        return [Item(raw, self._kind.modified, self._unknown) for raw in self._results(body)]

    def _results(self, body: Mapping[str, Any]) -> list[Any]:
        results = body.get("results")
        if not isinstance(results, list):
            raise unexpected(f"read {self._kind.type}", "the answer has no list of results")
        return results

    def _following(self, body: Mapping[str, Any], after: str) -> str:
        following = associations.next_after(body)
        if following and following == after:
            raise unexpected(f"list {self._kind.type}", "the next page is the same page again")
        return following

    def _page(self, records: tuple[Record, ...], cursor: ObjectCursor, complete_since: int | None = None) -> Page:
        unknown, self._unknown = dict(self._unknown), Counter()
        return Page(
            stream=self._kind.type,
            records=records,
            cursor=cursor.dump(),
            complete_since=complete_since,
            full_objects=(self._kind.object,) if complete_since is not None else (),
            unknown=unknown,
        )


def _more(body: Mapping[str, Any], got: int) -> bool:
    """Whether the window goes on. `paging` tells; where it is missing, the total, else a full page."""
    if associations.next_after(body):
        return True
    total = body.get("total")
    if isinstance(total, int):
        return total > got
    return got >= routes.SEARCH_PAGE
