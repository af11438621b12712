"""The words of the agreement, in both languages."""

from __future__ import annotations

from sync.core.text import Text
from sync.handoff.playbook import TO_GROUP, TO_MANAGER

TITLE = Text("Service level agreement: hot leads", "サービスレベル合意書（SLA）：ホットリードの引き渡しと対応")
CRITERIA = Text("What is handed over", "引き渡しの基準")
RESPONSE = Text("First contact", "初回対応")
CALENDAR = Text("Business days", "営業日")
OWNERS = Text("Who takes a lead", "担当者の決め方")
FIGURES = Text("Figures", "KPI と目標値")
REVIEW = Text("Review and roles", "レビューと役割")
TARGET = Text("Whom we look for", "対象とする顧客")
OPEN = Text("Not agreed yet", "未合意・要確認の項目")
SIGNATURES = Text("Signed", "合意")

VERSIONS = Text(
    "Playbook {playbook}, scoring model {model}, printed {today}.",
    "プレイブック {playbook}　スコアリングモデル {model}　{today} 出力",
)
GOAL = Text("Goal: ", "目標：")
HOT = Text(
    "- Marketing hands over a lead with a score of {hot} or more, of which attributes at least {attribute} and "
    "behaviour with activity at least {engagement} points (mail opens aside), and with {acts} different acts or one "
    "strong act (trial, demo or contact request, quote, comparison).",
    "- 次をすべて満たすリードを営業へ引き渡します：合計 {hot}点以上、属性 {attribute}点以上、行動と活性度の合計 "
    "{engagement}点以上（メール開封を除く）、異なる活動 {acts}件以上または強い活動 1件（トライアル・デモ・"
    "お問い合わせ・見積もり・他社比較など）。",
)
BANDS = Text(
    "- {nurture} to {below}: nurture by marketing. Up to {rest}: hold. Nothing done for {days} days: dormant.",
    "- {nurture}〜{below}点はマーケティングが育成、{rest}点以下は保留、{days}日間活動がなければ休眠とします。",
)
EXCLUDED = Text("- Never handed over: {labels}.", "- 引き渡しの対象外：{labels}。")
DEALS = Text(
    "- Who has an open deal is told to its owner instead; one task stands for all hot people of a company.",
    "- 進行中の商談がある相手は商談の担当者に知らせ、新規のタスクは作りません。同じ会社のホットリードは 1件のタスクに"
    "まとめます。",
)
WITHIN = Text(
    "- Sales gets in touch within {hours} hours of the task's making. When that is no business day: by the same time "
    "of the next business day.",
    "- 営業はタスク作成から {hours}時間以内に初回の連絡をします。期限が営業日でない場合は、翌営業日の同時刻まで"
    "とします。",
)
TOUCH = Text(
    "- What counts is a call, a meeting or a one-to-one mail that is logged in the CRM; closing the task alone does "
    "not.",
    "- 連絡とは、CRM に記録された電話・打ち合わせ・個別メールを指します。タスクを完了にしただけでは連絡と"
    "みなしません。",
)
WARNING = Text(
    "- {percent}% of the business time gone: the owner is warned.",
    "- 期限までの営業時間の {percent}% が過ぎたら、担当者に警告します。",
)
BREACH_TOLD = Text("- Overdue: the sales manager is told.", "- 期限を過ぎたら、営業マネージャーに知らせます。")
BREACH = Text("- Overdue: the lead is marked as breached.", "- 期限を過ぎたら、リードに期限超過と表示します。")
STAYS = Text("- An overdue task stays with its owner.", "- 期限超過後も担当者は変わりません。")
TAKES_OVER = {
    TO_GROUP: Text(
        "- {hours} hours later the next in the group takes the task over, else the manager; the record's owner stays.",
        "- さらに {hours}時間後、同じグループの次の担当者（いなければマネージャー）がタスクを引き継ぎます。"
        "レコードの所有者は変わりません。",
    ),
    TO_MANAGER: Text(
        "- {hours} hours later the sales manager takes the task over; the record's owner stays.",
        "- さらに {hours}時間後、営業マネージャーがタスクを引き継ぎます。レコードの所有者は変わりません。",
    ),
}
DAYS = Text(
    "- No business on: {weekend}; public holidays of {country}. Times are of {zone}.",
    "- 休業日：{weekend}、{country} の祝日。時刻は {zone}。",
)
CLOSURES = Text("- Closed: {closures}.", "- 会社の休業：{closures}。")
HOURS = Text(
    "- Business hours: {opens} to {closes}; what falls due outside is due when they begin next.",
    "- 営業時間：{opens}〜{closes}。営業時間外に期限となる場合は、次に営業が始まる時刻を期限とします。",
)
PAUSES = Text("- Coming up: {days}.", "- 今後の休業：{days}。")
FIRST_OWNER = Text(
    "- First of all the owner of the record, of the person's other records, or of the company; who has left or is away "
    "is passed over.",
    "- まず、レコード、同一人物の別レコード、会社（取引先）の所有者が担当します。退職・不在の人は飛ばします。",
)
GROUP = Text("In turn in {group}: {members}", "グループ「{group}」で順番に：{members}")
FALLBACK = Text("- Everybody else: in turn in {group}.", "- そのほか：グループ「{group}」で順番に担当します。")
NO_FALLBACK = Text("- Everybody else: not agreed.", "- そのほか：未合意です。")
LIMIT = Text(
    "- At most {limit} new tasks a salesperson and business day, best first; the rest waits.",
    "- 1人あたりの新規タスクは 1営業日 {limit}件まで。スコアの高い順とし、残りは順番待ちです。",
)
AWAY = Text("- Away: {email}, {days}.", "- 不在：{email}（{days}）。")
WEIGHT = Text("weight {weight}", "比重 {weight}")
PER_DAY = Text("{limit} a day", "1日 {limit}件")
KPI, TARGET_VALUE, ANSWERS = Text("Figure", "KPI"), Text("Target", "目標"), Text("Answers for it", "責任者")
AT_LEAST, AT_MOST = Text("{figure} or more", "{figure}以上"), Text("{figure} or less", "{figure}以下")
REVIEWED = Text("- Reviewed {cadence}; called by {chair}.", "- {cadence}見直します（主催：{chair}）。")
REVIEWED_BY_NOBODY = Text(
    "- Reviewed {cadence}; who calls it is not agreed.", "- {cadence}見直します（主催者は未定）。"
)
CADENCES = {"monthly": Text("monthly", "毎月"), "quarterly": Text("quarterly", "四半期ごとに")}
MANAGER = Text("Sales manager: ", "営業マネージャー：")
KEEPER = Text("Keeps the data: ", "データ管理：")
MARKETER = Text("Marketing: ", "マーケティング：")
APPROVERS = Text("Approve the scoring model: ", "モデルの承認者：")
IDEAL = Text("Ideal customer: ", "理想の顧客像：")
ROLE, NAME, DATE, VERSION = Text("Role", "役割"), Text("Name", "氏名"), Text("Date", "日付"), Text("Version", "版")
UNDECIDED = Text("not agreed", "未定")
NONE = Text("none", "なし")
COLON, LIST, AND, OR = Text(": ", "："), Text(", ", "、"), Text("; ", "、"), Text(" or ", "／")
WEEKDAYS = (
    Text("Monday", "月曜日"),
    Text("Tuesday", "火曜日"),
    Text("Wednesday", "水曜日"),
    Text("Thursday", "木曜日"),
    Text("Friday", "金曜日"),
    Text("Saturday", "土曜日"),
    Text("Sunday", "日曜日"),
)
ROLE_NAMES = {
    "sales": Text("Sales", "営業"),
    "marketing": Text("Marketing", "マーケティング"),
    "management": Text("Management", "経営"),
    "other": Text("Other", "その他"),
}
ASKS = {
    "segment": Text("segment", "セグメント"),
    "sector": Text("sector", "業界"),
    "country": Text("country", "国"),
    "region": Text("region", "地域"),
    "city": Text("city", "市区町村"),
    "industry": Text("industry", "業種"),
}
