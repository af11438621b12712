"""Structured logs, redaction, metrics, and "unavailable once, recovered once"."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import IO, Any, Protocol

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from sync.core.fields import BANDS, SLA_STATES
from sync.ports import Clock

# --- logs ----------------------------------------------------------------------------------------------------------

_OURS = ("sync", "connectors", "config", "__main__")


def configure_logging(level: str = "info", stream: IO[str] | None = None) -> None:
    """One JSON object per line on `stream` (default: standard error): ours from `level` on, libraries from warning on.

    Both go through the same redaction. May be called again; the last call counts.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    handler = _Handler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.StackInfoRenderer(),
                structlog.processors.format_exc_info,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:-1],
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _install(handler, level)


def run_context(run_id: int | str) -> AbstractContextManager[None]:
    """Within it every log line of this thread carries `run_id`."""
    return structlog.contextvars.bound_contextvars(run_id=run_id)


class _Handler(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        # The standard library would print the raw message and its arguments, past the redaction.
        try:
            self.stream.write(json.dumps({"level": "error", "event": "log line lost", "logger": record.name}) + "\n")
        except (OSError, ValueError):  # the stream itself is closed or broken: nobody is left to tell
            return


def _install(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)


# --- redaction -----------------------------------------------------------------------------------------------------

_LONGEST = 32_000  # characters of one text that are looked at; the rest is cut off

# Compared without case, "_" and "-".
_DROPPED_KEYS = frozenset(
    "email emails mail otheremails name firstname lastname fullname displayname personname companyname phone phones "
    "mobile mobilephone fax address street zip subject title talktrack reasons payload body data headers cookie "
    "cookies authorization token tokens secret password passwd privatekey assertion credentials properties params "
    "parameters".split()
)
_DROPPED_ENDINGS = ("email", "phone", "token", "secret", "password", "firstname", "lastname")
# Long and random by nature, and of use to the reader.
_IDENTIFIERS = frozenset(("requestid", "correlationid", "version", "modelversion", "personkey", "taskkey", "digest"))

_KEY_VALUE = r"""["']?\s*[:=]\s*(?:"[^"\n]*"|'[^'\n]*'|"""
_MASKS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"(?s)-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", "[key]"),
        # SQLAlchemy and PostgreSQL quote the row they stumbled over.
        (r"(?s)\[parameters: .*?\](?=\s*(?:\n|\(Background|$))", "[parameters]"),
        (r"DETAIL:[^\n]*", "DETAIL: [redacted]"),
        (r"://[^\s/@]*:[^\s/@]*@", "://[redacted]@"),
        (r"(?i)\b(bearer)\s+[^\s,;\"']+", r"\1 [redacted]"),
        (r"(?i)\b(basic)\s+(?=[A-Za-z+/]*[0-9A-Z=])[A-Za-z0-9+/]{16,}=*", r"\1 [redacted]"),
        (
            r"(?i)\b((?:access|refresh|id|csrf|session)?_?token|client_?secret|secret|password|passwd|assertion|"
            r"authorization|private_?key|e-?mail|phone|mobile_?phone)" + _KEY_VALUE + r"[^\s,;&)\]}\"']+)",
            r"\1=[redacted]",
        ),
        # A name may hold spaces, so an unquoted one ends at the next separator.
        (r"(?i)\b((?:first|last|full|display|company|person)?_?name)" + _KEY_VALUE + r"[^,;&)\]}\n]+)", r"\1=[name]"),
        (r"[^\s@<>\"'=,;:()\[\]{}|/\\?&]{1,64}(?:@|%40)[^\s@<>\"'=,;:()\[\]{}|/\\?&%]+", "[email]"),
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", "[token]"),
        (r"\bpat-[A-Za-z0-9-]{6,}", "[token]"),
        (r"\b00D[A-Za-z0-9]{9,15}![\w.]+", "[token]"),  # Salesforce session id
        (r"\b3MVG9[\w.]+", "[token]"),  # Salesforce consumer key
        (r"(?<![\w.])[+＋]\d[\d\s()./\-‐－ー]{7,20}\d(?!\w)", "[phone]"),
        (r"(?<![\w-])[(（]?[0０]\d{1,4}[)）\s\-‐－ー]{1,2}\d{1,4}[\s\-‐－ー]\d{3,4}(?![\w-])", "[phone]"),
        (r"(?<![\w.-])[0０]\d{9,10}(?![\w.])", "[phone]"),
        (r"(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])", "[phone]"),
    )
)
_LONG_WORD = re.compile(r"[A-Za-z0-9_+=-]{32,}")


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor: drops personal and secret keys, masks what looks like them elsewhere."""
    first = ("timestamp", "level", "event")
    ordered = [key for key in first if key in event] + [key for key in event if key not in first]
    return {key: event[key] if key == "timestamp" else _clean(key, event[key]) for key in ordered if not _secret(key)}


def mask(text: str) -> str:
    """The text without e-mail addresses, phone numbers, tokens and other secrets."""
    return _LONG_WORD.sub(_mask_random, _mask_known(text))


def _mask_known(text: str) -> str:
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    for pattern, replacement in _MASKS:
        cut = pattern.sub(replacement, cut)
    return cut


def _mask_random(found: re.Match[str]) -> str:
    word = found.group()
    random = any(c.isdigit() for c in word) and any(c.isalpha() for c in word)
    return "[secret]" if random else word


def _secret(key: str) -> bool:
    plain = _plain(key)
    return plain in _DROPPED_KEYS or plain.endswith(_DROPPED_ENDINGS)


def _plain(key: object) -> str:
    return str(key).lower().replace("_", "").replace("-", "")


def _clean(key: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {_mask_key(k): _clean(str(k), v) for k, v in value.items() if not _secret(str(k))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(key, item) for item in value]
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    text = f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else str(value)
    return _mask_known(text) if _plain(key) in _IDENTIFIERS else mask(text)


def _mask_key(key: object) -> str:
    return mask(str(key))


# --- availability --------------------------------------------------------------------------------------------------


class Availability:
    """Tells the first failure and the recovery, and keeps quiet in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: dict[str, set[str]] = {}

    def failed(self, system: str, code: str) -> bool:
        """True when this is news: the first failure, or one of another kind than before in this outage."""
        with self._lock:
            seen = self._failing.setdefault(system, set())
            news = code not in seen
            seen.add(code)
            return news

    def recovered(self, system: str) -> bool:
        """True when this ends an outage."""
        with self._lock:
            return self._failing.pop(system, None) is not None


# --- metrics -------------------------------------------------------------------------------------------------------


class SavedLike(Protocol):
    @property
    def new(self) -> int: ...
    @property
    def changed(self) -> int: ...
    @property
    def same(self) -> int: ...


class PulledLike(Protocol):
    @property
    def streams(self) -> Mapping[str, SavedLike]: ...


class PushedLike(Protocol):
    @property
    def applied(self) -> int: ...
    @property
    def retry(self) -> int: ...
    @property
    def rejected(self) -> int: ...
    @property
    def tasks_made(self) -> int: ...
    @property
    def tasks_completed(self) -> int: ...
    @property
    def tasks_rejected(self) -> int: ...
    @property
    def reasons(self) -> Mapping[str, int]: ...


class CycleLike(Protocol):
    """What is counted of a finished cycle; `sync.jobs.cycle.CycleResult` has this shape."""

    @property
    def started_at(self) -> int: ...
    @property
    def finished_at(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def pulls(self) -> Mapping[str, PulledLike]: ...
    @property
    def pushes(self) -> Mapping[str, PushedLike]: ...


class CensusLike(Protocol):
    """Counts of the store; `sync.store.status.Census` has this shape."""

    @property
    def bands(self) -> Mapping[str, int]: ...
    @property
    def outbox(self) -> Mapping[str, Mapping[str, int]]: ...
    @property
    def sla(self) -> Mapping[str, int]: ...
    @property
    def cursors(self) -> Mapping[str, int]: ...


Labels = tuple[str, ...]
_Kind = type[CounterMetricFamily] | type[GaugeMetricFamily]
# name -> (kind, help, labels)
_METRICS: dict[str, tuple[_Kind, str, Labels]] = {
    "leadsync_api_calls": (CounterMetricFamily, "Calls made to a CRM", ("system", "endpoint", "status")),
    "leadsync_api_quota_used": (GaugeMetricFamily, "Calls of the day as the CRM counts them, all users", ("system",)),
    "leadsync_api_quota_limit": (GaugeMetricFamily, "Calls a day that the account may make", ("system",)),
    "leadsync_records_pulled": (CounterMetricFamily, "Records read", ("system", "stream", "change")),
    "leadsync_writes": (CounterMetricFamily, "Answers to our writes", ("system", "kind", "result")),
    "leadsync_rejected": (CounterMetricFamily, "Writes that a CRM rejected, by its code", ("system", "reason")),
    "leadsync_people": (GaugeMetricFamily, "People by band", ("band",)),
    "leadsync_outbox_rows": (GaugeMetricFamily, "Orders in the outbox", ("system", "state")),
    "leadsync_sla": (GaugeMetricFamily, "Open hot episodes by state of their follow-up", ("state",)),
    "leadsync_runs": (CounterMetricFamily, "Finished runs", ("job", "state")),
    "leadsync_last_success_timestamp_seconds": (GaugeMetricFamily, "When a job last ended well", ("job",)),
    "leadsync_cursor_lag_seconds": (
        GaugeMetricFamily,
        "Seconds since a stream was last read to its end",
        ("system", "stream"),
    ),
}
_SECONDS_BUCKETS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14_400.0)
_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")
SUCCESS = "done"


class Telemetry(Collector):
    """Counts of this process; implements `sync.ports.Meter`. Thread safe.

    `used`: calls that leadsync made in the 24 hours before this process started, by system. They count for 24 hours
    more, as it is not known when in that time they were made: the guard of the quota errs on the safe side.
    """

    def __init__(self, clock: Clock, used: Mapping[str, int] | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._before = Counter(used or {})
        self._before_ends = clock() + 86_400
        self._by_hour: Counter[tuple[str, int]] = Counter()
        self._untaken: Counter[tuple[str, int]] = Counter()
        self._cursors: dict[Labels, int] = {}
        self._values: dict[str, dict[Labels, float]] = {name: {} for name in _METRICS}
        self._durations: dict[str, list[int]] = {}
        self._duration_sums: dict[str, float] = {}
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def call(self, system: str, endpoint: str, status: int | str) -> None:
        hour = self._hour()
        with self._lock:
            self._add("leadsync_api_calls", (system, endpoint, str(status)))
            self._by_hour[system, hour] += 1
            self._untaken[system, hour] += 1

    def quota(self, system: str, used: int, limit: int) -> None:
        with self._lock:
            self._values["leadsync_api_quota_used"][system,] = used
            self._values["leadsync_api_quota_limit"][system,] = limit

    def used_today(self, system: str) -> int:
        now, first = self._clock(), self._hour() - 24
        with self._lock:
            for key in [key for key in self._by_hour if key[1] <= first]:
                del self._by_hour[key]
            since = sum(calls for (name, _), calls in self._by_hour.items() if name == system)
            return since + (self._before[system] if now < self._before_ends else 0)

    def calls(self) -> dict[str, Counter[tuple[str, str]]]:
        """System -> (endpoint, status) -> calls since the start of this process."""
        found: dict[str, Counter[tuple[str, str]]] = {}
        with self._lock:
            for (system, endpoint, status), count in self._values["leadsync_api_calls"].items():
                found.setdefault(system, Counter())[endpoint, status] = int(count)
        return found

    def take_calls(self) -> dict[tuple[str, int], int]:
        """(system, epoch hour) -> calls since the last time this was asked: what is still to be stored."""
        with self._lock:
            taken, self._untaken = self._untaken, Counter()
        return dict(taken)

    def quotas(self) -> dict[str, tuple[int, int]]:
        """System -> (used, limit) of the day, as the CRM said last."""
        with self._lock:
            used, limits = self._values["leadsync_api_quota_used"], self._values["leadsync_api_quota_limit"]
            return {labels[0]: (int(count), int(limits[labels])) for labels, count in used.items()}

    def observe_cycle(self, result: CycleLike, job: str = "cycle") -> None:
        """Counts what a finished cycle read and wrote."""
        with self._lock:
            for system, pulled in result.pulls.items():
                for stream, saved in pulled.streams.items():
                    for change in ("new", "changed", "same"):
                        self._add("leadsync_records_pulled", (system, stream, change), getattr(saved, change))
            for system, pushed in result.pushes.items():
                self._add_writes(system, pushed)
        self.observe_run(job, result.state, result.started_at, result.finished_at)

    def observe_run(self, job: str, state: str, started_at: float, finished_at: float) -> None:
        """Counts one finished run of any job."""
        seconds = max(0.0, finished_at - started_at)
        with self._lock:
            self._add("leadsync_runs", (job, state))
            buckets = self._durations.setdefault(job, [0] * (len(_SECONDS_BUCKETS) + 1))
            buckets[sum(seconds > bound for bound in _SECONDS_BUCKETS)] += 1
            self._duration_sums[job] = self._duration_sums.get(job, 0.0) + seconds
            if state == SUCCESS:
                self._values["leadsync_last_success_timestamp_seconds"][job,] = finished_at

    def succeeded(self, job: str, at: float) -> None:
        """When a job last ended well, known from the store: a restart must not look like "never"."""
        with self._lock:
            self._values["leadsync_last_success_timestamp_seconds"][job,] = at

    def observe_census(self, census: CensusLike) -> None:
        """Keeps the store's counts as they are now."""
        outbox: dict[Labels, float] = {
            (system, state): n for system, rows in census.outbox.items() for state, n in rows.items()
        }
        with self._lock:
            self._values["leadsync_people"] = {(band,): census.bands.get(band, 0) for band, _ in BANDS}
            self._values["leadsync_sla"] = {(state,): census.sla.get(state, 0) for state, _ in SLA_STATES}
            known = dict.fromkeys(self._values["leadsync_outbox_rows"], 0.0)
            self._values["leadsync_outbox_rows"] = {**known, **outbox}
            self._cursors = {_system_and_stream(name): at for name, at in census.cursors.items()}

    def render(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        with self._lock:
            values = {name: dict(found) for name, found in self._values.items()}
            lags = {labels: max(0.0, now - at) for labels, at in self._cursors.items()}
            durations = {job: (tuple(counts), self._duration_sums[job]) for job, counts in self._durations.items()}
        values["leadsync_cursor_lag_seconds"] = lags
        for name, (kind, text, label_names) in _METRICS.items():
            family = kind(name, text, labels=label_names)
            for labels, value in sorted(values[name].items()):
                family.add_metric(labels, value)
            yield family
        yield _histogram(durations)

    def _add_writes(self, system: str, pushed: PushedLike) -> None:
        for kind, result, count in (
            ("score", "applied", pushed.applied),
            ("score", "rejected", pushed.rejected),
            ("task", "applied", pushed.tasks_made),
            ("task_done", "applied", pushed.tasks_completed),
            ("task", "rejected", pushed.tasks_rejected),
            ("any", "retry", pushed.retry),  # scores and tasks to be tried again are counted together
        ):
            self._add("leadsync_writes", (system, kind, result), count)
        for reason, count in pushed.reasons.items():
            code = reason if _PLAIN_CODE.fullmatch(reason) else "other"
            self._add("leadsync_rejected", (system, code), count)

    def _add(self, name: str, labels: Labels, count: int = 1) -> None:
        self._values[name][labels] = self._values[name].get(labels, 0) + count

    def _hour(self) -> int:
        return int(self._clock()) // 3600


def _system_and_stream(cursor: str) -> Labels:
    system, _, stream = cursor.partition(" ")
    return system, stream


def _histogram(durations: Mapping[str, tuple[tuple[int, ...], float]]) -> HistogramMetricFamily:
    family = HistogramMetricFamily("leadsync_run_seconds", "Seconds that runs took", labels=("job",))
    bounds = [*(str(bound) for bound in _SECONDS_BUCKETS), "+Inf"]
    for job, (counts, total) in sorted(durations.items()):
        running = [sum(counts[: place + 1]) for place in range(len(counts))]
        family.add_metric((job,), list(zip(bounds, map(float, running), strict=True)), total)
    return family
