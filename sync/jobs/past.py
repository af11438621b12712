"""A past day as it was known on that day: the rules then in force, and a person's attributes and acts of then."""

from __future__ import annotations

from dataclasses import replace

from sync.jobs.reference import Scoring, act_from, facts_from
from sync.repository import Dossier, Unit
from sync.scoring.facts import Facts
from sync.scoring.model import bound, from_source


def recalled(unit: Unit, dossier: Dossier, scoring: Scoring, as_of: int) -> tuple[Facts, Scoring] | None:
    """What the person was scored by at that time; None when she is not scored, or was another person's part then.

    Before the first scoring, what was known at the first.
    """
    traits = unit.traits_of([dossier.person_id], as_of).get(dossier.person_id)
    if traits is None:
        return None
    rows = [row for row in unit.acts_of([dossier.person_id], as_of)[dossier.person_id] if row[0] <= as_of]
    subjects = unit.subjects({subject for _, _, subject in rows})
    keys = unit.activity_keys(number for _, number, _ in rows)
    acts = (act_from(row, subjects[row[2]], str(keys[row[1]])) for row in rows)
    return facts_from(dossier.key, *traits, acts), _rules(unit, scoring, as_of)


def _rules(unit: Unit, scoring: Scoring, as_of: int) -> Scoring:
    """The rules of that time, as far as they were put down; else those of now."""
    rules = unit.rules_in_force(as_of)
    if rules is None:
        return scoring
    lists = {name: tuple(domains) for name, domains in rules.lists.items()}
    source = next((known.source for known in unit.model_versions() if known.version == rules.version), None)
    model = from_source(source) if source else scoring.model
    return replace(scoring, model=bound(model, lists), timezone=rules.timezone, lists=lists)
