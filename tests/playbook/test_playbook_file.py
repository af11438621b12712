"""What a playbook file may say, and how a wrong one is refused."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from sync.errors import ConfigError
from sync.handoff.calendar import Closure, Hours
from sync.handoff.playbook import KPIS, ROLES
from sync.handoff.playbook_file import load_playbook, parse_playbook, shipped_playbooks

DEFAULT = load_playbook("default")
SCHEMA = json.loads(resources.files("sync.handoff").joinpath("playbook_schema.json").read_text("utf-8"))


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse_playbook(text, "playbook.yaml")
    return caught.value


@pytest.mark.parametrize("name", shipped_playbooks())
def test_every_shipped_playbook_can_be_used_and_meets_the_published_schema(name: str) -> None:
    assert load_playbook(name).name == name
    text = resources.files("config").joinpath("playbooks", f"{name}.yaml").read_text("utf-8")
    Draft202012Validator.check_schema(SCHEMA)
    assert list(Draft202012Validator(SCHEMA).iter_errors(json.loads(json.dumps(yaml.safe_load(text))))) == []


def test_the_shipped_default_holds_the_figures_of_the_requirements() -> None:
    sla = DEFAULT.sla
    assert (sla.hours, sla.warning_percent, sla.notify_manager) == (24, 75, True)
    assert DEFAULT.calendar.holidays.country == "JP"
    assert DEFAULT.calendar.weekend == {5, 6}
    assert DEFAULT.calendar_in("Europe/Berlin").zone == "Europe/Berlin"
    assert [kpi.target for kpi in DEFAULT.kpis if kpi.id == "follow_rate"] == [90]
    assert DEFAULT.review.cadence in ("monthly", "quarterly")


def test_the_schema_knows_the_measures_and_the_roles() -> None:
    kpi = SCHEMA["properties"]["kpis"]["items"]["properties"]["id"]["enum"]
    assert (kpi, SCHEMA["$defs"]["role"]["enum"]) == (list(KPIS), list(ROLES))


def test_what_a_playbook_leaves_out_is_taken_from_the_shipped_one() -> None:
    found = parse_playbook("name: ours\nsla: {hours: 8}\n", "ours.yaml")
    assert (found.sla.hours, found.sla.warning_percent) == (8, 75)
    assert found.calendar == DEFAULT.calendar


def test_equal_content_has_an_equal_version_and_signing_does_not_change_it() -> None:
    plain = parse_playbook("name: ours\nsla: {hours: 8, warning_percent: 50}", "a.yaml")
    signed = parse_playbook(
        "# ours\nsla:\n  warning_percent: 50\n  hours: 8\nname: ours\n"
        "sign_offs: [{name: 佐藤, role: sales, date: 2026-11-01}]",
        "b.yaml",
    )
    other = parse_playbook("name: ours\nsla: {hours: 9, warning_percent: 50}", "a.yaml")
    assert plain.version == signed.version
    assert plain.version.startswith("ours-")
    assert other.version != plain.version
    assert not signed.signed("sales")  # no version: nobody knows what was signed
    named = parse_playbook(
        f"name: ours\nsla: {{hours: 8, warning_percent: 50}}\n"
        f"sign_offs: [{{name: 佐藤, role: sales, date: 2026-11-01, version: {plain.version}}}]",
        "b.yaml",
    )
    assert (named.signed("sales"), named.signed("marketing")) == (True, False)


def test_days_and_hours_may_be_written_as_people_write_them() -> None:
    found = parse_playbook(
        "name: x\ncalendar:\n  weekend: [sunday]\n  hours: {from: 9:30, to: 18:00}\n"
        "  closures: [{from: 2026-08-12, to: 2026-08-14}, {from: 05-01}]",
        "x.yaml",
    )
    assert found.calendar.closures == (
        Closure(date(2026, 8, 12), date(2026, 8, 14)),
        Closure(date(2000, 5, 1), date(2000, 5, 1), yearly=True),
    )
    assert found.calendar.hours == Hours(570, 1080)
    assert found.calendar.weekend == {6}


def test_texts_are_given_once_or_in_both_languages() -> None:
    found = parse_playbook("name: x\nideal_customer: {en: makers, ja: 製造業}\ngoals: [{text: 受注}]", "x.yaml")
    assert (found.ideal_customer.en, found.ideal_customer.ja) == ("makers", "製造業")
    assert (found.goals[0].text.en, found.goals[0].text.ja) == ("受注", "受注")


BROKEN = [
    ("name: x\nsla: {hours: 0}", 2, "sla/hours", "too small"),
    ('name: x\nsla: {hours: "24"}', 2, "sla/hours", "whole number"),
    ("name: x\nsla: {warning: 75}", 2, "sla/warning", "did you mean 'warning_percent'"),
    ("name: x\nsla: {reassign_to: manger}", 2, "sla/reassign_to", "did you mean 'manager'"),
    ("name: x\ncalender: {}", 2, "calender", "did you mean 'calendar'"),
    ("name: x\ncalendar: {country: XX}", 2, "calendar/country", "ISO code"),
    ("name: x\ncalendar: {country: NO}", 2, "calendar/country", "quotes"),
    ("name: x\ncalendar: {country: DE, subdivision: XY}", 2, "calendar/subdivision", "known:"),
    (
        "name: x\ncalendar: {weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]}",
        2,
        "calendar/weekend",
        "take some out",
    ),
    ("name: x\ncalendar:\n  closures:\n    - {from: 2026-13-01}", 4, "calendar/closures/0/from", "2026-12-29"),
    ("name: x\ncalendar: {closures: [{from: 12-29, to: 2027-01-03}]}", 2, "closures/0/to", "write both alike"),
    ("name: x\ncalendar: {closures: [{from: 2027-01-03, to: 2026-12-29}]}", 2, "closures/0/to", "exchange"),
    ('name: x\ncalendar: {hours: {from: "25:00", to: "18:00"}}', 2, "hours/from", '"09:00"'),
    ('name: x\ncalendar: {hours: {from: "18:00", to: "09:00"}}', 2, "hours/to", "after it begins"),
    ("name: x\ncapacity: {absences: [{email: a@x.jp, from: 12-29}]}", 2, "absences/0/from", "2026-12-29"),
    ("name: x\ncapacity: {absences: [{email: ann, from: 2026-12-29}]}", 2, "absences/0/email", "no e-mail address"),
    (
        "name: x\nassignment:\n  groups:\n    - {id: a, members: []}",
        4,
        "assignment/groups/0/members",
        "add an entry",
    ),
    (
        "name: x\nassignment:\n  groups:\n    - {id: a, members: [{email: a@x.jp}, {email: A@x.jp}]}",
        4,
        "groups/0/members/1",
        "already",
    ),
    ("name: x\nassignment: {fallback: inside}", 2, "assignment/fallback", "known"),
    ("name: x\nassignment: {rules: [{id: r, region: [x]}]}", 2, "rules/0", "either owner or group"),
    ("name: x\nassignment: {rules: [{id: r, owner: a@x.jp}]}", 2, "rules/0", "asks nothing"),
    ("name: x\nassignment: {rules: [{id: r, region: [x], group: g}]}", 2, "rules/0/group", "unknown name 'g'"),
    ("name: x\nassignment: {rules: [{id: r, sector: [cars], owner: a@x.jp}]}", 2, "rules/0/sector/0", "known"),
    ("name: x\nroles: {sales_managers: [{email: a@x.jp, members: [bob]}]}", 2, "members/0", "no e-mail address"),
    ("name: x\nroles: {data_maintainer: suzuki}", 2, "roles/data_maintainer", "group of keys"),
    ("name: x\ndomains: {own: [aoba]}", 2, "domains/own/0", "example.co.jp"),
    ("name: x\ndomains: {own: [a.jp], competitor: [A.jp]}", 2, "domains/competitor/0", "keep one"),
    ("name: x\nkpis: [{id: happiness}]", 2, "kpis/0/id", "known"),
    ("name: x\nsign_offs: [{name: s, role: boss, date: 2026-01-01}]", 2, "sign_offs/0/role", "known"),
    ("name: x\nsign_offs: [{name: s, role: sales, date: someday}]", 2, "sign_offs/0/date", "2026-12-29"),
    ("name: x\nname: y", 2, "name", "twice"),
    ("name: x\n  sla: [", 2, "", "YAML"),
    ("- a", 1, "", "group of keys"),
    ("", 1, "", "group of keys"),
]


@pytest.mark.parametrize(("text", "line", "path", "remedy"), BROKEN)
def test_a_broken_playbook_is_refused_with_file_line_key_and_remedy(
    text: str, line: int, path: str, remedy: str
) -> None:
    error = refused(text)
    told = next(entry for entry in error.text.en.splitlines()[1:] if path in entry)
    assert f"playbook.yaml, line {line}" in told
    assert remedy in error.text.en
    assert f"playbook.yaml, {line}行目" in error.text.ja
    assert len(error.text.ja.splitlines()) == len(error.text.en.splitlines())


def test_all_problems_are_told_at_once() -> None:
    error = refused("name: x\nsla: {hours: 0, warning_percent: 100}\nreview: {cadence: daily}")
    assert "3 to mend" in error.text.en


def test_a_missing_file_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_playbook(str(tmp_path / "none.yaml"))
    assert "default" in caught.value.text.en
    wrong = tmp_path / "sjis.yaml"
    wrong.write_bytes("name: 日本".encode("shift_jis"))
    with pytest.raises(ConfigError) as caught:
        load_playbook(str(wrong))
    assert "UTF-8" in caught.value.text.en
