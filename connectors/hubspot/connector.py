"""The HubSpot connector: `sync.ports.Connector` over the parts beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connectors.hubspot import doctor, routes
from connectors.hubspot.associations import next_after
from connectors.hubspot.client import TIMEOUTS, HubSpotClient
from connectors.hubspot.engagements import EmailEvents, FormReader, PageViews
from connectors.hubspot.failures import is_absent, unexpected
from connectors.hubspot.mapping import OBJECT_TYPES, Surroundings, owner
from connectors.hubspot.merges import Merger
from connectors.hubspot.objects import ObjectReader
from connectors.hubspot.provision import Provisioner
from connectors.hubspot.reference import Reference
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.tasks import TaskWriter
from connectors.hubspot.tokens import fingerprint
from connectors.hubspot.writes import ScoreWriter
from sync.core.records import HUBSPOT, OwnerRecord, RecordKey
from sync.core.text import Text
from sync.errors import FeatureMissing, TemporaryFailure, VendorError
from sync.ports import Account, Check, ConnectorContext, Notice, Outcome, Page, ScoreUpdate, Step, TaskOrder

OWNERS_EVERY = 3_600
# Page views come before contacts: where they are not to be had, a contact's last visit stands in for them.
STREAMS = (
    "owners",
    "companies",
    "page_views",
    "contacts",
    "deals",
    "emails",
    "calls",
    "meetings",
    "notes",
    "tasks",
    "forms",
    "email_events",
)
# What people, companies and deals are made of; the other streams only add acts.
_RECORDS = frozenset({"owners", "companies", "contacts", "deals"})


class HubSpotConnector:
    """Raises only errors of `sync.errors`; not thread safe."""

    system = HUBSPOT
    streams = STREAMS

    def __init__(
        self, settings: HubSpotSettings, context: ConnectorContext, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        """`timeouts`: seconds to connect, seconds without a byte of the answer."""
        self._clock = context.clock
        self._static = settings.access_token is not None
        self._client = HubSpotClient(settings, context, timeouts)
        self._reference = Reference(self._client, context.memory, context.clock, fingerprint(settings))
        self._provisioner = Provisioner(self._client, self._reference, context.language)

    def account(self) -> Account:
        return self._reference.account()

    def check(self) -> Iterator[Check]:
        return doctor.checks(self._client, self._reference, self._clock, daily_limits=self._static)

    def read(self, cursors: Mapping[str, str | None], full: bool = False) -> Iterator[Page]:
        for stream in STREAMS:
            if stream in cursors:
                yield from self._guarded(stream, cursors[stream] or None, full)

    def missing_fields(self) -> tuple[str, ...]:
        return self._reference.missing_fields()

    def write_scores(self, updates: Sequence[ScoreUpdate]) -> Iterator[Sequence[Outcome]]:
        return ScoreWriter(self._client, self._reference.forget_fields).write(updates)

    def write_tasks(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        return TaskWriter(self._client).write(orders)

    def merge(self, keep: RecordKey, absorb: RecordKey) -> Outcome:
        """`sync.ports.Merging`, for contacts; HubSpot takes at most 250 merges per surviving record."""
        return Merger(self._client).merge(keep, absorb)

    def record_url(self, key: RecordKey) -> str:
        return self._reference.record_url(key)

    def provision(self, apply: bool, minimal: bool = False, lists: bool = False) -> Iterator[Step]:
        return self._provisioner.provision(apply, minimal, lists)

    def deprovision(self, apply: bool) -> Iterator[Step]:
        return self._provisioner.deprovision(apply)

    def close(self) -> None:
        self._client.close()

    def _guarded(self, stream: str, cursor: str | None, full: bool) -> Iterator[Page]:
        """A stream that is not granted costs one notice and one question a day, and stops nothing else."""
        if not full and stream != "contacts" and self._reference.is_missing(stream):
            return
        try:
            pages = self._pages(stream, cursor, full)
            first = next(pages, None)
            self._reference.set_missing(stream, False)
            if first is not None:
                yield first
                cursor = first.cursor
            for page in pages:
                yield page
                cursor = page.cursor
        except VendorError as refused:
            if not _is_missing_feature(refused, stream):
                raise
            if self._reference.set_missing(stream, True):
                yield Page(stream, (), cursor or "", notices=(_notice(stream, refused),))

    def _pages(self, stream: str, cursor: str | None, full: bool) -> Iterator[Page]:
        if stream == "owners":
            return self._owners(cursor, full)
        if stream == "page_views":
            return PageViews(self._client, self._clock).read(cursor, full)
        if stream == "email_events":
            return EmailEvents(self._client, self._clock).read(cursor, full)
        if stream == "forms":
            return self._forms(cursor, full)
        return self._objects(stream, cursor, full)

    def _objects(self, stream: str, cursor: str | None, full: bool) -> Iterator[Page]:
        kind, around = OBJECT_TYPES[stream], Surroundings()
        if stream == "contacts":
            kana = self._reference.kana()
            kind = replace(kind, properties=tuple(dict.fromkeys(kind.properties + kana.names)))
            around = Surroundings(page_views=not self._reference.was_missing("page_views"), kana=kana)
        elif stream == "deals":
            around = Surroundings(stages=self._reference.stages(), currency=self._reference.currency())
        return ObjectReader(self._client, self._clock, kind, around).read(cursor, full)

    def _forms(self, cursor: str | None, full: bool) -> Iterator[Page]:
        reader = FormReader(self._client, self._clock)
        for page in reader.read(cursor, full, self._reference.forms()):
            if reader.listed is not None:
                self._reference.remember_forms(reader.listed)
            yield page

    def _owners(self, cursor: str | None, full: bool) -> Iterator[Page]:
        """All owners, once an hour: a removed one must not be given tasks for longer."""
        began = int(self._clock())
        if not full and 0 <= began - _read_at(cursor) < OWNERS_EVERY:
            return
        owners = [*self._listed_owners(archived=False), *self._listed_owners(archived=True)]
        done = json.dumps({"read_at": began})
        yield Page("owners", tuple(owners), done, complete_since=began, full_objects=("owner",))

    def _listed_owners(self, archived: bool) -> Iterator[OwnerRecord]:
        query = {"limit": str(routes.OWNERS_PAGE)} | ({"archived": "true"} if archived else {})
        while True:
            body = self._client.get(routes.OWNERS, query).body
            results = body.get("results")
            if not isinstance(results, list):
                raise unexpected("owners", "the answer has no list of results")
            yield from (owner(raw, archived) for raw in results)
            after = next_after(body)
            if not after or after == query.get("after"):
                return
            query = query | {"after": after}


def _is_missing_feature(refused: VendorError, stream: str) -> bool:
    """Contacts must be readable, and a web page in place of records may be a proxy's passing trouble."""
    if isinstance(refused, FeatureMissing):
        return True
    if stream == "contacts" or (stream in _RECORDS and isinstance(refused, TemporaryFailure)):
        return False
    return is_absent(refused)


def _notice(stream: str, refused: VendorError) -> Notice:
    why = refused.text
    if stream == "page_views":
        why = replace(
            why,
            en=f"{why.en}. Page views need an Enterprise hub; last visits of contacts are read instead",
            ja=f"{why.ja}。ページ閲覧には Enterprise 契約が必要です。代わりにコンタクトの最終訪問日時を使います",
        )
    text = Text(f"{stream} is skipped: {why.en}", f"{stream} を読み飛ばします: {why.ja}")
    return Notice("feature_missing", HUBSPOT, stream, text)


def _read_at(cursor: str | None) -> int:
    try:
        return int(json.loads(cursor or "{}").get("read_at") or 0)
    except (ValueError, AttributeError, TypeError):
        return 0
