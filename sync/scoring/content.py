"""What an act was about: tags, themes, its effective kind, whether it is a strong one.

Effective kinds: a form or campaign response becomes what its content says (a document request is a
content_download, a seminar form a seminar_registered, ...), a visit to a document file is a content_download.
Names decide before addresses, since one newsletter form sits on every page of a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from sync.core.activity import Kind
from sync.scoring.definition import ActRule, AnyRule, Matcher, Model, ReactivationRule, SequenceRule, Tag
from sync.scoring.facts import Act
from sync.scoring.phrases import fold

VISITS = frozenset({Kind.PAGE_VIEW.value, Kind.EMAIL_CLICK.value, Kind.SITE_VISIT.value})
FIRST, THEN = -1, -2  # parts of a sequence an act can play, beside matcher numbers >= 0: -1 - the step's number
_RECAST = frozenset({Kind.FORM_SUBMIT.value, Kind.CAMPAIGN_RESPONSE.value})
_CACHE_LIMIT = 200_000


class About(NamedTuple):
    """What rules ask of an act."""

    kind: str  # effective
    raw_kind: str
    tags: frozenset[str]
    page_tags: frozenset[str]  # of the page it happened on


@dataclass(frozen=True, slots=True)
class Tags:
    """What is known of an act's content. `key` is equal for acts that are no distinct acts."""

    kind: str  # effective
    tags: frozenset[str]
    page_tags: frozenset[str]
    themes: frozenset[str]
    interests: frozenset[str]  # the tags among `tags` that name a subject
    strong: bool
    is_open: bool
    key: tuple[str, str]
    parts: tuple[tuple[int, int], ...]  # (rule number, matcher number or FIRST, THEN, ...), as `parts_of` gives them


def tags_of(act: Act, model: Model) -> Tags:
    """The act's tags; computed once per content, since thousands of acts share a page or a form."""
    content = (
        act.kind,
        without_query(act.url),
        act.title,
        act.content_id,
        act.content_name,
        act.content_type,
        act.status,
        act.responded,
    )
    known = model.cache.get(content)
    if isinstance(known, Tags):
        return known
    found = _tags(act, model)
    _keep(model, content, found)
    return found


def without_query(url: str) -> str:
    """Queries tell visits apart (utm, a mail's tracking ids), not contents."""
    page, query, rest = url.partition("?")
    return f"{page}#{rest.partition('#')[2]}" if query and "#" in rest else page


def takes(matcher: Matcher, about: About) -> bool:
    """Page tags ask for the page of a visit or form, whatever the act is otherwise; the rest asks the act."""
    if matcher.page_tags:
        return about.raw_kind in matcher.kinds and not matcher.page_tags.isdisjoint(about.page_tags)
    return about.kind in matcher.kinds and (not matcher.tags or not matcher.tags.isdisjoint(about.tags))


def parts_of(rule: AnyRule, about: About) -> list[int]:
    """The parts such an act plays in a rule: the first matcher that takes it, or the steps of a sequence, last first.

    Last first, so that who goes through them in turn never lets an act follow itself.
    """
    if isinstance(rule, ActRule | ReactivationRule):
        return [index for index, matcher in enumerate(rule.matchers) if takes(matcher, about)][:1]
    if isinstance(rule, SequenceRule):
        steps = [FIRST - number for number, step in enumerate(rule.steps) if any(takes(one, about) for one in step)]
        return steps[::-1]
    return []


def _parts(about: About, model: Model) -> tuple[tuple[int, int], ...]:
    """The parts such an act plays in the model's rules; kept, since there are few different ones."""
    known = model.cache.get(about)
    if known is None:
        known = tuple((number, part) for number, rule in enumerate(model.rules) for part in parts_of(rule, about))
        _keep(model, about, known)
    return known  # type: ignore[return-value]


def _keep(model: Model, key: object, found: object) -> None:
    if len(model.cache) >= _CACHE_LIMIT:
        model.cache.clear()
    model.cache[key] = found


def _tags(act: Act, model: Model) -> Tags:
    host, path = _address(without_query(act.url))
    name = " / ".join(filter(None, (act.content_name, act.content_type, act.title)))
    named, named_themes = _subjects(name, False, model)
    on_page, page_themes = _subjects(path, True, model)
    if act.kind == Kind.PAGE_VIEW:
        on_page |= named
    own = (on_page if act.url else named) if act.kind in VISITS else named or on_page
    own |= {tag.id for tag in model.content.tags if act.kind in tag.implied_by}
    tags = [tag for tag in model.content.tags if tag.id in own]
    kind = _effective_kind(act, tags, path, model)
    # Only where merely being on the page is strong; a newsletter form on a contact page requests nothing.
    pages = [tag for tag in model.content.tags if tag.id in on_page and Kind.PAGE_VIEW in tag.strong_for]
    strong_page = any(act.kind in tag.strong_for for tag in pages)
    return Tags(
        kind=kind,
        tags=own,
        page_tags=on_page,
        themes=named_themes | page_themes,
        interests=frozenset(tag.id for tag in tags if tag.interest),
        strong=strong_page or any(kind in tag.strong_for for tag in tags),
        is_open=act.kind == Kind.EMAIL_OPEN,
        key=_distinct_key(act, kind, host + path.rstrip("/").lower()),
        parts=_parts(About(kind, act.kind, own, on_page), model),
    )


def _subjects(text: str, is_path: bool, model: Model) -> tuple[frozenset[str], frozenset[str]]:
    """Tags and themes of a name or a URL path; kept, since most acts share either."""
    known = model.cache.get((text, is_path))
    if known is None:
        known = tuple(_matching(tags, text, is_path) for tags in (model.content.tags, model.content.themes))
        _keep(model, (text, is_path), known)
    return known  # type: ignore[return-value]


def _matching(tags: tuple[Tag, ...], text: str, is_path: bool) -> frozenset[str]:
    folded = fold(text)
    return frozenset(tag.id for tag in tags if (tag.url_words if is_path else tag.words).found_in(folded))


def _address(url: str) -> tuple[str, str]:
    """Host and path of an address, the path decoded and with its fragment."""
    try:
        parts = urlsplit(url.strip())
        host, path = parts.hostname or "", parts.path
        fragment = f"#{parts.fragment}" if parts.fragment else ""
    except ValueError:
        return "", ""
    if not host and not parts.scheme and "." in path.split("/", 1)[0]:
        host, _, path = path.partition("/")  # "www.example.com/price", without a scheme
    return host.lower().removeprefix("www."), unquote(path + fragment)


def _effective_kind(act: Act, tags: list[Tag], path: str, model: Model) -> str:
    if act.kind in VISITS:
        extension = path.partition("#")[0].rpartition(".")[2].lower()
        return Kind.CONTENT_DOWNLOAD.value if extension in model.content.documents else act.kind
    if act.kind not in _RECAST:
        return act.kind
    recast = next((tag.kind for tag in tags if tag.kind), "")
    if recast == "seminar":
        return _seminar_kind(act, model)
    if recast in ("", Kind.FORM_SUBMIT):
        return act.kind
    return recast


def _seminar_kind(act: Act, model: Model) -> str:
    """Registered or attended, by the member's status; a declined seat leaves the response as it is."""
    if act.kind == Kind.FORM_SUBMIT:
        return Kind.SEMINAR_REGISTERED.value
    status = fold(act.status)
    means = next((entry.means for entry in model.content.statuses if entry.words.found_in(status)), "")
    if means == "attended":
        return Kind.SEMINAR_ATTENDED.value
    if means == "registered" or (not means and act.responded):
        return Kind.SEMINAR_REGISTERED.value
    return act.kind


def _distinct_key(act: Act, kind: str, address: str) -> tuple[str, str]:
    """A click and the page view it leads to are one act, so all sorts of visits share a kind here."""
    named = fold(act.content_name or act.title)
    if kind in VISITS:
        return "visit", address or act.content_id or named
    if act.kind in VISITS:
        return kind, address
    return kind, act.content_id or named or address
