"""The object types that the sandbox knows: names, ids and what differs between them."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.hubspot.refusals import invalid


@dataclass(frozen=True)
class ObjectType:
    name: str  # plural, as in paths
    singular: str
    type_id: str
    scope: str  # activities ride on the scopes of contacts
    created: str
    modified: str
    defaults: tuple[str, ...]  # returned when `properties` is not given
    searched: tuple[str, ...]  # looked at by the `query` text of a search
    required: tuple[str, ...] = ()
    mergeable: bool = False

    @property
    def is_activity(self) -> bool:
        return self.created == "hs_createdate"

    @property
    def always(self) -> tuple[str, str, str]:
        """Properties that come back whatever was asked for."""
        return ("hs_object_id", self.created, self.modified)


def _activity(name: str, singular: str, type_id: str, *searched: str) -> ObjectType:
    return ObjectType(
        name,
        singular,
        type_id,
        "contacts",
        "hs_createdate",
        "hs_lastmodifieddate",
        ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        searched,
        required=("hs_timestamp",),
    )


OBJECT_TYPES: tuple[ObjectType, ...] = (
    ObjectType(
        "contacts",
        "contact",
        "0-1",
        "contacts",
        "createdate",
        "lastmodifieddate",  # the one type that does not use hs_lastmodifieddate
        ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
        ("firstname", "lastname", "email", "hs_additional_emails", "phone", "company"),
        mergeable=True,
    ),
    ObjectType(
        "companies",
        "company",
        "0-2",
        "companies",
        "createdate",
        "hs_lastmodifieddate",
        ("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
        ("name", "domain", "website", "phone"),
        mergeable=True,
    ),
    ObjectType(
        "deals",
        "deal",
        "0-3",
        "deals",
        "createdate",
        "hs_lastmodifieddate",
        (
            "amount",
            "closedate",
            "createdate",
            "dealname",
            "dealstage",
            "hs_lastmodifieddate",
            "hs_object_id",
            "pipeline",
        ),
        ("dealname", "description"),
    ),
    _activity("notes", "note", "0-46", "hs_note_body"),
    _activity("meetings", "meeting_event", "0-47", "hs_meeting_title", "hs_meeting_body"),
    _activity("calls", "call", "0-48", "hs_call_title", "hs_call_body"),
    _activity("emails", "email", "0-49", "hs_email_subject"),
    _activity("tasks", "task", "0-27", "hs_task_subject", "hs_task_body"),
)

BY_NAME = {kind.name: kind for kind in OBJECT_TYPES}
_BY_PATH = {**BY_NAME, **{kind.type_id: kind for kind in OBJECT_TYPES}}


def object_type(segment: str) -> ObjectType:
    """The type that a path segment names: the plural or the type id."""
    if segment not in _BY_PATH:
        raise invalid(f"Unable to infer object type from: {segment}")
    return _BY_PATH[segment]
