"""Standings for handoff tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sync.core.fields import FIELDS
from sync.core.records import PersonRecord, RecordKey
from sync.handoff.playbook_file import load_playbook
from sync.handoff.policy import Moment, Policy
from sync.repository import Episode, Member, ScoreRow, Standing, Told

NOW = 1_791_248_400  # Tuesday 2026-10-06 10:00 in Tokyo
DAY = 86_400
ALL = frozenset(field.name for field in FIELDS if field.written)
PLAYBOOK = load_playbook("default")
POLICY = Policy(systems=("salesforce", "hubspot"), writable={"salesforce": ALL, "hubspot": ALL}, playbook=PLAYBOOK)
LIVE = Moment(NOW, live_at=NOW - 30 * DAY)
FIRST = Moment(NOW, live_at=None)


def score_row(person_id: int = 1, total: int = 85_000, band: str = "hot", **values: Any) -> ScoreRow:
    row = ScoreRow(
        person_id=person_id,
        attribute=40_000,
        behaviour=45_000,
        activity=0,
        adjustment=0,
        total=total,
        band=band,
        top_reason="料金ページ",
        reasons="料金ページ +15",
        talk_track="料金についてご関心がおありのようですが",
        interest="料金",
        segment="",
        exclusion=None,
        last_act_at=NOW - 100,
        hot_since=NOW - 100 if band == "hot" else None,
        basis="b1",
        model_version="basic-1",
        as_of=NOW,
    )
    return replace(row, **values)


def member(id: int, system: str = "hubspot", object: str = "contact", person_id: int = 1, **values: Any) -> Member:
    key = RecordKey(system, object, f"{system[0]}{id}")
    return Member(id, person_id, PersonRecord(key, NOW - 500, created_at=NOW - DAY, **values), NOW - DAY)


def standing(person_id: int = 1, members: tuple[Member, ...] | None = None, **values: Any) -> Standing:
    found = Standing(
        person_id=person_id,
        key=f"p{person_id}",
        first_hot_at=None,
        score=score_row(person_id),
        members=members or (member(person_id * 10, person_id=person_id),),
        own_at={},
        told={},
        waiting={},
        episode=None,
        company_owners={},
    )
    return replace(found, **values)


def episode(**values: Any) -> Episode:
    found = Episode(
        id=7,
        person_id=1,
        number=1,
        opened_at=NOW - DAY,
        hot_since=NOW - DAY,
        total=85_000,
        task_state="made",
        task_key="p1-1",
        sla_state="open",
        task_system="hubspot",
        task_id="t1",
        ordered_at=NOW - DAY,
        due_at=NOW,
    )
    return replace(found, **values)


def told(fields: dict[str, Any], basis: str = "b1", total: int = 85_000, acked_at: int = NOW - 50) -> Told:
    return Told(fields, acked_at, basis, total)
