"""Scripted refusals: validation and duplicate rules, failing automations, row locks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from connectors.sandbox.salesforce.failures import RecordError


@dataclass
class Block:
    """Refuses writes of one record (`target` is its id) or all inserts of an object (`target` is its name).

    With `children`, also writes of records that refer to the target: a lock on a parent does that.
    `times` is how many writes are refused (0: all); `allow_save` lets a duplicate rule be overridden.
    """

    target: str
    code: str
    message: str
    fields: tuple[str, ...] = ()
    times: int = 0
    children: bool = False
    allow_save: bool = False
    hits: int = 0

    def strikes(self, targets: Iterable[str], parents: Iterable[str], saves_duplicates: bool) -> bool:
        if self.times and self.hits >= self.times:
            return False
        if self.allow_save and saves_duplicates:
            return False
        hit = self.target in targets or (self.children and self.target in parents)
        self.hits += hit
        return hit

    def error(self) -> RecordError:
        return RecordError(self.code, self.message, self.fields)
