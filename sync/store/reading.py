"""How the scoring process reads the store: an address for ADBC and a query for each of the engine's inputs.

The queries are plain text that SQLite and PostgreSQL both take. A cross join keeps SQLite to the order of its tables:
who awaits a score first, and of the large tables only what is hers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from sync.repository import ScoringSource
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
_AWAITED = "awaiting w cross join {table} a where a.person_id = w.person_id"
_EVERYBODY = "{table} a where 1 = 1"


def source(url: URL, everybody: bool, version: str | None) -> ScoringSource:
    """Of everybody, or of those who await a score. Scores by `version` are known, those by others not; with None none
    is."""
    whose = _EVERYBODY if everybody else _AWAITED
    queries = {
        "persons": _persons(whose),
        "acts": _acts(whose),
        "subjects": _subjects(everybody),
        "texts": _texts(everybody),
        **({} if version is None else {"known": _known(whose, version)}),
    }
    return ScoringSource(url.get_backend_name(), _address(url), queries)


def packed(codes: Mapping[str, int]) -> int:
    """The value of `scores.codes`. Raises `ValueError` for a number that has no room."""
    if any(codes[name] >> bits for name, (_, bits) in CODES.items()):
        raise ValueError("a model with more parts than a score can name")
    return sum(codes[name] << bit for name, (bit, _) in CODES.items())


def _address(url: URL) -> str:
    if url.get_backend_name() != "sqlite":
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    return f"file:{quote(str(Path(url.database or '').absolute()))}?mode=ro"


def _persons(whose: str) -> str:
    columns = ", ".join(f"cast(a.{name} as bigint) as {name}" for name in _TRAITS)
    return f"select a.person_id, {columns} from {whose.format(table='traits')} order by a.person_id"


def _acts(whose: str) -> str:
    return (
        'select a.person_id, a."at", a.activity_id, a.subject_id'
        f" from {whose.format(table='acts')} order by a.person_id"
    )


def _subjects(everybody: bool) -> str:
    columns = ", ".join(f"s.{name}" for name in _SUBJECT)
    asked = "" if everybody else f" where s.id in (select a.subject_id from {_AWAITED.format(table='acts')})"
    return f"select s.id, {columns}, case when s.responded then 1 else 0 end as responded from subjects s{asked}"


def _texts(everybody: bool) -> str:
    each = (f"select a.{name} from {_AWAITED.format(table='traits')}" for name in TRAIT_TEXTS)
    asked = "" if everybody else f" where x.id in ({' union '.join(each)})"
    return f"select x.id, x.text from texts x{asked}"


def _known(whose: str, version: str) -> str:
    codes = ", ".join(f"(a.codes >> {bit}) & {(1 << bits) - 1} as {name}" for name, (bit, bits) in CODES.items())
    by_model = f"a.model_version = '{_checked(version)}'"
    return (
        f"select a.person_id, {codes}, a.mark, a.last_act_at"
        f" from {whose.format(table='scores')} and {by_model} order by a.person_id"
    )


def _checked(version: str) -> str:
    """A model's version stands in the text; it is a name and a digest."""
    return version.replace("'", "''")
