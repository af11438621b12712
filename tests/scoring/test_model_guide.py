from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from sync.scoring.lint import lint
from sync.scoring.model import load_model

GUIDE = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")


def keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}) if isinstance(schema.get("properties"), dict) else ()
        for part in schema.values():
            yield from keys(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from keys(part)


def test_every_key_and_kind_of_the_schema_is_in_the_guide() -> None:
    schema = json.loads(resources.files("sync.scoring").joinpath("schema.json").read_text("utf-8"))
    kinds = schema["$defs"]["kinds"]["items"]["enum"]
    fields = schema["$defs"]["field"]["enum"]
    missing = {word for word in {*keys(schema), *kinds, *fields} if not re.search(rf"\b{word}\b", GUIDE)}
    assert missing == set()


def test_the_guides_example_is_a_model_without_errors(model_file: Callable[[str], str]) -> None:
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert example is not None
    model = load_model(model_file(example.group(1)))
    assert not [finding for finding in lint(model) if finding.severity != "info"]
