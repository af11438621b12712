"""Builds the world, in the order in which one thing needs another."""

from __future__ import annotations

import random

from connectors.sandbox.world.campaigns import add_campaigns
from connectors.sandbox.world.companies import add_companies
from connectors.sandbox.world.content import FORMS_EN, FORMS_JA
from connectors.sandbox.world.deals import add_deals
from connectors.sandbox.world.journeys import add_journeys
from connectors.sandbox.world.people import add_people
from connectors.sandbox.world.records import add_records
from connectors.sandbox.world.shapes import Owner, SalesforceRow, World
from connectors.sandbox.world.touches import add_touches
from connectors.sandbox.world.variants import vary_records

DEFAULT_PEOPLE = 2_200
_SALES = (
    ("佐野", "健", "sano"),
    ("水野", "由佳", "mizuno"),
    ("大塚", "亮介", "otsuka"),
    ("平野", "麻里", "hirano"),
    ("Hughes", "Claire", "hughes"),
    ("桜井", "拓", "sakurai"),
    ("Brandt", "Oliver", "brandt"),
    ("菅原", "真一", "sugawara"),  # has left
)


def build_world(seed: int, people: int, now: float) -> World:
    """The whole world as of `now` (epoch seconds): the same rows for the same arguments, none younger than `now`."""
    world, rng = World(seed, int(now)), random.Random(seed)
    _add_owners(world)
    world.forms.extend(spec.form for spec in FORMS_JA + FORMS_EN)
    add_companies(world, rng, max(12, min(int(people / 4.5), 30_000)))
    add_people(world, rng, people)
    add_records(world, rng)
    vary_records(world, random.Random(seed + 1))  # draws of its own, so that nobody else's life depends on it
    add_journeys(world, rng)
    add_campaigns(world, rng)
    add_deals(world, rng)
    add_touches(world, rng)
    _edit_some(world, rng)
    return world


def _add_owners(world: World) -> None:
    for number, (last, first, local) in enumerate(_SALES):
        active = number < len(_SALES) - 1
        email = f"{local}@tsumugi-cloud.example"
        user = world.add_salesforce(
            "User",
            {
                "Username": email,
                "Email": email,
                "LastName": last,
                "FirstName": first,
                "Name": f"{last} {first}" if not last.isascii() else f"{first} {last}",
                "IsActive": active,
                "UserType": "Standard",
                **({"ManagerId": world.owners[0].salesforce_id} if world.owners else {}),  # the first leads the team
                "Alias": local[:8],
                "TimeZoneSidKey": "Asia/Tokyo",
                "LocaleSidKey": "ja_JP",
                "LanguageLocaleKey": "ja",
                "EmailEncodingKey": "UTF-8",
            },
            world.now - 700 * 86_400,
        )
        world.owners.append(Owner(str(71_000_001 + number), 51_000_001 + number, user.id, email, first, last, active))


def _edit_some(world: World, rng: random.Random) -> None:
    """Sales corrects a record now and then; that too moves the modified date."""
    for person in world.people:
        for row in world.records_of(person):
            locked = isinstance(row, SalesforceRow) and row.fields.get("IsConverted")
            if rng.random() < 0.3 and not locked:
                row.touch(rng.randint(row.created_at, world.now - 300))
