"""The daemon: the job table, the status page, an orderly start and stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import IO

import structlog

from sync import scheduler
from sync.bootstrap import Service
from sync.errors import ConfigError, LeadsyncError
from sync.identity.survivorship import full_name
from sync.jobs.cycle import CycleResult, Order
from sync.jobs.decide import judge_pair
from sync.jobs.review_pairs import review
from sync.scheduler import Daemon, Job, JobError
from sync.store.lease import Busy
from sync.telemetry import Availability, configure_logging, run_context
from sync.web.app import create_app
from sync.web.page import Recent, StatusPage, gather
from sync.web.review import Desk
from sync.web.server import WebServer, is_loopback

STOP_SECONDS = 10
_log = structlog.get_logger(__name__)


class LogReporter:
    """A `sync.jobs.cycle.Reporter` that logs state changes, not every page: unavailable once, recovered once."""

    def __init__(self, availability: Availability) -> None:
        self._availability = availability
        self.down: set[str] = set()

    def phase(self, name: str) -> None:
        _log.debug("phase", phase=name)

    def pulled(self, system: str, stream: str, records: int) -> None:
        pass

    def pushed(self, system: str, orders: int) -> None:
        pass

    def failed(self, system: str, error: LeadsyncError) -> None:
        self.down.add(system)
        if self._availability.failed(system, type(error).__name__):
            _log.warning("unavailable", system=system, error=type(error).__name__, text=error.text.en)


class Jobs:
    """What the scheduler runs. Cycles never overlap: they share one thread and the store's lease."""

    def __init__(
        self,
        service: Service,
        ended: Callable[[CycleResult], None] | None = None,
        refused: Callable[[ConfigError], None] | None = None,
    ) -> None:
        self._service = service
        self._ended = ended
        self._refused = refused
        self._availability = Availability()

    def table(self) -> list[Job]:
        schedule = self._service.settings.schedule
        return [
            Job(
                "cycle",
                self.cycle,
                seconds=schedule.pull_seconds,
                jitter=min(10, schedule.pull_seconds // 10),
                first=True,
            ),
            Job("push", self.push, seconds=schedule.push_seconds),
            Job("sla", self.push, seconds=schedule.sla_seconds),
            Job("rescore", self.push, at=schedule.rescore_at.strftime("%H:%M")),
            Job("reconcile", self.reconcile, at=schedule.reconcile_at.strftime("%H:%M")),
        ]

    def cycle(self) -> None:
        """Pull, resolve, score, plan, push."""
        self._run(self._order("cycle"))

    def reconcile(self) -> None:
        """Everything is read anew; what is gone is retired."""
        self._run(replace(self._order("reconcile"), full=True))

    def push(self) -> None:
        """Rescores who is due, watches the SLA, and sends what waits, without reading the CRMs."""
        self._run(replace(self._order("push"), pull=False))

    def _order(self, job: str) -> Order:
        writes = self._service.writes
        return Order(write=writes, job=job, draft=writes, brake=self._service.brake, unattended=True)

    def _run(self, order: Order) -> None:
        reporter = LogReporter(self._availability)
        try:
            result = self._service.cycle(order, reporter)
        except Busy:
            _log.info("another process works on this store", job=order.job)
            return
        except ConfigError as error:
            _log.error("refused to go on", job=order.job, error=type(error).__name__, text=error.text.en)
            if self._refused:
                self._refused(error)
            return
        self._recovered(result, reporter)
        self._tell()
        self._service.telemetry.observe_cycle(result, order.job)
        with self._service.store.reading() as unit:
            self._service.telemetry.observe_census(unit.census())
        _log_result(order.job, result)
        if self._ended:
            self._ended(result)

    def _tell(self) -> None:
        """What became due in the cycle goes out at once; a channel that fails is tried again with the next one."""
        totals = self._service.tell()
        if totals.sent or totals.expired:
            _log.info("notices", sent=totals.sent, waiting=totals.waiting, expired=totals.expired)

    def _recovered(self, result: CycleResult, reporter: LogReporter) -> None:
        for system in result.pulls:
            if system not in reporter.down and self._availability.recovered(system):
                _log.info("recovered", system=system)


def run(
    service: Service,
    greeting: Callable[[str], None] | None = None,
    ended: Callable[[CycleResult], None] | None = None,
    log: IO[str] | None = None,
) -> int:
    """Runs until SIGTERM or Ctrl-C; the page or batch in hand is finished, at most ten seconds. Raises the
    `ConfigError` of a model that may not be used, or that a job met: going on would only repeat it.

    `greeting` is called once with the status page's address, `ended` after each cycle; logs go to `log` or
    standard error.
    """
    configure_logging("info", log)
    service.take_up_model()
    _ = service.sound_model
    _ = service.channels  # a wrong address is told at once, not at the first hot lead
    done = threading.Event()
    refusals: list[ConfigError] = []

    def refuse(error: ConfigError) -> None:
        refusals.append(error)
        done.set()

    jobs = Jobs(service, ended, refuse).table()
    daemon = scheduler.build(jobs, service.settings.timezone, service.clock, stop=service.stop)
    web = _web(service, daemon)
    previous = {name: signal.signal(name, lambda *_: done.set()) for name in (signal.SIGTERM, signal.SIGINT)}
    _remember(service)
    try:
        web.start()
        daemon.start()
        _log.info("started", write_mode=service.settings.write_mode, systems=sorted(service.connectors), page=web.url)
        if greeting:
            greeting(web.url)
        done.wait()
        _log.info("stopping")
        orderly = daemon.stop(STOP_SECONDS - 1)
    finally:
        for name, handler in previous.items():
            signal.signal(name, handler)
        web.stop()
    _log.info("stopped", orderly=orderly)
    if refusals:
        raise refusals[0]
    return 0


def _remember(service: Service) -> None:
    """What the metrics knew before the restart."""
    with service.store.reading() as unit:
        last = unit.last_run("cycle", ("done",))
        service.telemetry.observe_census(unit.census())
    if last and last.finished_at:
        service.telemetry.succeeded("cycle", last.finished_at)


def status_page(
    service: Service, next_runs: Mapping[str, float], job_errors: Mapping[str, JobError] | None = None
) -> StatusPage:
    settings = service.settings
    return gather(
        service.store,
        service.telemetry,
        next_runs,
        language=settings.language,
        write_mode=settings.write_mode,
        timezone=settings.timezone,
        version=version("leadsync"),
        now=service.clock(),
        systems=tuple(service.connectors),
        job_errors={job: error.kind for job, error in (job_errors or {}).items()},
    )


def _web(service: Service, daemon: Daemon) -> WebServer:
    http = service.settings.http
    app = create_app(
        status=Recent(lambda: status_page(service, daemon.next_runs(), daemon.last_errors), service.clock),
        metrics=service.telemetry.render,
        ready=lambda: _ready(service),
        token=http.token.get_secret_value() if http.token else "",
        language=service.settings.language,
        loopback=is_loopback(http.host),
        review=_desk(service),
    )
    return WebServer(app, http.host, http.port)


def _desk(service: Service) -> Desk:
    """The review page's way to the store. A decision is put down at once; the next run acts on it."""
    store = service.store

    def waiting() -> int:
        with store.reading() as unit:
            return unit.count_review_pairs()

    def names(pair: tuple[int, int]) -> tuple[str, str] | None:
        with store.reading() as unit:
            found = unit.records(list(pair))
        return (full_name(found[pair[0]].record), full_name(found[pair[1]].record)) if len(found) == 2 else None

    return Desk(
        questions=lambda limit, after: review(
            store, service.scoring, int(service.clock()), limit, after, service.engine.model
        ),
        waiting=waiting,
        judge=lambda pair, verdict: judge_pair(store, pair, verdict, "review page", int(service.clock())),
        names=names,
        clock=service.clock,
        timezone=service.settings.timezone,
    )


def _ready(service: Service) -> tuple[bool, str]:
    """Ready: the store answers with the expected schema, and no cycle is overdue by more than three intervals."""
    if not service.store.ready():
        return False, "store"
    with service.store.reading() as unit:
        last = unit.last_run("cycle", ("done", "held"))
    limit = max(600, 3 * service.settings.schedule.pull_seconds)
    if last and last.finished_at and service.clock() - last.finished_at > limit:
        return False, "no cycle ended well lately"
    return True, "ok"


def _log_result(job: str, result: CycleResult) -> None:
    with run_context(result.run_id):
        moved = any(saved.new or saved.changed for pull in result.pulls.values() for saved in pull.streams.values())
        wrote = any(totals.applied or totals.tasks_made for totals in result.pushes.values())
        if moved or wrote or result.errors or result.newly_held:
            _log.info("run ended", job=job, state=result.state, **result.summary())
        for notice in result.notices:
            _log.warning("notice", system=notice.system, code=notice.code, what=notice.subject, text=notice.text.en)
