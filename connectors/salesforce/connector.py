"""The Salesforce connector: the port's verbs, each carried out by the module that knows how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ParamSpec, TypeVar

from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.describe import Describer
from connectors.salesforce.doctor import Doctor
from connectors.salesforce.organization import Organization
from connectors.salesforce.provision import Provisioner
from connectors.salesforce.reading import Reader
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import NAMES, PAGE_OBJECTS, PERSON_OBJECTS
from connectors.salesforce.tasks import TaskWriter
from connectors.salesforce.writes import ScoreWriter
from sync.core.fields import FIELDS
from sync.core.records import SALESFORCE, RecordKey
from sync.ports import Account, Check, ConnectorContext, Outcome, Page, ScoreUpdate, Step, TaskOrder

P = ParamSpec("P")
T = TypeVar("T")


class SalesforceConnector:
    """Implements `sync.ports.Connector` for one org."""

    def __init__(self, settings: SalesforceSettings, context: ConnectorContext) -> None:
        self._client = SalesforceClient(settings, context)
        self._describer = Describer(self._client, context.memory, context.clock)
        self._organization = Organization(self._client, settings, context)
        self._reader = Reader(self._client, self._describer, self._organization, settings, context)
        self._scores = ScoreWriter(self._client, self._describer, settings, context)
        self._tasks = TaskWriter(self._client, self._describer, self._organization, context)
        self._provisioner = Provisioner(self._client, self._describer, settings, context)
        self._doctor = Doctor(self._client, self._describer, self._organization, settings, context)

    @property
    def system(self) -> str:
        return SALESFORCE

    @property
    def streams(self) -> tuple[str, ...]:
        return NAMES

    def account(self) -> Account:
        return _translated(self._organization.account)

    def check(self) -> Iterator[Check]:
        yield from _flow(self._doctor.check())

    def read(self, cursors: Mapping[str, str | None], full: bool = False) -> Iterator[Page]:
        yield from _flow(self._reader.read(cursors, full))

    def missing_fields(self) -> tuple[str, ...]:
        """`Object.Field__c` of each field we write that is not there or not editable."""
        return _translated(self._missing, False) and _translated(self._missing, True)

    def write_scores(self, updates: Sequence[ScoreUpdate]) -> Iterator[Sequence[Outcome]]:
        yield from _flow(self._scores.write(updates))

    def write_tasks(self, orders: Sequence[TaskOrder]) -> Iterator[Sequence[Outcome]]:
        yield from _flow(self._tasks.write(orders))

    def record_url(self, key: RecordKey) -> str:
        """`sync.ports.RecordPages`. Salesforce merges by hand only (there is no REST merge): this is where."""
        if key.system != SALESFORCE or key.object not in PAGE_OBJECTS:
            return ""
        return f"{self.account().url}/lightning/r/{PAGE_OBJECTS[key.object]}/{key.id}/view"

    def provision(self, apply: bool, minimal: bool = False, lists: bool = False) -> Iterator[Step]:
        yield from _flow(self._provisioner.provision(apply, minimal, lists))

    def deprovision(self, apply: bool) -> Iterator[Step]:
        yield from _flow(self._provisioner.deprovision(apply))

    def close(self) -> None:
        self._client.close()

    def _missing(self, anew: bool) -> tuple[str, ...]:
        """From what is remembered when all is there; what seems missing is looked at anew."""
        out = []
        for object_name in PERSON_OBJECTS.values():
            shape = self._describer.anew(object_name) if anew else self._describer.shape(object_name)
            for field in FIELDS:
                found = shape.fields.get(field.salesforce_name)
                if field.written and not (found and found.updateable):
                    out.append(f"{object_name}.{field.salesforce_name}")
        return tuple(out)


def _translated(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """A refusal that nobody knew better about leaves as the error it means."""
    try:
        return work(*args, **kwargs)
    except Refusal as refusal:
        raise refusal.error from None


def _flow(items: Iterator[T]) -> Iterator[T]:
    try:
        yield from items
    except Refusal as refusal:
        raise refusal.error from None
