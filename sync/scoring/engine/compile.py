"""A model becomes one SQL text: a fixed list of named SELECTs over integer tables, the same for DuckDB and Spark.

The text holds numbers only. What words the model knows is in the look-up tables (`lookups`), worked out by the same
functions that the reference scorer calls. Rules that keep both databases at the same results: every value is a BIGINT
or an INTEGER that no sum or product leaves, days are compared without dividing, every window has a total order, what
may be NULL is coalesced before it is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyarrow as pa

from sync.scoring.definition import Model
from sync.scoring.engine.activity import activity_steps, earliest_day
from sync.scoring.engine.ledger import Ledgers
from sync.scoring.engine.local_days import LocalDays
from sync.scoring.engine.lookups import calendar_table, interest_table, rule_table, worth_table
from sync.scoring.engine.people import people_steps
from sync.scoring.engine.steps import CALENDAR, INTERESTS, RULES, WORTHS, Setting, Step
from sync.scoring.engine.telling import telling_steps
from sync.scoring.engine.waking import waking_steps


@dataclass(frozen=True, slots=True)
class Compiled:
    """`steps` in the order of running them, the last three being the results; `tables` are look-up tables that hang on
    the model and the day alone, by name."""

    steps: tuple[Step, ...]
    tables: Mapping[str, pa.Table]

    @property
    def text(self) -> str:
        """The whole as a script of views."""
        return ";\n\n".join(f"create temporary view {step.name} as\n{step.sql}" for step in self.steps) + ";\n"


def compile_model(model: Model, as_of: int, timezone: str, known: Collection[str] | None = None) -> Compiled:
    """The text that scores at an instant. `known`: the columns of the scores stored before, to tell only whose differ.

    It reads PERSONS, ACTS, KNOWN and, of words already read, the look-up tables of `people` and `steps`.
    """
    setting = Setting(model, as_of, LocalDays(timezone, as_of))
    ledgers = Ledgers(setting)
    steps = [
        *people_steps(setting),
        *waking_steps(setting),
        *ledgers.earning.steps(interests=True),
        *activity_steps(setting),
        *ledgers.steps(known),
        *telling_steps(setting, ledgers),
    ]
    tables = {
        RULES: rule_table(model),
        WORTHS: worth_table(model),
        INTERESTS: interest_table(model),
        CALENDAR: calendar_table(earliest_day(setting), setting.today, setting.days.month),
    }
    return Compiled(tuple(steps), tables)
