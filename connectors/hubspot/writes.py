"""Writes scores onto contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot import routes
from connectors.hubspot.batches import BatchWriter, Fate, Input, Settled
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.failures import listed, unexpected
from connectors.hubspot.values import epoch_ms, iso_ms
from sync.core.fields import BY_NAME, FieldType
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import TemporaryFailure, VendorError
from sync.ports import Outcome, Result, ScoreUpdate

_PATIENCE = 2  # batches without an answer in a row, after which the rest is left for later


class ScoreWriter:
    """`forget_fields` is called when a property turns out not to exist, so that nobody plans with it again."""

    def __init__(self, client: HubSpotClient, forget_fields: Callable[[], None]) -> None:
        self._client, self._forget_fields = client, forget_fields
        self._batch = BatchWriter(client, routes.BATCH_UPDATE, "contacts")
        self._error: VendorError | None = None

    def write(self, updates: Sequence[ScoreUpdate]) -> Iterator[Sequence[Outcome]]:
        """One outcome per key. Two updates of one record are sent once: the later one counts for both."""
        foreign = [Outcome(each.key, Result.REJECTED, "NOT_A_HUBSPOT_CONTACT") for each in updates if not _ours(each)]
        if foreign:
            yield foreign
        last: dict[str, ScoreUpdate] = {}
        keys: dict[str, list[str]] = {}
        for each in filter(_ours, updates):
            last[each.record.id] = each
            keys.setdefault(each.record.id, []).append(each.key)
        waiting, failures = list(last.values()), 0
        while waiting:
            now, waiting = waiting[: routes.BATCH], waiting[routes.BATCH :]
            outcomes = self._send(now) if failures < _PATIENCE else [_later(each) for each in now]
            yield [replace(found, key=key) for record, found in outcomes for key in keys[record]]
            failures = failures + 1 if self._batch.down else 0
            if self._error:
                raise self._error

    def _send(self, updates: Sequence[ScoreUpdate]) -> list[tuple[str, Outcome]]:
        """Outcomes by the id that was asked for."""
        inputs = [
            Input(f"leadsync-{number}", each.record.id, _properties(each.fields))
            for number, each in enumerate(updates)
            if each.fields
        ]
        settled = self._batch.settle(inputs)
        self._error = self._batch.error
        lost_ones = [each.input for each in settled.values() if each.fate in (Fate.NOT_FOUND, Fate.UNCONFIRMED)]
        outcomes = {each.input.id: _outcome(each) for each in settled.values() if each.input not in lost_ones}
        for each in updates:
            if not each.fields:
                outcomes[each.record.id] = Outcome("", Result.UNCHANGED, record=each.record)
        if lost_ones:
            outcomes |= {each.id: Outcome("", Result.RETRY, "OBJECT_NOT_FOUND") for each in lost_ones}
            outcomes |= self._found_again(lost_ones)
        if any(found.reason.startswith("PROPERTY_DOESNT_EXIST") for found in outcomes.values()):
            self._forget_fields()
        return list(outcomes.items())

    def _found_again(self, lost_ones: Sequence[Input]) -> dict[str, Outcome]:
        if self._error or self._batch.down:
            return {}
        try:
            return self._resolved(lost_ones)
        except TemporaryFailure:
            return {}
        except VendorError as error:
            self._error = error  # what was written already is told first
            return {}

    def _resolved(self, lost_ones: Sequence[Input]) -> dict[str, Outcome]:
        """Asks once where the unknown records went: merged ones are written under their new id."""
        now_at = where_are(self._client, "contacts", [each.id for each in lost_ones])
        gone = [each.id for each in lost_ones if each.id not in now_at]
        outcomes = {id_: Outcome("", Result.REJECTED, "OBJECT_NOT_FOUND", gone=True) for id_ in gone}
        again: dict[str, Input] = {}  # by new id: two old records may have become one
        for each in lost_ones:
            if each.id in now_at:
                again[now_at[each.id]] = replace(each, id=now_at[each.id])
        settled = self._batch.settle(list(again.values()))
        self._error = self._batch.error
        by_new_id = {each.input.id: _outcome(each) for each in settled.values()}
        for old, new in now_at.items():
            if new in by_new_id:
                outcomes[old] = by_new_id[new]
        return outcomes


def where_are(client: HubSpotClient, type_: str, ids: Sequence[str]) -> dict[str, str]:
    """Today's id of each record; records that no longer exist are missing.

    An old id of a merged record still resolves, to a record with another id; which one became which is in the
    survivor's list of merged ids, or found by asking for one alone.
    """
    unique = list(dict.fromkeys(ids))
    found = _read(client, type_, unique)
    present = {str(each.get("id")): each for each in found}
    places = {id_: id_ for id_ in unique if id_ in present}
    for survivor, each in present.items():
        properties = each.get("properties") or {}
        merged = f"{properties.get('hs_merged_object_ids') or ''};{properties.get('hs_calculated_merged_vids') or ''}"
        absorbed = {part.strip().split(":")[0] for part in merged.split(";")}
        places |= {id_: survivor for id_ in unique if id_ in absorbed and id_ not in places}
    if len(found) > len(places):  # somebody answered under a name that explains nobody
        for id_ in [id_ for id_ in unique if id_ not in places]:
            if alone := _read(client, type_, [id_]):
                places[id_] = str(alone[0].get("id"))
    return places


def _read(client: HubSpotClient, type_: str, ids: Sequence[str]) -> list[Mapping[str, Any]]:
    body = {
        "inputs": [{"id": id_} for id_ in ids],
        "properties": ["hs_merged_object_ids", "hs_calculated_merged_vids"],
        "propertiesWithHistory": [],
    }
    answer = client.post(routes.BATCH_READ, body, judge=True, type=type_)
    if answer.status >= 400 and answer.status != 404:
        raise unexpected("batch read", f"ids of {type_} were refused with {answer.status}")
    return listed(answer.body, "batch read", optional=answer.status == 404)


def _outcome(settled: Settled) -> Outcome:
    record = RecordKey(HUBSPOT, "contact", settled.input.id)
    if settled.fate is Fate.DONE:
        changed = settled.result or {}
        actual = str(changed.get("id") or settled.input.id)
        at = epoch_ms(changed.get("updatedAt"))
        return Outcome(
            "",
            Result.APPLIED,
            record=RecordKey(HUBSPOT, "contact", actual),
            at=None if at is None else at // 1000,
        )
    if settled.fate is Fate.REFUSED:
        return Outcome("", Result.REJECTED, settled.reason, record=record)
    return Outcome("", Result.RETRY, settled.code, record=record)


def _ours(update: ScoreUpdate) -> bool:
    return update.record[:2] == (HUBSPOT, "contact")


def _later(update: ScoreUpdate) -> tuple[str, Outcome]:
    return update.record.id, Outcome("", Result.RETRY, "NO_ANSWER", record=update.record)


def _properties(fields: Mapping[str, int | str | None]) -> dict[str, str]:
    return {BY_NAME[name].hubspot_name: _wire(BY_NAME[name].type, value) for name, value in fields.items()}


def _wire(kind: FieldType, value: int | str | None) -> str:
    """The empty text clears a property; null would be ignored."""
    if value is None:
        return ""
    return iso_ms(int(value)) if kind is FieldType.TIME else str(value)
