"""What counts as sales having got in touch, by kind, direction, status and author of an activity."""

from __future__ import annotations

from typing import Any

import pytest

from sync.core.activity import INTEGRATION, TOUCH_KINDS, Kind, is_sales_touch
from sync.core.records import ActivityRecord, RecordKey


def touch(kind: Kind, object: str = "call", system: str = "hubspot", **more: Any) -> bool:
    return is_sales_touch(ActivityRecord(RecordKey(system, object, "1"), 1, kind, 1, **more))


@pytest.mark.parametrize(
    ("kind", "status", "counts"),
    [
        *((Kind.CALL, word, True) for word in ("", "COMPLETED", "NO_ANSWER", "no_answer")),
        *((Kind.CALL, word, False) for word in ("BUSY", "FAILED", "CANCELED", "MISSED", "failed", " FAILED ")),
        *((Kind.CALL, word, False) for word in ("QUEUED", "CALLING_CRM_USER", "RINGING", "CONNECTING", "IN_PROGRESS")),
        *((Kind.MEETING, word, True) for word in ("", "COMPLETED", "SCHEDULED", "demo_held")),
        *((Kind.MEETING, word, False) for word in ("NO_SHOW", "CANCELED", "RESCHEDULED", "No-show", "canceled_by_us")),
        *((Kind.MEETING, word, False) for word in ("顧客都合でキャンセル", "延期", "欠席")),
        *((Kind.EMAIL_SENT, word, True) for word in ("", "SENT")),
        *((Kind.EMAIL_SENT, word, False) for word in ("BOUNCED", "FAILED", "SCHEDULED", "SENDING")),
    ],
)
def test_what_did_not_happen_or_did_not_get_through_is_none(kind: Kind, status: str, counts: bool) -> None:
    assert touch(kind, status=status) is counts


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        *((word, True) for word in ("Completed", "完了", "対応済み", "Closed", "Done")),
        *((word, False) for word in ("Canceled", "Cancelled", "Deferred", "Not done", "中止", "取り消し", "未実施")),
    ],
)
@pytest.mark.parametrize("kind", [Kind.CALL, Kind.EMAIL_SENT])
def test_a_status_of_the_orgs_own_may_close_a_task_that_came_to_nothing(kind: Kind, status: str, counts: bool) -> None:
    assert touch(kind, "task", "salesforce", status=status, closed=True) is counts
    assert not touch(kind, "task", "salesforce", status=status, closed=False)


@pytest.mark.parametrize("kind", sorted(TOUCH_KINDS))
def test_neither_the_persons_own_act_nor_our_task_nor_a_programs_log_is_one(kind: Kind) -> None:
    assert touch(kind)
    assert touch(kind, author_id="31")
    assert not touch(kind, direction="inbound")
    assert not touch(kind, task_key="p1-e1")
    assert not touch(kind, author_id=INTEGRATION)


@pytest.mark.parametrize("kind", sorted(set(Kind) - TOUCH_KINDS))
def test_other_kinds_are_none(kind: Kind) -> None:
    assert not touch(kind)
