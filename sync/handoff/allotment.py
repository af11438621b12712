"""Who gets a follow-up task now, whose, and who stands in the task of a colleague or in a note instead.

Best first. What was made by an earlier life of the store is found again before anything is made. An open deal of the
person or her account comes before everything else: its owner is told, and nobody calls past him. Then the account: one
task in `ACCOUNT_SECONDS` stands for all its hot people. Then the owner's number for the business day; who finds it used
up stays queued. On days without business only those are served who became hot since the last business day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sync.core.records import RecordKey
from sync.handoff import orders
from sync.handoff.assignment import AT_CAPACITY, Choice, choose, prospect_of
from sync.handoff.episodes import ACCOUNT, ACCOUNT_SECONDS, DEAL, LEAD, RECENT_SECONDS, note_key, order_key, under_way
from sync.handoff.owners import ACCOUNT_OWNER, DEAL_OWNER, Held, OwnerBook, live, task_target
from sync.handoff.policy import Moment, Policy
from sync.repository import Episode, Member, NewOrder, OpenDeal, Standing

OUTSIDE_PILOT = "outside_pilot"  # why nobody has the task: only fields are written for the people of other owners


@dataclass(frozen=True, slots=True)
class Allotted:
    """What became of one open episode."""

    episode: Episode
    order: NewOrder | None = None
    adopted: bool = False  # found in the CRM: made by an earlier life of this store
    drops: tuple[str, ...] = ()
    beside: NewOrder | None = None  # for the task of a colleague


class Allotment:
    """One draft's tasks. `people` are all of the draft with their episodes as they will be, open or not; `own_tasks`
    are our tasks that the pull has already seen in a CRM, by task key."""

    def __init__(
        self,
        people: Iterable[tuple[Standing, Episode | None]],
        book: OwnerBook,
        policy: Policy,
        moment: Moment,
        own_tasks: Mapping[str, RecordKey],
    ) -> None:
        self._people = {standing.person_id: (standing, episode) for standing, episode in people}
        self._book, self._policy, self._moment, self._own_tasks = book, policy, moment, own_tasks
        self._calendar = policy.calendar
        self._day = self._calendar.working_day(moment.now)
        self._since = self._calendar.working_day_start(moment.now)
        self._open_for_business = self._calendar.is_business_day(self._calendar.day_of(moment.now))
        self._desk = moment.desk
        self._noted = set(moment.around.noted)
        everybody = [*moment.around.colleagues.values(), *(standing for standing, _ in self._people.values())]
        self._hot = _hot_by_account(everybody)
        self._episodes = {account: _by_number(found) for account, found in moment.around.accounts.items()}
        for standing, episode in self._people.values():
            self._keep(standing, episode)

    def give(self) -> dict[int, Allotted]:
        """Person -> what becomes of her episode, for those who wait for something."""
        given: dict[int, Allotted] = {}
        for standing, episode in sorted(self._waiting(), key=self._rank):
            given[standing.person_id] = allotted = self._give(standing, episode)
            self._people[standing.person_id] = standing, allotted.episode
            self._keep(standing, allotted.episode)
        return given

    def bearing(self, standing: Standing) -> Episode | None:
        """The colleague's episode whose task stands for her too; None when there is none under way."""
        _, episode = self._people[standing.person_id]
        if episode is None or episode.handover != ACCOUNT:
            return None
        borne = [found for found in self._bearers(standing, episode) if found.closed_at is None]
        return max(borne, key=lambda found: (found.ordered_at or 0, found.id), default=None)

    # --- whose turn it is ---

    def _waiting(self) -> Iterator[tuple[Standing, Episode]]:
        for standing, episode in self._people.values():
            if episode and episode.closed_at is None and self._waits(episode):
                yield standing, episode

    def _waits(self, episode: Episode) -> bool:
        if episode.handover == DEAL and episode.id in self._moment.around.lapsed:
            return True
        if episode.task_state != "none":
            return episode.task_state == "queued"
        return (episode.handover == ACCOUNT and episode.sla_state != "met") or self._let_in(episode)

    def _let_in(self, episode: Episode) -> bool:
        """Whether the pilot has come to include the owner of somebody who became hot not long ago; as at the go-live,
        who has been hot for longer stays without a task."""
        recent = self._moment.now - episode.hot_since <= RECENT_SECONDS
        return (
            episode.owner_why == OUTSIDE_PILOT and recent and self._in_pilot(episode.task_system or "", episode.owner)
        )

    def _rank(self, waiting: tuple[Standing, Episode]) -> tuple[bool, int, int]:
        standing, episode = waiting
        return (self._found(standing, episode) is None, -standing.score.total, standing.person_id)

    # --- one episode ---

    def _give(self, standing: Standing, episode: Episode) -> Allotted:
        queued = replace(_queued(episode), account_id=standing.account_id or episode.account_id)
        if found := self._found(standing, episode):
            return Allotted(self._adopted(standing, queued, *found), adopted=True)
        borne = next(self._bearers(standing, episode), None)
        if standing.open_deals and not (borne and episode.handover == ACCOUNT):
            return self._tell_deal(standing, episode, queued)
        drops = (order_key(episode),) if episode.handover == DEAL else ()  # a note not sent yet has become pointless
        if borne:
            named = replace(queued, handover=ACCOUNT, task_state="none")
            late = episode.handover != ACCOUNT and borne.task_state == "made"  # else the task itself names her
            beside = orders.colleague(standing, named, borne, self._policy) if late else None
            return Allotted(named, drops=drops, beside=beside)
        return replace(self._lead(standing, queued), drops=drops)

    def _found(self, standing: Standing, episode: Episode) -> tuple[str, RecordKey] | None:
        """What already stands in a CRM for this episode, and which of the two it is. A note counts while its deal is
        open."""
        if key := self._own_tasks.get(episode.task_key):
            return LEAD, key
        note = self._own_tasks.get(note_key(episode.task_key))
        return (DEAL, note) if note and standing.open_deals and episode.handover != DEAL else None

    def _lead(self, standing: Standing, queued: Episode) -> Allotted:
        target = task_target(standing, self._policy.tasks_system, self._policy.systems)
        if target is None:
            return Allotted(queued)
        others = self._colleagues(standing)
        choice = self._choose(standing, target, self._holders(standing, target, bool(others)))
        if waiting := self._kept_waiting(queued, target, choice):
            return Allotted(waiting)
        now, hours = self._moment.now, self._policy.playbook.sla.hours
        ordered = replace(
            self._ordered(queued, target, choice),
            due_at=self._calendar.due_at(now, hours),
            plain_due_at=self._calendar.plain_due_at(now, hours),
            sla_state="open",
        )
        return Allotted(ordered, orders.task(standing, ordered, target, others, self._policy))

    def _tell_deal(self, standing: Standing, episode: Episode, queued: Episode) -> Allotted:
        deal = standing.open_deals[0]
        told = replace(queued, handover=DEAL, deal=str(deal.key))
        if episode.handover == DEAL:  # of another deal, which was lost: who is told once is not told again
            return Allotted(replace(episode, deal=told.deal))
        if told.deal in self._noted:
            return Allotted(replace(told, task_state="none"))
        target = self._target_for(deal, standing)
        if target is None:
            return Allotted(queued)
        held = (Held(DEAL_OWNER, deal.key.system, deal.owner_id), *self._holders(standing, target, False))
        choice = self._choose(standing, target, held)
        if waiting := self._kept_waiting(queued, target, choice):
            return Allotted(waiting)
        self._noted.add(str(deal.key))
        ordered = self._ordered(told, target, choice)
        due = self._calendar.due_at(self._moment.now, self._policy.playbook.sla.hours)
        colleagues = self._colleagues(standing)
        return Allotted(ordered, orders.note(standing, ordered, target, deal, colleagues, due, self._policy))

    def _target_for(self, deal: OpenDeal, standing: Standing) -> Member | None:
        """In the deal's CRM when she has a record there: her note can hang on the deal."""
        policy = self._policy
        beside = task_target(standing, deal.key.system, policy.systems) if policy.tasks_system == "auto" else None
        return beside or task_target(standing, policy.tasks_system, policy.systems)

    def _adopted(self, standing: Standing, queued: Episode, handover: str, task: RecordKey) -> Episode:
        """The episode of a task that an earlier life of this store made; its due time stands in the CRM."""
        made = replace(queued, handover=handover, task_state="made", task_system=task.system, task_id=task.id)
        if handover == DEAL:
            deal = str(standing.open_deals[0].key)
            self._noted.add(deal)
            return replace(made, deal=deal, acked_at=self._moment.now)
        hours = self._policy.playbook.sla.hours
        dues = [at for member in live(standing.members) if isinstance(at := member.record.own.get("sla_due"), int)]
        due = min(dues, default=self._calendar.due_at(self._moment.now, hours))
        start = min(due - hours * 3600, self._moment.now)
        return replace(
            made,
            opened_at=min(made.opened_at, start),
            ordered_at=start,
            acked_at=start,
            due_at=due,
            plain_due_at=start + hours * 3600,
            sla_state="open",
        )

    # --- the owner ---

    def _holders(self, standing: Standing, target: Member, for_account: bool) -> tuple[Held, ...]:
        """Who holds her; a task that names several people of an account is its owner's before anybody's."""
        hers = tuple(self._book.held(standing, target))
        owners = tuple(Held(ACCOUNT_OWNER, system, id) for system, id in standing.account_owners)
        return (*owners, *hers) if for_account else (*hers, *owners)

    def _choose(self, standing: Standing, target: Member, held: Sequence[Held]) -> Choice:
        policy = self._policy
        return choose(
            target.record.key.system,
            held,
            prospect_of(standing),
            self._book,
            policy.playbook,
            self._desk,
            self._day,
            policy.per_owner_per_day,
        )

    def _kept_waiting(self, queued: Episode, target: Member, choice: Choice) -> Episode | None:
        """The episode of somebody whose owner gets no task now, None when he does."""
        system = target.record.key.system
        if not choice.owner and choice.why.startswith(AT_CAPACITY):
            return queued
        bearer = self._book.bearer(system, choice.owner)
        if not self._in_pilot(system, choice.owner):
            # It would have been his turn: who is in the pilot gets no more than his share.
            self._desk = replace(self._desk, recent=(bearer, *self._desk.recent))
            return replace(queued, task_state="none", task_system=system, owner=choice.owner, owner_why=OUTSIDE_PILOT)
        limit = self._policy.playbook.daily_limit(bearer, self._policy.per_owner_per_day)
        if self._desk.today.get(bearer, 0) >= limit:
            return queued
        return None if self._open_for_business or queued.opened_at >= self._since else queued

    def _in_pilot(self, system: str, owner_id: str) -> bool:
        return self._policy.in_pilot(self._book.of(system, owner_id))

    def _ordered(self, episode: Episode, target: Member, choice: Choice) -> Episode:
        self._desk = self._desk.given(self._book.bearer(target.record.key.system, choice.owner))
        return replace(
            episode,
            task_state="ordered",
            task_system=target.record.key.system,
            owner=choice.owner,
            owner_why=choice.why,
            ordered_at=self._moment.now,
        )

    # --- the account ---

    def _keep(self, standing: Standing, episode: Episode | None) -> None:
        if episode and (account := standing.account_id or episode.account_id):
            self._episodes.setdefault(account, {})[episode.person_id, episode.number] = episode

    def _as_drafted(self, stored: Episode) -> Episode:
        """The episode as this draft leaves it, also of somebody who has gone to another company since."""
        _, episode = self._people.get(stored.person_id, (None, None))
        return episode if episode and episode.number == stored.number else stored

    def _bearers(self, standing: Standing, episode: Episode) -> Iterator[Episode]:
        """Episodes of colleagues whose task stands for her too. Who was named in one stays with it while it is open;
        who becomes hot later gets her own once the account's time is over."""
        account = standing.account_id or episode.account_id
        for stored in self._episodes.get(account or 0, {}).values():
            found = self._as_drafted(stored)
            theirs = found.person_id != standing.person_id and found.handover == LEAD and under_way(found)
            recent = self._moment.now - (found.ordered_at or 0) < ACCOUNT_SECONDS
            if theirs and (recent or (episode.handover == ACCOUNT and found.closed_at is None)):
                yield found

    def _colleagues(self, standing: Standing) -> list[Standing]:
        """The account's other hot people, best first."""
        found = self._hot.get(standing.account_id or 0, {})
        others = [each for id, each in found.items() if id != standing.person_id]
        return sorted(others, key=lambda each: (-each.score.total, each.person_id))


def _hot_by_account(standings: Iterable[Standing]) -> dict[int, dict[int, Standing]]:
    found: dict[int, dict[int, Standing]] = {}
    for standing in standings:
        if standing.account_id is not None and standing.score.band == "hot":
            found.setdefault(standing.account_id, {})[standing.person_id] = standing
    return found


def _by_number(found: Iterable[Episode]) -> dict[tuple[int, int], Episode]:
    return {(episode.person_id, episode.number): episode for episode in found}


def _queued(episode: Episode) -> Episode:
    """Without anything in a CRM, and waiting for its turn."""
    return replace(
        episode,
        task_state="queued",
        handover=LEAD,
        deal=None,
        task_system=None,
        task_id=None,
        owner="",
        owner_why="",
        ordered_at=None,
        due_at=None,
        plain_due_at=None,
        acked_at=None,
        sla_state="none",
    )
