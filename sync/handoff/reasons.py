"""What a salesperson reads beside a score: top reason, reasons, talk track, interest.

Everything is said from the ledger; where it says nothing, so do we. `top_reason` holds neither points nor dates,
so that it changes when the reason changes and not as the days pass.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.text import Text
from sync.repository import LedgerLine
from sync.scoring.content import tags_of
from sync.scoring.definition import (
    ACTIVITY,
    ADJUSTMENT,
    ATTRIBUTE,
    BEHAVIOUR,
    CLAMP,
    DORMANCY,
    EXCLUSION,
    ActRule,
    AnyRule,
    AttributeRule,
    Model,
)
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import DORMANT, EXCLUDED, Line, Score

TOP_REASON_LIMIT = 255
_CONTENT_LIMIT = 60

_NO_REASON = Text("nothing has earned points yet", "加点となる情報はまだありません")
_JOIN = Text("; ", " / ")
_HEADER = Text(
    "Score {total} = attributes {attribute}, behaviour {behaviour}, activity {activity}, adjustment {adjustment}",
    "スコア {total} = 属性 {attribute} / 行動 {behaviour} / 活性度 {activity} / 調整 {adjustment}",
)
_TIMES = Text("{count} times, last {last}", "{count}回、最終 {last}")
_ONCE = Text("on {last}", "{last}")
_DAYS = Text("{count} days, last {last}", "{count}日、最終 {last}")
_CAPPED = Text("limit reached", "上限到達")
_UNSET = Text("no target set in the model", "対象がモデルに未設定")
_UNKNOWN = Text("unknown", "不明")
_OTHER = Text("none of the listed values", "該当なし")
_CLAMPED = Text("scores stay between 0 and 100", "スコアは0〜100の範囲に収めます")
_DORMANT = Text("dormant, no activity for {days} days or more", "休眠: {days}日以上活動がありません")
_LAST_ACT = Text("last activity {last}", "最終活動 {last}")
_NO_ACT = Text("no activity recorded", "活動の記録がありません")
_EXCLUDED = Text("excluded ({label}): {reason}", "対象外({label}): {reason}")
_MISSED = Text(
    "not hot although the score is {hot} or more: {conditions}", "{hot}点以上ですがホットではありません: {conditions}"
)
_CONDITIONS = {
    "attribute_floor": Text("attributes below {floor} points", "属性が{floor}点未満"),
    "engagement_floor": Text("behaviour and activity below {floor} points", "行動と活性度の合計が{floor}点未満"),
    "distinct_acts": Text(
        "fewer than {acts} different activities and no strong one",
        "異なる活動が{acts}件に満たず、強い関心を示す活動もありません",
    ),
}


def top_reason(score: Score, model: Model, language: str) -> str:
    """The main reasons in one line of at most 255 characters."""
    if score.band == EXCLUDED:
        return _fit(_exclusion_text(score, model, language))
    main = _main_reasons(score, model, language)
    said = _JOIN.to(language).join(main) or _NO_REASON.to(language)
    if score.band == DORMANT:
        asleep = _DORMANT.to(language).format(days=model.dormancy.days)
        said = _JOIN.to(language).join([asleep, *main])
    elif score.missed:
        said = _JOIN.to(language).join([_missed_text(score, model, language), *main])
    return _fit(said)


def reasons_text(score: Score, model: Model, facts: Facts, language: str, timezone: str) -> str:
    """The sum, one line per ledger line, and the hot conditions missed. Times are absolute, in `timezone`."""
    zone = ZoneInfo(timezone)

    def moment(at: int) -> str:
        return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%d %H:%M")

    acts = {act.id: act for act in facts.acts}
    lines = [_header(score, language)]
    lines += [
        f"{_points(line.points, signed=True)} {_line_text(line, score, model, acts, moment, language)}"
        for line in score.lines
    ]
    if score.missed:
        lines.append(_missed_text(score, model, language))
    return "\n".join(lines)


def interest_text(score: Score, model: Model, language: str) -> str:
    """What the person looks at most, in words; "" when nothing tells."""
    found = next((tag for tag in (*model.content.themes, *model.content.tags) if tag.id == score.interest), None)
    return found.label.to(language) if found else ""


# --- talk track ---

_OPENINGS = {  # most committed first
    "request": Text(
        "They asked us to get in touch: thank them for it.",
        "ご依頼をいただいています。まずお礼をお伝えください。",
    ),
    "seminar": Text(
        "They signed up for or came to our seminar: thank them for it.",
        "セミナーにお申し込み・ご参加いただいています。まずお礼をお伝えください。",
    ),
    "download": Text(
        "They downloaded one of our documents: thank them for it.",
        "資料をダウンロードいただいています。まずお礼をお伝えください。",
    ),
    "visit": Text(
        "They have been looking at our pages lately.",
        "最近、当社のページをご覧になっています。",
    ),
}
_AWAKEN = Text(
    "They have been silent for a while: ask how their situation has changed.",
    "しばらくご無沙汰しています。その後の状況の変化をお伺いください。",
)
_ASK_INTEREST = Text(
    '"You seem interested in {interest}. What problem do you have there now?"',
    "「{interest}にご関心をお持ちのようですが、現在どのような課題をお持ちでしょうか?」",
)
_ASK_OPENLY = Text(
    '"What are you working on at the moment, and where could we help?"',
    "「現在のお取り組みと、お力になれそうな点をお聞かせいただけますか?」",
)
_BY_LABEL = Text("Activity behind this: {labels}", "根拠となる活動: {labels}")
_REQUESTS = frozenset({"trial_signup", "form_submit", "campaign_response"})
_SORT_OF_KIND = {
    "seminar_attended": "seminar",
    "seminar_registered": "seminar",
    "content_download": "download",
    "page_view": "visit",
    "email_click": "visit",
    "site_visit": "visit",
}


def talk_track(score: Score, facts: Facts, model: Model, language: str) -> str:
    """At most three lines to open a call with: what to thank for, what to ask, what it rests on.
    "" for excluded people, whom nobody should call."""
    if score.band == EXCLUDED:
        return ""
    interest = interest_text(score, model, language)
    ask = _ASK_INTEREST.to(language).format(interest=interest) if interest else _ASK_OPENLY.to(language)
    earned = _by_weight(score, (BEHAVIOUR, ACTIVITY))
    opening = _AWAKEN if score.band == DORMANT else _opening(earned, facts, model)
    labels = _JOIN.to(language).join(line_label(line, model, language) for line in earned[:3])
    rests_on = _BY_LABEL.to(language).format(labels=labels) if labels else ""
    return "\n".join(filter(None, (opening.to(language) if opening else "", ask, rests_on)))


def _opening(earned: Iterable[Line], facts: Facts, model: Model) -> Text | None:
    """What to thank for: the most committed act among the evidence of what earned points."""
    acts = {act.id: act for act in facts.acts}
    sorts: set[str] = set()
    for line in earned:
        evidence = [tags_of(acts[name], model) for name in line.evidence if name in acts]
        sorts |= {_SORT_OF_KIND.get(tags.kind, "") for tags in evidence}
        if _asks_for_requests(model.rule(line.rule)) and any(tags.strong for tags in evidence):
            sorts.add("request")
    return next((text for sort, text in _OPENINGS.items() if sort in sorts), None)


def _asks_for_requests(rule: AnyRule | None) -> bool:
    """A rule on forms by what they are; a form merely sent from a pricing page asks for nothing."""
    return isinstance(rule, ActRule) and all(
        matcher.kinds <= _REQUESTS and not matcher.page_tags for matcher in rule.matchers
    )


# --- parts ---


def _main_reasons(score: Score, model: Model, language: str) -> list[str]:
    """Up to two labels of what the person did, then one of who the person is."""
    did = _by_weight(score, (BEHAVIOUR, ACTIVITY))[:2]
    is_ = _by_weight(score, (ATTRIBUTE,))[:1]
    return [line_label(line, model, language) for line in (*did, *is_)]


def _by_weight(score: Score, axes: tuple[str, ...]) -> list[Line]:
    """Lines that earned points, most first; the order of the model breaks ties."""
    earned = [line for line in score.lines if line.axis in axes and line.points > 0]
    return sorted(earned, key=lambda line: -line.points)


def line_label(line: Line | LedgerLine, model: Model, language: str) -> str:
    """A ledger line in words: the rule's label and what of it applied."""
    rule = model.rule(line.rule)
    if rule is None:
        return line.rule
    label = rule.label.to(language)
    detail = _detail_label(line, model, language)
    return f"{label}: {detail}" if detail else label


def _detail_label(line: Line | LedgerLine, model: Model, language: str) -> str:
    rule = model.rule(line.rule)
    if isinstance(rule, AttributeRule):
        found = next((bucket.label for bucket in rule.buckets if bucket.id == line.detail), None)
        standard = {"unset": _UNSET, "unknown": _UNKNOWN}.get(line.detail, _OTHER)
        return (found or standard).to(language)
    if isinstance(rule, ActRule):
        named = {matcher.id: matcher.label.to(language) for matcher in rule.matchers if matcher.id}
        return ", ".join(named[part] for part in line.detail.split(",") if part in named)
    return ""


def _line_text(
    line: Line, score: Score, model: Model, acts: dict[str, Act], moment: Callable[[int], str], language: str
) -> str:
    if line.axis == ADJUSTMENT:
        return _adjustment_text(line, score, model, moment, language)
    said = line_label(line, model, language)
    if line.last_at is None:
        return said
    form = _DAYS if line.axis == ACTIVITY else _ONCE if line.count == 1 else _TIMES
    details = [form.to(language).format(count=line.count, last=moment(line.last_at))]
    newest = acts.get(line.evidence[0]) if line.evidence and line.axis == BEHAVIOUR else None
    if newest and (content := _content(newest)):
        details.append(f"「{content}」" if language == "ja" else f'"{content}"')
    rule = model.rule(line.rule)
    if rule and line.axis == BEHAVIOUR and rule.cap is not None and abs(line.points) == rule.cap and line.count > 1:
        details.append(_CAPPED.to(language))
    return f"{said} ({', '.join(details)})" if language != "ja" else f"{said}({'、'.join(details)})"


def _adjustment_text(line: Line, score: Score, model: Model, moment: Callable[[int], str], language: str) -> str:
    if line.rule == CLAMP:
        return _CLAMPED.to(language)
    if line.rule == EXCLUSION:
        return _exclusion_text(score, model, language)
    if line.rule != DORMANCY:
        return line.rule
    last = _LAST_ACT.to(language).format(last=moment(line.last_at)) if line.last_at else _NO_ACT.to(language)
    said = _DORMANT.to(language).format(days=model.dormancy.days)
    return f"{said}({last})" if language == "ja" else f"{said} ({last})"


def _content(act: Act) -> str:
    """The form, campaign or page the act was about, on one line."""
    if act.kind in ("email_open", "email_reply", "call", "meeting"):
        return ""  # subjects of one-to-one mail and calls are written by people about people
    said = act.content_name or (act.title if act.kind != "email_click" else "") or act.url.partition("?")[0]
    plain = "".join(" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in said)
    return _fit(" ".join(plain.split()), _CONTENT_LIMIT)


def _header(score: Score, language: str) -> str:
    return _HEADER.to(language).format(
        total=_points(score.total),
        attribute=_points(score.attribute),
        behaviour=_points(score.behaviour),
        activity=_points(score.activity),
        adjustment=_points(score.adjustment, signed=True),
    )


def _points(thousandths: int, signed: bool = False) -> str:
    """12500 -> 12.5, exact; signed adds +, or ± to nothing."""
    whole, rest = divmod(abs(thousandths), 1_000)
    said = f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
    if thousandths < 0:
        return f"-{said}"
    if not signed:
        return said
    return f"+{said}" if thousandths else f"±{said}"


def _missed_text(score: Score, model: Model, language: str) -> str:
    figures = {
        "attribute_floor": {"floor": _points(model.attribute_floor)},
        "engagement_floor": {"floor": _points(model.engagement_floor)},
        "distinct_acts": {"acts": str(model.distinct_acts)},
    }
    conditions = [_CONDITIONS[name].to(language).format(**figures[name]) for name in score.missed]
    listed = ("、" if language == "ja" else ", ").join(conditions)
    return _MISSED.to(language).format(hot=_points(model.hot_threshold), conditions=listed)


def _exclusion_text(score: Score, model: Model, language: str) -> str:
    found = next((entry for entry in model.exclusions if entry.id == score.exclusion), None)
    if found is None:
        return str(score.exclusion)
    return _EXCLUDED.to(language).format(label=found.label.to(language), reason=found.reason.to(language))


def _fit(text: str, limit: int = TOP_REASON_LIMIT) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
