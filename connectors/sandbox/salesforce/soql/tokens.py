"""Cuts SOQL text into tokens, each with its position for the error message."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.sandbox.salesforce.failures import ApiError

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d(?![\dT]))
    | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<symbol><=|>=|!=|<>|[(),=<>:])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
MAX_LENGTH = 100_000


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # string datetime date number name symbol end
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "name" else ""


def tokenize(soql: str) -> list[Token]:
    """Raises MALFORMED_QUERY for anything that is no token."""
    if len(soql) > MAX_LENGTH:
        raise ApiError(400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_LENGTH} characters.")
    tokens: list[Token] = []
    at = 0
    end = len(soql.rstrip())
    while at < end:
        match = _TOKEN.match(soql, at)
        if not match or match.lastgroup is None:
            start = at + len(soql[at:]) - len(soql[at:].lstrip())
            raise query_error("MALFORMED_QUERY", soql, start, f"unexpected token: '{soql[start : start + 1]}'")
        kind = match.lastgroup
        tokens.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    tokens.append(Token("end", "<EOF>", end))
    return tokens


def unquote(literal: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), literal[1:-1])


def query_error(code: str, soql: str, at: int, message: str) -> ApiError:
    """The vendor's form: the line, a caret, where, what."""
    before = soql[:at]
    row = before.count("\n") + 1
    column = at - (before.rfind("\n") + 1)
    line = soql.split("\n")[row - 1]
    shown = line[max(0, column - 40) : column + 40]
    caret = " " * min(column, 40) + "^"
    return ApiError(400, code, f"\n{shown}\n{caret}\nERROR at Row:{row}:Column:{column + 1}\n{message}")
