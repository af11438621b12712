"""What every org has from its first day: its own record, a profile, the integration user and a person."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.salesforce.catalog.setup import USER_RIGHTS
from connectors.sandbox.salesforce.org import Org, Row


@dataclass(frozen=True)
class Founded:
    org_id: str
    integration_user_id: str
    person_id: str
    profile_id: str


def found(org: Org, username: str, is_sandbox: bool, name: str) -> Founded:
    """Seeds are made in the name of `person_id`, API calls in the name of the integration user."""
    profile_id = _make(org, "Profile", {"Name": "Integration", "UserType": "Standard", "PermissionsApiEnabled": True})
    ids = [
        _make(org, "User", _user(org, username, "Integration", "Leadsync", profile_id)),
        _make(org, "User", _user(org, f"person.{username}", "Sales", "Person", profile_id)),
    ]
    locale = "ja_JP" if org.japanese else "en_US"
    org_id = _make(
        org,
        "Organization",
        {
            "Name": name,
            "Country": "JP" if org.japanese else "US",
            "DefaultLocaleSidKey": locale,
            "LanguageLocaleKey": locale[:2] if org.japanese else locale,
            "TimeZoneSidKey": org.timezone,
            "OrganizationType": "Enterprise Edition",
            "InstanceName": "CS99" if is_sandbox else "AP99",
            "IsSandbox": is_sandbox,
            "FiscalYearStartMonth": 4 if org.japanese else 1,
        },
    )
    rights = {f"Permissions{right}": right != "BulkApiHardDelete" for right in USER_RIGHTS}
    owned: Row = {"Name": f"X{profile_id}", "Label": profile_id, "ProfileId": profile_id, "Type": "Profile"}
    set_id = _make(org, "PermissionSet", {**owned, "IsOwnedByProfile": True, "IsCustom": False, **rights})
    for user_id in ids:
        _make(org, "PermissionSetAssignment", {"PermissionSetId": set_id, "AssigneeId": user_id, "IsActive": True})
    return Founded(org_id, ids[0], ids[1], profile_id)


def _user(org: Org, username: str, first: str, last: str, profile_id: str) -> Row:
    return {
        "Username": username,
        "FirstName": first,
        "LastName": last,
        "Name": f"{last} {first}" if org.japanese else f"{first} {last}",
        "Email": username,
        "Alias": first[:8].lower(),
        "IsActive": True,
        "TimeZoneSidKey": org.timezone,
        "LocaleSidKey": "ja_JP" if org.japanese else "en_US",
        "LanguageLocaleKey": "ja" if org.japanese else "en_US",
        "EmailEncodingKey": "UTF-8",
        "UserType": "Standard",
        "ProfileId": profile_id,
    }


def _make(org: Org, name: str, fields: Row) -> str:
    spec = org.schema.objects[name]
    row = org.born(spec, {"Id": org.new_id(spec.prefix), **fields}, "", org.now())
    org.store(name, row)
    return str(row["Id"])
