"""Every sort of act a model can tell apart: what a person may do, by the parts it plays in the rules.

An act is a kind of activity with words in its name, its address or both. Words count by the tags they bring, so a
model's words come down to few sorts. Acts about one subject are what paths are made of; those about two are looked at
where one alone does not meet a matcher, and two always are enough: what an act has beside the tag that is asked for
and the tag that decides its kind only makes other rules take it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.content import FIRST, VISITS, Tags, tags_of
from sync.scoring.definition import ActRule, AnyRule, Matcher, Model, ReactivationRule, SequenceRule
from sync.scoring.facts import Act
from sync.scoring.person_space import NOW

OWN_KINDS = (
    Kind.PAGE_VIEW, Kind.EMAIL_CLICK, Kind.FORM_SUBMIT, Kind.CAMPAIGN_RESPONSE, Kind.CONTENT_DOWNLOAD,
    Kind.SEMINAR_ATTENDED, Kind.SEMINAR_REGISTERED, Kind.TRIAL_SIGNUP, Kind.MEETING, Kind.CALL, Kind.EMAIL_REPLY,
    Kind.SITE_VISIT, Kind.EMAIL_OPEN,
)  # fmt: skip
_RECAST = (Kind.FORM_SUBMIT, Kind.CAMPAIGN_RESPONSE)
_SITE = "https://example.com"


@dataclass(frozen=True, slots=True)
class ActClass:
    """Acts that play the same parts; `act` is one of them.

    `label` says which rules it meets by itself, `about` what it is.
    """

    act: Act
    tags: Tags
    label: Text
    about: Text

    @property
    def parts(self) -> tuple[tuple[int, int], ...]:
        return self.tags.parts


class ActSpace:
    def __init__(self, model: Model) -> None:
        self._model = model

    @cached_property
    def simple(self) -> tuple[ActClass, ...]:
        """One class for each set of parts (strong and weak apart) that acts about one subject play; the last one plays
        none."""
        return self._classes(self._acts(1))

    @cached_property
    def all(self) -> tuple[ActClass, ...]:
        """Acts about two subjects included."""
        return self._classes([*self._acts(1), *self._acts(2)])

    def playing(self, number: int, part: int) -> list[ActClass]:
        """Classes that play this part in a rule; those about one subject, where there are any."""
        found = [one for one in self.simple if (number, part) in one.parts]
        return found or [one for one in self.all if (number, part) in one.parts]

    @cached_property
    def kinds_playing(self) -> dict[tuple[int, int], set[str]]:
        """Part -> the kinds, as pulled, of acts that can play it."""
        found: dict[tuple[int, int], set[str]] = {}
        for act in (*self._acts(1), *self._acts(2)):
            for part in tags_of(act, self._model).parts:
                found.setdefault(part, set()).add(str(act.kind))
        return found

    def any_plays(self, number: int, part: int, allowed: Callable[[ActClass], bool]) -> bool:
        """Whether an act that is allowed plays this part."""
        return any((number, part) in one.parts and allowed(one) for one in self._lazily())

    def _lazily(self) -> Iterator[ActClass]:
        yield from self.simple
        yield from self.all

    def _classes(self, acts: Iterable[Act]) -> tuple[ActClass, ...]:
        found: dict[tuple[object, ...], tuple[Act, Tags]] = {}
        for act in acts:
            tags = tags_of(act, self._model)
            found.setdefault((tags.parts, tags.strong, tags.is_open), (act, tags))
        classes = [ActClass(act, tags, *self._labels(act, tags)) for act, tags in found.values()]
        return tuple(sorted(classes, key=lambda one: not one.parts))

    # --- words ---

    @cached_property
    def _names(self) -> list[str]:
        """One word for each set of tags that words in a name bring."""
        return self._atoms(False)

    @cached_property
    def _paths(self) -> list[str]:
        return self._atoms(True)

    def _atoms(self, in_path: bool) -> list[str]:
        found: dict[frozenset[str], str] = {}
        for tag in self._model.content.tags:
            words = (tag.url_words if in_path else tag.words).wanted
            for word in (word.strip() for word in words):
                found.setdefault(self._tags_by(word, in_path), word)
        found.pop(frozenset(), None)
        return list(found.values())

    def _tags_by(self, word: str, in_path: bool) -> frozenset[str]:
        act = Act("", Kind.EMAIL_CLICK, NOW, url=f"{_SITE}/{word}") if in_path else _named(Kind.CALL, word)
        tags = tags_of(act, self._model)
        return tags.page_tags if in_path else tags.tags - self._implied(Kind.CALL)

    def _implied(self, kind: str) -> frozenset[str]:
        return frozenset(tag.id for tag in self._model.content.tags if kind in tag.implied_by)

    # --- acts ---

    def _acts(self, subjects: int) -> Iterator[Act]:
        for kind in OWN_KINDS:
            for act in self._visits(kind, subjects) if kind in VISITS else self._others(kind, subjects):
                yield act
                if kind == Kind.CAMPAIGN_RESPONSE:
                    yield from self._answers(act)

    def _visits(self, kind: str, subjects: int) -> Iterator[Act]:
        if kind == Kind.SITE_VISIT:  # its page is not known
            yield Act("", kind, NOW)
            return
        pages = self._paths if subjects == 1 else [f"{one}/{two}" for one, two in _pairs(self._paths)]
        endings = ["", *(f".{ending}" for ending in sorted(self._model.content.documents)[:1])]
        for page, ending in product(["zzz", *pages], endings):
            yield Act("", kind, NOW, url=f"{_SITE}/{page}{ending}")
        titles = self._names if subjects == 1 else [f"{one} / {two}" for one, two in _pairs(self._names)]
        for title in titles if kind == Kind.PAGE_VIEW else ():
            yield Act("", kind, NOW, url=f"{_SITE}/zzz", title=title)

    def _others(self, kind: str, subjects: int) -> Iterator[Act]:
        if subjects == 1:
            yield from (_named(kind, name) for name in ("zzz", *self._names))
            yield from (Act("", kind, NOW, url=f"{_SITE}/{page}", responded=True) for page in self._paths)
        elif kind in _RECAST:
            yield from (_named(kind, f"{one} / {two}") for one, two in _pairs(self._names))
            for name, page in product(self._names, self._paths):
                yield Act("", kind, NOW, url=f"{_SITE}/{page}", content_name=name, responded=True)

    def _answers(self, act: Act) -> Iterator[Act]:
        """The same campaign, taken part in otherwise."""
        for status in self._model.content.statuses:
            for word in status.words.wanted[:1]:
                yield Act("", act.kind, NOW, url=act.url, content_name=act.content_name, status=word.strip())

    # --- words for people ---

    def _labels(self, act: Act, tags: Tags) -> tuple[Text, Text]:
        named = (tag.label for tag in self._model.content.tags if tag.id in tags.tags | tags.page_tags)
        about = next(named, _KIND.get(act.kind, Text(act.kind, act.kind)))
        met = [label for number, part in tags.parts for label in _met(self._model.rules[number], part)]
        return together(met) if met else about, about


def together(labels: Sequence[Text]) -> Text:
    return Text(" + ".join(label.en for label in labels), " + ".join(label.ja for label in labels))


_KIND = {
    Kind.SITE_VISIT.value: Text("a site visit", "サイト訪問"),
    Kind.PAGE_VIEW.value: Text("a page view", "ページ閲覧"),
    Kind.EMAIL_CLICK.value: Text("a mail click", "メールクリック"),
    Kind.EMAIL_OPEN.value: Text("a mail open", "メール開封"),
}


def _named(kind: str, name: str) -> Act:
    return Act("", kind, NOW, content_name=name, responded=True)


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, two) for index, one in enumerate(words) for two in words[index + 1 :])


def _met(rule: AnyRule, part: int) -> list[Text]:
    if part < 0 or not isinstance(rule, ActRule | ReactivationRule):
        return []
    return [matcher_label(rule, rule.matchers[part])]


def matcher_label(rule: ActRule | ReactivationRule, matcher: Matcher) -> Text:
    if not matcher.id or matcher.label == rule.label:
        return rule.label
    return Text(f"{rule.label.en}: {matcher.label.en}", f"{rule.label.ja}: {matcher.label.ja}")


def parts_asked(rule: AnyRule) -> list[int]:
    """The parts that acts can play in a rule, as `Tags.parts` numbers them."""
    if isinstance(rule, ActRule | ReactivationRule):
        return list(range(len(rule.matchers)))
    return [FIRST - step for step in range(len(rule.steps))] if isinstance(rule, SequenceRule) else []
