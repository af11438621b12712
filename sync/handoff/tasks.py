"""The texts of a follow-up task and of a note to a deal's owner, and the marker that makes both findable.

A subject is understood at a glance and fits a task list: score, name, the two acts, until when. It is an absolute day
and time, since the text stays. When it is too long the acts give way first, then the name, never the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.records import PersonRecord
from sync.core.text import Text
from sync.handoff.acts import fit, plain, terse
from sync.handoff.assignment import why_text
from sync.handoff.believed import profile_of
from sync.handoff.reasons import ARROW
from sync.identity.survivorship import full_name, ranked
from sync.repository import Member, OpenDeal, Standing
from sync.scoring.phrases import fold

SUBJECT_LIMIT = 40  # characters
OTHERS_NAMED = 10  # further hot people of the company that a body names
_REASON_LIMIT = 80  # characters of a colleague's top reason
_SHORTEST_ACT = 4  # characters of an act in a subject, below which it says nothing
_COMPANY_LENGTHS = (14, 10, 6)  # characters of a company's name in a subject, where there is no person's name
_NO_NAMES = frozenset(
    fold(word).strip() for word in ("", "-", "不明", "なし", "担当者", "ご担当者", "unknown", "none", "n/a", "test")
)
_HONORIFICS = ("様", "さま", "さん")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def marker(task_key: str) -> str:
    return f"leadsync:{task_key}"


def subject(
    standing: Standing, target: Member, due_at: int, language: str, timezone: str, others: Sequence[Standing] = ()
) -> str:
    """At most 40 characters: 【82点】山田様 料金ページ→導入事例ページ 11/24 14時まで, off the hour 11/24 10:30まで.
    `others` are further hot people of the account."""
    at = _local(due_at, timezone)
    hour_ja = f"{at:%H:%M}" if at.minute else f"{at.hour}時"
    until = f"{at:%m/%d} {hour_ja}まで" if language == "ja" else f"by {_MONTHS[at.month - 1]} {at.day} {at:%H:%M}"
    return _composed(standing, target, language, others, f"【{_points(standing)}点】", f"[{_points(standing)}]", until)


def body(
    standing: Standing,
    target: Member,
    task_key: str,
    due_at: int,
    language: str,
    timezone: str,
    others: Sequence[Standing] = (),
    why: str = "",
) -> str:
    """Who and until when, how to open, the reasons, the account's other hot people; the marker stands alone on the last
    line. `why` is the episode's `owner_why`."""
    due = f"{_local(due_at, timezone):%Y-%m-%d %H:%M %Z}"
    head = _DUE.to(language).format(due=due.replace("-", "/") if language == "ja" else due, points=_points(standing))
    parts = [
        "\n".join([_introduced(standing, target, language), head, *_owned(why, language)]),
        _block(_OPEN, standing.score.talk_track, language),
        _block(_REASONS, standing.score.reasons, language),
        _block(_OTHERS, _listed(others, language), language),
    ]
    return _closed(parts, task_key)


def also_hot(standing: Standing, language: str) -> str:
    """The line that names a colleague on a task that was made before she became hot."""
    return f"{_ALSO.to(language)}\n{_listed([standing], language)}"


def note_subject(
    standing: Standing, target: Member, language: str, timezone: str, others: Sequence[Standing] = ()
) -> str:
    """A note to a deal's owner has no deadline, so none is named: 【商談中・82点】山田様 料金ページ→導入事例ページ."""
    points = _points(standing)
    return _composed(standing, target, language, others, f"【商談中・{points}点】", f"[Deal, {points}]", "")


def note_body(
    standing: Standing,
    target: Member,
    deal: OpenDeal,
    key: str,
    language: str,
    timezone: str,
    others: Sequence[Standing] = (),
    why: str = "",
) -> str:
    """Who of the deal's company shows interest, and in what; the marker stands alone on the last line. `why` is the
    episode's `owner_why` where somebody else than the deal's owner is told."""
    form = _DEAL_OF_ACCOUNT if deal.through_account else _DEAL_OF_PERSON
    name = plain(deal.name) or _NO_DEAL_NAME.to(language)
    parts = [
        "\n".join(
            [_introduced(standing, target, language), form.to(language).format(deal=name), *_owned(why, language)]
        ),
        _block(_OPEN, standing.score.talk_track, language),
        _block(_REASONS, standing.score.reasons, language),
        _block(_OTHERS, _listed(others, language), language),
    ]
    return _closed(parts, key)


_DUE = Text("Score {points}. Due: {due}", "スコア：{points}点　期限：{due}")
_OPEN = Text("How to open", "話の切り出し")
_REASONS = Text("Reasons", "理由")
_ALSO = Text("Also hot at this company since:", "同じ会社でさらにホットになった方：")
_OTHERS = Text("Also hot at this company", "同じ会社のホットリード")
_OWNER = Text("Why you: {why}", "担当の決め方：{why}")
_DEAL_OF_PERSON = Text(
    "For your open deal {deal}: a contact of it shows interest. No new-lead task was made.",
    "進行中の商談「{deal}」の関係者に関心の高まりが見られます。新規リードのタスクは作成していません。",
)
_DEAL_OF_ACCOUNT = Text(
    "For your open deal {deal}: somebody at this company shows interest. No new-lead task was made.",
    "進行中の商談「{deal}」の取引先で関心の高まりが見られます。新規リードのタスクは作成していません。",
)
_NO_DEAL_NAME = Text("(no name)", "名称なし")
_NO_NAME = Text("Name unknown", "お名前未登録の方")
_SOMEBODY_AT = Text("Somebody at {company}", "{company} ご担当者様")
_AT = Text("{company}", "{company} ご担当者様")
_MORE = Text(" +{count}", "ほか{count}名")


# --- subject ---


def _composed(
    standing: Standing,
    target: Member,
    language: str,
    others: Sequence[Standing],
    head_ja: str,
    head_en: str,
    until: str,
) -> str:
    more = _MORE.to(language).format(count=len(others)) if others else ""
    for name in _names(standing, target, language):
        for acts in _acts_of(standing.score.acts):
            said = " ".join(part for part in (f"{name}{more}", acts, until) if part)
            text = f"{head_ja}{said}" if language == "ja" else f"{head_en} {said}"
            if len(text) <= SUBJECT_LIMIT:
                return text
    raise AssertionError("the shortest name and no acts always fit")


def _acts_of(acts: str) -> Iterator[str]:
    """The acts as they are, then ever shorter: in terser words, cut, the last of them alone, nothing."""
    yield acts
    bare = [terse(act) for act in acts.split(ARROW)]
    yield ARROW.join(bare)
    yield from _both_cut(bare)
    yield bare[-1]
    yield from (fit(bare[-1], length) for length in _shorter(len(bare[-1])))
    yield ""


def _both_cut(acts: Sequence[str]) -> Iterator[str]:
    """The longer one is cut before the other is touched: a whole word and a beginning are read more easily than two
    beginnings."""
    cut = list(acts)
    for place in sorted(range(len(cut) if len(cut) > 1 else 0), key=lambda place: -len(acts[place])):
        for length in _shorter(len(acts[place])):
            cut[place] = fit(acts[place], length)
            yield ARROW.join(cut)


def _shorter(length: int) -> range:
    return range(length - 1, _SHORTEST_ACT - 1, -1)


def _names(standing: Standing, target: Member, language: str) -> Iterator[str]:
    """The name as it is addressed, then ever shorter. With any acts before a shorter name: acts give way first."""
    record = _named(standing, target)
    if record is None:
        if company := _company(standing):
            yield from (_AT.to(language).format(company=fit(company, length)) for length in _COMPANY_LENGTHS)
        yield _NO_NAME.to(language)
        return
    name = plain(record.last_name) if _usable(record.last_name) else plain(record.first_name)
    bare = _without_honorific(name)
    ending = "様" if language == "ja" else ""
    yield f"{bare}{ending}"
    yield from (f"{fit(bare, length)}{ending}" for length in range(min(len(bare) - 1, SUBJECT_LIMIT), 0, -1))


# --- body ---


def _introduced(standing: Standing, target: Member, language: str) -> str:
    """Who it is: name, company, title, as far as they are known."""
    record = _named(standing, target)
    company = _company(standing)
    if record is None:
        return _SOMEBODY_AT.to(language).format(company=company) if company else _NO_NAME.to(language)
    title = next((text for one in _records(standing, target) if (text := plain(one.title))), "")
    name = _without_honorific(plain(full_name(record)))
    about = [part for part in (company, title) if part]
    if language == "ja":
        return f"{name}様（{'　'.join(about)}）" if about else f"{name}様"
    return ", ".join([name, *reversed(about)])


def _listed(others: Sequence[Standing], language: str) -> str:
    """A line for each, best first: name, score, main reason."""
    said = []
    for other in others[:OTHERS_NAMED]:
        name = _introduced_shortly(other, language)
        reason = fit(other.score.top_reason, _REASON_LIMIT)
        points = _points(other)
        said.append(f"・{name} {points}点：{reason}" if language == "ja" else f"- {name}, {points}: {reason}")
    if len(others) > OTHERS_NAMED:
        more = len(others) - OTHERS_NAMED
        said.append(f"・ほか{more}名" if language == "ja" else f"- and {more} more")
    return "\n".join(said)


def _introduced_shortly(standing: Standing, language: str) -> str:
    member = ranked(standing.members)[0]
    record = _named(standing, member)
    if record is None:
        return _NO_NAME.to(language)
    name = _without_honorific(plain(full_name(record)))
    return f"{name}様" if language == "ja" else name


def _owned(why: str, language: str) -> list[str]:
    return [_OWNER.to(language).format(why=why_text(why).to(language))] if why else []


def _block(title: Text, text: str, language: str) -> str:
    colon = "：" if language == "ja" else ":"
    return f"{title.to(language)}{colon}\n{text}" if text else ""


def _closed(parts: Sequence[str], key: str) -> str:
    return "\n\n".join([part for part in parts if part] + [marker(key)]) + "\n"


# --- what is known ---


def _records(standing: Standing, target: Member) -> list[PersonRecord]:
    """The record that bears the task, then the person's others, best first."""
    return [target.record, *(member.record for member in ranked(standing.members) if member.id != target.id)]


def _named(standing: Standing, target: Member) -> PersonRecord | None:
    records = _records(standing, target)
    return next((one for one in records if _usable(one.last_name) or _usable(one.first_name)), None)


def _company(standing: Standing) -> str:
    """Also of somebody whose record names none but is linked to one, as people are in HubSpot."""
    return plain(profile_of(standing).company_name)


def _usable(name: str) -> bool:
    """Whether it is a name and not a word for none."""
    return fold(name).strip() not in _NO_NAMES


def _without_honorific(name: str) -> str:
    for ending in _HONORIFICS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending).rstrip()
    return name


def _points(standing: Standing) -> int:
    return standing.score.total // 1000


def _local(at: int, timezone: str) -> datetime:
    return datetime.fromtimestamp(at, ZoneInfo(timezone))
