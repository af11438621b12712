"""The review page: what it shows, who may see it, and whose answers count."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sync.core.records import PersonRecord, RecordKey
from sync.identity.survivorship import full_name
from sync.jobs.decide import judge_pair
from sync.jobs.rescore import Scoring, score_row
from sync.jobs.review_pairs import review
from sync.repository import PairRow
from sync.scoring.model import load_model
from sync.store.database import SqlStore
from sync.telemetry import Telemetry
from sync.web.app import COOKIE, create_app
from sync.web.page import gather
from sync.web.review import PAGE_SIZE, Desk, after_text, mark_of

NOW = 1_795_233_600
TOKEN = "a-long-enough-token"
SCORING = Scoring(load_model("basic"), "Asia/Tokyo", "ja")
PRIVATE = ("山田", "太郎", "taro@example.jp", "ヤマダ", "03-1234-5678")


class Room:
    """A store with 2 x 13 people, each two of whom may be one, and clients before the app."""

    def __init__(self, store: SqlStore, pairs: int = 13) -> None:
        self.store = store
        with store.begin() as unit:
            unit.save([record for n in range(pairs) for record in _two(n)], NOW)
            persons = unit.new_persons([f"p{n}" for n in range(1, 2 * pairs + 1)], NOW)
            unit.place({n: persons[f"p{n}"] for n in range(1, 2 * pairs + 1)})
            unit.mark_resolved(range(1, 2 * pairs + 1))
            unit.save_scores([score_row(dossier, SCORING, NOW) for dossier in unit.dossiers(list(persons.values()))])
            unit.set_fact("pages:hubspot", '{"contact": "https://crm.example/0-1/{id}"}')
            for n in range(pairs):
                levels = {"name_level": 1, "email_level": 1, "place_level": 1}
                weights = {"weight": 3_000 - n, "name": 11_000, "email": -2_000, "place": 1_000}
                unit.replace_pairs([2 * n + 1], (), [PairRow(2 * n + 1, 2 * n + 2, **weights, **levels)])

    def client(self, token: str = "", loopback: bool = True, review_page: bool = True) -> FlaskClient:
        telemetry = Telemetry(lambda: NOW, {})
        app = create_app(
            self._status(telemetry),
            telemetry.render,
            lambda: (True, ""),
            token,
            "ja",
            loopback,
            self.desk if review_page else None,
        )
        return app.test_client()

    def _status(self, telemetry: Telemetry) -> Any:
        options: dict[str, Any] = {"language": "ja", "write_mode": "plan", "timezone": "Asia/Tokyo", "version": "1"}
        return lambda: gather(self.store, telemetry, {}, now=NOW, **options)

    @property
    def desk(self) -> Desk:
        return Desk(
            questions=lambda limit, after: review(self.store, SCORING, NOW, limit, after),
            waiting=self.waiting,
            judge=lambda pair, verdict: judge_pair(self.store, pair, verdict, "review page", NOW),
            names=self._names,
            clock=lambda: NOW,
            timezone="Asia/Tokyo",
        )

    def waiting(self) -> int:
        with self.store.reading() as unit:
            return unit.count_review_pairs()

    def _names(self, pair: tuple[int, int]) -> tuple[str, str] | None:
        with self.store.reading() as unit:
            found = unit.records(list(pair))
        return (full_name(found[pair[0]].record), full_name(found[pair[1]].record)) if len(found) == 2 else None

    def decisions(self) -> list[tuple[int, int, str]]:
        with self.store.reading() as unit:
            return [(d.left, d.right, d.verdict) for d in unit.decisions()]


def _two(n: int) -> tuple[PersonRecord, PersonRecord]:
    kana = {"last_kana": "ヤマダ", "first_kana": "タロウ"}
    name = {"last_name": "山田", "first_name": "太郎", "company_name": "株式会社青空", "phone": "03-1234-5678"}
    left = PersonRecord(RecordKey("hubspot", "contact", f"70{n}"), NOW, email="taro@example.jp", **name, **kana)
    right = PersonRecord(
        RecordKey("salesforce", "lead", f"00Q{n}"), NOW, email="t.yamada@example.jp", title="<b>部長</b>", **name
    )
    return left, right


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    store = SqlStore(f"sqlite:///{tmp_path / 'leadsync.db'}")
    store.migrate()
    yield Room(store)
    store.close()


def seal_of(client: FlaskClient) -> str:
    found = re.search(r'name="seal" value="(\w+)"', client.get("/review").get_data(as_text=True))
    assert found
    return found[1]


def answer(client: FlaskClient, verdict: str, number: str = "1-2", seal: str | None = None, **headers: str) -> int:
    sent = {"verdict": verdict, "seal": seal_of(client) if seal is None else seal, "after": ""}
    return client.post(f"/review/{number}", data=sent, headers=headers).status_code


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            "",
            ["確認待ち 13 件", "同一人物", "別人", "出発点", "氏名: ", "同一人物の場合", "コンタクト", "リード", "89%"],
        ),
        (
            "?lang=en",
            ["13 pairs wait", "Same person", "Two people", "Starting point", "Name: ", "As one person", "Lead"],
        ),
    ],
)
def test_a_pair_stands_side_by_side_in_both_languages(room: Room, query: str, says: list[str]) -> None:
    reply = room.client().get(f"/review{query}")
    html = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert [text for text in (*says, "山田 太郎", "taro@example.jp", "+11.0", "-2.0", "-7.0") if text not in html] == []
    assert 'href="https://crm.example/0-1/700"' in html


def test_what_differs_is_marked_and_what_agrees_is_too(room: Room) -> None:
    html = room.client().get("/review").get_data(as_text=True)
    first = html.split("</article>")[0]
    found = {label: state for state, label in re.findall(r'<tr class="(\w+)"><th scope="row">([^<]+)', first)}
    assert (found["氏名"], found["メール"], found["役職"], found["電話"]) == ("same", "differs", "lone", "same")


def test_what_a_crm_holds_is_escaped_and_the_page_needs_no_script(room: Room) -> None:
    html = room.client().get("/review").get_data(as_text=True)
    assert "&lt;b&gt;部長" in html
    assert "<script" not in html
    assert " style=" not in html, "the content policy forbids it"
    assert "http-equiv" not in html, "a form must not be reloaded while somebody reads"
    for address in re.findall(r'(?:action|src)="([^"]+)"', html):
        assert address.startswith("/")


def test_an_answer_is_put_down_and_the_pair_leaves_the_list(room: Room) -> None:
    client = room.client()
    sent = {"verdict": "same", "seal": seal_of(client), "after": ""}
    reply = client.post("/review/1-2?lang=en", data=sent)
    assert (reply.status_code, reply.location) == (303, "/review?lang=en&done=1-2.same")
    assert room.decisions() == [(1, 2, "same")]
    html = client.get(reply.location).get_data(as_text=True)
    assert 'id="p1-2"' not in html
    assert "Recorded: same person." in html
    assert "山田 太郎 · 山田 太郎" in html


def test_an_answer_can_be_taken_back_and_said_otherwise(room: Room) -> None:
    client = room.client()
    assert answer(client, "different") == 303
    assert room.decisions() == [(1, 2, "different")]
    assert answer(client, "open") == 303
    assert (room.decisions(), room.waiting()) == ([], 13)


def test_the_list_is_paged_and_stays_on_its_page_after_an_answer(room: Room) -> None:
    client = room.client()
    first = client.get("/review").get_data(as_text=True)
    following = re.search(r'href="/review\?lang=ja&(?:amp;)?after=([^"]+)"', first)
    assert following
    second = client.get(f"/review?after={following[1]}").get_data(as_text=True)
    numbers = [re.findall(r'id="p([\d-]+)"', html) for html in (first, second)]
    assert (len(numbers[0]), len(numbers[1])) == (PAGE_SIZE, 3)
    assert not set(numbers[0]) & set(numbers[1])
    for number in numbers[1]:
        sent = {"verdict": "different", "seal": seal_of(client), "after": following[1]}
        reply = client.post(f"/review/{number}", data=sent)
        assert f"after={following[1]}" in (reply.location or "")
    assert client.get(reply.location or "").location.startswith("/review?lang=ja&done=")


def test_when_everything_is_decided_the_page_says_so_and_the_status_page_has_no_link(room: Room) -> None:
    client = room.client()
    with room.store.begin() as unit:
        for n in range(13):
            unit.decide(2 * n + 1, 2 * n + 2, "same", "ann", NOW)
    for language, says in (("ja", "確認待ちの組はありません"), ("en", "No pair waits for a decision")):
        assert says in client.get(f"/review?lang={language}").get_data(as_text=True)
    assert "/review" not in client.get("/").get_data(as_text=True)


def test_the_status_page_tells_how_many_wait_and_nothing_personal(room: Room) -> None:
    client = room.client()
    html = client.get("/").get_data(as_text=True)
    assert "同一人物かもしれない組が 13 件あります" in html
    assert 'href="/review?lang=ja"' in html
    assert not any(word in html for word in PRIVATE)
    assert client.get("/status.json").get_json()["review_waiting"] == 13


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_a_form_that_is_not_ours_is_refused(room: Room, seal: str) -> None:
    assert answer(room.client(), "same", seal=seal) == 403
    assert room.decisions() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),  # what browsers send under our referrer policy
    ],
)
def test_answers_from_a_foreign_page_are_refused_even_with_the_seal(
    room: Room, headers: dict[str, str], status: int
) -> None:
    assert answer(room.client(), "same", **headers) == status
    assert len(room.decisions()) == (status == 303)


def test_another_process_has_another_seal_without_a_token(room: Room) -> None:
    assert seal_of(room.client()) != seal_of(room.client())


@pytest.mark.parametrize(
    ("number", "verdict"), [("1-99", "same"), ("1", "same"), ("x-2", "same"), ("1-2", "maybe"), ("1-2", "")]
)
def test_answers_to_nothing_are_not_found(room: Room, number: str, verdict: str) -> None:
    assert answer(room.client(), verdict, number) == 404
    assert room.decisions() == []


def test_taking_back_twice_is_no_trouble(room: Room) -> None:
    client = room.client()
    assert [answer(client, verdict) for verdict in ("same", "open", "open")] == [303, 303, 303]
    assert room.decisions() == []


def test_without_the_token_nobody_sees_or_says_anything(room: Room) -> None:
    client = room.client(TOKEN, loopback=False)
    reply = client.get("/review?lang=en")
    html = reply.get_data(as_text=True)
    assert reply.status_code == 401
    assert "Access token" in html
    assert not any(word in html for word in PRIVATE)
    assert answer(client, "same", seal="0" * 64) == 401
    assert room.decisions() == []


def test_signing_in_leads_to_the_page_that_was_asked_for(room: Room) -> None:
    client = room.client(TOKEN, loopback=False)
    asked = client.get("/review").get_data(as_text=True)
    assert 'name="to" value="review"' in asked
    reply = client.post("/login?lang=ja", data={"token": TOKEN, "to": "review"})
    assert reply.location == "/review?lang=ja"
    assert "SameSite=Strict" in reply.headers["Set-Cookie"]
    assert client.get_cookie(COOKIE)
    assert answer(client, "same") == 303
    elsewhere = client.post("/login", data={"token": TOKEN, "to": "https://evil.example"})
    assert elsewhere.location == "/?lang=ja"


def test_a_wrong_token_keeps_the_way_to_the_page(room: Room) -> None:
    reply = room.client(TOKEN).post("/login", data={"token": "wrong", "to": "review"})
    assert (reply.status_code, 'value="review"' in reply.get_data(as_text=True)) == (401, True)


def test_the_page_is_never_stored_and_its_addresses_hold_nothing_personal(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    client = room.client()
    with caplog.at_level(logging.DEBUG):
        reply = client.get("/review")
        sent = client.post("/review/1-2", data={"verdict": "same", "seal": seal_of(client), "after": ""})
    assert (reply.headers["Cache-Control"], reply.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    ours = [*re.findall(r'(?:href|action)="(/[^"]*)"', reply.get_data(as_text=True)), sent.location or ""]
    assert all(re.fullmatch(r"/[\w/.-]*(\?[\w=&;.-]*)?", address) for address in ours)
    assert not any(word in caplog.text for word in PRIVATE)


def test_without_a_review_desk_there_is_no_page_and_no_link(room: Room) -> None:
    client = room.client(review_page=False)
    assert client.get("/review").status_code == 404
    assert "/review" not in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("text", ["", "1_2", "a_b_c_d_e", "1_2_3_4_5_6", "1_2_3_4_" + "9" * 30, "--1_2_3_4_5"])
def test_a_nonsensical_mark_begins_at_the_beginning(room: Room, text: str) -> None:
    assert mark_of(text) is None
    assert room.client().get(f"/review?after={text}&done=zz.same").status_code == 200


def test_a_mark_survives_the_address() -> None:
    assert mark_of(after_text((1, -85_000, -3_736, 276, 2593))) == (1, -85_000, -3_736, 276, 2593)
