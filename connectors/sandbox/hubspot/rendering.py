"""Records as the service answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.snapshot import Snapshot
from connectors.sandbox.hubspot.store import Change, ObjectTable, StoredObject
from connectors.sandbox.hubspot.times import iso_trimmed

ASSOCIATIONS_PER_OBJECT = 100  # of one type; more are behind `paging`
_EMAIL_CONTENT = ("hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers", "hs_body_preview")


class Renderer:
    """What one call wants to see of the records of one type.

    `wanted` None means the default properties. Names that do not exist are ignored; without the scope
    sales-email-read the content of e-mails is withheld.
    """

    def __init__(
        self, portal: Portal, table: ObjectTable, wanted: Sequence[str] | None, history: Sequence[str] = ()
    ) -> None:
        kind, known = table.kind, table.definitions.known
        self._portal, self._kind = portal, kind
        self._names = known([*(wanted if wanted is not None else kind.defaults), *kind.always])
        self._history = known(history)
        hide = kind.name == "emails" and "sales-email-read" not in portal.auth.scopes
        self._hidden = frozenset(_EMAIL_CONTENT) if hide else frozenset()

    def snapshot(self, state: Snapshot) -> dict[str, Any]:
        """The answer for a live record in a given state."""
        values = state.properties
        if self._hidden:
            values = {name: value for name, value in values.items() if name not in self._hidden}
        return {
            "id": str(state.number),
            "properties": {name: values.get(name) for name in self._names},
            "createdAt": iso_trimmed(state.created_ms),
            "updatedAt": iso_trimmed(state.modified_ms),
            "archived": False,
            "url": f"https://app.hubspot.com/contacts/{self._portal.portal_id}/record/{self._kind.type_id}/{state.number}",
        }

    def record(self, stored: StoredObject) -> dict[str, Any]:
        body = self.snapshot(stored.state)
        if stored.archived_ms is not None:
            body |= {"archived": True, "archivedAt": iso_trimmed(stored.archived_ms)}
        if self._history:
            body["propertiesWithHistory"] = {
                name: [_version(change) for change in reversed(stored.changes(name))]
                for name in self._history
                if name not in self._hidden
            }
        return body


def _version(change: Change) -> dict[str, Any]:
    return {"value": change.value, "timestamp": iso_trimmed(change.ms), "sourceType": change.source}


def association_ids(portal: Portal, table: ObjectTable, stored: StoredObject, others: Sequence[str]) -> dict[str, Any]:
    """The `associations` of a list or get: for each pair one entry per association type, ids only."""
    found: dict[str, Any] = {}
    for other in others:
        entries = _association_entries(portal, table.kind.name, stored.id, other)
        if entries:
            found[other] = {"results": entries[:ASSOCIATIONS_PER_OBJECT]}
        if len(entries) > ASSOCIATIONS_PER_OBJECT:
            after = entries[ASSOCIATIONS_PER_OBJECT - 1]["id"]
            link = f"https://api.hubapi.com/crm/v4/objects/{table.kind.name}/{stored.id}/associations/{other}?after={after}"
            found[other]["paging"] = {"next": {"after": after, "link": link}}
    return found


def _association_entries(portal: Portal, from_type: str, from_id: str, to_type: str) -> list[dict[str, str]]:
    singular = portal.tables[from_type].kind.singular, portal.tables[to_type].kind.singular
    pair = (from_type, to_type)
    entries: list[dict[str, str]] = []
    for other, types in portal.associations.of(pair, from_id).items():
        if portal.tables[to_type].live(other) is None:
            continue
        for label in portal.associations.labels(pair, types):
            suffix = "_unlabeled" if label.text is None and len(types) > 1 else ""
            entries.append({"id": other, "type": f"{singular[0]}_to_{singular[1]}{suffix}"})
    return entries
