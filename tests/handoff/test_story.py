"""An episode in words, for `explain`."""

from __future__ import annotations

from people import DAY, NOW, episode

from sync.handoff.allotment import OUTSIDE_PILOT
from sync.handoff.story import lines
from sync.repository import Episode


def told(found: Episode, language: str = "en", **completed: int) -> list[str]:
    keys = {key.replace("_", "-"): at for key, at in completed.items()}
    return [line.to(language) for line in lines(found, keys, lambda at: f"<{at - NOW}>")]


def test_owner_due_time_waits_and_stamps_are_told_apart() -> None:
    found = episode(
        owner="o1",
        owner_why="record_owner",
        opened_at=NOW - DAY,
        ordered_at=NOW - DAY + 7200,
        acked_at=NOW - DAY + 7500,
        due_at=NOW + 60,
        plain_due_at=NOW,
        warned_at=NOW - 30,
        sla_state="warning",
    )
    assert told(found) == [
        "owner o1: owner of the record",
        "SLA Warning, due <60> (plain hours: <0>)",
        "waited 120 min for its turn, 5 min of our own until the CRM had the task",
        "warned: <-30>",
    ]
    assert all(any(char >= "\u3040" for char in line) for line in told(found, "ja"))


def test_a_completed_task_without_contact_is_told_until_there_is_one() -> None:
    assert told(episode(), p1_1=NOW - 5)[-1].startswith("the task was completed <-5>, but no contact")
    met = told(episode(sla_state="met", met_at=NOW - 9), p1_1=NOW - 5)
    assert met[-1] == "first contact: <-9>"


def test_why_somebody_has_no_task_is_told() -> None:
    aside = {"task_state": "none", "due_at": None, "sla_state": "none"}
    assert told(episode(owner_why=OUTSIDE_PILOT, owner="o2", **aside)) == ["no task: the owner is not in the pilot"]
    assert "colleague's task" in told(episode(handover="account", **aside))[0]
    noted = told(episode(handover="deal", deal="hubspot:deal:5", **aside))
    assert "hubspot:deal:5" in noted[0]
