"""What goes wrong on the way: retried, or told by one of our errors, and never with secrets or addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace

import pytest
import urllib3
from mirror import Mirror
from subject import DAY, HOUR, MAIL, leaks, outcomes

from connectors.sandbox.http import Response
from sync.errors import AccessRefused, LeadsyncError, QuotaReached, TemporaryFailure, VendorError
from sync.ports import Account, Result, Step

HTML = "<html><body><h1>Service Unavailable</h1></body></html>"


@pytest.fixture
def mirror(subject):
    return Mirror.of(subject.stream)


@pytest.fixture
def wire(monkeypatch):
    """The library under both SDKs: notes each request's timeouts and, when told, shortens them."""
    seen = SimpleNamespace(timeouts=[], shortened=None)
    genuine = urllib3.HTTPConnectionPool.urlopen

    def urlopen(self, method, url, *args, timeout=None, **options):
        seen.timeouts.append(timeout)
        return genuine(self, method, url, *args, timeout=seen.shortened or timeout, **options)

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", urlopen)
    return seen


def texts(error: LeadsyncError) -> tuple[str, ...]:
    told = (str(error), repr(error), error.text.en, error.text.ja)
    if isinstance(error, VendorError):
        told += (error.operation, error.code, error.request_id)
    return told


@pytest.mark.parametrize(
    "how",
    [
        {"response": Response(503, HTML)},
        {"response": Response(502, "")},
        {"response": Response(429, {"message": "too fast", "policyName": "TEN_SECONDLY_ROLLING"})},
        {"response": Response(200, HTML)},
        {"action": "reset"},
        {"action": "work_then_reset"},
    ],
    ids=["503", "502", "429", "HTML", "reset", "lost answer"],
)
def test_a_failure_in_mid_paging_is_retried_and_nothing_is_lost(subject, mirror, how):
    page = subject.small_pages()
    ids = subject.seed(3 * page, lambda n: subject.now - DAY + n)
    fault = subject.fault_pages(skip=1, times=2, **how)
    mirror.pull(subject.connector())
    assert fault.hits == 2
    assert mirror.living() == set(ids)
    assert max(mirror.seen.values()) == 1


def test_a_vendor_that_stays_down_is_a_temporary_failure_and_reading_goes_on_later(subject, mirror):
    page = subject.small_pages()
    ids = subject.seed(3 * page, lambda n: subject.now - DAY + n)
    fault = subject.fault_pages(skip=1, times=0)
    with pytest.raises(TemporaryFailure):
        mirror.pull(subject.connector())
    assert 2 <= fault.hits <= 10
    assert mirror.living() < set(ids)
    subject.app.faults.clear()
    mirror.pull(subject.connector())
    assert mirror.living() == set(ids)


def test_a_token_that_expires_in_mid_run_is_renewed_once(subject, mirror):
    page = subject.small_pages()
    ids = subject.seed(4 * page, lambda n: subject.now - DAY + n)
    connector = subject.renewable()
    for number, read in enumerate(connector.read(mirror.cursors)):
        mirror.take(read)
        if number == 1:
            subject.expire_tokens()
    assert mirror.living() == set(ids)
    assert subject.app.count(subject.login_path) == 2


def test_a_token_that_expires_between_two_writes_loses_none(subject):
    subject.provision()
    ids = subject.seed(2 * subject.score_batch, subject.now)
    found = {}
    for batch in subject.renewable().write_scores([subject.update(id) for id in ids]):
        found |= outcomes([batch])
        subject.expire_tokens()
    assert len(found) == len(ids)
    assert {outcome.result for outcome in found.values()} == {Result.APPLIED}


def test_wrong_credentials_are_refused_without_telling_them(subject, mirror):
    for work in (subject.refused().account, lambda: mirror.pull(subject.refused())):
        with pytest.raises(AccessRefused) as refused:
            work()
        assert not leaks(subject, *texts(refused.value))
        assert refused.value.text.ja != refused.value.text.en
    assert len(subject.app.calls) <= 4


def test_the_days_quota_is_waited_for_and_not_asked_for_again(subject, mirror):
    subject.seed(3, subject.now - DAY)
    connector = subject.connector()
    connector.account()
    subject.spend_quota(leaving=0)
    for _ in range(3):
        with pytest.raises(QuotaReached) as reached:
            mirror.pull(connector)
        assert subject.now < reached.value.until <= subject.now + DAY
    assert subject.app.count(subject.page_calls) <= 3


def test_every_request_has_connect_and_read_timeouts(subject, mirror, wire):
    subject.provision()
    ids = subject.seed(3, subject.now - DAY)
    connector = subject.connector()
    connector.account()
    list(connector.check())
    list(connector.read(dict.fromkeys(connector.streams)))
    outcomes(connector.write_scores([subject.update(id) for id in ids]))
    outcomes(connector.write_tasks([subject.task(ids[0], "t1")]))
    assert len(wire.timeouts) > 20
    for timeout in wire.timeouts:
        assert 0 < timeout.connect_timeout <= 30
        assert 0 < timeout.read_timeout <= 300


def test_a_server_that_falls_silent_is_a_temporary_failure_and_not_a_hang(subject, mirror, wire):
    subject.seed(3, subject.now - DAY)
    connector = subject.connector()
    connector.account()
    wire.shortened = urllib3.Timeout(connect=0.2, read=0.2)
    fault = subject.fault_pages(skip=0, action="stall", seconds=0.4, times=0)
    with pytest.raises(TemporaryFailure):
        mirror.pull(connector)
    assert fault.hits >= 2


@pytest.mark.parametrize("answer", [{}, None, "null", {"results": 1, "records": 1}], ids=str)
def test_an_answer_that_is_no_page_moves_no_cursor_past_what_was_not_read(subject, mirror, answer):
    page = subject.small_pages()
    ids = subject.seed(4 * page, lambda n: subject.now - DAY + n)
    fault = subject.fault_pages(skip=2, response=Response(200, answer), times=6)
    for _ in range(8):
        try:
            mirror.pull(subject.connector())
        except LeadsyncError:
            subject.advance(HOUR)
    assert fault.hits >= 1
    assert mirror.living() == set(ids)


@pytest.mark.parametrize("answer", [{}, None, "null", {"results": 1, "records": 1}, {"results": [1]}], ids=str)
def test_a_look_up_that_was_not_understood_makes_no_second_task(subject, answer):
    (person,) = subject.seed(1, subject.now - DAY)
    outcomes(subject.connector().write_tasks([subject.task(person, "t1")]))
    subject.app.fault(path=r"associations|/query|batch/read", response=Response(200, answer), times=3)
    for _ in range(5):
        with suppress(LeadsyncError):
            outcomes(subject.connector().write_tasks([subject.task(person, "t1", suspect_since=subject.now)]))
        assert len(subject.task_bodies()) == 1


def personal(status: int, **more: object) -> Response:
    """A refusal that quotes a person and, as edges do, the request's own secrets."""
    said = f"{MAIL} (Bearer pat-na1-sandbox sandbox-secret) is not wanted"
    body = {"message": said, "errorCode": "STRANGE_CODE", "category": "STRANGE", "error_description": said, **more}
    return Response(status, body)


HOSTILE = {
    "400": personal(400),
    "400 list": Response(400, [{"message": f"{MAIL} is bad", "errorCode": "STRANGE", "fields": [MAIL]}]),
    "400 no body": Response(400, None),
    "401": personal(401),
    "403": personal(403, category="MISSING_SCOPES"),
    "404": personal(404),
    "409": personal(409),
    "418": Response(418, f"I am a teapot for {MAIL}"),
    "500": Response(500, HTML),
    "302": Response(302, "", {"Location": f"https://login.example/?user={MAIL}"}),
    "HTML": Response(200, f"<html>Dear {MAIL}, log in</html>"),
    "nothing": Response(200, None),
    "null": Response(200, "null"),
    "a list": Response(200, [1, 2]),
    "a number": Response(200, "42"),
    "wrong shapes": Response(200, {"results": {"a": 1}, "records": "x", "compositeResponse": 5, "paging": 7}),
    "odd rows": Response(200, {"results": [1, None], "records": [1, None], "compositeResponse": [1, None]}),
    "cut short": Response(200, '{"results": [{"id": "1", "prop'),
    "not UTF-8": Response(400, b'{"message": "\xff\xfe\x83\x65"}'),
}


def verbs(subject, ids) -> Iterator[Callable[[], object]]:
    mirror = Mirror.of(*subject.connector().streams)
    yield lambda: subject.connector().account()
    yield lambda: mirror.pull(subject.connector())
    yield lambda: subject.connector().missing_fields()
    yield lambda: list(subject.connector().check())
    yield lambda: list(subject.connector().provision(apply=False))
    yield lambda: list(subject.connector().provision(apply=True))
    yield lambda: list(subject.connector().provision(apply=True, lists=True))
    yield lambda: list(subject.connector().deprovision(apply=False))
    yield lambda: list(subject.connector().deprovision(apply=True))
    yield lambda: outcomes(subject.connector().write_scores([subject.update(id) for id in ids]))
    yield lambda: outcomes(subject.connector().write_tasks([subject.task(id, f"t{id}") for id in ids]))
    yield lambda: outcomes(subject.connector().write_tasks([subject.task(id, f"t{id}", 1.0) for id in ids]))
    yield lambda: outcomes(subject.connector().write_tasks([subject.reassign(*subject.task_and_owner)]))


def claims(done) -> list[object]:
    """What was said to be done, or to be known, although the vendor gave no answer that says so."""
    if isinstance(done, Account):
        return [] if done.id else [done]
    if isinstance(done, dict):
        # That a task is gone is what an answer of 404 says.
        told = [outcome for outcome in done.values() if not outcome.gone]
        return [outcome for outcome in told if outcome.result in (Result.APPLIED, Result.UNCHANGED)]
    steps = done if isinstance(done, list) else []
    return [step for step in steps if isinstance(step, Step) and step.state in ("created", "removed")]


@pytest.mark.parametrize("known", [False, True], ids=["new", "known account"])
@pytest.mark.parametrize("answer", list(HOSTILE))
def test_whatever_the_vendor_answers_only_our_errors_leave_and_nobody_is_named(subject, answer, known):
    ids = subject.seed(3, subject.now - DAY)
    if known:
        subject.provision()
        subject.connector().account()
        Mirror.of(*subject.connector().streams).pull(subject.connector())
        subject.advance(HOUR)
    # Logins go well: what a refused login does has a test of its own.
    subject.app.fault(path=rf"^(?!.*{subject.login_path})", response=HOSTILE[answer], times=0)
    before = subject.calls()
    for verb in verbs(subject, ids):
        try:
            done = verb()
            assert not claims(done)
            told = [repr(done)]
        except LeadsyncError as error:
            told = list(texts(error))
        assert not leaks(subject, *told)
    assert subject.calls() - before < 600


@pytest.mark.parametrize("answer", ["400", "401", "403", "500", "HTML", "null", "a list", "cut short"])
def test_whatever_the_login_answers_only_our_errors_leave_and_nobody_is_named(subject, answer):
    subject.app.fault(path=subject.login_path, response=HOSTILE[answer], times=0)
    with pytest.raises(LeadsyncError) as error:
        subject.renewable().account()
    assert not leaks(subject, *texts(error.value))


def test_what_is_remembered_holds_no_client_secret_and_nobody(subject, mirror):
    subject.provision()
    ids = subject.seed(3, subject.now - DAY)
    connector = subject.renewable()
    connector.account()
    mirror.pull(connector)
    outcomes(connector.write_scores([subject.update(id) for id in ids]))
    kept = json.dumps(list(subject.memory.kept.items()), ensure_ascii=False)
    assert not [secret for secret in subject.secrets if "secret" in secret and secret in kept]
    assert "customer.example" not in kept
    assert "customer.example" not in json.dumps(mirror.cursors)
