"""The words of the terminal, in both languages."""

from __future__ import annotations

from sync.core.fields import BANDS
from sync.core.text import Text

BAND = dict(BANDS)
SYSTEM = {"hubspot": Text("HubSpot", "HubSpot"), "salesforce": Text("Salesforce", "Salesforce")}
PHASE = {
    "pull hubspot": Text("Reading HubSpot", "HubSpot を読み込み中"),
    "pull salesforce": Text("Reading Salesforce", "Salesforce を読み込み中"),
    "resolve": Text("Matching records to people", "同一人物を名寄せ中"),
    "score": Text("Scoring", "採点中"),
    "plan": Text("Planning the writes", "書き込み計画を作成中"),
    "push hubspot": Text("Writing to HubSpot", "HubSpot に書き込み中"),
    "push salesforce": Text("Writing to Salesforce", "Salesforce に書き込み中"),
    "provision": Text("Creating fields", "項目を作成中"),
    "sandbox": Text("Starting the sandbox CRMs", "サンドボックス CRM を起動中"),
}
AXIS = {
    "attribute": Text("Attribute", "属性"),
    "behaviour": Text("Behaviour", "行動"),
    "activity": Text("Activity", "活性度"),
    "adjustment": Text("Adjustment", "調整"),
}
ADJUSTMENT = {
    "clamp": Text("Kept between 0 and 100", "0〜100 に収める調整"),
    "dormancy": Text("Dormancy", "休眠"),
    "exclusion": Text("Exclusion", "対象外"),
}
EVIDENCE = {
    "same_email": Text("same e-mail address", "同じメールアドレス"),
    "same_shared_mailbox_and_name": Text("same shared mailbox and name", "同じ共有アドレスと氏名"),
    "vendor_link": Text("linked by HubSpot's Salesforce id", "HubSpot が持つ Salesforce ID"),
    "merged": Text("merged in the CRM", "CRM 上で統合済み"),
    "converted": Text("lead converted to contact", "リードから取引先責任者へ変換済み"),
}
STEP = {
    "present": Text("present", "作成済み"),
    "missing": Text("would be created", "作成予定"),
    "created": Text("created", "作成しました"),
    "removed": Text("removed", "削除しました"),
    "would_remove": Text("would be removed", "削除予定"),
    "differs": Text("differs: left alone", "定義が異なるため変更しません"),
    "refused": Text("refused", "拒否されました"),
}
HEALTH = {"ok": Text("ok", "正常"), "warning": Text("warning", "注意"), "failed": Text("failed", "異常")}
