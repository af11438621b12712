"""What a salesperson reads beside a score: top reason, reasons, interest, the two acts of a task's subject.

Everything is said from the ledger; where it says nothing, so do we. The reasons are three lines: what the person did,
who she is, and the sum. Every line of the ledger stands in one of them with its exact points. `top_reason` holds
neither points nor dates, so that it changes when the reason changes and not as the days pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sync.core.text import Text
from sync.core.working_lists import REACTIVATED
from sync.handoff.acts import content_of, fit, quoted, short_label, when
from sync.repository import LedgerLine
from sync.scoring.content import FIRST, tags_of
from sync.scoring.definition import (
    ACTIVITY,
    ADJUSTMENT,
    ATTRIBUTE,
    BEHAVIOUR,
    CLAMP,
    DORMANCY,
    EXCLUSION,
    ActiveDaysRule,
    ActiveMonthsRule,
    ActRule,
    AttributeRule,
    Model,
    ReactivationRule,
    SequenceRule,
)
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import DORMANT, EXCLUDED, Line, Score

TOP_REASON_LIMIT = 255
ARROW = "→"

_NO_REASON = Text("nothing has earned points yet", "加点となる情報はまだありません")
_NO_ACT_LINE = Text("nothing that counts at present", "評価対象となる活動はありません")
_NO_ATTRIBUTE_LINE = Text("the model asks nothing", "評価項目がありません")
_JOIN = Text("; ", " / ")
_LIST = Text("; ", "、")
_STOP = Text("; ", "。")
_COLON = Text(": ", "：")
_DID = Text("What they did", "行動・活性度")
_IS = Text("Who they are", "属性")
_SUM = Text(
    "Score {total} = behaviour {behaviour}, activity {activity}, attributes {attribute}, adjustment {adjustment}",
    "合計{total}点 = 行動 {behaviour} / 活性度 {activity} / 属性 {attribute} / 調整 {adjustment}",
)
_TIMES = Text("{count} times, last {last}", "{count}回、最終{last}")
_DAYS = Text("{count} days, last {last}", "{count}日、最終{last}")
_MONTHS = Text("{count} months, last {last}", "{count}か月、最終{last}")
_CAPPED = Text("limit reached", "上限到達")
_UNSET = Text("no target set in the model", "対象がモデルに未設定")
_UNKNOWN = Text("unknown", "不明")
_OTHER = Text("none of the listed values", "該当なし")
_CLAMPED = Text("scores stay between 0 and 100", "スコアは0〜100の範囲")
_DORMANT = Text("dormant, no activity for {days} days or more", "休眠：{days}日以上活動がありません")
_LAST_ACT = Text("last activity {last}", "最終活動 {last}")
_NO_ACT = Text("no activity recorded", "活動の記録がありません")
_EXCLUDED = Text("excluded ({label}): {reason}", "対象外（{label}）：{reason}")
_MISSED = Text(
    "not hot although the score is {hot} or more: {conditions}", "{hot}点以上ですがホットではありません：{conditions}"
)
_CONDITIONS = {
    "attribute_floor": Text("attributes below {floor} points", "属性が{floor}点未満"),
    "engagement_floor": Text("behaviour and activity below {floor} points", "行動と活性度の合計が{floor}点未満"),
    "distinct_acts": Text(
        "fewer than {acts} different activities and no strong one",
        "異なる活動が{acts}件に満たず、強い関心を示す活動もありません",
    ),
    "recycled": Text("sent back to nurture, nothing done since", "育成に戻した後、新しい活動がありません"),
}
_CAME_BACK = Text("came back after a time of silence", "活動が途絶えた後の再活性化")
_CAME_BACK_AFTER_LOSS = Text("came back after a lost deal", "失注後の再活性化")
_RULES_CHANGED = Text("rules changed: {points}", "ルール変更：{points}")


def top_reason(score: Score, model: Model, language: str) -> str:
    """The main reasons in one line of at most 255 characters."""
    if score.band == EXCLUDED:
        return fit(_exclusion_text(score, model, language), TOP_REASON_LIMIT)
    main = _main_reasons(score, model, language)
    said = _JOIN.to(language).join(main) or _NO_REASON.to(language)
    if score.band == DORMANT:
        asleep = _DORMANT.to(language).format(days=model.dormancy.days)
        said = _JOIN.to(language).join([asleep, *main])
    elif score.missed:
        said = _JOIN.to(language).join([_missed_text(score, model, language), *main])
    if score.reactivated and score.band != DORMANT:
        said = f"{REACTIVATED.to(language)} {said}"
    return fit(said, TOP_REASON_LIMIT)


def reasons_text(
    score: Score, model: Model, facts: Facts, language: str, timezone: str, rule_change: int | None = None
) -> str:
    """Three lines: what the person did, who she is, the sum with everything that moved it beside the rules.

    `rule_change`: how many thousandths of the total came by a change of the rules alone; None or 0 says nothing.
    """
    acts = {act.id: act for act in facts.acts}
    words = _Words(score, model, facts, acts, language, timezone)
    return "\n".join((words.did(), words.is_(), words.sum(rule_change)))


def acts_text(score: Score, model: Model, facts: Facts, language: str) -> str:
    """The two acts that say most, in the order in which they happened: 料金ページ→導入事例ページ, or "".

    Of each line those that it is told by; where these are fewer than two, whatever else of other words it rests on.
    """
    acts = {act.id: act for act in facts.acts}
    lines = by_weight(score, (BEHAVIOUR,))
    said: dict[str, tuple[int, int]] = {}
    for act in chain(
        (act for line in lines for act in reversed(told_acts(line, model, acts))),
        (act for line in lines for act in reversed(_proofs(line, acts))),
    ):
        if len(said) == 2:
            break
        if not tags_of(act, model).is_open:
            said.setdefault(short_label(act, model, language), (act.at, act.seq))
    return ARROW.join(sorted(said, key=lambda label: said[label]))


def interest_text(score: Score, model: Model, language: str) -> str:
    """What the person looks at most, in words; "" when nothing tells."""
    found = next((tag for tag in (*model.content.themes, *model.content.tags) if tag.id == score.interest), None)
    return found.label.to(language) if found else ""


def by_weight(score: Score, axes: Sequence[str]) -> list[Line]:
    """Lines that earned points, most first; the order of the model breaks ties."""
    earned = [line for line in score.lines if line.axis in axes and line.points > 0]
    return sorted(earned, key=lambda line: -line.points)


def told_acts(line: Line, model: Model, acts: Mapping[str, Act]) -> list[Act]:
    """The acts that a line is told by, oldest first: the newest of its evidence, for a sequence the newest chain."""
    proofs = _proofs(line, acts)
    number = next((number for number, rule in enumerate(model.rules) if rule.id == line.rule), -1)
    if not proofs or not isinstance(model.rules[number], SequenceRule):
        return proofs[-1:]
    chains: dict[int, list[Act]] = {-1: []}
    for act in proofs:
        for rule, part in tags_of(act, model).parts:
            if rule == number and FIRST - part - 1 in chains:
                chains[FIRST - part] = [*chains[FIRST - part - 1], act]
    return chains[max(chains)] or proofs[-1:]


def _proofs(line: Line, acts: Mapping[str, Act]) -> list[Act]:
    return sorted((acts[id] for id in line.evidence if id in acts), key=lambda act: (act.at, act.seq, act.id))


def line_label(line: Line | LedgerLine, model: Model, language: str) -> str:
    """A ledger line in words: the rule's label and what of it applied."""
    rule = model.rule(line.rule)
    if rule is None:
        return line.rule
    label = rule.label.to(language)
    detail = _detail_label(line, model, language)
    return f"{label}{_COLON.to(language)}{detail}" if detail else label


def points_text(thousandths: int, signed: bool = False) -> str:
    """12500 -> 12.5, exact; signed adds +, or ± to nothing."""
    whole, rest = divmod(abs(thousandths), 1_000)
    said = f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
    if thousandths < 0:
        return f"-{said}"
    if not signed:
        return said
    return f"+{said}" if thousandths else f"±{said}"


# --- the three lines ---


@dataclass(frozen=True, slots=True)
class _Words:
    """One person's reasons in one language."""

    score: Score
    model: Model
    facts: Facts
    acts: Mapping[str, Act]
    language: str
    timezone: str

    def did(self) -> str:
        lines = [line for line in self.score.lines if line.axis in (BEHAVIOUR, ACTIVITY)]
        points = self.score.behaviour + self.score.activity
        return self._row(_DID, points, [self._act_line(line) for line in _most_first(lines)], _NO_ACT_LINE)

    def is_(self) -> str:
        lines = [line for line in self.score.lines if line.axis == ATTRIBUTE]
        said = [self._with_points(line) for line in _most_first(lines)]
        return self._row(_IS, self.score.attribute, said, _NO_ATTRIBUTE_LINE)

    def sum(self, rule_change: int | None) -> str:
        score = self.score
        parts = [
            _SUM.to(self.language).format(
                total=points_text(score.total),
                behaviour=points_text(score.behaviour),
                activity=points_text(score.activity),
                attribute=points_text(score.attribute),
                adjustment=points_text(score.adjustment, signed=True),
            )
        ]
        parts += [self._adjustment(line) for line in score.lines if line.axis == ADJUSTMENT]
        if score.missed:
            parts.append(_missed_text(score, self.model, self.language))
        if score.reactivated:
            parts.append(self._came_back())
        if rule_change:
            parts.append(_RULES_CHANGED.to(self.language).format(points=points_text(rule_change, signed=True)))
        return _STOP.to(self.language).join(parts)

    def _row(self, head: Text, points: int, said: Sequence[str], nothing: Text) -> str:
        start = f"{head.to(self.language)} {points_text(points, signed=True)}{_COLON.to(self.language)}"
        return start + (_LIST.to(self.language).join(said) or nothing.to(self.language))

    def _with_points(self, line: Line) -> str:
        return f"{line_label(line, self.model, self.language)} {points_text(line.points, signed=True)}"

    def _act_line(self, line: Line) -> str:
        """Label, points, and in brackets the newest content, how often and when."""
        said = self._with_points(line)
        details = [*self._contents(line), *self._often(line)]
        if self._capped(line):
            details.append(_CAPPED.to(self.language))
        return f"{said}{self._in_brackets(details)}" if details else said

    def _contents(self, line: Line) -> Iterable[str]:
        if line.axis != BEHAVIOUR:
            return []
        contents = [content for act in told_acts(line, self.model, self.acts) if (content := content_of(act))]
        return [ARROW.join(quoted(content, self.language) for content in dict.fromkeys(contents))] if contents else []

    def _capped(self, line: Line) -> bool:
        """Whether the rule's limit took points away or was met: only where several acts came together."""
        rules = self.model.rules_for(self.score.segment)
        cap = next((rule.cap for rule in rules if rule.id == line.rule), None)
        return line.axis == BEHAVIOUR and line.count > 1 and cap is not None and abs(line.points) == cap

    def _often(self, line: Line) -> Iterable[str]:
        if line.last_at is None:
            return []
        last = when(line.last_at, self.language, self.timezone)
        rule = self.model.rule(line.rule)
        form = _DAYS if isinstance(rule, ActiveDaysRule) else _MONTHS if isinstance(rule, ActiveMonthsRule) else _TIMES
        return [
            last if form is _TIMES and line.count == 1 else form.to(self.language).format(count=line.count, last=last)
        ]

    def _in_brackets(self, details: Sequence[str]) -> str:
        return f"（{'、'.join(details)}）" if self.language == "ja" else f" ({', '.join(details)})"

    def _adjustment(self, line: Line) -> str:
        points = points_text(line.points, signed=True)
        if line.rule == DORMANCY:
            last = (
                _LAST_ACT.to(self.language).format(last=when(line.last_at, self.language, self.timezone))
                if line.last_at
                else _NO_ACT.to(self.language)
            )
            said = _DORMANT.to(self.language).format(days=self.model.dormancy.days)
            return f"{said} {points}{self._in_brackets([last])}"
        said = {CLAMP: _CLAMPED.to(self.language)}.get(line.rule, line.rule)
        if line.rule == EXCLUSION:
            said = _exclusion_text(self.score, self.model, self.language)
        return f"{said} {points}"

    def _came_back(self) -> str:
        return (_CAME_BACK_AFTER_LOSS if after_loss(self.score, self.model, self.facts) else _CAME_BACK).to(
            self.language
        )


def reactivation_lines(score: Score, model: Model) -> list[tuple[Line, ReactivationRule]]:
    """The lines of reactivation rules that earned points, most first."""
    found = ((line, model.rule(line.rule)) for line in by_weight(score, (BEHAVIOUR, ACTIVITY)))
    return [(line, rule) for line, rule in found if isinstance(rule, ReactivationRule)]


def after_loss(score: Score, model: Model, facts: Facts) -> bool:
    """Whether a lost deal is what the person came back from: the newest act that counts as coming back is later."""
    return facts.lost_at is not None and any(
        rule.after_loss and line.last_at is not None and line.last_at > facts.lost_at
        for line, rule in reactivation_lines(score, model)
    )


# --- parts ---


def _main_reasons(score: Score, model: Model, language: str) -> list[str]:
    """Up to two labels of what the person did, then one of who the person is."""
    did = by_weight(score, (BEHAVIOUR, ACTIVITY))[:2]
    is_ = by_weight(score, (ATTRIBUTE,))[:1]
    return [line_label(line, model, language) for line in (*did, *is_)]


def _most_first(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: -line.points)


def _detail_label(line: Line | LedgerLine, model: Model, language: str) -> str:
    rule = model.rule(line.rule)
    if isinstance(rule, AttributeRule):
        found = next((bucket.label for bucket in rule.buckets if bucket.id == line.detail), None)
        standard = {"unset": _UNSET, "unknown": _UNKNOWN}.get(line.detail, _OTHER)
        return (found or standard).to(language)
    if isinstance(rule, ActRule | ReactivationRule):
        named = {matcher.id: matcher.label.to(language) for matcher in rule.matchers if matcher.id}
        return ", ".join(named[part] for part in line.detail.split(",") if part in named)
    return ""


def _missed_text(score: Score, model: Model, language: str) -> str:
    figures = {
        "attribute_floor": {"floor": points_text(model.attribute_floor)},
        "engagement_floor": {"floor": points_text(model.engagement_floor)},
        "distinct_acts": {"acts": str(model.distinct_acts)},
    }
    conditions = [_CONDITIONS[name].to(language).format(**figures.get(name, {})) for name in score.missed]
    listed = ("、" if language == "ja" else ", ").join(conditions)
    return _MISSED.to(language).format(hot=points_text(model.hot_threshold), conditions=listed)


def _exclusion_text(score: Score, model: Model, language: str) -> str:
    found = next((entry for entry in model.exclusions if entry.id == score.exclusion), None)
    if found is None:
        return str(score.exclusion)
    return _EXCLUDED.to(language).format(label=found.label.to(language), reason=found.reason.to(language))
