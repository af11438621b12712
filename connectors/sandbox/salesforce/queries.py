"""/query and /queryAll: one evaluation per query, then pages from a locator."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.sandbox.http import Request, Response, SandboxClock
from connectors.sandbox.salesforce import calls
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.soql.engine import Engine, Found

MAX_PAGE, MIN_PAGE = 2000, 200
LOCATOR_SECONDS = 2 * 86_400
MAX_LOCATORS = 100
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


@dataclass
class _Cursor:
    found: Found
    opened: float
    page: int
    branch: str  # "" or "tooling/"


class Queries:
    """`page` is the largest page this org gives; the vendor may send fewer rows than asked for."""

    def __init__(self, engine: Engine, tooling: Engine, clock: SandboxClock) -> None:
        self._engine, self._tooling, self._clock = engine, tooling, clock
        self._cursors: dict[str, _Cursor] = {}
        self._opened = 0
        self.page = MAX_PAGE

    def query(self, request: Request) -> Response:
        return self._first(request, self._engine, everything=False)

    def query_all(self, request: Request) -> Response:
        return self._first(request, self._engine, everything=True)

    def tooling_query(self, request: Request) -> Response:
        return self._first(request, self._tooling, everything=False, branch="tooling/")

    def more(self, request: Request) -> Response:
        name, _, offset = request.match["locator"].rpartition("-")
        cursor = self._cursors.get(name)
        if cursor is None or not offset.isdigit() or self._clock.now() - cursor.opened > LOCATOR_SECONDS:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        if int(offset) >= len(cursor.found.rows):
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, name, cursor, int(offset))

    def forget(self) -> None:
        """All locators expire."""
        self._cursors.clear()

    def _first(self, request: Request, engine: Engine, everything: bool, branch: str = "") -> Response:
        soql = request.arg("q")
        if not soql.strip():
            raise ApiError(400, "MALFORMED_QUERY", "unexpected token: '<EOF>'")
        found = engine.run(soql, calls.base_of(request), everything)
        if not found.rows:
            return Response(200, {"totalSize": found.total, "done": True, "records": []})
        cursor = _Cursor(found, self._clock.now(), self._page_size(request), branch)
        self._opened += 1
        name = f"0r8{self._opened:012d}AAA"
        if len(found.rows) > cursor.page:
            self._keep(name, cursor)
        return self._page(request, name, cursor, 0)

    def _page(self, request: Request, name: str, cursor: _Cursor, start: int) -> Response:
        found, end = cursor.found, start + cursor.page
        records = [found.render(row) for row in found.rows[start:end]]
        answer = {"totalSize": found.total, "done": end >= len(found.rows), "records": records}
        if end < len(found.rows):
            version = request.match["version"]
            answer["nextRecordsUrl"] = f"/services/data/{version}/{cursor.branch}query/{name}-{end}"
        return Response(200, answer)

    def _keep(self, name: str, cursor: _Cursor) -> None:
        """The oldest locators give way."""
        while len(self._cursors) >= MAX_LOCATORS:
            del self._cursors[next(iter(self._cursors))]
        self._cursors[name] = cursor

    def _page_size(self, request: Request) -> int:
        asked = _BATCH_SIZE.search(request.headers.get("sforce-query-options", ""))
        wanted = min(max(int(asked[1]), MIN_PAGE), MAX_PAGE) if asked else MAX_PAGE
        return min(wanted, self.page)
