"""Explain: everything that is known of one person and how her score came about."""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.identity.normalise import phones
from sync.identity.occurrences import Fold, occurrences
from sync.identity.survivorship import Profile, mailboxes, numbers, profile
from sync.jobs.rescore import Scoring, score_row
from sync.repository import Dossier, Edge, Episode, ScoreRow, Store, Told

_OTHERS = 20  # persons named beside the one explained
_REGION = "JP"  # where numbers without a country's code are


@dataclass(frozen=True, slots=True)
class Explanation:
    dossier: Dossier
    edges: tuple[Edge, ...]
    score: ScoreRow
    told: dict[int, Told]
    episodes: tuple[Episode, ...]
    evidence: dict[str, tuple[int, str, str]]  # act id -> (time, kind, title and address)
    known: Profile
    mailboxes: dict[str, tuple[RecordKey, ...]]  # every address -> the records that hold it
    numbers: dict[str, tuple[RecordKey, ...]]
    folds: tuple[Fold, ...]  # activities that tell of what another one tells
    others: tuple[str, ...] = ()  # keys of further persons who go by the same text, as at a team's mailbox


class NobodyFound(LeadsyncError):
    """No person goes by that text."""


def explain(store: Store, text: str, scoring: Scoring, as_of: int | None, now: int) -> Explanation:
    """`text` is an e-mail address, a CRM record id or a person key. `as_of` computes a past day's score anew
    from the acts up to then; attributes are those of today."""
    with store.begin() as unit:
        found = unit.find_person(text)
        if not found:
            raise NobodyFound(
                Text(
                    "nobody with this e-mail address, record id or person key is known here; "
                    "was the record pulled already? (`leadsync status`)",
                    "このメールアドレス、レコード ID、人物キーに一致する人はいません。"
                    "取り込み済みか `leadsync status` で確認してください",
                )
            )
        dossier, *namesakes = unit.dossiers(found[: _OTHERS + 1])
        stored = unit.scores_of([dossier.person_id]).get(dossier.person_id)
        edges = tuple(unit.edges_of(dossier.person_id))
        told = unit.told([member.id for member in dossier.members])
        episodes = tuple(unit.episodes_of(dossier.person_id))
    row = stored if stored and as_of is None else score_row(dossier, scoring, as_of or now)
    evidence = {
        str(act.key): (act.occurred_at, act.kind, " ".join(part for part in (act.title, act.url) if part))
        for act in dossier.activities
    }
    return Explanation(
        dossier,
        edges,
        row,
        told,
        episodes,
        evidence,
        known=profile(dossier),
        mailboxes=mailboxes(dossier.members),
        numbers=numbers(dossier.members, _in_one_spelling),
        folds=occurrences(dossier.activities, scoring.timezone).folds,
        others=tuple(other.key for other in namesakes),
    )


def _in_one_spelling(number: str) -> str:
    """A phone number in E.164, "" when it is none."""
    return next((read.e164 for read in phones.read(number, _REGION)), "")
