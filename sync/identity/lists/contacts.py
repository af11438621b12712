"""A row of a list as a record to be normalised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from sync.identity.features import RawPerson
from sync.identity.lists.columns import Columns

_BETWEEN_ADDRESSES = re.compile(r"[;,、；\s]+")
_BETWEEN_NUMBERS = re.compile(r"\s*[;,、；/／\n]\s*")
_DIGITS_OF_A_NUMBER = 9


def contact(id: int, columns: Columns, cells: Sequence[str]) -> RawPerson:
    """What matching reads of a row. A reading in one column counts when its two parts can be told apart."""
    family_kana, given_kana = columns.first("family_kana", cells), columns.first("given_kana", cells)
    given, family = columns.first("given_name", cells), columns.first("family_name", cells)
    full, kana = columns.first("full_name", cells), columns.first("full_kana", cells)
    if kana and not (given or family or full):
        full = kana
    elif kana and not (family_kana or given_kana) and len(parts := kana.split()) == 2:
        family_kana, given_kana = parts
    return RawPerson(
        id,
        given_name=given,
        family_name=family,
        full_name=full,
        given_kana=given_kana,
        family_kana=family_kana,
        emails=tuple(chain.from_iterable(map(_addresses, columns.every("email", cells)))),
        phones=tuple(chain.from_iterable(map(_numbers, columns.every("phone", cells)))),
        company=columns.first("company", cells),
        domain=columns.first("domain", cells),
        title=columns.first("title", cells),
        city=columns.first("city", cells),
        country=columns.first("country", cells),
    )


def _addresses(cell: str) -> list[str]:
    several = cell.count("@") + cell.count("＠") > 1
    return [part for part in _BETWEEN_ADDRESSES.split(cell) if part] if several else [cell]


def _numbers(cell: str) -> list[str]:
    parts = [part for part in _BETWEEN_NUMBERS.split(cell) if part]
    several = all(sum(map(str.isdigit, part)) >= _DIGITS_OF_A_NUMBER for part in parts)
    return parts if several else [cell]
