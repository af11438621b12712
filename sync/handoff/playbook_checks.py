"""What a playbook's schema cannot say: days, times, addresses, names that must exist elsewhere in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from sync.core.text import Text
from sync.handoff.calendar import countries
from sync.handoff.playbook_values import WEEKDAYS, day_of, domain_of, mail, minutes_of
from sync.scoring.document import Document, Path, nearest
from sync.scoring.industries import SECTORS

ASKED = ("segment", "sector", "country", "region", "city", "industry")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DOMAIN = re.compile(r"@?(\*|[\w*-]+)(\.[\w*-]+)+")


class Checks:
    """Reports into the document; `data` is complete."""

    def __init__(self, document: Document, data: Mapping[str, Any]) -> None:
        self._document, self._data = document, data

    def all(self) -> None:
        self._calendar()
        self._absences()
        self._groups()
        self._rules()
        self._roles()
        self._emails((), self._data)
        self._domains()
        for index, sign in enumerate(self._data["sign_offs"]):
            self._day(("sign_offs", index, "date"), sign["date"])

    def _calendar(self) -> None:
        calendar = self._data["calendar"]
        known = countries()
        country, subdivision = calendar["country"], calendar.get("subdivision", "")
        if country and country not in known:
            self._say(
                ("calendar", "country"),
                Text(
                    f'the holidays of {country!r} are not known; write an ISO code such as JP, or "" for none',
                    f'{country!r} の祝日は分かりません。JP のような ISO コードか、不要なら "" を書いてください',
                ),
            )
        elif subdivision and subdivision not in known.get(country, ()):
            self._say(("calendar", "subdivision"), nearest(subdivision, known.get(country, ())))
        if len(set(calendar["weekend"])) == len(WEEKDAYS):
            self._say(
                ("calendar", "weekend"),
                Text("no weekday is left for business; take some out", "営業日がなくなります。曜日を減らしてください"),
            )
        for index, closure in enumerate(calendar["closures"]):
            self._closure(("calendar", "closures", index), closure)
        self._hours(calendar["hours"])

    def _closure(self, path: Path, closure: Mapping[str, Any]) -> None:
        first, yearly = self._end((*path, "from"), closure["from"])
        last, also = self._end((*path, "to"), closure["to"]) if "to" in closure else (first, yearly)
        if first is None or last is None:
            return
        if yearly is not also:
            self._say(
                (*path, "to"),
                Text(
                    "one end has a year and the other has none; write both alike",
                    "年のある日付と年のない日付が混ざっています。同じ形式にそろえてください",
                ),
            )
        elif not yearly:
            self._in_order((*path, "to"), first, last)

    def _end(self, path: Path, value: object) -> tuple[date | None, bool]:
        day, yearly = day_of(value)
        if day is None:
            self._say(
                path,
                Text(
                    f"{value!r} is no day; write 2026-12-29, or 12-29 for every year",
                    f"{value!r} は日付ではありません。2026-12-29、毎年なら 12-29 の形で書いてください",
                ),
            )
        return day, yearly

    def _hours(self, hours: Mapping[str, Any] | None) -> None:
        if hours is None:
            return
        found = {key: minutes_of(hours[key]) for key in ("from", "to")}
        for key, minutes in found.items():
            if minutes is None:
                self._say(
                    ("calendar", "hours", key),
                    Text(
                        f'{hours[key]!r} is no time of day; write "09:00", in quotes',
                        f'{hours[key]!r} は時刻ではありません。"09:00" のように引用符で囲んで書いてください',
                    ),
                )
        opens, closes = found["from"], found["to"]
        if opens is not None and closes is not None and opens >= closes:
            self._say(
                ("calendar", "hours", "to"),
                Text("business must end after it begins", "終了時刻は開始時刻より後にしてください"),
            )

    def _day(self, path: Path, value: object) -> date | None:
        day, yearly = day_of(value)
        if day is None or yearly:
            self._say(
                path,
                Text(
                    f"{value!r} is no day; write it like 2026-12-29",
                    f"{value!r} は日付ではありません。2026-12-29 の形で書いてください",
                ),
            )
            return None
        return day

    def _in_order(self, path: Path, first: date, last: date) -> None:
        if last < first:
            self._say(
                path,
                Text(
                    f"the last day comes before the first, {first}; exchange them",
                    f"終了日が開始日 {first} より前です。入れ替えてください",
                ),
            )

    def _absences(self) -> None:
        for index, absence in enumerate(self._data["capacity"]["absences"]):
            path = ("capacity", "absences", index)
            first = self._day((*path, "from"), absence["from"])
            last = self._day((*path, "to"), absence["to"]) if "to" in absence else first
            if first and last:
                self._in_order((*path, "to"), first, last)

    def _groups(self) -> None:
        self._unique("groups")
        for index, group in enumerate(self._data["assignment"]["groups"]):
            seen: set[str] = set()
            for place, member in enumerate(group["members"]):
                if (email := mail(member["email"])) in seen:
                    self._say(
                        ("assignment", "groups", index, "members", place),
                        Text("this person is in the group already", "この担当者はすでにグループにいます"),
                    )
                seen.add(email)
        fallback = self._data["assignment"]["fallback"]
        if fallback:
            self._group(("assignment", "fallback"), fallback)

    def _rules(self) -> None:
        self._unique("rules")
        for index, rule in enumerate(self._data["assignment"]["rules"]):
            path: Path = ("assignment", "rules", index)
            if bool(rule.get("owner")) is bool(rule.get("group")):
                self._say(
                    path,
                    Text("write either owner or group", "owner と group のどちらか一方を書いてください"),
                )
            elif rule.get("group"):
                self._group((*path, "group"), rule["group"])
            for place, sector in enumerate(rule.get("sector", [])):
                if sector not in SECTORS:
                    self._say((*path, "sector", place), nearest(sector, list(SECTORS)))
            if not any(rule.get(name) for name in ASKED):
                self._say(
                    path,
                    Text(
                        "this rule asks nothing, so it would take everybody; give it a segment, sector, country, "
                        "region, city or industry, or use `fallback`",
                        "条件がないため全員が対象になります。segment・sector・country・region・city・industry の"
                        "いずれかを書くか、fallback を使ってください",
                    ),
                )

    def _roles(self) -> None:
        for index, manager in enumerate(self._data["roles"]["sales_managers"]):
            for place, group in enumerate(manager.get("groups", [])):
                self._group(("roles", "sales_managers", index, "groups", place), group)

    def _group(self, path: Path, id: str) -> None:
        known = [group["id"] for group in self._data["assignment"]["groups"]]
        if id not in known:
            self._say(path, nearest(id, known))

    def _unique(self, part: str) -> None:
        seen: set[str] = set()
        for index, entry in enumerate(self._data["assignment"][part]):
            if entry["id"] in seen:
                self._say(
                    ("assignment", part, index, "id"),
                    Text("this id is taken; choose another one", "この ID は使われています。別の ID にしてください"),
                )
            seen.add(entry["id"])

    def _emails(self, path: Path, value: object) -> None:
        """Everything that is to be a mail address: found by its key, since they stand in many places."""
        if isinstance(value, Mapping):
            for key, below in value.items():
                if key in ("email", "owner", "chair") and isinstance(below, str):
                    self._email((*path, key), below, required=key == "email")
                else:
                    self._emails((*path, key), below)
        elif isinstance(value, list):
            in_teams = path[:1] == ("roles",) and path[-1] == "members"
            for index, entry in enumerate(value):
                if in_teams:
                    self._email((*path, index), entry, required=True)
                else:
                    self._emails((*path, index), entry)

    def _email(self, path: Path, value: str, required: bool) -> None:
        if (value or required) and not _EMAIL.fullmatch(value.strip()):
            self._say(
                path,
                Text(
                    f"{value!r} is no e-mail address; people are found by the address of their CRM user",
                    f"{value!r} はメールアドレスではありません。CRM ユーザーのメールアドレスを書いてください",
                ),
            )

    def _domains(self) -> None:
        seen: dict[str, str] = {}
        for kind, domains in self._data["domains"].items():
            for index, text in enumerate(domains):
                path = ("domains", kind, index)
                domain = domain_of(text)
                if not _DOMAIN.fullmatch(text.strip()):
                    self._say(
                        path,
                        Text(
                            f"{text!r} is no mail domain; write it like example.co.jp",
                            f"{text!r} はドメインではありません。example.co.jp の形で書いてください",
                        ),
                    )
                elif (other := seen.setdefault(domain, kind)) != kind:
                    self._say(
                        path,
                        Text(
                            f"{domain} is also listed under {other}; keep one of the two",
                            f"{domain} は {other} にもあります。どちらか一方だけにしてください",
                        ),
                    )

    def _say(self, path: Path, text: Text) -> None:
        self._document.report(path, text)
