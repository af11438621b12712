"""Prefer: a reviewer decides whose value a field of a person takes."""

from __future__ import annotations

from sync.core.text import Text
from sync.errors import LeadsyncError
from sync.repository import Store

CHOOSABLE = (
    "name",
    "email",
    "title",
    "department",
    "company_name",
    "country",
    "region",
    "status",
)


class NotChoosable(LeadsyncError):
    """No such field, or no such record of that person."""


def prefer(store: Store, person: str, field: str, record: str, author: str, now: int) -> None:
    """From now on `field` of the person takes the value of `record` (a CRM id or `system:object:id`) while that holds
    one. `person` is an e-mail address, a CRM record id or a person key. The choice goes with the record, also when
    persons are merged or split; a later choice for the same field replaces it."""
    if field not in CHOOSABLE:
        raise NotChoosable(
            Text(
                f"this field cannot be chosen; one of: {', '.join(CHOOSABLE)}",
                f"この項目は選択できません。選択できる項目: {', '.join(CHOOSABLE)}",
            )
        )
    with store.begin() as unit:
        dossiers = unit.dossiers(unit.find_person(person))
        members = [member for dossier in dossiers for member in dossier.members]
        found = next((m for m in members if record in (m.record.key.id, str(m.record.key))), None)
        if found is None or found.person_id is None:
            raise NotChoosable(
                Text(
                    "no such record of such a person is known here; `leadsync explain PERSON` lists a person's records",
                    "指定した人物のレコードが見つかりません（`leadsync explain PERSON` でレコードを確認できます）",
                )
            )
        unit.choose(found.id, field, author, now)
        unit.flag([found.person_id], score=True)
