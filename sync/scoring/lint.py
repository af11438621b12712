"""What is questionable about a model that is otherwise valid.

Reachability is shown, not estimated: persons are made up from the model's own words and scored by the reference
scorer. Errors are models that should not run, warnings what an operator should answer, infos what is good to know.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.definition import ActiveDaysRule, ActRule, AttributeRule, Bucket, Matcher, Model, SequenceRule
from sync.scoring.scorer import DORMANT, EXCLUDED, HOLD, HOT, NURTURE
from sync.scoring.witness import Path, Witnesses

ERROR, WARNING, INFO = "error", "warning", "info"
MOST_RULES = 10
_DORMANCY_AT_MOST_DAYS = 90
_RECAST_FROM = {
    Kind.CONTENT_DOWNLOAD.value: {"form_submit", "campaign_response", "page_view", "email_click"},
    Kind.SEMINAR_REGISTERED.value: {"form_submit", "campaign_response"},
    Kind.SEMINAR_ATTENDED.value: {"campaign_response"},
    Kind.TRIAL_SIGNUP.value: {"form_submit", "campaign_response"},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` names the check, `subject` the rule, exclusion or tag it is about, "" for the model."""

    id: str
    severity: str  # error, warning, info
    subject: str
    text: Text


def lint(model: Model) -> list[Finding]:
    """All findings, errors first; the cheapest path to hot is among the infos."""
    found = [*_reachability(model), *_weak_paths(model), *_balance(model), *_size(model)]
    for rule in model.rules:
        if isinstance(rule, AttributeRule):
            found += [*_bucket_ranges(rule), *_bucket_words(rule)]
        elif isinstance(rule, ActRule | SequenceRule):
            found += _caps(rule)
    found += _content(model)
    return sorted(found, key=lambda finding: (ERROR, WARNING, INFO).index(finding.severity))


def rules_that_cannot_fire(model: Model, available_kinds: set[str]) -> list[tuple[str, Text]]:
    """Rules that no act of an account with only these kinds (as pulled) can meet, each with the reason.
    A rule that merely misses one of its sources is not listed."""
    blocked: list[tuple[str, Text]] = []
    for rule in model.rules:
        if isinstance(rule, AttributeRule):
            if rule.unset:
                blocked.append((rule.id, _unset_text(rule)))
            continue
        groups = _needed_kinds(rule)
        lacking = [group for group in groups if group.isdisjoint(available_kinds)]
        if lacking:
            needs = " / ".join(", ".join(sorted(group)) for group in lacking)
            blocked.append(
                (
                    rule.id,
                    Text(
                        f"this account records none of the activities it needs: {needs}",
                        f"このルールに必要な活動がこのアカウントでは記録されていません: {needs}",
                    ),
                )
            )
    return blocked


def _needed_kinds(rule: ActRule | SequenceRule | ActiveDaysRule) -> list[set[str]]:
    """One set per part that must happen: the kinds, as pulled, of which any will do."""
    if isinstance(rule, ActiveDaysRule):
        return [{kind.value for kind in Kind} - {Kind.EMAIL_OPEN.value}]
    parts = [rule.matchers] if isinstance(rule, ActRule) else [rule.first, rule.then]
    return [set[str]().union(*(_sources(matcher) for matcher in part)) for part in parts]


def _sources(matcher: Matcher) -> set[str]:
    if matcher.page_tags:
        return set(matcher.kinds)
    return set(matcher.kinds).union(*(_RECAST_FROM.get(kind, set()) for kind in matcher.kinds))


# --- reachability ---


def _reachability(model: Model) -> Iterator[Finding]:
    witnesses = Witnesses(model)
    path = witnesses.cheapest_path()
    if path is None:
        most = witnesses.highest().total // 1_000
        hot = model.hot_threshold // 1_000
        yield Finding(
            "band_unreachable",
            ERROR,
            HOT,
            Text(
                f"nobody can become hot: the highest score found is {most}, hot needs {hot} and its floors; "
                "raise points or caps, set targets, or lower bands/hot",
                f"ホットに到達できません。到達できる最高点は {most} 点、必要なのは {hot} 点と各条件です。"
                "点数や上限を上げる、対象を設定する、または bands/hot を下げてください",
            ),
        )
    else:
        yield Finding("cheapest_path", INFO, HOT, _path_text(path))
    reached = witnesses.bands()
    wanted = [NURTURE, HOLD, DORMANT] + ([EXCLUDED] if model.exclusions else [])
    for band in wanted:
        if band not in reached:
            severity = WARNING if band == EXCLUDED else ERROR
            yield Finding(
                "band_unreachable",
                severity,
                band,
                Text(f"no person found who would be {band}", f"区分 {band} になる人物が見つかりません"),
            )


def _path_text(path: Path) -> Text:
    acts_en = ", ".join(step.to("en") for step in path.steps)
    acts_ja = "、".join(step.to("ja") for step in path.steps)
    who_en = ", ".join(label.to("en") for label in path.attributes) or "anybody"
    who_ja = "、".join(label.to("ja") for label in path.attributes) or "属性を問わず"
    points, count = path.total // 1_000, len(path.steps)
    name_en, name_ja = ("cheapest path", "最短経路") if path.fewest else ("a short path", "短い経路の例")
    return Text(
        f"{name_en} to hot ({points} points): {who_en}; then {count} act{'s' if count > 1 else ''}: {acts_en}",
        f"ホットへの{name_ja}({points} 点): {who_ja}、活動 {count} 件: {acts_ja}",
    )


def _weak_paths(model: Model) -> Iterator[Finding]:
    witnesses = Witnesses(model)
    if witnesses.opens_alone().band == HOT:
        yield Finding(
            "path_of_opens",
            ERROR,
            "",
            Text("mail opens alone lead to hot", "メール開封だけでホットになります"),
        )
    for label in witnesses.single_weak_acts_to_hot():
        yield Finding(
            "path_of_one_weak_act",
            ERROR,
            "",
            Text(
                f"one weak act, however often repeated, leads to hot: {label.en}; raise hot/distinct_acts to 2",
                f"弱い活動一つ(繰り返しを含む)だけでホットになります: {label.ja}。"
                "hot/distinct_acts を 2 にしてください",
            ),
        )
    for rule in model.rules:
        if isinstance(rule, ActRule) and any(Kind.EMAIL_OPEN in matcher.kinds for matcher in rule.matchers):
            most = max(matcher.points for matcher in rule.matchers if Kind.EMAIL_OPEN in matcher.kinds)
            if rule.cap is None or rule.cap > most:
                yield Finding(
                    "opens_counted_often",
                    WARNING,
                    rule.id,
                    Text(
                        "mail clients open mails by themselves; cap opens at one",
                        "メールソフトが自動で開封するため、開封の加点は1回を上限にしてください",
                    ),
                )


# --- the model as a whole ---


def _balance(model: Model) -> Iterator[Finding]:
    if not any(_can_earn(rule) for rule in model.rules if isinstance(rule, AttributeRule)):
        yield Finding(
            "no_attribute_rule",
            ERROR,
            "",
            Text(
                "no attribute earns points: who the person is would not matter; add an attribute rule",
                "属性の加点ルールがありません。相手の属性を問わない採点になります。属性ルールを追加してください",
            ),
        )
    if all(isinstance(rule, AttributeRule) for rule in model.rules):
        yield Finding(
            "no_behaviour_rule",
            ERROR,
            "",
            Text("no rule looks at what people do; add one", "行動を見るルールがありません。追加してください"),
        )
    for name, floor in (("attribute_floor", model.attribute_floor), ("engagement_floor", model.engagement_floor)):
        if not floor:
            yield Finding(
                "no_floor",
                WARNING,
                name,
                Text(
                    f"{name} is 0: one axis alone can carry a person to hot",
                    f"{name} が 0 のため、片方の軸だけでホットになり得ます",
                ),
            )
    if not model.exclusions:
        yield Finding(
            "no_exclusion",
            WARNING,
            "",
            Text("no exclusions: people you never sell to get scores", "除外条件がなく、営業対象外の人も採点されます"),
        )
    if model.dormancy.days > _DORMANCY_AT_MOST_DAYS:
        yield Finding(
            "late_dormancy",
            WARNING,
            "",
            Text("people idle for 3 months are not dormant yet", "3か月活動のない人が休眠になりません"),
        )


def _can_earn(rule: AttributeRule) -> bool:
    return any(bucket.points > 0 for bucket in rule.buckets)


def _size(model: Model) -> Iterator[Finding]:
    count = len(model.rules)
    if count > MOST_RULES and not model.many_rules_reason:
        yield Finding(
            "too_many_rules",
            ERROR,
            "",
            Text(
                f"{count} rules; with more than {MOST_RULES} nobody knows what hot means. Remove some or write "
                "many_rules_reason",
                f"ルールが {count} 個あります。{MOST_RULES} 個を超えるとホットの意味が伝わりません。"
                "減らすか、many_rules_reason に理由を書いてください",
            ),
        )


# --- single rules ---


def _bucket_ranges(rule: AttributeRule) -> Iterator[Finding]:
    if not any(bucket.condition.unknown for bucket in rule.buckets):
        yield Finding(
            "no_unknown_bucket",
            WARNING,
            rule.id,
            Text("no bucket for unknown values; add one", "不明な値の区分がありません。追加してください"),
        )
    if rule.unset:
        yield Finding("unset_target", WARNING, rule.id, _unset_text(rule))
    if rule.field != "employees":
        return
    ranges = sorted((bucket for bucket in rule.buckets if not bucket.condition.unknown), key=_low)
    if ranges and _low(ranges[0]) > 1:
        yield _gap(rule, "1", str(_low(ranges[0])))
    for one, other in pairwise(ranges):
        if one.condition.below is not None and one.condition.below < _low(other):
            yield _gap(rule, str(one.condition.below), str(_low(other)))
        elif one.condition.below is None or one.condition.below > _low(other):
            yield Finding(
                "bucket_overlap",
                ERROR,
                rule.id,
                Text(f"{one.id} and {other.id} overlap", f"区分 {one.id} と {other.id} が重なっています"),
            )
    if ranges and all(bucket.condition.below is not None for bucket in ranges):
        yield _gap(rule, str(max(bucket.condition.below or 0 for bucket in ranges)), "∞")


def _low(bucket: Bucket) -> int:
    return max(bucket.condition.low or 0, 1)


def _gap(rule: AttributeRule, low: str, below: str) -> Finding:
    return Finding(
        "bucket_gap",
        ERROR,
        rule.id,
        Text(f"no bucket from {low} to below {below}", f"{low} 以上 {below} 未満の区分がありません"),
    )


def _bucket_words(rule: AttributeRule) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for bucket in rule.buckets:
        words = bucket.condition.any_of.wanted if bucket.condition.any_of else ()
        for word in (*words, *bucket.condition.equals):
            first = owner.setdefault(word.strip(), bucket.id)
            if first != bucket.id:
                yield Finding(
                    "bucket_overlap",
                    WARNING,
                    rule.id,
                    Text(
                        f"{word.strip()!r} is in {first} and in {bucket.id}; the first counts",
                        f"{word.strip()!r} が {first} と {bucket.id} の両方にあります。先の区分が優先されます",
                    ),
                )


def _unset_text(rule: AttributeRule) -> Text:
    return Text(
        f"the target of {rule.id} is not set, so it gives 0; list yours in the model",
        f"{rule.id} の対象が未設定のため 0 点になります。モデルに対象を記入してください",
    )


def _caps(rule: ActRule | SequenceRule) -> Iterator[Finding]:
    if rule.cap is None:
        yield Finding(
            "no_cap",
            WARNING,
            rule.id,
            Text(
                "no cap: repeats alone can fill the score; add one", "上限(cap)がなく、繰り返しだけで満点になり得ます"
            ),
        )
        return
    most = max(abs(matcher.points) for matcher in rule.matchers) if isinstance(rule, ActRule) else abs(rule.points)
    if rule.cap < most:
        yield Finding(
            "cap_below_points",
            WARNING,
            rule.id,
            Text("the cap is below the points of one act", "上限(cap)が1回分の点数より小さくなっています"),
        )


def _content(model: Model) -> Iterator[Finding]:
    for tag in (*model.content.tags, *model.content.themes):
        if not (tag.words.wanted or tag.url_words.wanted or tag.implied_by):
            yield Finding(
                "tag_without_words",
                WARNING,
                tag.id,
                Text("this tag has no words and matches nothing", "このタグには語句がなく、何にも一致しません"),
            )
    for exclusion in model.exclusions:
        if all(condition.domains == () and condition.field == "email_domain" for condition in exclusion.conditions):
            yield Finding(
                "exclusion_unset",
                INFO,
                exclusion.id,
                Text("no domains are listed yet, so it excludes nobody", "ドメインが未登録のため、誰も除外されません"),
            )
