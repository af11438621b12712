"""The image, the compose file and the systemd unit: linted, and asked what they would do."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings import load_settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_the_dockerfile_passes_the_linter() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, "--failure-threshold=style", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_has_two_stages_and_does_not_run_as_root() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    assert len(stages) == 2
    uid = re.search(r"^USER (\d+):\d+$", stages[1], re.MULTILINE)
    assert uid is not None
    assert int(uid[1]) > 0


def test_every_install_in_the_image_is_pinned_or_brings_no_library() -> None:
    installs = re.findall(r"pip install ([^&\n]*)", DOCKERFILE)
    assert installs
    assert all("-c constraints.txt" in install or "--no-deps" in install for install in installs)


def test_nothing_but_the_source_gets_into_the_image() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    assert "\n*\n" in (ROOT / ".dockerignore").read_text()
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for word in line.split()[:-1]
    }
    assert copied == kept == {"README.md", "pyproject.toml", "constraints.txt", "config", "connectors", "sync"}


def test_no_secret_is_built_into_the_image() -> None:
    variables = re.findall(r"(LEADSYNC_\w+)=", DOCKERFILE)
    assert variables == ["LEADSYNC_DATA_DIR"]


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_asks_healthz_even_behind_a_proxy(status: int, healthy: bool) -> None:
    with answering(status) as (port, asked):
        done = health_check(port)
    assert asked == ["/healthz"]
    assert (done.returncode == 0) is healthy


def test_the_health_check_fails_when_nothing_listens() -> None:
    with answering(200) as (port, _):
        pass
    assert health_check(port).returncode != 0


def health_check(port: int) -> subprocess.CompletedProcess[bytes]:
    found = re.search(r"^HEALTHCHECK .*?CMD (\[.*?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert found is not None
    _, *arguments = json.loads(found[1])
    environ = {"LEADSYNC_HTTP__PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    return subprocess.run([sys.executable, *arguments], env=environ, capture_output=True)


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    return loaded


def test_compose_waits_for_a_recent_postgresql(compose: dict[str, Any]) -> None:
    services = compose["services"]
    version = re.match(r"postgres:(\d+)", services["db"]["image"])
    assert version is not None
    assert int(version[1]) >= 16
    assert "pg_isready" in services["db"]["healthcheck"]["test"]
    assert services["leadsync"]["depends_on"] == {"db": {"condition": "service_healthy"}}


def test_compose_publishes_the_status_page_on_loopback_only(compose: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["leadsync"]["ports"])
    assert "ports" not in compose["services"]["db"]


def test_every_secret_in_compose_is_a_file_and_is_given_to_who_names_it(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        named = {
            value.removeprefix("/run/secrets/")
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named == set(service["secrets"])
    assert all(secret["file"].startswith("./secrets/") for secret in compose["secrets"].values())
    used = {name for service in compose["services"].values() for name in service["secrets"]}
    assert used == compose["secrets"].keys()


def test_the_settings_in_compose_are_accepted(compose: dict[str, Any], tmp_path: Path) -> None:
    secrets = dict.fromkeys(compose["secrets"], "x") | {"database_url": "postgresql://leadsync:x@db/leadsync"}
    given = {"LEADSYNC_SALESFORCE__LOGIN_URL": "https://x.my.salesforce.com", "LEADSYNC_SALESFORCE__CLIENT_ID": "id"}
    environ = {}
    for name, value in compose["services"]["leadsync"]["environment"].items():
        filled = re.sub(r"\$\{(\w+):[-?]([^}]*)\}", lambda found: given.get(found[1], found[2]), value)
        environ[name] = filled.replace("/run/secrets", str(tmp_path))
    for name, value in secrets.items():
        (tmp_path / name).write_text(value)
    settings = load_settings(environ, None).settings
    assert settings.hubspot.configured
    assert settings.salesforce.configured
    assert settings.write_mode == "plan"
    assert settings.database.startswith("postgresql+psycopg://")


def test_the_systemd_unit_starts_the_daemon_with_settings_that_are_accepted(tmp_path: Path) -> None:
    unit = (ROOT / "deploy/leadsync.service").read_text()
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(unit)
    service = parser["Service"]
    assert service["ExecStart"].endswith("/leadsync run")
    assert service["DynamicUser"] == "yes"
    loaded = re.findall(r"^LoadCredential=(\w+):", unit, re.MULTILINE)
    for name in loaded:
        (tmp_path / name).write_text("x")
    environ = dict(re.findall(r"^Environment=(\w+)=(.*)$", unit, re.MULTILINE))
    environ = {name: value.replace("%d", str(tmp_path)) for name, value in environ.items()}
    environ["LEADSYNC_SALESFORCE__LOGIN_URL"] = "https://x.my.salesforce.com"
    environ["LEADSYNC_SALESFORCE__CLIENT_ID"] = "id"
    loaded_settings = load_settings(environ, None)
    assert loaded_settings.settings.hubspot.configured
    assert sum(source.startswith("file ") for source in loaded_settings.sources.values()) == len(loaded)
