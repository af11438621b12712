"""Where reading of one stream stands: a stamp, an id, and when the pass in hand began.

Salesforce stamps rows when they are saved and shows them when their transaction commits, minutes later at
worst. A stored cursor therefore never stands within LAG of the time its pass began; while a pass is still
going, it remembers that time, so that a stop between pages neither loses late rows nor reads from the start.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from connectors.salesforce.values import iso_ms, quoted

LAG_MS = 300_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """`stamp` in epoch ms; `id` is the last one read at that stamp, "" when none of it counts as read.

    `began` (epoch ms, server's time) is set while a pass is unfinished. `job` and `locator` name the Bulk
    query whose results are being read instead; `stamp` is then where reading goes on after it.
    """

    stamp: int | None = None
    id: str = ""
    began: int | None = None
    job: str = ""
    locator: str = ""

    @property
    def at_beginning(self) -> bool:
        return self.stamp is None and not self.job

    def encode(self) -> str:
        kept = {"stamp": self.stamp, "id": self.id, "began": self.began, "job": self.job, "locator": self.locator}
        return json.dumps({name: value for name, value in kept.items() if value not in (None, "")})

    def condition(self) -> str:
        """The SOQL condition for what comes after; "" at the beginning."""
        if self.stamp is None:
            return ""
        stamp = iso_ms(self.stamp)
        if not self.id:
            return f"SystemModstamp >= {stamp}"
        return f"(SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {quoted(self.id)}))"

    def begun(self, now_ms: int) -> Cursor:
        """The cursor of a pass that begins now, or goes on with one that was interrupted."""
        return self if self.began is not None else replace(self, began=now_ms)

    def after(self, stamp: int, id: str) -> Cursor:
        return Cursor(stamp, id, self.began)

    def finished(self) -> Cursor:
        """The cursor of the next pass: what is newer than LAG before this pass began is read again."""
        if self.began is None:
            return self
        safe = self.began - LAG_MS
        if self.stamp is not None and self.stamp <= safe:
            return Cursor(self.stamp, self.id)
        return Cursor(safe)


def decode(text: str | None) -> Cursor:
    """The cursor that `encode` wrote; anything unreadable means from the beginning, which loses nothing."""
    try:
        kept = json.loads(text or "{}")
        return Cursor(
            stamp=None if kept.get("stamp") is None else int(kept["stamp"]),
            id=str(kept.get("id", "")),
            began=None if kept.get("began") is None else int(kept["began"]),
            job=str(kept.get("job", "")),
            locator=str(kept.get("locator", "")),
        )
    except (ValueError, TypeError, AttributeError):
        return Cursor()
