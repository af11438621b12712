"""A model's rules in words that a salesperson reads, Japanese and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.conditions import DECISION_MAKER, FREE_MAIL, MANAGER, STAFF, Condition
from sync.scoring.definition import (
    SUBTRACT,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
    Matcher,
    Model,
    ReactivationRule,
    RecencyRule,
    SequenceRule,
)
from sync.scoring.industries import SECTORS

_MOST_WORDS = 6  # of a list that are shown


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`lines`: what gives how many points; `limits`: for how long, how often and how much of it counts."""

    id: str
    axis: str
    label: Text
    lines: tuple[Text, ...]
    limits: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelWords:
    version: str
    label: Text
    bands: tuple[Text, ...]
    rules: tuple[RuleWords, ...]
    exclusions: tuple[Text, ...]
    segments: tuple[Text, ...]
    dormancy: Text


def model_words(model: Model) -> ModelWords:
    return ModelWords(
        version=model.version,
        label=model.label,
        bands=tuple(_bands(model)),
        rules=tuple(rule_words(rule, model) for rule in model.rules),
        exclusions=tuple(_exclusions(model)),
        segments=tuple(_segments(model)),
        dormancy=_dormancy(model),
    )


def rule_words(rule: AnyRule, model: Model) -> RuleWords:
    if isinstance(rule, AttributeRule):
        return RuleWords(rule.id, rule.axis, rule.label, tuple(_bucket(bucket) for bucket in rule.buckets))
    if isinstance(rule, ActRule | ReactivationRule):
        lines = tuple(_worth(_act(matcher, model, rule.label), matcher.points) for matcher in rule.matchers)
        if isinstance(rule, ReactivationRule):
            lines = (_who_comes_back(rule, model), *lines)
        return RuleWords(rule.id, rule.axis, rule.label, lines, tuple(_limits(rule)))
    if isinstance(rule, SequenceRule):
        return RuleWords(rule.id, rule.axis, rule.label, (_sequence(rule, model),), tuple(_limits(rule)))
    return RuleWords(rule.id, rule.axis, rule.label, tuple(_activity(rule)))


def points(thousandths: int) -> str:
    """+15, -10, 0."""
    return f"{thousandths / 1000:+g}" if thousandths else "0"


# --- the whole ---


def _bands(model: Model) -> Iterator[Text]:
    hot, nurture = model.hot_threshold // 1_000, model.nurture_threshold // 1_000
    low, engaged = model.attribute_floor // 1_000, model.engagement_floor // 1_000
    acts = model.distinct_acts
    yield Text(
        f"hot: {hot} points or more, with at least {low} for attributes and {engaged} for behaviour and activity, "
        f"and {acts} different act{'s' if acts > 1 else ''} that scored or one strong act; mail opens are none",
        f"ホット: {hot} 点以上。属性 {low} 点以上、行動と活性度の合計 {engaged} 点以上、"
        f"加点された異なる行動 {acts} 件以上(または強い行動 1 件)が必要。メール開封はこの条件に数えない",
    )
    yield Text(
        f"nurture: {nurture} to {hot - 1} points, or more with a condition of hot missing",
        f"育成: {nurture}〜{hot - 1} 点、または {hot} 点以上でホットの条件を満たさない人",
    )
    yield Text(f"hold: below {nurture} points", f"保留: {nurture} 点未満")


def _dormancy(model: Model) -> Text:
    days, mode = model.dormancy.days, model.dormancy.mode
    taken = model.dormancy.points // 1_000
    if mode == SUBTRACT:
        return Text(
            f"dormant after {days} days without an act of the person's own: {taken} points less until she acts again; "
            "then older acts within their windows count again",
            f"本人の行動が {days} 日ないと休眠: {taken} 点を差し引く。次の行動で復帰し、期間内の過去の行動も再び数える",
        )
    return Text(
        f"dormant after {days} days without an act of the person's own: points for behaviour and activity are gone, "
        "also after she acts again",
        f"本人の行動が {days} 日ないと休眠: 行動と活性度の点数を 0 にし、復帰後も休眠前の行動は数えない",
    )


def _exclusions(model: Model) -> Iterator[Text]:
    for entry in model.exclusions:
        groups = [_all_of(group) for group in entry.groups]
        en, ja = "; or ".join(group.en for group in groups), "、または".join(group.ja for group in groups)
        yield Text(f"{entry.label.en} (0 points): {en}", f"{entry.label.ja}(0 点): {ja}")


def _segments(model: Model) -> Iterator[Text]:
    for segment in model.segments:
        who = _all_of(segment.conditions)
        deltas = list(_deltas(model, segment.id))
        en = ", ".join(delta.en for delta in deltas) or "no difference"
        ja = "、".join(delta.ja for delta in deltas) or "差なし"
        yield Text(f"{segment.label.en} ({who.en}): {en}", f"{segment.label.ja}({who.ja}): {ja}")


def _deltas(model: Model, segment: str) -> Iterator[Text]:
    for rule, own in zip(model.rules, model.rules_for(segment), strict=True):
        before, after = _every_point(rule), _every_point(own)
        changed = {new - old for old, new in zip(before, after, strict=True) if old != new}
        for delta in sorted(changed):
            yield Text(f"{rule.label.en} {points(delta)}", f"{rule.label.ja} {points(delta)} 点")


def _every_point(rule: AnyRule) -> list[int]:
    if isinstance(rule, AttributeRule):
        return [bucket.points for bucket in rule.buckets]
    if isinstance(rule, ActRule | ReactivationRule):
        return [matcher.points for matcher in rule.matchers]
    return [step.points for step in rule.steps] if isinstance(rule, RecencyRule) else [rule.points]


# --- attributes ---


def _bucket(bucket: Bucket) -> Text:
    if bucket.unset:
        asked = Text("not set yet", "未設定")
    elif bucket.condition.unknown or bucket.condition.other:
        return _worth(bucket.label, bucket.points)
    else:
        asked = _all_of((bucket.condition, *bucket.also))
    en = _explained(bucket.label.en, asked.en, " ({})")
    return _worth(Text(en, _explained(bucket.label.ja, asked.ja, "({})")), bucket.points)


def _explained(label: str, asked: str, form: str) -> str:
    """The label with what it means, or the meaning alone where it holds the label."""
    return asked if label.casefold() in asked.casefold() else label + form.format(asked)


def _worth(said: Text, thousandths: int) -> Text:
    return Text(f"{said.en}: {points(thousandths)}", f"{said.ja}: {points(thousandths)} 点")


def _all_of(conditions: Iterable[Condition]) -> Text:
    told = [condition_words(condition) for condition in conditions]
    return Text(" and ".join(one.en for one in told), "、かつ".join(one.ja for one in told))


def condition_words(condition: Condition) -> Text:
    """What a condition asks, the name of its field included where it does not speak for itself."""
    if condition.field == "employees":
        return _size(condition)
    if condition.flag is not None:
        return _FLAG[condition.field][not condition.flag]
    name = FIELD_NAMES.get(condition.field, Text(condition.field, condition.field))
    if condition.unknown:
        return Text(f"{name.en} unknown", f"{name.ja}不明")
    if condition.other:
        return Text(f"any other {name.en}", f"その他の{name.ja}")
    if condition.levels:
        levels = [_LEVEL[level] for level in (DECISION_MAKER, MANAGER, STAFF) if level in condition.levels]
        return _any_of(levels)
    if condition.sectors:
        listed = [SECTORS.get(sector, Text(sector, sector)) for sector in sorted(condition.sectors)]
        return _named(name, _any_of(listed))
    if condition.listed:
        return _LIST[condition.listed]
    return _named(name, _word_list(condition))


def _named(name: Text, said: Text) -> Text:
    return Text(f"{name.en}: {said.en}", f"{name.ja}: {said.ja}")


def _word_list(condition: Condition) -> Text:
    words = [word.strip() for word in (condition.any_of.wanted if condition.any_of else ())]
    words += sorted(word.strip() for word in condition.equals)
    for pattern in condition.domains:
        shown = pattern.pattern.removeprefix(r"(?:.*\.)?").replace(".*", "*").replace("\\", "")
        words.append(shown)
    if not words:
        return Text("nothing listed yet", "未記入")
    return _any_of([Text(word, word) for word in words])


def _any_of(listed: Sequence[Text]) -> Text:
    shown, more = listed[:_MOST_WORDS], len(listed) - _MOST_WORDS
    en = ", ".join(one.en for one in shown) + (f" and {more} more" if more > 0 else "")
    ja = "、".join(one.ja for one in shown) + (f" ほか {more} 件" if more > 0 else "")
    return Text(en, ja)


def _size(condition: Condition) -> Text:
    low, below = condition.low, condition.below
    if condition.unknown:
        return Text("employees unknown", "従業員数不明")
    if low and below:
        return Text(f"{low} to {below - 1} employees", f"従業員 {low}〜{below - 1} 名")
    if below:
        return Text(f"fewer than {below} employees", f"従業員 {below} 名未満")
    return Text(f"{low} or more employees", f"従業員 {low} 名以上") if low else Text("any size", "規模を問わず")


# --- acts ---


def _act(matcher: Matcher, model: Model, rule_label: Text) -> Text:
    kinds = _either([KIND_NAMES.get(kind, Text(kind, kind)) for kind in sorted(matcher.kinds, key=_kind_order)])
    names = matcher.page_tags or matcher.tags
    tags = _either([tag.label for tag in model.content.tags if tag.id in names])
    said = kinds
    if names:
        on = Text("on a page about", "ページ") if matcher.page_tags else Text("about", "内容")
        said = Text(f"{kinds.en} {on.en} {tags.en}", f"{kinds.ja}({on.ja}: {tags.ja})")
    if not matcher.id or matcher.label == rule_label:
        return said
    return Text(f"{matcher.label.en} ({said.en})", f"{matcher.label.ja}({said.ja})")


def _either(listed: Sequence[Text]) -> Text:
    en = " or ".join(filter(None, (", ".join(one.en for one in listed[:-1]), *(one.en for one in listed[-1:]))))
    return Text(en, "・".join(one.ja for one in listed))


def _kind_order(kind: str) -> int:
    return list(KIND_NAMES).index(kind) if kind in KIND_NAMES else len(KIND_NAMES)


def _sequence(rule: SequenceRule, model: Model) -> Text:
    steps = [[_act(matcher, model, matcher.label) for matcher in step] for step in rule.steps]
    en = ", then ".join("; or ".join(one.en for one in step) for step in steps)
    ja = " → ".join("または".join(one.ja for one in step) for step in steps)
    hours = rule.within_seconds // 3_600
    long_en, long_ja = (f"{hours // 24} days", f"{hours // 24} 日") if hours % 24 == 0 and hours > 72 else (
        f"{hours} hours", f"{hours} 時間",
    )  # fmt: skip
    return _worth(Text(f"{en}, all within {long_en}", f"{ja}({long_ja}以内)"), rule.points)


def _who_comes_back(rule: ReactivationRule, model: Model) -> Text:
    days = model.dormancy.days
    ways = []
    if rule.after_dormancy:
        ways.append(Text(f"a pause of {days} days or more", f"{days} 日以上の休眠"))
    if rule.after_loss:
        ways.append(Text("a lost deal", "失注"))
    who = _either(ways)
    return Text(f"only for somebody who comes back after {who.en}", f"{who.ja}の後に戻ってきた人のみ")


def _activity(rule: AnyRule) -> Iterator[Text]:
    if isinstance(rule, ActiveDaysRule):
        days, last = rule.days, rule.window_days
        yield _worth(
            Text(f"acts on {days} or more of the last {last} days", f"直近 {last} 日のうち {days} 日以上に行動"),
            rule.points,
        )
    elif isinstance(rule, ActiveMonthsRule):
        said = Text(
            f"acts in {rule.months} or more of the last {rule.of_months} calendar months",
            f"直近 {rule.of_months} か月のうち {rule.months} か月以上に行動",
        )
        yield _worth(said, rule.points)
    elif isinstance(rule, RecencyRule):
        for step in rule.steps:
            within = step.within_days
            yield _worth(Text(f"last act within {within} days", f"最後の行動から {within} 日以内"), step.points)


def _limits(rule: ActRule | ReactivationRule | SequenceRule) -> Iterator[Text]:
    yield Text(f"counts for {rule.window_days} days", f"{rule.window_days} 日間有効")
    if rule.cap is not None:
        cap = rule.cap // 1_000
        yield Text(f"at most {cap} in all", f"合計 {cap} 点まで")
    if rule.once_in_days:
        days = rule.once_in_days
        yield Text(f"once in {days} days", f"{days} 日に 1 回")
    if any(weight != 1_000 for weight in rule.decay):
        yield _fading(rule)


def _fading(rule: ActRule | ReactivationRule | SequenceRule) -> Text:
    """The age at which half is left, else what is left at the end."""
    ages = range(0, rule.window_days, 7)
    half = next((age for age in ages if rule.weight(age) <= 500), None)
    if half is not None:
        return Text(f"fades: half after {half} days at the latest", f"時間とともに減少(遅くとも {half} 日で半分)")
    left = rule.weight(rule.window_days - 1) // 10
    return Text(f"fades to {left} %", f"時間とともに {left} % まで減少")


# --- names ---

KIND_NAMES = {
    Kind.PAGE_VIEW.value: Text("page view", "ページ閲覧"),
    Kind.EMAIL_CLICK.value: Text("mail click", "メールクリック"),
    Kind.FORM_SUBMIT.value: Text("form", "フォーム送信"),
    Kind.CAMPAIGN_RESPONSE.value: Text("campaign response", "キャンペーン反応"),
    Kind.CONTENT_DOWNLOAD.value: Text("download", "ダウンロード"),
    Kind.SEMINAR_ATTENDED.value: Text("seminar attendance", "セミナー参加"),
    Kind.SEMINAR_REGISTERED.value: Text("seminar registration", "セミナー申込"),
    Kind.TRIAL_SIGNUP.value: Text("trial sign-up", "トライアル申込"),
    Kind.MEETING.value: Text("meeting asked for", "本人からの打ち合わせ"),
    Kind.CALL.value: Text("call from the person", "本人からの電話"),
    Kind.EMAIL_REPLY.value: Text("mail from the person", "本人からのメール"),
    Kind.SITE_VISIT.value: Text("site visit", "サイト訪問"),
    Kind.EMAIL_OPEN.value: Text("mail open", "メール開封"),
}
FIELD_NAMES = {
    "title": Text("title", "役職"),
    "department": Text("department", "部署"),
    "company_name": Text("company name", "会社名"),
    "industry": Text("industry", "業種"),
    "country": Text("country", "国"),
    "region": Text("region", "地域"),
    "city": Text("city", "市区町村"),
    "source": Text("source", "流入元"),
    "status": Text("status", "ステータス"),
    "email_domain": Text("mail domain", "メールのドメイン"),
    "employees": Text("employees", "従業員数"),
}
_LEVEL = {
    DECISION_MAKER: Text("department head and up", "部長級以上"),
    MANAGER: Text("section head", "課長級"),
    STAFF: Text("staff", "担当者"),
}
_LIST = {
    "own": Text("mail domain of our own company", "自社のメールドメイン"),
    "partner": Text("mail domain of a partner", "パートナーのメールドメイン"),
    "competitor": Text("mail domain of a competitor", "競合のメールドメイン"),
    FREE_MAIL: Text("free mail address", "フリーメール"),
}
_FLAG = {  # when it is so, when it is not
    "opted_out": (Text("opted out of mail", "メール配信停止"), Text("not opted out of mail", "メール配信停止でない")),
    "customer": (Text("customer already", "既存顧客"), Text("no customer", "既存顧客でない")),
    "open_deal": (Text("has an open deal", "進行中の商談あり"), Text("has no open deal", "進行中の商談なし")),
    "lost_deal": (Text("has lost a deal", "失注歴あり"), Text("has lost no deal", "失注歴なし")),
}
