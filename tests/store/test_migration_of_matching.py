"""From the first schema to matching by weight, with rows in the tables."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, insert, select
from warm import ENGINE

from sync.jobs.resolve import resolve
from sync.repository import Step
from sync.store import tables as t
from sync.store.database import SqlStore, _alembic

NOW = 1_790_000_000


@pytest.fixture
def old(store: SqlStore) -> SqlStore:
    """A store as the first version left it: one person with two records, one with a form that found nobody yet."""
    with store.begin() as unit:
        command.downgrade(_alembic(unit.connection), "0001")
    with store.begin() as unit:
        _fill(unit.connection)
    return store


def _fill(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    table = schema.tables
    flags = {"score_due": False, "plan_due": False}
    connection.execute(insert(table["persons"]).values(id=1, key="p1", created_at=NOW, **flags))
    for id, mail in ((1, "taro@example.jp"), (2, "Taro@example.jp")):
        _person(connection, table, id, mail)
    connection.execute(insert(table["record_keys"]).values(key="mail:taro@example.jp", record_id=1))
    connection.execute(insert(table["edges"]).values(person_id=1, left_id=1, right_id=2, evidence="same_email"))
    connection.execute(
        insert(table["written"]).values(record_id=1, fields={}, acked_at=NOW, basis="b", total=1_000),
    )
    act = {"system": "hubspot", "object": "form_submission", "vendor_id": "f", "state": "live"}
    act |= {"modified_at": NOW, "seen_at": NOW, "digest": "d", "kind": "form_submit", "occurred_at": NOW}
    connection.execute(insert(table["activities"]).values(id=1, responded=False, closed=False, **act))
    connection.execute(insert(table["activity_people"]).values(activity_id=1, who_email="taro@example.jp"))
    company = {"system": "hubspot", "object": "company", "vendor_id": "c", "state": "live", "digest": "d"}
    connection.execute(insert(table["companies"]).values(modified_at=NOW, seen_at=NOW, **company))


def _person(connection: Connection, table: dict[str, object], id: int, mail: str) -> None:
    key = {"system": "hubspot", "object": "contact", "vendor_id": str(id), "state": "live", "digest": "d"}
    lists = {"other_emails": [], "links": [], "absorbed": [], "own": {}}
    known = {"email": mail, "last_name": "山田", "modified_at": NOW, "seen_at": NOW, "first_seen_at": NOW}
    people = MetaData()
    people.reflect(connection, only=["people"])
    connection.execute(
        insert(people.tables["people"]).values(
            id=id, person_id=1, unresolved=False, opted_out=False, **key, **lists, **known
        )
    )


def test_people_keep_their_persons_and_are_matched_anew(old: SqlStore) -> None:
    old.migrate()
    with old.reading() as unit:
        rows = unit.connection.execute(select(t.people).order_by(t.people.c.id)).all()
        told = unit.told([1])
    assert [(row.person_id, row.unresolved, row.other_phones, row.city) for row in rows] == [(1, Step.KEYS, [], "")] * 2
    assert told[1].total == 1_000
    resolve(old, ENGINE, lambda: NOW, lambda: None)
    with old.reading() as unit:
        assert unit.find_person("taro@example.jp") == [1]
        assert [edge.evidence for edge in unit.edges_of(1)] == ["same_email"]
        assert unit.waiting(Step.KEYS, 1) == unit.waiting(Step.PAIRS, 1) == unit.waiting(Step.PERSON, 1) == []


def test_an_act_that_waited_for_its_person_still_finds_her(old: SqlStore) -> None:
    old.migrate()
    assert resolve(old, ENGINE, lambda: NOW, lambda: None).attached == 1


def test_the_first_schema_comes_back_with_its_rows(old: SqlStore) -> None:
    old.migrate()
    with old.begin() as unit:
        command.downgrade(_alembic(unit.connection), "0001")
    old.migrate()
    with old.reading() as unit:
        assert unit.count_records() == 2
