"""The HubSpot emulator: routes, what every call passes first, and the calls that fill it with data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from connectors.sandbox.http import Request, Response, SandboxApp, SandboxClock
from connectors.sandbox.hubspot.account_routes import AccountRoutes
from connectors.sandbox.hubspot.association_routes import AssociationRoutes
from connectors.sandbox.hubspot.auth import ALL_SCOPES, Auth, OAuthApp
from connectors.sandbox.hubspot.batch_writes import BatchWrites
from connectors.sandbox.hubspot.definitions import Definition
from connectors.sandbox.hubspot.engagement import FormDefinition
from connectors.sandbox.hubspot.engagement_routes import EngagementRoutes
from connectors.sandbox.hubspot.inputs import check_envelope
from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.hubspot.list_routes import ListRoutes
from connectors.sandbox.hubspot.merges import Merges
from connectors.sandbox.hubspot.owners import Owner
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.property_routes import PropertyRoutes
from connectors.sandbox.hubspot.reads import Reads
from connectors.sandbox.hubspot.refusals import Refusal, correlation_id
from connectors.sandbox.hubspot.search import Search
from connectors.sandbox.hubspot.search_index import Timing
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject
from connectors.sandbox.hubspot.times import instant
from connectors.sandbox.hubspot.writes import Writes

Row = tuple[Mapping[str, str], str | None, int | None, int | None]  # properties, id, created_ms, modified_ms


class HubSpotSandbox(SandboxApp):
    """One HubSpot account. Object types are named by their plural (contacts, companies, deals, tasks, ...).

    `burst` calls per 10 s and 5 searches per second are measured in real time; `enforce_limits` switches both off.
    The daily quota, token expiry and the lag of the search index follow `clock`.
    """

    def __init__(
        self,
        clock: SandboxClock | None = None,
        token: str = "pat-na1-sandbox",
        portal_id: int = 62_515_001,
        enterprise: bool = True,
        timezone: str = "Asia/Tokyo",
        *,
        burst: int = 190,
        daily_limit: int = 650_000,
        enforce_limits: bool = True,
        index_lag: float = 0.0,
        scopes: Iterable[str] | None = None,
        oauth: OAuthApp | None = None,
        account_type: str = "STANDARD",
        merged_ids_writable: bool = False,
    ) -> None:
        super().__init__(clock)
        zone = ZoneInfo(timezone)
        self.portal = Portal(
            clock=self.clock,
            portal_id=portal_id,
            timezone=zone,
            enterprise=enterprise,
            auth=Auth(self.clock, token, portal_id, set(ALL_SCOPES if scopes is None else scopes), oauth),
            limits=Limits(self.clock, zone, burst, daily_limit, enforce_limits),
            timing=Timing(self.clock, index_lag),
            account_type=account_type,
            merged_ids_writable=merged_ids_writable,
        )
        self._merges = Merges(self.portal)
        self._add_object_routes()
        self._add_schema_routes()
        self._add_other_routes()
        self._add_list_routes()

    # -- what tests and the demo turn ------------------------------------------------------------------------

    @property
    def scopes(self) -> set[str]:
        """Granted scopes; take some out to have calls refused."""
        return self.portal.auth.scopes

    @property
    def index_lag(self) -> float:
        """Seconds of the sandbox clock until a write shows in search."""
        return self.portal.timing.index_lag

    @index_lag.setter
    def index_lag(self, seconds: float) -> None:
        self.portal.timing.index_lag = seconds

    @property
    def enterprise(self) -> bool:
        return self.portal.enterprise

    @enterprise.setter
    def enterprise(self, value: bool) -> None:
        self.portal.enterprise = value

    @property
    def enforce_limits(self) -> bool:
        return self.portal.limits.enforce

    @enforce_limits.setter
    def enforce_limits(self, value: bool) -> None:
        self.portal.limits.enforce = value

    @property
    def daily_limit(self) -> int:
        return self.portal.limits.daily_limit

    @daily_limit.setter
    def daily_limit(self, calls: int) -> None:
        self.portal.limits.daily_limit = calls

    @property
    def daily_used(self) -> int:
        return self.portal.limits.daily_used

    @daily_used.setter
    def daily_used(self, calls: int) -> None:
        self.portal.limits.daily_used = calls

    def expire_tokens(self) -> None:
        """Every OAuth access token handed out so far dies now."""
        with self.lock:
            self.portal.auth.expire_tokens()

    def catch_up(self) -> None:
        """Lets search see everything at once, whatever the lag."""
        with self.lock:
            for table in self.portal.tables.values():
                table.index.catch_up(everything=True)

    # -- seeding ---------------------------------------------------------------------------------------------

    def put(
        self,
        object_type: str,
        properties: Mapping[str, str],
        id: str | None = None,
        created_ms: int | None = None,
        modified_ms: int | None = None,
    ) -> str:
        """Adds a record, or changes it when the id exists, without validating the values; returns the id.

        Read-only properties may be set; "" clears. Values have to be in the stored form (ISO times, ...). Times that
        are not given come from the create and modified properties, else from the clock. ValueError: a property
        that is not defined (see `define`), or an id that was archived or merged.
        """
        with self.lock:
            return self._put(self.portal.tables[object_type], properties, id, created_ms, modified_ms)

    def put_many(self, object_type: str, rows: Iterable[Row]) -> list[str]:
        """`put` of many rows (properties, id, created_ms, modified_ms) under one lock."""
        with self.lock:
            table = self.portal.tables[object_type]
            return [self._put(table, *row) for row in rows]

    def get(self, object_type: str, id: str) -> StoredObject | None:
        """The record with this very id, archived ones too; None also for ids that were merged away."""
        with self.lock:
            return self.portal.tables[object_type].objects.get(int(id)) if id.isdecimal() else None

    def all(self, object_type: str) -> Iterator[StoredObject]:
        """The live records by ascending id."""
        with self.lock:
            return iter(list(self.portal.tables[object_type].all()))

    def define(
        self, object_type: str, name: str, type: str = "string", field_type: str = "text", label: str = ""
    ) -> None:
        """A custom property, for seeding; `put` refuses what is not defined."""
        with self.lock:
            definitions = self.portal.tables[object_type].definitions
            group = next(iter(definitions.groups))
            definitions.add(Definition(name, type, field_type, group, label, standard=False))

    def associate(
        self, from_type: str, from_id: str, to_type: str, to_id: str, type_ids: Iterable[int] | None = None
    ) -> None:
        """Both directions; without `type_ids` the unlabelled type, and Primary for a first company."""
        with self.lock:
            pair = self.portal.associations.known_pair(from_type, to_type)
            self.portal.associations.link(pair, from_id, to_id, type_ids)
            if {from_type, to_type} == {"contacts", "companies"}:
                self.portal.note_company(from_id if from_type == "contacts" else to_id)

    def archive(self, object_type: str, id: str) -> None:
        with self.lock:
            table = self.portal.tables[object_type]
            found = table.live(id)
            if found is not None:
                table.archive(found, self.clock.ms())

    def merge_contacts(self, primary_id: str, other_id: str) -> str:
        """Returns the id of the new record."""
        with self.lock:
            return self._merges.merge(self.portal.tables["contacts"], primary_id, other_id).id

    def gdpr_delete(self, id: str) -> None:
        with self.lock:
            found = self.get("contacts", id)
            if found is not None:
                self._merges.gdpr_delete(found)

    def add_owner(
        self,
        id: str,
        email: str,
        first: str,
        last: str,
        user_id: int | None = None,
        active: bool = True,
        type: str = "PERSON",
    ) -> None:
        """`user_id` differs from `id` when not given; `type` may also be QUEUE."""
        with self.lock:
            now = self.clock.ms()
            user = int(id) + 40_000_003 if user_id is None else user_id
            self.portal.owners.add(Owner(id, user, email, first, last, now, now, active, type))

    def remove_owner(self, id: str) -> None:
        """The owner is archived; records keep its id, but it cannot be written any more."""
        with self.lock:
            owner = self.portal.owners.by_id[id]
            self.portal.owners.add(replace(owner, active=False, updated_ms=self.clock.ms()))

    def add_form(self, guid: str, name: str) -> None:
        with self.lock:
            now = self.clock.ms()
            self.portal.engagement.forms[guid] = FormDefinition(guid, name, now, now)

    def submit_form(self, guid: str, submitted_ms: int, values: Mapping[str, str], page_url: str = "") -> str:
        with self.lock:
            return self.portal.engagement.submit(guid, submitted_ms, dict(values), page_url)

    def add_email_event(
        self,
        type: str,
        created_ms: int,
        recipient: str,
        campaign_id: int,
        url: str = "",
        filtered: bool = False,
        id: str | None = None,
    ) -> str:
        """Events may be added late, with a `created_ms` in the past. The address is kept in lower case."""
        with self.lock:
            address = recipient.strip().lower()
            return self.portal.engagement.mail(type, created_ms, address, campaign_id, url, filtered, id or "")

    def add_event(self, event_type: str, contact_id: str, occurred_ms: int, properties: Mapping[str, str]) -> str:
        with self.lock:
            return self.portal.engagement.event(event_type, contact_id, occurred_ms, dict(properties))

    def _put(
        self,
        table: ObjectTable,
        properties: Mapping[str, str],
        id: str | None,
        created_ms: int | None,
        modified_ms: int | None,
    ) -> str:
        unknown = properties.keys() - table.definitions.live.keys()
        if unknown:
            raise ValueError(f"{table.kind.name} have no property {sorted(unknown)[0]}: define it first")
        stored = table.live(id) if id else None
        if id and stored is None and (int(id) in table.objects or int(id) in table.merged_into):
            raise ValueError(f"{table.kind.name} {id} was archived or merged")
        values = dict(properties)
        if values.get("email") and table.kind.name == "contacts":
            values["email"] = values["email"].strip().lower()
        now = self.clock.ms()
        created = _first(created_ms, values.pop(table.kind.created, ""), now)
        modified = _first(modified_ms, values.pop(table.kind.modified, ""), now)
        values |= self.portal.derived(table.kind, stored.properties if stored else {}, values)
        if stored is None:
            return table.add(values, created, modified, int(id) if id else None).id
        table.change(stored, values, modified, "CRM_UI")
        return stored.id

    # -- every call ------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """The service takes paths with and without a slash at the end."""
        return super().answer(replace(request, path=request.path.rstrip("/") or "/"))

    def before(self, request: Request) -> Response | None:
        try:
            check_envelope(request)
            if request.path == "/oauth/v1/token":
                return None
            self.portal.auth.check(request)
            self.portal.limits.take(search=_is_search(request), oauth=self.portal.auth.is_oauth(request))
        except Refusal as refusal:
            return refusal.response()
        return None

    def after(self, request: Request, response: Response) -> None:
        told = response.body.get("correlationId") if isinstance(response.body, dict) else None
        response.headers["X-HubSpot-Correlation-Id"] = told or correlation_id()
        if not _is_search(request) and response.status not in (401, 414) and not request.path.startswith("/oauth/"):
            response.headers |= self.portal.limits.headers(oauth=self.portal.auth.is_oauth(request))

    def not_found(self, request: Request) -> Response:
        return Refusal(404, "OBJECT_NOT_FOUND", f"No such resource: {request.method} {request.path}").response()

    def _dispatch(self, request: Request) -> Response:
        try:
            return super()._dispatch(request)
        except Refusal as refusal:
            return refusal.response()

    # -- routes ----------------------------------------------------------------------------------------------

    def _add_object_routes(self) -> None:
        """Fixed segments come before {id}, which would take them for ids."""
        reads, writes, batches = Reads(self.portal), Writes(self.portal), BatchWrites(self.portal)
        objects = "/crm/v3/objects/{type}"
        self.route("POST", "/crm/v3/objects/contacts/gdpr-delete", self._merges.forget)
        self.route("POST", f"{objects}/search", Search(self.portal).answer)
        self.route("POST", f"{objects}/merge", self._merges.answer)
        self.route("POST", f"{objects}/batch/read", reads.batch)
        self.route("POST", f"{objects}/batch/create", batches.create)
        self.route("POST", f"{objects}/batch/update", batches.update)
        self.route("POST", f"{objects}/batch/upsert", batches.upsert)
        self.route("POST", f"{objects}/batch/archive", batches.archive)
        self.route("GET", objects, reads.page)
        self.route("POST", objects, writes.create)
        self.route("GET", f"{objects}/{{id}}", reads.get)
        self.route("PATCH", f"{objects}/{{id}}", writes.update)
        self.route("DELETE", f"{objects}/{{id}}", writes.archive)

    def _add_schema_routes(self) -> None:
        properties, account = PropertyRoutes(self.portal), AccountRoutes(self.portal)
        path = "/crm/v3/properties/{type}"
        self.route("POST", f"{path}/batch/read", properties.batch_read)
        self.route("POST", f"{path}/batch/create", properties.batch_create)
        self.route("POST", f"{path}/batch/archive", properties.batch_archive)
        self.route("GET", f"{path}/groups", properties.groups)
        self.route("POST", f"{path}/groups", properties.create_group)
        self.route("GET", f"{path}/groups/{{name}}", properties.group)
        self.route("PATCH", f"{path}/groups/{{name}}", properties.update_group)
        self.route("DELETE", f"{path}/groups/{{name}}", properties.archive_group)
        self.route("GET", path, properties.page)
        self.route("POST", path, properties.create)
        self.route("GET", f"{path}/{{name}}", properties.get)
        self.route("PATCH", f"{path}/{{name}}", properties.update)
        self.route("DELETE", f"{path}/{{name}}", properties.archive)
        self.route("GET", "/crm/v3/pipelines/{type}", account.pipelines)
        self.route("GET", "/crm/v3/pipelines/{type}/{id}", account.pipeline)
        self.route("GET", "/crm/v3/pipelines/{type}/{id}/stages", account.stages)

    def _add_other_routes(self) -> None:
        account, engagement = AccountRoutes(self.portal), EngagementRoutes(self.portal)
        associations = AssociationRoutes(self.portal)
        pair, end = "/crm/v4/associations/{from}/{to}/batch", "/crm/v4/objects/{from}/{id}/associations"
        self.route("POST", f"{pair}/read", associations.batch_read)
        self.route("POST", f"{pair}/create", associations.batch_create)
        self.route("POST", f"{pair}/archive", associations.batch_archive)
        self.route("GET", f"{end}/{{to}}", associations.page)
        self.route("PUT", f"{end}/default/{{to}}/{{other}}", associations.put_default)
        self.route("PUT", f"{end}/{{to}}/{{other}}", associations.put)
        self.route("DELETE", f"{end}/{{to}}/{{other}}", associations.delete)
        self.route("GET", "/crm/v3/owners", account.owners)
        self.route("GET", "/crm/v3/owners/{id}", account.owner)
        self.route("GET", "/account-info/v3/details", account.details)
        self.route("GET", "/account-info/v3/api-usage/daily/private-apps", account.usage)
        self.route("POST", "/oauth/v1/token", account.token)
        self.route("GET", "/oauth/v1/access-tokens/{token}", account.token_info)
        self.route("GET", "/marketing/v3/forms", engagement.forms)
        self.route("GET", "/marketing/v3/forms/{id}", engagement.form)
        self.route("GET", "/form-integrations/v1/submissions/forms/{id}", engagement.submissions)
        self.route("GET", "/email/public/v1/events", engagement.mail_events)
        self.route("GET", "/events/v3/events", engagement.events)
        self.route("GET", "/events/v3/events/event-types", engagement.event_types)

    def _add_list_routes(self) -> None:
        lists, path = ListRoutes(self.portal), "/crm/v3/lists"
        self.route("POST", path, lists.create)
        self.route("POST", f"{path}/search", lists.search)
        self.route("GET", f"{path}/object-type-id/{{type}}/name/{{name}}", lists.by_name)
        self.route("GET", f"{path}/{{id}}", lists.get)
        self.route("DELETE", f"{path}/{{id}}", lists.delete)
        self.route("GET", f"{path}/{{id}}/memberships", lists.members)
        self.route("PUT", f"{path}/{{id}}/update-list-name", lists.rename)
        self.route("PUT", f"{path}/{{id}}/update-list-filters", lists.refilter)


def _is_search(request: Request) -> bool:
    return request.method == "POST" and request.path.startswith("/crm/v3/objects/") and request.path.endswith("/search")


def _first(given: int | None, text: str, now: int) -> int:
    if given is not None:
        return given
    ms = instant(text) if text else None
    return now if ms is None else ms
