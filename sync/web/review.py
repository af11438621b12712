"""The review page: pairs that may be one person, side by side, and what a reviewer says of them.

Unlike the status page it shows names and addresses: only to who has signed in, or from this machine. Addresses of
pages hold the store's own numbers, nothing personal.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import Flask, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from sync.identity.survivorship import full_name
from sync.jobs.decide import Judged, NotDecidable
from sync.jobs.review_pairs import Question, Side, likelihood, pair_of
from sync.repository import ReviewMark, Verdict
from sync.web.words import Words

PAGE_SIZE = 10
_VERDICTS: tuple[Verdict, ...] = ("same", "different", "open")
_LEAST, _MOST = -12.0, 20.0  # ends of the bars, log2 odds; more does not happen or does not matter

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page needs from the service. All may be called from any thread."""

    questions: Callable[[int, ReviewMark | None], list[Question]]  # at most so many, after a mark
    waiting: Callable[[], int]
    judge: Callable[[Pair, Verdict], Judged | None]  # None: there are no such records
    names: Callable[[Pair], tuple[str, str] | None]
    clock: Callable[[], float]
    timezone: str


class Visitor(Protocol):
    """What the page needs to know of the door."""

    @property
    def token(self) -> str: ...

    def chosen(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One particular of both records. `state`: same, alike (written otherwise), differs, or lone (one side only)."""

    label: str
    values: tuple[tuple[str, ...], tuple[str, ...]]
    state: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A partial weight as a bar from zero. `start` and `width` in log2 odds, `start` from the scale's left end."""

    text: str
    points: str
    start: float
    width: float
    against: bool


def add_review(app: Flask, door: Visitor, desk: Desk) -> None:
    """Adds the page and the way its answers come in."""
    seal = _Seal(door.token.encode() or secrets.token_bytes(32))

    @app.get("/review", endpoint="review")
    def page() -> AnyResponse | str:
        after = mark_of(request.args.get("after", ""))
        found = desk.questions(PAGE_SIZE + 1, after)
        if after and not found:
            return redirect(_address(door.chosen(), None, request.args.get("done", "")), 303)
        words = Words(door.chosen(), desk.timezone, desk.clock())
        return render_template(
            "review.html",
            questions=found[:PAGE_SIZE],
            waiting=desk.waiting() if found else 0,
            after=after_text(after),
            next=after_text(found[PAGE_SIZE - 1].mark) if len(found) > PAGE_SIZE else "",
            done=_done(desk, request.args.get("done", "")),
            seal=seal.value,
            signed_in=bool(door.token),
            scale=(_MOST - _LEAST, -_LEAST),
            likelihood=likelihood,
            rows=lambda question: rows(question, words, desk.timezone),
            bars=lambda question: bars(question, words),
            **words.names(),
        )

    @app.post("/review/<number>", endpoint="answer")
    def answer(number: str) -> AnyResponse:
        _refuse_foreign(seal)
        pair, verdict = pair_of(number), _verdict(request.form.get("verdict", ""))
        if pair is None or verdict is None or not _put_down(desk, pair, verdict):
            abort(404)
        after = mark_of(request.form.get("after", ""))
        return redirect(_address(door.chosen(), after, f"{number}.{verdict}"), 303)


def mark_of(text: str) -> ReviewMark | None:
    """Where a page of the list begins; None for the beginning, also when the text is nonsense."""
    parts = text.split("_")
    if len(parts) != 5 or not all(_number(part) for part in parts):
        return None
    cold, worse, lighter, left, right = (int(part) for part in parts)
    return cold, worse, lighter, left, right


def after_text(mark: ReviewMark | None) -> str:
    return "_".join(str(part) for part in mark) if mark else ""


def rows(question: Question, words: Words, timezone: str) -> list[Row]:
    """The particulars that at least one of both records has, with how they compare."""
    left, right = question.sides
    one, two = left.member.record, right.member.record
    a, b = left.features, right.features
    texts = (
        ("name", full_name(one), full_name(two), bool(a.nm) and a.nm == b.nm),
        ("kana", _kana(left), _kana(right), False),
        ("company", left.company, right.company, bool(a.cor) and a.cor == b.cor),
        ("department", one.department, two.department, False),
        ("title", one.title, two.title, False),
    )
    found = [_row(f"review.field.{field}", words, (x,), (y,), alike) for field, x, y, alike in texts]
    mailboxes = [dict.fromkeys((r.email, *r.other_emails)) for r in (one, two)]
    numbers = [dict.fromkeys((r.phone, *r.other_phones)) for r in (one, two)]
    found.append(_row("review.field.email", words, mailboxes[0], mailboxes[1], bool(set(a.emails) & set(b.emails))))
    found.append(_row("review.field.phone", words, numbers[0], numbers[1], bool(set(a.phones) & set(b.phones))))
    places = [_place(side) for side in question.sides]
    found.append(_row("review.field.place", words, places[:1], places[1:], _one_within_other(*places)))
    found.append(_row("review.field.website", words, (one.website,), (two.website,), bool(a.dom) and a.dom == b.dom))
    times = [(_day(record.created_at, timezone),) for record in (one, two)]
    return [row for row in found if any(row.values)] + [
        Row(words.say("review.field.created"), (times[0], times[1]), "plain")
    ]


def bars(question: Question, words: Words) -> list[Bar]:
    """The three partial weights and where they start from; together they are the pair's weight."""
    language = words.language
    parts = [_bar(_without_points(part.text.to(language)), part.thousandths) for part in question.parts]
    return [*parts, _bar(words.say("review.prior"), question.prior)]


@dataclass(frozen=True)
class _Seal:
    """Proves that a form is ours: a foreign page can neither read nor compute it."""

    key: bytes

    @property
    def value(self) -> str:
        return hmac.new(self.key, b"leadsync review form", hashlib.sha256).hexdigest()

    def is_ours(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.value.encode())


def _refuse_foreign(seal: _Seal) -> None:
    """A page elsewhere may make a browser send a form here, with our cookie if it is on the same site, or, on
    loopback, where no cookie is needed."""
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "")
    # Our own pages send no referrer, for which browsers call their origin "null".
    foreign = origin not in ("", "null") and urlsplit(origin).netloc != request.host
    if foreign or site not in ("", "same-origin") or not seal.is_ours(request.form.get("seal", "")):
        abort(403)


def _put_down(desk: Desk, pair: Pair, verdict: Verdict) -> bool:
    """False when there are no such records."""
    try:
        return desk.judge(pair, verdict) is not None
    except NotDecidable:  # taken back already, by another click or another reviewer
        return True


def _verdict(text: str) -> Verdict | None:
    return next((verdict for verdict in _VERDICTS if verdict == text), None)


def _address(language: str, after: ReviewMark | None, done: str) -> str:
    asked = {"lang": language, "after": after_text(after), "done": done}
    return "/review?" + urlencode({name: value for name, value in asked.items() if value})


def _done(desk: Desk, text: str) -> dict[str, object] | None:
    """What was said last, for the notice above the list."""
    number, _, verdict = text.partition(".")
    pair = pair_of(number)
    names = desk.names(pair) if pair and _verdict(verdict) else None
    return {"number": number, "verdict": verdict, "names": names} if names else None


def _row(key: str, words: Words, left: Iterable[str], right: Iterable[str], alike: bool) -> Row:
    one, two = (tuple(text for text in side if text) for side in (left, right))
    return Row(words.say(key), (one, two), _compared(one, two, alike))


def _compared(left: Sequence[str], right: Sequence[str], alike: bool) -> str:
    if not left or not right:
        return "lone"
    if {_folded(text) for text in left} & {_folded(text) for text in right}:
        return "same"
    return "alike" if alike else "differs"


def _one_within_other(left: str, right: str) -> bool:
    """A place that only one record names down to the town is no other place."""
    shorter, longer = sorted((_folded(left), _folded(right)), key=len)
    return longer.startswith(shorter)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _kana(side: Side) -> str:
    record = side.member.record
    return " ".join(part for part in (record.last_kana, record.first_kana) if part)


def _place(side: Side) -> str:
    record = side.member.record
    return " ".join(part for part in (record.country, record.region, record.city) if part)


def _day(at: int | None, timezone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(timezone)).date().isoformat() if at is not None else ""


def _bar(text: str, thousandths: int) -> Bar:
    value = max(_LEAST, min(_MOST, thousandths / 1000))
    start = min(value, 0.0) - _LEAST
    return Bar(text, points(thousandths), round(start, 2), round(abs(value), 2), thousandths < 0)


def points(thousandths: int) -> str:
    return f"{thousandths / 1000:+.1f}"


def _without_points(text: str) -> str:
    """「氏名: 読みも漢字も同じ (+12.3)」 without what stands beside the bar anyway."""
    return text.rpartition(" (")[0] or text


def _number(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 19
