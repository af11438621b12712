"""What is questionable about single rules, exclusions and tags."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.act_space import matcher_label, parts_asked
from sync.scoring.definition import (
    ActRule,
    AnyRule,
    AttributeRule,
    Bucket,
    Exclusion,
    ReactivationRule,
    RecencyRule,
    SequenceRule,
)
from sync.scoring.findings import ERROR, INFO, WARNING, Finding, finding
from sync.scoring.proof import Proof
from sync.scoring.relaxed import recency_steps


def rules(proof: Proof) -> Iterator[Finding]:
    for number, rule in enumerate(proof.model.rules):
        if isinstance(rule, AttributeRule):
            yield from _buckets(rule, proof)
        elif isinstance(rule, ActRule | ReactivationRule | SequenceRule):
            yield from _caps(rule)
            yield from _opens(rule)
        yield from _dead(number, rule, proof)


def content(proof: Proof) -> Iterator[Finding]:
    """Tags and exclusions."""
    own = proof.model.content
    for part, tag in (*(("tags", tag) for tag in own.tags), *(("themes", theme) for theme in own.themes)):
        if not (tag.words.wanted or tag.url_words.wanted or tag.implied_by):
            yield finding(
                "tag_without_words",
                WARNING,
                tag.id,
                ("this tag has no words and matches nothing", "このタグには語句がなく、何にも一致しません"),
                ("give it words or url_words", "words または url_words を記入してください"),
                ("content", part, tag.id),
            )
    for exclusion in proof.model.exclusions:
        if _unfilled(exclusion):
            yield finding(
                "exclusion_unset",
                INFO,
                exclusion.id,
                ("no domains are listed yet, so it excludes nobody", "ドメインが未登録のため、誰も除外されません"),
                ("list them in the model or in the playbook", "モデルまたはプレイブックに記入してください"),
                ("exclusions", exclusion.id),
            )
        elif exclusion.id not in proof.persons.excluding and proof.persons.exact:
            yield finding(
                "dead_exclusion",
                WARNING,
                exclusion.id,
                ("its conditions never hold together: it excludes nobody", "条件が同時に成立せず、誰も除外されません"),
                ("correct its conditions or remove it", "条件を修正するか、削除してください"),
                ("exclusions", exclusion.id),
            )


def unset_text(rule: AttributeRule) -> Text:
    return Text(
        f"the target of {rule.id} is not set, so it gives 0; list yours in the model",
        f"{rule.id} の対象が未設定のため 0 点になります。モデルに対象を記入してください",
    )


def _unfilled(exclusion: Exclusion) -> bool:
    return all(
        any(c.field == "email_domain" and not (c.domains or c.listed or c.unknown or c.other) for c in group)
        for group in exclusion.groups
    )


# --- attribute rules ---


def _buckets(rule: AttributeRule, proof: Proof) -> Iterator[Finding]:
    if not any(bucket.condition.unknown for bucket in rule.buckets) and any(map(_asks_a_value, rule.buckets)):
        yield finding(
            "no_unknown_bucket",
            WARNING,
            rule.id,
            ("no bucket for unknown values", "不明な値の区分がありません"),
            ("add a bucket with unknown: true and 0 points", "unknown: true、0 点の区分を追加してください"),
            ("rules", rule.id, "buckets"),
        )
    if rule.unset:
        yield finding(
            "unset_target",
            WARNING,
            rule.id,
            (f"the target of {rule.id} is not set, so it gives 0", f"{rule.id} の対象が未設定のため 0 点になります"),
            ("list yours in the model", "モデルに対象を記入してください"),
            ("rules", rule.id),
        )
    if rule.field == "employees":
        yield from _ranges(rule)
    yield from _shared_words(rule)
    for bucket in rule.buckets:
        if not bucket.unset and (rule.id, bucket.id) not in proof.persons.buckets and proof.persons.exact:
            yield finding(
                "dead_bucket",
                WARNING,
                rule.id,
                (
                    f"bucket {bucket.id} never decides: earlier ones take all it would",
                    f"区分 {bucket.id} に該当する人がいません",
                ),
                ("put it before the bucket that hides it, or remove it", "順序を入れ替えるか、削除してください"),
                ("rules", rule.id, "buckets", bucket.id),
            )


def _asks_a_value(bucket: Bucket) -> bool:
    return bucket.condition.flag is None


def _ranges(rule: AttributeRule) -> Iterator[Finding]:
    """Half-open ranges of numbers; those that ask for something else too may overlap."""
    plain = [bucket for bucket in rule.buckets if not bucket.condition.unknown and not bucket.also]
    ranges = sorted((bucket for bucket in plain if not bucket.condition.other), key=_low)
    if any(bucket.condition.other for bucket in plain):
        return
    if ranges and _low(ranges[0]) > 1:
        yield _gap(rule, ranges[0], "1", str(_low(ranges[0])))
    for one, other in pairwise(ranges):
        if one.condition.below is not None and one.condition.below < _low(other):
            yield _gap(rule, other, str(one.condition.below), str(_low(other)))
        elif one.condition.below is None or one.condition.below > _low(other):
            yield finding(
                "bucket_overlap",
                ERROR,
                rule.id,
                (f"{one.id} and {other.id} overlap", f"区分 {one.id} と {other.id} が重なっています"),
                ("let `below` of one be `from` of the next", "一方の below を次の from と同じ値にしてください"),
                ("rules", rule.id, "buckets", other.id),
            )
    if ranges and all(bucket.condition.below is not None for bucket in ranges):
        last = max(ranges, key=lambda bucket: bucket.condition.below or 0)
        yield _gap(rule, last, str(last.condition.below), "∞")


def _low(bucket: Bucket) -> int:
    return max(bucket.condition.low or 0, 1)


def _gap(rule: AttributeRule, bucket: Bucket, low: str, below: str) -> Finding:
    """At the bucket that should begin lower or, for the last one, end higher."""
    return finding(
        "bucket_gap",
        ERROR,
        rule.id,
        (f"no bucket from {low} to below {below}", f"{low} 以上 {below} 未満の区分がありません"),
        ("let the buckets meet, or add one", "隣り合う区分をつなげるか、区分を追加してください"),
        ("rules", rule.id, "buckets", bucket.id),
    )


def _shared_words(rule: AttributeRule) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for bucket in rule.buckets:
        words = bucket.condition.any_of.wanted if bucket.condition.any_of else ()
        for word in () if bucket.also else (*words, *bucket.condition.equals, *bucket.condition.sectors):
            first = owner.setdefault(word.strip(), bucket.id)
            if first != bucket.id:
                yield finding(
                    "bucket_overlap",
                    WARNING,
                    rule.id,
                    (
                        f"{word.strip()!r} is in {first} and in {bucket.id}; the first counts",
                        f"{word.strip()!r} が {first} と {bucket.id} の両方にあります。先の区分が優先されます",
                    ),
                    ("keep it in one bucket", "一方の区分だけに残してください"),
                    ("rules", rule.id, "buckets", bucket.id),
                )


# --- rules on acts ---


def _caps(rule: ActRule | ReactivationRule | SequenceRule) -> Iterator[Finding]:
    if rule.cap is None:
        yield finding(
            "no_cap",
            WARNING,
            rule.id,
            ("no cap: repeats alone can fill the score", "上限(cap)がなく、繰り返しだけで満点になり得ます"),
            ("add a cap of once or twice the points", "点数の1〜2倍の cap を設定してください"),
            ("rules", rule.id),
        )
        return
    most = abs(rule.points) if isinstance(rule, SequenceRule) else max(abs(one.points) for one in rule.matchers)
    if rule.cap < most:
        yield finding(
            "cap_below_points",
            WARNING,
            rule.id,
            ("the cap is below the points of one act", "上限(cap)が1回分の点数より小さくなっています"),
            ("raise the cap or lower the points", "cap を上げるか、点数を下げてください"),
            ("rules", rule.id, "cap"),
        )


def _opens(rule: ActRule | ReactivationRule | SequenceRule) -> Iterator[Finding]:
    if isinstance(rule, SequenceRule):
        return
    opens = [matcher.points for matcher in rule.matchers if Kind.EMAIL_OPEN in matcher.kinds]
    if max(opens, default=0) > 0 and (rule.cap is None or rule.cap > max(opens)):
        yield finding(
            "opens_counted_often",
            WARNING,
            rule.id,
            (
                "mail clients open mails by themselves: opens should count once at most",
                "メールソフトが自動で開封するため、開封の加点は1回までにすべきです",
            ),
            (
                "set the cap to the points of one open, or score clicks",
                "cap を1回分の点数にするか、クリックを加点してください",
            ),
            ("rules", rule.id, "cap"),
        )


# --- what never happens ---


def _dead(number: int, rule: AnyRule, proof: Proof) -> Iterator[Finding]:
    unset = isinstance(rule, AttributeRule) and rule.unset
    if not unset and not proof.fires(number) and proof.persons.exact:
        yield finding(
            "dead_rule",
            ERROR,
            rule.id,
            (
                "it can never give or take points: nothing meets it, or all its points are 0",
                "加点も減点も起こり得ないルールです(該当する活動がないか、点数がすべて 0 です)",
            ),
            (
                "correct its kinds, tags, days or points, or remove it",
                "kinds・tags・日数・点数を直すか、削除してください",
            ),
            ("rules", rule.id),
        )
        return
    if isinstance(rule, ActRule | ReactivationRule):
        for index in parts_asked(rule):
            if not proof.plays(number, index):
                yield _dead_matcher(rule, index)
    if isinstance(rule, RecencyRule):
        yield from _dead_steps(rule, proof)


def _dead_matcher(rule: ActRule | ReactivationRule, index: int) -> Finding:
    label = matcher_label(rule, rule.matchers[index])
    acts = ("reactivation", "acts") if isinstance(rule, ReactivationRule) else ("acts",)
    return finding(
        "dead_matcher",
        WARNING,
        rule.id,
        (
            f"entry {index + 1} ({label.en}) takes no act: nothing is like this, or earlier entries take all of it",
            f"{index + 1} 番目の項目({label.ja})に該当する活動がありません",
        ),
        ("correct its kinds and tags, change the order, or remove it", "kinds・tags や順序を直すか、削除してください"),
        ("rules", rule.id, *acts, index),
    )


def _dead_steps(rule: RecencyRule, proof: Proof) -> Iterator[Finding]:
    alive_steps = recency_steps(rule, proof.model.dormancy.days)
    for number, (step, alive) in enumerate(zip(rule.steps, alive_steps, strict=True)):
        if alive is None:
            yield finding(
                "dead_step",
                WARNING,
                rule.id,
                (
                    f"within {step.within_days} days never decides: an earlier step or dormancy comes first",
                    f"{step.within_days} 日以内の段階は、前の段階か休眠が先に当てはまるため使われません",
                ),
                (
                    "put the steps in order, shortest first, below dormancy/days",
                    "短い順に、dormancy/days 未満で並べてください",
                ),
                ("rules", rule.id, "recency", number),
            )
