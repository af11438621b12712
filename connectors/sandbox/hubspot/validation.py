"""What may be written to a record, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connectors.sandbox.hubspot.catalogue import LIFECYCLE_STAGES
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Problem, Refusal, conflict, invalid, invalid_values
from connectors.sandbox.hubspot.store import ObjectTable, StoredObject
from connectors.sandbox.hubspot.values import BadValue, as_text, normalised


class Validation:
    """Checks values for records of one type. `in_batch` rejects null, which single calls ignore."""

    def __init__(self, portal: Portal, table: ObjectTable, *, in_batch: bool) -> None:
        self._portal, self._table, self._in_batch = portal, table, in_batch

    def values(self, raw: Any) -> dict[str, str]:
        """The values as they will be kept, "" for those to be cleared. All faults are reported at once."""
        if not isinstance(raw, dict):
            raise invalid("Invalid input JSON: Some required fields were not set: [properties]")
        kept: dict[str, str] = {}
        problems: list[Problem] = []
        for name, value in raw.items():
            try:
                if value is not None or self._in_batch:
                    kept[name] = self._value(name, value)
            except BadValue as bad:
                problems.append(bad.problem(name))
        problems += self._stage_problems(kept)
        if problems:
            raise invalid_values(problems)
        return kept

    def required(self, values: Mapping[str, str]) -> None:
        missing = [name for name in self._table.kind.required if not values.get(name)]
        if missing:
            raise Refusal(
                400,
                "VALIDATION_ERROR",
                f"Error creating {self._table.kind.singular.upper()}. Some required properties were not set.",
                errors=[
                    {"message": f"{name} is required", "code": "REQUIRED_FIELD", "context": {"propertyName": [name]}}
                    for name in missing
                ],
                context={"properties": missing},
            )

    def unique(self, values: Mapping[str, str], own: StoredObject | None) -> None:
        """A second contact with one e-mail address is a conflict; so is a second holder of any unique value."""
        for name, value in self._table.claims(values):
            holder = self._table.holder(name, value)
            if holder is None or holder is own:
                continue
            if name == "email" and own is None:
                raise conflict(f"Contact already exists. Existing ID: {holder.id}")
            raise invalid_values(
                [Problem(name, "CONFLICTING_UNIQUE_VALUE", f"{holder.id} already has that value of {name}.")]
            )

    def settled(self, own: StoredObject, values: Mapping[str, str]) -> dict[str, str]:
        """Without a move of the lifecycle stage backwards, which is dropped silently unless it was cleared first."""
        new, old = values.get("lifecyclestage"), own.properties.get("lifecyclestage")
        if new and old and _rank(new) < _rank(old):
            return {name: value for name, value in values.items() if name != "lifecyclestage"}
        return dict(values)

    def _value(self, name: str, value: Any) -> str:
        definition = self._table.definitions.live.get(name)
        if definition is None:
            raise BadValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
        if definition.read_only:
            raise BadValue("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set')
        if value is None:
            raise BadValue("INVALID_TYPE", f"{name} must not be null; write an empty text to clear it")
        text = normalised(definition, as_text(value))
        if name == "hubspot_owner_id" and text and not self._portal.owners.is_active(text):
            raise BadValue("INVALID_OWNER_ID", f"{text} is not the id of an active owner")
        return text

    def _stage_problems(self, values: Mapping[str, str]) -> Iterable[Problem]:
        if self._table.kind.name != "deals":
            return
        pipelines, pipeline = self._portal.pipelines, values.get("pipeline", "")
        if pipeline and pipelines.find(pipeline) is None:
            yield Problem("pipeline", "INVALID_OPTION", f"{pipeline} is not a deal pipeline")
        stage = values.get("dealstage", "")
        if stage and not any(pipelines.stage(one.id, stage) for one in pipelines.all if pipeline in ("", one.id)):
            yield Problem("dealstage", "INVALID_OPTION", f"{stage} is not a stage of the pipeline")


def _rank(stage: str) -> int:
    return LIFECYCLE_STAGES.index(stage) if stage in LIFECYCLE_STAGES else -1
