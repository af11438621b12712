"""What the store knows of a model: who agreed, since when it scores, what came of it, which one was before."""

from __future__ import annotations

from sync.jobs.model_approval import roles_lacking
from sync.repository import ModelVersion, Store, Unit
from sync.scoring.card import Agreed, Card, Measured
from sync.scoring.model import Model, from_source

_DAY = 86_400
FIRED_DAYS = 90


def model_card(store: Store, model: Model, now: int) -> Card:
    with store.reading() as unit:
        agreed = tuple(Agreed(one.role, one.name, one.at, one.note) for one in unit.sign_offs(model.version))
        used = unit.model_versions()
        found = measured(unit, model, now)
    own = next((entry for entry in used if entry.version == model.version), None)
    previous = _previous(used, own)
    return Card(
        model=model,
        agreed=agreed,
        missing_roles=roles_lacking({one.role for one in agreed}),
        since=own.first_at if own else None,
        used=own.used_at if own else None,
        measured=found,
        previous=from_source(previous.source) if previous else None,
    )


def measured(unit: Unit, model: Model, now: int) -> Measured:
    window = model.opportunity_days * _DAY
    matured = unit.matured(now - window, window)
    return Measured(
        bands=unit.bands(),
        fired={firing.rule: firing.people for firing in unit.firings_since(now - FIRED_DAYS * _DAY)},
        matured=matured.episodes,
        opportunities=matured.opportunities,
        young=unit.young_episodes(now - window),
    )


def _previous(used: list[ModelVersion], own: ModelVersion | None) -> ModelVersion | None:
    """The model that scored before this one began to; for one that never did, the one that scores now."""
    others = [entry for entry in used if entry is not own and (own is None or entry.first_at <= own.first_at)]
    return max(others, key=lambda entry: entry.first_at if own else entry.used_at, default=None)
