"""One cycle: pull, resolve, rescore, plan, push. Each step leaves the store fit for a crash and a new run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from sync.core.fields import FIELDS
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.errors import AccessRefused, LeadsyncError, Stopped, VendorError
from sync.handoff.draft import Draft, Policy
from sync.identity.engine import Engine
from sync.jobs import plan
from sync.jobs.answer_verdicts import answer_verdicts
from sync.jobs.domain_lists import bind
from sync.jobs.join_companies import join_companies
from sync.jobs.notify import note_model_change
from sync.jobs.plan import Brake
from sync.jobs.pull import PullTotals, pull
from sync.jobs.push import Pusher, PushTotals
from sync.jobs.rescore import RescoreTotals, Scorer, Scoring, rescore
from sync.jobs.resolve import ResolveTotals, resolve
from sync.jobs.stale import count_stale
from sync.jobs.watch_sla import watch_sla
from sync.ports import Clock, Connector, Notice, Sleep
from sync.repository import Store


class Reporter(Protocol):
    """Hears how far a cycle is: progress bars on a terminal, log lines in the daemon."""

    def phase(self, name: str) -> None: ...
    def pulled(self, system: str, stream: str, records: int) -> None: ...
    def pushed(self, system: str, orders: int) -> None: ...
    def failed(self, system: str, error: LeadsyncError) -> None: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What this cycle is asked to do."""

    write: bool  # False: plan only
    job: str = "cycle"  # the name its run goes by
    draft: bool = True  # False: nobody asked for the plan, and nothing will be written
    pull: bool = True
    full: bool = False  # read everything anew and retire what is gone
    brake: Brake = field(default_factory=Brake)
    unattended: bool = False  # a person's order proceeds past the brake, with a warning


@dataclass
class CycleResult:
    run_id: int
    started_at: int
    finished_at: int = 0
    state: str = "done"  # done, held, failed, stopped
    wrote: bool = False
    pulls: dict[str, PullTotals] = field(default_factory=dict)
    resolved: ResolveTotals = field(default_factory=ResolveTotals)
    rescored: RescoreTotals = field(default_factory=RescoreTotals)
    draft: Draft = field(default_factory=Draft)
    pushes: dict[str, PushTotals] = field(default_factory=dict)
    errors: dict[str, LeadsyncError] = field(default_factory=dict)
    over_brake: bool = False
    newly_held: bool = False

    @property
    def notices(self) -> list[Notice]:
        """What an admin should know and was not told before."""
        return [notice for totals in self.pulls.values() for notice in totals.notices]

    @property
    def rejected(self) -> int:
        return sum(totals.rejected + totals.tasks_rejected for totals in self.pushes.values())

    @property
    def idle(self) -> bool:
        """Nothing was pulled, scored, ordered or sent."""
        sent = any(totals != PushTotals() for totals in self.pushes.values())
        did = self.pulls or self.rescored.scored or self.draft.score_orders or self.draft.task_orders or sent
        return self.state == "done" and not did and not self.errors

    @property
    def exit_code(self) -> int:
        if any(not isinstance(error, VendorError) for error in self.errors.values()):
            return 2
        if self.errors:
            return 3
        return 1 if self.rejected else 0

    def summary(self) -> dict[str, object]:
        """What `runs` keeps: counts and error classes, nothing personal."""
        return {
            "pulled": {
                system: {stream: [s.new, s.changed, s.same] for stream, s in totals.streams.items()}
                for system, totals in self.pulls.items()
            },
            "unknown": {system: dict(totals.unknown) for system, totals in self.pulls.items() if totals.unknown},
            "scored": self.rescored.scored,
            "score_orders": self.draft.score_orders,
            "task_orders": self.draft.task_orders,
            "changed_scores": self.draft.changed_scores,
            "written": {system: totals.applied for system, totals in self.pushes.items()},
            "tasks": {system: totals.tasks_made for system, totals in self.pushes.items()},
            "rejected": {system: totals.reasons for system, totals in self.pushes.items() if totals.reasons},
            "errors": {system: type(error).__name__ for system, error in self.errors.items()},
            "wrote": self.wrote,
        }


@dataclass(frozen=True)
class Cycle:
    """Everything a cycle needs. `between` is called between pages and batches and may raise `Stopped`."""

    connectors: Mapping[str, Connector]
    store: Store
    engine: Engine  # weighs pairs of records
    scorer: Scorer
    scoring: Scoring
    policy: Policy  # `systems` and `writable` are filled in here
    clock: Clock
    sleep: Sleep
    between: Callable[[], None]
    reporter: Reporter
    unavailable: Mapping[str, VendorError] = field(default_factory=dict)  # found so before the cycle began

    def run(self, order: Order) -> CycleResult:
        with self.store.begin() as unit:
            result = CycleResult(unit.start_run(order.job, int(self.clock())), int(self.clock()))
        try:
            if order.pull:
                self._pull(result, order.full)
            self._understand(result)
            if order.write or order.draft:
                self._plan_and_push(result, order)
        except Stopped:
            result.state = "stopped"
            raise
        except BaseException:  # Ctrl-C too: it did not come to its end
            result.state = "failed"
            raise
        finally:
            result.finished_at = int(self.clock())
            with self.store.begin() as unit:
                if result.idle and not order.pull:
                    unit.drop_run(result.run_id)  # once a minute, and nothing to tell
                else:
                    unit.finish_run(result.run_id, result.finished_at, result.state, result.summary())
        return result

    def _pull(self, result: CycleResult, full: bool) -> None:
        for system, connector in self.connectors.items():
            self.reporter.phase(f"pull {system}")
            if system in self.unavailable:
                self._failed(result, system, self.unavailable[system])
                continue
            try:
                result.pulls[system] = pull(connector, self.store, self.clock, self.between, self.reporter.pulled, full)
            except VendorError as error:
                self._failed(result, system, error)

    def _understand(self, result: CycleResult) -> None:
        self.reporter.phase("resolve")
        join_companies(self.store, self.between)
        result.resolved = resolve(self.store, self.engine, self.clock, self.between)
        self.reporter.phase("score")
        with self.store.reading() as unit:
            scoring = bind(self.scoring, self.policy.playbook.domains, unit)  # the pull may have brought new users
        result.rescored = rescore(self.store, self.scorer, scoring, self.clock, self.between)
        with self.store.begin() as unit:
            note_model_change(unit, self.scoring.version, int(self.clock()))
        answer_verdicts(self.store, self.scoring, self.between)
        watch_sla(self.store, self.clock, self.policy)
        count_stale(self.store, int(self.clock()), self.scoring.timezone)

    def _plan_and_push(self, result: CycleResult, order: Order) -> None:
        self.reporter.phase("plan")
        policy = self._policy(result, order.write)
        if order.write and not policy.writable:
            return  # everybody stays due
        now = int(self.clock())
        result.draft = plan.make_draft(self.store, policy, now, self.between)
        result.over_brake = plan.braked(self.store, result.draft, order.brake)
        if not order.write:
            return
        if order.unattended and result.over_brake:
            self._hold(result)
            return
        plan.commit(self.store, result.draft, result.run_id, now, self.between)
        with self.store.begin() as unit:
            unit.set_fact("held_run", None)
        result.wrote = True
        self._push(result, policy)

    def _policy(self, result: CycleResult, write: bool) -> Policy:
        """Under a plan every field counts as writable: the plan works before `provision`. Under an apply a system
        that cannot be written now is left out of `writable`, and its people wait."""
        if not write:
            everything = frozenset(field.name for field in FIELDS if field.written)
            systems = tuple(self.connectors)
            return replace(self.policy, systems=systems, writable=dict.fromkeys(systems, everything))
        reachable = {
            system: connector
            for system, connector in self.connectors.items()
            if system not in self.unavailable and not isinstance(result.errors.get(system), AccessRefused)
        }
        writable: dict[str, frozenset[str]] = {}
        for system, connector in reachable.items():
            try:
                writable |= plan.writable_fields({system: connector})
            except VendorError as error:
                self._failed(result, system, error)
        for system in plan.lacking(writable):
            del writable[system]
            self._failed(result, system, _not_provisioned(system))
        policy = replace(self.policy, systems=tuple(self.connectors), writable=writable)
        plan.notice_new_policy(self.store, policy)
        return policy

    def _hold(self, result: CycleResult) -> None:
        """The first held run keeps its number until an admin answers, however many cycles go by."""
        result.state = "held"
        with self.store.begin() as unit:
            result.newly_held = unit.fact("held_run") is None
            if result.newly_held:
                unit.set_fact("held_run", str(result.run_id))

    def _push(self, result: CycleResult, policy: Policy) -> None:
        """Salesforce first: HubSpot is told after its acknowledgement."""
        for system in sorted(policy.writable, key=lambda name: name != SALESFORCE):
            self.reporter.phase(f"push {system}")
            totals = result.pushes.setdefault(system, PushTotals())
            pusher = Pusher(
                self.connectors[system],
                self.store,
                self.clock,
                self.sleep,
                self.between,
                self.scoring.language,
                self.reporter.pushed,
            )
            try:
                pusher.scores(totals)
                pusher.tasks(totals)
            except VendorError as error:
                self._failed(result, system, error)

    def _failed(self, result: CycleResult, system: str, error: LeadsyncError) -> None:
        result.errors.setdefault(system, error)
        self.reporter.failed(system, error)


def _not_provisioned(system: str) -> LeadsyncError:
    return LeadsyncError(
        Text(
            f"{system}: our fields are missing, or these credentials may not edit them; nothing was written to it. "
            "Run `leadsync provision`; `leadsync doctor` shows what is missing",
            f"{system}: 書き込み先の項目がないか、編集する権限がないため、書き込みませんでした。"
            "`leadsync provision` を実行してください。不足しているものは `leadsync doctor` で確認できます",
        )
    )
