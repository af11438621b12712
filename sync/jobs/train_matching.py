"""Train matching: a model from this site's own records, without anybody's labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.engine.columns import batches_of
from sync.identity.engine.judging import LEAST_RECORDS, Trained, side_by_side, too_few
from sync.identity.engine.model import Model, shipped
from sync.identity.features import Features
from sync.identity.raw import features_of
from sync.identity.shared import with_statistics
from sync.identity.site_model import SiteModel
from sync.jobs.pairing import Portraits
from sync.repository import Store

_AT_ONCE = 2_000  # records read in one transaction

Trainer = Callable[[Iterable[pa.RecordBatch], int], Trained]
"""Batches of `FEATURES` and how many records there must be at least -> the outcome. May raise `EngineError`."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a level counts, in bits: now, and by the new model."""

    comparison: str
    level: str
    label: Text
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Training:
    """`written`: whether the file was written or removed. `moves` are those levels that count more or less by the new
    model than by the one in use."""

    accepted: bool
    written: bool
    records: int
    reason: Text
    moves: tuple[Move, ...] = ()


def train_matching(
    store: Store, trainer: Trainer, site_model: SiteModel, today: date, plan: bool, least: int = LEAST_RECORDS
) -> Training:
    """Learns from all records as they were last matched. An accepted model takes the place of the one in use, unless
    this is only a plan; else that one stays. Nothing is changed in the store: the next cycle weighs by the new model.

    Raises `EngineError`, or `ConfigError` when the file cannot be written; the model in use stays then, too.
    """
    with store.reading() as unit:
        records = unit.count_records()
    enough = records >= least
    trained = trainer(batches_of(_features(store)), least) if enough else too_few(shipped(), records, least)
    if not trained.accepted:
        return Training(False, False, records, trained.reason)
    moves = tuple(_moves(_in_use(site_model), trained.model))
    if not plan:
        site_model.save(trained.model, _note(today, records))
    return Training(True, not plan, records, trained.reason, moves)


def forget_training(store: Store, site_model: SiteModel, plan: bool) -> Training:
    """Goes back to the shipped model."""
    with store.reading() as unit:
        records = unit.count_records()
    if not site_model.trained:
        return Training(True, False, records, Text("the shipped model is in use", "出荷時のモデルを使用しています"))
    moves = tuple(_moves(_in_use(site_model), shipped()))
    if not plan:
        site_model.remove()
    back = Text("back to the shipped model", "出荷時のモデルに戻ります")
    return Training(True, not plan, records, back, moves)


def _features(store: Store) -> Iterator[Features]:
    """All records as matching sees them, a batch at a time; nobody is held up, so they are not all of one moment."""
    portraits = Portraits()
    with store.reading() as unit:
        portraits.shared_numbers = unit.shared_keys()
    last = 0
    while True:
        with store.reading() as unit:
            members = unit.every_record(_AT_ONCE, last)
            found = features_of(members, unit.companies_of(members))
        if not members:
            return
        shared = portraits.shared(found.values())
        yield from (with_statistics(features, shared) for features in found.values())
        last = members[-1].id


def _in_use(site_model: SiteModel) -> Model:
    """A broken file is what this may be asked to mend."""
    try:
        return site_model.current()
    except ConfigError:
        return shipped()


def _moves(old: Model, new: Model) -> Iterator[Move]:
    for comparison, before, after in side_by_side(old, new):
        if before.thousandths != after.thousandths:
            label = Text(
                f"{comparison.label.en}: {after.label.en}",
                f"{comparison.label.ja}: {after.label.ja}",
            )
            yield Move(comparison.id, after.id, label, before.weight, after.weight)


def _note(today: date, records: int) -> str:
    return (
        f"The matching model of this site, trained on {records:,} records on {today.isoformat()}.\n"
        "Made by `leadsync people train`; `leadsync people train --reset` goes back to the shipped one."
    )
