"""What no API can do: where an admin places our fields so that salespeople see them. Printed after `provision`."""

from __future__ import annotations

from collections.abc import Iterable

from sync.core.records import HUBSPOT, SALESFORCE
from sync.core.text import Text

_STEPS: dict[str, tuple[Text, ...]] = {
    HUBSPOT: (
        Text(
            "Record page: Settings > Objects > Contacts > Record customization > Default view; in the left sidebar add "
            "a card with Leadsync score, band, top reason, SLA due, talk track, verdict and verdict note.",
            "レコードページ: 設定 > オブジェクト > コンタクト > レコードのカスタマイズ > 既定のビュー。左サイドバーの"
            "カードに Leadsync スコア・区分・主な理由・対応期限・トーク例・営業の判定・判定メモを追加します。",
        ),
        Text(
            "List of contacts: Contacts > Edit columns; add Leadsync score, band, top reason, interest and SLA due, "
            "sort by score, save the view and share it with everybody.",
            "コンタクト一覧: コンタクト > 列を編集。Leadsync スコア・区分・主な理由・関心・対応期限を追加し、"
            "スコア順に並べ替え、ビューを保存して全員に共有します。",
        ),
        Text(
            "Lists: leadsync provision --lists makes active lists named Leadsync: ... (Contacts > Lists).",
            "リスト: leadsync provision --lists で「Leadsync: …」のアクティブリストを作成できます"
            "(コンタクト > リスト)。",
        ),
    ),
    SALESFORCE: (
        Text(
            "Permission set: assign Leadsync Sales to salespeople (Setup > Permission Sets > Manage Assignments); "
            "until then they do not see the fields.",
            "権限セット: 「Leadsync Sales」を営業担当者に割り当てます(設定 > 権限セット > 割り当ての管理)。"
            "割り当てるまで項目は表示されません。",
        ),
        Text(
            "Highlights: Setup > Object Manager > Lead (and Contact) > Compact Layouts; the first 7 fields show. Name, "
            "score, band, top reason, SLA due, interest, phone; then Compact Layout Assignment.",
            "ハイライト: 設定 > オブジェクトマネージャー > リード(取引先責任者)> コンパクトレイアウト。先頭 7 項目が"
            "表示されます。名前・スコア・区分・主な理由・対応期限・関心・電話の順にし、割り当てます。",
        ),
        Text(
            "Page layout: Object Manager > Lead (and Contact) > Page Layouts; add a section Leadsync with reasons, "
            "talk track, SLA state, verdict, verdict note and verdict answer.",
            "ページレイアウト: オブジェクトマネージャー > リード(取引先責任者)> ページレイアウト。「Leadsync」"
            "セクションに理由・トーク例・対応状況・営業の判定・判定メモ・判定への回答を追加します。",
        ),
        Text(
            "List views: leadsync provision --lists makes list views named Leadsync: ...; pin the one you work from.",
            "リストビュー: leadsync provision --lists で「Leadsync: …」を作成できます。日々使うものをピン留めします。",
        ),
        Text(
            "As sources: leadsync provision --export DIR writes compact layout, field set, list views, report types, "
            "fields and permission sets for the Metadata API.",
            "ソース: leadsync provision --export DIR でコンパクトレイアウト・項目セット・リストビュー・レポートタイプ・"
            "項目・権限セットを Metadata API 用に書き出せます。",
        ),
    ),
}
_HEADS = {
    HUBSPOT: Text("To see them in HubSpot:", "HubSpot で表示するには:"),
    SALESFORCE: Text("To see them in Salesforce:", "Salesforce で表示するには:"),
}


def placing(systems: Iterable[str], language: str) -> str:
    """The steps for these CRMs, numbered."""
    parts = []
    for system in systems:
        steps = (f"  {number}. {step.to(language)}" for number, step in enumerate(_STEPS.get(system, ()), start=1))
        parts.append("\n".join([_HEADS[system].to(language), *steps]))
    more = Text("More: docs/display.md", "詳しくは docs/display.ja.md")
    return "\n".join([*parts, more.to(language)])
