"""What people do in the user interface and the API cannot: merging records, converting leads."""

from __future__ import annotations

from connectors.sandbox.salesforce.derive import derived, today
from connectors.sandbox.salesforce.org import Org, Row
from connectors.sandbox.salesforce.schema import ObjectSpec

_CARRIED = (
    "FirstName LastName Salutation Title Email Phone MobilePhone Fax Description LeadSource OwnerId "
    "HasOptedOutOfEmail DoNotCall FirstNameLocal LastNameLocal"
).split()
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")


def merge(org: Org, spec: ObjectSpec, winner_id: str, loser_id: str, user_id: str) -> None:
    """The loser goes to the recycle bin and names its master; what hung on it hangs on the winner."""
    winner, loser = org.row(spec.name, winner_id), org.row(spec.name, loser_id)
    if winner is None or loser is None or winner_id == loser_id:
        raise ValueError("merge needs two different records that exist")
    if winner.get("IsDeleted") or loser.get("IsDeleted"):
        raise ValueError("merge needs two live records")
    for child, field in org.schema.children(spec.name):
        if field.createable:
            _reparent(org, child, field.name, loser_id, winner_id, user_id)
    org.store(spec.name, {**org.touched(loser, user_id), "IsDeleted": True, "MasterRecordId": winner_id})
    org.store(spec.name, org.touched(winner, user_id))


def convert(org: Org, lead_id: str, user_id: str, opportunity: bool, account_id: str, contact_id: str) -> str:
    """Returns the contact's id. Custom fields are not mapped, so they stay on the lead."""
    lead = org.row("Lead", lead_id)
    if lead is None or lead.get("IsDeleted") or lead.get("IsConverted"):
        raise ValueError("only a live lead can be converted, and only once")
    account_id = account_id or _account_for(org, lead, user_id)
    contact_id = contact_id or _contact_for(org, lead, account_id, user_id)
    deal_id = _opportunity_for(org, lead, account_id, contact_id, user_id) if opportunity else None
    changes: Row = {
        "IsConverted": True,
        "ConvertedDate": today(org).isoformat(),
        "ConvertedAccountId": account_id,
        "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": deal_id,
        "Status": "Closed - Converted",
    }
    org.store("Lead", {**org.touched(lead, user_id), **changes})
    for name in ("Task", "Event"):
        _reparent(org, org.schema.objects[name], "WhoId", lead_id, contact_id, user_id)
    for row in list(org.tables["CampaignMember"].values()):
        if row.get("LeadId") == lead_id and not row.get("IsDeleted"):
            _change(org, org.schema.objects["CampaignMember"], row, {"ContactId": contact_id}, user_id)
    return contact_id


def _reparent(org: Org, child: ObjectSpec, field: str, old: str, new: str, user_id: str) -> None:
    for row in list(org.tables[child.name].values()):
        if row.get(field) != old:
            continue
        if child.name == "CampaignMember" and _already_member(org, row, field, new):
            org.store(child.name, {**org.touched(row, user_id), "IsDeleted": True})
        else:
            _change(org, child, row, {field: new}, user_id)


def _already_member(org: Org, row: Row, field: str, person: str) -> bool:
    return any(
        other.get("CampaignId") == row.get("CampaignId") and other.get(field) == person and not other.get("IsDeleted")
        for other in org.tables["CampaignMember"].values()
    )


def _change(org: Org, spec: ObjectSpec, row: Row, changes: Row, user_id: str) -> None:
    changed = {**org.touched(row, user_id), **changes}
    org.store(spec.name, changed | derived(org, spec.name, changed, row))


def _make(org: Org, name: str, fields: Row, user_id: str) -> str:
    spec = org.schema.objects[name]
    given = {key: value for key, value in fields.items() if value is not None and key in spec.fields}
    row = org.born(spec, {"Id": org.new_id(spec.prefix), **given}, user_id, org.now())
    org.store(name, row | derived(org, name, row))
    return str(row["Id"])


def _account_for(org: Org, lead: Row, user_id: str) -> str:
    company = (lead.get("Company") or "").lower()
    for row in org.tables["Account"].values():
        if (row.get("Name") or "").lower() == company and not row.get("IsDeleted"):
            return str(row["Id"])
    fields: Row = {name: lead.get(name) for name in ("Industry", "NumberOfEmployees", "Website", "Phone", "OwnerId")}
    fields |= {f"Billing{part}": lead.get(part) for part in _ADDRESS}
    return _make(org, "Account", fields | {"Name": lead.get("Company")}, user_id)


def _contact_for(org: Org, lead: Row, account_id: str, user_id: str) -> str:
    fields: Row = {name: lead.get(name) for name in _CARRIED}
    fields |= {f"Mailing{part}": lead.get(part) for part in _ADDRESS}
    return _make(org, "Contact", fields | {"AccountId": account_id}, user_id)


def _opportunity_for(org: Org, lead: Row, account_id: str, contact_id: str, user_id: str) -> str:
    on = today(org)
    quarter_end = f"{on.year}-{(on.month - 1) // 3 * 3 + 3:02d}-28"
    fields: Row = {
        "Name": f"{lead.get('Company')}-",
        "AccountId": account_id,
        "StageName": "Prospecting",
        "CloseDate": quarter_end,
        "LeadSource": lead.get("LeadSource"),
        "OwnerId": lead.get("OwnerId"),
    }
    deal_id = _make(org, "Opportunity", fields, user_id)
    role: Row = {"OpportunityId": deal_id, "ContactId": contact_id, "IsPrimary": True}
    _make(org, "OpportunityContactRole", role, user_id)
    return deal_id
