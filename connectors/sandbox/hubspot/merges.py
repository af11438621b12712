"""Merging two records into a new one, and deleting a contact for good."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import invalid, not_found
from connectors.sandbox.hubspot.rendering import Renderer
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject

MERGES_PER_RECORD = 250


class Merges:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def answer(self, request: Request) -> Response:
        table = self._portal.table(request.match["type"], "write")
        body = sent.json_object(request)
        merged = self.merge(table, sent.id_of(body, "primaryObjectId"), sent.id_of(body, "objectIdToMerge"))
        return Response(200, Renderer(self._portal, table, None).record(merged))

    def merge(self, table: ObjectTable, primary_id: str, other_id: str) -> StoredObject:
        """A new record with a new id; the values of the primary win. Both old ids resolve to it from now on."""
        if not table.kind.mergeable:
            raise invalid(f"{table.kind.name} cannot be merged")
        primary, other = table.resolve(primary_id), table.resolve(other_id)
        if primary is None or other is None:
            raise not_found()
        if primary is other:
            raise invalid("A record cannot be merged with itself")
        values = _merged_values(table, primary, other, self._portal.clock.ms())
        merged = self._replaced(table, primary, other, values)
        for old in (primary, other):
            self._portal.associations.move(table.kind.name, old.id, merged.id)
            if table.kind.name == "contacts":
                self._portal.engagement.move(old.id, merged.id)
        if table.kind.name == "contacts":
            self._portal.note_company(merged.id)
        return merged

    def forget(self, request: Request) -> Response:
        """POST /crm/v3/objects/contacts/gdpr-delete: neither listed nor archived afterwards."""
        table = self._portal.table("contacts", "write")
        body = sent.json_object(request)
        wanted = sent.id_of(body, "objectId")
        by_email = body.get("idProperty") == "email"
        found = table.holder("email", wanted) if by_email else table.resolve(wanted) or table.archived(wanted)
        if found is None:
            raise not_found()
        self.gdpr_delete(found)
        return Response(204)

    def gdpr_delete(self, contact: StoredObject) -> None:
        self._portal.associations.drop("contacts", contact.id)
        self._portal.engagement.drop(contact.id)
        self._portal.tables["contacts"].forget(contact)

    def _replaced(
        self, table: ObjectTable, primary: StoredObject, other: StoredObject, values: dict[str, str]
    ) -> StoredObject:
        """The new record in the place of both; it keeps the older create date and the history of the primary."""
        history = {**other.history, **primary.history}
        merged = table.supersede(
            (primary, other), values, min(primary.created_ms, other.created_ms), self._portal.clock.ms()
        )
        merged.history = history
        return merged


def _merged_values(table: ObjectTable, primary: StoredObject, other: StoredObject, ms: int) -> dict[str, str]:
    values = {**other.properties, **primary.properties}
    ids = _joined([*_ids_in(other), *_ids_in(primary), other.id, primary.id])
    if ids.count(";") + 1 > 2 * MERGES_PER_RECORD:
        raise invalid(f"A record can be merged at most {MERGES_PER_RECORD} times")
    values["hs_merged_object_ids"] = ids
    if table.kind.name == "contacts":
        # Knows the two records of this merge only: what had been merged into them before is lost here.
        values["hs_calculated_merged_vids"] = f"{primary.id}:{ms};{other.id}:{ms}"
        values["hs_additional_emails"] = _spare_emails(primary, other)
    return values


def _ids_in(record: StoredObject) -> list[str]:
    return [one for one in record.properties.get("hs_merged_object_ids", "").split(";") if one]


def _spare_emails(primary: StoredObject, other: StoredObject) -> str:
    kept = primary.properties.get("email") or other.properties.get("email", "")
    spare = [other.properties.get("email", "")]
    for record in (primary, other):
        spare += record.properties.get("hs_additional_emails", "").split(";")
    return _joined(address for address in spare if address and address != kept)


def _joined(values: Iterable[str]) -> str:
    return ";".join(dict.fromkeys(values))
