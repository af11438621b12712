"""Job titles and the authority to decide that goes with them, Japanese and English.

decision_maker is 部長級 (department head, director) and up: who may sign. manager is 課長級: who has staff and
proposes, deputies of department heads (次長, 部長代理) included. Everybody else is staff, also titles with no rank in
them, also 係長 and 主任, who lead work but decide on no purchase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.scoring.lexicon import Lexicon, lexicon

DECISION_MAKER = "decision_maker"
MANAGER = "manager"
STAFF = "staff"
LEVELS = (DECISION_MAKER, MANAGER, STAFF)
_MISLEADING, _STAFF_ANYWAY = "misleading", "staff_anyway"
PARTS = (_MISLEADING, _STAFF_ANYWAY, DECISION_MAKER, MANAGER)  # of `titles` in a model or a vocabulary


@dataclass(frozen=True, slots=True)
class TitleWords:
    """How job titles are read; built by `read_titles`."""

    words: Lexicon[str]

    def level(self, folded: str) -> str:
        """One of LEVELS, of a folded title that is not blank; of parallel titles the highest."""
        found = set(self.words.found_in(folded))
        if _STAFF_ANYWAY in found:
            return STAFF
        return next((level for level in (DECISION_MAKER, MANAGER) if level in found), STAFF)


def read_titles(data: Mapping[str, Sequence[str]]) -> TitleWords:
    """From lists of words by PARTS; a longer word hides those inside it, whatever the list.

    `misleading` words hold another list's word and mean no rank, `staff_anyway` words make everything else of the
    title void (whoever an assistant assists).
    """
    return TitleWords(lexicon((word, part) for part in PARTS for word in data.get(part, ())))
