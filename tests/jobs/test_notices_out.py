"""Notices: one message for what is due, each address once, nothing personal unless asked for."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from desk import CONTACT, DAY, HS, NOW, Desk

from connectors.notices import channels
from sync.core.records import RecordKey
from sync.errors import ConfigError
from sync.jobs.notify import EXPIRES_SECONDS, MOST_TRIES, Wording, note_model_change, notify
from sync.store.database import SqlStore

PAGES = {"salesforce": {"contact": "https://org.example/{id}"}}
PLAIN = Wording("ja", "Asia/Tokyo", False, PAGES)


@dataclass
class Box:
    name: str = "box"
    takes: bool = True
    got: list[tuple[str, str]] = field(default_factory=list)

    def send(self, title: str, body: str) -> bool:
        self.got.append((title, body))
        return self.takes


@pytest.fixture
def desk(store: SqlStore) -> Desk:
    return Desk(store)


def _notice(desk: Desk, number: int = 1, kind: str = "hot", at: int = NOW) -> int:
    with desk.store.reading() as unit:
        known = unit.find_person(HS.id)
    person = known[0] if known else desk.records(CONTACT, HS, company_name="株式会社秘密", first_name="太郎")
    desk.score(person)
    with desk.store.begin() as unit:
        unit.notify(f"{kind}:{number}", kind, person, None, {}, at)
    return person


def test_a_notice_goes_out_once(desk: Desk) -> None:
    _notice(desk)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW).sent == 1
    assert notify(desk.store, [box], PLAIN, NOW + 60).sent == 0
    assert len(box.got) == 1


def test_one_key_is_one_notice(desk: Desk) -> None:
    _notice(desk)
    _notice(desk)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW).sent == 1


def test_a_storm_is_one_message_with_a_number(desk: Desk) -> None:
    for number in range(40):
        _notice(desk, number)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW).sent == 40
    (title, body), *more = box.got
    assert not more
    assert "40" in title
    assert "ほか30件" in body


def test_overdue_stands_before_hot(desk: Desk) -> None:
    _notice(desk, 1, "hot")
    _notice(desk, 2, "sla_breach")
    box = Box()
    notify(desk.store, [box], PLAIN, NOW)
    assert box.got[0][0].index("期限を過ぎた") < box.got[0][0].index("ホット")


def test_no_name_leaves_unless_details_are_asked_for(desk: Desk) -> None:
    _notice(desk)
    _notice(desk, 2)
    box, other = Box("a"), Box("b")
    notify(desk.store, [box], PLAIN, NOW)
    assert not any(word in box.got[0][1] for word in ("山田", "太郎", "秘密", "taro"))
    assert "https://org.example/003A" in box.got[0][1]
    _notice(desk, 3)
    notify(desk.store, [other], Wording("ja", "Asia/Tokyo", True, PAGES), NOW)
    assert "山田" in other.got[0][1]
    assert "株式会社秘密" in other.got[0][1]
    assert "taro" not in other.got[0][1]


def test_a_company_that_her_record_is_only_linked_to_is_named_too(desk: Desk) -> None:
    firm = RecordKey("hubspot", "company", "77")
    desk.company(firm, name="青葉工業")
    person = desk.records(HS, company=firm, last_name="山田")
    desk.score(person)
    with desk.store.begin() as unit:
        unit.notify("hot:1", "hot", person, None, {}, NOW)
    box = Box()
    notify(desk.store, [box], Wording("ja", "Asia/Tokyo", True, PAGES), NOW)
    assert "青葉工業 山田" in box.got[0][1]


def test_what_one_address_refused_is_sent_again_to_that_one_alone(desk: Desk) -> None:
    _notice(desk)
    good, bad = Box("good"), Box("bad", takes=False)
    assert notify(desk.store, [good, bad], PLAIN, NOW).waiting == 1
    assert notify(desk.store, [good, bad], PLAIN, NOW + 1).waiting == 0
    bad.takes = True
    assert notify(desk.store, [good, bad], PLAIN, NOW + 3_600).sent == 1
    assert (len(good.got), len(bad.got)) == (1, 2)


def test_an_address_that_never_answers_is_given_up_on(desk: Desk) -> None:
    _notice(desk)
    bad = Box(takes=False)
    for hour in range(2 * MOST_TRIES):
        notify(desk.store, [bad], PLAIN, NOW + hour * 3_601)
    assert len(bad.got) == MOST_TRIES


def test_old_news_is_not_sent(desk: Desk) -> None:
    _notice(desk)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW + EXPIRES_SECONDS + 1).expired == 1
    assert box.got == []


def test_without_addresses_nothing_piles_up(desk: Desk) -> None:
    _notice(desk)
    assert notify(desk.store, [], PLAIN, NOW).expired == 1
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW + 1).sent == 0


def test_other_rules_are_told_once_and_the_first_rules_are_no_change(desk: Desk) -> None:
    with desk.store.begin() as unit:
        told = [note_model_change(unit, version, NOW) for version in ("basic-1", "basic-1", "basic-2", "basic-2")]
    assert told == [False, False, True, False]
    box = Box()
    notify(desk.store, [box], PLAIN, NOW)
    assert "basic-2" in box.got[0][1]


def test_a_person_merged_away_does_not_stop_the_others(desk: Desk) -> None:
    with desk.store.begin() as unit:
        unit.notify("hot:gone", "hot", None, None, {}, NOW)
    _notice(desk)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW).sent == 2


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A webhook on loopback, and what it got."""
    got: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_title_and_text(desk: Desk, hook: tuple[str, list[dict[str, str]]]) -> None:
    url, got = hook
    _notice(desk)
    assert notify(desk.store, channels([url, url]), PLAIN, NOW).sent == 1
    assert len(got) == 1
    assert "ホットリード 1件" in got[0]["title"]
    assert "85点" in got[0]["message"]


def test_a_webhook_that_is_down_is_no_error(desk: Desk) -> None:
    _notice(desk)
    assert notify(desk.store, channels(["json://127.0.0.1:9/hook"]), PLAIN, NOW).waiting == 1


def test_a_wrong_address_is_refused_without_being_shown() -> None:
    with pytest.raises(ConfigError) as refused:
        channels(["slaack://secret-token"])
    assert "secret" not in refused.value.text.en + refused.value.text.ja


def test_the_day_of_the_notice_does_not_matter_to_its_key(desk: Desk) -> None:
    _notice(desk, at=NOW)
    _notice(desk, at=NOW + DAY)
    box = Box()
    assert notify(desk.store, [box], PLAIN, NOW).sent == 1
