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
    "same_phone_and_name": Text("same number and full name", "同じ電話番号と氏名"),
    "weight": Text("match weight", "照合の重み"),
    "decided": Text("decided by a reviewer", "確認者の判断"),
    "vendor_link": Text("linked by HubSpot's Salesforce id", "HubSpot が持つ Salesforce ID"),
    "merged": Text("merged in the CRM", "CRM 上で統合済み"),
    "converted": Text("lead converted to contact", "リードから取引先責任者へ変換済み"),
}
REFUSED = {
    "decided_apart": Text("somebody decided that they are two", "別人と判断された記録があるため"),
    "too_many_records": Text("one person would have too many records", "1 人のレコード数が上限を超えるため"),
    "numbered_namesakes": Text(
        "their company tells them apart by a number in the mailbox", "アドレスの番号で同姓同名を区別しているため"
    ),
    "different_kanji": Text("their names are written with other characters", "氏名の漢字が異なるため"),
    "relatives": Text("one family name, two given names", "姓は同じだが名が異なるため"),
    "different_names": Text("their names have nothing in common", "氏名がまったく異なるため"),
    "different_names_on_one_mailbox": Text(
        "two names that the common mailbox does not bear", "同じアドレスでも氏名がまったく異なるため"
    ),
}
FIELD = {
    "name": Text("Name", "氏名"),
    "email": Text("E-mail", "メールアドレス"),
    "title": Text("Title", "役職"),
    "department": Text("Department", "部署"),
    "company_name": Text("Company", "会社"),
    "company_domain": Text("Company domain", "会社のドメイン"),
    "industry": Text("Industry", "業種"),
    "employees": Text("Employees", "従業員数"),
    "country": Text("Country", "国"),
    "region": Text("Region", "地域"),
    "city": Text("City", "市区町村"),
    "status": Text("Status", "ステータス"),
    "source": Text("Source", "流入元"),
    "opted_out": Text("Opted out of mail", "メール配信停止"),
}
SURVIVAL = {
    "reviewer": Text("chosen by a reviewer", "担当者が選択"),
    "verified": Text("its mail was opened, clicked or answered", "開封・クリック・返信のあるアドレス"),
    "system_of_record": Text("newest in Salesforce", "Salesforce の最新値"),
    "newest": Text("changed last", "最後に更新されたレコードの値"),
    "most_frequent": Text("most frequent", "最も多い値"),
    "uncontradicted": Text("no other value", "食い違いなし"),
    "former": Text("only in former records", "無効なレコードにのみある値"),
    "earliest": Text("first record", "最初に作られたレコードの値"),
    "any": Text("one opt-out is enough", "1 件でも停止なら停止"),
}
SAME_OCCURRENCE = {
    "message_id": Text("same Message-ID", "Message-ID が同じ"),
    "same_minute": Text("same kind, subject and minute", "種類・件名・時刻（分）が同じ"),
    "same_day": Text("same kind, subject and day", "種類・件名・日付が同じ"),
}
ACT = {
    "page_view": Text("page view", "ページ閲覧"),
    "site_visit": Text("site visit", "サイト再訪問"),
    "content_download": Text("download", "ダウンロード"),
    "form_submit": Text("form", "フォーム送信"),
    "seminar_registered": Text("seminar registration", "セミナー申込"),
    "seminar_attended": Text("seminar attendance", "セミナー参加"),
    "campaign_response": Text("campaign response", "キャンペーン反応"),
    "trial_signup": Text("trial sign-up", "トライアル申込"),
    "email_open": Text("mail opened", "メール開封"),
    "email_click": Text("mail click", "メールクリック"),
    "email_reply": Text("mail from the person", "メール受信"),
    "call": Text("call", "電話"),
    "meeting": Text("meeting", "打ち合わせ"),
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
KIND = {
    "score": Text("score", "スコア"),
    "task": Text("task", "タスク作成"),
    "task_done": Text("close task", "タスク完了"),
    "task_note": Text("name a colleague on a task", "タスクへの追記"),
    "task_move": Text("give task to somebody else", "タスクの担当変更"),
    "note": Text("note to a deal's owner", "商談担当者への連絡"),
    "tasks": Text("our tasks", "タスク"),
    "values": Text("records with our values", "値を書いたレコード"),
    "connection": Text("connection", "接続"),
    "group": Text("property group", "プロパティグループ"),
    "property": Text("property", "プロパティ"),
    "field": Text("field", "項目"),
    "permission_set": Text("permission set", "権限セット"),
    "field_access": Text("field access", "項目の権限"),
    "assignment": Text("assignment", "権限セットの割り当て"),
    "list": Text("active list", "アクティブリスト"),
    "list_view": Text("list view", "リストビュー"),
}
STATE = {
    "pending": Text("waiting", "送信待ち"),
    "sending": Text("being sent", "送信中"),
    "rejected": Text("rejected", "拒否"),
    "running": Text("running", "実行中"),
    "done": Text("done", "完了"),
    "failed": Text("failed", "失敗"),
    "held": Text("held", "承認待ち"),
    "stopped": Text("stopped", "停止"),
    "live": Text("live", "有効"),
    "archived": Text("archived", "アーカイブ済み"),
    "merged": Text("merged", "統合済み"),
    "converted": Text("converted", "変換済み"),
}
JOB = {
    "cycle": Text("sync", "同期"),
    "push": Text("send", "送信"),
    "reconcile": Text("full comparison", "全件照合"),
}
TASK = {
    "none": Text("none", "なし"),
    "queued": Text("queued", "順番待ち"),
    "ordered": Text("being made", "作成中"),
    "made": Text("made", "作成済み"),
    "failed": Text("refused", "拒否"),
}
HEALTH = {"ok": Text("ok", "正常"), "warning": Text("warning", "注意"), "failed": Text("failed", "異常")}


def word(words: dict[str, Text], code: str, language: str) -> str:
    """The word for a code; an unknown code as it is."""
    return words[code].to(language) if code in words else code


def said_by(system: str, text: Text, language: str) -> str:
    """A vendor's matter with the vendor's name before it, once; what is no vendor's, as it is."""
    said = text.to(language)
    if system not in SYSTEM:
        return said
    if said.lower().startswith(system):
        return SYSTEM[system].to(language) + said[len(system) :]
    return f"{SYSTEM[system].to(language)}: {said}"
