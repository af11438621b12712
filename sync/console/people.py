"""What admins see of matching: pairs for review, decisions, histories, merges inside a CRM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as RichText

from sync.console.tables import when
from sync.console.words import BAND, EVIDENCE, REFUSED, SYSTEM, word
from sync.core.records import RecordKey
from sync.core.text import Text
from sync.identity.engine.explain import Part
from sync.identity.survivorship import full_name
from sync.jobs.decide import Judged, Party
from sync.jobs.merge_records import Doubtful, MergePlan, Standing
from sync.jobs.person_history import History, Line
from sync.jobs.review_pairs import Question, Side, likelihood, pair_number
from sync.ports import Outcome, Result
from sync.repository import Verdict

VERDICT: dict[str, Text] = {
    "same": Text("one person", "同一人物"),
    "different": Text("two people", "別人"),
    "open": Text("taken back", "判断を取り消し"),
}
OBJECT = {
    "hubspot contact": Text("contact", "コンタクト"),
    "salesforce contact": Text("contact", "取引先責任者"),
    "salesforce lead": Text("lead", "リード"),
}
PRIOR = Text(
    "Starting point: how rare it is that two records are one person", "出発点（2 件が同一人物である元々の確率）"
)
EVENT = {
    "merge": Text("{person} became part of {other}", "{person} を {other} に統合"),
    "split": Text("{person} parted from {other}", "{person} を {other} から分離"),
    "join": Text("record came", "レコード追加"),
    "leave": Text("record left", "レコード離脱"),
}
MERGED = {
    Result.APPLIED: Text("merged", "統合しました"),
    Result.UNCHANGED: Text("was one already", "統合済みでした"),
    Result.RETRY: Text("not merged now: try again", "今は統合できません（後で再実行してください）"),
    Result.REJECTED: Text("refused", "拒否されました"),
}
KEPT_BECAUSE = {
    "chosen": Text("chosen by --keep", "--keep で指定"),
    "linked": Text("tied to the other CRM", "もう一方の CRM と連携済み"),
    "contact": Text("a contact, not a lead", "リードではなく取引先責任者"),
    "complete": Text("the most complete", "入力項目が最も多い"),
    "oldest": Text("the oldest", "最も古い"),
    "only": Text("the only one", "唯一のレコード"),
}
_BY_HAND = {
    ("contact",): Text(
        "Salesforce merges by hand only. Open the record to keep and choose View Duplicates, or search for the name in "
        "Contacts; select up to three at a time, choose the record to keep as principal, and confirm.",
        "Salesforce では画面から統合します。残すレコードを開いて「重複の表示」を選ぶか、取引先責任者で検索し、"
        "一度に 3 件まで選択して、残すレコードを主レコードに指定し、確定してください。",
    ),
    ("lead",): Text(
        "Salesforce merges by hand only. Open the lead to keep and choose View Duplicates; select up to three leads at "
        "a time, choose the one to keep as principal, and confirm.",
        "Salesforce では画面から統合します。残すリードを開いて「重複の表示」を選び、一度に 3 件まで選択して、"
        "残すリードを主レコードに指定し、確定してください。",
    ),
    ("contact", "lead"): Text(
        "A lead and a contact become one by converting the lead: open it, choose Convert, and take the existing "
        "account and contact. Several leads or several contacts: View Duplicates on the record to keep.",
        "リードと取引先責任者は、リードの取引の開始（変換）で 1 件にします。リードを開いて「取引の開始」を選び、"
        "既存の取引先と取引先責任者を指定してください。同じ種類のレコードが複数ある場合は「重複の表示」から統合します。",
    ),
}


def record_name(key: RecordKey, language: str) -> str:
    object_ = word(OBJECT, f"{key.system} {key.object}", language)
    return f"{word(SYSTEM, key.system, language)} {object_} {key.id}"


def score_text(total: int | None, band: str, language: str) -> str:
    if total is None:
        return "-"
    return f"{total // 1000} ({word(BAND, band, language)})"


def duplicates(found: Sequence[Question], waiting: int, language: str) -> Group:
    """One block for each pair: both records, what speaks for and against, the scores."""
    if not found:
        return Group(RichText(Text("No pair waits for review.", "確認待ちの組はありません。").to(language)))
    shown = len(found)
    head = Text(
        f"{waiting} pairs may be one person; the first {shown}, hot people first",
        f"同一人物かもしれない組は {waiting} 件です（ホットな人を優先して {shown} 件を表示）",
    )
    answer = Text(
        "`leadsync people accept NUMBER` makes them one person, `leadsync people split NUMBER` keeps them two; "
        "nothing is merged in a CRM by it.",
        "同一人物なら `leadsync people accept 番号`、別人なら `leadsync people split 番号` を実行してください"
        "（CRM のレコードは統合されません）。",
    )
    blocks = [block for question in found for block in (_question(question, language), RichText(""))]
    return Group(RichText(head.to(language), "bold"), RichText(""), *blocks, RichText(answer.to(language)))


def question_document(question: Question, language: str) -> dict[str, Any]:
    pair = question.pair
    return {
        "pair": question.number,
        "hot": question.hot,
        "records": [_side_document(side) for side in question.sides],
        "weight": pair.weight,
        "likelihood": likelihood(pair.weight),
        "prior": question.prior,
        "parts": {
            part.comparison: {"weight": part.thousandths, "level": part.level, "text": part.text.to(language)}
            for part in question.parts
        },
        "evidence": pair.evidence,
        "refused": pair.refused,
        "score_together": question.together.total,
        "band_together": question.together.band,
    }


def question_rows(found: Sequence[Question], language: str) -> Iterator[dict[str, object]]:
    """One flat row for each pair, for a table program."""
    for question in found:
        row: dict[str, object] = {"pair": question.number, "hot": "yes" if question.hot else ""}
        for name, side in zip(("left", "right"), question.sides, strict=True):
            known = _side_document(side)
            row |= {f"{name}_{column}": known[column] for column in ("record", "name", "company", "email")}
            row[f"{name}_score"] = "" if side.total is None else side.total // 1000
        row |= {"weight": question.pair.weight / 1000}
        row |= {part.comparison: part.text.to(language) for part in question.parts}
        row |= {"refused": question.pair.refused or "", "score_together": question.together.total // 1000}
        yield row


def decided(judged: Judged, applied: bool, parties: Sequence[Party], as_wished: bool, language: str) -> Group:
    """What was put down and what came of it."""
    said = {
        "same": Text("Put down: one person.", "同一人物として記録しました。"),
        "different": Text("Put down: two people.", "別人として記録しました。"),
        "open": Text("Taken back: matching decides again.", "判断を取り消しました。今後は自動の照合に従います。"),
    }[judged.verdict]
    lines: list[RenderableType] = [RichText(said.to(language), "bold")]
    if numbers := ", ".join(pair_number(*pair) for pair in judged.taken_back):
        text = Text(f"Earlier decisions taken back: {numbers}", f"以前の判断を取り消しました: {numbers}")
        lines.append(RichText(text.to(language), "yellow"))
    if not applied:
        later = Text(
            "Another leadsync is at work; its next cycle acts on it.",
            "別の leadsync が処理中のため、次のサイクルで反映されます。",
        )
        return Group(*lines, RichText(later.to(language)))
    if not as_wished:
        lines.append(RichText(_against(judged.verdict).to(language), "yellow"))
    lines.append(_parties(parties, language))
    coming = Text("The next cycle writes it to the CRMs.", "次のサイクルで CRM に書き込みます。")
    return Group(*lines, RichText(coming.to(language)))


def decided_document(judged: Judged, applied: bool, parties: Sequence[Party], as_wished: bool) -> dict[str, Any]:
    return {
        "verdict": judged.verdict,
        "pairs": [pair_number(*pair) for pair in judged.pairs],
        "taken_back": [pair_number(*pair) for pair in judged.taken_back],
        "applied": applied,
        "as_wished": as_wished if applied else None,
        "persons": [
            {"key": p.key, "records": [str(key) for key in p.records], "score": p.total, "band": p.band}
            for p in (parties if applied else ())
        ],
    }


def history(found: History, timezone: str, language: str) -> Group:
    """What happened to a person's records, the oldest first."""
    table = Table(header_style="bold")
    heads = (
        Text("When", "日時"),
        Text("What", "内容"),
        Text("Record", "レコード"),
        Text("Why", "理由"),
        Text("By", "判断者"),
    )
    for head in heads:
        table.add_column(head.to(language), overflow="fold")
    for line in found.lines:
        table.add_row(
            when(line.at, timezone),
            RichText(_happened(line, language)),
            "\n".join(record_name(key, language) for key in line.records),
            RichText(_cause(line, language)),
            RichText(line.author),
        )
    title = RichText(f"{Text('Person', '人物').to(language)} {found.person}", "bold")
    if not found.lines:
        return Group(
            title, RichText(Text("Nothing has happened to it.", "統合・分離の履歴はありません。").to(language))
        )
    back = Text(
        "`leadsync people undo LEFT RIGHT` takes a decision back.",
        "判断を取り消すには `leadsync people undo レコード レコード` を実行してください。",
    )
    return Group(title, table, RichText(back.to(language), "dim"))


def history_document(found: History) -> dict[str, Any]:
    return {
        "person": found.person,
        "events": [
            {
                "at": line.at,
                "kind": line.kind,
                "person": line.person,
                "other": line.other,
                "records": [str(key) for key in line.records],
                "cause": line.cause,
                "author": line.author,
            }
            for line in found.lines
        ],
    }


def merge_plan(plan: MergePlan, links: Mapping[RecordKey, str], language: str) -> Group:
    """Which record stays, which become part of it, and which are left out."""
    table = Table(header_style="bold")
    heads = (
        Text("", ""),
        Text("Record", "レコード"),
        Text("Name", "氏名"),
        Text("Company", "会社"),
        Text("Mailbox", "メール"),
    )
    for head in heads:
        table.add_column(head.to(language), overflow="fold")
    table.add_row(Text("stays", "残す").to(language), *_standing(plan.keep, links, language), style="bold green")
    for record in plan.absorb:
        table.add_row(Text("becomes part of it", "統合される").to(language), *_standing(record, links, language))
    for doubt in plan.doubtful:
        table.add_row(
            Text("left out", "対象外").to(language), *_standing(doubt.record, links, language), style="yellow"
        )
    why = KEPT_BECAUSE[plan.why].to(language)
    title = Text(
        f"Person {plan.person}; the first record stays ({why})", f"人物 {plan.person}：残すレコードの理由は「{why}」"
    )
    return Group(RichText(title.to(language), "bold"), table, *_doubts(plan, language))


def irreversible(plan: MergePlan, language: str) -> RichText:
    count = len(plan.absorb)
    text = Text(
        f"{count} records become part of the one that stays, in {SYSTEM[plan.system].en} itself. NOTHING UNDOES THIS: "
        "the merged record keeps one value per field, the one of the record that stays where it has one, and may get "
        "a new id.",
        f"{SYSTEM[plan.system].ja} 上で {count} 件のレコードを統合します。この操作は取り消せません。"
        "項目の値は残すレコードが優先され、統合後のレコードに新しい ID が付くことがあります。",
    )
    return RichText(text.to(language), "bold red")


def by_hand(plan: MergePlan, language: str) -> RichText:
    """How to merge these records in Salesforce."""
    records = (plan.keep, *plan.absorb)
    kinds = tuple(sorted({record.key.object for record in records}))
    return RichText(_BY_HAND[kinds].to(language))


def merged(record: Standing, outcome: Outcome, language: str) -> RichText:
    said = MERGED[outcome.result].to(language)
    became = f" -> {record_name(outcome.record, language)}" if outcome.record and _worked(outcome) else ""
    reason = f" ({outcome.reason})" if outcome.reason else ""
    return RichText(f"{record_name(record.key, language)}: {said}{became}{reason}", "" if _worked(outcome) else "red")


def merge_document(
    plan: MergePlan, links: Mapping[RecordKey, str], outcomes: Sequence[tuple[Standing, Outcome]], wrote: bool
) -> dict[str, Any]:
    def record(standing: Standing) -> dict[str, Any]:
        return {"record": str(standing.key), "url": links.get(standing.key, "")}

    return {
        "person": plan.person,
        "system": plan.system,
        "wrote": wrote,
        "keep": {**record(plan.keep), "why": plan.why},
        "absorb": [record(each) for each in plan.absorb],
        "left_out": [
            {**record(doubt.record), "pair": _number(doubt), "weight": doubt.pair.weight if doubt.pair else None}
            for doubt in plan.doubtful
        ],
        "outcomes": [
            {
                "record": str(each.key),
                "result": outcome.result.value,
                "became": str(outcome.record) if outcome.record and _worked(outcome) else None,
                "reason": outcome.reason,
            }
            for each, outcome in outcomes
        ],
    }


def _worked(outcome: Outcome) -> bool:
    return outcome.result in (Result.APPLIED, Result.UNCHANGED)


def _question(question: Question, language: str) -> Table:
    table = Table(header_style="bold", title_justify="left", title=_title(question, language), show_lines=False)
    for head in (Text("Record", "レコード"), Text("Name", "氏名"), Text("Company", "会社"), Text("Mailbox", "メール")):
        table.add_column(head.to(language), overflow="fold")
    table.add_column(Text("Score now", "現在のスコア").to(language))
    for side in question.sides:
        score = score_text(side.total, side.band, language)
        table.add_row(*(RichText(text) for text in _record_cells(side, language)), score)
    table.add_section()
    table.add_row(Text("as one person", "同一人物の場合").to(language), "", "", "", _together(question, language))
    table.caption_justify = "left"
    table.caption = RichText("\n".join(_reasons(question, language)))
    return table


def _title(question: Question, language: str) -> RichText:
    points, likely = f"{question.pair.weight / 1000:+.1f}", likelihood(question.pair.weight)
    said = Text(f"weight {points}, about {likely} likely", f"重み {points}（見込み 約 {likely}）").to(language)
    hot = f"  {BAND['hot'].to(language)}" if question.hot else ""
    return RichText(f"{question.number}  {said}{hot}", "bold")


def _record_cells(side: Side, language: str) -> tuple[str, str, str, str]:
    record = side.member.record
    more = (
        Text(f" (+{len(side.others)} records)", f"（ほか {len(side.others)} 件）").to(language) if side.others else ""
    )
    return record_name(record.key, language) + more, full_name(record), side.company, record.email


def _together(question: Question, language: str) -> str:
    return score_text(question.together.total, question.together.band, language)


def _reasons(question: Question, language: str) -> Iterator[str]:
    yield from (part.text.to(language) for part in question.parts)
    yield f"{PRIOR.to(language)} ({question.prior / 1000:+.1f})"
    if question.pair.refused:
        kept_apart = Text("Kept apart: ", "自動で統合しなかった理由: ").to(language)
        yield kept_apart + word(REFUSED, question.pair.refused, language)


def _side_document(side: Side) -> dict[str, Any]:
    record = side.member.record
    return {
        "record": str(record.key),
        "person": side.person,
        "name": full_name(record),
        "company": side.company,
        "email": record.email,
        "score": side.total,
        "band": side.band,
        "other_records": [str(key) for key in side.others],
        "url": side.url,
    }


def _against(verdict: Verdict) -> Text:
    if verdict == "same":
        return Text(
            "They are still two people: an earlier decision on another record of theirs stands against it. "
            "`leadsync people history` names it.",
            "他のレコードに対する以前の判断があるため、まだ別人のままです。`leadsync people history` で確認できます。",
        )
    return Text("They are still one person.", "まだ同一人物のままです。")


def _parties(parties: Sequence[Party], language: str) -> Table:
    table = Table(header_style="bold")
    for head in (Text("Person", "人物"), Text("Records", "レコード"), Text("Score", "スコア")):
        table.add_column(head.to(language), overflow="fold")
    for party in parties:
        records = "\n".join(record_name(key, language) for key in party.records)
        table.add_row(party.key, records, score_text(party.total, party.band, language))
    return table


def _happened(line: Line, language: str) -> str:
    if line.kind in VERDICT:
        return Text("decided: ", "判断: ").to(language) + VERDICT[line.kind].to(language)
    return word(EVENT, line.kind, language).format(person=line.person, other=line.other)


def _cause(line: Line, language: str) -> str:
    if line.cause.startswith("weight "):
        return Text(f"match weight {_points(line.cause)}", f"照合の重み {_points(line.cause)}").to(language)
    causes = EVIDENCE | {
        "decided": Text("a reviewer's decision", "担当者の判断"),
        "records changed": Text("records, weights or decisions changed", "レコード・重み・判断の変更"),
    }
    return word(causes, line.cause, language)


def _points(cause: str) -> str:
    return f"{int(cause.removeprefix('weight ')) / 1000:+.1f}"


def _standing(record: Standing, links: Mapping[RecordKey, str], language: str) -> tuple[RichText, ...]:
    known = record.member.record
    name = record_name(record.key, language)
    if url := links.get(record.key):
        name += f"\n{url}"
    return RichText(name), RichText(full_name(known)), RichText(known.company_name), RichText(known.email)


def _doubts(plan: MergePlan, language: str) -> Iterator[RichText]:
    for doubt in plan.doubtful:
        name = record_name(doubt.record.key, language)
        if doubt.pair is None:
            text = Text(
                f"{name}: tied to the others over records of another CRM only by match weights",
                f"{name}: 他の CRM のレコードを介した照合の重みだけで結び付いています",
            )
        else:
            weight = f"{doubt.pair.weight / 1000:+.1f}"
            text = Text(
                f"{name}: only a match weight of {weight} says so. If it is right: "
                f"leadsync people accept {_number(doubt)}",
                f"{name}: 照合の重み {weight} だけが根拠です。正しければ "
                f"leadsync people accept {_number(doubt)} を実行してください",
            )
        yield RichText(text.to(language), "yellow")
        for part in doubt.parts:
            yield RichText(f"  {_part(part, language)}", "yellow")


def _part(part: Part, language: str) -> str:
    return part.text.to(language)


def _number(doubt: Doubtful) -> str | None:
    return pair_number(doubt.pair.left, doubt.pair.right) if doubt.pair else None
