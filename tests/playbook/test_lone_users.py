"""An integration's account gets no work, unless it is the only one that a CRM has."""

from __future__ import annotations

import pytest
from offices import owner

from sync.core.records import ActivityRecord, RecordKey
from sync.handoff.owners import OwnerBook, usable, with_lone_users
from sync.handoff.touch import Authors

ADMIN = owner("admin", automated=True)
HUBSPOT = owner("ann", "hubspot")


def able(*owners):
    return {one.id for one in with_lone_users(owners) if usable(one)}


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ((), {"s-admin"}),
        ((owner("left", active=False),), {"s-admin"}),
        ((owner("robot", active=False, automated=True),), {"s-admin"}),  # a queue, or the vendor's own process
        ((owner("hub", automated=True),), {"s-admin", "s-hub"}),
        ((owner("ann"),), {"s-ann"}),
        ((owner("ann"), owner("left", active=False)), {"s-ann"}),
    ],
)
def test_it_is_a_persons_only_where_nobody_else_works(others, found):
    assert able(ADMIN, *others) == found


def test_the_other_crms_people_are_not_this_ones():
    assert able(ADMIN, HUBSPOT) == {"s-admin", "h-ann"}


def test_the_only_account_is_found_by_id_and_mail_and_across_the_crms():
    book = OwnerBook([ADMIN, owner("admin", "hubspot")])
    assert book.by_mail("salesforce", "Admin@x.jp").id == "s-admin"
    assert book.in_system("salesforce", "hubspot", "h-admin").id == "s-admin"
    assert book.salespeople([("salesforce", "s-admin")]) == 1


def test_among_others_it_is_found_by_id_only_and_takes_no_task():
    book = OwnerBook([ADMIN, owner("ann")])
    assert book.of("salesforce", "s-admin").automated
    assert book.by_mail("salesforce", "admin@x.jp") is None
    assert book.in_system("salesforce", "salesforce", "s-admin") is None


@pytest.mark.parametrize(
    ("others", "counts"), [((), True), ((HUBSPOT,), True), ((owner("ann"),), False), ((owner("ann"), HUBSPOT), False)]
)
def test_what_it_logs_is_contact_only_where_nobody_else_works(others, counts):
    call = ActivityRecord(RecordKey("salesforce", "task", "1"), 1, "call", 1, author_id="s-admin")
    assert Authors([ADMIN, *others]).human(call) is counts
