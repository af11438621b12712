"""Opening the database, bringing its schema up to date, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from sync.core.text import Text
from sync.errors import ConfigError, StoreError
from sync.repository import ScoringSource
from sync.store import reading
from sync.store.accounts import AccountsSide
from sync.store.approvals import ApprovalsSide
from sync.store.deals import DealsSide
from sync.store.deciding import DecidingSide
from sync.store.feedback import FeedbackSide
from sync.store.feeding import FeedingSide
from sync.store.handover import HandoverSide
from sync.store.knowledge import KnowledgeSide
from sync.store.matching import MatchingSide
from sync.store.outbox import OutboxSide
from sync.store.persons import PersonsSide
from sync.store.planning import PlanningSide
from sync.store.records import RecordsSide
from sync.store.reporting import ReportingSide
from sync.store.runs import RunsSide
from sync.store.scoring import ScoringSide
from sync.store.status import StatusSide
from sync.store.subjects import SubjectsSide


class SqlUnit(
    RecordsSide,
    MatchingSide,
    PersonsSide,
    AccountsSide,
    DecidingSide,
    SubjectsSide,
    DealsSide,
    FeedingSide,
    KnowledgeSide,
    ScoringSide,
    PlanningSide,
    HandoverSide,
    OutboxSide,
    RunsSide,
    StatusSide,
    ReportingSide,
    FeedbackSide,
    ApprovalsSide,
):
    """One transaction on the store; implements `sync.repository.Unit`."""


class SqlStore:
    """SQLite or PostgreSQL behind one URL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)

    @contextmanager
    def begin(self) -> Iterator[SqlUnit]:
        """One transaction: committed on a normal exit, rolled back on an error."""
        try:
            with self._engine.begin() as connection:
                yield SqlUnit(connection)
        except SQLAlchemyError as error:
            raise _refused(error) from error

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """A consistent view that never waits for, nor holds up, the one who writes."""
        try:
            with self._engine.connect().execution_options(leadsync_reading=True) as connection:
                yield SqlUnit(connection)
        except SQLAlchemyError as error:
            raise _refused(error) from error

    def scoring_source(self, everybody: bool, version: str | None) -> ScoringSource:
        """For a process that scores everybody, or who awaits a score. Scores by `version` are known to it and come
        back only when they differ; with None all come."""
        return reading.source(self._engine.url, everybody, version)

    def migrate(self) -> None:
        """Brings the schema to the newest revision; creates it on an empty database."""
        try:
            with self._engine.begin() as connection:
                command.upgrade(_alembic(connection), "head")
        except SQLAlchemyError as error:
            raise _refused(error) from error

    def ready(self) -> bool:
        """Whether the database answers and its schema is the one this version expects."""
        try:
            with self._engine.connect().execution_options(leadsync_reading=True) as connection:
                current = MigrationContext.configure(connection).get_current_revision()
                return current == ScriptDirectory.from_config(_alembic(connection)).get_current_head()
        except SQLAlchemyError:
            return False

    def close(self) -> None:
        self._engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, pool_size=5)
    if parsed.database and parsed.database != ":memory:":
        _prepare(Path(parsed.database))
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare(path: Path) -> None:
    """The file holds personal data, and tokens that renew themselves: only its owner may read it. SQLite gives
    its side files the same rights."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            Text(
                f"the database file {path} cannot be made ({reason}); check LEADSYNC_DATA_DIR or LEADSYNC_DATABASE_URL",
                f"データベースファイル {path} を作成できません ({reason})。LEADSYNC_DATA_DIR または "
                "LEADSYNC_DATABASE_URL を確認してください",
            )
        ) from error


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling would begin late, at the first write, and fail on an upgrade of the lock.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    reading = connection.get_execution_options().get("leadsync_reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "sync.store:migrations")
    config.attributes["connection"] = connection
    return config


def _refused(error: SQLAlchemyError) -> StoreError:
    # The driver's message may quote values of a row, so only its kind is told.
    kind = type(getattr(error, "orig", None) or error).__name__
    return StoreError(
        Text(
            f"the database refused ({kind}); nothing of this step was kept. Check LEADSYNC_DATABASE_URL, free space "
            "and permissions",
            f"データベースがエラーを返しました ({kind})。この処理の変更は保存されていません。LEADSYNC_DATABASE_URL、"
            "空き容量、権限を確認してください",
        )
    )
