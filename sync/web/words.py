"""Every word on the status page, in both languages, and how times and numbers are said."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from sync.console.words import REFUSED
from sync.core.fields import BANDS, SLA_STATES, VERDICTS
from sync.core.text import Text

# Fixed texts of the page, by key.
PAGE: dict[str, Text] = {
    "title": Text("leadsync status", "leadsync ステータス"),
    "as_of": Text("As of", "更新"),
    "refresh": Text("Refreshes every 15 seconds", "15秒ごとに自動更新"),
    "language": Text("Language", "言語"),
    "logout": Text("Sign out", "ログアウト"),
    "mode.plan": Text("Plan only", "計画のみ"),
    "mode.plan.hint": Text(
        "Nothing is written to the CRMs. Set LEADSYNC_WRITE_MODE=apply once the plan is right.",
        "CRMには何も書き込みません。計画を確認したら LEADSYNC_WRITE_MODE=apply を設定してください。",
    ),
    "mode.apply": Text("Writing", "書き込みあり"),
    "mode.apply.hint": Text("Scores and tasks are written to the CRMs.", "スコアとタスクをCRMに書き込みます。"),
    "health.ok": Text("Working normally", "正常に動作しています"),
    "health.attention": Text("Needs attention", "確認が必要です"),
    "health.paused": Text("Paused", "一時停止中"),
    "health.starting": Text("First run under way", "初回の処理中です"),
    "paused.title": Text("Writing is paused", "書き込みを一時停止しています"),
    "paused.since": Text("since {time}", "{time} から"),
    "paused.do": Text("To go on, run:", "再開するには次を実行してください:"),
    "held.title": Text("Run {run} waits for your decision", "実行 {run} は承認待ちです"),
    "held.why": Text(
        "It would change {scores} scores and open {tasks} tasks, more than an unattended run may. Nothing of it was "
        "written.",
        "スコア {scores} 件の変更とタスク {tasks} 件の作成を予定しており、自動実行の上限を超えています。"
        "まだ何も書き込んでいません。",
    ),
    "held.look": Text("Look at the plan:", "計画を確認する:"),
    "held.do": Text("Carry it out:", "承認して実行する:"),
    "error.title": Text("{system}: {what}", "{system}: {what}"),
    "job_error.title": Text("The job “{job}” failed ({error})", "処理「{job}」が失敗しました（{error}）"),
    "job_error.do": Text(
        "It will be tried again at its next time. The log says where it happened.",
        "次の予定時刻に再試行します。詳しい場所はログを確認してください。",
    ),
    "people": Text("People", "人物"),
    "people.unit": Text("{n} people", "{n} 人"),
    "people.scored": Text("{n} scored", "採点済み {n} 人"),
    "people.none": Text(
        "Nobody has been scored yet. The first run reads both CRMs; that can take a while.",
        "まだ採点された人はいません。初回は両方のCRMを読み込むため時間がかかります。",
    ),
    "crms": Text("CRMs", "CRM"),
    "quota": Text("API calls today, all apps", "本日のAPI呼び出し（全アプリ）"),
    "quota.left": Text("{n} left", "残り {n}"),
    "quota.of": Text("{used} of {limit}", "{used} / {limit}"),
    "quota.unknown": Text("not known yet", "未取得"),
    "calls_24h": Text("By leadsync in 24 h", "leadsyncの利用（24時間）"),
    "calls.unit": Text("{n} calls", "{n} 回"),
    "crm.people": Text("Contacts and leads", "コンタクト・リード"),
    "crm.last_read": Text("Last read", "最終読み込み"),
    "queue": Text("Waiting to be written", "書き込み待ち"),
    "queue.pending": Text("{n} waiting", "待機 {n}"),
    "queue.sending": Text("{n} being sent", "送信中 {n}"),
    "queue.oldest": Text("oldest {ago}", "最古 {ago}"),
    "queue.empty": Text("nothing", "なし"),
    "rejected.count": Text("Rejected", "却下"),
    "follow_up": Text("Follow-up", "フォロー状況"),
    "follow_up.tasks": Text("Tasks of hot people", "ホットな人のタスク"),
    "follow_up.sla": Text("Contact within the time agreed", "期限内の対応"),
    "follow_up.none": Text("Nobody is hot right now.", "現在ホットな人はいません。"),
    "stale": Text("Stale leads", "塩漬けリード"),
    "stale.hint": Text("by week; leadsync people list --stale", "週別、leadsync people list --stale"),
    "stale.week": Text("Week", "週"),
    "stale.untouched": Text("Hot, no contact > 24 h", "ホット未対応 24時間超"),
    "stale.long_untouched": Text("> 7 days", "7日超"),
    "stale.idle": Text("≥ 50 points, idle > 90 days", "50点以上 活動なし90日超"),
    "stale.none": Text("Not counted yet.", "まだ集計されていません。"),
    "verdicts": Text("What sales says of scores", "営業からの判定"),
    "verdicts.hint": Text("last 90 days", "直近90日"),
    "verdicts.none": Text("No verdict yet.", "判定はまだありません。"),
    "next": Text("Next", "次の予定"),
    "next.none": Text("Nothing is scheduled: this is not the daemon.", "予定はありません（常駐していません）。"),
    "runs": Text("Last runs", "最近の実行"),
    "runs.none": Text("No run yet.", "まだ実行されていません。"),
    "runs.hint": Text("Runs in which nothing changed are left out.", "変更のなかった実行は省略しています。"),
    "run.when": Text("Start", "開始"),
    "run.state": Text("Result", "結果"),
    "run.took": Text("Took", "所要"),
    "run.read": Text("Read", "読込"),
    "run.changed": Text("Changed", "変更"),
    "run.scored": Text("Scored", "採点"),
    "run.written": Text("Written", "書込"),
    "run.tasks": Text("Tasks", "タスク"),
    "run.rejected": Text("Rejected", "却下"),
    "run.errors": Text("Errors", "エラー"),
    "streams": Text("Streams", "データの種類"),
    "stream.name": Text("Stream", "種類"),
    "stream.lag": Text("Last read", "最終読み込み"),
    "stream.skipped": Text("not granted, see notices", "権限なし（お知らせ参照）"),
    "rejected": Text("Rejected by a CRM", "CRMに却下された書き込み"),
    "rejected.none": Text("Nothing is rejected.", "却下された書き込みはありません。"),
    "rejected.more": Text("The newest {shown} of {all}.", "全 {all} 件のうち新しい {shown} 件。"),
    "rejected.do": Text("Mend the cause in the CRM, then run:", "CRM側の原因を解消してから次を実行してください:"),
    "rejected.record": Text("Record", "レコード"),
    "rejected.kind": Text("Write", "内容"),
    "rejected.reason": Text("Reason", "理由"),
    "rejected.at": Text("When", "日時"),
    "notices": Text("Notices", "お知らせ"),
    "notices.none": Text("No notices.", "お知らせはありません。"),
    "none": Text("—", "—"),
    "login.title": Text("Sign in to leadsync", "leadsync にログイン"),
    "login.token": Text("Access token", "アクセストークン"),
    "login.hint": Text(
        "The value of LEADSYNC_HTTP__TOKEN. Your administrator has it.",
        "LEADSYNC_HTTP__TOKEN の値です。管理者に確認してください。",
    ),
    "login.button": Text("Sign in", "ログイン"),
    "login.wrong": Text("This token is not the right one.", "トークンが正しくありません。"),
    "review.link": Text("{n} pairs of records may be one person", "同一人物かもしれない組が {n} 件あります"),
    "review.go": Text("Review", "確認する"),
    "review.title": Text("One person or two?", "同一人物の確認"),
    "review.back": Text("Status", "ステータス"),
    "review.waiting": Text("{n} pairs wait for your decision", "確認待ち {n} 件"),
    "review.hint": Text(
        "Those that matter most first: hot people, then high scores. Your decision stands from now on and can be "
        "taken back. No record is merged in a CRM.",
        "ホットな人、スコアの高い人を優先して表示しています。判断は以後の照合に使われ、取り消すこともできます。"
        "CRMのレコードは統合されません。",
    ),
    "review.likely": Text("Likely one person:", "同一人物の見込み"),
    "review.refused": Text("Kept apart: ", "自動で統合しなかった理由: "),
    "review.number": Text("No.", "番号"),
    "review.others": Text("+ {n} more of this person", "ほかに {n} 件のレコード"),
    "review.field.name": Text("Name", "氏名"),
    "review.field.kana": Text("Reading", "フリガナ"),
    "review.field.company": Text("Company", "会社"),
    "review.field.department": Text("Department", "部署"),
    "review.field.title": Text("Title", "役職"),
    "review.field.email": Text("E-mail", "メール"),
    "review.field.phone": Text("Phone", "電話"),
    "review.field.place": Text("Place", "所在地"),
    "review.field.website": Text("Website", "Webサイト"),
    "review.field.created": Text("Created", "作成日"),
    "review.state.same": Text("the same", "一致"),
    "review.state.alike": Text("in agreement, written otherwise", "表記は異なるが矛盾なし"),
    "review.state.differs": Text("different", "相違"),
    "review.score.now": Text("Score now", "現在のスコア"),
    "review.score.together": Text("As one person", "同一人物の場合"),
    "review.why": Text("What speaks for and against", "判断の根拠"),
    "review.prior": Text("Starting point: how rare it is at all", "出発点: 元々の確率の低さ"),
    "review.total": Text("Match weight", "照合の重み（合計）"),
    "review.same": Text("Same person", "同一人物"),
    "review.different": Text("Two people", "別人"),
    "review.undo": Text("Take back", "取り消す"),
    "review.done.same": Text("Recorded: same person.", "同一人物として記録しました。"),
    "review.done.different": Text("Recorded: two people.", "別人として記録しました。"),
    "review.done.open": Text("Taken back.", "判断を取り消しました。"),
    "review.done.when": Text("It takes effect with the next run.", "次回の処理で反映されます。"),
    "review.pages": Text("Pages", "ページ"),
    "review.next": Text("Next pairs", "次の組へ"),
    "review.first": Text("From the beginning", "最初に戻る"),
    "review.none": Text("No pair waits for a decision", "確認待ちの組はありません"),
    "review.none.why": Text(
        "Records that surely are one person were joined by themselves. Doubtful pairs appear here as they come in.",
        "確実に同一人物といえるレコードは自動でまとめています。判断が必要な組が見つかると、ここに表示されます。",
    ),
    "review.none.more": Text(
        "What was decided about a person: `leadsync people history PERSON`",
        "過去の判断を見るには: `leadsync people history 人物`",
    ),
    "review.private": Text(
        "This page shows personal data. Do not leave it open for others.",
        "このページには個人情報が表示されています。取り扱いにご注意ください。",
    ),
    "trouble": Text("The page cannot be shown now", "現在ページを表示できません"),
}

# Words for codes that come from the data: kind -> code -> text. An unknown code is shown as it is.
CODES: dict[str, dict[str, Text]] = {
    "band": dict(BANDS),
    "band_hint": {
        "hot": Text("contact now", "今すぐ連絡"),
        "nurture": Text("keep informing", "情報提供を続ける"),
        "hold": Text("wait and see", "様子を見る"),
        "excluded": Text("not a target", "営業対象外"),
        "dormant": Text("no act for 90 days", "90日間行動なし"),
    },
    "sla": dict(SLA_STATES),
    "verdict": dict(VERDICTS),
    "refused": REFUSED,
    "task": {
        "made": Text("In the CRM", "CRMに作成済み"),
        "ordered": Text("Being created", "作成中"),
        "queued": Text("Queued for a later day", "翌日以降に作成"),
        "failed": Text("Could not be created", "作成失敗"),
        "none": Text("Without a task (hot before go-live)", "タスクなし（導入前からホット）"),
    },
    "system": {"hubspot": Text("HubSpot", "HubSpot"), "salesforce": Text("Salesforce", "Salesforce")},
    "state": {
        "running": Text("Running", "実行中"),
        "done": Text("Done", "完了"),
        "partial": Text("Partly done", "一部完了"),
        "held": Text("Held", "承認待ち"),
        "accepted": Text("Accepted", "承認済み"),
        "failed": Text("Failed", "失敗"),
        "stopped": Text("Stopped", "停止"),
    },
    "job": {
        "cycle": Text("Sync with the CRMs", "CRMとの同期"),
        "pull": Text("Read the CRMs", "CRMの読み込み"),
        "push": Text("Send what waits", "未送信分の書き込み"),
        "sla": Text("Check follow-ups", "対応期限の確認"),
        "rescore": Text("Daily rescoring", "日次の再採点"),
        "reconcile": Text("Full comparison", "全件照合"),
        "archived": Text("Check deleted records", "削除レコードの確認"),
    },
    "kind": {
        "score": Text("Score", "スコア"),
        "task": Text("Create task", "タスク作成"),
        "task_done": Text("Complete task", "タスク完了"),
        "task_note": Text("Name a colleague on a task", "タスクへの追記"),
        "task_move": Text("Give task to somebody else", "タスクの担当変更"),
        "note": Text("Note to a deal's owner", "商談担当者への連絡"),
    },
    "object": {
        "contact": Text("Contact", "コンタクト"),
        "lead": Text("Lead", "リード"),
        "salesforce contact": Text("Contact", "取引先責任者"),
    },
    "stream": {
        "owners": Text("Owners", "担当者"),
        "users": Text("Users", "ユーザー"),
        "companies": Text("Companies", "会社"),
        "accounts": Text("Accounts", "取引先"),
        "contacts": Text("Contacts", "コンタクト"),
        "salesforce contacts": Text("Contacts", "取引先責任者"),
        "leads": Text("Leads", "リード"),
        "deals": Text("Deals", "取引"),
        "opportunities": Text("Opportunities", "商談"),
        "contact_roles": Text("Opportunity contact roles", "商談の取引先責任者の役割"),
        "emails": Text("Emails", "メール"),
        "calls": Text("Calls", "コール"),
        "meetings": Text("Meetings", "ミーティング"),
        "notes": Text("Notes", "メモ"),
        "tasks": Text("Tasks", "タスク"),
        "salesforce tasks": Text("Tasks", "ToDo"),
        "events": Text("Events", "行動"),
        "forms": Text("Form submissions", "フォーム送信"),
        "email_events": Text("Marketing email events", "マーケティングEメールの反応"),
        "page_views": Text("Page views", "ページ閲覧"),
        "campaigns": Text("Campaigns", "キャンペーン"),
        "campaign_members": Text("Campaign members", "キャンペーンメンバー"),
    },
    "error": {
        "TemporaryFailure": Text("does not answer right now", "現在応答がありません"),
        "QuotaReached": Text("the day's share of API calls is used up", "本日のAPI呼び出し枠を使い切りました"),
        "AccessRefused": Text("the credentials are refused", "認証が拒否されました"),
        "FeatureMissing": Text("a right or product is missing", "権限または製品機能が不足しています"),
        "CallRefused": Text("a call was refused", "呼び出しが拒否されました"),
        "UnexpectedAnswer": Text("an answer was not as documented", "想定外の応答がありました"),
        "LeadsyncError": Text("is not ready to be written to", "書き込みの準備ができていません"),
    },
    "error_do": {
        "TemporaryFailure": Text("leadsync tries again by itself.", "自動で再試行します。"),
        "QuotaReached": Text(
            "It goes on by itself when calls are free again. The share is LEADSYNC_QUOTA__{SYSTEM}_PERCENT.",
            "枠が回復すると自動で再開します。割合は LEADSYNC_QUOTA__{SYSTEM}_PERCENT で変更できます。",
        ),
        "AccessRefused": Text(
            "Renew the credentials, restart, and check with `leadsync doctor`.",
            "認証情報を更新して再起動し、`leadsync doctor` で確認してください。",
        ),
        "FeatureMissing": Text(
            "`leadsync doctor` says what to click.", "`leadsync doctor` で必要な設定を確認してください。"
        ),
        "CallRefused": Text("`leadsync doctor` checks the rights.", "`leadsync doctor` で権限を確認してください。"),
        "UnexpectedAnswer": Text(
            "Nothing of it was used. If it stays, report the request id in the log.",
            "その応答は使用していません。続く場合はログのリクエストIDを添えて報告してください。",
        ),
        "LeadsyncError": Text("Run `leadsync provision`.", "`leadsync provision` を実行してください。"),
    },
    "reason": {
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": Text(
            "a validation rule of the CRM refuses the record", "CRMの入力規則により拒否されました"
        ),
        "DUPLICATES_DETECTED": Text("a duplicate rule refuses it", "重複ルールにより拒否されました"),
        "UNABLE_TO_LOCK_ROW": Text("the record stayed locked", "レコードのロックが解除されませんでした"),
        "INSUFFICIENT_ACCESS_OR_READONLY": Text("no right to change this record", "このレコードの編集権限がありません"),
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": Text(
            "no right to a related record", "関連レコードへの権限がありません"
        ),
        "INVALID_CROSS_REFERENCE_KEY": Text("a related record is gone", "関連レコードが見つかりません"),
        "ENTITY_IS_DELETED": Text("the record was deleted", "レコードは削除されています"),
        "REQUIRED_FIELD_MISSING": Text("a required field is empty", "必須項目が未入力です"),
        "INVALID_FIELD_FOR_INSERT_UPDATE": Text("a field may not be written", "書き込めない項目があります"),
        "STRING_TOO_LONG": Text("a text is too long", "文字数の上限を超えています"),
        "CANNOT_EXECUTE_FLOW_TRIGGER": Text("a flow of the CRM failed", "CRMのフローでエラーが発生しました"),
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": Text(
            "a trigger of the CRM failed", "CRMのトリガーでエラーが発生しました"
        ),
        "OBJECT_NOT_FOUND": Text("the record is gone", "レコードが見つかりません"),
        "PROPERTY_DOESNT_EXIST": Text(
            "a property is missing; run `leadsync provision`",
            "プロパティがありません。`leadsync provision` を実行してください",
        ),
        "INVALID_OPTION": Text("a value is not among the options", "選択肢にない値です"),
        "VALIDATION_ERROR": Text("the CRM finds a value invalid", "値が無効と判定されました"),
    },
}


_COMMAND = re.compile(r"`([^`]+)`")


def marked(text: str) -> Markup:
    """The text as HTML, with commands in backticks set as code."""
    return Markup(_COMMAND.sub(r"<code>\1</code>", str(escape(text))))


class Words:
    """All words of one page view: one language, one time zone, one moment."""

    def __init__(self, language: str, timezone: str, now: float) -> None:
        self.language = language
        self._zone, self._now = ZoneInfo(timezone), now

    def say(self, key: str, **values: object) -> str:
        """A fixed text of the page; KeyError when there is none."""
        return PAGE[key].to(self.language).format(**values)

    def word(self, kind: str, code: str, system: str = "") -> str:
        """The word for a code; the code itself when there is none."""
        known = CODES[kind]
        text = known.get(f"{system} {code}") or known.get(code)
        return text.to(self.language) if text else code

    def explained(self, kind: str, code: str) -> str:
        """The word for a code, or nothing."""
        text = CODES[kind].get(code)
        return text.to(self.language) if text else ""

    def number(self, value: float) -> str:
        return f"{value:,.0f}"

    def share(self, part: int, whole: int) -> str:
        return f"{100 * part / whole:.1f}%" if whole else ""

    def clock(self, at: float | None) -> str:
        """Local time, with the date unless it is today."""
        if at is None:
            return self.say("none")
        local, today = self._local(at), self._local(self._now)
        if local.date() == today.date():
            return local.strftime("%H:%M")
        day = f"{local.month}/{local.day}" if self.language == "ja" else local.strftime("%b %-d")
        return f"{day} {local:%H:%M}"

    def moment(self, at: float) -> str:
        """Full local time with zone, for tooltips and the head of the page."""
        return self._local(at).strftime("%Y-%m-%d %H:%M:%S %Z")

    def ago(self, at: float | None) -> str:
        if at is None:
            return self.say("none")
        seconds = max(0.0, self._now - at)
        if seconds < 10:
            return "たった今" if self.language == "ja" else "just now"
        return f"{self.lasting(seconds)}前" if self.language == "ja" else f"{self.lasting(seconds)} ago"

    def ahead(self, at: float) -> str:
        seconds = at - self._now
        if seconds < 1:
            return "まもなく" if self.language == "ja" else "now"
        return f"{self.lasting(seconds)}後" if self.language == "ja" else f"in {self.lasting(seconds)}"

    def lasting(self, seconds: float) -> str:
        """A duration in its largest unit."""
        units = ("秒", "分", "時間", "日") if self.language == "ja" else (" s", " min", " h", " d")
        for size, unit in ((86_400, units[3]), (3600, units[2]), (60, units[1])):
            if seconds >= size:
                return f"{int(seconds // size)}{unit}"
        return f"{int(seconds)}{units[0]}"

    def names(self) -> dict[str, Callable[..., str] | str]:
        """What the templates know."""
        return {
            "say": self.say,
            "word": self.word,
            "explained": self.explained,
            "number": self.number,
            "share": self.share,
            "clock": self.clock,
            "moment": self.moment,
            "ago": self.ago,
            "ahead": self.ahead,
            "lasting": self.lasting,
            "marked": marked,
            "language": self.language,
        }

    def _local(self, at: float) -> datetime:
        return datetime.fromtimestamp(at, self._zone)
