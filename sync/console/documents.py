"""The same results as JSON-ready documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from sync.core.text import Text
from sync.jobs.cycle import CycleResult
from sync.jobs.explain import Explanation
from sync.ports import Check, Step
from sync.repository import OutboxRow
from sync.scoring.soundness import Placed
from sync.store.status import Census


def cycle(result: CycleResult, census: Census, calls: Mapping[str, int], queued: int) -> dict[str, Any]:
    """Counts of one cycle; the planned numbers are there whether it wrote or not."""
    writes = result.draft.writes()
    return {
        "run": result.run_id,
        "state": result.state,
        "wrote": result.wrote,
        "over_brake": result.over_brake,
        "seconds": result.finished_at - result.started_at,
        "pulled": {
            system: {stream: asdict(saved) for stream, saved in totals.streams.items()}
            for system, totals in result.pulls.items()
        },
        "unknown": {system: dict(totals.unknown) for system, totals in result.pulls.items()},
        "records": census.records,
        "people": census.people,
        "bands": census.bands,
        "planned": {f"{system} {kind}": count for (system, kind), count in sorted(writes.items())},
        "written": {system: asdict(totals) for system, totals in result.pushes.items()},
        "tasks_queued": queued,
        "calls": dict(calls),
        "notices": [
            {"system": n.system, "code": n.code, "subject": n.subject, "text": n.text.en} for n in result.notices
        ],
        "errors": {
            system: {"error": type(error).__name__, "text": error.text.en} for system, error in result.errors.items()
        },
    }


def step(found: Step) -> dict[str, Any]:
    return {
        "system": found.system,
        "kind": found.kind,
        "name": found.name,
        "state": found.state,
        "detail": found.detail.en if found.detail else None,
    }


def check(found: Check) -> dict[str, Any]:
    return {
        "system": found.system,
        "name": found.name,
        "health": found.health.value,
        "found": found.found.en,
        "remedy": found.remedy.en if found.remedy else None,
    }


def outbox_row(row: OutboxRow) -> dict[str, Any]:
    """Without the payload: it holds what the CRM is told about a person."""
    values = asdict(row)
    del values["payload"]
    return values


def finding(placed: Placed, language: str) -> dict[str, Any]:
    found = placed.finding
    return {
        "id": found.id,
        "severity": str(found.severity),
        "file": placed.file,
        "line": placed.line,
        "subject": found.subject,
        "text": found.text.to(language),
        "remedy": found.remedy.to(language),
    }


_NOT_SHOWN = ("person_id", "lines", "codes")


def explanation(found: Explanation) -> dict[str, Any]:
    names = {member.id: str(member.record.key) for member in found.dossier.members}
    return {
        "person": found.dossier.key,
        "others": list(found.others),
        "records": [
            {"record": str(member.record.key), "state": member.record.state.value, "email": member.record.email}
            for member in found.dossier.members
        ],
        "fields": {
            field: {"value": known.value, "record": str(known.record), "why": known.reason.value}
            for field, known in found.known.provenance.items()
        },
        "mailboxes": {mailbox: [str(key) for key in keys] for mailbox, keys in found.mailboxes.items()},
        "numbers": {number: [str(key) for key in keys] for number, keys in found.numbers.items()},
        "same_occurrence": [
            {"kept": str(fold.kept), "copy": str(fold.copy), "evidence": fold.evidence} for fold in found.folds
        ],
        "matches": [
            {
                "left": names.get(edge.left),
                "right": names.get(edge.right),
                "evidence": edge.evidence,
                "detail": edge.detail,
            }
            for edge in found.edges
        ],
        "score": {key: value for key, value in asdict(found.score).items() if key not in _NOT_SHOWN},
        "ledger": [asdict(line) for line in found.score.lines],
        "sum": sum(line.points for line in found.score.lines),
        "why_not_hot": {language: found.why_not.lines(language) for language in ("en", "ja")},
        "told": {names[id]: asdict(told) for id, told in found.told.items() if id in names},
        "episodes": [asdict(episode) for episode in found.episodes],
        "evidence": {
            id: dict(zip(("at", "kind", "what"), found.evidence[id], strict=True))
            for line in found.score.lines
            for id in line.evidence
            if id in found.evidence
        },
    }


def plain(value: Any) -> Any:
    """Dataclasses and texts as JSON-ready values."""
    if isinstance(value, Text):
        return {"en": value.en, "ja": value.ja}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(item) for name, item in vars_of(value).items()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
