"""Reading the streams: five queries in one composite call, then the pages of each.

Order and conditions come from the cursor; describe decides the fields; a first load of many rows goes
through a Bulk query job and is followed by an ordinary read of what changed since the job began.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.salesforce.answers import (
    ABSENT_OBJECT,
    INVALID_SESSION,
    TEMPORARY,
    Fault,
    failure,
    faults,
    first,
    query_rows_of,
    temporary,
)
from connectors.salesforce.bulk import QueryJob, QueryJobs
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.cursor import LAG_MS, Cursor, decode
from connectors.salesforce.describe import Describer
from connectors.salesforce.mapping import Frame
from connectors.salesforce.organization import Organization, named_fields, next_path, query_path
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import KEYS, Stream, groups, soql
from connectors.salesforce.values import Row, id18, is_id, time_ms
from sync.core.records import SALESFORCE, Record
from sync.core.text import Text
from sync.errors import CallRefused, FeatureMissing, TemporaryFailure, UnexpectedAnswer, VendorError
from sync.ports import ConnectorContext, Page

_COMPOSITE = "POST /composite"
_ROUNDS = 12  # of mending refused queries; each leaves out at least one field more
_TRIES = 4  # of a query that failed for a passing reason


@dataclass
class Pass:
    """One stream's reading in this run."""

    stream: Stream
    cursor: Cursor
    full: bool
    started: int  # our own clock, epoch seconds: the store compares with it
    fields: tuple[str, ...] = ()
    tries: int = 0


class Reader:
    def __init__(
        self,
        client: SalesforceClient,
        describer: Describer,
        organization: Organization,
        settings: SalesforceSettings,
        context: ConnectorContext,
    ) -> None:
        self._client, self._describer, self._organization = client, describer, organization
        self._jobs = QueryJobs(client, context)
        self._bulk_rows, self._context = settings.bulk_read_rows, context
        self._frame = Frame()
        self._began = 0.0  # server's time when the last composite call was sent
        self._trouble: list[VendorError] = []

    def read(self, cursors: Mapping[str, str | None], full: bool) -> Iterator[Page]:
        """All named streams. What is wrong with one stream alone is raised after the others are through."""
        self._trouble = []
        self._frame = self._organization.frame()
        started = int(self._context.clock())
        for group in groups(list(cursors)):
            passes = [
                Pass(stream, Cursor() if full else decode(cursors[stream.name]), full, started) for stream in group
            ]
            yield from self._group(passes)
        if self._trouble:
            raise self._trouble[0]

    def _group(self, passes: list[Pass]) -> Iterator[Page]:
        readable = []
        for one in passes:
            if self._describer.shape(one.stream.object).readable(one.stream):
                readable.append(one)
                yield from self._go_on_with_job(one)
            else:
                yield from self._told(one)
        bodies = self._ask(readable) if readable else {}
        for one in readable:
            body = bodies.pop(one.stream.name, None)
            if body is None:
                yield from self._told(one)
                continue
            try:
                yield from self._pages(one, body)
            except (CallRefused, FeatureMissing, UnexpectedAnswer) as error:
                self._trouble.append(error)

    def _told(self, one: Pass) -> Iterator[Page]:
        """A stream that is skipped speaks only when there is something to say."""
        notices = self._describer.notices()
        if notices:
            yield Page(one.stream.name, (), one.cursor.encode(), notices=notices)

    # --- pages -------------------------------------------------------------------------------------------

    def _pages(self, one: Pass, body: Any) -> Iterator[Page]:
        if one.cursor.at_beginning and _total(body) > self._bulk_rows:
            begun = one.cursor
            loaded = yield from self._load_anew(one)
            if not loaded:
                one.cursor = begun  # the page in hand is still the first one
            else:
                again = self._ask([one]).get(one.stream.name)
                if again is None:
                    return
                body = again
        while True:
            rows = query_rows_of(body, _COMPOSITE)
            if rows:
                one.cursor = one.cursor.after(*_place(rows[-1], one.stream))
            following = next_path(body)
            if not following and not (rows and body.get("done") is False):
                yield self._page(one, rows, last=True)
                return
            yield self._page(one, rows, last=False)
            body = self._following(one, following)
            if body is None:
                return

    def _following(self, one: Pass, path: str) -> Any:
        """The next page; when its locator has died, the same query anew from the cursor."""
        try:
            if path:
                return self._client.call("GET", path).body
        except Refusal as refusal:
            if refusal.fault.code not in ("INVALID_QUERY_LOCATOR", "INVALID_FIELD") and refusal.status != 404:
                raise refusal.error from None
        return self._ask([one]).get(one.stream.name)

    def _page(self, one: Pass, rows: Iterable[Mapping[str, Any]], last: bool) -> Page:
        records, unknown = self._mapped(one.stream, rows)
        cursor = one.cursor.finished() if last else one.cursor
        complete = last and one.full
        return Page(
            one.stream.name,
            records,
            cursor.encode(),
            complete_since=one.started if complete else None,
            full_objects=one.stream.full_objects if complete else (),
            notices=self._describer.notices(),
            unknown=unknown,
        )

    def _mapped(self, stream: Stream, rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[Record, ...], Counter[str]]:
        counted: Counter[str] = Counter()
        frame = replace(self._frame, kana=self._describer.kana(stream.object))
        records = []
        for values in rows:
            if not is_id(str(values.get("Id") or "")):
                counted[f"bad_row:{stream.name}"] += 1
                continue
            record = stream.record(Row(values, counted), frame)
            if record is not None:
                records.append(record)
            else:
                counted[_LEFT_OUT.get(stream.name, f"incomplete:{stream.name}")] += 1
        return tuple(records), counted

    # --- asking ------------------------------------------------------------------------------------------

    def _ask(self, passes: list[Pass]) -> dict[str, Any]:
        """First pages by stream name, in one composite call unless something has to be mended."""
        bodies: dict[str, Any] = {}
        waiting = list(passes)
        for _ in range(_ROUNDS):
            for one in waiting:
                one.fields = self._describer.shape(one.stream.object).selectable(one.stream)
            answers = self._composite(waiting)
            again = []
            for one in waiting:
                status, body = answers.get(one.stream.name, (0, None))
                if status == 200 and isinstance(body, Mapping):
                    bodies[one.stream.name] = body
                    one.cursor = one.cursor.begun(int(self._began * 1000))
                elif self._mend(one, status, first(faults(body))):
                    again.append(one)
            waiting = again
            if not waiting:
                return bodies
        self._trouble.extend(_unreadable(one.stream.object) for one in waiting)
        return bodies

    def _composite(self, passes: list[Pass]) -> dict[str, tuple[int, Any]]:
        requests = [
            {
                "method": "GET",
                "url": self._client.base
                + query_path(soql(one.stream.object, one.fields, one.cursor.condition()), all_rows=True),
                "referenceId": one.stream.name,
            }
            for one in passes
        ]
        try:
            answer = self._client.call("POST", "/composite", body={"compositeRequest": requests})
        except Refusal as refusal:
            raise refusal.error from None
        self._began = answer.began
        return _subanswers(answer.body, [one.stream.name for one in passes])

    def _mend(self, one: Pass, status: int, fault: Fault) -> bool:
        """Whether asking again makes sense after this complaint; otherwise the stream is left out of this run."""
        if fault.code == "INVALID_FIELD":
            return self._mend_fields(one, fault)
        if fault.code in ABSENT_OBJECT or (status in (403, 404) and fault.code != "REQUEST_LIMIT_EXCEEDED"):
            self._describer.mark_absent(one.stream.object, fault.code or str(status))
            return False
        error = failure(status, fault, _COMPOSITE, self._context.clock())
        passing = isinstance(error, TemporaryFailure) or status == 0 or fault.code in (INVALID_SESSION, *TEMPORARY)
        one.tries += 1
        if passing and one.tries < _TRIES:
            self._context.sleep(2.0**one.tries)
            return True
        self._trouble.append(temporary(f"{one.stream.object} could not be read", _COMPOSITE) if passing else error)
        return False

    def _mend_fields(self, one: Pass, fault: Fault) -> bool:
        stream, name = one.stream, one.stream.object
        shape = self._describer.anew(name, refused=self._describer.shape(name).refused)
        if not shape.readable(stream):
            return False
        shown = shape.selectable(stream)
        culprits = [field for field in named_fields(fault, one.fields) if field in shown]
        if not culprits and shown == one.fields:
            # Nothing we can put a name to: the fields of the parent are the likeliest.
            culprits = [field for field in stream.parents if field in shown]
        if set(culprits) & set(KEYS) or (not culprits and shown == one.fields):
            self._trouble.append(_unreadable(name))
            return False
        if culprits:
            self._describer.refuse(name, culprits)
        return True

    # --- Bulk --------------------------------------------------------------------------------------------

    def _go_on_with_job(self, one: Pass) -> Iterator[Page]:
        """Finishes a load that an earlier run began; without one, or when it is gone, does nothing."""
        cursor = one.cursor
        if cursor.job:
            job: QueryJob | None = QueryJob(cursor.job, (cursor.stamp or 0) + LAG_MS)
        elif cursor.at_beginning:
            job = self._jobs.remembered(one.stream.object, one.full)
        else:
            return
        one.cursor = Cursor()
        if job is not None:
            yield from self._load(one, job, cursor.locator)

    def _load_anew(self, one: Pass) -> Generator[Page, None, bool]:
        fields = self._describer.shape(one.stream.object).selectable(one.stream)
        job = self._jobs.start(one.stream.object, soql(one.stream.object, fields, ordered=False))
        if job is None:
            return False
        return (yield from self._load(one, job, ""))

    def _load(self, one: Pass, job: QueryJob, locator: str) -> Generator[Page, None, bool]:
        """All results of the job from `locator` on; True when the rest can be read as changes since it began."""
        object_name = one.stream.object
        since = job.created_ms - LAG_MS
        chunk = self._jobs.chunk(job, locator) if self._jobs.finished(job) else None
        while chunk is not None:
            # Rows come in no order: until the last one is in, only the place in the results counts.
            one.cursor = Cursor(since, job=job.id, locator=chunk.locator) if chunk.locator else Cursor(since)
            records, unknown = self._mapped(one.stream, chunk.rows)
            yield Page(
                one.stream.name,
                records,
                one.cursor.encode(),
                notices=self._describer.notices(),
                unknown=unknown,
            )
            if not chunk.locator:
                self._jobs.forget(object_name)
                return True
            chunk = self._jobs.chunk(job, chunk.locator)
        self._jobs.forget(object_name)
        one.cursor = Cursor()
        return False


_LEFT_OUT = {"tasks": "copy:task", "events": "copy:event"}


def _subanswers(body: Any, names: list[str]) -> dict[str, tuple[int, Any]]:
    """(status, body) by reference id; an answer without one is known by its place."""
    listed = body.get("compositeResponse") if isinstance(body, Mapping) else None
    if not isinstance(listed, list):
        raise UnexpectedAnswer(
            Text("salesforce: composite answered without results", "salesforce: composite 応答に結果がありません"),
            system=SALESFORCE,
            operation=_COMPOSITE,
        )
    out: dict[str, tuple[int, Any]] = {}
    for place, item in enumerate(listed):
        if isinstance(item, Mapping):
            name = str(item.get("referenceId") or (names[place] if place < len(names) else ""))
            out[name] = (_status(item.get("httpStatusCode")), item.get("body"))
    return out


def _status(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _total(body: Mapping[str, Any]) -> int:
    size = body.get("totalSize")
    return size if isinstance(size, int) else 0


def _place(row: Mapping[str, Any], stream: Stream) -> tuple[int, str]:
    """Stamp and id of the last row: where the next page begins."""
    id = str(row.get("Id") or "")
    try:
        if is_id(id):
            return time_ms(str(row.get("SystemModstamp") or "")), id18(id)
    except ValueError:
        pass
    raise UnexpectedAnswer(
        Text(
            f"salesforce: a {stream.object} row came without id or stamp; nothing after it was read",
            f"salesforce: {stream.object} の行に ID または更新日時がないため、以降を読み取れません",
        ),
        system=SALESFORCE,
        operation=_COMPOSITE,
    )


def _unreadable(object_name: str) -> CallRefused:
    return CallRefused(
        Text(
            f"salesforce: the query on {object_name} is refused although describe shows its fields",
            f"salesforce: {object_name} のクエリが、定義上は見える項目にもかかわらず拒否されました",
        ),
        system=SALESFORCE,
        operation=_COMPOSITE,
        code="INVALID_FIELD",
    )
