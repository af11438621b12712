"""Binding a model to the domains of this account: the playbook's, and those of the people who use the CRMs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sync.core import emails
from sync.handoff.owners import usable, with_lone_users
from sync.jobs.reference import Scoring
from sync.repository import Unit
from sync.scoring.model import Model, bound

OWN, FREE_MAIL = "own", "free_mail"


def bind(scoring: Scoring, agreed: Mapping[str, Sequence[str]], unit: Unit) -> Scoring:
    """The same rules, bound to the domains as they are now; the very same object when nothing changed."""
    found = {name: set(domains) for name, domains in agreed.items()}
    found.setdefault(OWN, set()).update(_of_colleagues(unit, scoring.model))
    lists = {name: tuple(sorted(domains)) for name, domains in sorted(found.items())}
    if lists == scoring.lists:
        return scoring
    return replace(scoring, model=bound(scoring.model, lists), lists=lists)


def _of_colleagues(unit: Unit, model: Model) -> set[str]:
    """Mail domains of active CRM users. Not those of free mail: whoever uses one privately is no reason to exclude
    everybody there; nor those of integrations, which are their vendors'."""
    users = (owner for owner in with_lone_users(unit.owners()) if usable(owner))
    domains = {emails.domain_of(user.email) for user in users} - {""}
    return {domain for domain in domains if not model.reading.lists_domain(FREE_MAIL, domain)}
