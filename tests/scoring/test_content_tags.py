from __future__ import annotations

import pytest

from sync.scoring.content import tags_of
from sync.scoring.facts import Act
from sync.scoring.model import Model

SITE = "https://www.example.co.jp"


def act(kind: str, path: str = "", name: str = "", **more: object) -> Act:
    return Act("a", kind, 0, url=SITE + path if path else "", content_name=name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("/price/", "pricing"),
        ("/pricing?utm_source=x", "pricing"),
        ("/plan", "pricing"),
        ("/%E6%96%99%E9%87%91", "pricing"),
        ("/#pricing", "pricing"),
        ("/price-simulator", "simulator"),
        ("/case-studies/acme", "case_study"),
        ("/jirei/12", "case_study"),
        ("/product/vs/rival", "comparison"),
        ("/hikaku/", "comparison"),
        ("/seminar/2026-11", "seminar"),
        ("/estimate/", "quote"),
    ],
)
def test_pages_are_known_by_their_address(path: str, tag: str, basic: Model) -> None:
    assert tag in tags_of(act("page_view", path), basic).page_tags


@pytest.mark.parametrize("path", ["/enterprise", "/industrial/", "/democracy", "/?ref=pricing", "/use-case/", "/blog/"])
def test_words_inside_other_words_and_queries_mean_nothing(path: str, basic: Model) -> None:
    assert not tags_of(act("page_view", path), basic).tags


def test_an_address_without_scheme_or_host_is_read_too(basic: Model) -> None:
    for url in ("www.example.co.jp/price", "/price", "price-list.example.co.jp/price"):
        assert "pricing" in tags_of(Act("a", "page_view", 0, url=url), basic).page_tags
    assert not tags_of(Act("a", "page_view", 0, url="https://pricing.example.com/"), basic).tags
    assert not tags_of(Act("a", "page_view", 0, url="https://[broken/price"), basic).tags


@pytest.mark.parametrize(
    ("name", "kind", "strong"),
    [
        ("資料請求フォーム", "content_download", False),
        ("Whitepaper: DX in 2026", "content_download", False),
        ("導入事例集", "content_download", False),
        ("無料トライアル申込", "trial_signup", True),
        ("デモ依頼", "form_submit", True),
        ("デモ動画ダウンロード", "content_download", False),
        ("お問い合わせ", "form_submit", True),
        ("お見積もり依頼", "form_submit", True),
        ("11/20 セミナー申込", "seminar_registered", False),
        ("セミナー資料ダウンロード", "content_download", False),
        ("メルマガ登録", "form_submit", False),
        ("採用エントリー", "form_submit", False),
        ("Form 3", "form_submit", False),
    ],
)
def test_a_form_is_what_its_name_says(name: str, kind: str, strong: bool, basic: Model) -> None:
    tags = tags_of(act("form_submit", name=name), basic)
    assert (tags.kind, tags.strong) == (kind, strong)


def test_the_address_speaks_for_a_form_whose_name_says_nothing(basic: Model) -> None:
    assert tags_of(act("form_submit", "/whitepaper/", "form-17"), basic).kind == "content_download"
    assert tags_of(act("form_submit", "/contact", "form-17"), basic).strong
    newsletter = tags_of(act("form_submit", "/contact", "メルマガ登録"), basic)
    assert not newsletter.strong
    assert newsletter.page_tags == {"contact"}


@pytest.mark.parametrize(
    ("status", "responded", "kind"),
    [
        ("Attended", True, "seminar_attended"),
        ("参加済み", True, "seminar_attended"),
        ("参加", True, "seminar_attended"),
        ("出席", True, "seminar_attended"),
        ("視聴済", True, "seminar_attended"),
        ("Registered", True, "seminar_registered"),
        ("申込済み", True, "seminar_registered"),
        ("参加予定", True, "seminar_registered"),
        ("Will attend", True, "seminar_registered"),
        ("Responded", True, "seminar_registered"),
        ("Responded", False, "campaign_response"),
        ("No Show", True, "campaign_response"),
        ("欠席", True, "campaign_response"),
        ("不参加", True, "campaign_response"),
        ("Did not attend", True, "campaign_response"),
        ("キャンセル", True, "campaign_response"),
    ],
)
def test_a_seminar_members_status_says_whether_they_came(status: str, responded: bool, kind: str, basic: Model) -> None:
    named = act("campaign_response", name="DX推進セミナー", status=status, responded=responded)
    typed = act("campaign_response", name="2026 Q4", content_type="Webinar", status=status, responded=responded)
    assert tags_of(named, basic).kind == tags_of(typed, basic).kind == kind


@pytest.mark.parametrize("kind", ["page_view", "email_click"])
def test_following_a_link_to_a_document_is_a_download(kind: str, basic: Model) -> None:
    assert tags_of(act(kind, "/files/Spec.PDF?x=1"), basic).kind == "content_download"
    assert tags_of(act(kind, "/files/spec.html"), basic).kind == kind


def test_a_page_view_of_a_contact_page_is_no_request(basic: Model) -> None:
    assert not tags_of(act("page_view", "/contact"), basic).strong
    assert not tags_of(act("page_view", "/trial"), basic).strong


@pytest.mark.parametrize("path", ["/simulator", "/compare", "/estimate"])
def test_decision_pages_are_strong_when_visited(path: str, basic: Model) -> None:
    assert tags_of(act("page_view", path), basic).strong
    assert tags_of(act("email_click", path), basic).strong


def test_a_click_and_the_page_it_opens_are_one_act(basic: Model) -> None:
    click = act("email_click", "/price/?_hsenc=abc", content_id="mail-1")
    view = act("page_view", "/price")
    assert tags_of(click, basic).key == tags_of(view, basic).key
    assert tags_of(act("page_view", "/case"), basic).key != tags_of(view, basic).key
