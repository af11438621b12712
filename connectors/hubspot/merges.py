"""Makes one contact of two, on a person's order. Nothing undoes it, so nothing is guessed and nothing sent twice.

HubSpot makes a new record with a new id (older accounts kept the primary's); both old ids lead to it from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from connectors.hubspot import routes
from connectors.hubspot.client import Answer, HubSpotClient
from connectors.hubspot.failures import error_code
from connectors.hubspot.values import epoch_ms
from connectors.hubspot.writes import where_are
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import TemporaryFailure, VendorError
from sync.ports import Outcome, Result

_CONFLICT = 409  # somebody else is at one of the records
_TOO_MANY = re.compile(r"\b250\b|merge limit|too many merge|maximum number of merge", re.IGNORECASE)


class Merger:
    def __init__(self, client: HubSpotClient) -> None:
        self._client = client

    def merge(self, keep: RecordKey, absorb: RecordKey) -> Outcome:
        """See `sync.ports.Merging`. An id that leads to another record by now is refused: what was decided about
        the one was not decided about the other."""
        if not (_is_contact(keep) and _is_contact(absorb)) or keep.id == absorb.id:
            return Outcome(str(absorb), Result.REJECTED, "NOT_TWO_HUBSPOT_CONTACTS")
        known = self._known(keep, absorb)
        return known if known is not None else self._send(keep, absorb)

    def _known(self, keep: RecordKey, absorb: RecordKey) -> Outcome | None:
        """The outcome that reading both ids already tells; None while they are two records."""
        places = where_are(self._client, "contacts", [keep.id, absorb.id])
        for asked in (keep, absorb):
            if asked.id not in places:
                return Outcome(str(absorb), Result.REJECTED, "OBJECT_NOT_FOUND", record=asked, gone=True)
        if places[keep.id] == places[absorb.id]:
            return Outcome(str(absorb), Result.UNCHANGED, record=_contact(places[keep.id]))
        for asked in (keep, absorb):
            if places[asked.id] != asked.id:
                return Outcome(str(absorb), Result.REJECTED, "RECORD_MOVED", record=_contact(places[asked.id]))
        return None

    def _send(self, keep: RecordKey, absorb: RecordKey) -> Outcome:
        body = {"primaryObjectId": keep.id, "objectIdToMerge": absorb.id}
        try:
            answer = self._client.post(routes.MERGE, body, creates=True, judge=True, type="contacts")
        except TemporaryFailure as lost:
            return self._after_loss(keep, absorb, lost)
        if answer.status >= 400:
            return self._refused(keep, absorb, answer)
        at = epoch_ms(answer.body.get("updatedAt"))
        made = str(answer.body.get("id") or "").strip()
        if not made.isdecimal():  # it happened, but which record it is now has to be looked up
            made = self._merged_into(keep, absorb)
        record = _contact(made) if made else None
        return Outcome(str(absorb), Result.APPLIED, record=record, at=None if at is None else at // 1000)

    def _after_loss(self, keep: RecordKey, absorb: RecordKey, lost: TemporaryFailure) -> Outcome:
        made = self._merged_into(keep, absorb) if lost.sent else ""
        if made:
            return Outcome(str(absorb), Result.APPLIED, record=_contact(made))
        return Outcome(str(absorb), Result.RETRY, lost.code or "NO_ANSWER")

    def _refused(self, keep: RecordKey, absorb: RecordKey, answer: Answer) -> Outcome:
        """Something may have come between our look and our order: then the second look tells."""
        known = self._known(keep, absorb)
        if known is not None:
            return known
        result = Result.RETRY if answer.status == _CONFLICT else Result.REJECTED
        return Outcome(str(absorb), result, _reason(answer.body) or str(answer.status))

    def _merged_into(self, keep: RecordKey, absorb: RecordKey) -> str:
        """Id of the record that both ids lead to, "" when they lead to two, or when nobody answers."""
        try:
            places = where_are(self._client, "contacts", [keep.id, absorb.id])
        except VendorError:
            return ""
        return places[keep.id] if places.get(keep.id) == places.get(absorb.id, "") else ""


def _reason(body: Mapping[str, object]) -> str:
    """Codes only: the message may name people."""
    return "MERGE_LIMIT" if _TOO_MANY.search(str(body.get("message") or "")) else error_code(body)


def _is_contact(key: RecordKey) -> bool:
    return key[:2] == (HUBSPOT, "contact") and key.id.isdecimal()


def _contact(id_: str) -> RecordKey:
    return RecordKey(HUBSPOT, "contact", id_)
