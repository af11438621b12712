"""Playbook file -> Playbook: schema check, what the shipped playbook adds, cross references, version.

All problems are reported at once, each with file, line, key and remedy.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator

from sync.core.text import Text
from sync.errors import ConfigError
from sync.handoff.calendar import (
    DAY_MINUTES,
    BusinessCalendar,
    Closure,
    Hours,
    PublicHolidays,
)
from sync.handoff.playbook import (
    DEFAULT,
    Absence,
    Goal,
    Group,
    Kpi,
    Manager,
    OwnerRule,
    Person,
    Playbook,
    Review,
    Roles,
    Seat,
    SignOff,
    Sla,
    Stage,
)
from sync.handoff.playbook_checks import ASKED, Checks
from sync.handoff.playbook_values import WEEKDAYS, day_of, domain_of, mail, minutes_of, text_of
from sync.handoff.territory import country_of, regions_of
from sync.scoring.document import Document, checker, read_document
from sync.scoring.phrases import phrases


def load_playbook(name_or_path: str) -> Playbook:
    """A shipped playbook by name, or any playbook file. `ConfigError` lists every problem found in it."""
    if name_or_path in shipped_playbooks():
        return parse_playbook(_shipped(name_or_path), f"{name_or_path}.yaml")
    path = FilePath(name_or_path)
    try:
        return parse_playbook(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise ConfigError(
            Text(
                f"{path.name} is not UTF-8 text; save it as UTF-8",
                f"{path.name} が UTF-8 ではありません。UTF-8 で保存し直してください",
            )
        ) from error
    except (OSError, ValueError) as error:
        known = ", ".join(shipped_playbooks())
        raise ConfigError(
            Text(
                f"no playbook {name_or_path!r}: it is neither a shipped one ({known}) nor a readable file; "
                "set LEADSYNC_PLAYBOOK to one of these",
                f"プレイブック {name_or_path!r} が見つかりません。付属のプレイブック（{known}）の名前か、"
                "読み取れるファイルのパスを LEADSYNC_PLAYBOOK に指定してください",
            )
        ) from error


def shipped_playbooks() -> tuple[str, ...]:
    folder = resources.files("config").joinpath("playbooks")
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def parse_playbook(text: str, source: str) -> Playbook:
    """The playbook a file describes. `source` names the file in problems."""
    document = read_document(text, source, validator=_validator())
    _refuse(document)
    data = _completed(document.data, _default())
    Checks(document, data).all()
    _refuse(document)
    return _playbook(data, source)


@cache
def _validator() -> Draft202012Validator:
    text = resources.files("sync.handoff").joinpath("playbook_schema.json").read_text("utf-8")
    return checker(json.loads(text))


def _shipped(name: str) -> str:
    return resources.files("config").joinpath("playbooks", f"{name}.yaml").read_text(encoding="utf-8")


@cache
def _default() -> Mapping[str, Any]:
    document = read_document(_shipped(DEFAULT), f"{DEFAULT}.yaml", validator=_validator())
    _refuse(document)
    data: Mapping[str, Any] = document.data
    return data


def _refuse(document: Document) -> None:
    if not document.problems:
        return
    listed = sorted(document.problems, key=lambda problem: (problem.line, str(problem.path)))
    name, count = document.source, len(listed)

    def lines(language: str) -> str:
        return "\n".join(f"- {problem.to(language)}" for problem in listed)

    raise ConfigError(
        Text(
            f"the playbook {name} cannot be used, {count} to mend:\n{lines('en')}",
            f"プレイブック {name} を使用できません。修正が必要な箇所は {count} 件です:\n{lines('ja')}",
        )
    )


def _completed(own: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says, and what the shipped playbook says of the rest: groups of keys are laid over each other,
    everything else is replaced as a whole."""
    merged = dict(default)
    for key, value in own.items():
        below = default.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        merged[key] = _completed(value, below) if both else value  # type: ignore[arg-type]
    return merged


# --- building ---


def _playbook(data: Mapping[str, Any], source: str) -> Playbook:
    assignment, capacity = data["assignment"], data["capacity"]
    return Playbook(
        name=data["name"],
        version=f"{data['name']}-{_digest(data)}",
        file=source,
        goals=tuple(Goal(text_of(entry["text"]), mail(entry.get("owner", ""))) for entry in data["goals"]),
        kpis=tuple(Kpi(entry["id"], entry.get("target"), mail(entry.get("owner", ""))) for entry in data["kpis"]),
        sla=Sla(**data["sla"]),
        calendar=_calendar(data["calendar"]),
        per_day=capacity["leads_per_rep_per_day"],
        absences=tuple(_absence(entry) for entry in capacity["absences"]),
        groups=tuple(_group(entry) for entry in assignment["groups"]),
        rules=tuple(_rule(entry) for entry in assignment["rules"]),
        fallback=assignment["fallback"],
        roles=_roles(data["roles"]),
        review=_review(data["review"]),
        ideal_customer=text_of(data["ideal_customer"]),
        journey=tuple(Stage(text_of(entry["stage"]), text_of(entry.get("content", ""))) for entry in data["journey"]),
        domains={kind: tuple(domain_of(text) for text in domains) for kind, domains in data["domains"].items()},
        sign_offs=tuple(_sign_off(entry) for entry in data["sign_offs"]),
    )


def _digest(data: Mapping[str, Any]) -> str:
    """Of what is agreed: who signed it is no part of it, nor are comments, layout and the order of keys."""
    agreed = {key: value for key, value in data.items() if key != "sign_offs"}
    canonical = json.dumps(agreed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _calendar(data: Mapping[str, Any]) -> BusinessCalendar:
    hours = data["hours"]
    return BusinessCalendar(
        weekend=frozenset(WEEKDAYS.index(name) for name in data["weekend"]),
        holidays=PublicHolidays(data["country"], data.get("subdivision", "")),
        closures=tuple(_closure(entry) for entry in data["closures"]),
        hours=Hours(minutes_of(hours["from"]) or 0, minutes_of(hours["to"]) or DAY_MINUTES) if hours else Hours(),
    )


def _closure(data: Mapping[str, Any]) -> Closure:
    first, yearly = day_of(data["from"])
    last, _ = day_of(data.get("to", data["from"]))
    assert first is not None
    assert last is not None
    return Closure(first, last, data.get("label", ""), yearly)


def _absence(data: Mapping[str, Any]) -> Absence:
    first, _ = day_of(data["from"])
    last, _ = day_of(data.get("to", data["from"]))
    assert first is not None
    assert last is not None
    return Absence(mail(data["email"]), first, last, data.get("note", ""))


def _group(data: Mapping[str, Any]) -> Group:
    seats = (Seat(mail(entry["email"]), entry.get("weight", 1), entry.get("capacity")) for entry in data["members"])
    return Group(data["id"], text_of(data.get("label", data["id"])), tuple(seats))


def _rule(data: Mapping[str, Any]) -> OwnerRule:
    return OwnerRule(
        id=data["id"],
        label=text_of(data.get("label", data["id"])),
        asks={name: tuple(data[name]) for name in ASKED if data.get(name)},
        countries=frozenset(country_of(word) for word in data.get("country", [])),
        regions=frozenset(region for word in data.get("region", []) for region in regions_of(word)),
        cities=phrases(data.get("city", [])),
        industries=phrases(data.get("industry", [])),
        owner=mail(data.get("owner", "")),
        group=data.get("group", ""),
    )


def _roles(data: Mapping[str, Any]) -> Roles:
    return Roles(
        managers=tuple(_manager(entry) for entry in data["sales_managers"]),
        data_maintainer=_person(data["data_maintainer"]),
        marketing=_person(data["marketing"]),
        approvers=tuple(
            Person(entry["name"], mail(entry.get("email", "")), entry["role"]) for entry in data["approvers"]
        ),
    )


def _manager(data: Mapping[str, Any]) -> Manager:
    return Manager(
        team=text_of(data.get("team", "")),
        name=data.get("name", ""),
        email=mail(data["email"]),
        members=frozenset(mail(email) for email in data.get("members", [])),
        groups=frozenset(data.get("groups", [])),
    )


def _person(data: Mapping[str, Any] | None) -> Person | None:
    return Person(data["name"], mail(data.get("email", ""))) if data else None


def _review(data: Mapping[str, Any]) -> Review:
    return Review(data["cadence"], text_of(data["meeting"]), mail(data["chair"]))


def _sign_off(data: Mapping[str, Any]) -> SignOff:
    day, _ = day_of(data["date"])
    assert day is not None
    return SignOff(data["name"], data["role"], day, data.get("version", ""))
