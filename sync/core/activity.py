"""The closed vocabulary of activities, and which of them are the person's own acts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from sync.core.records import ActivityRecord


class Kind(StrEnum):
    PAGE_VIEW = "page_view"
    SITE_VISIT = "site_visit"  # a return to the site, page unknown
    CONTENT_DOWNLOAD = "content_download"
    FORM_SUBMIT = "form_submit"
    SEMINAR_REGISTERED = "seminar_registered"
    SEMINAR_ATTENDED = "seminar_attended"
    CAMPAIGN_MEMBER = "campaign_member"  # on a campaign's list; an act only once it became a response
    CAMPAIGN_RESPONSE = "campaign_response"
    TRIAL_SIGNUP = "trial_signup"
    EMAIL_OPEN = "email_open"
    EMAIL_CLICK = "email_click"
    EMAIL_REPLY = "email_reply"  # one-to-one mail from the person
    EMAIL_SENT = "email_sent"  # one-to-one mail from sales
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"
    TASK = "task"


INBOUND = "inbound"
OUTBOUND = "outbound"

ALWAYS_OWN = frozenset(
    {
        Kind.PAGE_VIEW,
        Kind.SITE_VISIT,
        Kind.CONTENT_DOWNLOAD,
        Kind.FORM_SUBMIT,
        Kind.SEMINAR_REGISTERED,
        Kind.SEMINAR_ATTENDED,
        Kind.CAMPAIGN_RESPONSE,
        Kind.TRIAL_SIGNUP,
        Kind.EMAIL_OPEN,
        Kind.EMAIL_CLICK,
        Kind.EMAIL_REPLY,
    }
)
NEVER_OWN = frozenset({Kind.NOTE, Kind.TASK, Kind.EMAIL_SENT, Kind.CAMPAIGN_MEMBER})
TOUCH_KINDS = frozenset({Kind.CALL, Kind.MEETING, Kind.EMAIL_SENT})

INTEGRATION = "integration"
"""Author of what a program logged on nobody's behalf; no CRM has such an id."""

# HubSpot's words for what has not reached the person, or not yet. NO_ANSWER is none of them: her telephone rang, and
# whether she takes the call is not the salesperson's to decide.
_CALL_BARRED = "BUSY CALLING_CRM_USER CANCELED CANCELLED CONNECTING FAILED IN_PROGRESS MISSED QUEUED RINGING"
_NOT_DONE: Mapping[str, frozenset[str]] = {
    Kind.CALL: frozenset(_CALL_BARRED.split()),
    Kind.MEETING: frozenset("CANCELED CANCELLED NO_SHOW RESCHEDULED".split()),
    Kind.EMAIL_SENT: frozenset("BOUNCED FAILED SCHEDULED SENDING".split()),
}
# Accounts rename statuses and make their own; Salesforce lets a status of any name close a task.
_CALLED_OFF = re.compile(
    r"(?<![a-z])(cancel(l?ed)?|no[ _-]?show|rescheduled|postponed|deferred|not (done|held|made|sent))(?![a-z])|"
    r"キャンセル|取消|取り消し|取りやめ|中止|延期|未実施|欠席",
    re.IGNORECASE,
)


def is_own_act(kind: str, direction: str) -> bool:
    """Whether the person did it. What sales or we do is never the person's act;
    calls and meetings count only when the person began them."""
    if kind in NEVER_OWN or direction == OUTBOUND:
        return False
    return kind in ALWAYS_OWN or direction == INBOUND


def is_sales_touch(activity: ActivityRecord) -> bool:
    """Whether sales got in touch: a logged call, meeting or one-to-one mail to the person.

    A task that is still open is a plan, and one of ours is an order: neither is a touch. Nor is what did not take
    place or did not get through, by the CRM's own status, or what a program logged on nobody's behalf.
    """
    planned = activity.key.object == "task" and not activity.closed
    logged = activity.kind in TOUCH_KINDS and activity.direction != INBOUND and not planned and not activity.task_key
    return logged and activity.author_id != INTEGRATION and not _came_to_nothing(activity.kind, activity.status)


def _came_to_nothing(kind: str, status: str) -> bool:
    return status.strip().upper() in _NOT_DONE.get(kind, ()) or bool(_CALLED_OFF.search(status))
