"""What happened once counts once: which logged activities are copies of each other."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.activity import INBOUND, OUTBOUND, Kind
from sync.core.records import ActivityRecord, RecordKey
from sync.identity.occurrences import Fold, occurrences, subject

TOKYO = "Asia/Tokyo"
TEN = 1_795_050_000  # 2026-11-19 10:00 in Tokyo
NOON = TEN + 2 * 3600
HOUR, DAY = 3600, 86_400
HS, HS2 = RecordKey("hubspot", "contact", "1"), RecordKey("hubspot", "contact", "2")
LEAD, CONTACT = RecordKey("salesforce", "lead", "00Q1"), RecordKey("salesforce", "contact", "0031")


def act(
    system: str, object: str, id: str, at: int, who: RecordKey, title: str = "導入のご相談", **values: object
) -> ActivityRecord:
    kind = values.pop(
        "kind", {"meeting": Kind.MEETING, "event": Kind.MEETING, "email": Kind.EMAIL_REPLY}.get(object, Kind.CALL)
    )
    return ActivityRecord(RecordKey(system, object, id), at, kind, at, people=(who,), title=title, **values)  # type: ignore[arg-type]


def hs(object: str, id: str, at: int, who: RecordKey = HS, **values: object) -> ActivityRecord:
    return act("hubspot", object, id, at, who, **values)  # type: ignore[arg-type]


def sf(object: str, id: str, at: int, who: RecordKey = CONTACT, **values: object) -> ActivityRecord:
    return act("salesforce", object, id, at, who, **values)  # type: ignore[arg-type]


def left(*activities: ActivityRecord, timezone: str = TOKYO) -> list[str]:
    return [activity.key.id for activity in occurrences(activities, timezone).activities]


def test_a_meeting_in_both_crms_at_one_minute_is_one_and_hubspot_s_is_kept() -> None:
    found = occurrences([sf("event", "e", TEN), hs("meeting", "m", TEN)], TOKYO)
    assert [activity.key.id for activity in found.activities] == ["m"]
    assert found.activities[0].people == (HS, CONTACT)
    assert found.folds == (
        Fold(RecordKey("hubspot", "meeting", "m"), RecordKey("salesforce", "event", "e"), "same_minute"),
    )


def test_a_meeting_an_hour_later_is_another_one() -> None:
    assert left(hs("meeting", "m", TEN), sf("event", "e", TEN + HOUR)) == ["m", "e"]


def test_a_salesforce_task_meets_the_call_of_its_day_whenever_it_was_closed() -> None:
    found = occurrences([hs("call", "c", TEN), sf("task", "t", TEN + 7 * HOUR)], TOKYO)
    assert [activity.key.id for activity in found.activities] == ["c"]
    assert found.folds[0].evidence == "same_day"


def test_the_day_is_that_of_the_time_zone() -> None:
    pair = hs("call", "c", TEN), sf("task", "t", TEN + 13 * HOUR)  # 23:00 in Tokyo, the next day in Auckland
    assert left(*pair) == ["c"]
    assert left(*pair, timezone="Pacific/Auckland") == ["c", "t"]


def test_an_all_day_event_meets_the_meeting_of_its_day() -> None:
    assert left(sf("event", "e", TEN - 10 * HOUR), hs("meeting", "m", TEN)) == ["m"]


def test_two_calls_of_one_day_on_one_record_stay_two() -> None:
    assert left(hs("call", "1", TEN), hs("call", "2", TEN)) == ["1", "2"]
    assert left(sf("task", "1", NOON), sf("task", "2", NOON)) == ["1", "2"]


def test_one_task_stands_for_one_of_two_calls_the_nearer() -> None:
    calls = hs("call", "1", TEN), hs("call", "2", TEN + 5 * HOUR)
    found = occurrences([*calls, sf("task", "t", TEN + 5 * HOUR + 300)], TOKYO)
    assert [activity.key.id for activity in found.activities] == ["1", "2"]
    assert [fold.kept.id for fold in found.folds] == ["2"]
    assert left(*calls, sf("task", "t", TEN + 60), sf("task", "u", TEN + 6 * HOUR)) == ["1", "2"]
    assert len(left(*calls, *(sf("task", str(n), TEN + n) for n in (7, 8, 9)))) == 3


def test_one_call_logged_on_lead_and_contact_in_one_go_is_one() -> None:
    assert len(left(sf("task", "t", TEN + 7, LEAD), sf("task", "u", TEN + 9, CONTACT))) == 1
    assert len(left(sf("task", "t", TEN + 7, LEAD), sf("task", "u", TEN + HOUR, CONTACT))) == 2
    assert len(left(sf("task", "t", NOON, LEAD), sf("task", "u", NOON, CONTACT))) == 2  # noon stands for "that day"


def test_a_mail_logged_on_two_contacts_of_the_person_is_one() -> None:
    assert len(left(hs("email", "1", TEN + 1, HS), hs("email", "2", TEN + 2, HS2))) == 1


def test_one_message_id_is_one_mail_wherever_whenever_and_under_whatever_subject_it_was_logged() -> None:
    mails = (
        hs("email", "1", TEN, message_id="<A1@mail.example>"),
        hs("email", "2", TEN + DAY, message_id="a1@mail.example", title="別の件名"),
        sf("task", "t", TEN + 9 * DAY, message_id=" <a1@mail.example> ", kind=Kind.EMAIL_SENT),
    )
    assert len(left(*mails)) == 1


def test_two_message_ids_are_two_mails() -> None:
    assert len(left(hs("email", "1", TEN, HS, message_id="a"), hs("email", "2", TEN, HS2, message_id="b"))) == 2


@pytest.mark.parametrize(
    "copy",
    ["Email: 見積の件", "メール：見積の件", "RE: 見積の件", "Re[2]: Fwd: 見積の件", "[External] 見積の件",
     "ｅ－ｍａｉｌ: 見積の件", "Acme Mailer: 見積の件", "Logged by Acme: Re: 見積の件", "返信: 見積の件", "見積の件 "],
)  # fmt: skip
def test_a_prefix_that_a_tool_put_before_the_subject_does_not_hide_the_twin(copy: str) -> None:
    assert left(
        hs("email", "m", TEN, title="見積の件"), sf("task", "t", TEN + HOUR, title=copy, kind=Kind.EMAIL_REPLY)
    ) == ["m"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("見積: A 案", "請求: A 案"),
        ("見積の件", "請求の件"),
        ("", ""),
        ("", "電話"),
        ("件名: 見積の件について", "見積の件"),
    ],
)
def test_other_subjects_are_other_occasions(one: str, other: str) -> None:
    assert left(hs("call", "c", TEN, title=one), sf("task", "t", TEN + HOUR, title=other)) == ["c", "t"]


def test_prefixes_are_not_stripped_within_one_crm() -> None:
    assert len(left(hs("email", "1", TEN, HS, title="Acme: 見積"), hs("email", "2", TEN, HS2, title="見積"))) == 2


def test_a_call_in_and_a_call_out_of_one_day_are_two() -> None:
    calls = hs("call", "c", TEN, direction=INBOUND), sf("task", "t", TEN + HOUR, direction=OUTBOUND)
    assert left(*calls) == ["c", "t"]


def test_other_kinds_are_never_folded() -> None:
    views = [hs("page_view", str(n), TEN, who, kind=Kind.PAGE_VIEW) for n, who in enumerate((HS, HS2))]
    forms = [hs("form_submission", "f", TEN, kind=Kind.FORM_SUBMIT), sf("task", "t", TEN, kind=Kind.TASK)]
    assert len(left(*views, *forms)) == 4


def test_the_kept_one_learns_what_only_the_copy_knows() -> None:
    found = occurrences([hs("call", "c", TEN), sf("task", "t", TEN, direction=INBOUND, message_id="m")], TOKYO)
    assert (found.activities[0].direction, found.activities[0].message_id) == (INBOUND, "m")


def test_a_machine_s_thousand_calls_of_one_subject_are_left_alone() -> None:
    calls = [hs("call", str(n), TEN) for n in range(1_000)]
    assert len(left(*calls, *(sf("task", str(n), TEN) for n in range(1_000)))) == 2_000


def test_subjects_are_compared_without_what_tools_add() -> None:
    assert subject("RE: [Ticket 12] Fwd：Email: ご 相談") == "ご 相談"
    assert subject("[In]") == "[in]"
    assert subject("Re:") == "re:"


def _any() -> st.SearchStrategy[list[ActivityRecord]]:
    @st.composite
    def some(draw: st.DrawFn) -> list[ActivityRecord]:
        made = []
        for number in range(draw(st.integers(2, 7))):
            system, object, who = draw(
                st.sampled_from(
                    [("hubspot", "call", HS), ("hubspot", "call", HS2), ("salesforce", "task", LEAD),
                     ("salesforce", "task", CONTACT), ("hubspot", "meeting", HS), ("salesforce", "event", CONTACT)]
                )
            )  # fmt: skip
            made.append(
                act(
                    system,
                    object,
                    str(number),
                    draw(st.sampled_from([TEN, TEN + 5, TEN + 61, NOON, TEN + DAY, TEN - 10 * HOUR])),
                    who,
                    draw(st.sampled_from(["A", "Mailer: A", "B", ""])),
                    direction=draw(st.sampled_from(["", INBOUND, OUTBOUND])),
                    message_id=draw(st.sampled_from(["", "", "", "m1", "m2"])),
                )
            )
        return made

    return some()


@settings(max_examples=300, deadline=None)
@given(_any(), st.randoms(use_true_random=False))
def test_the_answer_is_the_same_in_any_order_and_a_second_look_changes_nothing(
    activities: list[ActivityRecord], rng: random.Random
) -> None:
    found = occurrences(activities, TOKYO)
    shuffled = list(activities)
    rng.shuffle(shuffled)
    assert sorted(occurrences(shuffled, TOKYO).activities, key=str) == sorted(found.activities, key=str)
    assert occurrences(shuffled, TOKYO).folds == found.folds
    again = occurrences(found.activities, TOKYO)
    assert again.folds == ()
    assert again.activities == found.activities


@settings(max_examples=300, deadline=None)
@given(_any())
def test_what_is_folded_never_joins_two_of_one_record_but_by_message_id(activities: list[ActivityRecord]) -> None:
    found = occurrences(activities, TOKYO)
    by_key = {activity.key: activity for activity in activities}
    for kept in found.activities:
        members = [kept.key, *(fold.copy for fold in found.folds if fold.kept == kept.key)]
        for a, b in itertools.combinations([by_key[key] for key in members], 2):
            same_message = bool(a.message_id) and a.message_id == b.message_id
            assert same_message or not set(a.people) & set(b.people)
            assert not (a.message_id and b.message_id) or same_message
    assert len(found.activities) + len(found.folds) == len(activities)
