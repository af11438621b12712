"""Recursive descent over the tokens of one query. Everything it does not know is MALFORMED_QUERY."""

from __future__ import annotations

from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.soql.syntax import (
    Call,
    Comparison,
    Condition,
    Junction,
    Literal,
    Macro,
    Ordering,
    Path,
    Query,
)
from connectors.sandbox.salesforce.soql.tokens import Token, query_error, tokenize, unquote

_AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
_COMPARE = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
_CLAUSES = frozenset({"WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "HAVING", "WITH", "FOR", "ALL", "USING"})
MAX_OFFSET = 2000


def parse(soql: str) -> Query:
    """Raises ApiError MALFORMED_QUERY with the place."""
    parser = _Parser(soql)
    query = parser.query()
    parser.expect_end()
    return query


class _Parser:
    def __init__(self, soql: str) -> None:
        self._soql = soql
        self._tokens = tokenize(soql)
        self._next = 0

    def query(self) -> Query:
        self._word("SELECT")
        select = self._select()
        self._word("FROM")
        source = self._take("name")
        where = self._condition() if self._skip("WHERE") else None
        group = self._group()
        order = self._order()
        limit = self._count() if self._skip("LIMIT") else None
        offset = self._offset() if self._skip("OFFSET") else 0
        return Query(select, source.text, source.at, where, group, order, limit, offset)

    def expect_end(self) -> None:
        if self._peek().kind != "end":
            raise self._unexpected()

    # SELECT list

    def _select(self) -> tuple[Path | Call | Macro | Query, ...]:
        items = [self._item()]
        while self._symbol(","):
            items.append(self._item())
        return tuple(items)

    def _item(self) -> Path | Call | Macro | Query:
        if self._symbol("("):
            inner = self.query()
            self._close()
            return inner
        name = self._take("name")
        if not self._symbol("("):
            if name.word in ("FROM", "TYPEOF"):
                raise self._unexpected(name)
            return self._path(name)
        if name.word == "FIELDS":
            kind = self._peek().word  # ALL is a clause word elsewhere
            self._next += 1
            self._close()
            return Macro(kind, name.at)
        if name.word not in _AGGREGATES:
            raise self._unexpected(name)
        return self._call(name)

    def _call(self, name: Token) -> Call:
        path = None if self._peek().text == ")" else self._path(self._take("name"))
        self._close()
        alias = ""
        if self._peek().kind == "name" and self._peek().word != "FROM":
            alias = self._take("name").text
        return Call(name.word, path, alias, name.at)

    # WHERE

    def _condition(self) -> Condition:
        first = self._negated()
        word = self._peek().word
        if word not in ("AND", "OR"):
            return first
        parts = [first]
        while self._skip(word):
            parts.append(self._negated())
        if self._peek().word in ("AND", "OR"):  # the two mix only with parentheses
            raise self._unexpected()
        return Junction(word, tuple(parts))

    def _negated(self) -> Condition:
        if self._skip("NOT"):
            return Junction("NOT", (self._negated(),))
        if self._symbol("("):
            inner = self._condition()
            self._close()
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        name = self._take("name")
        path = self._path(name)
        operator = self._operator()
        if operator in ("IN", "NOT IN", "INCLUDES", "EXCLUDES"):
            return Comparison(path, operator, self._list(), name.at)
        return Comparison(path, operator, self._literal(), name.at)

    def _operator(self) -> str:
        token = self._peek()
        if token.kind == "symbol" and token.text in _COMPARE:
            self._next += 1
            return "!=" if token.text == "<>" else token.text
        if token.word in ("LIKE", "IN", "INCLUDES", "EXCLUDES"):
            self._next += 1
            return token.word
        if self._skip("NOT"):
            self._word("IN")
            return "NOT IN"
        raise self._unexpected()

    def _list(self) -> tuple[Literal, ...] | Query:
        if not self._symbol("("):
            raise self._unexpected()
        if self._peek().word == "SELECT":
            inner = self.query()
            self._close()
            return inner
        items = [self._literal()]
        while self._symbol(","):
            items.append(self._literal())
        self._close()
        return tuple(items)

    def _literal(self) -> Literal:
        token = self._peek()
        self._next += 1
        if token.kind == "string":
            return Literal("string", unquote(token.text), token.at)
        if token.kind in ("date", "datetime"):
            return Literal(token.kind, token.text, token.at)
        if token.kind == "number":
            value = float(token.text) if "." in token.text else int(token.text)
            return Literal("number", value, token.at)
        if token.word == "NULL":
            return Literal("null", None, token.at)
        if token.word in ("TRUE", "FALSE"):
            return Literal("boolean", token.word == "TRUE", token.at)
        if token.kind == "name" and "." not in token.text:
            return Literal("relative", self._relative(token), token.at)
        raise self._unexpected(token)

    def _relative(self, token: Token) -> tuple[str, int]:
        return (token.word, self._count()) if self._symbol(":") else (token.word, 0)

    # the rest

    def _group(self) -> tuple[Path, ...]:
        if not self._skip("GROUP"):
            return ()
        self._word("BY")
        paths = [self._path(self._take("name"))]
        while self._symbol(","):
            paths.append(self._path(self._take("name")))
        return tuple(paths)

    def _order(self) -> tuple[Ordering, ...]:
        if not self._skip("ORDER"):
            return ()
        self._word("BY")
        found = [self._ordering()]
        while self._symbol(","):
            found.append(self._ordering())
        return tuple(found)

    def _ordering(self) -> Ordering:
        path = self._path(self._take("name"))
        descending = self._skip("DESC")
        if not descending:
            self._skip("ASC")
        last = False
        if self._skip("NULLS"):
            last = self._skip("LAST")
            if not last:
                self._word("FIRST")
        return Ordering(path, descending, last)

    def _count(self) -> int:
        token = self._take("number")
        if not token.text.isdigit():
            raise self._unexpected(token)
        return int(token.text)

    def _offset(self) -> int:
        count = self._count()
        if count > MAX_OFFSET:
            raise ApiError(
                400, "NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed for this api is {MAX_OFFSET}"
            )
        return count

    # tokens

    def _path(self, token: Token) -> Path:
        return Path(tuple(token.text.split(".")), token.at)

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self, kind: str) -> Token:
        token = self._peek()
        if token.kind != kind or token.word in _CLAUSES:
            raise self._unexpected()
        self._next += 1
        return token

    def _skip(self, word: str) -> bool:
        if self._peek().word != word:
            return False
        self._next += 1
        return True

    def _word(self, word: str) -> None:
        if not self._skip(word):
            raise self._unexpected(wanted=word)

    def _symbol(self, text: str) -> bool:
        token = self._peek()
        if token.kind != "symbol" or token.text != text:
            return False
        self._next += 1
        return True

    def _close(self) -> None:
        if not self._symbol(")"):
            raise self._unexpected(wanted=")")

    def _unexpected(self, token: Token | None = None, wanted: str = "") -> ApiError:
        token = token or self._peek()
        hint = f", expecting '{wanted}'" if wanted else ""
        return query_error("MALFORMED_QUERY", self._soql, token.at, f"unexpected token: '{token.text}'{hint}")
