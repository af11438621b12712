"""`leadsync people` as an admin runs it, by environment settings alone, against the sandbox CRMs."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import Account
from typer.testing import CliRunner, Result

from sync.cli import app
from sync.console.words import EVIDENCE, REFUSED
from sync.identity.certain import SAME_EMAIL, SAME_PHONE_AND_NAME
from sync.identity.guards import Refusal
from sync.identity.told import TOLD
from sync.repository import PairRow, Step
from sync.store.database import SqlStore
from sync.store.lease import StoreLease

SEEN = {"name": 11_000, "email": -2_000, "place": 1_000, "name_level": 1, "email_level": 1, "place_level": 1}


class Desk:
    """An admin's shell over an account with a hot person and another one who may be the same."""

    def __init__(self, folder: Path) -> None:
        self.account, self.folder = Account(folder, start=None), folder
        self.hot = self.account.hot("taro@example.jp", firstname="太郎")
        self.other = self.account.contact("yamada@private.example")
        self.lead = self.account.lead("taro@example.jp", LastName="山田", FirstName="太郎")
        self.env = {name: None for name in os.environ if name.startswith("LEADSYNC_")} | self.account.env
        self.account.cycle(write=False)
        self.number = self.pair(PairRow(1, 2, weight=2_000, **SEEN))

    def pair(self, pair: PairRow) -> str:
        """Weighs the two HubSpot contacts by hand."""
        with self.store() as unit:
            left, right = sorted(unit.dossiers(unit.find_person(id))[0].members[-1].id for id in (self.hot, self.other))
            found = PairRow(**{n: getattr(pair, n) for n in pair.__slots__} | {"left": left, "right": right})
            unit.replace_pairs([right], (), [found])
            unit.send_back([left, right], Step.PERSON)
        return f"{left}-{right}"

    def store(self) -> Any:
        return SqlStore(self.account.env["LEADSYNC_DATABASE_URL"]).begin()

    def run(self, *words: str, **env: str | None) -> Result:
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            return CliRunner().invoke(app, list(words), env={**self.env, "COLUMNS": "200", **env})
        finally:
            os.chdir(here)

    def json(self, *words: str, code: int = 0, **env: str | None) -> Any:
        result = self.run(*words, "--json", **env)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def ask(self, *words: str, answer: bytes) -> tuple[int, bytes]:
        """Runs a command on a terminal of its own; (exit code, what it said)."""
        ours, theirs = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADSYNC_")}
        env = kept | self.account.env | {"LEADSYNC_LANGUAGE": "en", "COLUMNS": "200"}
        command = [sys.executable, "-c", "from sync.cli import main; main()", *words]
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, cwd=self.folder) as process:
            os.close(theirs)
            said = _until(ours, b"Merge now?")
            os.write(ours, answer)
            said += _until(ours, b"\x00")
            code = process.wait(20)
        os.close(ours)
        return code, said

    def merges(self) -> int:
        return sum(call.path.endswith("/merge") for call in self.account.hubspot.calls)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.account.close()


def test_duplicates_are_told_in_words_with_the_scores_now_and_together(desk: Desk) -> None:
    japanese = desk.run("people", "duplicates").stdout
    for said in (
        desk.number,
        "ホット",
        "太郎",
        "yamada@private.example",
        "出発点",
        "氏名:",
        "85 (ホット)",
        "同一人物の場合",
    ):
        assert said in japanese, said
    english = desk.run("people", "duplicates", LEADSYNC_LANGUAGE="en").stdout
    for said in ("1 pairs may be one person", "as one person", "Name:", "Starting point", "about 80% likely"):
        assert said in english, said


def test_duplicates_as_json_and_as_a_table_file(desk: Desk) -> None:
    (found,) = desk.json("people", "duplicates")
    assert (found["pair"], found["weight"], found["prior"], found["hot"]) == (desk.number, 2_000, -8_000, True)
    assert set(found["parts"]) == {"name", "email", "place"}
    assert found["score_together"] == 85_000
    assert desk.run("people", "duplicates", "--csv", "pairs.csv").exit_code == 0
    with (desk.folder / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert {row["left_record"], row["right_record"]} >= {f"hubspot:contact:{desk.other}"}
    assert (row["weight"], row["score_together"]) == ("2.0", "85")


def test_accepted_split_and_taken_back_with_what_came_of_it(desk: Desk) -> None:
    accepted = desk.json("people", "accept", desk.number)
    (person,) = accepted["persons"]
    assert (accepted["applied"], accepted["as_wished"], person["score"]) == (True, True, 85_000)
    assert len(person["records"]) == 3
    assert desk.json("people", "duplicates") == []

    split = desk.json("people", "split", "taro@example.jp", desk.other)
    assert [len(person["records"]) for person in split["persons"]] == [2, 1]
    assert len(split["pairs"]) == 2
    undone = desk.run("people", "undo", "taro@example.jp", desk.other)
    assert "判断を取り消しました" in undone.stdout
    assert len(desk.json("people", "duplicates")) == 1

    kinds = [event["kind"] for event in desk.json("people", "history", "taro@example.jp")["events"]]
    assert kinds.count("merge") == kinds.count("split") == 1
    for language, said in (("ja", "担当者の判断"), ("en", "a reviewer's decision")):
        assert said in desk.run("people", "history", "taro@example.jp", LEADSYNC_LANGUAGE=language).stdout


def test_a_decision_outlasts_a_full_sync(desk: Desk) -> None:
    desk.json("people", "accept", desk.number)
    desk.account.cycle(write=False, full=True)
    assert len(desk.json("explain", desk.other)["records"]) == 3
    desk.json("people", "split", desk.hot, desk.other)
    desk.account.cycle(write=False, full=True)
    assert f"hubspot:contact:{desk.hot}" not in [r["record"] for r in desk.json("explain", desk.other)["records"]]


def test_while_another_process_works_the_decision_waits_for_it(desk: Desk) -> None:
    lease = StoreLease(SqlStore(desk.account.env["LEADSYNC_DATABASE_URL"]), desk.account.clock.now)
    with lease.held():
        result = desk.run("people", "accept", desk.number)
    assert result.exit_code == 0
    assert "次のサイクルで反映" in result.stdout
    desk.account.cycle(write=False)
    assert len(desk.json("explain", desk.other)["records"]) == 3


def test_what_names_no_pair_is_refused_in_words(desk: Desk) -> None:
    result = desk.run("people", "accept", "7-777", LEADSYNC_LANGUAGE="en")
    assert (result.exit_code, "not the number of a pair" in result.stderr) == (2, True)
    assert desk.run("people", "split", desk.hot, "nobody@example.jp").exit_code == 2
    assert desk.run("people", "history", "nobody@example.jp").exit_code == 2


def test_decisions_are_exported_as_weights_and_yes_or_no_without_personal_data(desk: Desk) -> None:
    desk.json("people", "accept", desk.number)
    desk.json("people", "split", desk.other, desk.lead)
    assert desk.run("people", "decisions", "--out", "labels.csv").exit_code == 0
    text = (desk.folder / "labels.csv").read_text(encoding="utf-8-sig")
    head, *rows = text.splitlines()
    assert head == "weight,name,email,place,name_level,email_level,place_level,same"
    assert rows[0].startswith("2000,11000,-2000,1000,")
    assert rows[0].endswith(",yes")
    assert rows[1] == ",,,,,,,no"
    private = ("太郎", "山田", "taro", "yamada", desk.hot, desk.other, desk.lead, desk.number)
    assert not any(word in text for word in private)
    assert desk.run("people", "decisions").stdout.splitlines() == text.splitlines()
    assert [row["same"] for row in desk.json("people", "decisions")] == ["yes", "no"]


def test_status_tells_how_many_pairs_wait(desk: Desk) -> None:
    assert desk.json("status")["review_waiting"] == 1
    assert "1 件あります: `leadsync people duplicates`" in desk.run("status").stdout
    desk.json("people", "accept", desk.number)
    assert "people duplicates" not in desk.run("status").stdout


def test_a_merge_is_planned_refused_without_a_word_and_carried_out_with_yes(desk: Desk) -> None:
    desk.json("people", "accept", desk.number)
    planned = desk.run("people", "merge", "taro@example.jp", "--in", "hubspot", "--plan")
    assert (planned.exit_code, "取り消せません" in planned.stdout) == (0, True)
    assert f"/record/0-1/{desk.hot}" in planned.stdout.replace("\n", "")
    unasked = desk.run("people", "merge", "taro@example.jp", "--in", "hubspot")
    assert (unasked.exit_code, "--yes" in unasked.stderr, desk.merges()) == (2, True, 0)

    merged = desk.json("people", "merge", "taro@example.jp", "--in", "hubspot", "--yes", LEADSYNC_WRITE_MODE="plan")
    assert (merged["keep"]["record"], merged["wrote"]) == (f"hubspot:contact:{desk.hot}", True)
    assert [outcome["result"] for outcome in merged["outcomes"]] == ["applied"]
    assert [entry["field"] for entry in desk.json("audit", "taro@example.jp")] == ["merge", "merge"]
    desk.account.cycle(write=False)
    live = [r["record"] for r in desk.json("explain", "taro@example.jp")["records"] if r["state"] == "live"]
    assert live[-1] == merged["outcomes"][0]["became"]
    assert len(live) == 2
    again = desk.run("people", "merge", "taro@example.jp", "--in", "hubspot", "--yes", LEADSYNC_LANGUAGE="en")
    assert (again.exit_code, "nothing to merge" in again.stderr) == (0, True)


def test_what_a_weight_alone_joins_is_not_merged_but_shown_with_the_weights(desk: Desk) -> None:
    desk.pair(PairRow(1, 2, weight=9_000, **SEEN))
    desk.json("people", "accept", desk.hot, desk.lead)  # anything: it brings matching about
    shown = desk.run("people", "merge", "taro@example.jp", "--in", "hubspot", "--yes", LEADSYNC_LANGUAGE="en")
    assert (shown.exit_code, desk.merges()) == (1, 0)
    assert "match weight of +9.0" in shown.stdout
    assert f"leadsync people accept {desk.number}" in shown.stdout


def test_a_crm_that_refuses_ends_in_exit_code_3_and_changes_nothing(desk: Desk) -> None:
    desk.json("people", "accept", desk.number)
    result = desk.run(
        "people", "merge", "taro@example.jp", "--in", "hubspot", "--yes", LEADSYNC_HUBSPOT__ACCESS_TOKEN="pat-wrong"
    )
    assert (result.exit_code, "pat-wrong" in result.output) == (3, False)
    assert desk.merges() == 0


def test_a_salesforce_merge_is_a_list_with_links_and_writes_nothing(desk: Desk) -> None:
    second = desk.account.salesforce.put(
        "Contact", {"Email": "taro@example.jp", "LastName": "山田", "FirstName": "太郎"}, modstamp=desk.account.ago(1)
    )
    desk.account.cycle(write=False, full=True)
    writes = [call.method for call in desk.account.salesforce.calls if call.method in ("PATCH", "DELETE")]
    shown = desk.run("people", "merge", "taro@example.jp", "--in", "salesforce", "--yes")
    assert shown.exit_code == 0, shown.output
    text = shown.stdout.replace("\n", "")
    assert "取引の開始" in text
    assert "by hand" not in text
    listed = desk.json("people", "merge", "taro@example.jp", "--in", "salesforce")
    assert listed["wrote"] is False
    assert [listed["keep"]["record"]] == [f"salesforce:contact:{second}"]
    assert all(record["url"].endswith(f"{record['record'].rpartition(':')[2]}/view") for record in listed["absorb"])
    assert [c.method for c in desk.account.salesforce.calls if c.method in ("PATCH", "DELETE")] == writes


def test_a_crm_that_is_not_configured_is_refused(desk: Desk) -> None:
    result = desk.run("people", "merge", "taro@example.jp", "--in", "hubspot", LEADSYNC_HUBSPOT__ACCESS_TOKEN=None)
    assert result.exit_code == 2


def test_on_a_terminal_it_asks_before_what_cannot_be_undone(desk: Desk) -> None:
    desk.json("people", "accept", desk.number)
    for typed, merges in ((b"n\n", 0), (b"y\n", 1)):
        code, said = desk.ask("people", "merge", "taro@example.jp", "--in", "hubspot", answer=typed)
        assert b"NOTHING UNDOES THIS" in said
        assert (code, desk.merges()) == (0, merges)


def _until(terminal: int, wanted: bytes) -> bytes:
    """What the program says until it says this, or ends."""
    said = b""
    while wanted not in said and select.select([terminal], [], [], 20)[0]:
        try:
            if not (piece := os.read(terminal, 4_096)):
                break
        except OSError:  # the program has ended
            break
        said += piece
    return said


def test_a_reviewer_s_choice_of_a_value_shows_in_explain(desk: Desk) -> None:
    assert desk.run("people", "prefer", "taro@example.jp", "title", "9999").exit_code == 2
    desk.json("people", "prefer", "taro@example.jp", "name", desk.hot)
    assert desk.json("explain", "taro@example.jp")["fields"]["name"]["why"] == "reviewer"


def test_every_refusal_has_words() -> None:
    assert set(REFUSED) == {str(reason) for reason in Refusal} - {"already_one"}
    assert set(EVIDENCE) == {SAME_EMAIL, SAME_PHONE_AND_NAME, *TOLD, "weight", "decided"}


@pytest.mark.parametrize(
    "command", ["duplicates", "accept", "split", "undo", "decisions", "history", "prefer", "merge", "dedupe", "train"]
)
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["people", command, "--help"])
    assert f"Example: leadsync people {command}" in result.stdout
