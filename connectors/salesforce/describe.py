"""What the org shows us of each object, asked by describe and remembered for hours.

Fields come and go, and field-level security hides them as if they did not exist. So nothing is selected that
describe does not show; what vanished is told once; what a query refuses although describe shows it is left
out until the next look.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from connectors.kana import NO_KANA, KanaFields, kana_fields
from connectors.salesforce.answers import ABSENT_OBJECT
from connectors.salesforce.client import Refusal, SalesforceClient
from connectors.salesforce.streams import KEYS, OWN, PERSON_OBJECTS, STREAMS, Stream
from sync.core.records import SALESFORCE
from sync.core.text import Text
from sync.ports import Clock, Memory, Notice

FRESH_SECONDS = 6 * 3600
ABSENT_SECONDS = 24 * 3600  # an object that is not there is looked for once a day
_ALSO = {
    "Task": ("Priority", "ReminderDateTime", "IsReminderSet", "WhatId"),
    "Lead": OWN,
    "Contact": OWN,
}
# The names of people in their own letters, which an org with local names has: in Japan they hold the reading.
_LOCAL = KanaFields(family=("LastNameLocal",), given=("FirstNameLocal",))
_TEXT = ("string", "textarea")
_WATCHED = {stream.object: frozenset(stream.wanted) | frozenset(_ALSO.get(stream.object, ())) for stream in STREAMS}


@dataclass(frozen=True, slots=True)
class FieldShape:
    type: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = False
    updateable: bool = False
    values: tuple[str, ...] = ()  # active picklist values in order
    default: str = ""  # of the picklist


@dataclass(frozen=True, slots=True)
class Shape:
    """One object as describe showed it at `at`. `absent` is the vendor's code when it did not."""

    at: float
    fields: Mapping[str, FieldShape] = field(default_factory=dict)
    absent: str = ""
    refused: tuple[str, ...] = ()  # shown by describe, refused by a query since
    kana: KanaFields = NO_KANA  # of leads and contacts: fields with the reading of a name

    def selectable(self, stream: Stream) -> tuple[str, ...]:
        """The stream's fields that may be asked for now; an empty describe answer is taken as silence."""
        shown = stream.wanted if not self.fields else tuple(name for name in stream.wanted if name in self.fields)
        return tuple(name for name in (*shown, *self.kana.names, *stream.parents) if name not in self.refused)

    def readable(self, stream: Stream) -> bool:
        return not self.absent and set(KEYS) <= set(self.selectable(stream))


class Describer:
    """Shapes by object, kept in the connector's memory; notices of what changed wait until taken."""

    def __init__(self, client: SalesforceClient, memory: Memory, clock: Clock) -> None:
        self._client, self._memory, self._clock = client, memory, clock
        self._known: dict[str, Shape] = {}
        self._notices: list[Notice] = []

    def shape(self, object_name: str) -> Shape:
        """The object's shape, at most hours old."""
        known = self._remembered(object_name)
        if known is not None:
            limit = ABSENT_SECONDS if known.absent else FRESH_SECONDS
            if 0 <= self._clock() - known.at < limit:
                return known
        return self.anew(object_name)

    def anew(self, object_name: str, refused: tuple[str, ...] = ()) -> Shape:
        """Asks the org now; fields refused before get another chance unless named."""
        old = self._remembered(object_name)
        try:
            answer = self._client.call("GET", f"/sobjects/{object_name}/describe").body
            kana = _kana(answer) if object_name in PERSON_OBJECTS.values() else NO_KANA
            watched = _WATCHED.get(object_name, frozenset()) | set(kana.names)
            shape = Shape(self._clock(), _fields(answer, watched), refused=refused, kana=kana)
        except Refusal as refusal:
            if not (refusal.status in (403, 404) or refusal.fault.code in ABSENT_OBJECT):
                raise refusal.error from None
            return self.mark_absent(object_name, refusal.fault.code or str(refusal.status))
        self._tell_vanished(object_name, old, shape)
        return self._keep(object_name, shape)

    def mark_absent(self, object_name: str, code: str) -> Shape:
        """The object cannot be read; told once and looked for again tomorrow."""
        old = self._remembered(object_name)
        if old is None or not old.absent:
            self._notices.append(_absent_notice(object_name, code))
        return self._keep(object_name, Shape(self._clock(), absent=code))

    def refuse(self, object_name: str, names: Iterable[str]) -> Shape:
        """Leaves these fields out until the next describe, and says so."""
        shape = self.shape(object_name)
        new = [name for name in names if name not in shape.refused]
        self._notices.extend(_refused_notice(object_name, name) for name in new if "." not in name)
        return self._keep(object_name, replace(shape, refused=(*shape.refused, *new)))

    def kana(self, object_name: str) -> KanaFields:
        """As last described; asks nothing."""
        known = self._remembered(object_name)
        return NO_KANA if known is None else known.kana

    def forget(self) -> None:
        """After fields or rights were changed by ourselves."""
        for object_name in _WATCHED:
            self._known.pop(object_name, None)
            self._memory.put(_key(object_name), None)

    def notices(self) -> tuple[Notice, ...]:
        """Hands over what there is to tell, once."""
        told, self._notices = tuple(self._notices), []
        return told

    def _remembered(self, object_name: str) -> Shape | None:
        if object_name not in self._known:
            shape = _decode(self._memory.get(_key(object_name)))
            if shape is None:
                return None
            self._known[object_name] = shape
        return self._known[object_name]

    def _keep(self, object_name: str, shape: Shape) -> Shape:
        self._known[object_name] = shape
        self._memory.put(_key(object_name), _encode(shape))
        return shape

    def _tell_vanished(self, object_name: str, old: Shape | None, new: Shape) -> None:
        if old is None or not new.fields:
            return
        for name in old.fields:
            if name not in new.fields and name in _WATCHED[object_name] | set(old.kana.names):
                self._notices.append(_vanished_notice(object_name, name))


def _fields(answer: Any, watched: Set[str]) -> dict[str, FieldShape]:
    return {str(item["name"]): _field(item) for item in _listed(answer) if item["name"] in watched}


def _listed(answer: Any) -> list[Mapping[str, Any]]:
    listed = answer.get("fields") if isinstance(answer, Mapping) else None
    items = listed if isinstance(listed, list) else []
    return [item for item in items if isinstance(item, Mapping) and isinstance(item.get("name"), str)]


def _kana(answer: Any) -> KanaFields:
    texts = {str(item["name"]): str(item.get("label") or "") for item in _listed(answer) if item.get("type") in _TEXT}
    made = kana_fields((name, label) for name, label in texts.items() if name not in _LOCAL.names)
    return KanaFields(
        family=tuple(name for name in _LOCAL.family if name in texts) + made.family,
        given=tuple(name for name in _LOCAL.given if name in texts) + made.given,
        whole=made.whole,
    )


def _field(item: Mapping[str, Any]) -> FieldShape:
    listed = item.get("picklistValues")
    values = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    values = [one for one in values if one.get("active", True) and one.get("value")]
    default = next((str(one["value"]) for one in values if one.get("defaultValue")), "")
    return FieldShape(
        type=str(item.get("type") or ""),
        length=_int(item.get("length")),
        precision=_int(item.get("precision")),
        scale=_int(item.get("scale")),
        createable=item.get("createable") is not False,
        updateable=item.get("updateable") is not False,
        values=tuple(str(one["value"]) for one in values),
        default=default,
    )


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _key(object_name: str) -> str:
    return f"salesforce:describe:{object_name}"


def _encode(shape: Shape) -> str:
    return json.dumps(asdict(shape), separators=(",", ":"))


def _decode(text: str | None) -> Shape | None:
    try:
        kept = json.loads(text or "")
        fields = {
            name: FieldShape(**{**item, "values": tuple(item.get("values", ()))})
            for name, item in kept["fields"].items()
        }
        # Without it, it was remembered before these fields were looked for: the object is described anew.
        kana = NO_KANA if kept["absent"] else _kana_kept(kept["kana"])
        return Shape(float(kept["at"]), fields, kept["absent"], tuple(kept["refused"]), kana)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _kana_kept(kept: Mapping[str, list[str]]) -> KanaFields:
    return KanaFields(*(tuple(kept[part]) for part in ("family", "given", "whole")))


def _absent_notice(object_name: str, code: str) -> Notice:
    return Notice(
        "feature_missing",
        SALESFORCE,
        next(stream.name for stream in STREAMS if stream.object == object_name),
        Text(
            f"{object_name} cannot be read ({code}) and is skipped; grant the integration user Read on it "
            "(Setup > Permission Sets > Object Settings). It is looked for again once a day.",
            f"{object_name} を参照できないため({code})スキップします。連携ユーザーに参照権限を付与してください"
            "(設定 > 権限セット > オブジェクト設定)。1日1回再確認します。",
        ),
    )


def _vanished_notice(object_name: str, name: str) -> Notice:
    return Notice(
        "field_vanished",
        SALESFORCE,
        f"{object_name}.{name}",
        Text(
            f"{object_name}.{name} is no longer visible: deleted, renamed or hidden by field-level security. "
            "Reading goes on without it.",
            f"{object_name}.{name} が見えなくなりました(削除、名称変更、または項目レベルセキュリティ)。"
            "この項目なしで読み取りを続けます。",
        ),
    )


def _refused_notice(object_name: str, name: str) -> Notice:
    return Notice(
        "field_refused",
        SALESFORCE,
        f"{object_name}.{name}",
        Text(
            f"{object_name}.{name} is shown by describe but refused in queries; it is left out for some hours.",
            f"{object_name}.{name} は定義には表示されますがクエリで拒否されました。しばらく除外して読み取ります。",
        ),
    )
