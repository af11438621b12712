"""Who gets a task: whom the person belongs to already, else the playbook's rules, else whose turn it is.

Nothing is remembered between two choices. Whose turn it is follows from the tasks that were given last, so a restart,
a second process or a rebuilt store goes on where the store says. Every choice carries its reason: a stable word, what
it is about, and who was passed over (`why_text` says it in words).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sync.core.text import Text
from sync.handoff.believed import profile_of
from sync.handoff.owners import (
    ACCOUNT_OWNER,
    DEAL_OWNER,
    OTHER_RECORD_OWNER,
    RECORD_OWNER,
    Held,
    OwnerBook,
    mail_of,
    usable,
)
from sync.handoff.playbook import TO_GROUP, TO_NOBODY, Group, OwnerRule, Playbook, Seat
from sync.handoff.territory import country_of, region_of
from sync.repository import Owner, Standing
from sync.scoring.industries import sector_of
from sync.scoring.phrases import fold

RULE_OWNER, RULE_GROUP, ROUND_ROBIN = "rule_owner", "rule_group", "round_robin"
NEXT_IN_GROUP, MANAGER = "next_in_group", "manager"
AT_CAPACITY, NOBODY = "at_capacity", "nobody"
UNKNOWN, INACTIVE, AUTOMATED, ELSEWHERE, ABSENT = "unknown", "inactive", "automated", "elsewhere", "absent"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What owner rules ask of a person; "" for what is not known."""

    segment: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    industry: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The tasks that salespeople have, by `OwnerBook.bearer`. `recent`: the bearers of the last tasks, newest first."""

    today: Mapping[str, int] = field(default_factory=dict)  # given on this business day
    open: Mapping[str, int] = field(default_factory=dict)  # nobody has been contacted yet
    recent: Sequence[str] = ()

    def given(self, bearer: str) -> Desk:
        """The same after one more task."""
        return Desk(_one_more(self.today, bearer), _one_more(self.open, bearer), (bearer, *self.recent))


@dataclass(frozen=True, slots=True)
class Choice:
    """`owner` is an id in the task's system, "" when nobody can be named; `why` is what `why_text` puts into words."""

    owner: str
    bearer: str
    why: str


def prospect_of(standing: Standing) -> Prospect:
    """What survives of the person's records and of her company's: in HubSpot the industry and often the place are the
    company's alone."""
    known = profile_of(standing)
    return Prospect(
        segment=standing.score.segment,
        country=known.country,
        region=known.region,
        city=known.city,
        industry=known.industry,
    )


def choose(
    system: str,
    held: Sequence[Held],
    prospect: Prospect,
    book: OwnerBook,
    playbook: Playbook,
    desk: Desk,
    day: date,
    at_most: int,
) -> Choice:
    """Who gets a task in `system` that is made on the business day `day`.

    Whom the person belongs to gets it whatever she has on her desk. Among the members of a group who are there, and
    have not had their number of this day (`at_most` where the playbook names none), it is whose turn it is.
    """
    office = _Office(system, book, playbook, desk, day, at_most)
    passed: list[str] = []
    for entry in held:
        owner, obstacle = office.holder(entry)
        if owner and not obstacle:
            return office.choice(owner, entry.why, passed)
        passed.append(f"{entry.why} {obstacle}")
    for rule in playbook.rules:
        if not applies(rule, prospect):
            continue
        if rule.owner:
            owner, obstacle = office.member(rule.owner)
            if owner and not obstacle:
                return office.choice(owner, f"{RULE_OWNER} {rule.id}", passed)
            passed.append(f"{RULE_OWNER} {obstacle}")
            continue
        found = office.turn(playbook.group(rule.group), f"{RULE_GROUP} {rule.id} {rule.group}", passed)
        if _settled(found):
            return found
        passed.append(f"{RULE_GROUP} {NOBODY}")
    if group := playbook.group(playbook.fallback):
        found = office.turn(group, f"{ROUND_ROBIN} {group.id}", passed)
        if _settled(found):
            return found
        passed.append(f"{ROUND_ROBIN} {NOBODY}")
    return _without(office, held, passed)


def reassign(
    system: str,
    owner_id: str,
    before: Collection[str],
    book: OwnerBook,
    playbook: Playbook,
    desk: Desk,
    day: date,
    at_most: int,
) -> Choice:
    """Who takes a task over that nobody has followed up: by the playbook the next of the group, else the manager.

    `before` are the bearers who had it. An empty owner: the task stays where it is.
    """
    office = _Office(system, book, playbook, desk, day, at_most)
    had = {book.bearer(system, owner_id), *before}
    if playbook.sla.reassign_to == TO_NOBODY:
        return Choice("", "", NOBODY)
    passed: list[str] = []
    if playbook.sla.reassign_to == TO_GROUP:
        group = playbook.group_of(book.bearer(system, owner_id)) or playbook.group(playbook.fallback)
        if group:
            found = office.turn(group, f"{NEXT_IN_GROUP} {group.id}", passed, had)
            if found.owner:
                return found
            passed.append(found.why.split(_AND)[0])
    manager = manager_of(system, owner_id, book, playbook)
    if manager and book.bearer(system, manager.id) not in had:
        return office.choice(manager, MANAGER, passed)
    return Choice("", "", _joined(NOBODY, passed))


def manager_of(system: str, owner_id: str, book: OwnerBook, playbook: Playbook) -> Owner | None:
    """The manager of a salesperson in the same CRM, as far as tasks can go to her: the playbook's, else the CRM's."""
    named = playbook.manager_mail(book.bearer(system, owner_id))
    found = book.by_mail(system, named) if named else None
    owner = book.of(system, owner_id)
    if found is None and owner and owner.manager_id:
        found = book.of(system, owner.manager_id)
    return found if found and usable(found) and found.id != owner_id else None


def manager_mail(system: str, owner_id: str, book: OwnerBook, playbook: Playbook) -> str:
    """The address for notices about a salesperson: the manager need not be a user of the CRM. "" when unknown."""
    named = playbook.manager_mail(book.bearer(system, owner_id))
    manager = manager_of(system, owner_id, book, playbook)
    return named or (mail_of(manager) if manager else "")


def applies(rule: OwnerRule, prospect: Prospect) -> bool:
    """Whether everything that the rule asks holds. What is not known does not hold."""
    asks = rule.asks
    return (
        ("segment" not in asks or prospect.segment in asks["segment"])
        and ("sector" not in asks or sector_of(prospect.industry) in asks["sector"])
        and ("country" not in asks or country_of(prospect.country) in rule.countries)
        and ("region" not in asks or region_of(prospect.region) in rule.regions)
        and ("city" not in asks or rule.cities.found_in(fold(prospect.city)))
        and ("industry" not in asks or rule.industries.found_in(fold(prospect.industry)))
    )


@dataclass(frozen=True, slots=True)
class _Office:
    """One choice's surroundings."""

    system: str
    book: OwnerBook
    playbook: Playbook
    desk: Desk
    day: date
    at_most: int

    def holder(self, entry: Held) -> tuple[Owner | None, str]:
        """The salesperson in the task's system, and what keeps her from it, "" for nothing."""
        owner = self.book.of(entry.system, entry.owner_id)
        if owner is None:
            return None, UNKNOWN
        if not usable(owner):
            return None, AUTOMATED if owner.automated else INACTIVE
        return self._present(self.book.in_system(self.system, entry.system, entry.owner_id))

    def member(self, email: str) -> tuple[Owner | None, str]:
        """The same for somebody whom the playbook names."""
        return self._present(self.book.by_mail(self.system, email))

    def turn(self, group: Group | None, why: str, passed: Iterable[str], without: Collection[str] = ()) -> Choice:
        """The member whose turn it is. A group of which nobody is there, or has room today, names nobody."""
        there: list[tuple[Seat, Owner]] = []
        obstacles: Counter[str] = Counter()
        full = False
        for seat in group.seats if group else ():
            owner, obstacle = self.member(seat.email)
            if owner is None or obstacle or seat.email in without:
                obstacles[obstacle or "had_it"] += 1
            elif self.desk.today.get(seat.email, 0) >= self.playbook.daily_limit(seat.email, self.at_most):
                full = True
            else:
                there.append((seat, owner))
        notes = [*passed, *(f"{count} {obstacle}" for obstacle, count in sorted(obstacles.items()))]
        if not there or group is None:
            return Choice("", "", _joined(f"{AT_CAPACITY if full else NOBODY} {group.id if group else ''}", notes))
        seat = next_in_turn([seat for seat, _ in there], group, self.desk)
        owner = next(owner for found, owner in there if found is seat)
        return self.choice(owner, why, notes)

    def choice(self, owner: Owner, why: str, passed: Iterable[str]) -> Choice:
        return Choice(owner.id, self.book.bearer(self.system, owner.id), _joined(why, passed))

    def _present(self, owner: Owner | None) -> tuple[Owner | None, str]:
        if owner is None:
            return None, ELSEWHERE
        return owner, ABSENT if self.playbook.absent(mail_of(owner), self.day) else ""


def next_in_turn(seats: Sequence[Seat], group: Group, desk: Desk) -> Seat:
    """Whose turn it is among `seats` of a group: of every n tasks, n being the sum of the weights, each member gets as
    many as her weight. Then who has the fewest open tasks, had her last one longest ago, comes first in the playbook.

    Who comes back from an absence is next, but does not make up for what she missed.
    """
    members = {seat.email for seat in group.seats}
    ours = [bearer for bearer in desk.recent if bearer in members]
    lap = sum(seat.weight for seat in group.seats)
    lately = Counter(ours[: lap - 1])

    def rank(seat: Seat) -> tuple[int, int, int, int]:
        since = ours.index(seat.email) if seat.email in ours else len(ours)
        owed = seat.weight - lately[seat.email]
        return (-owed, desk.open.get(seat.email, 0), -since, group.seats.index(seat))

    return min(seats, key=rank)


def _settled(found: Choice) -> bool:
    """A group without room today is waited for; one of which nobody is there is not."""
    return bool(found.owner) or found.why.startswith(AT_CAPACITY)


def _without(office: _Office, held: Sequence[Held], passed: list[str]) -> Choice:
    """Nobody else is known: then rather somebody who is away, in whose list the task at least stands."""
    for entry in held:
        owner, obstacle = office.holder(entry)
        if owner and obstacle == ABSENT:
            return office.choice(owner, entry.why, [*passed, f"{entry.why} kept"])
    return Choice("", "", _joined(NOBODY, passed))


def _one_more(counts: Mapping[str, int], bearer: str) -> Mapping[str, int]:
    return {**counts, bearer: counts.get(bearer, 0) + 1}


# --- the reason in words ---

_AND = "; "
_WHY = {
    DEAL_OWNER: Text("owner of the open deal", "進行中の商談の担当者"),
    RECORD_OWNER: Text("owner of the record", "レコードの所有者"),
    OTHER_RECORD_OWNER: Text("owner of another record of this person", "同一人物の別レコードの所有者"),
    ACCOUNT_OWNER: Text("owner of the company", "会社（取引先）の所有者"),
    RULE_OWNER: Text("by owner rule {0}", "担当ルール「{0}」による"),
    RULE_GROUP: Text("by owner rule {0}, next in turn in group {1}", "担当ルール「{0}」により、グループ「{1}」の順番"),
    ROUND_ROBIN: Text("next in turn in group {0}", "グループ「{0}」の順番"),
    NEXT_IN_GROUP: Text("taken over: next in turn in group {0}", "引き継ぎ：グループ「{0}」の次の担当者"),
    MANAGER: Text("taken over by the manager", "引き継ぎ：営業マネージャー"),
    AT_CAPACITY: Text(
        "waiting: everybody in group {0} has the day's number",
        "順番待ち：グループ「{0}」は全員が本日の上限に達しています",
    ),
    "outside_pilot": Text("outside the pilot: no task", "パイロットの対象外のためタスクなし"),
    NOBODY: Text("nobody could be named", "担当者を決められませんでした"),
}
_OBSTACLES = {
    UNKNOWN: Text("is no known user", "ユーザーが見つからない"),
    INACTIVE: Text("is inactive", "無効なユーザー"),
    AUTOMATED: Text("is an integration's user", "連携用ユーザー"),
    ELSEWHERE: Text("is no active user of this CRM", "この CRM の有効なユーザーではない"),
    ABSENT: Text("is away", "不在"),
    NOBODY: Text("has nobody there", "対応できる人がいない"),
    "kept": Text("gets it all the same", "ほかに担当者がいないため割り当て"),
    "had_it": Text("had it before", "すでに担当した"),
}


def why_text(why: str) -> Text:
    """A stored reason in words; one that this version does not know as it is."""
    head, *notes = why.split(_AND)
    said = _said(head)
    if not notes:
        return said
    listed = [_note(note) for note in notes]
    return Text(
        f"{said.en} ({', '.join(note.en for note in listed)})", f"{said.ja}（{'、'.join(note.ja for note in listed)}）"
    )


def _said(head: str) -> Text:
    code, *details = head.split() or [""]
    form = _WHY.get(code)
    if form is None:
        return Text(head, head)
    details += ["-"] * 2
    return Text(form.en.format(*details), form.ja.format(*details))


def _note(note: str) -> Text:
    """Either "record_owner inactive" or "2 absent" or a reason of its own."""
    first, _, code = note.partition(" ")
    obstacle = _OBSTACLES.get(code)
    if obstacle is None:
        return _said(note)
    if first.isdigit():
        return Text(f"{first} in the group: {obstacle.en}", f"グループ内{first}名：{obstacle.ja}")
    who = _said(first)
    return Text(f"{who.en} {obstacle.en}", f"{who.ja}：{obstacle.ja}")


def _joined(why: str, passed: Iterable[str]) -> str:
    return _AND.join([why.strip(), *passed])
