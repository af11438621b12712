"""Pages about a scoring model: its rules in words, its card, and who would move when it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from sync.console.tables import when
from sync.console.words import AXIS, BAND
from sync.core.text import Text
from sync.jobs.model_change import ModelChange, Mover
from sync.scoring.card import Card, agreement, changes, measured, standing
from sync.scoring.model import Model
from sync.scoring.rule_words import ModelWords, RuleWords, model_words


def day_in(timezone: str) -> Callable[[int], str]:
    """Epoch seconds as a local date."""
    return lambda at: when(at, timezone)[:10]


def model_page(model: Model, language: str) -> Group:
    words = model_words(model)
    return Group(
        RichText(f"{words.label.to(language)} · {words.version}", "bold"),
        *_list(Text("Bands", "区分"), (*words.bands, words.dormancy), language),
        _heading(Text("Rules", "ルール"), language),
        _rules(words.rules, language),
        *_rest(words, language),
    )


def card_page(card: Card, timezone: str, language: str) -> Group:
    words, day = model_words(card.model), day_in(timezone)
    fired = card.measured.fired if card.measured else None
    changed = changes(card.previous, card.model) if card.previous else []
    before = card.previous.version if card.previous else ""
    return Group(
        RichText(f"{words.label.to(language)} · {words.version}", "bold"),
        RichText(standing(card, day).to(language), "dim"),
        *_list(Text("Bands", "区分"), (*words.bands, words.dormancy), language),
        _heading(Text("Rules", "ルール"), language),
        _rules(words.rules, language, fired),
        *_rest(words, language),
        *_list(Text("Agreed by", "合意者"), agreement(card, day), language),
        *_list(Text("Measured", "実績"), measured(card), language),
        *_list(Text(f"Changes since {before}", f"{before} からの変更"), changed, language),
    )


def change_page(change: ModelChange, language: str) -> Group:
    """Who moves when the model changes; keys and CRM ids only."""
    old = ", ".join(change.old_versions[:3]) or "-"
    head = Text(
        f"Model {old} -> {change.new_version}: {change.moved:,} of {change.people:,} people change their band, "
        f"{change.changed_scores:,} their score or band",
        f"モデル {old} → {change.new_version}: {change.people:,} 人中 {change.moved:,} 人の区分が変わり、"
        f"{change.changed_scores:,} 人の点数または区分が変わります",
    )
    return Group(
        RichText(head.to(language), "bold"),
        _matrix(change, language),
        *_movers(Text("Would become hot", "新たにホットになる人"), change.entering, change.entering_total, language),
        *_movers(Text("Would no longer be hot", "ホットから外れる人"), change.leaving, change.leaving_total, language),
    )


# --- as documents ---


def model_document(model: Model, language: str) -> dict[str, Any]:
    words = model_words(model)
    return {
        "version": words.version,
        "label": words.label.to(language),
        "bands": _said(words.bands, language),
        "dormancy": words.dormancy.to(language),
        "rules": [_rule_document(rule, language) for rule in words.rules],
        "exclusions": _said(words.exclusions, language),
        "segments": _said(words.segments, language),
    }


def card_document(card: Card, language: str) -> dict[str, Any]:
    found = card.measured
    return {
        **model_document(card.model, language),
        "agreed": [{"role": one.role, "name": one.name, "at": one.at, "note": one.note} for one in card.agreed],
        "missing_roles": list(card.missing_roles),
        "in_force_since": card.since,
        "last_used": card.used,
        "people": dict(found.bands) if found else None,
        "fired_in_90_days": dict(found.fired) if found else None,
        "matured_episodes": found.matured if found else None,
        "opportunities": found.opportunities if found else None,
        "young_episodes": found.young if found else None,
        "measured": _said(measured(card), language),
        "previous": card.previous.version if card.previous else None,
        "changes": _said(changes(card.previous, card.model), language) if card.previous else [],
    }


def change_document(change: ModelChange) -> dict[str, Any]:
    return {
        "old_versions": list(change.old_versions),
        "new_version": change.new_version,
        "people": change.people,
        "moved": change.moved,
        "changed_scores": change.changed_scores,
        "moves": [{"from": old, "to": new, "people": count} for (old, new), count in sorted(change.moves.items())],
        "entering": [_mover(one) for one in change.entering],
        "entering_total": change.entering_total,
        "leaving": [_mover(one) for one in change.leaving],
        "leaving_total": change.leaving_total,
    }


def _rule_document(rule: RuleWords, language: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "axis": rule.axis,
        "label": rule.label.to(language),
        "points": _said(rule.lines, language),
        "limits": _said(rule.limits, language),
    }


def _mover(one: Mover) -> dict[str, Any]:
    return {
        "person": one.key,
        "records": list(one.records),
        "band": one.band,
        "score": one.total // 1_000,
        "new_band": one.new_band,
        "new_score": one.new_total // 1_000,
    }


def _said(texts: Sequence[Text], language: str) -> list[str]:
    return [text.to(language) for text in texts]


# --- parts of pages ---


def _heading(text: Text, language: str) -> RichText:
    return RichText(f"\n{text.to(language)}", "bold")


def _list(head: Text, lines: Sequence[Text], language: str) -> Iterator[RichText]:
    if lines:
        yield _heading(head, language)
        for line in lines:
            yield RichText(f"- {line.to(language)}")


def _rest(words: ModelWords, language: str) -> Iterator[RichText]:
    yield from _list(Text("Excluded", "除外条件"), words.exclusions, language)
    yield from _list(Text("Segments", "セグメント"), words.segments, language)


def _rules(rules: Sequence[RuleWords], language: str, fired: Any = None) -> Table:
    table = Table(header_style="bold", show_lines=True)
    for head in (Text("Rule", "ルール"), Text("Axis", "軸"), Text("Points", "点数"), Text("Limits", "上限・期間")):
        table.add_column(head.to(language), overflow="fold")
    if fired is not None:
        table.add_column(Text("People, 90 days", "人数(90日)").to(language), justify="right")
    for rule in rules:
        cells = [RichText(rule.label.to(language)), RichText(AXIS[rule.axis].to(language))]
        cells += [RichText("\n".join(_said(part, language))) for part in (rule.lines, rule.limits)]
        if fired is not None:
            cells.append(RichText(f"{fired.get(rule.id, 0):,}"))
        table.add_row(*cells)
    return table


def _matrix(change: ModelChange, language: str) -> RenderableType:
    """Band now down, band then across."""
    table = Table(header_style="bold")
    table.add_column(Text("now \\ then", "現在＼変更後").to(language))
    for label in BAND.values():
        table.add_column(label.to(language), justify="right")
    for old, label in BAND.items():
        counts = [change.moves.get((old, new), 0) for new in BAND]
        if any(counts):
            table.add_row(label.to(language), *(f"{count:,}" if count else "-" for count in counts))
    return table


def _movers(head: Text, listed: Sequence[Mover], total: int, language: str) -> Iterator[RichText]:
    if not total:
        return
    yield _heading(Text(f"{head.en}: {total:,}", f"{head.ja}: {total:,} 人"), language)
    for one in listed:
        bands = f"{BAND[one.band].to(language)} {one.total // 1_000} -> {BAND[one.new_band].to(language)}"
        yield RichText(f"  {one.key}  {bands} {one.new_total // 1_000}  {', '.join(one.records)}")
    if (more := total - len(listed)) > 0:
        yield RichText(Text(f"  and {more:,} more", f"  ほか {more:,} 人").to(language))
