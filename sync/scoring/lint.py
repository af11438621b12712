"""What is questionable about a model that is otherwise valid.

Reachability is proven (`sync.scoring.proof`), not estimated. Errors are models that should not run, warnings what an
operator should answer, infos what is good to know. Every finding names its remedy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.act_space import ActSpace, parts_asked
from sync.scoring.conditions import DOMAIN_LISTS, FREE_MAIL, Condition
from sync.scoring.definition import ActRule, AnyRule, AttributeRule, Model, ReactivationRule
from sync.scoring.findings import ERROR, INFO, WARNING, Finding, Where, finding
from sync.scoring.lint_rules import content, rules, unset_text
from sync.scoring.model_file import bound
from sync.scoring.paths import Path
from sync.scoring.person_space import asked_by
from sync.scoring.proof import REACHABLE, UNDECIDED, UNREACHABLE, Ceiling, Proof, Verdict
from sync.scoring.scorer import DORMANT, EXCLUDED, HOLD, HOT, NURTURE

__all__ = ["ERROR", "INFO", "WARNING", "Finding", "lint", "rules_that_cannot_fire"]

FEWEST_RULES, MOST_RULES = 5, 10
_DORMANCY_AT_MOST_DAYS = 90
_DISTINCT_ACTS: Where = ("hot", "distinct_acts")
_AT_BAND: Mapping[str, Where] = {
    HOT: ("bands", "hot"), NURTURE: ("bands", "nurture"), HOLD: ("bands", "nurture"), DORMANT: ("exclusions",)
}  # fmt: skip
_OWN_ACTS = {kind.value for kind in Kind} - {
    Kind.EMAIL_OPEN.value, Kind.EMAIL_SENT.value, Kind.NOTE.value, Kind.TASK.value, Kind.CAMPAIGN_MEMBER.value,
}  # fmt: skip


def lint(model: Model) -> list[Finding]:
    """All findings, errors first; the cheapest path to hot is among the infos."""
    proof = Proof(_with_lists(model))
    found = [*_bands(proof), *_segments(proof), *_paths(proof), *_balance(model), *_size(model)]
    found += [*rules(proof), *content(proof)]
    return sorted(found, key=lambda finding: (ERROR, WARNING, INFO).index(finding.severity))


def rules_that_cannot_fire(model: Model, available_kinds: set[str]) -> list[tuple[str, Text]]:
    """Rules that no act of an account with only these kinds (as pulled) can meet, each with the reason.
    A rule that merely misses one of its sources is not listed."""
    playing = ActSpace(model).kinds_playing
    blocked: list[tuple[str, Text]] = []
    for number, rule in enumerate(model.rules):
        if isinstance(rule, AttributeRule):
            if rule.unset:
                blocked.append((rule.id, unset_text(rule)))
            continue
        needed = _needed_kinds(rule, number, playing)
        lacking = [kinds for kinds in needed if kinds.isdisjoint(available_kinds)]
        if lacking:
            blocked.append((rule.id, _lacking_text(lacking)))
    return blocked


def _needed_kinds(rule: AnyRule, number: int, playing: dict[tuple[int, int], set[str]]) -> list[set[str]]:
    """One set per part that must happen: the kinds, as pulled, of which any will do."""
    parts = [playing.get((number, part), set()) for part in parts_asked(rule)]
    if isinstance(rule, ActRule | ReactivationRule):
        return [set[str]().union(*parts)]
    return parts or [_OWN_ACTS]


def _lacking_text(lacking: list[set[str]]) -> Text:
    needs = " / ".join(", ".join(sorted(kinds)) or "-" for kinds in lacking)
    return Text(
        f"this account records none of the activities it needs: {needs}",
        f"このルールに必要な活動がこのアカウントでは記録されていません: {needs}",
    )


def _with_lists(model: Model) -> Model:
    """Domain lists are filled where the service runs; one that is empty here stands with an example."""
    asked = {condition.listed for condition in _all_conditions(model)}.intersection(DOMAIN_LISTS)
    empty = {name for name in asked if name != FREE_MAIL and not model.reading.lists.get(name)}
    return bound(model, {name: [f"{name.replace('_', '-')}.example"] for name in empty}) if empty else model


def _all_conditions(model: Model) -> Iterator[Condition]:
    for rule in model.rules:
        if isinstance(rule, AttributeRule):
            yield from (condition for bucket in rule.buckets for condition in asked_by(bucket))
    yield from (condition for entry in model.exclusions for group in entry.groups for condition in group)
    yield from (condition for segment in model.segments for condition in segment.conditions)


# --- bands ---


def _bands(proof: Proof) -> Iterator[Finding]:
    if proof.hot.state == UNREACHABLE:
        yield _hot_unreachable(proof)
    for band in (HOT, NURTURE, HOLD, DORMANT):
        verdict = proof.band(band)
        if verdict.state == UNDECIDED:
            yield _undecided(band, verdict)
        elif verdict.state == UNREACHABLE and band != HOT:
            yield _unreachable(band, proof)
    if proof.model.exclusions and proof.excluded.state == UNREACHABLE:
        yield finding(
            "band_unreachable",
            WARNING,
            EXCLUDED,
            ("no exclusion takes anybody", "どの除外条件にも該当する人がいません"),
            ("fill in the words or domains of the exclusions", "除外条件の語句やドメインを記入してください"),
            ("exclusions",),
        )
    unknown = proof.unknown
    if unknown.band in (HOT, NURTURE):
        yield finding(
            "unknown_person_above_hold",
            ERROR,
            "",
            (
                f"somebody of whom nothing is known has {unknown.total // 1_000} points",
                f"何も分かっていない人が {unknown.total // 1_000} 点になります",
            ),
            ("give `unknown` buckets 0 points", "`unknown` の区分を 0 点にしてください"),
            ("rules",),
        )


def _hot_unreachable(proof: Proof) -> Finding:
    best = max(proof.ceilings, key=lambda one: one.total, default=None)
    needed = proof.model.hot_threshold // 1_000
    return finding(
        "band_unreachable",
        ERROR,
        HOT,
        (f"nobody can become hot: {_why(best, needed).en}", f"ホットに到達できません。{_why(best, needed).ja}"),
        _remedy_of_lack(best, needed),
        _at_lack(best),
    )


def _at_lack(best: Ceiling | None) -> Where:
    """What to change first."""
    if best is None:
        return ("exclusions",)
    at: dict[str, Where] = {"total": ("bands", "hot"), "distinct_acts": ("rules",)}
    return at.get(best.lacks, ("hot", best.lacks))


def _remedy_of_lack(best: Ceiling | None, needed: int) -> tuple[str, str]:
    if best is None:
        return "remove or narrow exclusions", "除外条件を削除するか、狭めてください"
    if best.lacks == "distinct_acts":
        return "add a rule whose acts earn points", "活動に加点するルールを追加してください"
    key = "/".join(map(str, _at_lack(best)))
    return (
        f"raise points or caps, set targets, or lower {key}{_to(best, needed)}",
        f"点数や上限を上げる、対象を設定する、または {key} を下げてください{_to(best, needed)}",
    )


def _to(best: Ceiling | None, needed: int) -> str:
    return f" (<= {best.total // 1_000})" if best and best.lacks == "total" and best.total < needed * 1_000 else ""


def _why(best: Ceiling | None, needed: int) -> Text:
    if best is None:
        return Text("everybody is excluded", "全員が除外条件に該当します")
    a, b, c = (points // 1_000 for points in (best.attribute, best.behaviour, best.activity))
    sums = Text(
        f"attributes give {a} at most, behaviour {b}, activity {c}", f"最大で属性 {a} 点、行動 {b} 点、活性度 {c} 点"
    )
    if best.lacks == "total":
        total = best.total // 1_000
        return Text(
            f"{sums.en}, together {total}; hot needs {needed}",
            f"{sums.ja}、合計 {total} 点で、必要な {needed} 点に届きません",
        )
    lacking = {
        "attribute_floor": Text("nobody meets hot/attribute_floor", "hot/attribute_floor を満たせません"),
        "engagement_floor": Text("nobody meets hot/engagement_floor", "hot/engagement_floor を満たせません"),
    }.get(best.lacks, Text("no act but mail opens earns points", "メール開封以外に加点される活動がありません"))
    return Text(f"{lacking.en} ({sums.en})", f"{lacking.ja}({sums.ja})")


def _undecided(band: str, verdict: Verdict) -> Finding:
    found, bound_ = ((points or 0) // 1_000 for points in (verdict.found, verdict.bound))
    return finding(
        "band_undecided",
        WARNING,
        band,
        (
            f"not proven whether anybody can be {band}: the search got to {found}, the bound is {bound_}",
            f"区分 {band} への到達可否を証明できませんでした(探索 {found} 点、理論上の限界 {bound_} 点)",
        ),
        (
            "simplify rules that give and take points for the same acts",
            "同じ活動に加点と減点が重なるルールを整理してください",
        ),
        _AT_BAND[band],
    )


def _unreachable(band: str, proof: Proof) -> Finding:
    model = proof.model
    low, high = model.nurture_threshold // 1_000, model.hot_threshold // 1_000
    said = {
        NURTURE: (
            f"no sum of points lies from {low} to below {high}, and nobody beyond it misses a hot condition",
            f"{low} 点以上 {high} 点未満になる組み合わせがありません",
        ),
        HOLD: (f"everybody has {low} points or more", f"全員が {low} 点以上になります"),
        DORMANT: ("everybody is excluded", "全員が除外条件に該当します"),
    }[band]
    return finding(
        "band_unreachable",
        ERROR,
        band,
        (f"nobody can be {band}: {said[0]}", f"区分 {band} に入る人がいません。{said[1]}"),
        ("change points, bands or exclusions", "点数、区分のしきい値、除外条件を見直してください"),
        _AT_BAND[band],
    )


def _segments(proof: Proof) -> Iterator[Finding]:
    for segment in proof.model.segments:
        if segment.id not in proof.persons.segments:
            if proof.persons.exact:
                yield finding(
                    "dead_segment",
                    WARNING,
                    segment.id,
                    ("nobody falls into this segment: earlier ones take everybody", "このセグメントに入る人がいません"),
                    ("put it before the segment that hides it, or remove it", "順序を入れ替えるか、削除してください"),
                    ("segments", segment.id),
                )
        elif proof.hot.state == REACHABLE and proof.hot_in(segment.id) == UNREACHABLE:
            yield finding(
                "segment_never_hot",
                WARNING,
                segment.id,
                ("nobody of this segment can become hot", "このセグメントの人はホットに到達できません"),
                ("raise its deltas, or exclude these people", "deltas を上げるか、除外条件にしてください"),
                ("segments", segment.id),
            )


# --- paths ---


def _paths(proof: Proof) -> Iterator[Finding]:
    if proof.path:
        yield _path(proof.path)
    if proof.opens_alone.state == REACHABLE:
        yield finding(
            "path_of_opens",
            ERROR,
            "",
            ("mail opens alone lead to hot", "メール開封だけでホットになります"),
            ("set hot/distinct_acts to 2", "hot/distinct_acts を 2 にしてください"),
            _DISTINCT_ACTS,
        )
    told = {(label, verdict.state): verdict for label, verdict in proof.one_weak_act}  # of several kinds, one name
    for (label, _), verdict in told.items():
        yield _weak_act(label, verdict)
    if proof.behaviour_alone.state != UNREACHABLE:
        yield finding(
            "path_of_behaviour_alone",
            ERROR if proof.behaviour_alone.state == REACHABLE else WARNING,
            "",
            (
                "behaviour alone leads to hot, whoever the person is: students and staff without authority too",
                "属性の加点がなくても行動だけでホットになります",
            ),
            ("set hot/attribute_floor to 10", "hot/attribute_floor を 10 にしてください"),
            ("hot", "attribute_floor"),
        )
    yield from _attributes_alone(proof)


def _attributes_alone(proof: Proof) -> Iterator[Finding]:
    alone, best = proof.attributes_alone, (proof.attributes_alone.found or 0) // 1_000
    if alone.state == REACHABLE:
        yield finding(
            "path_of_attributes_alone",
            ERROR,
            "",
            (f"attributes alone ({best} points) lead to hot", f"属性だけ({best} 点)でホットになります"),
            ("set hot/engagement_floor to 10", "hot/engagement_floor を 10 にしてください"),
            ("hot", "engagement_floor"),
        )
    elif best * 1_000 >= proof.model.hot_threshold:
        yield finding(
            "attributes_reach_hot",
            INFO,
            "",
            (
                f"attributes alone give {best}: for such people only the other hot conditions ask for acts",
                f"属性だけで {best} 点になるため、行動はその他のホット条件でのみ確認されます",
            ),
            (
                "lower attribute points if a few acts should not be enough",
                "少ない行動で足りないなら属性の点数を下げます",
            ),
            ("rules",),
        )


def _path(path: Path) -> Finding:
    acts_en = ", ".join(step.en for step in path.steps)
    acts_ja = "、".join(step.ja for step in path.steps)
    who_en = ", ".join(label.en for label in path.attributes) or "anybody"
    who_ja = "、".join(label.ja for label in path.attributes) or "属性を問わず"
    points, count = path.total // 1_000, len(path.steps)
    name_en, name_ja = ("cheapest path", "最短経路") if path.fewest else ("a short path", "短い経路の例")
    return finding(
        "cheapest_path",
        INFO,
        HOT,
        (
            f"{name_en} to hot ({points} points): {who_en}; then {count} act{'s' if count > 1 else ''}: {acts_en}",
            f"ホットへの{name_ja}({points} 点): {who_ja}、活動 {count} 件: {acts_ja}",
        ),
        (
            "ask sales whether they would call this person; if not, change points or thresholds",
            "営業がこの人に電話するかを確認し、しないなら点数やしきい値を見直してください",
        ),
        ("bands", "hot"),
    )


def _weak_act(label: Text, verdict: Verdict) -> Finding:
    sure = verdict.state == REACHABLE
    return finding(
        "path_of_one_weak_act",
        ERROR if sure else WARNING,
        "",
        (
            f"one weak act, however often repeated, {'leads' if sure else 'may lead'} to hot: {label.en}",
            f"弱い活動一つ(繰り返しを含む)だけでホットに{'なります' if sure else 'なる可能性があります'}: {label.ja}",
        ),
        ("set hot/distinct_acts to 2", "hot/distinct_acts を 2 にしてください"),
        _DISTINCT_ACTS,
    )


# --- the model as a whole ---


def _balance(model: Model) -> Iterator[Finding]:
    attributes = [rule for rule in model.rules if isinstance(rule, AttributeRule)]
    if not any(_best(rule) > 0 for rule in attributes):
        yield finding(
            "no_attribute_rule",
            ERROR,
            "",
            ("no attribute earns points: who the person is would not matter", "属性の加点ルールがありません"),
            (
                "add an attribute rule, best on title or company size",
                "役職や従業員規模などの属性ルールを追加してください",
            ),
            ("rules",),
        )
    if all(isinstance(rule, AttributeRule) for rule in model.rules):
        yield finding(
            "no_behaviour_rule",
            ERROR,
            "",
            ("no rule looks at what people do", "行動を見るルールがありません"),
            ("add a rule with acts", "acts を持つルールを追加してください"),
            ("rules",),
        )
    yield from _authority(attributes)
    yield from _floors(model)
    if not model.exclusions:
        yield finding(
            "no_exclusion",
            WARNING,
            "",
            ("no exclusions: people you never sell to get scores", "除外条件がなく、営業対象外の人も採点されます"),
            (
                "add exclusions: students, competitors, your own employees",
                "学生・競合・自社社員などの除外条件を追加してください",
            ),
            ("exclusions",),
        )
    if model.dormancy.days > _DORMANCY_AT_MOST_DAYS:
        yield finding(
            "late_dormancy",
            WARNING,
            "",
            ("people idle for 3 months are not dormant yet", "3か月活動のない人が休眠になりません"),
            (
                "set dormancy/days to 90 unless your sales cycle is longer",
                "商談期間が長くない限り dormancy/days を 90 にしてください",
            ),
            ("dormancy", "days"),
        )


def _best(rule: AttributeRule) -> int:
    return max(bucket.points for bucket in rule.buckets)


def _authority(rules: list[AttributeRule]) -> Iterator[Finding]:
    """Decision authority weighs more than any other attribute in business sales."""
    titles = [_best(rule) for rule in rules if rule.field == "title"]
    others = [rule for rule in rules if rule.field != "title" and _best(rule) > max(titles, default=0)]
    if titles and others:
        yield finding(
            "authority_below",
            WARNING,
            others[0].id,
            (
                "it earns more than decision authority does: people who cannot decide come out high",
                "決裁権限より高い配点のため、決裁権のない人が高得点になります",
            ),
            (
                "give the title rule the most points of all attributes",
                "役職ルールの配点を属性の中で最も高くしてください",
            ),
            ("rules", others[0].id),
        )


def _floors(model: Model) -> Iterator[Finding]:
    for name, floor in (("attribute_floor", model.attribute_floor), ("engagement_floor", model.engagement_floor)):
        if not floor:
            yield finding(
                "no_floor",
                WARNING,
                name,
                (
                    f"{name} is 0: one axis alone can carry a person to hot",
                    f"{name} が 0 のため、片方の軸だけでホットになり得ます",
                ),
                (f"set hot/{name} to 10", f"hot/{name} を 10 にしてください"),
                ("hot", name),
            )


def _size(model: Model) -> Iterator[Finding]:
    # Coming back is weighed on top of what a model agrees on for everybody.
    count = sum(not isinstance(rule, ReactivationRule) for rule in model.rules)
    if count > MOST_RULES and not model.many_rules_reason:
        yield finding(
            "too_many_rules",
            ERROR,
            "",
            (
                f"{count} rules; with more than {MOST_RULES} nobody knows what hot means",
                f"ルールが {count} 個あります。{MOST_RULES} 個を超えるとホットの意味が伝わりません",
            ),
            ("remove some or write many_rules_reason", "減らすか、many_rules_reason に理由を書いてください"),
            ("rules",),
        )
    if count < FEWEST_RULES:
        yield finding(
            "few_rules",
            WARNING,
            "",
            (
                f"{count} rules: too few to tell people apart; {FEWEST_RULES} to {MOST_RULES} are usual",
                f"ルールが {count} 個しかありません。{FEWEST_RULES}〜{MOST_RULES} 個が目安です",
            ),
            ("add what sales says it would call for", "営業が「電話したい」と考える条件を追加してください"),
            ("rules",),
        )
