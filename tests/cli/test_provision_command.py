"""`leadsync provision` and `deprovision` as an admin runs them: lists on demand, what to click afterwards, sources."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.sandbox.http import SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from sync.cli import app


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hubspot, self.salesforce = HubSpotSandbox(enforce_limits=False), SalesforceSandbox()
        self.servers = [SandboxServer(self.hubspot).start(), SandboxServer(self.salesforce).start()]
        self.env: dict[str, str | None] = {name: None for name in os.environ if name.startswith("LEADSYNC_")}
        self.env |= {
            "LEADSYNC_DATA_DIR": str(folder),
            "LEADSYNC_HUBSPOT__ACCESS_TOKEN": "pat-na1-sandbox",
            "LEADSYNC_HUBSPOT__BASE_URL": self.servers[0].url,
            "LEADSYNC_SALESFORCE__LOGIN_URL": self.servers[1].url,
            "LEADSYNC_SALESFORCE__CLIENT_ID": "sandbox-client",
            "LEADSYNC_SALESFORCE__CLIENT_SECRET": "sandbox-secret",
            "COLUMNS": "200",
        }

    def run(self, *words: str, **env: str | None) -> Result:
        return CliRunner().invoke(app, list(words), env={**self.env, **env})

    def kinds(self, *words: str) -> set[tuple[str, str]]:
        """(kind, state) of the steps."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return {(step["kind"], step["state"]) for step in json.loads(result.stdout)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    for server in made.servers:
        server.stop()


def test_lists_come_on_demand_only_and_go_with_the_rest(desk: Desk) -> None:
    assert not {kind for kind, _ in desk.kinds("provision")} & {"list", "list_view"}
    assert {("list", "missing"), ("list_view", "missing")} <= desk.kinds("provision", "--lists", "--plan")
    assert {("list", "created"), ("list_view", "created")} <= desk.kinds("provision", "--lists")
    assert {("list", "present"), ("list_view", "present")} <= desk.kinds("provision", "--lists")
    assert {("list", "removed"), ("list_view", "removed")} <= desk.kinds("deprovision")
    assert desk.hubspot.portal.lists.live() == []
    assert desk.salesforce.list_views.by_id == {}


def test_after_success_it_says_where_to_place_the_fields(desk: Desk) -> None:
    said = desk.run("provision").output
    assert "コンパクトレイアウト" in said
    assert "レコードのカスタマイズ" in said
    assert "docs/display.ja.md" in said
    said = desk.run("provision", LEADSYNC_LANGUAGE="en").output
    assert "Compact Layouts" in said
    assert "Record customization" in said


def test_a_plan_and_a_refusal_say_nothing_of_placing(desk: Desk) -> None:
    assert "コンパクトレイアウト" not in desk.run("provision", "--plan").output
    desk.hubspot.scopes.discard("crm.lists.write")
    result = desk.run("provision", "--lists")
    assert result.exit_code == 3
    assert "crm.lists.write" in result.output
    assert "コンパクトレイアウト" not in result.output


def test_the_export_needs_no_credentials_and_touches_no_crm(desk: Desk) -> None:
    folder = desk.folder / "out"
    result = desk.run("provision", "--export", str(folder), LEADSYNC_HUBSPOT__ACCESS_TOKEN=None)
    assert result.exit_code == 0, result.output
    assert ET.parse(folder / "package" / "package.xml").getroot().tag.endswith("Package")
    assert "リード" in (folder / "README.md").read_text(encoding="utf-8")
    assert desk.hubspot.calls == desk.salesforce.calls == []
    again = desk.run("provision", "--export", str(folder), "--json", LEADSYNC_LANGUAGE="en")
    assert str(folder / "package" / "package.xml") in json.loads(again.stdout)
    assert "Deploying" in (folder / "README.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_to_is_a_configuration_error(desk: Desk) -> None:
    (desk.folder / "taken").write_text("a file")
    result = desk.run("provision", "--export", str(desk.folder / "taken"))
    assert result.exit_code == 2
    assert "--export" in result.output
