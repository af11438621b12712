"""How the scoring process reads the store: an address for ADBC and a query for each of the engine's inputs.

The queries are plain text that SQLite and PostgreSQL both take. A cross join keeps SQLite to the order of its tables:
who awaits a score first, and of the large tables only what is hers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from sync.repository import ScoringSource
from sync.store.feeding import BASIS_BYTES
from sync.store.tables import TRAIT_TEXTS

# How `scores.codes` holds the words of a score as numbers of the model that gave it: name -> (first bit, bits).
CODES = {
    "band": (0, 3),
    "exclusion": (3, 10),
    "segment": (13, 10),
    "interest": (23, 14),
    "missed": (37, 8),
    "reactivated": (45, 1),
}
_TRAITS = (
    "first_known_at", *TRAIT_TEXTS, "employees", "opted_out", "customer", "open_deal", "lost_at", "recycled_at",
)  # fmt: skip
_SUBJECT = ("kind", "url", "title", "content_id", "content_name", "content_type", "status")
_AWAITED = "from awaiting w cross join {tables} where {first}.person_id = w.person_id"
_EVERYBODY = "from {tables} where {first}.person_id is not null"


def source(url: URL, everybody: bool, version: str | None) -> ScoringSource:
    """Of everybody, or of those who await a score. Scores by `version` that rest on what there still is are known; with
    None none is."""
    queries = {
        "persons": _persons(everybody),
        "acts": _acts(everybody),
        "subjects": _subjects(everybody),
        "texts": _texts(everybody),
        **({} if version is None else {"known": _known(everybody, version)}),
    }
    return ScoringSource(url.get_backend_name(), _address(url), queries)


def packed(codes: Mapping[str, int]) -> int:
    """The value of `scores.codes`. Raises `ValueError` for a number that has no room."""
    if any(codes[name] >> bits for name, (_, bits) in CODES.items()):
        raise ValueError("a model with more parts than a score can name")
    return sum(codes[name] << bit for name, (bit, _) in CODES.items())


@lru_cache(maxsize=16)
def edition(version: str) -> str:
    """A model's part of a score's basis."""
    return hashlib.blake2b(version.encode(), digest_size=BASIS_BYTES).hexdigest()


def _address(url: URL) -> str:
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    return f"file:{quote(str(Path(url.database or '').absolute()))}?mode=ro"


def _those(everybody: bool, tables: str, first: str) -> str:
    """Whose rows: everybody's, or of those who await a score."""
    return (_EVERYBODY if everybody else _AWAITED).format(tables=tables, first=first)


def _in_order(everybody: bool, first: str) -> str:
    return f"order by {first if everybody else 'w'}.person_id"


def _persons(everybody: bool) -> str:
    columns = ", ".join(f"cast(r.{name} as bigint) as {name}" for name in _TRAITS)
    return f"select r.person_id, {columns} {_those(everybody, 'traits r', 'r')} {_in_order(everybody, 'r')}"


def _acts(everybody: bool) -> str:
    columns = 'a.person_id, a."at", a.activity_id, a.subject_id'
    return f"select {columns} {_those(everybody, 'acts a', 'a')} {_in_order(everybody, 'a')}"


def _subjects(everybody: bool) -> str:
    columns = ", ".join(f"s.{name}" for name in _SUBJECT)
    asked = "" if everybody else f" where s.id in (select a.subject_id {_those(False, 'acts a', 'a')})"
    return f"select s.id, {columns}, case when s.responded then 1 else 0 end as responded from subjects s{asked}"


def _texts(everybody: bool) -> str:
    each = (f"select r.{name} {_those(False, 'traits r', 'r')}" for name in TRAIT_TEXTS)
    asked = "" if everybody else f" where x.id in ({' union all '.join(each)})"
    return f"select x.id, x.text from texts x{asked}"


def _known(everybody: bool, version: str) -> str:
    """Scores that still are what they were computed from: by the same rules, the same attributes and acts."""
    codes = ", ".join(f"(s.codes >> {bit}) & {(1 << bits) - 1} as {name}" for name, (bit, bits) in CODES.items())
    those = _those(everybody, "traits r cross join scores s", "r")
    still = f"s.person_id = r.person_id and s.basis = r.basis || '{edition(version)}'"
    return f"select r.person_id, {codes}, s.mark, s.last_act_at {those} and {still} {_in_order(everybody, 'r')}"
