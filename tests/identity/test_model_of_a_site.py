"""The model a site trained for itself: learnt in a process of its own, kept in a file, taken up, given back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from sync.child_process import Limits
from sync.core.records import PersonRecord, RecordKey
from sync.errors import ConfigError, EngineError
from sync.identity.child import Matcher
from sync.identity.engine.columns import PAIRS, batches_of, table_of
from sync.identity.engine.judging import Trained
from sync.identity.engine.model import Model, dump, shipped
from sync.identity.engine.site import Site
from sync.identity.features import Features
from sync.identity.site_model import FILE_NAME, SiteModel
from sync.identity.trainer import train_apart
from sync.jobs.resolve import resolve
from sync.jobs.train_matching import Training, forget_training, train_matching
from sync.store.database import SqlStore

TODAY = date(2026, 11, 21)
FAMILIES = [f"{a}{b}" for a in ("Kita", "Mina", "Higa", "Nishi", "Naka") for b in ("mori", "yama", "hara", "da", "no")]
GIVEN = ["Taro", "Hanako", "Ichiro", "Yumi", "Kenji", "Emi", "Satoru", "Naoko"]


def records(count: int) -> Iterator[PersonRecord]:
    """Every third repeats the one before it, with the mailbox or the number left out by turns."""
    for n in range(count):
        who = n - (n % 3 == 2)
        known = {
            "first_name": GIVEN[who % len(GIVEN)],
            "last_name": FAMILIES[who * 7 % len(FAMILIES)],
            "email": f"{GIVEN[who % len(GIVEN)]}.{FAMILIES[who * 7 % len(FAMILIES)]}@firm{who // 4}.jp",
            "phone": f"090-{1000 + who % 9000}-{1000 + who // 9:04}",
            "company_name": f"Firm {who // 4}",
        }
        if who != n and n % 2:
            known["phone" if n % 4 == 1 else "email"] = ""
        yield PersonRecord(RecordKey("hubspot", "contact", str(n)), 9, created_at=n, **known)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    made = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('site') / 'leadsync.db'}")
    made.migrate()
    with made.begin() as unit:
        unit.save(list(records(2_500)), 9)
    yield made
    made.close()


@pytest.fixture
def site_model(tmp_path: Path) -> SiteModel:
    return SiteModel(tmp_path / "data" / FILE_NAME)


@pytest.fixture
def training(store: SqlStore, site_model: SiteModel, tmp_path: Path) -> Iterator[object]:
    def train(plan: bool = False, least: int = 1_000) -> Training:
        def apart(features: Iterator[pa.RecordBatch], at_least: int) -> Trained:
            return train_apart(features, Limits(folder=tmp_path / "data"), at_least)

        return train_matching(store, apart, site_model, TODAY, plan, least)

    yield train
    assert [path.name for path in (tmp_path / "data").glob("matching-*-*")] == []


def other_model() -> Model:
    """Says of two equal mailboxes that they tell next to nothing."""
    comparisons = [
        replace(c, levels=tuple(x if x.unknown or x.m < x.u else replace(x, m=x.m / 2) for x in c.levels))
        for c in shipped().comparisons
    ]
    return replace(shipped(), revision=9, comparisons=tuple(comparisons))


def test_a_site_learns_from_its_own_records_and_keeps_what_it_learnt_to_itself(training, site_model) -> None:  # type: ignore[no-untyped-def]
    found = training()
    assert (found.accepted, found.written, found.records) == (True, True, 2_500), found.reason.en
    assert found.moves
    learnt = SiteModel(site_model.path).current()
    assert learnt.edition != shipped().edition
    moved = {(move.comparison, move.level): move.new for move in found.moves}
    assert all(
        level.weight == pytest.approx(moved[c.id, level.id])
        for c in learnt.comparisons
        for level in c.levels
        if (c.id, level.id) in moved
    )
    assert site_model.path.stat().st_mode & 0o777 == 0o600
    assert "2,500 records on 2026-11-21" in site_model.path.read_text().splitlines()[0]
    assert [path.name for path in site_model.path.parent.iterdir()] == [FILE_NAME]


def test_a_plan_tells_what_would_change_and_changes_nothing(training, site_model) -> None:  # type: ignore[no-untyped-def]
    planned = training(plan=True)
    assert (planned.accepted, planned.written, site_model.trained) == (True, False, False)
    assert planned.moves == training().moves
    assert training(plan=True).moves == ()  # the same again: nothing would move


def test_too_few_records_are_not_even_read(store: SqlStore, site_model: SiteModel) -> None:
    def never(features: object, least: int) -> Trained:
        raise AssertionError

    found = train_matching(store, never, site_model, TODAY, plan=False)
    assert (found.accepted, found.written, site_model.trained) == (False, False, False)
    assert "2,500" in found.reason.en
    assert "300,000" in found.reason.ja


def test_what_training_refuses_leaves_the_model_in_use_alone(training, site_model: SiteModel, store) -> None:  # type: ignore[no-untyped-def]
    site_model.save(other_model(), "")
    nothing = Limits(folder=site_model.path.parent)
    strangers = batches_of(Features(id, fam=f"f{id}", giv=f"g{id}", nm=f"f{id} g{id}") for id in range(200))
    refused = train_apart(strangers, nothing, 100)
    assert not refused.accepted
    found = train_matching(store, lambda *_: refused, site_model, TODAY, plan=False, least=1_000)
    assert (found.accepted, found.written) == (False, False)
    assert site_model.current().edition == other_model().edition


def test_going_back_to_the_shipped_model(site_model: SiteModel, store: SqlStore) -> None:
    assert not forget_training(store, site_model, plan=False).written
    site_model.save(other_model(), "")
    planned = forget_training(store, site_model, plan=True)
    assert (planned.written, site_model.trained) == (False, True)
    assert forget_training(store, site_model, plan=False).moves == planned.moves
    assert site_model.current() is shipped()


@pytest.mark.parametrize(
    "content",
    ["", "format: [", "format: 99", "\x00", dump(shipped()).replace("kanji_and_reading", "renamed")],
    ids=["empty", "not_yaml", "of_a_later_version", "not_text", "of_an_earlier_version"],
)
def test_a_broken_file_is_an_error_that_says_what_to_do(site_model: SiteModel, store: SqlStore, content: str) -> None:
    site_model.path.parent.mkdir()
    site_model.path.write_text(content)
    with pytest.raises(ConfigError, match=r"leadsync people train --reset") as caught:
        site_model.current()
    assert str(site_model.path) in caught.value.text.ja
    assert forget_training(store, site_model, plan=False).written
    assert site_model.current() is shipped()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        SiteModel(tmp_path / "file" / FILE_NAME).save(shipped(), "")
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(ConfigError, match="cannot be written"):
        SiteModel(tmp_path / FILE_NAME).save(shipped(), "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", FILE_NAME]


def test_a_new_file_is_seen_without_a_restart(site_model: SiteModel) -> None:
    assert site_model.current() is shipped()
    site_model.save(other_model(), "")
    first = site_model.current()
    assert first.edition == other_model().edition
    assert site_model.current() is first
    site_model.save(shipped(), "")
    assert site_model.current().edition == shipped().edition


def test_the_matching_process_weighs_by_the_model_it_is_given(tmp_path: Path) -> None:
    known = {"fam": "sato", "giv": "tarou", "nm": "sato tarou", "ini": "t", "em": "t@x.jp", "loc": "t", "edom": "x.jp"}
    people = table_of(Features(n, emails=("t@x.jp",), **known) for n in (1, 2))  # type: ignore[arg-type]
    pair, site = pa.table({"left": [1], "right": [2]}, schema=PAIRS), Site(1_000, {"sato tarou": 3})
    matcher = Matcher(Limits(folder=tmp_path))
    before = matcher.weigh(people, pair, site)["weight"][0].as_py()
    child = matcher.pid
    matcher.use(replace(shipped()))
    assert matcher.pid == child
    matcher.use(other_model())
    after = matcher.weigh(people, pair, site)["weight"][0].as_py()
    matcher.use(shipped())
    again = matcher.weigh(people, pair, site)["weight"][0].as_py()
    matcher.close()
    assert (before - after, again) == (2_000, before)  # a bit for the name, another for the mailbox


def test_a_training_process_that_dies_is_an_error_and_leaves_no_trace(tmp_path: Path) -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from batches_of(Features(n) for n in range(10))
        raise pa.ArrowInvalid("the connection broke")

    with pytest.raises(EngineError, match="did not end well"):
        train_apart(batches(), Limits(folder=tmp_path), 5)
    with pytest.raises(EngineError, match="did not end well"):
        train_apart(batches_of(Features(n) for n in range(10)), Limits(memory_mb=1, threads=1, folder=tmp_path), 5)
    assert list(tmp_path.iterdir()) == []


def test_the_service_trains_without_loading_duckdb_or_splink(tmp_path: Path) -> None:
    code = """
import sys; sys.path[:] = {path!r}
import sync.bootstrap, sync.cli
from pathlib import Path
from sync.child_process import Limits
from sync.identity.engine.columns import batches_of
from sync.identity.features import Features
from sync.identity.trainer import train_apart
found = train_apart(batches_of(Features(n, em="a@x.jp") for n in range(50)), Limits(folder=Path({folder!r})), 100)
print(found.reason.en, sorted({{"duckdb", "splink"}} & set(sys.modules)))
"""
    text = code.format(path=sys.path, folder=str(tmp_path))
    env = {"HOME": os.sep}
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, env=env)
    assert (done.stdout.strip(), done.stderr) == ("50 records are fewer than the 100 that training needs []", "")


def test_resolving_and_training_go_on_side_by_side(store: SqlStore, training) -> None:  # type: ignore[no-untyped-def]
    """Training only reads, so a cycle in its middle loses nothing."""
    from contextlib import closing

    with closing(Matcher()) as matcher:
        resolve(store, matcher, lambda: 9, lambda: None)
    assert training(plan=True).accepted
