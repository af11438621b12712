"""The routes: both languages, who may come in, what never comes out."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sync.core.text import Text
from sync.errors import ConfigError, StoreError
from sync.web import words
from sync.web.app import COOKIE, create_app

TOKEN = "a-long-enough-token"
NOW = 1_795_233_600


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", ["ホット", "休眠", "残り 249,000", "期限超過", "認証が拒否されました", "重複ルール", "1分前", "20秒後"]),
        (
            "?lang=en",
            ["Hot", "Dormant", "249,000 left", "Breached", "credentials are refused", "duplicate rule", "1 min ago"],
        ),
    ],
)
def test_the_page_speaks_both_languages(busy: Any, query: str, says: list[str]) -> None:
    answer = busy.client().get(f"/{query}")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert [text for text in says if text not in html] == []
    assert f'<html lang="{"en" if query else "ja"}">' in html


def test_an_english_page_holds_no_japanese_but_the_language_link(busy: Any) -> None:
    html = busy.client().get("/?lang=en").get_data(as_text=True).replace("日本語", "")
    assert not re.findall(r"[ぁ-んァ-ン一-龯]+", html)


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/status.json", "/metrics"])
def test_no_personal_data_leaves_the_page(busy: Any, path: str) -> None:
    text = busy.client().get(path).get_data(as_text=True)
    assert not any(word in text for word in ("yamada@", "山田", "太郎", "090-1234"))


def test_a_held_run_says_what_to_type(busy: Any) -> None:
    with busy.store.begin() as unit:
        unit.set_fact("held_run", "1")
        unit.set_fact("paused", str(NOW - 60))
    for query in ("?lang=ja", "?lang=en"):
        html = busy.client().get(f"/{query}").get_data(as_text=True)
        assert "leadsync sync --accept 1" in html
        assert "leadsync resume" in html


def test_an_empty_store_and_plan_mode_still_make_a_page(empty: Any) -> None:
    empty.write_mode = "plan"
    html = empty.client().get("/?lang=en").get_data(as_text=True)
    assert "Nothing is written to the CRMs" in html
    assert "Nobody has been scored yet" in html


def test_what_a_vendor_says_is_escaped(busy: Any) -> None:
    with busy.store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE notices SET text_ja = '<script>x</script> `<b>`'")
    html = busy.client().get("/").get_data(as_text=True)
    assert "<script>" not in html
    assert "<code>&lt;b&gt;</code>" in html


def test_the_page_needs_nothing_from_elsewhere_and_runs_no_script(busy: Any) -> None:
    client = busy.client()
    html = client.get("/").get_data(as_text=True)
    assert "<script" not in html
    assert " style=" not in html, "the content policy forbids it"
    assert '<meta http-equiv="refresh" content="15">' in html
    for address in re.findall(r'(?:href|src)="([^"]+)"', html):
        assert address.startswith(("/", "#"))
    for asset in re.findall(r'href="(/static/[^"]+)"', html):
        assert client.get(asset).status_code == 200


def test_every_answer_carries_the_protecting_headers(busy: Any) -> None:
    client = busy.client(token=TOKEN)
    for path in ("/", "/status.json", "/healthz", "/metrics", "/nowhere", "/static/style.css"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/status.json", "/metrics", "/nowhere", "/logout"])
def test_with_a_token_set_nothing_is_told_without_it(busy: Any, path: str) -> None:
    for loopback in (True, False):
        answer = busy.client(token=TOKEN, loopback=loopback).get(path)
        assert answer.status_code == 401
        assert "ホット" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_never_need_a_token(busy: Any, path: str) -> None:
    assert busy.client(token=TOKEN, loopback=False).get(path).status_code == 200


def test_the_token_is_taken_as_a_bearer_and_never_from_the_address(busy: Any) -> None:
    client = busy.client(token=TOKEN)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    for headers in ({"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer "}):
        assert client.get("/metrics", headers=headers).status_code == 401
    assert client.get(f"/metrics?token={TOKEN}").status_code == 401
    assert (
        client.get("/metrics", headers={"Authorization": "Bearer トークン".encode().decode("latin1")}).status_code
        == 401
    )


def test_signing_in_sets_a_cookie_that_is_not_the_token(busy: Any) -> None:
    client = busy.client(token=TOKEN, loopback=False)
    assert "ログイン" in client.get("/").get_data(as_text=True)
    wrong = client.post("/login", data={"token": "guess"})
    assert wrong.status_code == 401
    assert "トークンが正しくありません" in wrong.get_data(as_text=True)
    right = client.post("/login?lang=en", data={"token": TOKEN})
    cookie = right.headers["Set-Cookie"]
    assert (right.status_code, right.headers["Location"]) == (303, "/?lang=en")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert "ホット" in client.get("/").get_data(as_text=True)
    client.post("/logout")
    assert client.get("/").status_code == 401


def test_a_cookie_of_another_token_opens_nothing(busy: Any) -> None:
    first = busy.client(token=TOKEN)
    first.post("/login", data={"token": TOKEN})
    stolen = first.get_cookie(COOKIE)
    assert stolen is not None
    second = busy.client(token="another-token")
    second.set_cookie(COOKIE, stolen.value)
    assert second.get("/").status_code == 401
    second.set_cookie(COOKIE, "")
    assert second.get("/").status_code == 401


def test_without_a_token_it_refuses_to_listen_to_other_machines(busy: Any) -> None:
    with pytest.raises(ConfigError, match="LEADSYNC_HTTP__TOKEN"):
        busy.client(token="", loopback=False)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST:1"])
def test_loopback_names_are_served(busy: Any, host: str) -> None:
    assert busy.client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil", "10.0.0.5"]
)
def test_a_foreign_name_pointing_at_loopback_is_refused(busy: Any, host: str) -> None:
    for path in ("/", "/status.json", "/metrics", "/login"):
        assert busy.client().get(path, headers={"Host": host}).status_code == 421


def test_any_name_is_served_when_listening_to_others(busy: Any) -> None:
    headers = {"Host": "leadsync.example.jp", "Authorization": f"Bearer {TOKEN}"}
    assert busy.client(token=TOKEN, loopback=False).get("/", headers=headers).status_code == 200


def test_not_ready_answers_503_with_the_reason(busy: Any) -> None:
    answer = busy.client(ready=(False, "store")).get("/readyz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (503, "store\n")
    assert busy.client(ready=(False, "store")).get("/healthz").status_code == 200


def test_metrics_are_prometheus_text(busy: Any) -> None:
    answer = busy.client().get("/metrics")
    assert answer.content_type.startswith("text/plain; version=")
    assert 'leadsync_api_calls_total{endpoint="/search",status="200",system="hubspot"} 3.0' in answer.get_data(
        as_text=True
    )


def test_trouble_shows_no_trace(busy: Any) -> None:
    def broken() -> Any:
        raise RuntimeError("yamada@example.jp")

    def refused() -> Any:
        raise StoreError(Text("the database refused", "データベースがエラーを返しました"))

    for failing, status, says in ((broken, 500, "Internal Server Error"), (refused, 503, "データベース")):
        app = create_app(failing, busy.telemetry.render, lambda: (True, "ok"), "", "ja", True)
        answer = app.test_client().get("/")
        text = answer.get_data(as_text=True)
        assert answer.status_code == status
        assert says in text
        assert "yamada" not in text
        assert "Traceback" not in text


def test_every_word_has_both_languages() -> None:
    texts = [*words.PAGE.values(), *(text for codes in words.CODES.values() for text in codes.values())]
    assert all(text.en and text.ja for text in texts)
    same = {text.en for text in texts if text.en == text.ja}
    assert same <= {"—", "HubSpot", "Salesforce", "{system}: {what}"}
