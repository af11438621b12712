"""Authentication, scopes, rate limits and quota."""

from __future__ import annotations

import time

import pytest
import requests

from connectors.sandbox.http import SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox, OAuthApp

LIST = "/crm/v3/objects/contacts"


def test_a_missing_or_wrong_token_is_401(server):
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "pat-na1-sandbox"}):
        answer = requests.get(server.url + LIST, headers=headers, timeout=5)
        assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.contacts.read", "get", "/crm/v3/objects/contacts"),
        ("crm.objects.contacts.read", "get", "/crm/v3/objects/tasks"),
        ("crm.objects.contacts.write", "delete", "/crm/v3/objects/contacts/1"),
        ("crm.objects.companies.read", "get", "/crm/v3/objects/companies"),
        ("crm.objects.companies.read", "get", "/crm/v3/objects/contacts?associations=companies"),
        ("crm.objects.companies.read", "get", "/crm/v4/objects/contacts/1/associations/companies"),
        ("crm.schemas.contacts.read", "get", "/crm/v3/properties/contacts"),
        ("crm.schemas.contacts.write", "delete", "/crm/v3/properties/contacts/x"),
        ("crm.objects.owners.read", "get", "/crm/v3/owners"),
        ("forms", "get", "/marketing/v3/forms"),
        ("content", "get", "/email/public/v1/events"),
    ],
)
def test_a_missing_scope_is_named(sandbox, api, scope, method, path):
    sandbox.scopes.discard(scope)
    answer = getattr(api, method)(path)
    assert (answer.status_code, answer.json()["category"]) == (403, "MISSING_SCOPES")
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == [scope]


def test_pipelines_want_one_of_two_scopes(sandbox, api):
    sandbox.scopes.discard("crm.objects.deals.read")
    assert api.get("/crm/v3/pipelines/deals").status_code == 200
    sandbox.scopes.discard("crm.schemas.deals.read")
    assert api.get("/crm/v3/pipelines/deals").status_code == 403


def test_a_body_needs_a_json_content_type(server):
    headers = {"Authorization": "Bearer pat-na1-sandbox"}
    answer = requests.post(server.url + LIST, data='{"properties":{}}', headers=headers, timeout=5)
    assert answer.status_code == 415


def test_bodies_that_are_no_json_objects_are_400(server):
    headers = {"Authorization": "Bearer pat-na1-sandbox", "Content-Type": "application/json"}
    for body in ("{", "[]", '"x"'):
        assert requests.post(server.url + LIST, data=body, headers=headers, timeout=5).status_code == 400


def test_a_url_over_16_kb_is_414(api):
    assert api.get(LIST, properties=",".join(f"property_{n}" for n in range(1_000))).status_code == 200
    assert api.get(LIST, properties=",".join(f"property_{n}" for n in range(1_500))).status_code == 414


def test_normal_calls_bear_limit_headers_and_searches_none(api):
    normal = api.get(LIST).headers
    assert (normal["X-HubSpot-RateLimit-Max"], normal["X-HubSpot-RateLimit-Interval-Milliseconds"]) == ("190", "10000")
    assert normal["X-HubSpot-RateLimit-Remaining"] == "189"
    assert (normal["X-HubSpot-RateLimit-Daily"], normal["X-HubSpot-RateLimit-Daily-Remaining"]) == ("650000", "649999")
    assert not [name for name in api.search("contacts").headers if "ratelimit" in name.lower()]


class Limited:
    def __init__(self, **settings):
        self.sandbox = HubSpotSandbox(**settings)
        self.server = SandboxServer(self.sandbox)

    def __enter__(self):
        self.server.start()
        self.session = requests.Session()
        self.session.headers["Authorization"] = "Bearer pat-na1-sandbox"
        return self

    def __exit__(self, *exc):
        self.server.stop()

    def get(self, path=LIST):
        return self.session.get(self.server.url + path, timeout=5)

    def search(self, kind="contacts"):
        return self.session.post(f"{self.server.url}/crm/v3/objects/{kind}/search", json={}, timeout=5)


def test_the_burst_limit_covers_ten_seconds_and_leaves_search_alone(clock):
    with Limited(clock=clock, burst=3) as limited:
        assert [limited.get().status_code for _ in range(4)] == [200, 200, 200, 429]
        body = limited.get().json()
        assert (body["errorType"], body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
        assert body["message"] == "You have reached your ten_secondly_rolling limit."
        assert limited.search().status_code == 200
        limited.sandbox.enforce_limits = False
        assert limited.get().status_code == 200


def test_five_searches_a_second_for_all_object_types_together(clock):
    with Limited(clock=clock) as limited:
        statuses = [limited.search(kind).status_code for kind in ("contacts", "companies", "deals") * 2]
        assert statuses == [200] * 5 + [429]
        assert limited.search().json()["policyName"] == "SECONDLY"
        time.sleep(1.05)
        assert limited.search().status_code == 200


def test_the_daily_quota_ends_at_midnight_of_the_account(clock):
    with Limited(clock=clock, daily_limit=2, enforce_limits=False) as limited:
        assert [limited.get().status_code for _ in range(3)] == [200, 200, 429]
        refused = limited.get()
        assert refused.json()["policyName"] == "DAILY"
        assert refused.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
        clock.advance(46 * 60)  # 23:59:20 in Tokyo
        assert limited.get().status_code == 429
        clock.advance(60)
        assert limited.get().status_code == 200


def test_usage_may_be_five_minutes_old(sandbox, clock, api):
    path = "/account-info/v3/api-usage/daily/private-apps"
    sandbox.daily_used = 100
    first = api.get(path).json()["results"][0]
    assert (first["currentUsage"], first["usageLimit"], first["fetchStatus"]) == (101, 650_000, "SUCCESS")
    assert first["resetsAt"] == "2026-09-21T15:00:00Z"
    second = api.get(path).json()["results"][0]
    assert (second["currentUsage"], second["fetchStatus"]) == (101, "CACHED")
    clock.advance(301)
    assert api.get(path).json()["results"][0]["currentUsage"] == 103


@pytest.fixture
def oauth(clock):
    app = OAuthApp("client", "secret", "refresh-0", token_seconds=600, rotating=True)
    with Limited(clock=clock, oauth=app) as limited:
        yield limited


def refresh(limited, token, **more):
    form = {"grant_type": "refresh_token", "client_id": "client", "client_secret": "secret", "refresh_token": token}
    return requests.post(limited.server.url + "/oauth/v1/token", data=form | more, timeout=5)


def test_oauth_tokens_expire_and_are_renewed(oauth, clock):
    answer = refresh(oauth, "refresh-0").json()
    assert (answer["expires_in"], answer["token_type"]) == (600, "bearer")
    oauth.session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    headers = oauth.get().headers
    assert headers["X-HubSpot-RateLimit-Max"] == "110"
    assert "X-HubSpot-RateLimit-Daily" not in headers
    info = requests.get(
        f"{oauth.server.url}/oauth/v1/access-tokens/{answer['access_token']}", headers=oauth.session.headers, timeout=5
    )
    assert "crm.objects.contacts.read" in info.json()["scopes"]
    clock.advance(600)
    assert (oauth.get().status_code, oauth.get().json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    again = refresh(oauth, answer["refresh_token"]).json()
    oauth.session.headers["Authorization"] = f"Bearer {again['access_token']}"
    assert oauth.get().status_code == 200
    oauth.sandbox.expire_tokens()
    assert oauth.get().status_code == 401


def test_a_rotated_refresh_token_serves_once(oauth):
    assert refresh(oauth, "refresh-0").status_code == 200
    second = refresh(oauth, "refresh-0")
    assert (second.status_code, second.json()["status"]) == (400, "BAD_REFRESH_TOKEN")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"client_id": "x"}, "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, "BAD_CLIENT_SECRET"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE"),
    ],
)
def test_refusals_of_the_token_endpoint(oauth, wrong, status):
    answer = refresh(oauth, "refresh-0", **wrong)
    assert (answer.status_code, answer.json()["status"]) == (400, status)


def test_an_app_without_rotation_keeps_its_refresh_token(clock):
    with Limited(clock=clock, oauth=OAuthApp("client", "secret", "refresh-0")) as limited:
        for _ in range(2):
            assert refresh(limited, "refresh-0").json()["refresh_token"] == "refresh-0"
