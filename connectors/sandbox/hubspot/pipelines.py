"""Deal pipelines. Stage ids belong to one pipeline; in the second one they are numbers, as made by the service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.sandbox.hubspot.times import iso_trimmed


@dataclass(frozen=True)
class Stage:
    id: str
    label: str
    probability: str

    @property
    def won(self) -> bool:
        return self.probability == "1.0"

    @property
    def closed(self) -> bool:
        return self.probability in ("1.0", "0.0")

    def body(self, order: int, ms: int) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": order,
            "metadata": {"isClosed": "true" if self.closed else "false", "probability": self.probability},
            "createdAt": iso_trimmed(ms),
            "updatedAt": iso_trimmed(ms),
            "archived": False,
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        }


@dataclass
class Pipeline:
    id: str
    label: str
    stages: tuple[Stage, ...]
    order: int = 0

    def body(self, ms: int) -> dict[str, Any]:
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": self.order,
            "stages": [stage.body(order, ms) for order, stage in enumerate(self.stages)],
            "createdAt": iso_trimmed(ms),
            "updatedAt": iso_trimmed(ms),
            "archived": False,
        }


def default_pipelines() -> list[Pipeline]:
    """Sales pipeline with the names every account starts with, and one made later."""
    sales = Pipeline(
        "default",
        "Sales Pipeline",
        (
            Stage("appointmentscheduled", "Appointment scheduled", "0.2"),
            Stage("qualifiedtobuy", "Qualified to buy", "0.4"),
            Stage("presentationscheduled", "Presentation scheduled", "0.6"),
            Stage("decisionmakerboughtin", "Decision maker bought in", "0.8"),
            Stage("contractsent", "Contract sent", "0.9"),
            Stage("closedwon", "Closed won", "1.0"),
            Stage("closedlost", "Closed lost", "0.0"),
        ),
    )
    renewals = Pipeline(
        "8264411",
        "既存顧客",
        (
            Stage("19032001", "提案", "0.3"),
            Stage("19032002", "見積", "0.6"),
            Stage("19032003", "受注", "1.0"),
            Stage("19032004", "失注", "0.0"),
        ),
        order=1,
    )
    return [sales, renewals]


@dataclass
class Pipelines:
    all: list[Pipeline] = field(default_factory=default_pipelines)

    def find(self, pipeline_id: str) -> Pipeline | None:
        return next((pipeline for pipeline in self.all if pipeline.id == pipeline_id), None)

    def stage(self, pipeline_id: str, stage_id: str) -> Stage | None:
        pipeline = self.find(pipeline_id)
        return next((s for s in pipeline.stages if s.id == stage_id), None) if pipeline else None
