"""What people did outside CRM records: form submissions, marketing mail events, web events."""

from __future__ import annotations

import base64
import uuid
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from connectors.sandbox.hubspot.refusals import invalid

MAIL_EVENT_TYPES = (
    "SENT DELIVERED OPEN CLICK BOUNCE DROPPED DEFERRED PROCESSED STATUSCHANGE SPAMREPORT UNBOUNCE FORWARD PRINT "
    "SUPPRESSED"
).split()
EVENT_TYPES = [
    "e_visited_page",
    "e_ad_interaction",
    "e_clicked_link_in_email_v2",
    "e_viewed_document",
    "e_form_submission_v2",
    "e_hs_scheduled_email_v2",
]

Item = TypeVar("Item")
Place = tuple[int, int]  # (epoch ms, order of arrival)


@dataclass
class Timeline(Generic[Item]):
    """Items by time; late ones with an earlier time find their place."""

    _items: list[tuple[Place, Item]] = field(default_factory=list)
    _sorted: bool = True

    def add(self, ms: int, item: Item) -> None:
        place = (ms, len(self._items))
        if self._items and self._items[-1][0] > place:
            self._sorted = False
        self._items.append((place, item))

    def newest_first(
        self, before: Place | None, count: int, wanted: Callable[[int, Item], bool]
    ) -> tuple[list[Item], Place | None]:
        """Up to `count` items older than `before`, and where to go on when there are more."""
        items = self._in_order()
        start = len(items) if before is None else bisect_left(items, before, key=lambda entry: entry[0])
        found: list[tuple[Place, Item]] = []
        for index in range(start - 1, -1, -1):
            place, item = items[index]
            if not wanted(place[0], item):
                continue
            if len(found) == count:
                return [item for _, item in found], found[-1][0]
            found.append((place, item))
        return [item for _, item in found], None

    def oldest_first(
        self, after: Place | None, count: int, wanted: Callable[[int, Item], bool]
    ) -> tuple[list[Item], Place | None]:
        items = self._in_order()
        found: list[tuple[Place, Item]] = []
        for place, item in items:
            if (after is not None and place <= after) or not wanted(place[0], item):
                continue
            if len(found) == count:
                return [item for _, item in found], found[-1][0]
            found.append((place, item))
        return [item for _, item in found], None

    def _in_order(self) -> list[tuple[Place, Item]]:
        if not self._sorted:
            self._items.sort(key=lambda entry: entry[0])
            self._sorted = True
        return self._items

    def items(self) -> Iterator[Item]:
        return (item for _, item in self._items)

    def __len__(self) -> int:
        return len(self._items)


def token_of(place: Place) -> str:
    """An opaque paging token."""
    return base64.urlsafe_b64encode(f"{place[0]}.{place[1]}".encode()).decode().rstrip("=")


def place_of(token: str) -> Place | None:
    if not token:
        return None
    try:
        ms, order = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().split(".")
        return int(ms), int(order)
    except ValueError as error:
        raise invalid("The paging token is not valid") from error


@dataclass(frozen=True)
class Submission:
    conversion_id: str
    submitted_ms: int
    values: dict[str, str]
    page_url: str


@dataclass(frozen=True)
class MailEvent:
    id: str
    type: str
    created_ms: int
    recipient: str
    campaign_id: int
    url: str = ""
    filtered: bool = False
    sent_by: tuple[str, int] | None = None  # the SENT event an open or click belongs to


@dataclass(frozen=True)
class WebEvent:
    id: str
    type: str
    contact_id: str
    occurred_ms: int
    properties: dict[str, str]


@dataclass
class FormDefinition:
    guid: str
    name: str
    created_ms: int
    updated_ms: int
    archived: bool = False
    submissions: Timeline[Submission] = field(default_factory=Timeline)


@dataclass
class Engagement:
    forms: dict[str, FormDefinition] = field(default_factory=dict)
    mails: Timeline[MailEvent] = field(default_factory=Timeline)
    events: Timeline[WebEvent] = field(default_factory=Timeline)
    _by_contact: dict[str, Timeline[WebEvent]] = field(default_factory=dict)
    _sent: dict[tuple[str, int], tuple[str, int]] = field(default_factory=dict)

    def submit(self, guid: str, submitted_ms: int, values: dict[str, str], page_url: str) -> str:
        timeline = self.forms[guid].submissions
        conversion = self._made_id("submission", guid, len(timeline))
        timeline.add(submitted_ms, Submission(conversion, submitted_ms, dict(values), page_url))
        return conversion

    def mail(
        self, kind: str, created_ms: int, recipient: str, campaign_id: int, url: str, filtered: bool, event_id: str
    ) -> str:
        event_id = event_id or self._made_id("mail", kind, len(self.mails))
        sender = self._sent.get((recipient, campaign_id))
        if kind == "SENT":
            self._sent[(recipient, campaign_id)] = (event_id, created_ms)
        event = MailEvent(event_id, kind, created_ms, recipient, campaign_id, url, filtered, sender)
        self.mails.add(created_ms, event)
        return event_id

    def event(self, kind: str, contact_id: str, occurred_ms: int, properties: dict[str, str]) -> str:
        event = WebEvent(
            self._made_id("event", kind, len(self.events)), kind, contact_id, occurred_ms, dict(properties)
        )
        self.events.add(occurred_ms, event)
        self._by_contact.setdefault(contact_id, Timeline()).add(occurred_ms, event)
        return event.id

    def events_of(self, contact_id: str) -> Timeline[WebEvent]:
        return self._by_contact.get(contact_id, Timeline())

    def move(self, old_id: str, new_id: str) -> None:
        """Hands the web events of a merged contact to its successor."""
        timeline = self._by_contact.setdefault(new_id, Timeline())
        for event in self._by_contact.pop(old_id, Timeline[WebEvent]()).items():
            timeline.add(event.occurred_ms, replace(event, contact_id=new_id))

    def drop(self, contact_id: str) -> None:
        """Forgets the web events of a contact."""
        self._by_contact.pop(contact_id, None)

    def _made_id(self, what: str, name: str, number: int) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{what}/{name}/{number}"))
