from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from connectors.sandbox.http import Response, SandboxServer
from connectors.sandbox.hubspot.app import HubSpotSandbox
from connectors.sandbox.hubspot.auth import OAuthApp
from sync.errors import AccessRefused, CallRefused, LeadsyncError, QuotaReached, TemporaryFailure, UnexpectedAnswer

PATH = "objects/contacts"


def too_fast(policy, **headers):
    body = {"status": "error", "errorType": "RATE_LIMIT", "policyName": policy, "correlationId": "c-1"}
    return Response(429, body, headers)


def load(lab):
    return [record.key.id for record in lab.reader().read("contacts")]


@pytest.mark.parametrize(
    ("response", "least"),
    [
        (too_fast("SECONDLY"), 1.0),
        (too_fast("TEN_SECONDLY_ROLLING"), 10.0),
        (too_fast("TEN_SECONDLY_ROLLING", **{"Retry-After": "3"}), 3.0),
        (Response(429, "<html>slow down</html>"), 10.0),
        (Response(423, {"category": "LOCKED"}), 2.0),
        (Response(477, {"message": "migrating"}, {"Retry-After": "30"}), 30.0),
        (Response(500, ""), 0.5),
        (Response(502, "<html>Bad Gateway</html>"), 0.5),
        (Response(503, "<html>Unavailable</html>"), 0.5),
        (Response(524, "<html>timeout</html>"), 0.5),
        (Response(200, "<html>maintenance</html>"), 0.5),
    ],
)
def test_passing_failures_are_waited_out(lab, response, least):
    made = lab.contacts(2)
    lab.app.fault(path=PATH, response=response, times=2)
    assert load(lab) == made
    assert sum(lab.slept) >= 2 * least
    assert max(lab.slept) <= max(1.0, least) * 3


def test_a_search_that_was_too_fast_waits_a_second(lab):
    lab.contacts(1)
    reader = lab.reader()
    reader.read("contacts")
    lab.slept.clear()
    lab.app.fault(path="search", response=too_fast("SECONDLY"))
    reader.read("contacts")
    assert 0.9 <= sum(lab.slept) <= 1.5


@pytest.mark.parametrize("action", ["reset", "work_then_reset"])
def test_a_broken_connection_is_tried_again(lab, action):
    made = lab.contacts(2)
    lab.app.fault(path=PATH, action=action, times=2)
    assert load(lab) == made


def test_a_silent_server_is_left_after_the_timeout(lab):
    lab.contacts(1)
    lab.app.fault(path=PATH, action="stall", seconds=0.4, times=0)
    with pytest.raises(TemporaryFailure) as failure:
        next(lab.connector(timeouts=(1.0, 0.05)).read({"contacts": None}))
    assert failure.value.code == "TIMEOUT"
    assert lab.meter.calls["GET /crm/v3/objects/{type}", "timeout"] == 4


def test_a_failure_that_stays_ends_as_temporary(lab):
    lab.app.fault(path=PATH, response=Response(503, "<html>Unavailable</html>"), times=0)
    with pytest.raises(TemporaryFailure):
        load(lab)
    assert lab.app.count(PATH) == 4


def test_nobody_listening_is_temporary_and_nothing_was_sent(lab):
    connector = lab.connector()
    lab.server.stop()
    with pytest.raises(TemporaryFailure) as failure:
        connector.account()
    assert (failure.value.code, failure.value.sent) == ("CONNECT", False)
    lab.server = SandboxServer(lab.app).start()


def test_the_daily_limit_waits_for_midnight_of_the_account_without_asking_again(lab):
    connector = lab.connector()
    connector.account()
    lab.app.fault(path=PATH, response=too_fast("DAILY"))
    with pytest.raises(QuotaReached) as reached:
        next(connector.read({"contacts": None}))
    midnight = datetime.fromtimestamp(reached.value.until, ZoneInfo("Asia/Tokyo"))
    assert (midnight.hour, midnight.minute) == (0, 0)
    assert 0 < reached.value.until - lab.clock.now() <= 86_400
    calls = lab.app.count()
    with pytest.raises(QuotaReached):
        next(connector.read({"contacts": None}))
    assert lab.app.count() == calls
    lab.clock.advance(86_400)
    next(connector.read({"contacts": None}))


def test_our_share_of_the_day_ends_and_a_new_day_brings_a_new_one(lab):
    lab.app.daily_limit = 50  # 20 % of it are 10 calls
    lab.contacts(2000)
    connector = lab.connector()
    with pytest.raises(QuotaReached):
        list(connector.read({"contacts": None}))
    assert lab.app.count() <= 11
    lab.clock.advance(86_400)
    assert next(connector.read({"contacts": None})).records is not None


def test_the_quota_is_told_to_the_meter(lab):
    lab.connector().account()
    assert lab.meter.told == (lab.app.daily_used, lab.app.daily_limit)


def test_calls_are_counted_by_route_and_status(lab):
    lab.contacts(1)
    lab.app.fault(path=PATH, response=Response(500, ""))
    load(lab)
    assert lab.meter.calls["GET /crm/v3/objects/{type}", 500] == 1
    assert lab.meter.calls["GET /crm/v3/objects/{type}", 200] == 2


def test_searches_keep_below_five_a_second_and_calls_below_the_burst(lab):
    lab.app.portal.limits.calls.calls = 100
    lab.contacts(1)
    reader = lab.reader()
    reader.read("contacts")
    lab.contacts(2000, prefix="more")
    began = lab.clock.now()
    reader.read("contacts")
    assert lab.clock.now() - began >= 2.0  # 11 searches at 4 a second


def test_a_larger_allowance_is_used_once_it_is_told(lab):
    lab.contacts(20_000)
    began = lab.clock.now()
    load(lab)
    assert lab.clock.now() - began < 11


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"category": "INVALID_AUTHENTICATION"}, AccessRefused),
        (401, "<html>no</html>", AccessRefused),
        (400, {"category": "VALIDATION_ERROR", "message": "who@example.com is wrong"}, CallRefused),
        (414, "", CallRefused),
        (404, "<html>no such page</html>", TemporaryFailure),
        (200, [1, 2], UnexpectedAnswer),
        (200, {"results": "many"}, UnexpectedAnswer),
        (200, {"results": [{"properties": {}}]}, UnexpectedAnswer),
        (302, "", UnexpectedAnswer),
    ],
)
def test_other_answers_become_the_error_that_fits(lab, status, body, error):
    lab.app.fault(path=PATH, response=Response(status, body), times=0)
    with pytest.raises(error) as raised:
        load(lab)
    assert isinstance(raised.value, LeadsyncError)
    for text in (raised.value.text.en, raised.value.text.ja):
        assert "@example.com" not in text
        assert "pat-na1" not in text


def test_an_error_body_in_another_encoding_is_survived(lab):
    body = "<html>メンテナンス中</html>".encode("shift_jis")
    lab.app.fault(path=PATH, response=Response(503, body, {"Content-Type": "text/html"}), times=1)
    assert load(lab) == []


def test_one_connection_serves_many_calls(lab):
    lab.contacts(500)
    opened = []
    original = lab.server._http.get_request

    def counting():
        request = original()
        opened.append(request)
        return request

    lab.server._http.get_request = counting
    load(lab)
    assert len(opened) == 1


# -- OAuth ---------------------------------------------------------------------------------------------------


@pytest.fixture
def oauth(lab):
    lab.server.stop()
    app = HubSpotSandbox(lab.clock, enforce_limits=False, burst=100_000, oauth=OAuthApp(rotating=True))
    lab.app, lab.server = app, SandboxServer(app).start()
    return lab


def oauth_connector(lab, refresh="sandbox-refresh-0"):
    return lab.connector(
        client_id="sandbox-client-id",
        client_secret=SecretStr("sandbox-client-secret"),
        refresh_token=SecretStr(refresh),
    )


def test_a_refresh_token_becomes_an_access_token_once(oauth):
    connector = oauth_connector(oauth)
    connector.account()
    list(connector.read({"contacts": None}))
    assert oauth.app.count("oauth/v1/token") == 1


def test_a_rotated_refresh_token_is_kept_for_the_next_start(oauth):
    oauth_connector(oauth).account()
    assert any("sandbox-refresh-1" in value for value in oauth.memory.values.values())
    list(oauth_connector(oauth).read({"contacts": None}))
    assert oauth.app.count("oauth/v1/token") == 2


def test_a_token_is_renewed_before_it_ends(oauth):
    connector = oauth_connector(oauth)
    connector.account()
    oauth.clock.advance(1800)
    list(connector.read({"contacts": None}))
    assert oauth.app.count("oauth/v1/token") == 2
    assert not any(call.status == 401 for call in oauth.app.calls)


def test_a_token_that_dies_in_mid_run_is_renewed_once_and_nothing_is_lost(oauth):
    made = oauth.contacts(250)
    connector = oauth_connector(oauth)
    pages = connector.read({"contacts": None})
    records = list(next(pages).records) + list(next(pages).records)
    oauth.app.expire_tokens()
    for page in pages:
        records += page.records
    assert [record.key.id for record in records] == made
    assert oauth.app.count("oauth/v1/token") == 2


def test_a_dead_refresh_token_says_what_to_do(oauth):
    with pytest.raises(AccessRefused) as refused:
        oauth_connector(oauth, refresh="wrong").account()
    assert "LEADSYNC_HUBSPOT__REFRESH_TOKEN" in refused.value.text.en
    assert "BAD_REFRESH_TOKEN" in refused.value.text.en
    assert oauth.app.count() == 1


def test_a_new_refresh_token_in_the_settings_wins_over_the_stored_one(oauth):
    oauth_connector(oauth).account()
    with pytest.raises(AccessRefused):
        oauth_connector(oauth, refresh="another").account()
    assert oauth.app.count("oauth/v1/token") == 2
