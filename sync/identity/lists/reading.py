"""Lists of contacts as CSV files: found as they come, broken rows told by their line, the rest read."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import IO, BinaryIO

from sync.core.text import Text
from sync.errors import ConfigError
from sync.identity.lists.columns import Columns, understand

MOST_LINES_OF_A_ROW = 100  # beyond that a quotation mark was never closed
MOST_CHARACTERS_OF_A_LINE = 100_000
_DELIMITERS = (",", "\t", ";")
_UNDECODED = re.compile("[\udc80-\udcff\uf8f0-\uf8f3]")  # the latter: bytes that CP932 has no character for
_ROWS_BETWEEN_TELLING = 1_000
_CHUNK = 1 << 20


class Fault(StrEnum):
    """Why a row was left out."""

    EMPTY = "empty"
    CELLS = "wrong_number_of_cells"
    QUOTE = "quote_never_closed"
    TOO_LONG = "too_long"
    UNDECODABLE = "undecodable"
    NUL = "nul_character"
    DUPLICATE_ID = "duplicate_id"


@dataclass(slots=True)
class Faults:
    """Lines of rows that were left out, by reason; holds no data of theirs."""

    lines: dict[Fault, list[int]] = field(default_factory=dict)

    def add(self, fault: Fault, line: int) -> None:
        self.lines.setdefault(fault, []).append(line)

    @property
    def rows(self) -> int:
        return sum(map(len, self.lines.values()))


@dataclass(frozen=True, slots=True)
class ListRow:
    """One sound row. `id` is the list's own, else the number of its line; `cells` are as the columns go, stripped."""

    id: str
    cells: Sequence[str]


class ListFile:
    """A list whose encoding, delimiter and columns have been found out.

    Raises ConfigError when it cannot be read or no column can be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults = Faults()
        try:
            self.bytes, self.encoding = path.stat().st_size, _encoding(path)
            with path.open("rb") as binary, self._text(binary) as file:
                self.delimiter, headers = _header(_Lines(file))
        except OSError as error:
            raise ConfigError(_unreadable(path, error)) from error
        self.columns: Columns = understand(headers)
        if not self.columns.usable:
            raise ConfigError(_no_column(path))

    def rows(self, told: Callable[[int], None] = lambda _: None) -> Iterator[ListRow]:
        """Every accepted row in order; what is left out goes to `faults`. `told` hears how many bytes are read."""
        self.faults = Faults()
        ids: set[str] = set()
        with self.path.open("rb") as binary, self._text(binary) as file:
            lines = _Lines(file)
            _header(lines)
            for line, cells in _records(lines, self.delimiter, self.columns.width, self.faults):
                id = self.columns.first("id", cells) or str(line)
                if id in ids:
                    self.faults.add(Fault.DUPLICATE_ID, line)
                    continue
                ids.add(id)
                yield ListRow(id, cells)
                if len(ids) % _ROWS_BETWEEN_TELLING == 0:
                    told(binary.tell())

    def _text(self, binary: BinaryIO) -> TextIOWrapper:
        # Line ends stay as they are: a line break inside quotes belongs to the cell.
        return TextIOWrapper(binary, encoding=self.encoding, errors="surrogateescape", newline="")


class _Endless(Exception):
    """A row takes more lines, or a line more characters, than any does."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault = fault


class _Lines:
    """Physical lines for a `csv.reader`. Keeps those of the row in hand, so that a broken one can be read anew."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.row: list[str] = []  # lines taken since `begin`
        self.first = 1  # number of the first of them
        self.ended = False  # whether the file came to its end since `begin`

    def begin(self) -> None:
        self.first += len(self.row)
        self.row = []
        self.ended = False

    def give_back(self) -> None:
        """The row is broken: all but its first line is read again."""
        self._again.extendleft(reversed(self.row[1:]))
        del self.row[1:]

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MOST_LINES_OF_A_ROW:
            raise _Endless(Fault.QUOTE)
        line = self._again.popleft() if self._again else self._file.readline(MOST_CHARACTERS_OF_A_LINE)
        if not line:
            self.ended = True
            raise StopIteration
        self.row.append(line)
        if len(line) == MOST_CHARACTERS_OF_A_LINE and line[-1] not in "\r\n":
            while (more := self._file.readline(_CHUNK)) and more[-1] not in "\r\n":
                pass
            raise _Endless(Fault.TOO_LONG)
        return line


def _header(lines: _Lines) -> tuple[str, list[str]]:
    """Delimiter and cells of the first row that is not blank; no cells in an empty file."""
    for line in lines:
        if line.strip():
            break
        lines.begin()
    else:
        return _DELIMITERS[0], []
    delimiter = max(_DELIMITERS, key=line.count)
    lines.give_back()
    cells = next(csv.reader(chain([line], lines), delimiter=delimiter))
    lines.begin()
    return delimiter, cells


def _records(lines: _Lines, delimiter: str, width: int, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Sound rows, each with the number of its first line and `width` stripped cells."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    blank: list[int] = []  # blank lines at the end of a file are nobody's fault
    while True:
        lines.begin()
        try:
            cells, fault = next(reader), None
        except StopIteration:
            return
        except _Endless as error:
            cells, fault = [], error.fault
        except csv.Error:
            cells, fault = _loosely(lines, delimiter)
        if not cells and not fault:
            blank.append(lines.first)
            continue
        for line in blank:
            faults.add(Fault.EMPTY, line)
        blank.clear()
        cells = [cell.strip() for cell in cells]
        if fault := fault or _fault(lines.row, cells, width):
            faults.add(fault, lines.first)
            if len(lines.row) > 1:
                lines.give_back()
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
        else:
            yield lines.first, cells[:width]


def _loosely(lines: _Lines, delimiter: str) -> tuple[list[str], Fault | None]:
    """A row that is not written by the rules: quotes in the midst of a cell are read as they stand. Over several lines
    they mean that a quote was never closed."""
    if lines.ended or len(lines.row) > 1:
        return [], Fault.QUOTE
    try:
        return next(csv.reader(lines.row, delimiter=delimiter)), None
    except csv.Error:
        return [], Fault.TOO_LONG


def _fault(row: Sequence[str], cells: Sequence[str], width: int) -> Fault | None:
    for line in row:
        if "\0" in line:
            return Fault.NUL
        if not line.isascii() and _UNDECODED.search(line):
            return Fault.UNDECODABLE
    if not any(cells):
        return Fault.EMPTY
    if len(cells) < width or any(cells[width:]):
        return Fault.CELLS
    return None


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, else what leaves the fewest characters undecoded."""
    with path.open("rb") as file:
        start = file.read(3)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    undecoded = {}
    for encoding in ("utf-8", "cp932"):
        undecoded[encoding] = _undecoded(path, encoding)
        if undecoded[encoding] == 0:
            return encoding
    return min(undecoded, key=lambda encoding: undecoded[encoding])


def _undecoded(path: Path, encoding: str) -> int:
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        return sum(
            0 if chunk.isascii() else len(_UNDECODED.findall(chunk)) for chunk in iter(lambda: file.read(_CHUNK), "")
        )


def _unreadable(path: Path, error: OSError) -> Text:
    reason = error.strerror or type(error).__name__
    return Text(f"{path} cannot be read: {reason}", f"{path} を読み込めません: {reason}")


def _no_column(path: Path) -> Text:
    return Text(
        f"{path}: the first line names no column to match by. Understood are, among others: given_name, family_name, "
        "full_name, email, phone, company, domain",
        f"{path}: 1 行目に名寄せに使える列名がありません。使える列名の例: 姓, 名, 氏名, "
        "メールアドレス, 電話番号, 会社名, ドメイン",
    )
