"""Puts an object together from its own lines and the fields every object bears."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from connectors.sandbox.salesforce.schema import ObjectSpec, parse_fields

Build = Callable[[], ObjectSpec]

_FIRST = "Id id system label=Record_ID"
_DELETED = "IsDeleted boolean system label=Deleted"
_STAMPS = """
CreatedDate datetime system
CreatedById reference(User) system as=CreatedBy
LastModifiedDate datetime system
LastModifiedById reference(User) system as=LastModifiedBy
SystemModstamp datetime system label=System_Modstamp
"""


def standard(name: str, prefix: str, lines: str, **traits: Any) -> Build:
    """`traits` go to ObjectSpec; label defaults to the name, recycle=False leaves IsDeleted out."""
    return partial(_build, name, prefix, lines, traits)


def _build(name: str, prefix: str, lines: str, traits: dict[str, Any]) -> ObjectSpec:
    left = dict(traits)
    deleted = _DELETED if left.pop("recycle", True) else ""
    stamps = _STAMPS if left.pop("stamped", True) else ""
    label = left.pop("label", name)
    fields = parse_fields("\n".join((_FIRST, deleted, lines, stamps)))
    return ObjectSpec(name, label, prefix, fields, **left)
