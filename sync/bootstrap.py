"""The one place where settings, connectors, store, clock, scheduler and web page meet."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy.engine import make_url

from config.settings import Loaded, Settings
from connectors import registry
from connectors.notices import AppriseChannel, channels
from connectors.registry import FACTORIES
from sync.child_process import Limits
from sync.core.records import RecordKey
from sync.core.text import Text
from sync.errors import AccountMismatch, ConfigError, FeatureMissing, Stopped, VendorError
from sync.handoff.draft import Policy
from sync.handoff.playbook import Playbook
from sync.handoff.playbook_file import load_playbook
from sync.identity.child import Matcher
from sync.identity.engine.judging import Trained
from sync.identity.engine.model import Model
from sync.identity.site_model import FILE_NAME, SiteModel
from sync.identity.trainer import train_apart
from sync.jobs.cycle import Cycle, CycleResult, Order, Reporter
from sync.jobs.domain_lists import bind
from sync.jobs.model_approval import MODEL_APPLIED, model_in_force
from sync.jobs.notify import NotifyTotals, Wording, notify
from sync.jobs.plan import Brake
from sync.jobs.rescore import Scorer, Scoring
from sync.jobs.resolve import resolve
from sync.ports import Clock, Connector, ConnectorContext, RecordPages
from sync.scoring.child import SPARK, ScoringChild
from sync.scoring.model import Model as ScoringModel
from sync.scoring.model import WrittenModel, load_written
from sync.scoring.soundness import sound
from sync.store.database import SqlStore
from sync.store.lease import Busy, StoreLease
from sync.telemetry import Telemetry

_ACCOUNT_CHECK_SECONDS = 86_400
_CALLS_KEPT_SECONDS = 10
_FOR_JAVA = ("PATH", "JAVA_HOME", "SPARK_HOME")  # of our environment, what a Spark on this machine needs


class StoreMemory:
    """A connector's memory, kept in the store; implements `sync.ports.Memory`."""

    def __init__(self, store: SqlStore, system: str) -> None:
        self._store, self._system = store, system

    def get(self, key: str) -> str | None:
        with self._store.reading() as unit:
            return unit.recall(self._system, key)

    def put(self, key: str, value: str | None) -> None:
        with self._store.begin() as unit:
            unit.remember(self._system, key, value)


@dataclass
class Service:
    """Everything wired together. `stop` may be set from a signal handler or another thread."""

    settings: Settings
    store: SqlStore
    telemetry: Telemetry
    connectors: Mapping[str, Connector]
    engine: Matcher
    scorer: Scorer
    clock: Clock
    stop: threading.Event = field(default_factory=threading.Event)
    wait: Callable[[float], object] | None = None  # how to let time pass; None: really wait, until `stop` is set
    _calls_kept_at: float = 0.0
    _lease: StoreLease | None = None  # while a cycle runs
    _scoring: Scoring | None = None  # the rules in force

    @property
    def scoring(self) -> Scoring:
        """The rules in force, bound to the domains of this account as they are now."""
        if self._scoring is None:
            self._take_up_rules()
        assert self._scoring is not None
        with self.store.reading() as unit:
            self._scoring = bind(self._scoring, self.playbook.domains, unit)
        return self._scoring

    @cached_property
    def _written_model(self) -> WrittenModel:
        return load_written(self.settings.model)

    @property
    def wanted_model(self) -> ScoringModel:
        """The scoring model that is asked for."""
        return self._written_model.model

    @cached_property
    def sound_model(self) -> ScoringModel:
        """The same, once more than looking is to be done with it. Raises `ConfigError` when the linter finds errors."""
        return sound(self._written_model)

    def _take_up_rules(self) -> None:
        """Which model scores may change with a sign-off. Raises `ConfigError` when none may."""
        settings, required = self.settings, self.settings.model_approval == "required"
        model = self.sound_model if self._lease else self.wanted_model
        if required or self._lease:
            model = model_in_force(self.store, model, required, int(self.clock()), settings.model)
        if self._scoring is None or self._scoring.version != model.version:
            self._scoring = Scoring(model, settings.timezone, settings.language)

    @cached_property
    def site_model(self) -> SiteModel:
        return SiteModel(self.settings.data_dir / FILE_NAME)

    def trainer(self, features: Iterable[pa.RecordBatch], least: int) -> Trained:
        """Learns in a process of its own; a `sync.jobs.train_matching.Trainer`."""
        return train_apart(features, Limits(folder=self.settings.data_dir), least)

    @cached_property
    def playbook(self) -> Playbook:
        return load_playbook(self.settings.playbook)

    @cached_property
    def policy(self) -> Policy:
        settings = self.settings
        return Policy(
            systems=tuple(self.connectors),
            writable={},
            tasks_system=settings.tasks.system,
            per_owner_per_day=settings.tasks.per_owner_per_day,
            playbook=self.playbook,
            language=settings.language,
            timezone=settings.timezone,
            pilot_owners=frozenset(owner.strip().lower() for owner in settings.pilot.owners)
            | frozenset(owner.strip() for owner in settings.pilot.owners),
        )

    @property
    def brake(self) -> Brake:
        return Brake(self.settings.brake.scores_percent, self.settings.brake.tasks)

    @property
    def writes(self) -> bool:
        """Whether scores may be written now: WRITE_MODE says apply and nobody has paused."""
        return self.settings.write_mode == "apply" and not self.paused

    @property
    def paused(self) -> bool:
        with self.store.reading() as unit:
            return unit.fact("paused") is not None

    @property
    def held_run(self) -> int | None:
        with self.store.reading() as unit:
            held = unit.fact("held_run")
        return int(held) if held else None

    @contextmanager
    def alone(self) -> Iterator[Callable[[], None]]:
        """Holds the lease: no other process works on this store meanwhile. Raises `Busy` when one does. What it gives
        keeps the lease fresh, and is called between the steps of long work."""
        lease = StoreLease(self.store, self.clock)
        with lease.held():
            yield lease.keep

    def take_up_model(self) -> Model:
        """The matching model to use from now on: that of this site's file, or the shipped one. Raises `ConfigError`
        when the file is broken; nothing may be matched then."""
        model = self.site_model.current()
        self.engine.use(model)
        return model

    def match(self) -> bool:
        """Matches what changed, without reading or writing any CRM, so that a reviewer sees what her word does.
        False when another process works on this store: that one does it."""
        self.take_up_model()
        lease = StoreLease(self.store, self.clock)
        try:
            with lease.held():
                resolve(self.store, self.engine, self.clock, lease.keep)
        except Busy:
            return False
        return True

    @contextmanager
    def sole_access(self, system: str) -> Iterator[Callable[[], None]]:
        """For an order that one CRM carries out at once: alone, and on the account that this store belongs to.
        Raises `Busy`, `AccountMismatch`, or what the CRM answers when it is asked which account it is. Gives what
        `alone` gives."""
        with self.alone() as keep:
            if error := self._check_accounts([system]).get(system):
                raise error
            yield keep

    def cycle(self, order: Order, reporter: Reporter) -> CycleResult:
        """One cycle under the lease. Raises `Busy` when another process works, `Stopped` after an orderly stop,
        `ConfigError` before anything is read or written when a model may not be used."""
        self.take_up_model()
        _ = self.sound_model
        lease = StoreLease(self.store, self.clock)

        def between() -> None:
            lease.keep()
            self._keep_calls()
            if self.stop.is_set():
                raise Stopped

        with lease.held():
            self._lease = lease
            with self.store.begin() as unit:
                unit.abandon_runs(int(self.clock()))
            try:
                self._take_up_rules()
                unavailable = self._check_accounts()
                cycle = Cycle(
                    self.connectors,
                    self.store,
                    self.engine,
                    self.scorer,
                    self.scoring,
                    self.policy,
                    self.clock,
                    self.sleep,
                    between,
                    reporter,
                    unavailable,
                )
                result = cycle.run(order)
                if result.wrote:
                    with self.store.begin() as unit:
                        unit.set_fact(MODEL_APPLIED, self.scoring.version)
                return result
            finally:
                self._lease = None
                self._keep_calls(force=True)

    @cached_property
    def channels(self) -> list[AppriseChannel]:
        """Where notices go. Raises `ConfigError` when an address is none."""
        return channels([url.get_secret_value() for url in self.settings.notify.urls])

    def tell(self) -> NotifyTotals:
        """Sends the notices that are due; to be called when no cycle runs, as channels take their time."""
        settings = self.settings
        with self.store.reading() as unit:
            pages = {system: json.loads(unit.fact(f"pages:{system}") or "{}") for system in FACTORIES}
        wording = Wording(settings.language, settings.timezone, settings.notify.details, pages)
        return notify(self.store, self.channels, wording, int(self.clock()))

    def sleep(self, seconds: float) -> None:
        """Waits, unless the service is asked to stop. A cycle that waits for a CRM keeps its lease."""
        if self._lease:
            self._lease.keep()
        (self.wait or self.stop.wait)(max(0.0, seconds))
        if self.stop.is_set():
            raise Stopped

    def close(self) -> None:
        for connector in self.connectors.values():
            connector.close()
        self.engine.close()
        self._keep_calls(force=True)
        self.store.close()

    def _check_accounts(self, systems: Collection[str] = ()) -> dict[str, VendorError]:
        """A store belongs to one portal and one org; other credentials must not mix their people into it.
        Returns the systems that could not be asked: this cycle leaves them alone. Without `systems`, all."""
        now = int(self.clock())
        unavailable: dict[str, VendorError] = {}
        for system, connector in self.connectors.items():
            if systems and system not in systems:
                continue
            with self.store.reading() as unit:
                known, checked = unit.fact(f"account:{system}"), int(unit.fact(f"account_at:{system}") or 0)
            mark = _fingerprint(self.settings, system)
            if known and known.endswith(mark) and now - checked < _ACCOUNT_CHECK_SECONDS:
                continue
            try:
                account, pages = connector.account(), _pages(connector)
            except FeatureMissing:
                continue  # these credentials may not see which account they open: nothing to compare
            except VendorError as error:
                unavailable[system] = error
                continue
            if known and known.split(" ")[0] != account.id:
                raise _mismatch(system, known.split(" ")[0], account.id)
            with self.store.begin() as unit:
                unit.set_fact(f"account:{system}", f"{account.id} {account.kind} {mark}")
                unit.set_fact(f"account_at:{system}", str(now))
                unit.set_fact(f"pages:{system}", json.dumps(pages))
        return unavailable

    def _keep_calls(self, force: bool = False) -> None:
        if not force and self.clock() - self._calls_kept_at < _CALLS_KEPT_SECONDS:
            return
        self._calls_kept_at = self.clock()
        if taken := self.telemetry.take_calls():
            with self.store.begin() as unit:
                for (system, hour), count in taken.items():
                    unit.add_calls(system, hour, count)


def store_exists(settings: Settings) -> bool:
    """Whether `open_store` would find a database rather than make one; of a server's we take it that it is there."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def open_store(settings: Settings) -> SqlStore:
    """The store, its schema brought up to date."""
    store = SqlStore(settings.database)
    store.migrate()
    return store


def open_service(loaded: Loaded, clock: Clock = time.time, need_connector: bool = True) -> Service:
    """Wires the service. Raises `ConfigError` when no CRM is configured although one is needed."""
    settings = loaded.settings
    if need_connector and not configured(settings):
        raise ConfigError(
            Text(
                "no CRM is configured. Set LEADSYNC_HUBSPOT__ACCESS_TOKEN and/or LEADSYNC_SALESFORCE__LOGIN_URL with "
                "its credentials; `leadsync demo` runs without any",
                "接続先の CRM が設定されていません。LEADSYNC_HUBSPOT__ACCESS_TOKEN または "
                "LEADSYNC_SALESFORCE__LOGIN_URL と認証情報を設定してください。"
                "設定なしで試すには `leadsync demo` を使います",
            )
        )
    return wire(settings, open_store(settings), clock)


def wire(settings: Settings, store: SqlStore, clock: Clock = time.time) -> Service:
    """The service over a store that is open already, with a connector for each CRM that is configured."""
    telemetry = Telemetry(clock, _used(store, clock))
    matcher = Matcher(Limits(folder=settings.data_dir))
    service = Service(settings, store, telemetry, {}, matcher, _scorer(settings), clock)
    service.connectors = {
        system: registry.build(system, getattr(settings, system), _context(service, system))
        for system in configured(settings)
    }
    return service


def _scorer(settings: Settings) -> ScoringChild:
    spark = settings.engine == SPARK
    java = {name: os.environ[name] for name in _FOR_JAVA if name in os.environ} if spark else {}
    limits = Limits(folder=settings.data_dir.absolute())
    return ScoringChild(limits, settings.engine, settings.spark.remote, java)


def configured(settings: Settings) -> list[str]:
    """Systems with credentials, in the order in which they are pulled."""
    return [system for system in FACTORIES if getattr(settings, system).configured]


def _context(service: Service, system: str) -> ConnectorContext:
    settings = service.settings
    return ConnectorContext(
        clock=service.clock,
        sleep=service.sleep,
        memory=StoreMemory(service.store, system),
        meter=service.telemetry,
        quota_percent=getattr(settings.quota, f"{system}_percent"),
        ca_file=settings.ca_file,
        timezone=settings.timezone,
        language=settings.language,
    )


def _pages(connector: Connector) -> dict[str, str]:
    """Where a person can open records of people, by object, with {id} for the record's id."""
    if not isinstance(connector, RecordPages):
        return {}
    found = {name: connector.record_url(RecordKey(connector.system, name, "{id}")) for name in ("contact", "lead")}
    return {name: url for name, url in found.items() if url}


def _used(store: SqlStore, clock: Clock) -> dict[str, int]:
    hour = int(clock()) // 3600 - 24
    with store.reading() as unit:
        return {system: unit.calls_since(system, hour) for system in FACTORIES}


def _fingerprint(settings: Settings, system: str) -> str:
    """Changes when the credentials do, so that the account is looked at again at once; tells nothing about them."""

    def reveal(value: Any) -> Any:
        return value.get_secret_value() if hasattr(value, "get_secret_value") else value

    group = getattr(settings, system)
    text = "|".join(f"{name}={reveal(getattr(group, name))}" for name in sorted(type(group).model_fields))
    return hashlib.blake2b(text.encode(), digest_size=6, key=b"leadsync account").hexdigest()


def _mismatch(system: str, known: str, found: str) -> AccountMismatch:
    return AccountMismatch(
        Text(
            f"{system}: this database holds the data of account {known}, but the credentials open {found}. "
            "Use the old credentials, or another LEADSYNC_DATABASE_URL for the new account",
            f"{system}: このデータベースはアカウント {known} のものですが、認証情報は {found} のものです。"
            "元の認証情報に戻すか、別の LEADSYNC_DATABASE_URL を指定してください",
        )
    )
