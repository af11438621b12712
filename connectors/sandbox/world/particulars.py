"""What CRMs hold of people beside name, address and number: readings of names, cities, web sites, and the ids that
HubSpot's own Salesforce integration leaves behind.

Each row draws from dice of its own, thrown by its id, so that the rest of the world stays as it is.
"""

from __future__ import annotations

import random
from typing import Any

from connectors.sandbox.world.names import half_width, hiragana
from connectors.sandbox.world.shapes import Company, HubSpotRow, Person, SalesforceRow

KANA_PROPERTIES = {  # what the account's admin made, and what an older form of theirs still fills
    "last_name_kana": "姓（フリガナ）",
    "first_name_kana": "名（フリガナ）",
    "furigana": "フリガナ",
}
_CITIES = {
    "東京都": ("千代田区", "港区", "新宿区", "品川区", "渋谷区"),
    "大阪府": ("大阪市北区", "大阪市中央区", "堺市"),
    "愛知県": ("名古屋市中区", "豊田市"),
    "神奈川県": ("横浜市西区", "川崎市"),
    "福岡県": ("福岡市博多区", "北九州市"),
    "California": ("San Francisco", "San Jose"),
    "Texas": ("Austin", "Dallas"),
    "New York": ("New York", "Buffalo"),
    "Illinois": ("Chicago", "Springfield"),
}


def complete_contact(row: HubSpotRow, person: Person, company: Company) -> None:
    """A HubSpot contact."""
    dice = random.Random(f"hubspot {row.id}")
    more = {"city": city(company)} if dice.random() < 0.6 else {}
    if company.domain and dice.random() < 0.3:
        more["website"] = f"https://www.{company.domain}/"
    family, given = _reading(person, dice)
    pick = dice.random()
    if family and pick < 0.40:
        more |= {"last_name_kana": family, "first_name_kana": given}
    elif family and pick < 0.50:
        more["furigana"] = f"{family} {given}"
    row.properties |= {name: value for name, value in more.items() if value}


def complete_person(row: SalesforceRow, person: Person, company: Company) -> None:
    """A lead or a contact of Salesforce."""
    dice = random.Random(f"salesforce {row.id}")
    more: dict[str, Any] = {}
    if dice.random() < 0.6:
        more["City" if row.object_name == "Lead" else "MailingCity"] = city(company)
    family, given = _reading(person, dice)
    if family and dice.random() < 0.55:
        more |= {"LastNameLocal": family, "FirstNameLocal": given}
    row.fields |= {name: value for name, value in more.items() if value}


def city(company: Company) -> str:
    """Where the company sits; "" outside the regions of the seeded world."""
    known = _CITIES.get(company.region)
    return random.Random(f"city {company.key}").choice(known) if known else ""


def mirror_company(company: Company) -> None:
    """The integration notes the account on the company it keeps in step, in more than half of the cases."""
    if company.account is None or not company.hubspot_rows:
        return
    dice = random.Random(f"mirror {company.account.id}")
    if dice.random() < 0.6:
        id_ = company.account.id
        company.hubspot_rows[0].properties["salesforceaccountid"] = id_[:15] if dice.random() < 0.2 else id_


def _reading(person: Person, dice: random.Random) -> tuple[str, str]:
    family, given = person.family.kana, person.given.kana
    if not (family and given):
        return "", ""
    pick = dice.random()
    if pick < 0.12:
        return hiragana(family), hiragana(given)
    return (half_width(family), half_width(given)) if pick < 0.20 else (family, given)
