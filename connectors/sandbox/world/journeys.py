"""What people do by themselves: visits to the web site, forms, marketing mail opened and clicked."""

from __future__ import annotations

import random

from connectors.sandbox.world.content import FORMS, MAILINGS, PAGES, SESSIONS, SITE, Page
from connectors.sandbox.world.records import iso
from connectors.sandbox.world.shapes import (
    DAY,
    HubSpotRow,
    MailEvent,
    Mailing,
    Person,
    Profile,
    Submission,
    WebEvent,
    World,
)

_JST = 9 * 3600
_LATEST = 900  # nothing of the built world is younger than a quarter of an hour

_Weights = dict[str, float]
_STRONG = ("try", "demo", "inquire", "simulate")


def add_journeys(world: World, rng: random.Random) -> None:
    """Lets everybody whom HubSpot knows visit, fill in forms and get mail, and sums it up on the contact."""
    for person in world.people:
        if person.contacts:
            for at, session in _plan(person, rng, world.now):
                visit(world, rng, person, session, at)
    for mailing in reversed(MAILINGS):  # the latest last
        _send(world, rng, mailing)


def visit(
    world: World, rng: random.Random, person: Person, session: str, at: int, pace: tuple[int, int] = (15, 160)
) -> None:
    """One visit from `at` on: its pages `pace` seconds apart, its form on the page seen last."""
    contact, page = _contact(person, rng), None
    for step in SESSIONS[session]:
        kind, _, form = step.partition(":")
        if form and page:
            submit(world, person, contact, form, page, at)
        elif not form:
            page = rng.choice(PAGES[kind][0 if person.japanese else 1])
            view(world, person, contact, kind, page, at)
        at += rng.randint(*pace)


def view(world: World, person: Person, contact: HubSpotRow, kind: str, page: Page, at: int) -> None:
    properties = {"hs_url": page.url, "hs_title": page.title, "hs_referrer": SITE + "/", "hs_user_agent": "Mozilla/5.0"}
    world.web_events.append(WebEvent("e_visited_page", contact.id, at * 1000, properties))
    person.acts.append((at, kind))
    seen = contact.properties
    seen["hs_analytics_num_page_views"] = str(int(seen.get("hs_analytics_num_page_views", "0")) + 1)
    seen["hs_analytics_last_visit_timestamp"] = max(seen.get("hs_analytics_last_visit_timestamp", ""), iso(at))
    contact.touch(at)


def submit(world: World, person: Person, contact: HubSpotRow, form: str, page: Page, at: int) -> None:
    """A form needs an address; who has none in HubSpot cannot have sent one."""
    email = contact.properties.get("email")
    if not email:
        return
    spec = FORMS[form, person.japanese]
    wanted = ("lastname", "firstname", "company", "jobtitle")
    values = {"email": email} | {name: contact.properties[name] for name in wanted if name in contact.properties}
    world.submissions.append(Submission(spec.form.guid, at * 1000, values, page.url))
    person.acts.append((at, "form:" + form))
    _converted(contact, spec.form.name, at)


def working_hour(at: float, now: int, rng: random.Random) -> int:
    """A moment near `at` when people in Japan work, never later than a quarter of an hour before `now`."""
    local_day = int(at + _JST) // DAY
    if (local_day + 3) % 7 >= 5 and rng.random() < 0.85:  # day 0 was a Thursday: 5 and 6 are the weekend
        local_day -= 2
    moment = local_day * DAY - _JST + int(rng.triangular(8.5, 19.5, 11) * 3600)
    while moment > now - _LATEST:
        moment -= DAY
    return moment


def _converted(contact: HubSpotRow, form_name: str, at: int) -> None:
    facts = contact.properties
    facts["num_conversion_events"] = str(int(facts.get("num_conversion_events", "0")) + 1)
    if iso(at) >= facts.get("recent_conversion_date", ""):
        facts["recent_conversion_date"], facts["recent_conversion_event_name"] = iso(at), form_name
    contact.touch(at)


def _contact(person: Person, rng: random.Random) -> HubSpotRow:
    """People with two contacts mostly come under the first."""
    return person.contacts[0] if rng.random() < 0.85 else rng.choice(person.contacts)


def _plan(person: Person, rng: random.Random, now: int) -> list[tuple[int, str]]:
    times: list[tuple[float, str]]
    match person.profile:
        case Profile.QUIET:
            times = _origin(person, rng)
        case Profile.LIGHT:
            span = now - person.first_known
            when = [person.first_known + span * rng.random() for _ in range(rng.randint(1, 4))]
            times = _origin(person, rng) + [(at, _pick(_LIGHT, rng)) for at in when]
        case Profile.BURST:
            times = _burst(person, rng, now)
        case Profile.STEADY:
            times = _origin(person, rng) + _steady(person, rng, now)
        case Profile.ENGAGED:
            times = _origin(person, rng) + _engaged(person, rng, now)
    return [(working_hour(at, now, rng), session) for at, session in sorted(times)]


def _origin(person: Person, rng: random.Random) -> list[tuple[float, str]]:
    """How HubSpot came to know the name: half of the contacts by a form, the rest by a list or a colleague."""
    if rng.random() < 0.5:
        return [(person.first_known, _pick(_FIRST, rng))]
    return []


def _burst(person: Person, rng: random.Random, now: int) -> list[tuple[float, str]]:
    start = person.first_known + rng.random() * max(0, now - 135 * DAY - person.first_known)
    weights = _intent_weights(_BURST, person)
    return [(start + rng.uniform(0, 28) * DAY, _pick(weights, rng)) for _ in range(rng.randint(4, 10))]


def _steady(person: Person, rng: random.Random, now: int) -> list[tuple[float, str]]:
    at = max(person.first_known, now - rng.uniform(60, 320) * DAY)
    end, weights, visits = now - rng.uniform(0, 45) * DAY, _intent_weights(_STEADY, person), []
    while at < end:
        visits.append((at, _pick(weights, rng)))
        at += rng.uniform(10, 34) * DAY
    return visits


def _engaged(person: Person, rng: random.Random, now: int) -> list[tuple[float, str]]:
    weights = _intent_weights(_BURST, person)
    visits = [(now - rng.uniform(0.1, 21) * DAY, _pick(weights, rng)) for _ in range(rng.randint(5, 9))]
    decisive = rng.choice(("try", "demo", "inquire", "simulate", "case_price"))
    return [*visits, (now - rng.uniform(0.1, 7) * DAY, decisive)]


def _intent_weights(weights: _Weights, person: Person) -> _Weights:
    """Who means to buy looks at prices and asks for trials."""
    return {name: weight * (0.3 + 1.7 * person.intent if name in _STRONG else 1) for name, weight in weights.items()}


def _pick(weights: _Weights, rng: random.Random) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


_FIRST: _Weights = {"download": 3, "whitepaper": 3, "seminar": 2, "newsletter": 3, "inquire": 1, "case_download": 1}
_LIGHT: _Weights = {
    "read": 4,
    "look": 2,
    "read_more": 2,
    "careers": 0.4,
    "case": 1.2,
    "price": 0.6,
    "download": 0.6,
    "whitepaper": 0.7,
    "newsletter": 0.5,
    "seminar": 0.7,
}
_STEADY: _Weights = {
    "read": 1.8,
    "look": 0.6,
    "read_more": 0.7,
    "case": 1.6,
    "features_price": 0.22,
    "compare": 0.03,
    "case_price": 0.015,
    "simulate": 0.01,
    "download": 2.0,
    "case_download": 1.2,
    "whitepaper": 1.4,
    "seminar": 0.6,
    "inquire": 0.01,
}
_BURST: _Weights = {
    "read": 0.6,
    "look": 0.8,
    "case": 1.3,
    "price": 1.4,
    "features_price": 0.6,
    "compare": 1,
    "case_price": 0.9,
    "simulate": 0.8,
    "download": 1,
    "case_download": 0.6,
    "seminar": 0.7,
    "inquire": 0.4,
    "demo": 0.5,
    "try": 0.5,
}

_AUDIENCE = {
    Profile.QUIET: 0.11,
    Profile.LIGHT: 0.15,
    Profile.BURST: 0.15,
    Profile.STEADY: 0.22,
    Profile.ENGAGED: 0.3,
}
_OPENS = {
    Profile.QUIET: 0.05,
    Profile.LIGHT: 0.25,
    Profile.BURST: 0.2,
    Profile.STEADY: 0.5,
    Profile.ENGAGED: 0.65,
}


def _send(world: World, rng: random.Random, mailing: Mailing) -> None:
    sent = working_hour(world.now - mailing.days_ago * DAY, world.now, rng)
    for person in world.people:
        if not person.contacts or person.opted_out or person.first_known > sent:
            continue
        email = person.contacts[0].properties.get("email")
        if email and rng.random() < _AUDIENCE[person.profile]:
            _deliver(world, rng, mailing, person, email, sent + rng.randrange(600))


def _deliver(world: World, rng: random.Random, mailing: Mailing, person: Person, email: str, sent: int) -> None:
    mail_event(world, "SENT", sent, email, mailing)
    if rng.random() < 0.02:
        return mail_event(world, "BOUNCE", sent + 2, email, mailing)
    mail_event(world, "DELIVERED", sent + rng.randint(1, 9), email, mailing)
    if rng.random() < 0.06:  # a mail scanner follows every link at once
        mail_event(world, "OPEN", sent + 11, email, mailing, filtered=True)
        mail_event(world, "CLICK", sent + 12, email, mailing, link(mailing, person), filtered=True)
    if rng.random() >= _OPENS[person.profile]:
        world.unopened.append((person, mailing))
        return None
    opened = min(world.now - _LATEST, sent + int(rng.expovariate(1 / 20_000)) + 30)
    open_and_click(world, rng, person, mailing, opened, clicks=rng.random() < 0.28)
    return None


def open_and_click(
    world: World,
    rng: random.Random,
    person: Person,
    mailing: Mailing,
    at: int,
    clicks: bool,
    reading: tuple[int, int] = (5, 90),
) -> None:
    """A marketing mail opened at `at`; a click comes after `reading` seconds and also leads to the page."""
    contact = person.contacts[0]
    email = contact.properties["email"]
    mail_event(world, "OPEN", at, email, mailing)
    person.acts.append((at, "open"))
    contact.properties["hs_email_last_open_date"] = max(contact.properties.get("hs_email_last_open_date", ""), iso(at))
    contact.touch(at)
    if clicks:
        clicked = at + rng.randint(*reading)
        mail_event(world, "CLICK", clicked, email, mailing, link(mailing, person))
        person.acts.append((clicked, "click:" + mailing.page))
        view(world, person, contact, mailing.page, _target(mailing, person), clicked + 1)


def mail_event(
    world: World, kind: str, at: int, email: str, mailing: Mailing, url: str = "", filtered: bool = False
) -> None:
    world.mail_events.append(MailEvent(kind, at * 1000, email, mailing.id, url, filtered))


def link(mailing: Mailing, person: Person) -> str:
    return f"{_target(mailing, person).url}?utm_source=hs_email&utm_campaign={mailing.id}"


def _target(mailing: Mailing, person: Person) -> Page:
    pages = PAGES[mailing.page][0 if person.japanese else 1]
    return pages[mailing.id % len(pages)]
