"""Playbooks, salespeople and people for the tests of assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sync.core.records import CompanyRecord, PersonRecord, RecordKey
from sync.handoff.owners import OwnerBook
from sync.handoff.playbook import Playbook
from sync.handoff.playbook_file import parse_playbook
from sync.repository import Member, Owner, ScoreRow, Standing

NOW = 1_790_000_000
TEAM = """
name: team
assignment:
  groups:
    - id: inside
      members: [{email: ann@x.jp}, {email: bob@x.jp}, {email: cho@x.jp}]
    - id: kansai
      members: [{email: dai@x.jp}]
  rules:
    - {id: kansai, region: [関西], group: kansai}
    - {id: makers, sector: [machinery], country: [日本], owner: eve@x.jp}
    - {id: key, segment: [enterprise], owner: bob@x.jp}
  fallback: inside
roles:
  sales_managers: [{team: Sales, email: mia@x.jp}]
"""
PEOPLE = ("ann", "bob", "cho", "dai", "eve", "mia")


def playbook(text: str = TEAM, **parts: Any) -> Playbook:
    return parse_playbook(text + "".join(f"\n{name}: {value}" for name, value in parts.items()), "playbook.yaml")


def owner(name: str, system: str = "salesforce", **values: Any) -> Owner:
    known: dict[str, Any] = {"email": f"{name}@x.jp", "name": name.title(), "active": True}
    return Owner(system, f"{system[0]}-{name}", **(known | values))


def book(*more: Owner, without: tuple[str, ...] = ()) -> OwnerBook:
    """Everybody of PEOPLE in both CRMs, but who is replaced by `more` or left out."""
    given = {(one.system, one.id) for one in more}
    both = [owner(name, system) for name in PEOPLE if name not in without for system in ("salesforce", "hubspot")]
    return OwnerBook([*(one for one in both if (one.system, one.id) not in given), *more])


def member(id: int, system: str = "salesforce", object: str = "lead", **values: Any) -> Member:
    return Member(id, 1, PersonRecord(RecordKey(system, object, str(id)), NOW, **values), NOW)


def standing(
    *members: Member,
    segment: str = "",
    company_owners: dict[RecordKey, str] | None = None,
    companies: Sequence[CompanyRecord] = (),
) -> Standing:
    score = ScoreRow(1, 0, 0, 0, 0, 82_000, "hot", "", "", "", "", segment, None, None, None, "b", "m", NOW)
    known = {record.key: record for record in companies}
    found = Standing(1, "p1", None, score, members or (member(1),), {}, {}, {}, None, company_owners or {})
    return replace(found, companies=known)


def company(id: str, system: str = "salesforce") -> RecordKey:
    return CompanyRecord(RecordKey(system, "company", id), NOW).key
