"""The matching model as data: comparisons, their levels, and what each level is worth.

Levels of a comparison are tried in order and the first whose condition holds applies. `m` is how often it applies to
two records of one person, `u` how often to two records of two people; the weight is log2(m / u). A level with
`rarity` is worth more the rarer the name: its u is scaled by the name's share of the records, to that power. A `local`
level is about being at one company: a site with more records has more companies, not only larger ones, so its u falls
as records grow beyond `records`, up to which the weights were found good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2
from typing import TypeVar

import yaml

from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.engine.conditions import Condition, Dialect, columns_of, render

FORMAT = 1
COMPARISONS = ("name", "email", "place", "detail")
PARTS = ("name", "email", "place")
"""What a pair's weight is told in: `detail`, which is title and city, counts to the place."""
RARITY_COLUMN = "nm"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Level:
    """One case of a comparison. `when` is None for the last one, which takes what is left. A level that tells
    nothing (`unknown`) has m = u."""

    id: str
    label: Text
    when: Condition | None
    m: float
    u: float
    rarity: float = 0.0
    fixed: bool = False  # set by hand; training leaves it alone
    unknown: bool = False
    local: bool = False

    @property
    def weight(self) -> float:
        """Bits, before the name's rarity counts."""
        return 0.0 if self.unknown else log2(self.m / self.u)

    @property
    def thousandths(self) -> int:
        return round(1000 * self.weight)

    @property
    def plain(self) -> bool:
        """Whether it asks for the same name and nothing else."""
        return self.when == {"same": RARITY_COLUMN}

    def sql(self, dialect: Dialect) -> str:
        return "ELSE" if self.when is None else render(self.when, dialect)


@dataclass(frozen=True, slots=True)
class Comparison:
    id: str
    label: Text
    levels: tuple[Level, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Features its conditions read."""
        read = frozenset().union(*(columns_of(level.when) for level in self.levels if level.when))
        return read | ({RARITY_COLUMN} if any(level.rarity for level in self.levels) else frozenset())

    @property
    def plain_u(self) -> float:
        """u of the level that only asks for the same name: what a level's rarity is measured against."""
        return next((level.u for level in self.levels if level.plain), 0.0)


@dataclass(frozen=True, slots=True)
class Model:
    """`matches_per_record`: matching pairs a site has for each of its records; the prior of two random records."""

    revision: int
    matches_per_record: float
    comparisons: tuple[Comparison, ...]
    records: int = 100_000

    @property
    def columns(self) -> frozenset[str]:
        return frozenset().union(*(comparison.columns for comparison in self.comparisons))

    @property
    def edition(self) -> str:
        """The same for two models only when every pair weighs the same by both; words do not count."""
        levels = [
            (c.id, level.id, level.when, level.m, level.u, level.rarity, level.unknown, level.local)
            for c in self.comparisons
            for level in c.levels
        ]
        told = json.dumps([self.revision, self.matches_per_record, self.records, levels])
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    def level_code(self, place: int, detail: int) -> int:
        """Both levels in one number: what `place_level` holds in `WEIGHED`."""
        return place + detail * len(self.comparison("place").levels)

    def levels_of(self, code: int) -> tuple[int, int]:
        """The levels of place and of detail out of their number."""
        detail, place = divmod(code, len(self.comparison("place").levels))
        return place, detail

    def comparison(self, id: str) -> Comparison:
        return next(comparison for comparison in self.comparisons if comparison.id == id)


@cache
def shipped() -> Model:
    """The model that comes with the product."""
    text = resources.files(__package__).joinpath("model.yaml").read_text(encoding="utf-8")
    return load(text)


def load(text: str) -> Model:
    """A model from YAML. Raises ConfigError, naming every place that is wrong with the first thing wrong there."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError("matching model: not YAML") from error
    root = _Node("model", document)
    if (found := root.value("format", int)) != FORMAT:
        raise ConfigError(f"matching model: format {found} is not {FORMAT}; re-train with this version of the product")
    model = Model(
        revision=root.value("revision", int),
        matches_per_record=root.share("matches_per_record"),
        comparisons=tuple(_comparison(node) for node in root.children("comparisons")),
        records=root.value("records", int),
    )
    _check(model)
    return model


def dump(model: Model, note: str = "") -> str:
    """The model as YAML, which `load` reads back to the same model; `note` becomes comment lines at its top."""
    document = {
        "format": FORMAT,
        "revision": model.revision,
        "matches_per_record": model.matches_per_record,
        "records": model.records,
        "comparisons": [_comparison_document(comparison) for comparison in model.comparisons],
    }
    comments = "".join(f"# {line}".rstrip() + "\n" for line in note.splitlines())
    return comments + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _comparison_document(comparison: Comparison) -> dict[str, object]:
    levels = [_level_document(level) for level in comparison.levels]
    return {"id": comparison.id, "label": _words(comparison.label), "levels": levels}


def _level_document(level: Level) -> dict[str, object]:
    when = "else" if level.when is None else level.when
    document: dict[str, object] = {"id": level.id, "label": _words(level.label), "when": when}
    if level.unknown:
        return document | {"unknown": True}
    document |= {"m": level.m, "u": level.u}
    if level.rarity:
        document["rarity"] = level.rarity
    if level.local:
        document["local"] = True
    return document | ({"fixed": True} if level.fixed else {})


def _words(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}


def _comparison(node: _Node) -> Comparison:
    levels = tuple(_level(child) for child in node.children("levels"))
    return Comparison(node.value("id", str), node.text("label"), levels)


def _level(node: _Node) -> Level:
    node.only("id", "label", "when", "m", "u", "rarity", "fixed", "unknown", "local")
    id, label, when = node.value("id", str), node.text("label"), node.condition("when")
    if node.value("unknown", bool, default=False):
        return Level(id, label, when, m=0.5, u=0.5, fixed=True, unknown=True)
    return Level(
        id=id,
        label=label,
        when=when,
        m=node.share("m"),
        u=node.share("u"),
        rarity=float(node.value("rarity", (int, float), default=0.0)),
        fixed=node.value("fixed", bool, default=False),
        local=node.value("local", bool, default=False),
    )


def _check(model: Model) -> None:
    if (found := tuple(comparison.id for comparison in model.comparisons)) != COMPARISONS:
        raise ConfigError(f"matching model: comparisons are {', '.join(COMPARISONS)}, not {', '.join(found)}")
    for comparison in model.comparisons:
        for problem in _problems(comparison):
            raise ConfigError(f"matching model, {comparison.id}: {problem}")


def _problems(comparison: Comparison) -> Sequence[str]:
    levels = comparison.levels
    found = []
    if not levels or levels[-1].when is not None:
        found.append("the last level must be `when: else`")
    if any(level.when is None for level in levels[:-1]):
        found.append("`when: else` before the last level")
    if len(levels) < 2 or not levels[0].unknown or any(level.unknown for level in levels[1:]):
        found.append("the first level, and no other, must be `unknown`")
    if twice := _twice(levels, lambda level: level.id):
        found.append(f"level {twice} is there twice")
    # Splink reports weights, not levels: the weight has to tell which level it was.
    if twice := _twice(levels, lambda level: level.thousandths):
        found.append(f"two levels weigh {twice} thousandths; make them one level")
    if any(level.rarity for level in levels) and not comparison.plain_u:
        found.append(f"a level with `rarity` needs a level `when: {{same: {RARITY_COLUMN}}}` beside it")
    return found


def _twice(levels: Sequence[Level], key: Callable[[Level], object]) -> object:
    keys = [key(level) for level in levels]
    return next((each for each in keys if keys.count(each) > 1), None)


@dataclass(frozen=True, slots=True)
class _Node:
    """A mapping of the file, with its place for messages."""

    place: str
    content: object

    def value(self, key: str, kind: type[_T] | tuple[type, ...], default: _T | None = None) -> _T:
        found = self._mapping().get(key, default)
        if found is None:
            raise ConfigError(f"matching model, {self.place}: {key} is missing")
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            raise ConfigError(f"matching model, {self.place}: {key} is {found!r}")
        return found  # type: ignore[return-value]

    def share(self, key: str) -> float:
        """A number between 0 and 1, without both ends: a level never seen still needs an m and a u."""
        found: float = self.value(key, (int, float))
        if not 0 < found < 1:
            raise ConfigError(f"matching model, {self.place}: {key} is {found!r}, not between 0 and 1")
        return float(found)

    def text(self, key: str) -> Text:
        node = _Node(f"{self.place}.{key}", self._mapping().get(key))
        node.only("en", "ja")
        return Text(en=node.value("en", str), ja=node.value("ja", str))

    def condition(self, key: str) -> Condition | None:
        found = self._mapping().get(key)
        if found == "else":
            return None
        if not isinstance(found, Mapping | list):
            raise ConfigError(f"matching model, {self.place}: {key} is missing or not a condition")
        render(found, Dialect.DUCKDB)
        return found

    def children(self, key: str) -> list[_Node]:
        found = self.value(key, list)
        return [_Node(f"{self.place}.{_name(child, index)}", child) for index, child in enumerate(found)]

    def only(self, *keys: str) -> None:
        if unknown := sorted(set(map(str, self._mapping())) - set(keys)):
            raise ConfigError(f"matching model, {self.place}: unknown {', '.join(unknown)}")

    def _mapping(self) -> Mapping[str, object]:
        if not isinstance(self.content, Mapping):
            raise ConfigError(f"matching model, {self.place}: not a mapping")
        return self.content


def _name(child: object, index: int) -> str:
    return str(child.get("id", index)) if isinstance(child, Mapping) else str(index)
