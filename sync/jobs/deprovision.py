"""The clean exit: our tasks are closed, our values cleared, our fields and permission sets removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sync.core.fields import FIELDS
from sync.core.text import Text
from sync.jobs.push import NOTES
from sync.ports import Connector, Outcome, Result, ScoreUpdate, Step, TaskAction, TaskOrder
from sync.repository import Store


def deprovision(connector: Connector, store: Store, apply: bool, language: str) -> Iterator[Step]:
    """Yields what was removed, or under a plan what would be. A second run finds nothing left to do."""
    with store.begin() as unit:
        tasks = unit.made_tasks(connector.system)
        records = unit.written_records(connector.system)
    if not apply:
        yield from _counted(connector.system, "tasks", len(tasks), "would_remove")
        yield from _counted(connector.system, "values", len(records), "would_remove")
        yield from connector.deprovision(False)
        return
    note = NOTES["deprovision"].to(language)
    orders = [TaskOrder(f"exit:{key}", TaskAction.COMPLETE, key, task_id=id, note=note) for key, id in tasks]
    yield from _outcomes(connector.system, "tasks", connector.write_tasks(orders) if orders else ())
    missing = set(connector.missing_fields())
    names = [f.name for f in FIELDS if f.written and not {f.hubspot_name, f.salesforce_name} & _bare(missing)]
    updates = [ScoreUpdate(f"exit:{id}", key, dict.fromkeys(names)) for id, key in records] if names else []
    yield from _outcomes(connector.system, "values", connector.write_scores(updates) if updates else ())
    refused = False
    for step in connector.deprovision(True):
        refused |= step.state == "refused"
        yield step
    if not refused:
        with store.begin() as unit:
            unit.forget_writes(connector.system)
            unit.set_fact("live_at", None)


def _bare(missing: set[str]) -> set[str]:
    """Field names without the object before the dot."""
    return {name.rpartition(".")[2] for name in missing}


def _outcomes(system: str, kind: str, batches: Iterable[Sequence[Outcome]]) -> Iterator[Step]:
    outcomes = [outcome for batch in batches for outcome in batch]
    failed = [o for o in outcomes if o.result in (Result.REJECTED, Result.RETRY) and not o.gone]
    yield from _counted(system, kind, len(outcomes) - len(failed), "removed")
    if failed:
        reason = failed[0].reason
        yield Step(system, kind, str(len(failed)), "refused", Text(reason, reason))


def _counted(system: str, kind: str, count: int, state: str) -> Iterator[Step]:
    if count:
        yield Step(system, kind, str(count), state)
