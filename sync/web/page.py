"""What the status page shows, gathered in one consistent view of the store. Counts and vendor ids, no personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

from sqlalchemy import func, select

from sync.core.fields import BANDS, SLA_STATES, VERDICTS
from sync.core.text import Text
from sync.jobs.model_approval import NOTICE_CODE, scored_by_another
from sync.jobs.stale import WeekFigure, trend
from sync.ports import Clock
from sync.repository import NoticeRow, Run
from sync.store import tables as t
from sync.store.database import SqlStore, SqlUnit
from sync.store.status import Census, Rejected
from sync.telemetry import Telemetry, mask

_RUNS_READ = 100
_RUNS_SHOWN = 10
_REJECTED_SHOWN = 50
_VERDICTS_SECONDS = 90 * 86_400
_WAITING = ("pending", "sending")
_PEOPLE = ("contacts", "leads")


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. `finished_at` is None while it runs."""

    id: int
    job: str
    state: str
    started_at: int
    finished_at: int | None
    read: int = 0
    changed: int = 0  # of those read, new or different from before
    scored: int = 0
    written: int = 0
    tasks: int = 0
    rejected: int = 0
    changed_scores: int = 0  # planned changes of scores a CRM already has
    task_orders: int = 0  # planned tasks
    errors: tuple[tuple[str, str], ...] = ()  # (system, error class)
    systems: tuple[str, ...] = ()  # those it read, or failed on

    @property
    def eventful(self) -> bool:
        moved = self.changed or self.written or self.tasks or self.rejected or self.errors
        return bool(moved) or self.state != "done"


@dataclass(frozen=True, slots=True)
class NextRun:
    job: str
    at: float


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream and when it was last read to its end. `skipped`: the account does not grant it."""

    system: str
    stream: str
    updated_at: int
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class CrmCard:
    """One CRM. `quota`: (used, limit) of the day as the vendor counts all applications; None before the first call."""

    system: str
    quota: tuple[int, int] | None
    calls_24h: int
    pending: int
    sending: int
    rejected: int
    oldest_at: int | None  # when the oldest waiting order was made
    people: int
    last_read_at: int | None
    error: str = ""  # class of the error of its last run

    @property
    def quota_left(self) -> int | None:
        return None if self.quota is None else max(0, self.quota[1] - self.quota[0])

    @property
    def quota_percent(self) -> int:
        return 0 if not self.quota or not self.quota[1] else min(100, round(100 * self.quota[0] / self.quota[1]))


@dataclass(frozen=True, slots=True)
class RejectedLine:
    system: str
    object: str
    vendor_id: str
    kind: str
    code: str
    detail: str
    at: int | None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    system: str
    code: str
    subject: str
    text: Text
    first_at: int
    last_at: int

    @property
    def needs_attention(self) -> bool:
        """A model waits for a sign-off, and another one scores meanwhile."""
        return self.code == NOTICE_CODE


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Everything on the page. Times are epoch seconds, UTC; words are chosen when it is shown."""

    now: float
    language: str
    timezone: str
    version: str
    write_mode: str
    paused_at: int | None
    held: RunLine | None
    people: int
    bands: tuple[tuple[str, int], ...]
    crms: tuple[CrmCard, ...]
    streams: tuple[StreamLine, ...]
    runs: tuple[RunLine, ...]
    next_runs: tuple[NextRun, ...]
    job_errors: tuple[tuple[str, str], ...]  # (job, error class) of jobs that have not ended well since
    tasks: tuple[tuple[str, int], ...]
    sla: tuple[tuple[str, int], ...]
    rejected: tuple[RejectedLine, ...]
    rejected_total: int
    notices: tuple[NoticeLine, ...]
    review_waiting: int = 0  # pairs of records that people are asked about
    verdicts: tuple[tuple[str, int], ...] = ()  # salespeople's last words on scores, of the last 90 days
    stale: tuple[WeekFigure, ...] = ()  # stale leads by week, the newest last
    other_model: tuple[str, str] | None = None  # the versions that people are scored by and that the CRMs have

    @property
    def other_model_text(self) -> Text | None:
        if self.other_model is None:
            return None
        scored, applied = self.other_model
        return Text(
            f"These bands are by model {scored}; the CRMs still have the scores of {applied}.",
            f"この区分はモデル {scored} によるものです。CRM のスコアは {applied} のままです。",
        )

    @property
    def health(self) -> str:
        """paused, attention, starting or ok."""
        if self.paused_at is not None:
            return "paused"
        if self.held or self.job_errors or any(crm.error for crm in self.crms):
            return "attention"
        if any(stream.skipped and stream.stream in _PEOPLE for stream in self.streams):
            return "attention"  # without its people a CRM is of no use
        if any(notice.needs_attention for notice in self.notices):
            return "attention"
        ended = [run for run in self.runs if run.state != "running"]
        if ended and ended[0].state == "failed":
            return "attention"
        return "ok" if ended else "starting"


def gather(
    store: SqlStore,
    telemetry: Telemetry,
    next_runs: Mapping[str, float],
    *,
    language: str,
    write_mode: str,
    timezone: str,
    version: str,
    now: float,
    systems: Iterable[str] = (),
    job_errors: Mapping[str, str] | None = None,
) -> StatusPage:
    """Reads the store in one view. `systems` are shown even before their first record; `job_errors`: job -> class."""
    with store.reading() as unit:
        census = unit.census()
        runs = [_run_line(run) for run in unit.runs(_RUNS_READ)]
        paused, held = unit.fact("paused"), unit.fact("held_run")
        held_run = unit.run(int(held)) if held else None
        rejected, notices = unit.rejected(_REJECTED_SHOWN), unit.notice_rows()
        oldest, waiting = _oldest_waiting(unit), unit.count_review_pairs()
        verdicts, stale = unit.verdict_counts(int(now) - _VERDICTS_SECONDS), trend(unit, int(now), timezone)
        other_model = scored_by_another(unit, int(now))
    streams = _streams(census, notices)
    return StatusPage(
        now=now,
        language=language,
        timezone=timezone,
        version=version,
        write_mode=write_mode,
        paused_at=_since(paused, now),
        held=_run_line(held_run) if held_run else None,
        people=census.people,
        bands=tuple((band, census.bands.get(band, 0)) for band, _ in BANDS),
        crms=_cards({*systems, *_known_systems(census, telemetry)}, census, telemetry, runs, streams, oldest),
        streams=streams,
        runs=_worth_showing(runs),
        next_runs=tuple(NextRun(job, at) for job, at in sorted(next_runs.items(), key=lambda item: item[1])),
        job_errors=tuple(sorted((job_errors or {}).items())),
        tasks=tuple(
            (state, census.tasks[state])
            for state in ("made", "ordered", "queued", "failed", "none")
            if census.tasks.get(state)
        ),
        sla=tuple((state, census.sla.get(state, 0)) for state, _ in SLA_STATES if state != "none"),
        rejected=tuple(_rejected_line(row) for row in rejected),
        rejected_total=sum(states.get("rejected", 0) for states in census.outbox.values()),
        notices=tuple(_notice_line(row) for row in notices),
        review_waiting=waiting,
        verdicts=tuple((verdict, verdicts[verdict]) for verdict, _ in VERDICTS if verdicts.get(verdict)),
        stale=stale,
        other_model=other_model,
    )


class Recent:
    """Answers with a page at most `seconds` old, so that open browsers do not each read a large store. A page that
    took long to make is kept twenty times as long: reading then never takes more than a twentieth of the time."""

    def __init__(self, make: Callable[[], StatusPage], clock: Clock, seconds: float = 5.0) -> None:
        self._make, self._clock, self._seconds = make, clock, seconds
        self._lock = Lock()
        self._page: StatusPage | None = None
        self._until = 0.0

    def __call__(self) -> StatusPage:
        with self._lock:
            began = self._clock()
            if self._page is None or not began <= self._until:
                self._page = self._make()
                took = self._clock() - began
                self._until = began + max(self._seconds, 20 * took)
            return self._page


def as_document(page: StatusPage, language: str) -> dict[str, Any]:
    """The page as plain JSON values, texts in one language."""
    document = asdict(page)
    document["health"] = page.health
    document["bands"] = dict(page.bands)
    document["tasks"] = dict(page.tasks)
    document["sla"] = dict(page.sla)
    document["verdicts"] = dict(page.verdicts)
    document["job_errors"] = dict(page.job_errors)
    document["notices"] = [{**asdict(notice), "text": notice.text.to(language)} for notice in page.notices]
    for shown, run in zip(document["runs"], page.runs, strict=True):
        shown["errors"] = dict(run.errors)
    return document


def _run_line(run: Run) -> RunLine:
    summary = run.summary
    streams = [counts for of_system in summary.get("pulled", {}).values() for counts in of_system.values()]
    return RunLine(
        id=run.id,
        job=run.job,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        read=sum(sum(counts) for counts in streams),
        changed=sum(new + changed for new, changed, _ in streams),
        scored=int(summary.get("scored", 0)),
        written=sum(summary.get("written", {}).values()),
        tasks=sum(summary.get("tasks", {}).values()),
        rejected=sum(sum(reasons.values()) for reasons in summary.get("rejected", {}).values()),
        changed_scores=int(summary.get("changed_scores", 0)),
        task_orders=int(summary.get("task_orders", 0)),
        errors=tuple(sorted(summary.get("errors", {}).items())),
        systems=tuple(sorted({*summary.get("pulled", {}), *summary.get("errors", {})})),
    )


def _worth_showing(runs: list[RunLine]) -> tuple[RunLine, ...]:
    """The newest run and those in which something happened: an idle night would push out the day."""
    return tuple(run for place, run in enumerate(runs) if place == 0 or run.eventful)[:_RUNS_SHOWN]


def _known_systems(census: Census, telemetry: Telemetry) -> set[str]:
    of_records = {name.split(" ")[0] for name in (*census.records, *census.cursors)}
    return of_records | set(census.outbox) | set(telemetry.quotas())


def _cards(
    systems: set[str],
    census: Census,
    telemetry: Telemetry,
    runs: list[RunLine],
    streams: tuple[StreamLine, ...],
    oldest: Mapping[str, int],
) -> tuple[CrmCard, ...]:
    quotas = telemetry.quotas()
    return tuple(
        CrmCard(
            system=system,
            quota=quotas.get(system),
            calls_24h=telemetry.used_today(system),
            pending=census.outbox.get(system, {}).get("pending", 0),
            sending=census.outbox.get(system, {}).get("sending", 0),
            rejected=census.outbox.get(system, {}).get("rejected", 0),
            oldest_at=oldest.get(system),
            people=sum(census.records.get(f"{system} {object}", 0) for object in ("contact", "lead")),
            last_read_at=max((line.updated_at for line in streams if line.system == system), default=None),
            error=_last_error(system, runs),
        )
        for system in sorted(systems)
    )


def _last_error(system: str, runs: list[RunLine]) -> str:
    """Of the newest finished run that had to do with this system: one that went well ends the matter."""
    ended = next((run for run in runs if run.state != "running" and system in run.systems), None)
    return dict(ended.errors).get(system, "") if ended else ""


def _streams(census: Census, notices: list[NoticeRow]) -> tuple[StreamLine, ...]:
    missing = {(row.system, row.subject) for row in notices if row.code == "feature_missing"}
    named = [(*name.partition(" ")[::2], at) for name, at in census.cursors.items()]
    return tuple(StreamLine(system, stream, at, (system, stream) in missing) for system, stream, at in sorted(named))


def _oldest_waiting(unit: SqlUnit) -> dict[str, int]:
    """System -> when the run began that made the oldest order still waiting."""
    query = (
        select(t.outbox.c.system, func.min(t.runs.c.started_at))
        .join(t.runs, t.runs.c.id == t.outbox.c.run_id)
        .where(t.outbox.c.state.in_(_WAITING))
        .group_by(t.outbox.c.system)
    )
    return {system: int(at) for system, at in unit.connection.execute(query)}


def _since(paused: str | None, now: float) -> int | None:
    if paused is None:
        return None
    return int(paused) if paused.isdigit() else int(now)


def _rejected_line(row: Rejected) -> RejectedLine:
    code, _, detail = row.reason.partition(":")
    return RejectedLine(
        row.system, row.object, row.vendor_id, row.kind, mask(code.strip()), mask(detail.strip()), row.at
    )


def _notice_line(row: NoticeRow) -> NoticeLine:
    text = Text(en=mask(row.text_en), ja=mask(row.text_ja))
    return NoticeLine(row.system, row.code, row.subject, text, row.first_at, row.last_at)
