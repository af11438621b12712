"""A YAML document with the line of every part, checked against the model schema."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from sync.core.text import Text
from sync.scoring import plain_yaml

Path = tuple[str | int, ...]


_NAMED: Mapping[Path, Text] = {
    ("rules",): Text("rule", "ルール"),
    ("exclusions",): Text("exclusion", "除外条件"),
    ("segments",): Text("segment", "セグメント"),
    ("content", "tags"): Text("tag", "タグ"),
    ("content", "themes"): Text("theme", "テーマ"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a file. `owner` is the rule, tag, ... that it lies in."""

    source: str
    line: int
    path: Path  # within the owner
    text: Text
    owner: Text | None = None

    def to(self, language: str) -> str:
        line = f"{self.line}行目" if language == "ja" else f"line {self.line}"
        owner = self.owner.to(language) if self.owner else ""
        where = ", ".join(filter(None, (self.source, line, owner, "/".join(str(step) for step in self.path))))
        return f"{where}: {self.text.to(language)}"


@dataclass
class Document:
    """Parsed YAML; `problems` holds whatever is wrong with it. `data` is a dict only when there is none."""

    source: str
    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: Path, text: Text) -> None:
        owner, below = self._owner(path)
        problem = Problem(self.source, self._line(path), below, text, owner)
        if problem not in self.problems:  # jsonschema speaks up once for each missing key, we name all at once
            self.problems.append(problem)

    def line_of(self, where: Path) -> int:
        """The line of a part, or of what it should stand in. Entries of lists go by their number or their `id`."""
        found: Any = self.data
        path: Path = ()
        for step in where:
            if isinstance(found, list) and isinstance(step, str):
                step = next((n for n, entry in enumerate(found) if _id_of(entry) == step), len(found))
            path = (*path, step)
            found = self._at(path)
        return self._line(path)

    def _owner(self, path: Path) -> tuple[Text | None, Path]:
        """The rule, exclusion, ... that a path leads into, and the rest of the path."""
        for length in (2, 3):
            sort, entry = _NAMED.get(path[: length - 1]), self._at(path[:length])
            if sort and isinstance(entry, Mapping) and isinstance(entry.get("id"), str):
                return Text(f"{sort.en} {entry['id']}", f"{sort.ja} {entry['id']}"), path[length:]
        return None, path

    def _at(self, path: Path) -> Any:
        found = self.data
        for step in path:
            if isinstance(found, Mapping):
                found = found.get(step)
            else:
                found = found[step] if isinstance(found, list) and isinstance(step, int) else None
        return found

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _id_of(entry: Any) -> Any:
    return entry.get("id") if isinstance(entry, Mapping) else None


def read_document(text: str, source: str, part: str = "", validator: Draft202012Validator | None = None) -> Document:
    """Parses and checks against the model schema, or with `part` against that definition of it; with `validator`
    (of `checker`) against another schema."""
    document = Document(source)
    try:
        node, document.data = plain_yaml.parse(text)
    except plain_yaml.Unreadable as error:
        document.lines[()] = error.line
        document.report((), error.text)
        return document
    _locate(node, (), document)
    if document.problems:
        return document
    for found in (validator or _validator(part)).iter_errors(document.data):
        _explain(found, document)
    return document


def nearest(name: str, known: Sequence[str]) -> Text:
    """What to write instead of an unknown name."""
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return Text(f"unknown name {name!r}; did you mean {close[0]!r}?", f"不明な名前 {name!r}。{close[0]!r} ですか?")
    listed = ", ".join(sorted(known)) or "-"
    return Text(f"unknown name {name!r}; known: {listed}", f"不明な名前 {name!r}。使える名前: {listed}")


def _locate(node: yaml.Node | None, path: Path, document: Document) -> None:
    """Notes the line of every part and reports doubled keys, of which YAML silently keeps the last."""
    if node is None:
        return
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _locate(item, (*path, index), document)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            below = (*path, str(key.value))
            _locate(value, below, document)
            document.lines[below] = key.start_mark.line + 1
            if str(key.value) in seen:
                document.report(below, _GIVEN_TWICE)
            elif not str(key.tag).endswith(":str"):
                document.report(below, _NO_KEY)
            seen.add(str(key.value))


_GIVEN_TWICE = Text("this key is given twice; keep one", "同じキーが重複しています。一つにしてください")
_NO_KEY = Text(
    "YAML does not read this key as text; put it in quotes", "キーが文字列ではありません。引用符で囲んでください"
)


@cache
def _schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("sync.scoring").joinpath("schema.json").read_text("utf-8"))
    return loaded


@cache
def _validator(part: str) -> Draft202012Validator:
    schema = _schema()
    if part:
        schema = {"$schema": schema["$schema"], "$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}
    return checker(schema)


def checker(schema: Mapping[str, Any]) -> Draft202012Validator:
    # JSON schema counts 10.0 as an integer; points with a fraction part must not slip in as floats.
    whole = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    checked: Draft202012Validator = extend(Draft202012Validator, type_checker=whole)(schema)  # type: ignore[no-untyped-call]
    return checked


def _explain(error: ValidationError, document: Document) -> None:
    path = tuple(error.absolute_path)
    for below, text in _texts(error):
        document.report((*path, *below), text)


def _texts(error: ValidationError) -> Iterator[tuple[Path, Text]]:
    rule = str(error.validator)
    value: Any = error.instance
    asked: Any = error.validator_value
    schema: Any = error.schema
    if rule == "additionalProperties" and isinstance(value, Mapping):
        known = list(schema.get("properties", {}))
        for name in value:
            if str(name) not in known:
                yield (str(name),), nearest(str(name), known)
    elif rule == "required":
        for name in asked:
            if name not in value:
                yield (), Text(f"{name!r} is missing; add it", f"{name!r} がありません。追加してください")
    elif rule == "enum":
        yield (), nearest(str(value), [str(choice) for choice in asked])
    else:
        yield (), _RULES.get(rule, _other)(value, asked, error.message)


def _other(_value: object, _asked: object, message: str) -> Text:
    return Text(message, f"形式が正しくありません: {message}")


def _type(value: object, asked: object, _message: str) -> Text:
    name = _TYPES.get(str(asked), Text(str(asked), str(asked)))
    return Text(f"{_shown(value)} should be {name.en}", f"{_shown(value)} は{name.ja}にしてください")


def _shown(value: object) -> str:
    """The value as the file has it; of long ones the beginning does."""
    text = json.dumps(value, ensure_ascii=False) if value is None or isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _few(value: Sequence[object], least: int) -> Text:
    if not value:
        return Text("the list is empty; add an entry", "リストが空です。項目を追加してください")
    return Text(f"too few entries; at least {least}", f"項目が足りません。{least} 件以上にしてください")


_TYPES = {
    "integer": Text("a whole number, without quotes and decimals", "整数(引用符・小数点なし)"),
    "string": Text("text; put it in quotes", "文字列(引用符で囲む)"),
    "array": Text("a list; put it in [ ]", "リスト([ ] で囲む)"),
    "object": Text("a group of keys and values", "キーと値の組"),
    "boolean": Text("true or false, without quotes", "true か false(引用符なし)"),
    "['integer', 'null']": Text("a whole number or null", "整数か null"),
    "['object', 'null']": Text("a group of keys or null", "キーと値の組か null"),
    "['string', 'object']": Text("text in quotes, or a text for each of en and ja", "文字列か、en と ja の組"),
}
_RULES: dict[str, Callable[[Any, Any, str], Text]] = {
    "type": _type,
    "minimum": lambda v, a, _: Text(f"{v!r} is too small; at least {a}", f"{v!r} は小さすぎます。{a} 以上です"),
    "maximum": lambda v, a, _: Text(f"{v!r} is too large; at most {a}", f"{v!r} は大きすぎます。{a} 以下です"),
    "minLength": lambda _v, a, _: Text(f"too short; at least {a} characters", f"短すぎます。{a} 文字以上です"),
    "maxLength": lambda _v, a, _: Text(f"too long; at most {a} characters", f"長すぎます。{a} 文字以内です"),
    "minItems": lambda v, a, _: _few(v, a),
    "maxItems": lambda v, a, _: Text(
        f"{len(v)} entries are too many; at most {a}", f"項目が {len(v)} 件あります。{a} 件以内にしてください"
    ),
    "const": lambda v, a, _: Text(
        f"{v!r} is not possible here; write {str(a).lower()} or leave it out",
        f"{v!r} は指定できません。{str(a).lower()} と書くか、削除してください",
    ),
    "pattern": lambda v, a, _: Text(
        f"{v!r} is no valid id: a small letter first, then small letters, digits and _ (pattern {a})",
        f"{v!r} は ID として使えません。英小文字で始め、英小文字・数字・_ を使います(形式 {a})",
    ),
}
