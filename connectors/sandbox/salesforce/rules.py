"""What an object's own logic refuses, beyond the types of its fields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from connectors.sandbox.salesforce.failures import RecordError
from connectors.sandbox.salesforce.org import Org, Row

Rule = Callable[[Org, Row, Row | None], None]  # (org, new row, old row or None on insert)

_DEVELOPER_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")


def check_write(org: Org, object_name: str, row: Row, old: Row | None) -> None:
    """Raises RecordError when the object's rules forbid the row."""
    rule = _RULES.get(object_name)
    if rule:
        rule(org, row, old)


def check_delete(org: Org, object_name: str, row: Row) -> None:
    if object_name == "Lead" and row.get("IsConverted"):
        raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if object_name != "PermissionSet":
        return
    if row.get("IsOwnedByProfile"):
        raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if _any(org, "PermissionSetAssignment", PermissionSetId=row["Id"]):
        raise RecordError(
            "DELETE_FAILED",
            "Your attempt to delete the permission set could not be completed because it is assigned to users.",
        )


def _lead(org: Org, row: Row, old: Row | None) -> None:
    if old and old.get("IsConverted"):
        raise RecordError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")


def _activity(org: Org, row: Row, old: Row | None) -> None:
    who = org.by_id(row.get("WhoId"))
    changed = old is None or old.get("WhoId") != row.get("WhoId")
    if who and changed and who[1].get("IsConverted"):
        raise RecordError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ["WhoId"])
    if who and who[0].name == "Lead" and row.get("WhatId"):
        raise RecordError("FIELD_INTEGRITY_EXCEPTION", "Related To ID: cannot be set for a lead", ["WhatId"])


def _event(org: Org, row: Row, old: Row | None) -> None:
    _activity(org, row, old)
    start = row.get("StartDateTime") or row.get("ActivityDateTime") or (row.get("ActivityDate"))
    if not start:
        raise RecordError("REQUIRED_FIELD_MISSING", "Required fields are missing: [StartDateTime]", ["StartDateTime"])
    end = row.get("EndDateTime")
    if end is None and row.get("DurationInMinutes") is None:
        raise RecordError(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [DurationInMinutes]", ["DurationInMinutes"]
        )
    if end is not None and end < start:
        raise RecordError("FIELD_INTEGRITY_EXCEPTION", "End date is before the start date.", ["EndDateTime"])


def _member(org: Org, row: Row, old: Row | None) -> None:
    if old is not None:
        return
    people = [row.get("LeadId"), row.get("ContactId")]
    if sum(1 for person in people if person) != 1:
        raise RecordError(
            "FIELD_INTEGRITY_EXCEPTION", "exactly one of LeadId and ContactId has to be given", ["LeadId", "ContactId"]
        )
    lead = org.row("Lead", row.get("LeadId") or "")
    if lead and lead.get("IsConverted"):
        raise RecordError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ["LeadId"])
    field = "LeadId" if row.get("LeadId") else "ContactId"
    if _any(org, "CampaignMember", CampaignId=row["CampaignId"], **{field: row[field]}):
        raise RecordError("DUPLICATE_VALUE", "Already a campaign member.")


def _role(org: Org, row: Row, old: Row | None) -> None:
    deal = org.row("Opportunity", row["OpportunityId"])
    if deal is None or deal.get("IsDeleted"):
        raise RecordError("ENTITY_IS_DELETED", "entity is deleted")


def _permission_set(org: Org, row: Row, old: Row | None) -> None:
    if old and old.get("IsOwnedByProfile"):
        raise RecordError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if not _DEVELOPER_NAME.fullmatch(row["Name"]):
        raise RecordError(
            "FIELD_INTEGRITY_EXCEPTION",
            "The Permission Set API Name can only contain underscores and alphanumeric characters. It must be unique, "
            "begin with a letter, not include spaces, not end with an underscore, and not contain two consecutive "
            "underscores.",
            ["Name"],
        )


def _assignment(org: Org, row: Row, old: Row | None) -> None:
    user = org.row("User", row["AssigneeId"])
    if user and not user.get("IsActive"):
        raise RecordError("INACTIVE_OWNER_OR_USER", "operation performed with inactive user", ["AssigneeId"])
    same = _rows(org, "PermissionSetAssignment", AssigneeId=row["AssigneeId"], PermissionSetId=row["PermissionSetId"])
    if any(other["Id"] != row.get("Id") for other in same):
        raise RecordError(
            "DUPLICATE_VALUE",
            f"Duplicate PermissionSetAssignment. Assignee: {row['AssigneeId']}; "
            f"Permission Set: {row['PermissionSetId']}",
        )


def _field_permissions(org: Org, row: Row, old: Row | None) -> None:
    spec = org.schema.find(row["SobjectType"])
    object_name, _, name = row["Field"].partition(".")
    field = spec.fields.get(name) if spec and object_name == spec.name else None
    if field is None or not field.permissionable:
        raise RecordError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Field Name: bad value for restricted picklist field: {row['Field']}",
            ["Field"],
        )
    if row.get("PermissionsEdit") and not (field.createable or field.updateable):
        raise RecordError("FIELD_INTEGRITY_EXCEPTION", "this field cannot be edited", ["PermissionsEdit"])
    if row.get("PermissionsEdit") and not row.get("PermissionsRead"):
        raise _depends(f"Edit {row['Field']}", [f"Read {row['Field']}"])
    if not row.get("PermissionsRead"):
        raise RecordError("FIELD_INTEGRITY_EXCEPTION", "at least one permission has to be granted", ["PermissionsRead"])
    _once(org, "FieldPermissions", row, ("ParentId", "Field"))


_NEEDS = {
    "Create": ("Read",),
    "Edit": ("Read",),
    "Delete": ("Read", "Edit"),
    "ViewAllRecords": ("Read",),
    "ModifyAllRecords": ("Read", "Edit", "Delete", "ViewAllRecords"),
}


def _object_permissions(org: Org, row: Row, old: Row | None) -> None:
    spec = org.schema.find(row["SobjectType"])
    if spec is None or spec.setup or spec.tooling:
        raise RecordError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Object Type: bad value for restricted picklist field: {row['SobjectType']}",
            ["SobjectType"],
        )
    for right, needed in _NEEDS.items():
        missing = [other for other in needed if not row.get(f"Permissions{other}")]
        if row.get(f"Permissions{right}") and missing:
            raise _depends(f"{right} {spec.name}", [f"{other} {spec.name}" for other in missing])
    if not row.get("PermissionsRead"):
        raise RecordError("FIELD_INTEGRITY_EXCEPTION", "at least one permission has to be granted", ["PermissionsRead"])
    _once(org, "ObjectPermissions", row, ("ParentId", "SobjectType"))


def _depends(right: str, needed: list[str]) -> RecordError:
    return RecordError("FIELD_INTEGRITY_EXCEPTION", f"Permission {right} depends on permission(s): {', '.join(needed)}")


def _once(org: Org, table: str, row: Row, key: tuple[str, ...]) -> None:
    same = _rows(org, table, **{name: row[name] for name in key})
    if any(other["Id"] != row.get("Id") for other in same):
        raise RecordError(
            "DUPLICATE_VALUE",
            "duplicate value found: <unknown> duplicates value on record with id: <unknown>",
        )


def _rows(org: Org, table: str, **wanted: str) -> Iterable[Row]:
    return (
        row
        for row in org.tables[table].values()
        if not row.get("IsDeleted") and all(row.get(name) == value for name, value in wanted.items())
    )


def _any(org: Org, table: str, **wanted: str) -> bool:
    return next(iter(_rows(org, table, **wanted)), None) is not None


_RULES: dict[str, Rule] = {
    "Lead": _lead,
    "Task": _activity,
    "Event": _event,
    "CampaignMember": _member,
    "OpportunityContactRole": _role,
    "PermissionSet": _permission_set,
    "PermissionSetAssignment": _assignment,
    "FieldPermissions": _field_permissions,
    "ObjectPermissions": _object_permissions,
}
