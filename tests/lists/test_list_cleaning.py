"""A list from file to clusters: right, the same in any order, and careful with files."""

from __future__ import annotations

import csv
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from connectors.sandbox.world.contacts import COLUMNS, PRESETS, contact_list
from sync.cli import people_dedupe
from sync.errors import ConfigError
from sync.identity.engine.duck import Resources
from sync.identity.lists.columns import understand
from sync.identity.lists.dedupe import dedupe
from sync.identity.lists.result import Cleaned, Decision
from sync.identity.lists.statistics import shared_keys, with_roles
from sync.identity.lists.worker import digests

Rows = list[list[str]]


class Heard:
    """A reporter that keeps what it heard."""

    def __init__(self) -> None:
        self.phases: list[str] = []

    def phase(self, name: str) -> None:
        self.phases.append(name)

    def done(self, part: int, whole: int) -> None:
        assert part <= whole or whole == 0


@pytest.fixture(scope="session")
def contacts() -> tuple[Rows, list[int]]:
    """Rows of a list and who is who."""
    made = list(contact_list(911, 2_500, PRESETS["default"]))
    return [[str(cell) for cell in row[:-1]] for row in made], [row.cluster for row in made]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def clean(source: Path, folder: Path, pairs: bool = False, threshold: int = 0) -> tuple[Cleaned, dict[str, str]]:
    out = folder / f"{source.stem}.out.csv"
    cleaned = dedupe(source, out, folder / "pairs.csv" if pairs else None, Heard(), folder, threshold)
    with out.open(encoding="utf-8", newline="") as file:
        return cleaned, {row["id"]: row["cluster_id"] for row in csv.DictReader(file)}


def partition(clusters: dict[str, str]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for id, cluster in clusters.items():
        found[cluster].add(id)
    return {frozenset(ids) for ids in found.values()}


def pairs_of(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def test_people_are_found_and_strangers_kept_apart(contacts: tuple[Rows, list[int]], tmp_path: Path) -> None:
    rows, truth = contacts
    cleaned, clusters = clean(write(tmp_path / "list.csv", COLUMNS, rows), tmp_path)
    assert list(clusters) == [row[0] for row in rows]
    both = Counter(zip(clusters.values(), truth, strict=True))
    found = pairs_of(both.values())
    assert found / pairs_of(Counter(clusters.values()).values()) > 0.97
    assert found / pairs_of(Counter(truth).values()) > 0.88
    assert cleaned.largest <= 15


def test_the_answer_is_the_same_in_any_order(contacts: tuple[Rows, list[int]], tmp_path: Path) -> None:
    rows = contacts[0]
    mixed = random.Random(5).sample(rows, len(rows))
    _, first = clean(write(tmp_path / "list.csv", COLUMNS, rows), tmp_path)
    _, second = clean(write(tmp_path / "mixed.csv", COLUMNS, mixed), tmp_path)
    assert partition(first) == partition(second)


def test_without_ids_too_the_answer_is_the_same_in_any_order(contacts: tuple[Rows, list[int]], tmp_path: Path) -> None:
    rows = contacts[0][:1_200]
    order = random.Random(6).sample(range(len(rows)), len(rows))
    _, first = clean(write(tmp_path / "list.csv", COLUMNS[1:], [row[1:] for row in rows]), tmp_path)
    _, second = clean(write(tmp_path / "mixed.csv", COLUMNS[1:], [rows[n][1:] for n in order]), tmp_path)
    line_before = {str(place): str(n + 2) for place, n in enumerate(order, 2)}
    renamed = {line_before[line]: cluster for line, cluster in second.items()}
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for line, row in enumerate(rows, 2):
        alike[tuple(row[1:])].append(line)
    twins = {str(line) for lines in alike.values() if len(lines) > 1 for line in lines}
    assert {c for c in partition(first) if not c & twins} == {c for c in partition(renamed) if not c & twins}


def test_a_cluster_is_called_by_its_first_record(tmp_path: Path) -> None:
    rows = [["b", "山田 太郎", "t@x.jp"], ["c", "鈴木 花子", ""], ["a", "山田太郎", "t@x.jp"]]
    cleaned, clusters = clean(write(tmp_path / "list.csv", ["ID", "氏名", "メール"], rows), tmp_path)
    assert clusters == {"b": "b", "c": "c", "a": "b"}
    assert (cleaned.rows, cleaned.clusters, cleaned.largest) == (3, 2, 2)


def test_pairs_say_what_became_of_them(contacts: tuple[Rows, list[int]], tmp_path: Path) -> None:
    cleaned, clusters = clean(write(tmp_path / "list.csv", COLUMNS, contacts[0]), tmp_path, pairs=True, threshold=4_000)
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    weights = [float(pair["weight"]) for pair in pairs]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] >= -3
    assert sum(cleaned.decisions.values()) == len(pairs)
    for pair in pairs:
        together = clusters[pair["left_id"]] == clusters[pair["right_id"]]
        assert (pair["decision"] == Decision.SAME) is together
        assert pair["decision"] != Decision.REVIEW or 0 <= float(pair["weight"]) < 4


def test_other_processes_give_the_same_digests(contacts: tuple[Rows, list[int]]) -> None:
    columns = understand(COLUMNS)
    batches = [(first, columns, contacts[0][first : first + 20]) for first in range(0, 60, 20)]
    here, there = list(digests(batches, 0)), list(digests(batches, 2))
    assert [(f.to_pylist(), k.to_pylist()) for f, k in here] == [(f.to_pylist(), k.to_pylist()) for f, k in there]


def test_a_mailbox_of_five_names_and_a_number_of_thirteen_records_are_shared() -> None:
    names = ["山田 太郎", "鈴木 花子", "Mary Smith", "高橋 健一", "John Brown"]
    rows = [[name, "kikaku@x.jp", ""] for name in names] + [["", "", "03-1234-5678"]] * 13
    batch = (0, understand(["name", "email", "phone"]), rows)
    features = pa.Table.from_batches([found for found, _ in digests([batch], 0)])
    shared = shared_keys(features, Resources())
    assert shared.mailboxes == {"kikaku@x.jp"}
    assert shared.numbers == {"+81312345678"}
    assert with_roles(features, shared)["role"].to_pylist() == [True] * 5 + [False] * 13


def test_broken_rows_do_not_keep_the_others_from_being_cleaned(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("id,name,email\n1,Taro Yamada,t@x.jp\n2,broken\n3,Taro Yamada,t@x.jp\n", encoding="utf-8")
    cleaned, clusters = clean(source, tmp_path)
    assert clusters == {"1": "1", "3": "1"}
    assert cleaned.faults.rows == 1


def test_a_list_of_headers_alone_gives_an_empty_answer(tmp_path: Path) -> None:
    cleaned, clusters = clean(write(tmp_path / "list.csv", ["id", "email"], []), tmp_path, pairs=True)
    assert clusters == {}
    assert (cleaned.rows, cleaned.clusters, cleaned.largest) == (0, 0, 0)


def test_the_list_is_never_written_over(tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "email"], [["1", "a@x.jp"]])
    before = source.read_bytes()
    (tmp_path / "same.csv").symlink_to(source)
    for out, pairs in ((source, None), (tmp_path / "same.csv", None), (tmp_path / "out.csv", source)):
        with pytest.raises(ConfigError):
            dedupe(source, out, pairs, Heard(), tmp_path)
    assert source.read_bytes() == before


def test_files_that_cannot_be_written_are_told_before_any_work(tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "email"], [["1", "a@x.jp"]])
    heard = Heard()
    for out, pairs in ((tmp_path / "none" / "out.csv", None), (tmp_path, None), (tmp_path / "o", tmp_path / "o")):
        with pytest.raises(ConfigError):
            dedupe(source, out, pairs, heard, tmp_path)
    assert heard.phases == []


cli = typer.Typer()
cli.add_typer(people_dedupe.app, name="people")


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["people", "dedupe", *map(str, words)])
    return result.exit_code, result.stdout


def test_the_command_tells_what_came_out_and_what_was_left_out(tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "氏名", "メール", "部署"], [["1", "山田 太郎", "t@x.jp", "x"], ["2"]])
    out = tmp_path / "out.csv"
    code, printed = call(source, "--out", out, "--json")
    assert code == 1
    told = json.loads(printed)
    assert (told["records"], told["people"]) == (1, 1)
    assert told["left_out"] == {"wrong_number_of_cells": {"rows": 1, "lines": [3]}}
    assert told["columns_not_used"] == ["部署"]
    assert out.read_text(encoding="utf-8") == "id,cluster_id\n1,1\n"


def test_the_command_ends_with_0_when_all_is_well_and_with_2_on_a_bad_file(tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "email"], [["1", "a@x.jp"], ["2", "a@x.jp"]])
    assert call(source, "--out", tmp_path / "out.csv")[0] == 0
    assert call(tmp_path / "none.csv", "--out", tmp_path / "out.csv")[0] == 2
    assert call(source, "--out", source)[0] == 2


def test_a_link_stays_a_link_and_what_is_no_ordinary_file_stays_as_it_is(tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "email"], [["1", "a@b.jp"]])
    target, link, pipe = tmp_path / "target.csv", tmp_path / "link.csv", tmp_path / "pipe"
    link.symlink_to(target)
    dedupe(source, link, None, Heard(), tmp_path)
    assert link.is_symlink()
    assert target.read_text().splitlines() == ["id,cluster_id", "1,1"]
    os.mkfifo(pipe)
    with pytest.raises(ConfigError, match="no ordinary file"):
        dedupe(source, pipe, None, Heard(), tmp_path)
    assert pipe.is_fifo()


@pytest.mark.parametrize("threshold", ["nan", "inf", "-inf", "1e309", "101"])
def test_a_threshold_that_no_pair_can_have_is_refused(threshold: str, tmp_path: Path) -> None:
    source = write(tmp_path / "list.csv", ["id", "email"], [["1", "a@b.jp"]])
    assert call(source, "--out", tmp_path / "out.csv", f"--threshold={threshold}")[0] == 2
    assert not (tmp_path / "out.csv").exists()


def test_headers_as_japanese_forms_write_them_are_understood() -> None:
    headers = [
        "お名前（姓）",
        "お名前（名）",
        "氏名(漢字)",
        "メールアドレス（会社）",
        "ご連絡先電話番号",
        "TEL 直通",
        "お勤め先",
        "部署・役職",
    ]
    columns = understand(headers)
    assert columns.unknown == ()
    assert columns.places["family_name"] == (0,)
    assert columns.places["phone"] == (4, 5)
