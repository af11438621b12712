"""Acts in words: what somebody did, with which content, and when. Says nothing that the act does not hold."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from zoneinfo import ZoneInfo

from sync.core.activity import Kind
from sync.core.text import Text
from sync.scoring.content import VISITS, tags_of
from sync.scoring.definition import Model, Tag
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
    tag = _telling(act, model)
    if tag is None or tags.kind in _SPEAK_FOR_THEMSELVES or act.kind in _PRIVATE:
        return kind
    label = tag.label.to(language)
    if language != "ja":
        return label
    if tags.kind in VISITS:
        return f"{label}{PAGE}"
    if tags.kind == Kind.CONTENT_DOWNLOAD:
        return kind if not tag.interest else f"{label}DL"
    return label if tags.kind in _FORMS else kind


def _telling(act: Act, model: Model) -> Tag | None:
    """The tag that names the content: one of interest before others, in the model's order."""
    tags = tags_of(act, model).tags
    found = [tag for tag in model.content.tags if tag.id in tags]
    return next((tag for tag in found if tag.interest), found[0] if found else None)


def plain(text: str) -> str:
    """On one line, without control characters and doubled blanks."""
    kept = "".join(" " if unicodedata.category(char).startswith(("C", "Z")) else char for char in text)
    return " ".join(kept.split())


def fit(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"
