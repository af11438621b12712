"""The connector's whole life on one account, from the first look to the clean exit, with what goes wrong on the way.

Nothing is judged here but that the connector got through; every call it made is checked afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from connectors.hubspot.connector import HubSpotConnector
from connectors.sandbox.http import Response
from connectors.sandbox.hubspot.auth import ALL_SCOPES
from connectors.sandbox.hubspot.refusals import invalid
from sync.core.records import HUBSPOT, RecordKey
from sync.errors import AccessRefused, QuotaReached, VendorError
from sync.ports import Outcome, Result, ScoreUpdate, Step, TaskAction, TaskOrder
from tests.conformance.account import FORM, OTHER_OWNER, OWNER, REMOVED_OWNER, Account, add_page_views

_DAY = 86_400
_OPTIONAL = ("deals", "forms", "email_events", "page_views")
_GOOD: dict[str, int | str | None] = {
    "score": 85,
    "band": "hot",
    "top_reason": "料金ページを閲覧",
    "hot_since": 1_790_000_000,
    "sla_due": None,
    "talk_track": "料金の比較についてお話しください。",
}


class LifeError(Exception):
    """The connector did not get through: what was to be checked did not happen."""


def lead(account: Account) -> None:
    """Every verb of the connector, with what goes wrong on the way."""
    _first_look(account)
    _provision(account)
    _lists(account)
    _read(account)
    _write_scores(account)
    _write_tasks(account)
    _merge(account)
    _without_rights(account)
    _refused(account)
    _by_oauth(account)
    _leave(account)


def lead_where_batches_are_refused(account: Account) -> None:
    """On an account of its own: properties made and removed one by one, since their batches are not taken."""
    account.app.fault(method="POST", path=r"/crm/v3/properties/contacts/batch/create", response=_refusal())
    account.app.fault(method="POST", path=r"/crm/v3/properties/contacts/batch/archive", response=_refusal())
    _provision(account)
    with account.connector() as connector:
        _expect(_states(connector.deprovision(apply=True)) == {"removed"}, "everything is removed")


def read_all(account: Account) -> None:
    """A first load and what follows it, whatever the account holds."""
    cursors: dict[str, str | None] = {}
    with account.connector() as connector:
        _expect(_pull(connector, cursors) > 0, "the first load brings records")
        account.app.clock.advance(600)
        _pull(connector, cursors)


def _first_look(account: Account) -> None:
    with account.connector() as connector:
        connector.account()
        list(connector.check())
        _expect(bool(connector.missing_fields()), "fields are missing before they are provisioned")
        list(connector.provision(apply=False))


def _provision(account: Account) -> None:
    with account.connector() as connector:
        states = _states(connector.provision(apply=True, minimal=True)) | _states(connector.provision(apply=True))
        _expect(states == {"created", "present"}, f"everything is provisioned, got {sorted(states)}")
        _expect(not connector.missing_fields(), "nothing is missing after provisioning")


def _lists(account: Account) -> None:
    """Made, found again, refused without the scope."""
    with account.connector() as connector:
        made = _states(step for step in connector.provision(apply=True, lists=True) if step.kind == "list")
        found = _states(step for step in connector.provision(apply=True, lists=True) if step.kind == "list")
        _expect((made, found) == ({"created"}, {"present"}), f"lists are made and found, got {made}, {found}")
        account.app.scopes.discard("crm.lists.read")
        refused = _states(step for step in connector.provision(apply=True, lists=True) if step.kind == "list")
        _expect(refused == {"refused"}, f"lists are refused without their scope, got {refused}")
    account.app.scopes.update(ALL_SCOPES)


def _read(account: Account) -> None:
    cursors: dict[str, str | None] = {}
    with account.connector() as connector:
        _expect(_pull(connector, cursors) > 500, "the first load brings the seeded records")
        _change(account)
        _expect(_pull(connector, cursors) > 250, "the second pull brings the changed records")
        account.app.clock.advance(2 * _DAY)  # owners, forms and archived records are due again
        _pull(connector, cursors)
        _expect(_pull(connector, dict(cursors), full=True) > 500, "a full pass brings everything")


def _pull(connector: HubSpotConnector, cursors: dict[str, str | None], full: bool = False) -> int:
    """How many records came."""
    came = 0
    for page in connector.read({stream: cursors.get(stream) for stream in connector.streams}, full=full):
        cursors[page.stream] = page.cursor
        came += len(page.records)
    return came


def _change(account: Account) -> None:
    """Of everything something new, more changed contacts than fit into a page, one record archived, two merged."""
    app = account.app
    app.clock.advance(900)
    now = app.clock.ms()
    contacts = account.ids["contacts"]
    app.put_many("contacts", (({"jobtitle": "課長"}, contact, None, None) for contact in contacts[200:450]))
    app.put("companies", {"industry": "MACHINERY"}, account.ids["companies"][0])
    app.put("deals", {"dealstage": "closedwon"}, account.ids["deals"][0])
    app.put("meetings", {"hs_meeting_outcome": "NO_SHOW"}, account.ids["meetings"][0])
    app.put("tasks", {"hs_task_status": "COMPLETED"}, account.ids["tasks"][0])
    app.archive("contacts", contacts[107])
    app.merge_contacts(contacts[108], contacts[109])
    app.submit_form(FORM, now, {"email": "new@example.com"}, "https://example.com/contact")
    app.add_email_event("OPEN", now, "p1@c1.example.com", 78)
    add_page_views(account, contacts[:3], now)


def _write_scores(account: Account) -> None:
    contacts = account.ids["contacts"]
    good = [_update(contact, _GOOD) for contact in contacts[200:420]]
    bad = _update(contacts[0], {**_GOOD, "band": "boiling"})
    lost = _update("999999999", _GOOD)
    merged = _update(account.ids["merged"][0], _GOOD)
    with account.connector() as connector:
        outcomes = _flat(connector.write_scores([*good, bad, lost, merged]))
    results = {outcome.key: outcome.result for outcome in outcomes}
    _expect(all(results[each.key] is Result.APPLIED for each in [*good, merged]), "good scores are written")
    _expect(all(results[each.key] is Result.REJECTED for each in (bad, lost)), "bad scores are rejected")


def _update(contact: str, fields: dict[str, int | str | None]) -> ScoreUpdate:
    return ScoreUpdate(f"score-{contact}", RecordKey(HUBSPOT, "contact", contact), fields)


def _write_tasks(account: Account) -> None:
    contacts = account.ids["contacts"]
    orders = [_order(n, contact) for n, contact in enumerate(contacts[200:310])]
    with account.connector() as connector:
        made = _flat(connector.write_tasks(orders))
        _expect({outcome.result for outcome in made} == {Result.APPLIED}, "tasks are made")
        again = [_order(0, contacts[200], suspect=True), _order(501, contacts[201], suspect=True)]
        _flat(connector.write_tasks([*again, _order(502, contacts[202], owner=REMOVED_OWNER)]))
        _flat(connector.write_tasks([_order(503, account.ids["merged"][0]), _order(504, "999999998")]))
        deals = [account.ids["deals"][0], "999999995"]
        on_deals = [_order(505 + n, contacts[203 + n], deal=deal) for n, deal in enumerate(deals)]
        hung = _flat(connector.write_tasks(on_deals))
        _expect({outcome.result for outcome in hung} == {Result.APPLIED}, "tasks hang on deals")
        tasks = [outcome.record.id for outcome in made[:3] if outcome.record]
        moved = _flat(connector.write_tasks([_move(task, OTHER_OWNER) for task in tasks]))
        _expect({outcome.result for outcome in moved} == {Result.APPLIED}, "tasks change hands")
        refused = _flat(connector.write_tasks([_move(tasks[0], REMOVED_OWNER), _move("999999997", OWNER)]))
        _expect([each.result for each in refused] == [Result.UNCHANGED, Result.REJECTED], f"got {refused}")
        done = _flat(connector.write_tasks([_completion(task) for task in [*tasks, "999999997"]]))
    results = [outcome.result for outcome in done]
    _expect(sorted(results) == [*[Result.APPLIED] * 3, Result.REJECTED], f"tasks are completed, got {results}")


def _order(number: int, contact: str, *, owner: str = OWNER, suspect: bool = False, deal: str = "") -> TaskOrder:
    return TaskOrder(
        key=f"task-{number}",
        action=TaskAction.CREATE,
        task_key=f"p{number}-e1",
        person=RecordKey(HUBSPOT, "contact", contact),
        subject="至急フォロー",
        body=f"理由: 料金ページ\nleadsync:p{number}-e1\n",
        due_at=1_790_200_000,
        remind_at=1_790_190_000,
        owner_id=owner,
        suspect_since=1_789_000_000 if suspect else None,
        deal=RecordKey(HUBSPOT, "deal", deal) if deal else None,
    )


def _completion(task: str) -> TaskOrder:
    return TaskOrder(f"done-{task}", TaskAction.COMPLETE, f"k-{task}", task_id=task, note="重複のため完了")


def _move(task: str, owner: str) -> TaskOrder:
    note = "期限を過ぎたため担当を変更"
    return TaskOrder(f"move-{task}", TaskAction.REASSIGN, f"k-{task}", task_id=task, owner_id=owner, note=note)


def _merge(account: Account) -> None:
    """Two contacts become one; the same order again; one whose answer is lost; one that is refused."""
    one, other, third, fourth = (RecordKey(HUBSPOT, "contact", id_) for id_ in account.ids["contacts"][450:454])
    nobody = RecordKey(HUBSPOT, "contact", "999999996")
    with account.connector() as connector:
        made = connector.merge(one, other)
        account.app.fault(path="contacts/merge", action="work_then_reset")
        results = [made.result, connector.merge(one, other).result, connector.merge(third, fourth).result]
        results.append(connector.merge(made.record or one, nobody).result)
        account.app.fault(path="contacts/merge", response=_refusal())
        last = RecordKey(HUBSPOT, "contact", account.ids["contacts"][454])
        results.append(connector.merge(made.record or one, last).result)
    due = [Result.APPLIED, Result.UNCHANGED, Result.APPLIED, Result.REJECTED, Result.REJECTED]
    _expect(results == due, f"contacts are merged, got {results}")


def _without_rights(account: Account) -> None:
    """403 wherever a scope or a product is missing."""
    account.app.scopes.clear()
    account.app.enterprise = False
    with account.connector() as connector:
        list(connector.check())
        noticed = [page.stream for page in connector.read(dict.fromkeys(_OPTIONAL)) if page.notices]
        _expect(sorted(noticed) == sorted(_OPTIONAL), "what is not granted is skipped")
        _raises(VendorError, lambda: list(connector.provision(apply=True)))
    account.app.scopes.update(ALL_SCOPES)
    account.app.enterprise = True


def _refused(account: Account) -> None:
    """401 with a wrong token, 429 when the account's day is used up."""
    with account.connector("pat-na1-wrong") as connector:
        _raises(AccessRefused, connector.account)
    limit, account.app.daily_limit = account.app.daily_limit, account.app.daily_used
    with account.connector() as connector:
        _raises(QuotaReached, lambda: list(connector.read({"contacts": None})))
    account.app.daily_limit = limit


def _by_oauth(account: Account) -> None:
    with account.oauth_connector() as connector:
        connector.account()
        account.app.expire_tokens()
        list(connector.read({"owners": None}))
        list(connector.check())
    with account.oauth_connector("dead-refresh-token") as connector:
        _raises(AccessRefused, connector.account)


def _leave(account: Account) -> None:
    contact = account.ids["contacts"][300]
    with account.connector() as connector:
        list(connector.deprovision(apply=False))
        _expect(_states(connector.deprovision(apply=True)) == {"removed"}, "everything is removed")
        gone = _flat(connector.write_scores([_update(contact, {**_GOOD, "score": 12})]))
        _expect(gone[0].result is Result.REJECTED, "what has no field is rejected")
        _expect("refused" in _states(connector.provision(apply=True)), "archived properties block their names")
        list(connector.deprovision(apply=True))


def _states(steps: Iterable[Step]) -> set[str]:
    return {step.state for step in steps}


def _refusal() -> Response:
    """What the emulator says of malformed input; here said of good input, to see the connector take it apart."""
    return invalid("The batch could not be processed").response()


def _flat(batches: Iterable[Sequence[Outcome]]) -> list[Outcome]:
    return [outcome for batch in batches for outcome in batch]


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise LifeError(f"this should hold: {what}")


def _raises(kind: type[Exception], act: Callable[[], object]) -> None:
    try:
        act()
    except kind:
        return
    raise LifeError(f"{kind.__name__} was due")
