"""What is believed of a person who is handed over: her records' and her company's values, as the score took them."""

from __future__ import annotations

from sync.identity.survivorship import Profile, profile
from sync.repository import Dossier, Standing


def profile_of(standing: Standing) -> Profile:
    """Of who is hot; of others only what their own records say, since no more is read of them. Acts are left out, so
    that no mailbox counts as verified."""
    return profile(
        Dossier(
            person_id=standing.person_id,
            key=standing.key,
            first_known_at=0,
            members=standing.members,
            companies=standing.companies,
            activities=(),
            content={},
            accounts=standing.accounts,
            chosen=standing.chosen,
        )
    )
