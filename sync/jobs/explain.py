"""Explain: everything that is known of one person and how her score came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.records import RecordKey
from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.identity.normalise import phones
from sync.identity.occurrences import Fold, occurrences
from sync.identity.survivorship import Profile, mailboxes, numbers, profile
from sync.jobs.past import recalled
from sync.jobs.reference import Scoring, facts_of, row_of
from sync.repository import Dossier, Edge, Episode, ScoreRow, Store, Told
from sync.scoring.model import Model
from sync.scoring.why_not import WhyNot, why_not

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
    model: Model  # that the score is by
    why_not: WhyNot  # the shortest way to hot
    others: tuple[str, ...] = ()  # keys of further persons who go by the same text, as at a team's mailbox
    completed: Mapping[str, int] = field(default_factory=dict)  # key of a task of ours -> when it was completed
    owners: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (system, id) -> name


class NobodyFound(LeadsyncError):
    """No person goes by that text."""


def explain(store: Store, text: str, scoring: Scoring, as_of: int | None, now: int) -> Explanation:
    """`text` is an e-mail address, a CRM record id or a person key. `as_of` computes a past day's score anew, by the
    rules of that day and from what was known on it."""
    with store.reading() as unit:
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
        completed = unit.closed_tasks([episode.task_key for episode in episodes])
        owners = {(owner.system, owner.id): owner.name or owner.email for owner in unit.owners()}
        at = now if as_of is None else as_of
        past = recalled(unit, dossier, scoring, at) if as_of is not None else None
    facts, rules = past or (facts_of(dossier, at, scoring.timezone), scoring)
    row = stored if stored and as_of is None else row_of(dossier.person_id, facts, rules, at)
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
        model=rules.model,
        why_not=why_not(facts, rules.model, at, rules.timezone),
        others=tuple(other.key for other in namesakes),
        completed=completed,
        owners=owners,
    )


def _in_one_spelling(number: str) -> str:
    """A phone number in E.164, "" when it is none."""
    return next((read.e164 for read in phones.read(number, _REGION)), "")
