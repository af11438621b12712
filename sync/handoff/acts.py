"""Acts in words: what somebody did, with which content, and when. Says nothing that the act does not hold."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.content import FIRST, VISITS, Tags, tags_of
from sync.scoring.definition import ActRule, Matcher, Model, ReactivationRule, SequenceRule, Tag
from sync.scoring.facts import Act

_CONTENT_LIMIT = 60
# Subjects of one-to-one mail and of calls are written by people about people.
_PRIVATE = frozenset({Kind.EMAIL_OPEN, Kind.EMAIL_REPLY, Kind.CALL, Kind.MEETING})
_FORMS = frozenset({Kind.FORM_SUBMIT, Kind.CAMPAIGN_RESPONSE})
_KINDS: dict[str, Text] = {
    Kind.PAGE_VIEW: Text("page view", "ページ閲覧"),
    Kind.SITE_VISIT: Text("site visit", "サイト再訪問"),
    Kind.CONTENT_DOWNLOAD: Text("download", "資料DL"),
    Kind.FORM_SUBMIT: Text("form", "フォーム送信"),
    Kind.SEMINAR_REGISTERED: Text("seminar sign-up", "セミナー申込"),
    Kind.SEMINAR_ATTENDED: Text("seminar", "セミナー参加"),
    Kind.CAMPAIGN_RESPONSE: Text("campaign", "キャンペーン反応"),
    Kind.TRIAL_SIGNUP: Text("trial", "トライアル申込"),
    Kind.EMAIL_OPEN: Text("mail opened", "メール開封"),
    Kind.EMAIL_CLICK: Text("mail click", "メールクリック"),
    Kind.EMAIL_REPLY: Text("mail", "メール返信"),
    Kind.CALL: Text("call", "お電話"),
    Kind.MEETING: Text("meeting", "打ち合わせ"),
}
_SPEAK_FOR_THEMSELVES = frozenset({Kind.SEMINAR_REGISTERED, Kind.SEMINAR_ATTENDED, Kind.TRIAL_SIGNUP})
PAGE = "ページ"
# Words of short labels that say the same in a subject, where every character counts.
_TERSE = {
    "case studies": "cases",
    "comparisons": "compare",
    "Contact request": "contact",
    "Document download": "download",
    "free trials": "trial",
    "how an engagement works": "approach",
    "mail opened": "mail",
    "our consultants": "consultants",
    "quotations": "quotes",
    "research reports": "reports",
    "seminar sign-up": "sign-up",
    "price simulator": "simulator",
    "specifications": "specs",
    "talks by our experts": "talks",
    "technical seminars": "seminar",
    "料金シミュレーター": "シミュレーター",
}


def when(at: int, language: str, timezone: str) -> str:
    """An absolute local time: texts stay, so "yesterday" would turn false."""
    form = "%Y/%m/%d %H:%M" if language == "ja" else "%Y-%m-%d %H:%M"
    return datetime.fromtimestamp(at, ZoneInfo(timezone)).strftime(form)


def content_of(act: Act) -> str:
    """The form, campaign or page the act was about, on one line; "" when it names none that may be told."""
    if act.kind in _PRIVATE:
        return ""
    said = act.content_name or (act.title if act.kind != Kind.EMAIL_CLICK else "") or act.url.partition("?")[0]
    return fit(plain(said), _CONTENT_LIMIT)


def quoted(content: str, language: str) -> str:
    return f"「{content}」" if language == "ja" else f'"{content}"'


def short_label(act: Act, model: Model, language: str) -> str:
    """The act in a word or two, by what its content is: 料金ページ, 導入事例DL, セミナー参加."""
    tags = tags_of(act, model)
    kind = _KINDS.get(tags.kind, Text(tags.kind, tags.kind)).to(language)
    tag = _telling(tags, model)
    if tag is None or tags.kind in _SPEAK_FOR_THEMSELVES or act.kind in _PRIVATE:
        return kind
    label = tag.label.to(language)
    if language != "ja":
        return label.removeprefix("the ")
    if tags.kind in VISITS:
        return f"{label}{PAGE}"
    if tags.kind == Kind.CONTENT_DOWNLOAD:
        return kind if not tag.interest else f"{label}DL"
    return label if tags.kind in _FORMS else kind


def terse(label: str) -> str:
    """A short label still shorter, for a subject: 導入事例ページ -> 導入事例, case studies -> cases."""
    bare = label.removesuffix(PAGE)
    return _TERSE.get(bare, bare)


def _telling(tags: Tags, model: Model) -> Tag | None:
    """The tag that names the content: of those of interest the one that says most. A price simulator bears the words of
    a price page too, but what makes the act a strong one, or content of the comparison stage, is what was used; then
    what earns points. Ties by the model's order."""
    found = [tag for tag in model.content.tags if tag.id in tags.tags]
    if len(found) < 2:
        return found[0] if found else None
    asked = _asked_for(tags, model)
    return max(found, key=lambda tag: (tag.interest, tags.kind in tag.strong_for or tag.killer, tag.id in asked))


def _asked_for(tags: Tags, model: Model) -> frozenset[str]:
    """The tags that the matchers ask for which take such an act."""
    matchers: list[Matcher] = []
    for number, part in tags.parts:
        rule = model.rules[number]
        if isinstance(rule, SequenceRule):
            matchers += rule.steps[FIRST - part]
        elif isinstance(rule, ActRule | ReactivationRule):
            matchers.append(rule.matchers[part])
    return frozenset[str]().union(*(matcher.tags | matcher.page_tags for matcher in matchers))


def plain(text: str) -> str:
    """On one line, without control characters and doubled blanks."""
    kept = "".join(" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in text)
    return " ".join(kept.split())


def fit(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"
