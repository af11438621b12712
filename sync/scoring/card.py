"""The model card: one page that says what a model does, who agreed to it, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

from sync.core.text import Text
from sync.scoring.definition import Model
from sync.scoring.rule_words import RuleWords, model_words, rule_words

Day = Callable[[int], str]  # epoch seconds -> a date to show


@dataclass(frozen=True, slots=True)
class Agreed:
    role: str
    name: str
    at: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """`fired`: people to whom each rule gave or took points within 90 days. Of hot episodes, `matured` are as old as
    the window for opportunities, `opportunities` of them led to one; `young` are too new to tell."""

    bands: Mapping[str, int]
    fired: Mapping[str, int]
    matured: int
    opportunities: int
    young: int


@dataclass(frozen=True, slots=True)
class Card:
    """`measured` None: there is no store to measure from. `since`: when this version first scored, None for never."""

    model: Model
    agreed: tuple[Agreed, ...] = ()
    missing_roles: tuple[str, ...] = ()
    since: int | None = None
    used: int | None = None
    measured: Measured | None = None
    previous: Model | None = None


def markdown(card: Card, language: str, day: Day) -> str:
    """The card as one page of Markdown."""

    def t(en: str, ja: str) -> str:
        return Text(en, ja).to(language)

    words = model_words(card.model)
    parts = [
        f"# {t('Scoring model', 'スコアリングモデル')}: {card.model.label.to(language)}",
        f"`{card.model.version}` · {standing(card, day).to(language)}",
        *_section(t("Bands", "区分"), [band.to(language) for band in (*words.bands, words.dormancy)]),
        f"## {t('Rules', 'ルール')}",
        "\n".join(_rule_table(card, words.rules, language)),
    ]
    for head, listed in (
        (t("Excluded", "除外条件"), words.exclusions),
        (t("Segments", "セグメント"), words.segments),
    ):
        parts += _section(head, [one.to(language) for one in listed]) if listed else []
    parts += _section(t("Agreed by", "合意者"), [one.to(language) for one in agreement(card, day)])
    parts += _section(t("Measured", "実績"), [one.to(language) for one in measured(card)])
    if card.previous:
        head = t(f"Changes since {card.previous.version}", f"{card.previous.version} からの変更")
        parts += _section(head, [one.to(language) for one in changes(card.previous, card.model)])
    return "\n\n".join(parts) + "\n"


def _section(head: str, lines: Sequence[str]) -> list[str]:
    return [f"## {head}", "\n".join(f"- {line}" for line in lines)]


def standing(card: Card, day: Day) -> Text:
    if card.since is None or card.used is None:
        return Text("has not scored here yet", "まだ使用されていません")
    since, used = day(card.since), day(card.used)
    return Text(f"in force since {since}, last used {used}", f"{since} から使用(最終使用 {used})")


def _rule_table(card: Card, rules: Sequence[RuleWords], language: str) -> Iterator[str]:
    heads = [Text("Rule", "ルール"), Text("Points", "点数"), Text("Limits", "上限・期間")]
    if card.measured:
        heads.append(Text("People, 90 days", "該当人数(90日)"))
    yield "| " + " | ".join(head.to(language) for head in heads) + " |"
    yield "|" + "---|" * len(heads)
    for rule in rules:
        cells = [rule.label.to(language), *("<br>".join(_cell(one.to(language)) for one in part)
                                           for part in (rule.lines, rule.limits))]  # fmt: skip
        if card.measured:
            cells.append(f"{card.measured.fired.get(rule.id, 0):,}")
        yield "| " + " | ".join(cells) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def agreement(card: Card, day: Day) -> list[Text]:
    """Who agreed, and which roles still have to."""
    said = []
    for one in card.agreed:
        role = ROLE.get(one.role, Text(one.role, one.role))
        note = f" - {one.note}" if one.note else ""
        on = day(one.at)
        said.append(Text(f"{role.en}: {one.name}, {on}{note}", f"{role.ja}: {one.name}({on}){note}"))
    for name in card.missing_roles:
        role = ROLE.get(name, Text(name, name))
        said.append(Text(f"{role.en}: nobody yet", f"{role.ja}: 未承認"))
    return said


def measured(card: Card) -> list[Text]:
    found = card.measured
    if found is None:
        return [Text("not measured yet: no store", "まだ計測されていません(データベースなし)")]
    total = sum(found.bands.values())
    bands = [(name, label) for name, label in _BANDS.items() if found.bands.get(name)]
    en = ", ".join(f"{label.en} {found.bands[name]:,}" for name, label in bands)
    ja = "、".join(f"{label.ja} {found.bands[name]:,}" for name, label in bands)
    people = Text(f"people scored: {total:,} ({en})", f"採点対象 {total:,} 人({ja})") if total else Text(
        "nobody is scored yet", "採点済みの人はいません"
    )  # fmt: skip
    return [people, opportunity_rate(found, card.model.opportunity_days)]


def opportunity_rate(found: Measured, days: int) -> Text:
    """What became of hot people, with the number behind it and a Jeffreys 95 % interval; never a promise."""
    if not found.matured:
        waiting = (
            Text(f"; {found.young} hot are too new to tell", f"(判定待ち {found.young} 件)")
            if found.young
            else Text("", "")
        )
        return Text(
            f"hot people with an opportunity within {days} days: not measured yet{waiting.en}",
            f"ホット後 {days} 日以内の商談化率: まだ計測されていません{waiting.ja}",
        )
    low, high = jeffreys(found.opportunities, found.matured)
    tenths = round(10 * found.opportunities / found.matured)
    span = f"{round(100 * low)}-{round(100 * high)} %"
    n = f"{found.opportunities}/{found.matured}"
    return Text(
        f"of hot people about {tenths} in 10 became opportunities within {days} days ({span}; {n} measured, "
        f"{found.young} too new to tell)",
        f"ホットの約 10 人中 {tenths} 人が {days} 日以内に商談化({span}、実績 {n} 件、判定待ち {found.young} 件)",
    )


# --- what changed ---


def changes(old: Model, new: Model) -> list[Text]:
    """Rule by rule what is other than before; one line that says so when nothing is."""
    before, after = model_words(old), model_words(new)
    said = [*_changed_lines(before.bands, after.bands), *_changed_lines([before.dormancy], [after.dormancy])]
    rules_before = {rule.id: rule_words(rule, old) for rule in old.rules}
    rules_after = {rule.id: rule_words(rule, new) for rule in new.rules}
    for name, rule in rules_after.items():
        if name not in rules_before:
            said.append(Text(f"new rule: {rule.label.en}", f"ルール追加: {rule.label.ja}"))
        elif (was := rules_before[name]) != rule:
            lines = [*_changed_lines(was.lines, rule.lines), *_changed_lines(was.limits, rule.limits)]
            said += [Text(f"{rule.label.en}: {one.en}", f"{rule.label.ja}: {one.ja}") for one in lines]
    for name, rule in rules_before.items():
        if name not in rules_after:
            said.append(Text(f"rule removed: {rule.label.en}", f"ルール削除: {rule.label.ja}"))
    said += _changed_lines(before.exclusions, after.exclusions)
    said += _changed_lines(before.segments, after.segments)
    return said or [Text("words and content tags only", "語句・コンテンツ分類のみ変更")]


def _changed_lines(before: Sequence[Text], after: Sequence[Text]) -> list[Text]:
    """Lines that are gone, with what stands in their place."""
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    said = [Text(f"{one.en} -> {two.en}", f"{one.ja} → {two.ja}") for one, two in zip(gone, come, strict=False)]
    said += [Text(f"no longer {one.en}", f"廃止: {one.ja}") for one in gone[len(come) :]]
    return said + [Text(f"new: {one.en}", f"追加: {one.ja}") for one in come[len(gone) :]]


# --- the interval ---


def jeffreys(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The equal-tailed Jeffreys interval of a rate: quantiles of Beta(successes + 1/2, failures + 1/2), with the lower
    end 0 without a success and the upper end 1 without a failure."""
    a, b, tail = successes + 0.5, trials - successes + 0.5, (1 - level) / 2
    low = 0.0 if successes == 0 else _beta_quantile(a, b, tail)
    high = 1.0 if successes == trials else _beta_quantile(a, b, 1 - tail)
    return low, high


def _beta_quantile(a: float, b: float, wanted: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _beta_below(a, b, middle) < wanted else (low, middle)
    return (low + high) / 2


def _beta_below(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction on the side where that converges fast."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Lentz's method; terms until nothing changes."""
    tiny = 1e-300
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 500):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _away(1 + term * d, tiny), _away(1 + term / c, tiny)
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


ROLE = {"marketing": Text("marketing", "マーケティング"), "sales": Text("sales", "営業")}
_BANDS = {
    "hot": Text("hot", "ホット"),
    "nurture": Text("nurture", "育成"),
    "hold": Text("hold", "保留"),
    "dormant": Text("dormant", "休眠"),
    "excluded": Text("excluded", "対象外"),
}
