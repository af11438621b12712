"""Explaining somebody by a text that several people go by."""

from __future__ import annotations

from warm import ENGINE

from sync.core.records import PersonRecord, RecordKey
from sync.jobs.explain import explain
from sync.jobs.rescore import Scoring
from sync.jobs.resolve import resolve
from sync.scoring.model import load_model
from sync.store.database import SqlStore

NOW = 1_795_050_000


def test_all_who_read_a_team_s_mailbox_are_named(store: SqlStore) -> None:
    names = (("山田", "太郎"), ("佐藤", "花子"), ("鈴木", "一郎"))
    people = [
        PersonRecord(RecordKey("hubspot", "contact", str(n)), NOW, last_name=last, first_name=first, email="info@a.jp")
        for n, (last, first) in enumerate(names)
    ]
    with store.begin() as unit:
        unit.save(people, NOW)
    resolve(store, ENGINE, lambda: NOW, lambda: None)
    found = explain(store, "info@a.jp", Scoring(load_model("basic"), "Asia/Tokyo", "ja"), None, NOW)
    assert len({found.dossier.key, *found.others}) == 3
    alone = explain(store, found.others[0], Scoring(load_model("basic"), "Asia/Tokyo", "ja"), None, NOW)
    assert (alone.dossier.key, alone.others) == (found.others[0], ())
