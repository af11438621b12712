"""Matching in a reviewer's hands: pairs that may be one person, decisions on them, merges inside a CRM."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer

from sync.bootstrap import Service
from sync.cli import people_dedupe, people_list, people_train
from sync.cli.shell import AsJson, Person, err, guarded, open_service, out, print_json, say
from sync.console import people as shown
from sync.console import spreadsheet
from sync.core.records import HUBSPOT, SALESFORCE, RecordKey
from sync.core.text import Text
from sync.errors import ConfigError, VendorError
from sync.identity.engine.explain import level_id
from sync.identity.engine.model import PARTS, Model
from sync.jobs import merge_records
from sync.jobs.decide import came_true, judge, outcome
from sync.jobs.merge_records import MergePlan, Standing, plan_merge
from sync.jobs.person_history import history as history_job
from sync.jobs.prefer import CHOOSABLE
from sync.jobs.prefer import prefer as prefer_job
from sync.jobs.review_pairs import review
from sync.ports import Merging, Outcome, RecordPages, Result
from sync.repository import Verdict

app = typer.Typer(
    no_args_is_help=True, help="One person out of many records: review, decide, merge, clean a list, train."
)
app.add_typer(people_list.app)
app.add_typer(people_dedupe.app)
app.add_typer(people_train.app)

_LEFT = "CRM record id, person key or e-mail address; or a pair's number from `people duplicates`, alone."
_RIGHT = "The other record, named the same way."
Left = Annotated[str, typer.Argument(metavar="LEFT", help=_LEFT)]
Right = Annotated[str | None, typer.Argument(metavar="RIGHT", help=_RIGHT)]


@app.command(epilog="Example: leadsync people duplicates --limit 50 --csv pairs.csv")
@guarded
def duplicates(
    limit: Annotated[int, typer.Option(help="How many pairs.", min=1, max=5_000)] = 20,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write the pairs to this file instead.")] = None,
    json_: AsJson = False,
) -> int:
    """List pairs that may be one person, by how much they matter: hot people first."""
    with open_service(need_connector=False) as service:
        language = service.settings.language
        model = service.take_up_model()
        found = review(service.store, service.scoring, int(service.clock()), limit, model=model)
        if csv_file:
            _write(csv_file, list(shown.question_rows(found, language)))
        if json_:
            print_json([shown.question_document(question, language) for question in found])
        elif csv_file:
            say(
                Text(f"{len(found)} pairs written to {csv_file}", f"{len(found)} 件を {csv_file} に書き出しました"),
                language,
            )
        else:
            with service.store.reading() as unit:
                waiting = unit.count_review_pairs()
            out.print(shown.duplicates(found, waiting, language))
        return 0


@app.command(epilog="Example: leadsync people accept 12-345")
@guarded
def accept(left: Left, right: Right = None, json_: AsJson = False) -> int:
    """They are one person, for ever after. Nothing is merged in a CRM; `people undo` takes it back."""
    return _decide(left, right, "same", json_)


@app.command(epilog="Example: leadsync people split taro.yamada@example.co.jp 00Q5g00000AbCdEEAV")
@guarded
def split(left: Left, right: Right = None, json_: AsJson = False) -> int:
    """They are two people, for ever after. A person and one of her records: that record is parted from all others."""
    return _decide(left, right, "different", json_)


@app.command(epilog="Example: leadsync people undo 12-345")
@guarded
def undo(left: Left, right: Right = None, json_: AsJson = False) -> int:
    """Take back what was decided about these records; matching decides again."""
    return _decide(left, right, "open", json_)


@app.command(epilog="Example: leadsync people decisions --out decisions.csv")
@guarded
def decisions(
    out_file: Annotated[Path | None, typer.Option("--out", help="CSV file; without it, standard output.")] = None,
    json_: AsJson = False,
) -> int:
    """Export what was decided as weights and yes or no, to train a model with; holds no personal data."""
    with open_service(need_connector=False) as service:
        model = service.take_up_model()
        with service.store.reading() as unit:
            rows = [_labelled(row, model) for row in unit.decisions_export()]
        if out_file:
            _write(out_file, rows, _LABEL_COLUMNS)
            text = Text(
                f"{len(rows)} decisions written to {out_file}", f"{len(rows)} 件の判断を {out_file} に書き出しました"
            )
            say(text, service.settings.language)
        if json_:
            print_json(rows)
        elif not out_file:
            spreadsheet.print_rows(sys.stdout, rows, _LABEL_COLUMNS)
        return 0


@app.command(epilog="Example: leadsync people history taro.yamada@example.co.jp")
@guarded
def history(person: Person, json_: AsJson = False) -> int:
    """How a person came to have the records she has: merges, splits and decisions."""
    with open_service(need_connector=False) as service:
        settings = service.settings
        found = history_job(service.store, person)
        if json_:
            print_json(shown.history_document(found))
        else:
            out.print(shown.history(found, settings.timezone, settings.language))
        return 0


@app.command(epilog="Example: leadsync people prefer taro.yamada@example.co.jp title 00Q5g00000AbCdEEAV")
@guarded
def prefer(
    person: Person,
    field: Annotated[str, typer.Argument(help=f"One of: {', '.join(CHOOSABLE)}.")],
    record: Annotated[str, typer.Argument(help="CRM id of the record whose value counts.")],
    json_: AsJson = False,
) -> int:
    """Decide whose value a field of a person takes; a later choice replaces it. Scores follow with the next cycle."""
    with open_service(need_connector=False) as service:
        prefer_job(service.store, person, field, record, _author(), int(service.clock()))
        if json_:
            print_json({"person": person, "field": field, "record": record})
        else:
            text = Text("Put down; the next cycle scores with it.", "記録しました。次のサイクルから反映されます。")
            say(text, service.settings.language)
        return 0


@app.command(epilog="Example: leadsync people merge taro.yamada@example.co.jp --in hubspot --plan")
@guarded
def merge(
    person: Person,
    system: Annotated[Literal["hubspot", "salesforce"], typer.Option("--in", help="The CRM to merge in.")],
    keep: Annotated[str | None, typer.Option("--keep", metavar="ID", help="The record that stays.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what would be merged.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json_: AsJson = False,
) -> int:
    """Make one record of a person's records inside a CRM. CANNOT BE UNDONE. Salesforce: a list with links only."""
    with open_service() as service:
        _check_connected(service, system)
        model = service.take_up_model()
        if not plan:
            service.match()  # a cycle may have ended between reading and matching: what ties records may be gone
        planned = plan_merge(service.store, person, system, keep, sure_only=system == HUBSPOT, model=model)
        links = _links(service, planned)
        if not json_:
            out.print(shown.merge_plan(planned, links, service.settings.language))
        if system == SALESFORCE or plan or not planned.absorb:
            return _only_show(planned, links, service.settings.language, json_)
        if not _confirmed(planned, yes, json_, service.settings.language):
            return 0
        with service.sole_access(system) as keep_alone:
            now = plan_merge(service.store, planned.person, system, keep)
            if _records(now) != _records(planned):
                raise _changed_meanwhile()
            return _merge(service, now, links, json_, keep_alone)


_LABEL_COLUMNS = ("weight", "name", "email", "place", "name_level", "email_level", "place_level", "same")


def _decide(left: str, right: str | None, verdict: Verdict, as_json: bool) -> int:
    with open_service(need_connector=False) as service:
        service.take_up_model()  # first: a decision that nobody could act on is not put down
        now = int(service.clock())
        judged = judge(service.store, left, right, verdict, _author(), now)
        applied = service.match()
        parties = outcome(service.store, judged, service.scoring, now) if applied else []
        as_wished = came_true(judged, parties)
        if as_json:
            print_json(shown.decided_document(judged, applied, parties, as_wished))
        else:
            out.print(shown.decided(judged, applied, parties, as_wished, service.settings.language))
        return 1 if applied and not as_wished else 0


def _author() -> str:
    """Who decides: the account on this machine."""
    with suppress(OSError, KeyError):  # a container may run a user that has no name
        return getpass.getuser()
    return "command line"


def _labelled(row: dict[str, int | str | None], model: Model) -> dict[str, object]:
    """A decided pair with its levels by their names, which mean the same in every model."""
    labelled: dict[str, object] = dict(row)
    for comparison in PARTS:
        number = row[f"{comparison}_level"]
        if isinstance(number, int):
            labelled[f"{comparison}_level"] = level_id(comparison, number, model)
    labelled["same"] = "yes" if labelled.pop("verdict") == "same" else "no"
    return labelled


def _write(path: Path, rows: Sequence[dict[str, object]], columns: Sequence[str] = ()) -> None:
    spreadsheet.write_rows(path, rows, columns or list(rows[0] if rows else ["pair"]))


def _check_connected(service: Service, system: str) -> None:
    if system not in service.connectors:
        raise ConfigError(
            Text(
                f"{system} is not configured (`leadsync config show`)",
                f"{system} は設定されていません（`leadsync config show`）",
            )
        )


def _links(service: Service, plan: MergePlan) -> dict[RecordKey, str]:
    crm = service.connectors[plan.system]
    if not isinstance(crm, RecordPages):
        return {}
    keys = [plan.keep.key, *(r.key for r in plan.absorb), *(doubt.record.key for doubt in plan.doubtful)]
    with suppress(VendorError):  # the list is of use without links, too
        return {key: url for key in keys if (url := crm.record_url(key))}
    return {}


def _only_show(plan: MergePlan, links: dict[RecordKey, str], language: str, as_json: bool) -> int:
    if as_json:
        print_json(shown.merge_document(plan, links, (), wrote=False))
    elif not plan.absorb and not plan.doubtful:
        say(
            Text("There is only one record: nothing to merge.", "レコードは 1 件だけです。統合するものはありません。"),
            language,
        )
    elif plan.system == SALESFORCE:
        out.print(shown.by_hand(plan, language))
    elif plan.absorb:
        out.print(shown.irreversible(plan, language))
    return 1 if plan.doubtful else 0


def _confirmed(plan: MergePlan, yes: bool, as_json: bool, language: str) -> bool:
    """Asks on a terminal, unless `--yes` was given."""
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        raise ConfigError(
            Text(
                "a merge cannot be undone and nobody can be asked here: repeat with --yes, or look first with --plan",
                "統合は取り消せませんが、ここでは確認できません。"
                "--yes を付けて実行するか、先に --plan で内容を確認してください",
            )
        )
    err.print(shown.irreversible(plan, language))
    try:
        return typer.confirm(Text("Merge now?", "統合を実行しますか?").to(language), err=True)
    except typer.Abort:
        return False


def _records(plan: MergePlan) -> tuple[RecordKey, ...]:
    return (plan.keep.key, *(record.key for record in plan.absorb))


def _changed_meanwhile() -> ConfigError:
    return ConfigError(
        Text(
            "the person's records changed meanwhile; nothing was merged. Look at the plan again",
            "その間にレコードが変更されたため、統合しませんでした。もう一度内容を確認してください",
        )
    )


def _merge(
    service: Service, plan: MergePlan, links: dict[RecordKey, str], as_json: bool, keep_alone: Callable[[], None]
) -> int:
    crm, language = service.connectors[plan.system], service.settings.language
    if not isinstance(crm, Merging):
        raise ConfigError(Text(f"{plan.system} cannot merge records", f"{plan.system} ではレコードを統合できません"))
    outcomes: list[tuple[Standing, Outcome]] = []
    try:
        for record, outcome_ in merge_records.merge(plan, crm, service.store, service.clock):
            outcomes.append((record, outcome_))
            keep_alone()
            if not as_json:
                out.print(shown.merged(record, outcome_, language))
    finally:
        if as_json and outcomes:
            print_json(shown.merge_document(plan, links, outcomes, wrote=True))
    results = {outcome_.result for _, outcome_ in outcomes}
    if not as_json and results & {Result.APPLIED, Result.UNCHANGED}:
        say(Text("The next sync brings the merged record.", "統合後のレコードは次回の同期で取り込まれます。"), language)
    if Result.RETRY in results:
        return 3
    return 1 if Result.REJECTED in results or plan.doubtful else 0
