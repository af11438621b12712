"""The matching bench: what it says of clusters, costs and the bar, and that its ways run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.matching.bar import BARS, bar_for, judged
from bench.matching.components import components
from bench.matching.lists import SEED, SHARES, generated, given
from bench.matching.metrics import quality
from bench.matching.misses import misses
from bench.matching.processes import Cost, Failed, run
from bench.train_matching import SHARES as TRAINING_SHARES
from connectors.sandbox.world.contacts import PRESETS

ROOT = Path(__file__).parents[2]
PERFECT = quality({"a": 1, "b": 1}, {"a": 1, "b": 1})
FREE = Cost(0, 0, 0, 0)


def bench(*arguments: str) -> str:
    command = [sys.executable, "-m", "bench.matching", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_chain_is_one_component_whatever_the_order() -> None:
    for pairs in ([(1, 2), (2, 3), (5, 6)], [(5, 6), (3, 2), (2, 1)]):
        roots = components(pairs)
        assert roots[1] == roots[2] == roots[3] != roots[5] == roots[6]


def test_work_of_a_grandchild_counts() -> None:
    burn = "import time; end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
    cost, _ = run(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"))
    assert cost.cpu >= 0.4
    assert cost.wall >= 0.4


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell the largest process only")
def test_memory_of_two_processes_at_one_moment_is_added_up() -> None:
    hold = "import time; held = b'x' * 60_000_000; time.sleep(0.5)"
    alone, _ = run(python(hold))
    both, _ = run(
        python(f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {hold!r}]); {hold}; p.wait()")
    )
    assert both.peak_mb - alone.peak_mb > 55
    assert both.resident_mb >= both.peak_mb


def test_what_a_command_prints_is_given_and_its_failure_is_told() -> None:
    assert run(python("print('out')"))[1] == "out\n"
    assert run(python("raise SystemExit(1)"), accepted=(0, 1))
    with pytest.raises(Failed, match="for a reason"):
        run(python("raise SystemExit('for a reason')"))


def test_the_bar_of_the_nearest_size_counts() -> None:
    assert [bar_for(records)[0] for records in (300, 20_000, 50_000, 290_000, 900_000)] == [
        10_000,
        10_000,
        100_000,
        100_000,
        1_000_000,
    ]


def test_the_bar_tells_failed_from_not_met() -> None:
    verdicts = {what: verdict for what, _, _, verdict in judged(BARS[10_000], PERFECT, FREE)}
    assert set(verdicts.values()) == {"met"}
    none = quality({}, {"a": 1, "b": 1})
    assert {what: verdict for what, _, _, verdict in judged(BARS[10_000], none, Cost(9, 9, 501, 900))} == {
        "F1": "FAILED",
        "P": "met",
        "B-cubed F1": "not met",
        "most people in one": "met",
        "wall": "not met",
        "peak": "not met",
    }


def test_the_list_is_of_no_seed_and_no_shares_that_the_model_learnt_from() -> None:
    assert SHARES not in [PRESETS[name] for name in TRAINING_SHARES]
    assert not 7_000 <= SEED < 9_000


def test_a_generated_list_comes_with_the_truth_of_each_record_and_goes_away() -> None:
    with generated(200, SEED) as listed:
        clusters = listed.clusters()
        assert listed.source.read_text(encoding="utf-8").count("\n") == 201
        assert clusters.keys() == {str(id) for id in range(1, 201)}
        assert len(set(clusters.values())) < 200
    assert not listed.source.exists()


def test_a_list_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is not here"):
        given(tmp_path / "none.csv", tmp_path / "truth.csv")


def test_misses_are_counted_by_where_the_pair_was_lost(tmp_path: Path) -> None:
    source, truth, out = (tmp_path / name for name in ("list.csv", "truth.csv", "out.csv"))
    source.write_text(
        "id,full_name,email,company\n"
        "a,Taro Yamada,taro.yamada@acme.example.com,Acme\n"
        "b,Taro Yamada,taro.yamada@acme.example.com,Acme\n"
        "c,Hanako Suzuki,hanako@globex.example.com,Globex\n"
        "d,John Smith,john@initech.example.com,Initech\n",
        encoding="utf-8",
    )
    truth.write_text("id,cluster_id\na,1\nb,1\nc,2\nd,2\n", encoding="utf-8")
    out.write_text("id,cluster_id\na,a\nb,b\nc,c\nd,a\n", encoding="utf-8")
    text = misses(given(source, truth), out)
    assert "false pairs: 1 of 1 found\nthrough others 1\n" in text
    assert "missed pairs: 2 of 2 true\n" in text
    assert "no common key 1" in text
    assert "certain, but refused by a guard 1" in text


@pytest.mark.slow
def test_the_ways_run_beside_each_other_and_the_bar_is_told() -> None:
    printed = bench("--records", "400", "--ways", "leadsync", "floor", "--misses")
    rows = {line[:30].strip(): line.split() for line in printed.splitlines()}
    assert rows["read and normalise only (floor"][-3] == "1.00"
    assert "leadsync people dedupe" in rows
    assert "bar of 10,000 records" in printed
    assert "missed pairs: " in printed


@pytest.mark.slow
def test_new_records_are_resolved_against_a_store() -> None:
    printed = bench("--store-records", "300", "--new", "40")
    assert "first load: " in printed
    assert "40 at once" in printed
    assert "one (median of 15)" in printed
    assert "pairs with a new record: " in printed
    assert "sync/jobs/resolve.py:resolve" in printed
