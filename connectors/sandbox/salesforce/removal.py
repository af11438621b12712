"""Deleting, with what hangs on the record; and giving it back."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import FieldSpec, ObjectSpec

# Which children go with their parent; other children only lose the reference or keep it.
_GOES_WITH = {
    "Account": ("Contact", "Opportunity", "Task", "Event"),
    "Contact": ("CampaignMember", "OpportunityContactRole", "Task", "Event"),
    "Lead": ("CampaignMember", "Task", "Event"),
    "Opportunity": ("OpportunityContactRole", "Task", "Event"),
    "Campaign": ("CampaignMember",),
    "PermissionSet": ("FieldPermissions", "ObjectPermissions", "PermissionSetAssignment"),
}


def remove(org: Org, spec: ObjectSpec, record_id: str, user_id: str) -> None:
    """To the recycle bin with its children, or away for good where the object has no bin."""
    row = org.row(spec.name, record_id)
    if row is None or row.get("IsDeleted"):
        return
    if "IsDeleted" in spec.fields:
        org.store(spec.name, {**org.touched(row, user_id), "IsDeleted": True})
    else:
        org.erase(spec.name, record_id)
    for child, child_row in list(_children(org, spec, record_id)):
        remove(org, child, child_row["Id"], user_id)
    if spec.setup:
        org.schema.version += 1


def restore(org: Org, spec: ObjectSpec, record_id: str, user_id: str) -> None:
    """Out of the recycle bin; that moves the stamps as well."""
    row = org.row(spec.name, record_id)
    if row is not None and row.get("IsDeleted"):
        org.store(spec.name, {**org.touched(row, user_id), "IsDeleted": False, "MasterRecordId": None})


def _children(org: Org, spec: ObjectSpec, record_id: str) -> Iterator[tuple[ObjectSpec, Row]]:
    goes = _GOES_WITH.get(spec.name, ())
    for child, field in org.schema.children(spec.name):
        if child.name in goes and _owns(field):
            for row in org.tables[child.name].values():
                if row.get(field.name) == record_id:
                    yield child, row


def _owns(field: FieldSpec) -> bool:
    """Derived references (an activity's account) and links between equals do not count."""
    return field.createable and bool(field.children)
