"""The CRM fields that leadsync owns: one table, from which both connectors derive names and types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.core.text import Text


class FieldType(StrEnum):
    NUMBER = "number"  # whole points
    CHOICE = "choice"
    TEXT = "text"  # at most 255 characters
    KEY = "key"  # at most 40 characters
    LONG_TEXT = "long_text"  # at most 32,768 characters
    TIME = "time"  # epoch seconds, UTC


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is the logical name; HubSpot: `leadsync_<name>`, Salesforce: `Leadsync_<Name>__c`."""

    name: str
    type: FieldType
    label: Text
    choices: tuple[tuple[str, Text], ...] = ()
    minimal: bool = False  # part of `provision --minimal`
    restricted: bool = True  # Salesforce: restricted picklist
    written: bool = True  # False: people fill it in, we read it

    @property
    def hubspot_name(self) -> str:
        return f"leadsync_{self.name}"

    @property
    def salesforce_name(self) -> str:
        return "Leadsync_" + "_".join(part.capitalize() for part in self.name.split("_")) + "__c"


BANDS: tuple[tuple[str, Text], ...] = (
    ("hot", Text("Hot", "ホット")),
    ("nurture", Text("Nurture", "育成")),
    ("hold", Text("Hold", "保留")),
    ("excluded", Text("Excluded", "対象外")),
    ("dormant", Text("Dormant", "休眠")),
)
SLA_STATES: tuple[tuple[str, Text], ...] = (
    ("none", Text("None", "なし")),
    ("open", Text("Open", "対応待ち")),
    ("warning", Text("Warning", "期限間近")),
    ("breached", Text("Breached", "期限超過")),
    ("met", Text("Met", "対応済み")),
)
VERDICTS: tuple[tuple[str, Text], ...] = (
    ("right", Text("Right", "妥当")),
    ("too_high", Text("Too high", "高すぎる")),
    ("too_low", Text("Too low", "低すぎる")),
    ("not_a_target", Text("Not a target", "対象外の相手")),
    ("already_customer", Text("Already a customer", "既存顧客")),
)

FIELDS: tuple[Field, ...] = (
    Field("score", FieldType.NUMBER, Text("Leadsync score", "Leadsync スコア"), minimal=True),
    Field("attribute_score", FieldType.NUMBER, Text("Leadsync attribute score", "Leadsync 属性スコア")),
    Field("behavior_score", FieldType.NUMBER, Text("Leadsync behavior score", "Leadsync 行動スコア")),
    Field("activity_score", FieldType.NUMBER, Text("Leadsync activity score", "Leadsync 活性度スコア")),
    Field("band", FieldType.CHOICE, Text("Leadsync band", "Leadsync 区分"), choices=BANDS, minimal=True),
    Field("top_reason", FieldType.TEXT, Text("Leadsync top reason", "Leadsync 主な理由"), minimal=True),
    Field("reasons", FieldType.LONG_TEXT, Text("Leadsync reasons", "Leadsync 理由")),
    Field("talk_track", FieldType.LONG_TEXT, Text("Leadsync talk track", "Leadsync トーク例"), minimal=True),
    Field("interest", FieldType.TEXT, Text("Leadsync interest", "Leadsync 関心")),
    Field("segment", FieldType.TEXT, Text("Leadsync segment", "Leadsync セグメント")),
    Field("hot_since", FieldType.TIME, Text("Leadsync hot since", "Leadsync ホット開始")),
    Field("first_hot_at", FieldType.TIME, Text("Leadsync first hot at", "Leadsync 初回ホット")),
    Field("sla_due", FieldType.TIME, Text("Leadsync SLA due", "Leadsync 対応期限"), minimal=True),
    Field("scored_at", FieldType.TIME, Text("Leadsync scored at", "Leadsync 採点日時")),
    Field("sla_state", FieldType.CHOICE, Text("Leadsync SLA state", "Leadsync 対応状況"), choices=SLA_STATES),
    Field("model_version", FieldType.KEY, Text("Leadsync model version", "Leadsync モデル版")),
    Field("person_key", FieldType.KEY, Text("Leadsync person key", "Leadsync 人物キー"), minimal=True),
    Field(
        "verdict",
        FieldType.CHOICE,
        Text("Leadsync verdict", "Leadsync 営業の判定"),
        choices=VERDICTS,
        minimal=True,
        restricted=False,
        written=False,
    ),
    Field("verdict_note", FieldType.LONG_TEXT, Text("Leadsync verdict note", "Leadsync 判定メモ"), written=False),
    Field(
        "verdict_answer",
        FieldType.LONG_TEXT,
        Text("Leadsync verdict answer", "Leadsync 判定への回答"),
    ),
)

BY_NAME = {field.name: field for field in FIELDS}
HUBSPOT_GROUP = "leadsync"
RUNTIME_PERMISSION_SET = "Leadsync_Runtime"
SALES_PERMISSION_SET = "Leadsync_Sales"


def chosen(minimal: bool) -> tuple[Field, ...]:
    """The fields that `provision` makes."""
    return tuple(field for field in FIELDS if field.minimal or not minimal)
