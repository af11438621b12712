"""People by what they are: lists for the terminal, for Excel, for nurturing; the stale queue."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from sync.bootstrap import Service
from sync.cli.shell import AsJson, guarded, open_service, out, print_json, say
from sync.console import lists_of_people as shown
from sync.console import spreadsheet
from sync.core.fields import BANDS
from sync.core.text import Text
from sync.errors import ConfigError
from sync.jobs import people_list, stale
from sync.jobs.almost_hot import missing_attribute_candidates
from sync.jobs.people_list import Listed, almost_hot_people
from sync.repository import PersonFilter

app = typer.Typer()
_EVERYBODY = 10_000_000


@app.command("list", epilog="Example: leadsync people list --band nurture --interest 料金 --csv nurture.csv")
@guarded
def list_people(
    band: Annotated[str, typer.Option(help="hot, nurture, hold, excluded or dormant.")] = "",
    segment: Annotated[str, typer.Option(help="A segment's id.")] = "",
    interest: Annotated[str, typer.Option(help="An interest as the CRM shows it.")] = "",
    stale_: Annotated[bool, typer.Option("--stale", help="Hot and not contacted, or high without activity.")] = False,
    reactivated: Annotated[bool, typer.Option(help="Came back after a sleep or a lost deal.")] = False,
    almost_hot: Annotated[bool, typer.Option("--almost-hot", help="Hot if one missing attribute were known.")] = False,
    queued: Annotated[bool, typer.Option(help="Hot, and waiting for a turn to get a task.")] = False,
    limit: Annotated[int, typer.Option(help="How many people the terminal shows.", min=1, max=10_000)] = 50,
    csv_file: Annotated[Path | None, typer.Option("--csv", help="Write everybody to this file instead.")] = None,
    json_: AsJson = False,
) -> int:
    """List people by band, segment or interest; the stale, the reactivated, the queued, the almost hot."""
    wanted = PersonFilter(_known_band(band), segment, interest, reactivated, queued)
    if sum((stale_, almost_hot, wanted != PersonFilter())) > 1:
        raise ConfigError(
            Text(
                "--stale and --almost-hot stand alone: give one of them and nothing else",
                "--stale と --almost-hot は、ほかの条件と併用できません",
            )
        )
    with open_service(need_connector=False) as service:
        _check_known(service, segment)
        most = _EVERYBODY if csv_file else limit
        if stale_:
            return _stale(service, most, csv_file, json_)
        if almost_hot:
            found = list(missing_attribute_candidates(service.store, service.scoring, int(service.clock())))
            return _shown(service, islice(almost_hot_people(service.store, found), most), limit, csv_file, json_)
        people = people_list.people_like(service.store, wanted, most)
        return _shown(service, people, limit, csv_file, json_)


@app.command(epilog="Example: leadsync people recycle taro.yamada@example.co.jp")
@guarded
def recycle(
    person: Annotated[list[str] | None, typer.Argument(help="E-mail address, CRM record id or person key.")] = None,
    stale_days: Annotated[
        int | None, typer.Option(help="Everybody hot whom nobody contacted for so many days.", min=1, max=365)
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Change nothing; show who would go back.")] = False,
    json_: AsJson = False,
) -> int:
    """Send hot people back to nurture: they get hot again only by a later act."""
    with open_service(need_connector=False) as service:
        now, settings = int(service.clock()), service.settings
        ids = _named(service, person or [])
        if stale_days:
            with service.store.reading() as unit:
                ids += [lead.person_id for lead in unit.stale_untouched(now - stale_days * stale.DAY)]
        if not (person or stale_days):
            raise ConfigError(Text("name people, or give --stale-days", "対象者または --stale-days を指定してください"))
        people = list(people_list.listed(service.store, ids))
        hot = [each for each in people if each.band == "hot"]
        if not plan and ids:
            stale.recycle(service.store, ids, now)
        if json_:
            back = list(shown.rows(hot, settings.timezone, settings.language))
            print_json({"plan": plan, "people": back, "not_hot": len(people) - len(hot)})
            return 0
        out.print(shown.table(hot, len(hot) + 1, settings.timezone, settings.language))
        say(_recycled(len(hot), len(people) - len(hot), plan), settings.language)
        return 0


def _recycled(hot: int, others: int, plan: bool) -> Text:
    if plan:
        return Text(f"{hot} would go back to nurture.", f"{hot} 人が育成に戻ります(未実行)。")
    rest = Text(f" {others} are not hot and stay as they are.", f"ホットではない {others} 人は変更していません。")
    done = Text(
        f"{hot} go back to nurture with the next cycle.", f"{hot} 人を育成に戻しました。次回の同期でCRMに反映されます。"
    )
    return Text(done.en + rest.en, done.ja + rest.ja) if others else done


def _stale(service: Service, most: int, csv_file: Path | None, as_json: bool) -> int:
    settings = service.settings
    with service.store.reading() as unit:
        queue = stale.stale_queue(unit, int(service.clock()), settings.timezone)
    people = people_list.stale_people(service.store, queue.leads[:most])
    if as_json:
        print_json(shown.stale_document(queue, people, settings.timezone, settings.language))
        return 0
    code = _shown(service, people, most, csv_file, False)
    for part in shown.stale_summary(queue, settings.language):
        out.print(part)
    return code


def _shown(service: Service, people: Iterator[Listed], limit: int, csv_file: Path | None, as_json: bool) -> int:
    timezone, language = service.settings.timezone, service.settings.language
    if csv_file:
        spreadsheet.write_rows(csv_file, shown.rows(people, timezone, language), shown.COLUMNS)
        say(Text(f"Written to {csv_file}", f"出力: {csv_file}"), language)
    elif as_json:
        print_json(list(shown.rows(people, timezone, language)))
    else:
        out.print(shown.table(list(people), limit, timezone, language))
    return 0


def _known_band(band: str) -> str:
    known = [name for name, _ in BANDS]
    if band and band not in known:
        raise ConfigError(
            Text(
                f"--band takes one of {', '.join(known)}",
                f"--band には {'、'.join(known)} のいずれかを指定してください",
            )
        )
    return band


def _check_known(service: Service, segment: str) -> None:
    known = [each.id for each in service.scoring.model.segments]
    if segment and segment not in known:
        listed = ", ".join(known)
        raise ConfigError(
            Text(
                f"--segment {segment}: the model has " + (f"these segments: {listed}" if known else "no segments"),
                f"--segment {segment}: モデルの"
                + (f"セグメントは {listed} です" if known else "セグメントは未定義です"),
            )
        )


def _named(service: Service, texts: list[str]) -> list[int]:
    found: list[int] = []
    with service.store.reading() as unit:
        for text in texts:
            ids = unit.find_person(text)
            if len(ids) != 1:
                raise ConfigError(_not_one(len(ids)))
            found += ids
    return found


def _not_one(count: int) -> Text:
    if count:
        return Text(
            f"{count} people bear one of these; name them by person key or record id",
            f"{count} 人が該当します。人物キーまたはレコードIDで指定してください",
        )
    return Text("nobody is known by one of these", "該当する人物が見つかりません")
