"""Reads what HubSpot keeps outside its CRM objects: form submissions, marketing e-mail events, page views."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot import routes
from connectors.hubspot.associations import next_after
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.cursor import EventCursor, FormPlace, FormsCursor
from connectors.hubspot.failures import unexpected
from connectors.hubspot.mapping import form
from connectors.hubspot.values import epoch_ms, iso_ms
from sync.core.activity import INBOUND, Kind
from sync.core.records import HUBSPOT, ActivityRecord, CampaignRecord, Record, RecordKey
from sync.errors import CallRefused
from sync.ports import Clock, Page

FORM_LIST_EVERY = 3_600
_FORMS_OVERLAP_MS = 600_000
_EMAIL_OVERLAP_MS = 3_600_000  # events arrive up to an hour after they happened
_VIEWS_OVERLAP_MS = 600_000
_ENOUGH = 200  # submissions to a page of ours
_SCANNER_MS = 2_000  # nobody reads and clicks within two seconds of the sending
_EMAIL_KINDS = {"OPEN": Kind.EMAIL_OPEN, "CLICK": Kind.EMAIL_CLICK}
_EMAIL_PASSED_OVER = frozenset(
    "SENT DELIVERED BOUNCE DROPPED DEFERRED PROCESSED STATUSCHANGE SPAMREPORT UNBOUNCE FORWARD PRINT SUPPRESSED".split()
)
PAGE_VIEW_EVENT = "e_visited_page"


class FormReader:
    """Forms and their submissions. HubSpot gives a form's submissions newest first, without filter by time:
    reading goes down until what is known."""

    stream = "forms"

    def __init__(self, client: HubSpotClient, clock: Clock) -> None:
        self._client, self._clock = client, clock
        self._forms: tuple[CampaignRecord, ...] | None = None
        self._unknown: Counter[str] = Counter()

    def read(self, raw: str | None, full: bool, known: Sequence[tuple[str, str]] | None) -> Iterator[Page]:
        """`known`: (guid, name) of the forms as last listed; None lists them now."""
        cursor = FormsCursor({}) if full else FormsCursor.parse(raw)
        began = int(self._clock())
        records: list[Record] = []
        if known is None or began - cursor.listed_at >= FORM_LIST_EVERY:
            self._forms = tuple(self._listed())
            known = [(found.key.id, found.name) for found in self._forms]
            records.extend(self._forms)
            cursor = FormsCursor({guid: cursor.places.get(guid, FormPlace()) for guid, _ in known}, began)
        for guid, name in known:
            for batch, place in self._submissions(guid, name, cursor.places.get(guid, FormPlace())):
                records += batch
                cursor = cursor.at(guid, place)
                if len(records) >= _ENOUGH:
                    yield self._page(records, cursor)
                    records = []
        if full:
            yield self._page(records, cursor, complete_since=began)
        elif records or self._unknown or cursor.dump() != raw:
            yield self._page(records, cursor)

    @property
    def listed(self) -> tuple[tuple[str, str], ...] | None:
        """(guid, name) of the forms, when this reading listed them."""
        return None if self._forms is None else tuple((found.key.id, found.name) for found in self._forms)

    def _listed(self) -> Iterator[CampaignRecord]:
        query = {"limit": str(routes.FORMS_PAGE), "formTypes": "all"}
        while True:
            body = self._client.get(routes.FORMS, query).body
            yield from (form(raw) for raw in _list(body, "results", "forms"))
            after = next_after(body)
            if not after or after == query.get("after"):
                return
            query = query | {"after": after}

    def _submissions(self, guid: str, name: str, place: FormPlace) -> Iterator[tuple[list[Record], FormPlace]]:
        started_ms: int | None = None
        while True:
            body, began_at = self._submitted(guid, place.after)
            started_ms = int(began_at * 1000) if started_ms is None else started_ms
            # Until it is older than the overlap, the newest known submission may still get late neighbours.
            floor = min(place.top_ms, started_ms - _FORMS_OVERLAP_MS)
            found = [(epoch_ms(raw.get("submittedAt")) or 0, raw) for raw in _list(body, "results", "submissions")]
            records: list[Record] = [self._submission(guid, name, at, raw) for at, raw in found if at > floor]
            newest = max([place.next_top_ms, *(at for at, _ in found)])
            unreadable = sum(not at for at, _ in found)
            after = next_after(body)
            reached = any(0 < at <= floor for at, _ in found)
            self._unknown.update({"bad_value:submittedAt": unreadable} if unreadable else {})
            if not after or after == place.after or not found or reached:
                yield records, FormPlace(top_ms=max(place.top_ms, min(newest, started_ms)))
                return
            place = replace(place, next_top_ms=newest, after=after)
            yield records, place

    def _submitted(self, guid: str, after: str) -> tuple[Mapping[str, Any], float]:
        query = {"limit": str(routes.SUBMISSIONS_PAGE)} | ({"after": after} if after else {})
        try:
            answer = self._client.get(routes.FORM_SUBMISSIONS, query, id=guid)
        except CallRefused as refused:
            if after:
                return self._submitted(guid, "")  # the token of an interrupted pass is no longer known
            if refused.status != 404:
                raise
            self._unknown["form_without_submissions"] += 1  # deleted since the forms were listed
            return {"results": []}, self._client.server_now()
        return answer.body, answer.began_at

    def _submission(self, guid: str, name: str, at: int, raw: Mapping[str, Any]) -> ActivityRecord:
        values = [value for value in raw.get("values") or () if isinstance(value, Mapping)]
        email = next((str(value.get("value") or "") for value in values if _is_email(value.get("name"))), "")
        id_ = str(raw.get("conversionId") or "") or _digest(guid, at, values)
        return ActivityRecord(
            key=RecordKey(HUBSPOT, "form_submission", id_),
            modified_at=at // 1000,
            kind=Kind.FORM_SUBMIT,
            occurred_at=at // 1000,
            channel="web",
            direction=INBOUND,
            email=email.strip(),
            url=str(raw.get("pageUrl") or ""),
            title=name,
            content_id=guid,
        )

    def _page(self, records: list[Record], cursor: FormsCursor, complete_since: int | None = None) -> Page:
        unknown, self._unknown = dict(self._unknown), Counter()
        return Page(self.stream, tuple(records), cursor.dump(), complete_since=complete_since, unknown=unknown)


class EventFeed:
    """A feed of events read by time with an overlap; subclasses ask for a page and map an event."""

    stream = ""
    overlap_ms = 0

    def __init__(self, client: HubSpotClient, clock: Clock) -> None:
        self.client, self._clock = client, clock
        self.unknown: Counter[str] = Counter()

    def read(self, raw: str | None, full: bool) -> Iterator[Page]:
        cursor = EventCursor() if full else EventCursor.parse(raw)
        while True:
            began = int(self._clock())
            events, following, began_at = self._asked(cursor)
            if not cursor.started_ms:
                cursor = replace(cursor, started_ms=int(began_at * 1000), began_at=began)
            seen = max([cursor.seen_ms, *(self.happened(event) for event in events)])
            cursor = replace(cursor, seen_ms=seen, after=following)
            records = tuple(record for event in events for record in self.records(event))
            if not following or not events:
                yield from self._last(records, cursor, raw, full)
                return
            yield Page(self.stream, records, cursor.dump(), unknown=self._counted())

    def since(self, cursor: EventCursor) -> int:
        return max(0, cursor.low_ms - self.overlap_ms)

    def ask(self, cursor: EventCursor) -> tuple[list[Mapping[str, Any]], str, float]:
        """Events, the token of the next page or "", the server's time."""
        raise NotImplementedError

    def happened(self, event: Mapping[str, Any]) -> int:
        """Epoch milliseconds, 0 when unreadable."""
        raise NotImplementedError

    def records(self, event: Mapping[str, Any]) -> Iterator[ActivityRecord]:
        raise NotImplementedError

    def _asked(self, cursor: EventCursor) -> tuple[list[Mapping[str, Any]], str, float]:
        try:
            events, following, began_at = self.ask(cursor)
        except CallRefused:
            if not cursor.after:
                raise
            return self._asked(replace(cursor, after=""))  # the token of an interrupted pass is no longer known
        if following and following == cursor.after:
            raise unexpected(self.stream, "the next page is the same page again")
        return events, following, began_at

    def _last(self, records: tuple[Record, ...], cursor: EventCursor, raw: str | None, full: bool) -> Iterator[Page]:
        done = cursor.finished().dump()
        unknown = self._counted()
        if full or records or unknown or done != raw:
            complete = cursor.began_at if full else None
            yield Page(self.stream, records, done, complete_since=complete, unknown=unknown)

    def _counted(self) -> dict[str, int]:
        counted, self.unknown = dict(self.unknown), Counter()
        return counted


class EmailEvents(EventFeed):
    """Opens and clicks of marketing e-mails, known by the recipient's address."""

    stream = "email_events"
    overlap_ms = _EMAIL_OVERLAP_MS

    def ask(self, cursor: EventCursor) -> tuple[list[Mapping[str, Any]], str, float]:
        query = {"limit": str(routes.EMAIL_EVENTS_PAGE)}
        if since := self.since(cursor):
            query["startTimestamp"] = str(since)
        if cursor.after:
            query["offset"] = cursor.after
        answer = self.client.get(routes.EMAIL_EVENTS, query)
        following = str(answer.body.get("offset") or "") if answer.body.get("hasMore") else ""
        return _list(answer.body, "events", self.stream), following, answer.began_at

    def happened(self, event: Mapping[str, Any]) -> int:
        return epoch_ms(event.get("created")) or 0

    def records(self, event: Mapping[str, Any]) -> Iterator[ActivityRecord]:
        type_ = str(event.get("type") or "")
        kind, at = _EMAIL_KINDS.get(type_), self.happened(event)
        if kind is None:
            if type_ not in _EMAIL_PASSED_OVER:
                self.unknown[f"email_event:{type_ or 'NO_TYPE'}"] += 1
            return
        if not at:
            self.unknown["bad_value:created"] += 1
            return
        if event.get("filteredEvent") in (True, "true") or _by_scanner(event, at):
            return
        recipient = str(event.get("recipient") or "").strip()
        yield ActivityRecord(
            key=RecordKey(HUBSPOT, "email_event", str(event.get("id") or "") or _digest(recipient, at, type_)),
            modified_at=at // 1000,
            kind=kind,
            occurred_at=at // 1000,
            channel="email",
            direction=INBOUND,
            email=recipient,
            url=str(event.get("url") or "") if kind is Kind.EMAIL_CLICK else "",
            content_id=str(event.get("emailCampaignId") or ""),
        )


class PageViews(EventFeed):
    """Visited pages of known contacts; needs an Enterprise hub."""

    stream = "page_views"
    overlap_ms = _VIEWS_OVERLAP_MS

    def ask(self, cursor: EventCursor) -> tuple[list[Mapping[str, Any]], str, float]:
        query = {"objectType": "contact", "eventType": PAGE_VIEW_EVENT, "limit": str(routes.EVENTS_PAGE)}
        if since := self.since(cursor):
            query["occurredAfter"] = iso_ms(since / 1000)
        if cursor.after:
            query["after"] = cursor.after
        answer = self.client.get(routes.EVENTS, query)
        return _list(answer.body, "results", self.stream), next_after(answer.body), answer.began_at

    def happened(self, event: Mapping[str, Any]) -> int:
        return epoch_ms(event.get("occurredAt")) or 0

    def records(self, event: Mapping[str, Any]) -> Iterator[ActivityRecord]:
        type_, at = str(event.get("eventType") or PAGE_VIEW_EVENT), self.happened(event)
        contact = str(event.get("objectId") or "")
        if type_ != PAGE_VIEW_EVENT:
            self.unknown[f"event:{type_}"] += 1
            return
        if not at or not contact:
            self.unknown["bad_value:occurredAt" if not at else "bad_value:objectId"] += 1
            return
        properties = event.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        url = str(properties.get("hs_url") or properties.get("hs_base_url") or "")
        yield ActivityRecord(
            key=RecordKey(HUBSPOT, "page_view", str(event.get("id") or "") or _digest(contact, at, url)),
            modified_at=at // 1000,
            kind=Kind.PAGE_VIEW,
            occurred_at=at // 1000,
            channel="web",
            direction=INBOUND,
            people=(RecordKey(HUBSPOT, "contact", contact),),
            url=url,
            title=str(properties.get("hs_title") or ""),
        )


def _is_email(name: object) -> bool:
    """Field names may bear their object's type id in front ("0-1/email")."""
    return str(name or "").rsplit("/", 1)[-1].lower() == "email"


def _by_scanner(event: Mapping[str, Any], at: int) -> bool:
    sent = event.get("sentBy")
    sent_ms = epoch_ms(sent.get("created")) if isinstance(sent, Mapping) else None
    return sent_ms is not None and 0 < at - sent_ms <= _SCANNER_MS


def _list(body: Mapping[str, Any], name: str, stream: str) -> list[Mapping[str, Any]]:
    found = body.get(name)
    if found is None:
        found = []
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise unexpected(stream, f"the answer has no list of {name}")
    return found


def _digest(*parts: object) -> str:
    """A stable id for what the vendor gave none."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:32]
