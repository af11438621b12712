"""A seeded, realistic world of people, companies, activities and deals for both sandbox CRMs."""

from connectors.sandbox.world.build import DEFAULT_PEOPLE, build_world
from connectors.sandbox.world.companies import COMPETITOR_DOMAINS
from connectors.sandbox.world.living import live_tick
from connectors.sandbox.world.seeding import populate
from connectors.sandbox.world.shapes import Kind, Person, Profile, World

__all__ = [
    "COMPETITOR_DOMAINS",
    "DEFAULT_PEOPLE",
    "Kind",
    "Person",
    "Profile",
    "World",
    "build_world",
    "live_tick",
    "populate",
]
