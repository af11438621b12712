"""Logging in, renewing, retrying, counting: what every call goes through."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import SecretStr

from connectors.salesforce.client import Refusal, SalesforceClient, route
from connectors.salesforce.login import audience, checked_url
from connectors.salesforce.settings import SalesforceSettings
from connectors.sandbox.http import Response
from sync.errors import AccessRefused, ConfigError, QuotaReached, TemporaryFailure, UnexpectedAnswer
from sync.ports import ConnectorContext


@pytest.fixture
def client(world):
    made = client_of(world)
    yield made
    made.close()


def client_of(world, percent=90, **settings):
    given = {"client_id": "sandbox-client", "client_secret": SecretStr("sandbox-secret"), "login_url": world.url}
    context = ConnectorContext(world.app.clock.now, world.sleep, world.memory, world.meter, quota_percent=percent)
    return SalesforceClient(SalesforceSettings(**{**given, **settings}), context)


EXPIRED = Response(401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])


def test_client_credentials_log_in_once_for_many_calls(world, client):
    for _ in range(3):
        client.call("GET", "/limits/")
    assert world.app.count("oauth2/token") == 1
    assert client.token.org_id == world.app.org_id
    assert client.token.user_id == world.app.running_user_id


def test_a_signed_assertion_logs_in(world):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    world.app.sessions._client.public_key_pem = public.decode()
    for text in (pem, pem.replace("\n", "\\n")):
        client = client_of(world, client_secret=None, username="integration@example.com", private_key=SecretStr(text))
        assert client.call("GET", "/limits/").status == 200
        client.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://test.salesforce.com", "https://test.salesforce.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("", "https://login.salesforce.com"),
    ],
)
def test_the_audience_follows_the_login_host(url, expected):
    settings = SalesforceSettings(client_id="x", login_url=url, username="u", private_key=SecretStr("k"))
    assert audience(settings) == expected


def test_an_explicit_audience_wins():
    settings = SalesforceSettings(client_id="x", login_url="https://a.my.salesforce.com", jwt_audience="https://b")
    assert audience(settings) == "https://b"


def test_plain_http_is_for_loopback_only():
    assert checked_url("http://localhost:1/", "X") == "http://localhost:1"
    with pytest.raises(ConfigError):
        checked_url("http://example.com", "X")


def test_an_unreadable_key_is_a_configuration_error(world):
    client = client_of(world, client_secret=None, username="u", private_key=SecretStr("nonsense"))
    with pytest.raises(ConfigError):
        client.call("GET", "/limits/")


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client", "invalid_client_id", "inactive_org"])
def test_refused_credentials_are_told_apart_from_outages(world, client, code):
    world.app.fault(path="oauth2/token", response=Response(400, {"error": code, "error_description": "user x@y.jp"}))
    with pytest.raises(AccessRefused) as refused:
        client.call("GET", "/limits/")
    assert refused.value.code == code
    assert "x@y.jp" not in str(refused.value)


def test_a_token_endpoint_that_is_down_is_temporary(world, client):
    world.app.fault(path="oauth2/token", times=0)
    with pytest.raises(TemporaryFailure) as failed:
        client.call("GET", "/limits/")
    assert not failed.value.sent


def test_a_token_endpoint_that_recovers_is_asked_again(world, client):
    world.app.fault(path="oauth2/token", times=2)
    assert client.call("GET", "/limits/").status == 200


def test_a_token_without_instance_is_an_unexpected_answer(world, client):
    world.app.fault(path="oauth2/token", response=Response(200, {"access_token": "x"}))
    with pytest.raises(UnexpectedAnswer):
        client.call("GET", "/limits/")


@pytest.mark.parametrize("body", [EXPIRED.body, {"errorCode": "INVALID_SESSION_ID"}, "<html>expired</html>", None])
def test_an_expired_session_is_renewed_whatever_the_body(world, client, body):
    client.call("GET", "/limits/")
    world.app.fault(path="/limits", response=Response(401, body))
    assert client.call("GET", "/limits/").status == 200
    assert world.app.count("oauth2/token") == 2


def test_a_second_401_ends_it(world, client):
    world.app.fault(path="/limits", response=EXPIRED, times=0)
    with pytest.raises(AccessRefused):
        client.call("GET", "/limits/")
    assert world.app.count("/limits") == 2


def test_custom_headers_survive_the_renewal(world, client):
    client.call("GET", "/limits/")
    world.app.keep_bodies = True
    world.app.expire_tokens()
    lead = {"attributes": {"type": "Lead"}, "id": world.app.put_many("Lead", world.people(1))[0], "Title": "部長"}
    body = {"allOrNone": False, "records": [lead]}
    client.call("PATCH", "/composite/sobjects", body=body, headers={"Sforce-Auto-Assign": "FALSE"})
    sent = [call for call in world.app.calls if call.path.endswith("/composite/sobjects")]
    assert [call.status for call in sent] == [401, 200]
    assert all(call.headers["sforce-auto-assign"] == "FALSE" for call in sent)


def test_the_instance_may_move_with_a_new_token(world, client):
    client.call("GET", "/limits/")
    world.app.sessions.instance_url = world.url.replace("127.0.0.1", "localhost")
    world.app.expire_tokens()
    assert client.call("GET", "/limits/").status == 200
    assert client.token.instance_url.startswith("http://localhost")


def test_an_answer_that_does_not_come_in_time_is_temporary(world, client):
    client.call("GET", "/limits/")
    for adapter in client._session.adapters.values():
        adapter.timeouts = (0.2, 0.2)
    world.app.fault(path="/limits", action="stall", seconds=0.5)
    assert client.call("GET", "/limits/").status == 200
    assert world.meter.calls["GET /limits/", "ReadTimeout"] == 1


def test_creates_are_not_repeated_once_they_may_have_been_carried_out(world, client):
    world.app.fault(method="POST", path="/sobjects/Lead", action="work_then_reset")
    with pytest.raises(TemporaryFailure) as failed:
        client.call("POST", "/sobjects/Lead", body={"LastName": "A", "Company": "X"}, idempotent=False)
    assert failed.value.sent
    assert len(world.app.all("Lead")) == 1


def test_creates_are_repeated_when_refused_before_any_work(world, client):
    busy = [
        {
            "errorCode": "REQUEST_LIMIT_EXCEEDED",
            "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
        }
    ]
    world.app.fault(method="POST", path="/sobjects/Lead", response=Response(403, busy))
    client.call("POST", "/sobjects/Lead", body={"LastName": "A", "Company": "X"}, idempotent=False)
    assert len(world.app.all("Lead")) == 1


def test_the_orgs_daily_limit_means_waiting(world, client):
    spent = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    world.app.fault(path="/limits", response=Response(403, spent), times=0)
    with pytest.raises(QuotaReached) as reached:
        client.call("GET", "/limits/")
    assert reached.value.until > world.app.clock.now()
    assert world.app.count("/limits") == 1


def test_our_share_of_the_day_is_kept(world):
    world.app.daily_limit = 100
    client = client_of(world, percent=5)
    calls = [client.call("GET", "/limits/") for _ in range(5)]
    with pytest.raises(QuotaReached):
        client.call("GET", "/limits/")
    assert len(calls) == 5
    assert world.app.count("/limits") == 5
    assert world.meter.quotas[-1][1] == 100
    client.close()


def test_an_unknown_refusal_keeps_its_code(client):
    with pytest.raises(Refusal) as refusal:
        client.call("GET", "/sobjects/Nothing/describe")
    assert refusal.value.fault.code == "NOT_FOUND"


def test_the_servers_clock_is_learnt_from_its_answers(world, client):
    local = world.app.clock.now
    client._context = ConnectorContext(lambda: local() - 500, world.sleep, world.memory, world.meter)
    client.call("GET", "/limits/")
    assert abs(client.server_now() - local()) <= 1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/sobjects/Lead/00Q5j0000000001EAA", "/sobjects/Lead/{id}"),
        ("/query/0r85j0000000001AAA-2000", "/query/{locator}"),
        ("/jobs/query/7505j0000000001AAA/results?maxRecords=1", "/jobs/query/{id}/results"),
        ("/query?q=SELECT", "/query"),
        ("/sobjects/FieldPermissions", "/sobjects/FieldPermissions"),
        ("/sobjects/OpportunityContactRole/describe", "/sobjects/OpportunityContactRole/describe"),
    ],
)
def test_routes_hold_no_ids(path, expected):
    assert route(path) == expected


def test_a_login_that_is_down_is_not_hammered(world, client):
    world.app.fault(path="oauth2/token", times=0)
    with pytest.raises(TemporaryFailure):
        client.call("GET", "/limits/")
    assert world.app.count("oauth2/token") == 4
