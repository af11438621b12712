"""YAML for plain data written by hand: what can blow up, run code or surprise is refused with its line."""

from __future__ import annotations

import re
from typing import Any

import yaml

from sync.core.text import Text

LARGEST = 1_000_000  # characters; the shipped models have twenty thousand
DEEPEST = 20  # groups and lists inside each other
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # written as an escape; no file or database takes it


class Unreadable(Exception):
    """Why a text cannot be read, and the line."""

    def __init__(self, line: int, text: Text) -> None:
        super().__init__(text.en)
        self.line = line
        self.text = text


def parse(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes, which know their lines, and the data. Raises `Unreadable`."""
    if len(text) > LARGEST:
        raise Unreadable(1, _TOO_LARGE)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        return node, None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise Unreadable(_line_of(error, text), _reason(error)) from error


class _Loader(yaml.SafeLoader):
    """No anchors and aliases, which can grow a small file into gigabytes, no type tags, no bottomless nesting.

    Days stay the texts they are written as: as objects they would be unknown to JSON.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:  # of an alias, too
            raise _Refused(_NO_ALIAS, event.start_mark)
        if getattr(event, "tag", None) is not None:
            raise _Refused(_NO_TAG, event.start_mark)
        if self.depth == DEEPEST:
            raise _Refused(_TOO_DEEP, event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            found = super().construct_object(node, deep)
        except ValueError as error:  # it has the form of a number, such as 0b_
            raise _Refused(_NO_NUMBER, node.start_mark) from error
        if isinstance(found, str) and not found.isascii() and _HALF_CHARACTER.search(found):
            raise _Refused(_NO_TEXT, node.start_mark)
        return found


class _Refused(yaml.MarkedYAMLError):
    """YAML that is valid and not wanted here."""

    def __init__(self, text: Text, mark: Any) -> None:
        super().__init__(problem=text.en, problem_mark=mark)
        self.text = text


def _line_of(error: yaml.YAMLError, text: str) -> int:
    if isinstance(error, yaml.MarkedYAMLError):
        unfinished = error.context_mark if "end of stream" in str(error.problem) else None
        mark = unfinished or error.problem_mark or error.context_mark
        return mark.line + 1 if mark else 1
    return text.count("\n", 0, getattr(error, "position", 0)) + 1  # of a character that no text may hold


def _reason(error: yaml.YAMLError) -> Text:
    if isinstance(error, _Refused):
        return error.text
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    if r"'\t'" in reason:
        return _NO_TAB
    return Text(f"this is not valid YAML ({reason}); correct it", f"YAML として読めません({reason})。修正してください")


_TOO_LARGE = Text(
    f"the file is too large: more than {LARGEST:,} characters; name a model file",
    f"ファイルが大きすぎます({LARGEST:,} 文字超)。モデルのファイルを指定してください",
)
_NO_ALIAS = Text(
    "anchors and aliases (& and *) are not possible; write the part out",
    "& と * による参照は使えません。内容をそのまま書いてください",
)
_NO_TAG = Text(
    "type tags (!) are not possible; remove it, or put the text in quotes",
    "! による型指定は使えません。削除するか、文字列を引用符で囲んでください",
)
_TOO_DEEP = Text(
    f"nested more than {DEEPEST} levels deep; write it flatter",
    f"入れ子が {DEEPEST} 段を超えています。浅く書き直してください",
)
_NO_NUMBER = Text("this is no number; put text in quotes", "数値として読めません。文字列は引用符で囲んでください")
_NO_TEXT = Text(
    "this text holds half a character (an escape such as \\ud83d); write the character itself",
    "文字として不完全なエスケープ(\\ud83d など)があります。文字そのものを書いてください",
)
_NO_TAB = Text(
    "there is a tab; YAML indents with spaces only, replace it",
    "タブ文字があります。字下げは半角スペースにしてください",
)
