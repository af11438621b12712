"""What is refused, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from config.settings import load_settings

Refuse = Callable[..., dict[str, str]]

_P = "LEADSYNC_"
SALESFORCE = {f"{_P}SALESFORCE__LOGIN_URL": "https://x.my.salesforce.com", f"{_P}SALESFORCE__CLIENT_ID": "3MVG"}


def test_all_problems_are_told_at_once_in_both_languages(refused: Refuse) -> None:
    said = refused(
        {
            f"{_P}WRITE_MODE": "yes",
            f"{_P}TIMEZONE": "Tokyo",
            f"{_P}HTTP__HOST": "0.0.0.0",
            f"{_P}HUBSPOT_ACCESS_TOKEN": "pat",
            f"{_P}HUBSPOT__REFRESH_TOKEN_FILE": "/nowhere/token",
            f"{_P}QUOTA__HUBSPOT_PERCENT": "0",
        }
    )
    assert said.keys() == {
        f"{_P}WRITE_MODE",
        f"{_P}TIMEZONE",
        f"{_P}HTTP__TOKEN",
        f"{_P}HUBSPOT_ACCESS_TOKEN",
        f"{_P}HUBSPOT__REFRESH_TOKEN_FILE",
        f"{_P}HUBSPOT__CLIENT_ID",
        f"{_P}HUBSPOT__CLIENT_SECRET",
        f"{_P}QUOTA__HUBSPOT_PERCENT",
    }


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("WRITE_MODE", "yes", "plan or apply"),
        ("LANGUAGE", "fr", "ja or en"),
        ("TIMEZONE", "Asia/Tokio", "Asia/Tokyo"),
        ("TIMEZONE", "../../etc/passwd", "Asia/Tokyo"),
        ("TIMEZONE", "Asia", "Asia/Tokyo"),
        ("HTTP__PORT", "http", "0 to 65535"),
        ("HTTP__PORT", "65536", "0 to 65535"),
        ("QUOTA__SALESFORCE_PERCENT", "101", "1 to 100"),
        ("SCHEDULE__PULL_SECONDS", "5m", "a whole number"),
        ("SCHEDULE__PULL_SECONDS", "0.5", "a whole number"),
        ("SCHEDULE__RESCORE_AT", "24:00", "HH:MM"),
        ("SCHEDULE__RESCORE_AT", "600", "HH:MM"),
        ("SALESFORCE__API_VERSION", "v66", "66.0"),
        ("PILOT__OWNERS", "[1, 2]", "a list"),
        ("PILOT__OWNERS", "[sato", "a list"),
        ("DATABASE_URL", "mysql://u:p@db/x", "postgresql://"),
        ("DATABASE_URL", "sqlite://", "sqlite:///PATH"),
        ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///PATH"),
        ("DATABASE_URL", "/srv/x.db", "sqlite:///PATH"),
        ("MODEL", "bassic", "basic"),
        ("MODEL", "/nowhere/model.yaml", "Give a path"),
        ("PLAYBOOK", "defalt", "default"),
        ("PLAYBOOK", "/nowhere/playbook.yaml", "Give a path"),
        ("CA_FILE", "/nowhere/ca.pem", "Give the path"),
        ("CA_FILE", __file__, "PEM"),
    ],
)
def test_a_wrong_value_is_refused_with_what_would_be_right(name: str, value: str, remedy: str, refused: Refuse) -> None:
    said = refused({_P + name: value})
    assert said.keys() == {_P + name}
    assert remedy in said[_P + name]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("HUBSPOT_ACCESS_TOKEN", "HUBSPOT__ACCESS_TOKEN"),
        ("HUBSPOT__ACCES_TOKEN_FILE", "HUBSPOT__ACCESS_TOKEN_FILE"),
        ("WRITEMODE", "WRITE_MODE"),
        ("TIME_ZONE", "TIMEZONE"),
        ("SCHEDULE__PULL", "SCHEDULE__PULL_SECONDS"),
        ("HTTP__PORT__", "HTTP__PORT"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_known_one(name: str, nearest: str, refused: Refuse) -> None:
    assert f"Did you mean {_P}{nearest}?" in refused({_P + name: "1"})[_P + name]


def test_a_name_in_lower_case_is_not_passed_over(refused: Refuse) -> None:
    assert f"{_P}WRITE_MODE" in refused({"leadsync_write_mode": "apply"})["leadsync_write_mode"]


def test_an_unknown_name_is_refused_also_when_its_value_is_empty(refused: Refuse) -> None:
    assert f"{_P}MODLE" in refused({f"{_P}MODLE": ""})


def test_only_secrets_come_from_files(refused: Refuse) -> None:
    assert f"Set {_P}MODEL." in refused({f"{_P}MODEL_FILE": "/etc/hostname"})[f"{_P}MODEL_FILE"]


@pytest.mark.parametrize("name", ["SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT", "PORT_8080_TCP_ADDR"])
def test_names_that_kubernetes_injects_are_passed_over(name: str) -> None:
    load_settings({_P + name: "tcp://10.0.0.1:8080"}, None)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"SPARK__REMOTE": "sc://cluster:15002"}, "SPARK__REMOTE"),
        ({"ENGINE": "duckdb", "SPARK__REMOTE": "sc://cluster:15002"}, "SPARK__REMOTE"),
    ],
)
def test_an_address_of_spark_that_cannot_be_used_is_refused(
    values: dict[str, str], wrong: str, refused: Refuse
) -> None:
    assert refused({_P + name: value for name, value in values.items()}).keys() == {_P + wrong}


@pytest.mark.parametrize(
    ("name", "value"), [("MODEL_APPROVAL", "required"), ("NOTIFY__DETAILS", "false"), ("ENGINE", "duckdb")]
)
def test_a_value_that_asks_for_nothing_new_is_taken(name: str, value: str) -> None:
    assert load_settings({_P + name: value}, None).sources[_P + name] == "environment"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("CLIENT_ID", {"CLIENT_SECRET", "REFRESH_TOKEN"}),
        ("CLIENT_ID CLIENT_SECRET", {"REFRESH_TOKEN"}),
        ("REFRESH_TOKEN", {"CLIENT_ID", "CLIENT_SECRET"}),
    ],
)
def test_half_a_set_of_hubspot_credentials_names_the_other_half(given: str, missing: set[str], refused: Refuse) -> None:
    said = refused({f"{_P}HUBSPOT__{name}": "x" for name in given.split()})
    assert said.keys() == {f"{_P}HUBSPOT__{name}" for name in missing}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("CLIENT_ID", {"LOGIN_URL", "CLIENT_SECRET"}),
        ("LOGIN_URL", {"CLIENT_ID", "CLIENT_SECRET"}),
        ("LOGIN_URL CLIENT_ID", {"CLIENT_SECRET"}),
        ("CLIENT_SECRET", {"CLIENT_ID", "LOGIN_URL"}),
        ("LOGIN_URL CLIENT_ID USERNAME", {"PRIVATE_KEY"}),
        ("USERNAME", {"LOGIN_URL", "CLIENT_ID", "PRIVATE_KEY"}),
    ],
)
def test_half_a_set_of_salesforce_credentials_names_the_other_half(
    given: str, missing: set[str], refused: Refuse
) -> None:
    said = refused({f"{_P}SALESFORCE__{name}": "https://x.my.salesforce.com" for name in given.split()})
    assert said.keys() == {f"{_P}SALESFORCE__{name}" for name in missing}


def test_two_ways_to_sign_in_at_once_are_refused(refused: Refuse) -> None:
    hubspot = {f"{_P}HUBSPOT__{name}": "x" for name in ("ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN")}
    assert refused(hubspot).keys() == {f"{_P}HUBSPOT__ACCESS_TOKEN"}
    key = {f"{_P}SALESFORCE__USERNAME": "u", f"{_P}SALESFORCE__PRIVATE_KEY": rsa_pem()}
    both = SALESFORCE | key | {f"{_P}SALESFORCE__CLIENT_SECRET": "s"}
    assert refused(both).keys() == {f"{_P}SALESFORCE__CLIENT_SECRET"}


@pytest.mark.parametrize("host", ["127.0.0.1:8900", "localhost:1", "[::1]:8900", "127.8.8.8"])
def test_plain_http_is_allowed_on_loopback(host: str) -> None:
    url = f"http://{host}"
    settings = load_settings(
        {
            f"{_P}HUBSPOT__BASE_URL": url,
            f"{_P}SALESFORCE__LOGIN_URL": url,
            f"{_P}SALESFORCE__CLIENT_ID": "id",
            f"{_P}SALESFORCE__CLIENT_SECRET": "secret",
        },
        None,
    ).settings
    assert (settings.hubspot.base_url, settings.salesforce.login_url) == (url, url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.hubapi.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1@example.com",
        "http://10.0.0.8",
        "api.hubapi.com",
        "ftp://api.hubapi.com",
        "https://",
        "https://host:port",
        "https://api.hubapi.com/crm/v3",
        "https://user:pass@api.hubapi.com",
    ],
)
def test_an_address_that_would_leak_or_cannot_work_is_refused(url: str, refused: Refuse) -> None:
    assert "https://api.hubapi.com" in refused({f"{_P}HUBSPOT__BASE_URL": url})[f"{_P}HUBSPOT__BASE_URL"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.4", "::", "leadsync.example"])
def test_a_status_page_off_loopback_needs_a_token(host: str, refused: Refuse) -> None:
    assert refused({f"{_P}HTTP__HOST": host}).keys() == {f"{_P}HTTP__TOKEN"}
    assert load_settings({f"{_P}HTTP__HOST": host, f"{_P}HTTP__TOKEN": "t"}, None).settings.http.host == host


def test_a_salesforce_key_is_an_rsa_key_that_can_be_read(refused: Refuse) -> None:
    protected = pem(rsa.generate_private_key(65537, 2048), BestAvailableEncryption(b"x"))
    elliptic = pem(ec.generate_private_key(ec.SECP256R1()))
    for wrong in ("certificate", protected, elliptic, rsa_pem()[:400]):
        jwt = {f"{_P}SALESFORCE__USERNAME": "u", f"{_P}SALESFORCE__PRIVATE_KEY": wrong}
        assert "RSA" in refused(SALESFORCE | jwt)[f"{_P}SALESFORCE__PRIVATE_KEY"]


def test_a_key_on_one_line_with_written_line_ends_is_understood() -> None:
    key = rsa_pem()
    written = {f"{_P}SALESFORCE__USERNAME": "u", f"{_P}SALESFORCE__PRIVATE_KEY": key.replace("\n", "\\n")}
    settings = load_settings(SALESFORCE | written, None).settings
    assert settings.salesforce.private_key is not None
    assert settings.salesforce.private_key.get_secret_value().strip() == key.strip()


def test_no_refusal_repeats_a_secret(tmp_path: Path, refused: Refuse) -> None:
    secret = "pat-na1-5a3cf1"
    env_file = tmp_path / ".env"
    env_file.write_text(f"LEADSYNC_HUBSPOT__CLIENT_SECRET={secret}\n{secret} {secret}\n")
    said = refused(
        {
            f"{_P}DATABASE_URL": f"mysql://u:{secret}@db/x",
            f"{_P}HUBSPOT__ACCESS_TOKEN": secret,
            f"{_P}HUBSPOT_TOKEN": secret,
            f"{_P}HTTP__TOKEN_FILE": secret,  # the secret itself where its file's path is due
            f"{_P}SALESFORCE__PRIVATE_KEY": secret,
            f"{_P}SALESFORCE__CLIENT_SECRET": secret,
            f"{_P}NOTIFY__URLS": f"[{secret}",
        },
        env_file,
    )
    assert len(said) >= 7
    assert secret not in str(said)


def rsa_pem() -> str:
    return pem(rsa.generate_private_key(65537, 2048))


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, protection: KeySerializationEncryption | None = None
) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection or NoEncryption()).decode()
