"""The talk track: how to open the first call, in at most three lines.

What there is to say of the person's acts, the opening question, and what both rest on. Every sentence is made from
acts that the ledger or the dormancy rests on, and `talk` names them. Where nothing is known, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from sync.core.activity import Kind
from sync.core.text import Text
from sync.handoff.acts import content_of, quoted, short_label, when
from sync.handoff.reasons import after_loss, by_weight, interest_text, line_label, reactivation_lines
from sync.scoring.content import tags_of
from sync.scoring.definition import ACTIVITY, BEHAVIOUR, ActRule, AnyRule, Matcher, Model, ReactivationRule
from sync.scoring.facts import Act, Facts
from sync.scoring.scorer import DORMANT, EXCLUDED, Line, Score


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the talk track and the acts (ids) that it rests on; none for one that claims nothing."""

    text: str
    evidence: tuple[str, ...] = ()


def talk_track(score: Score, model: Model, facts: Facts, language: str, timezone: str) -> str:
    """At most three lines; "" for who is excluded."""
    return "\n".join(statement.text for statement in talk(score, model, facts, language, timezone))


def talk(score: Score, model: Model, facts: Facts, language: str, timezone: str) -> tuple[Statement, ...]:
    """The same with what each line rests on."""
    if score.band == EXCLUDED:
        return ()
    speaker = _Speaker(score, model, facts, language, timezone)
    if score.band == DORMANT:
        said = speaker.asleep()
    elif score.reactivated:
        said = speaker.back()
    else:
        said = speaker.awake()
    return tuple(statement for statement in said if statement.text)


_ASK_OPENLY = Text(
    '"May I ask what you are working on now, and where we could help?"',
    "「現在のお取り組みと、お力になれそうな点をお聞かせいただけますか？」",
)
_ASK = Text(
    '"You seem interested in {interest}; what problem do you have there now?"',
    "「{interest}にご関心をお持ちのようですが、現在どのような課題をお持ちでしょうか？」",
)
# What to ask about where the content says at which point of a purchase somebody is.
_ASK_BY_TAG = {
    "pricing": Text(
        '"You seem interested in {interest}; what holds you up on budget and timing now?"',
        "「{interest}にご関心をお持ちのようですが、ご予算や導入時期について、現在どのような課題をお持ちでしょうか？」",
    ),
    "case_study": Text(
        '"You seem interested in {interest}; what problem of yours is like the ones you read about?"',
        "「{interest}にご関心をお持ちのようですが、同じような課題は、現在どのような場面でお持ちでしょうか？」",
    ),
    "spec_sheet": Text(
        '"You seem interested in {interest}; which technical requirements are still open now?"',
        "「{interest}にご関心をお持ちのようですが、技術的な要件について、現在どのような課題をお持ちでしょうか？」",
    ),
    "trial": Text(
        '"You seem interested in {interest}; what would you like to find out first, and what stands in the way?"',
        "「{interest}にご関心をお持ちのようですが、実際の運用について、現在どのような課題をお持ちでしょうか？」",
    ),
}
_ASK_BY_TAG |= {
    "simulator": _ASK_BY_TAG["pricing"],
    "quote": _ASK_BY_TAG["pricing"],
    "demo": _ASK_BY_TAG["trial"],
}
_ASK_KILLER = Text(
    '"You seem to be weighing options around {interest}; what matters most to you in the choice?"',
    "「{interest}にご関心をお持ちのようですが、選定にあたって、特に重視されている点はどこでしょうか？」",
)
_ASK_BACK = Text(
    '"You seem interested in {interest} again; what has changed, and what problem do you have there now?"',
    "「改めて{interest}にご関心をお持ちのようですが、その後、どのような課題が出てきていますか？」",
)
_ASK_ASLEEP = Text(
    '"Some time ago you looked into {interest}; has anything changed there since?"',
    "「以前、{interest}に関する情報をご覧いただきましたが、その後、状況に変化はございましたか？」",
)
_ASK_ASLEEP_OPENLY = Text(
    '"It has been a while; how do things stand with you now?"',
    "「ご無沙汰しております。その後、状況に変化はございましたか？」",
)
_REQUESTED = Text(
    "They asked us to get in touch ({act}): thank them for it.",
    "ご依頼をいただいています（{act}）。まずお礼をお伝えください。",
)
_COMPARES = Text(
    "They looked at what buyers check when they compare options ({act}).",
    "比較・検討段階の方がよく確認される情報をご覧になっています（{act}）。",
)
_DOWNLOADED = Text(
    "They downloaded material ({act}): thank them for it.",
    "資料をダウンロードされています（{act}）。まずお礼をお伝えください。",
)
_SEMINAR = Text(
    "They came to us by a seminar ({act}): thank them for it.",
    "セミナーにお申し込み・ご参加いただいています（{act}）。まずお礼をお伝えください。",
)
_LOOKED = Text("They have been looking at our pages ({act}).", "サイトをご覧いただいています（{act}）。")
_BACK = Text("Back after silence: earlier {before}, now {act}.", "再び動きがありました。以前：{before}、今回：{act}")
_BACK_ONLY = Text("Back after silence: {act}.", "しばらく活動がなかった方の再訪です：{act}")
_BACK_AFTER_LOSS = Text(
    "Back after a lost deal: earlier {before}, now {act}.", "失注後に再び動きがありました。以前：{before}、今回：{act}"
)
_BACK_AFTER_LOSS_ONLY = Text("Back after a lost deal: {act}.", "失注後に再び動きがありました：{act}")
_ASLEEP = Text(
    "Nothing for {days} days or more; last of all {act}. Ask how things stand.",
    "{days}日以上、活動がありません（最後の活動：{act}）。近況の確認から始めてください。",
)
_NEVER = Text(
    "Nothing has been recorded of them yet. Ask how things stand.",
    "活動の記録がまだありません。近況の確認から始めてください。",
)
_RESTS_ON = Text("Rests on: {labels}", "根拠：{labels}")
_JOIN = Text("; ", " / ")

_SEMINARS = frozenset({Kind.SEMINAR_ATTENDED, Kind.SEMINAR_REGISTERED})
_LOOKS = frozenset({Kind.PAGE_VIEW, Kind.SITE_VISIT})
_REQUESTS = frozenset({Kind.TRIAL_SIGNUP, Kind.FORM_SUBMIT, Kind.CAMPAIGN_RESPONSE})


@dataclass(frozen=True, slots=True)
class _Speaker:
    score: Score
    model: Model
    facts: Facts
    language: str
    timezone: str

    # --- situations ---

    def awake(self) -> Sequence[Statement]:
        earned = by_weight(self.score, (BEHAVIOUR, ACTIVITY))
        return self._opening(earned), self._question(earned), self._rests_on(earned)

    def back(self) -> Sequence[Statement]:
        """What she did before she fell silent, and the newest act since."""
        returned = [line for line, _ in reactivation_lines(self.score, self.model)]
        newest = max(self._proofs(returned), key=_order, default=None)
        earned = by_weight(self.score, (BEHAVIOUR, ACTIVITY))
        if newest is None:
            return self.awake()
        lost = after_loss(self.score, self.model, self.facts)
        before = self._before_loss() if lost else self._before_silence(newest)
        form = (_BACK_AFTER_LOSS if lost else _BACK) if before else (_BACK_AFTER_LOSS_ONLY if lost else _BACK_ONLY)
        said = form.to(self.language).format(act=self._told(newest), before=self._told(before) if before else "")
        rests = tuple(act.id for act in (newest, before) if act)
        interest = interest_text(self.score, self.model, self.language)
        ask = _ASK_BACK.to(self.language).format(interest=interest) if interest else _ASK_OPENLY.to(self.language)
        return Statement(said, rests), Statement(ask, self._interested()), self._rests_on(earned)

    def asleep(self) -> Sequence[Statement]:
        at = self.score.last_act_at
        acts = (act for act in self.facts.acts if at is not None and act.at <= at and self._counts(act))
        last = max(acts, key=_order, default=None)
        if last is None:
            return Statement(_NEVER.to(self.language)), Statement(_ASK_ASLEEP_OPENLY.to(self.language))
        told = _ASLEEP.to(self.language).format(days=self.model.dormancy.days, act=self._told(last))
        about = self._subject_of(last)
        ask = _ASK_ASLEEP.to(self.language).format(interest=about) if about else _ASK_ASLEEP_OPENLY.to(self.language)
        return Statement(told, (last.id,)), Statement(ask, (last.id,) if about else ())

    # --- sentences ---

    def _opening(self, earned: Sequence[Line]) -> Statement:
        """The most committed sort of act among the evidence of what earned points, with its newest act."""
        found: dict[Text, Act] = {}
        for line in earned:
            requests = _asks_for_requests(self.model.rule(line.rule))
            for act in self._proofs([line]):
                if sort := self._sort_of(act, requests):
                    found[sort] = max(found.get(sort, act), act, key=_order)
        sort = next((sort for sort in (_REQUESTED, _COMPARES, _DOWNLOADED, _SEMINAR, _LOOKED) if sort in found), None)
        if sort is None:
            return Statement("")
        return Statement(sort.to(self.language).format(act=self._told(found[sort])), (found[sort].id,))

    def _sort_of(self, act: Act, requests: bool) -> Text | None:
        tags = tags_of(act, self.model)
        if requests and tags.strong:
            return _REQUESTED
        if self._is_killer(act):
            return _COMPARES
        if tags.kind == Kind.CONTENT_DOWNLOAD:
            return _DOWNLOADED
        if tags.kind in _SEMINARS:
            return _SEMINAR
        return _LOOKED if tags.kind in _LOOKS else None

    def _question(self, earned: Sequence[Line]) -> Statement:
        killers = [act for act in self._proofs(earned) if self._is_killer(act)]
        if killers:
            newest = max(killers, key=_order)
            label = self._killer_label(newest)
            return Statement(_ASK_KILLER.to(self.language).format(interest=label), (newest.id,))
        interest = interest_text(self.score, self.model, self.language)
        if not interest:
            return Statement(_ASK_OPENLY.to(self.language))
        form = _ASK_BY_TAG.get(self.score.interest, _ASK)
        if self.score.interest in {theme.id for theme in self.model.content.themes}:
            form = _ASK  # a subject of the site's own, whatever it is called
        return Statement(form.to(self.language).format(interest=interest), self._interested())

    def _rests_on(self, earned: Sequence[Line]) -> Statement:
        labels = [line_label(line, self.model, self.language) for line in earned[:3]]
        if not labels:
            return Statement("")
        evidence = tuple(dict.fromkeys(id for line in earned[:3] for id in line.evidence))
        return Statement(_RESTS_ON.to(self.language).format(labels=_JOIN.to(self.language).join(labels)), evidence)

    def _told(self, act: Act) -> str:
        """An act with its content and when it happened."""
        content = content_of(act)
        what = quoted(content, self.language) if content else short_label(act, self.model, self.language)
        return f"{what} {when(act.at, self.language, self.timezone)}"

    # --- what is known ---

    def _proofs(self, lines: Iterable[Line]) -> list[Act]:
        acts = {act.id: act for act in self.facts.acts}
        return [acts[id] for line in lines for id in line.evidence if id in acts]

    def _counts(self, act: Act) -> bool:
        return not tags_of(act, self.model).is_open

    def _interested(self) -> tuple[str, ...]:
        """Acts whose content bears the interest."""
        return tuple(
            act.id
            for act in self.facts.acts
            if self.score.interest in (tags := tags_of(act, self.model)).themes | tags.interests
        )

    def _is_killer(self, act: Act) -> bool:
        return bool(self._killer_label(act))

    def _killer_label(self, act: Act) -> str:
        found = tags_of(act, self.model).tags
        killers = (tag for tag in self.model.content.tags if tag.killer and tag.id in found)
        return next((tag.label.to(self.language) for tag in killers), "")

    def _subject_of(self, act: Act) -> str:
        """What an act was about as a subject: its theme, else its tag; "" when it names none."""
        tags = tags_of(act, self.model)
        named = [tag for tag in self.model.content.themes if tag.id in tags.themes]
        named += [tag for tag in self.model.content.tags if tag.id in tags.interests]
        return named[0].label.to(self.language) if named else ""

    def _before_loss(self) -> Act | None:
        lost = self.facts.lost_at
        acts = (act for act in self.facts.acts if lost is not None and act.at <= lost and self._counts(act))
        return max(acts, key=_order, default=None)

    def _before_silence(self, newest: Act) -> Act | None:
        """The act before the last silence as long as makes dormant; None when there was none before it."""
        zone = ZoneInfo(self.timezone)
        acts = sorted((act for act in self.facts.acts if self._counts(act) and act.at <= newest.at), key=_order)
        days = [datetime.fromtimestamp(act.at, zone).toordinal() for act in acts]
        gaps = zip(acts, pairwise(days), strict=False)
        long = [act for act, (day, next_day) in gaps if next_day - day >= self.model.dormancy.days]
        return long[-1] if long else None


def _asks_for_requests(rule: AnyRule | None) -> bool:
    """A rule on forms by what they are; a form merely sent from a pricing page asks for nothing."""
    matchers: tuple[Matcher, ...] = rule.matchers if isinstance(rule, ActRule | ReactivationRule) else ()
    return bool(matchers) and all(matcher.kinds <= _REQUESTS and not matcher.page_tags for matcher in matchers)


def _order(act: Act) -> tuple[int, int, str]:
    return act.at, act.seq, act.id
