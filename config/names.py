"""Names of settings: the fields of a settings model as environment variables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from sync.core.text import Text

PREFIX = "LEADSYNC_"
NESTED = "__"
FILE_SUFFIX = "_FILE"
ENV_FILE = Path(".env")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its full name, its place in the model, and what it takes."""

    name: str
    path: tuple[str, ...]
    field: FieldInfo

    @property
    def secret(self) -> bool:
        return SecretStr in _parts(self.field.annotation)

    @property
    def many(self) -> bool:
        return get_origin(self.field.annotation) is tuple

    def parse(self, value: str) -> object:
        """A list is written with commas or as a JSON list of texts. Raises ValueError."""
        if not self.many:
            return value
        if not value.startswith("["):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        items = json.loads(value)
        if not all(isinstance(item, str) and item.strip() for item in items):
            raise ValueError("not a list of texts")
        return tuple(item.strip() for item in items)

    @property
    def default(self) -> object:
        return self.field.get_default(call_default_factory=True)

    @property
    def allowed(self) -> Text:
        """What the value may be, for messages and for the documentation."""
        kind = self.field.annotation
        if get_origin(kind) is Literal:
            return Text(" or ".join(get_args(kind)), " か ".join(get_args(kind)))
        if self.many:
            return Text("a list with commas, or JSON", "コンマ区切りの一覧、または JSON の配列")
        if kind is int:
            return self._number()
        if kind is bool:
            return Text("true or false", "true か false")
        if kind is time:
            return Text("a time of day as HH:MM", "HH:MM 形式の時刻")
        return self._text()

    def _number(self) -> Text:
        low = next((rule.ge for rule in self.field.metadata if isinstance(rule, Ge)), None)
        high = next((rule.le for rule in self.field.metadata if isinstance(rule, Le)), None)
        if high is None:
            return Text(f"a whole number from {low}", f"{low} 以上の整数")
        return Text(f"a whole number from {low} to {high}", f"{low} から {high} までの整数")

    def _text(self) -> Text:
        if self.path == ("timezone",):
            return Text("an IANA time zone such as Asia/Tokyo", "Asia/Tokyo のような IANA タイムゾーン名")
        if self.path == ("salesforce", "api_version"):
            return Text("a version such as 66.0", "66.0 のような版番号")
        return Text("text", "文字列")


def settings_of(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The leaves of a settings model, in its order."""
    for name, field in model.model_fields.items():
        here = (*path, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings_of(field.annotation, here)
        else:
            yield Setting(PREFIX + NESTED.join(here).upper(), here, field)


def _parts(kind: object) -> set[object]:
    """A type and everything it is made of: `tuple[SecretStr, ...]` holds SecretStr."""
    return {kind}.union(*(_parts(part) for part in get_args(kind) if get_origin(kind) is not Literal))
