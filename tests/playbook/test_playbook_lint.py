"""What of a playbook is not agreed yet, and what in it does not fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from offices import PEOPLE, TEAM, owner, playbook

from sync.handoff.playbook import Playbook, SignOff
from sync.handoff.playbook_file import load_playbook
from sync.handoff.playbook_lint import Setting, lint
from sync.scoring.findings import Finding

TODAY = date(2026, 11, 20)
STAFF = [owner(name, system) for name in PEOPLE for system in ("salesforce", "hubspot")]
AGREED = """
goals: [{text: more deals, owner: mia@x.jp}]
kpis: [{id: follow_rate, target: 90, owner: mia@x.jp}]
review: {chair: mia@x.jp}
ideal_customer: makers with 300 people and more
journey: [{stage: compare, content: comparison page}]
domains: {competitor: [rival.jp]}
"""
ROLES = """
  data_maintainer: {name: Suzuki}
  marketing: {name: Tanaka}
  approvers: [{name: Mia, role: sales}]
"""


def complete() -> Playbook:
    found = playbook(TEAM + ROLES + AGREED)
    signed = tuple(SignOff(name, role, TODAY, found.version) for name, role in (("Mia", "sales"), ("T", "marketing")))
    return replace(found, sign_offs=signed)


def findings(found: Playbook, **setting: object) -> list[Finding]:
    return lint(found, Setting(TODAY, **setting))  # type: ignore[arg-type]


def ids(found: Playbook, **setting: object) -> set[str]:
    return {f"{one.id} {one.subject}" for one in findings(found, **setting)}


def test_a_complete_playbook_has_nothing_open() -> None:
    assert findings(complete(), owners=STAFF, segments=frozenset({"enterprise"})) == []


def test_the_shipped_default_works_and_says_what_is_not_agreed() -> None:
    found = findings(load_playbook("default"))
    assert {one.severity for one in found} == {"warning", "info"}
    assert {one.id for one in found} >= {"unsigned_sales", "unsigned_marketing", "kpi_incomplete", "no_fallback"}
    assert all(one.remedy.en and one.remedy.ja and one.text.ja != one.text.en for one in found)


def test_a_signature_for_another_version_does_not_count() -> None:
    old = replace(complete(), sign_offs=(SignOff("Mia", "sales", TODAY, "team-000"),))
    texts = {one.id: one.text.en for one in findings(old)}
    assert texts["unsigned_sales"] == "sales has signed another version, not this one"
    assert texts["unsigned_marketing"] == "marketing has not signed"
    later = replace(complete(), sign_offs=(*complete().sign_offs, SignOff("Z", "other", date(2027, 1, 1))))
    assert {one.id for one in findings(later)} == {"signed_in_future"}


def test_addresses_that_no_user_has_are_found_once_owners_are_known() -> None:
    assert ids(complete()) == set()  # nothing pulled yet: nothing to hold against
    some = [one for one in STAFF if one.id != "h-dai" and one.id != "s-dai"]
    assert ids(complete(), owners=some) == {"unknown_owner assignment/groups/kansai"}
    gone = [*some, owner("dai", active=False)]
    assert ids(complete(), owners=gone) == {"owner_cannot assignment/groups/kansai"}
    robot = [one for one in STAFF if "-eve" not in one.id] + [owner("eve", automated=True)]
    assert ids(complete(), owners=robot) == {"owner_cannot assignment/rules/makers"}


def test_absences_that_are_over_and_of_strangers_are_told() -> None:
    days = "{email: ann@x.jp, from: 2026-11-01, to: 2026-11-19}, {email: zoe@x.jp, from: 2026-12-01}"
    text = f"capacity: {{absences: [{days}]}}"
    found = playbook(TEAM + ROLES + AGREED + text)
    told = ids(found, owners=STAFF) - {"unsigned_sales sign_offs", "unsigned_marketing sign_offs"}
    assert told == {"absence_over capacity/absences", "unknown_owner capacity/absences"}


def test_a_group_of_which_nobody_is_there_is_told_with_the_day() -> None:
    text = "capacity: {absences: [{email: dai@x.jp, from: 2026-11-21, to: 2026-11-24}]}"
    found = [one for one in findings(playbook(TEAM + text)) if one.id == "group_away"]
    assert [one.text.en for one in found] == ["everybody in it is away on 2026-11-24"]  # the 23rd is a holiday


@pytest.mark.parametrize(
    ("closures", "told"),
    [
        ("[{from: 2027-05-01, to: 2027-05-16}]", True),
        ("[{from: 2027-06-01, to: 2027-06-10}]", False),
        ("[{from: 12-26, to: 01-08}]", True),
        ("[{from: 12-29, to: 01-03}]", False),
    ],
)
def test_two_weeks_without_business_cannot_be(closures: str, told: bool) -> None:
    found = playbook(f"{TEAM}\ncalendar: {{closures: {closures}}}")
    assert any(one.id == "no_business_day" and one.severity == "error" for one in findings(found)) is told


def test_a_closure_that_is_over_is_told() -> None:
    found = playbook(TEAM + "\ncalendar: {closures: [{from: 2026-08-12, to: 2026-08-14}]}")
    assert "closure_over calendar/closures" in ids(found)


def test_capacity_and_rules_must_fit() -> None:
    none = TEAM.replace("{email: dai@x.jp}", "{email: dai@x.jp, capacity: 0}")
    assert "group_takes_none assignment/groups/kansai" in ids(playbook(none))
    assert "rule_owner_takes_none assignment/rules/makers" in ids(
        playbook(TEAM + "\ncapacity: {leads_per_rep_per_day: 0}")
    )
    assert "capacity_above_setting capacity" in ids(playbook(TEAM + "\ncapacity: {leads_per_rep_per_day: 8}"))
    assert "capacity_above_setting capacity" not in ids(
        playbook(TEAM + "\ncapacity: {leads_per_rep_per_day: 8}"), at_most=10
    )


def test_a_rule_behind_a_wider_one_is_never_reached() -> None:
    wide = TEAM.replace(
        "    - {id: makers", "    - {id: osaka, region: [大阪], sector: [machinery], group: inside}\n    - {id: makers"
    )
    assert "rule_never_reached assignment/rules/osaka" in ids(playbook(wide))
    other = TEAM.replace("    - {id: makers", "    - {id: tokyo, region: [東京], group: inside}\n    - {id: makers")
    assert "rule_never_reached assignment/rules/tokyo" not in ids(playbook(other))


def test_segments_are_those_of_the_model() -> None:
    assert "unknown_segment assignment/rules/key" in ids(complete(), segments=frozenset({"smb"}))


def test_groups_that_nothing_uses_are_told() -> None:
    unused = TEAM.replace("  rules:", "    - {id: spare, members: [{email: mia@x.jp}]}\n  rules:")
    assert "group_unused assignment/groups/spare" in ids(playbook(unused))


def test_a_ladder_without_anybody_at_its_end_is_told() -> None:
    bare = playbook("name: x")
    assert {"no_manager_to_tell sla/notify_manager", "nobody_takes_over sla/reassign_to"} <= ids(bare)
    led = [owner("ann", manager_id="s-mia"), owner("mia")]
    assert not {one for one in ids(bare, owners=led) if one.startswith(("no_manager", "nobody_takes"))}
    quiet = playbook("name: x\nsla: {notify_manager: false, reassign_to: nobody}")
    assert not {one for one in ids(quiet) if one.startswith(("no_manager", "nobody_takes"))}
