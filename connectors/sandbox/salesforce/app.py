"""The emulator itself: who may call, what each path does."""

from __future__ import annotations

import re
from urllib.parse import quote

from connectors.sandbox.http import Request, Response, SandboxApp, SandboxClock
from connectors.sandbox.salesforce.access import Access, Profile
from connectors.sandbox.salesforce.blocks import Block
from connectors.sandbox.salesforce.catalog import standard_schema
from connectors.sandbox.salesforce.collections import Collections
from connectors.sandbox.salesforce.composite import Composite
from connectors.sandbox.salesforce.custom_fields import CustomFields
from connectors.sandbox.salesforce.derive import is_archived, today
from connectors.sandbox.salesforce.failures import ApiError, RecordError
from connectors.sandbox.salesforce.founding import found
from connectors.sandbox.salesforce.ingest import Ingest
from connectors.sandbox.salesforce.list_views import ListViews
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.queries import Queries
from connectors.sandbox.salesforce.query_jobs import QueryJobs
from connectors.sandbox.salesforce.records import Records
from connectors.sandbox.salesforce.seeding import Seeding
from connectors.sandbox.salesforce.sessions import Client, Sessions
from connectors.sandbox.salesforce.soql.engine import Engine
from connectors.sandbox.salesforce.tooling import Tooling
from connectors.sandbox.salesforce.usage import Usage
from connectors.sandbox.salesforce.writes import Writer

FIRST_VERSION, LAST_VERSION = 41, 68
MAX_URL = 16_384
_VERSIONED = re.compile(r"/services/data/v(\d+)\.0(?:/.*)?")
_PUBLIC = re.compile(r"/services/data/?|/services/oauth2/token")


class SalesforceSandbox(Seeding, SandboxApp):
    """One Salesforce org on loopback.

    `query_page` is the largest REST page, `bulk_polls` how many polls still find a bulk job at work,
    `running_user_id` whom API calls act as, `seeding_user_id` in whose name seeds are made. Rights of the
    running user are switched on `profile` (can_edit, can_customize, can_manage_permissions, ...).
    """

    def __init__(
        self,
        clock: SandboxClock | None = None,
        client_id: str = "sandbox-client",
        client_secret: str = "sandbox-secret",
        username: str = "integration@example.com",
        public_key_pem: str | None = None,
        is_sandbox: bool = True,
        timezone: str = "Asia/Tokyo",
        daily_limit: int = 100_000,
        multi_currency: bool = False,
        local_names: bool = False,
        locale: str = "ja_JP",
        org_name: str = "Leadsync Sandbox",
    ) -> None:
        super().__init__(clock)
        self.profile = Profile()
        self.blocks: list[Block] = []
        schema = standard_schema(multi_currency, local_names)
        self.org = Org(schema, self.clock, timezone, locale.startswith("ja"))
        founded = found(self.org, username, is_sandbox, org_name)
        self.org_id, self.profile_id = founded.org_id, founded.profile_id
        self.org.running_user_id, self.org.seeding_user_id = founded.integration_user_id, founded.person_id
        client = Client(client_id, client_secret, username, public_key_pem, is_sandbox)
        self.sessions = Sessions(client, self.clock, founded.org_id, founded.integration_user_id)
        self.usage = Usage(self.clock, daily_limit)
        self._archived_on = today(self.org)
        self._assemble()
        self._route_all()

    @property
    def running_user_id(self) -> str:
        return self.org.running_user_id

    @property
    def seeding_user_id(self) -> str:
        return self.org.seeding_user_id

    @property
    def query_page(self) -> int:
        return self.queries.page

    @query_page.setter
    def query_page(self, rows: int) -> None:
        self.queries.page = rows

    @property
    def bulk_polls(self) -> int:
        return self.ingest.polls

    @bulk_polls.setter
    def bulk_polls(self, polls: int) -> None:
        self.ingest.polls = self.query_jobs.polls = polls

    @property
    def can_customize(self) -> bool:
        return self.profile.can_customize

    @can_customize.setter
    def can_customize(self, may: bool) -> None:
        self.profile.can_customize = may

    @property
    def daily_limit(self) -> int:
        return self.usage.daily_limit

    @daily_limit.setter
    def daily_limit(self, calls: int) -> None:
        self.usage.daily_limit = calls

    def expire_tokens(self) -> None:
        """Every session ends; the next call with an old token answers 401."""
        with self.lock:
            self.sessions.expire_all()

    def session_token(self) -> str:
        """A live session for tests that do not log in."""
        with self.lock:
            return self.sessions.open()

    def before(self, request: Request) -> Response | None:
        if _url_length(request) > MAX_URL:
            return Response(414, "<html><body><h1>414 Request-URI Too Large</h1></body></html>")
        if _PUBLIC.fullmatch(request.path):
            return None
        if not self.sessions.accepts(request):
            return ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid").response()
        if self.usage.spent():
            return ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.").response()
        self.usage.count()
        self._archive()
        return _refused_form(request)

    def after(self, request: Request, response: Response) -> None:
        if not _PUBLIC.fullmatch(request.path) and response.status not in (401, 414):
            response.headers["Sforce-Limit-Info"] = self.usage.header()

    def not_found(self, request: Request) -> Response:
        allowed = [method for method, pattern, _ in self._routes if pattern.fullmatch(request.path)]
        if not allowed:
            return ApiError(404, "NOT_FOUND", "The requested resource does not exist").response()
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {','.join(sorted(set(allowed)))}"
        return ApiError(405, "METHOD_NOT_ALLOWED", message).response()

    def _dispatch(self, request: Request) -> Response:
        try:
            return super()._dispatch(request)
        except ApiError as error:
            return error.response()
        except RecordError as error:
            return error.alone().response()

    def _assemble(self) -> None:
        self.access = Access(self.org, self.profile)
        self.custom_fields = CustomFields(self.org)
        self.writer = Writer(self.org, self.access, self.blocks)
        engines = Engine(self.org, self.access), Engine(self.org, self.access, tooling=True)
        self.queries = Queries(*engines, self.clock)
        self.records = Records(self.org, self.access, self.writer)
        self.collections = Collections(self.org, self.access, self.writer, self.records)
        self.composite = Composite(self.org, self._dispatch)
        self.ingest = Ingest(self.org, self.access, self.writer, self.records)
        self.query_jobs = QueryJobs(self.org, self.access)
        self.list_views = ListViews(self.org, self.access)
        self.tooling = Tooling(self.org, self.access, self.custom_fields, self.queries)

    def _route_all(self) -> None:
        self.route("POST", "/services/oauth2/token", self.sessions.token)
        self.route("GET", "/services/oauth2/userinfo", self.sessions.user_info)
        self.route("GET", "/services/data/?", self._versions)
        self.route("GET", "/services/data/{version}/?", self._resources)
        self._api("GET", "limits/?", lambda request: Response(200, self.usage.limits()))
        self._api("GET", "query/?", self.queries.query)
        self._api("GET", "queryAll/?", self.queries.query_all)
        for path in ("query/{locator}", "queryAll/{locator}", "tooling/query/{locator}"):
            self._api("GET", path, self.queries.more)
        self._route_composites()
        self._route_list_views()
        self._route_records()
        self._route_jobs()
        self._api("GET", "tooling/query/?", self.tooling.query)
        self._api("POST", "tooling/sobjects/CustomField/?", self.tooling.create_field)
        self._api("GET", "tooling/sobjects/CustomField/{id}", self.tooling.read_field)
        self._api("DELETE", "tooling/sobjects/CustomField/{id}", self.tooling.delete_field)

    def _route_composites(self) -> None:
        self._api("POST", "composite/?", self.composite.composite)
        self._api("POST", "composite/batch/?", self.composite.batch)
        self._api("POST", "composite/sobjects/?", self.collections.create)
        self._api("PATCH", "composite/sobjects/?", self.collections.update)
        self._api("DELETE", "composite/sobjects/?", self.collections.delete)
        self._api("GET", "composite/sobjects/{object}", self.collections.retrieve)
        self._api("POST", "composite/sobjects/{object}", self.collections.retrieve)
        self._api("PATCH", "composite/sobjects/{object}/{field}", self.collections.upsert)

    def _route_list_views(self) -> None:
        self._api("POST", "ui-api/list-info/{object}/?", self.list_views.create)
        self._api("GET", "ui-api/list-info/{object}/{name}", self.list_views.read)
        self._api("PATCH", "ui-api/list-info/{object}/{name}", self.list_views.update)
        self._api("DELETE", "ui-api/list-info/{object}/{name}", self.list_views.delete)
        self._api("GET", "sobjects/{object}/listviews/{id}/describe/?", self.list_views.describe)

    def _route_records(self) -> None:
        self._api("GET", "sobjects/?", self.records.list_objects)
        self._api("GET", "sobjects/{object}/?", self.records.basic)
        self._api("POST", "sobjects/{object}/?", self.records.create)
        self._api("GET", "sobjects/{object}/describe/?", self.records.describe)
        self._api("GET", "sobjects/{object}/deleted/?", self.records.deleted)
        self._api("GET", "sobjects/{object}/updated/?", self.records.updated)
        self._api("GET", "sobjects/{object}/{id}", self.records.read)
        self._api("PATCH", "sobjects/{object}/{id}", self.records.update)
        self._api("DELETE", "sobjects/{object}/{id}", self.records.delete)
        self._api("GET", "sobjects/{object}/{field}/{value:path}", self.records.read_by_key)
        self._api("PATCH", "sobjects/{object}/{field}/{value:path}", self.records.upsert)

    def _route_jobs(self) -> None:
        for name, board in (("ingest", self.ingest), ("query", self.query_jobs)):
            self._api("POST", f"jobs/{name}/?", board.create)
            self._api("GET", f"jobs/{name}/?", board.listing)
            self._api("GET", f"jobs/{name}/{{id}}/?", board.show)
            self._api("PATCH", f"jobs/{name}/{{id}}/?", board.set_state)
            self._api("DELETE", f"jobs/{name}/{{id}}/?", board.remove)
        self._api("PUT", "jobs/ingest/{id}/batches/?", self.ingest.upload)
        self._api("GET", "jobs/ingest/{id}/successfulResults/?", self.ingest.successes)
        self._api("GET", "jobs/ingest/{id}/failedResults/?", self.ingest.failures)
        self._api("GET", "jobs/ingest/{id}/unprocessed[rR]ecords/?", self.ingest.unprocessed)
        self._api("GET", "jobs/query/{id}/results/?", self.query_jobs.results)

    def _api(self, method: str, path: str, handler: object) -> None:
        self.route(method, f"/services/data/{{version}}/{path}", handler)  # type: ignore[arg-type]

    def _versions(self, request: Request) -> Response:
        versions = range(FIRST_VERSION, LAST_VERSION + 1)
        return Response(
            200, [{"label": f"API {n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in versions]
        )

    def _resources(self, request: Request) -> Response:
        names = ("tooling", "composite", "jobs", "limits", "query", "queryAll", "sobjects")
        return Response(200, {name: f"/services/data/{request.match['version']}/{name}" for name in names})

    def _archive(self) -> None:
        """Once a day old activities are archived; that leaves their stamps alone."""
        day = today(self.org)
        if day == self._archived_on:
            return
        self._archived_on = day
        for name in ("Task", "Event"):
            rows = self.org.tables[name]
            for row in [row for row in rows.values() if not row.get("IsArchived") and is_archived(name, row, day)]:
                rows[row["Id"]] = {**row, "IsArchived": True}


def _url_length(request: Request) -> int:
    """Of the request line as it came; only worth a close look when it may be too long."""
    raw = len(request.path) + sum(len(key) + len(value) + 2 for key, value in request.query)
    if raw * 12 < MAX_URL:
        return raw
    return len(request.path) + sum(len(key) + len(quote(value)) + 2 for key, value in request.query)


def _refused_form(request: Request) -> Response | None:
    """A version this org does not have, or a body that does not call itself JSON."""
    match = _VERSIONED.fullmatch(request.path)
    if request.path.startswith("/services/data/") and (
        match is None or not FIRST_VERSION <= int(match[1]) <= LAST_VERSION
    ):
        return ApiError(404, "NOT_FOUND", "The requested resource does not exist").response()
    kind = request.headers.get("content-type", "")
    multipart = kind.startswith("multipart/form-data") and request.path.rstrip("/").endswith("/jobs/ingest")
    if request.method in ("POST", "PATCH") and not kind.startswith("application/json") and not multipart:
        message = f"Content-Type header specified in HTTP request is not supported: {kind}"
        return ApiError(415, "UNSUPPORTED_MEDIA_TYPE", message).response()
    return None
