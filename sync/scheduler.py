"""The daemon's clockwork: APScheduler 3 with its options stated, listeners, an orderly stop."""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from apscheduler.events import (  # type: ignore[import-untyped]
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from apscheduler.executors.base import BaseExecutor, run_job  # type: ignore[import-untyped]
from apscheduler.job import Job as ScheduledJob  # type: ignore[import-untyped]
from apscheduler.jobstores.memory import MemoryJobStore  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from sync.errors import Stopped
from sync.ports import Clock

WORK = "work"  # one thread: what reads from or writes to the CRMs never overlaps
SIDE = "side"  # one more thread: short jobs that must not wait for a long pull

OnError = Callable[[str, BaseException], None]  # job id, error
OnMissed = Callable[[str, str], None]  # job id, "late" or "still running"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the job table: either every `seconds` or daily `at` "HH:MM" of the scheduler's time zone.

    `run` is called without arguments; it may raise `Stopped` to end early. `jitter` spreads starts by up to so many
    seconds. `grace`: seconds a start may be late and still happen; None: however late. `first`: start at once.
    `side`: runs beside the others instead of in turn with them.
    """

    id: str
    run: Callable[[], None]
    seconds: int | float | None = None
    at: str = ""
    jitter: int = 0
    grace: int | None = None
    first: bool = False
    side: bool = False


@dataclass(frozen=True, slots=True)
class JobError:
    """The last error of a job that has not ended well since. Only the class: texts may quote a vendor."""

    kind: str
    at: float  # epoch seconds, UTC


def build(
    jobs: Sequence[Job],
    timezone: str,
    now: Clock,
    on_error: OnError | None = None,
    on_missed: OnMissed | None = None,
    stop: threading.Event | None = None,
) -> Daemon:
    """A daemon that has not started yet. `stop` is set when it is told to stop; jobs look at it between pages."""
    executors = {WORK: OneThread(), SIDE: OneThread()}
    # Its warnings say what our listeners say, once per skipped start; errors of its own still come through.
    logger = logging.getLogger(f"{__name__}.apscheduler")
    logger.setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        # Nothing is kept over a restart: the table is built anew, and a stored job would be a pickled function.
        jobstores={"default": MemoryJobStore()},
        executors=executors,
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        timezone=ZoneInfo(timezone),
        logger=logger,
    )
    for job in jobs:
        _add(scheduler, job, ZoneInfo(timezone), now)
    return Daemon(scheduler, executors, now, on_error, on_missed, stop or threading.Event())


class Daemon:
    """The running clockwork. Safe to be asked from other threads."""

    def __init__(
        self,
        scheduler: BackgroundScheduler,
        executors: Mapping[str, OneThread],
        now: Clock,
        on_error: OnError | None,
        on_missed: OnMissed | None,
        stop: threading.Event,
    ) -> None:
        self.stopping = stop
        self._scheduler, self._executors, self._now = scheduler, executors, now
        self._on_error, self._on_missed = on_error, on_missed
        self._lock = threading.Lock()
        self._errors: dict[str, JobError] = {}
        self._told_missed: set[str] = set()
        scheduler.add_listener(self._executed, EVENT_JOB_EXECUTED)
        scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        scheduler.add_listener(self._missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    @property
    def last_errors(self) -> dict[str, JobError]:
        """Job id -> its error, for jobs that have not ended well since."""
        with self._lock:
            return dict(self._errors)

    def start(self) -> None:
        self._scheduler.start()

    def next_runs(self) -> dict[str, float]:
        """Job id -> epoch seconds of the next start."""
        if self.stopping.is_set():
            return {}
        # Until the scheduler starts, a job has no next run.
        found = {job.id: getattr(job, "next_run_time", None) for job in self._scheduler.get_jobs()}
        return {id: at.timestamp() for id, at in found.items() if at is not None}

    def stop(self, timeout: float = 10.0) -> bool:
        """Starts no more jobs, asks the running ones to end after their page or batch, and waits for them.

        Returns False when one was still running after `timeout` seconds. Its thread then ends with the process, which
        is safe at any point: every step is one transaction.
        """
        deadline = time.monotonic() + timeout
        self.stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        # A list, so that each is waited for even if an earlier one ran out of time.
        ended = [executor.join(max(0.0, deadline - time.monotonic())) for executor in self._executors.values()]
        return all(ended)

    def _executed(self, event: JobExecutionEvent) -> None:
        with self._lock:
            self._errors.pop(event.job_id, None)
            self._told_missed.discard(event.job_id)

    def _failed(self, event: JobExecutionEvent) -> None:
        error = event.exception
        with self._lock:
            self._errors[event.job_id] = JobError(type(error).__name__, self._now())
            self._told_missed.discard(event.job_id)
        _log.error("job failed", job=event.job_id, error=type(error).__name__, where=_where(error))
        if self._on_error:
            self._on_error(event.job_id, error)

    def _missed(self, event: JobExecutionEvent | JobSubmissionEvent) -> None:
        """Told once until the job runs again: a long first pull would otherwise fill the log every minute."""
        with self._lock:
            if event.job_id in self._told_missed:
                return
            self._told_missed.add(event.job_id)
        why = "late" if event.code == EVENT_JOB_MISSED else "still running"
        _log.warning("job skipped", job=event.job_id, why=why)
        if self._on_missed:
            self._on_missed(event.job_id, why)


class OneThread(BaseExecutor):  # type: ignore[misc]  # apscheduler has no types
    """Runs jobs one after the other in a daemon thread.

    APScheduler's own pool would hold up the end of the process until a job that hangs in a vendor's read timeout is
    done; and it would log an error's text and traceback, which our listener must not.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: queue.SimpleQueue[tuple[ScheduledJob, list[datetime]] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="leadsync-jobs", daemon=True)
        self._quiet = logging.getLogger(f"{__name__}.executor")
        self._quiet.disabled = True

    def start(self, scheduler: BackgroundScheduler, alias: str) -> None:
        super().start(scheduler, alias)
        self._logger = self._quiet
        self._thread.start()

    def shutdown(self, wait: bool = True) -> None:
        self._stopped.set()
        self._waiting.put(None)
        if wait:
            self._thread.join()

    def join(self, timeout: float) -> bool:
        """True when the thread has ended (or never begun)."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _do_submit_job(self, job: ScheduledJob, run_times: list[datetime]) -> None:
        self._waiting.put((job, run_times))

    def _work(self) -> None:
        while (order := self._waiting.get()) is not None:
            if self._stopped.is_set():
                return
            job, run_times = order
            events = run_job(job, job._jobstore_alias, run_times, self._quiet.name)
            self._run_job_success(job.id, events)


def _add(scheduler: BackgroundScheduler, job: Job, zone: ZoneInfo, now: Clock) -> None:
    if (job.seconds is None) == (not job.at):
        raise ValueError(f"job {job.id} needs either `seconds` or `at`")
    # Left out, APScheduler asks the trigger for the first time; None would add the job as paused.
    first = {"next_run_time": datetime.fromtimestamp(now(), UTC)} if job.first else {}
    scheduler.add_job(
        _until_stopped(job.run),
        trigger_of(job, zone),
        id=job.id,
        name=job.id,
        executor=SIDE if job.side else WORK,
        misfire_grace_time=job.grace,
        max_instances=1,
        coalesce=True,
        **first,
    )


def trigger_of(job: Job, zone: ZoneInfo) -> IntervalTrigger | CronTrigger:
    jitter = job.jitter or None
    if job.seconds is not None:
        return IntervalTrigger(seconds=job.seconds, timezone=zone, jitter=jitter)
    hour, _, minute = job.at.partition(":")
    return CronTrigger(hour=int(hour), minute=int(minute), timezone=zone, jitter=jitter)


def _until_stopped(run: Callable[[], None]) -> Callable[[], None]:
    """An orderly stop is no failure of the job."""

    def job() -> None:
        try:
            run()
        except Stopped:
            return

    return job


def _where(error: BaseException) -> str:
    """Last line of our code that the error passed, as file:line."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or list(frames)
    return "/".join(ours[-1].filename.split("/")[-3:]) + f":{ours[-1].lineno}" if ours else ""
