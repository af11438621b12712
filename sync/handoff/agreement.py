"""The playbook as a document that sales and marketing sign: a page of Markdown, and the same as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sync.core.text import Text
from sync.handoff import agreement_words as words
from sync.handoff.playbook import KPIS, SALES, TO_NOBODY, Group, OwnerRule, Playbook
from sync.scoring.definition import Model
from sync.scoring.findings import INFO, Finding
from sync.scoring.industries import SECTORS

_PAUSES_AHEAD_DAYS = 120
_PAUSES_SHOWN = 8
_SIGNED_BY = (SALES, "marketing")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is printed: the playbook, the model in force, and what the linter says is open."""

    playbook: Playbook
    model: Model
    findings: Sequence[Finding]
    at_most: int  # TASKS__PER_OWNER_PER_DAY
    timezone: str
    today: date

    def markdown(self, language: str) -> str:
        sections = (
            (words.TITLE, self._preamble),
            (words.CRITERIA, self._criteria),
            (words.RESPONSE, self._response),
            (words.CALENDAR, self._calendar),
            (words.OWNERS, self._owners),
            (words.FIGURES, self._figures),
            (words.REVIEW, self._review),
            (words.TARGET, self._target),
            (words.OPEN, self._open),
            (words.SIGNATURES, self._signatures),
        )
        parts: list[str] = []
        for title, lines in sections:
            if said := list(lines(language)):
                head = f"## {len(parts)}. {title.to(language)}" if parts else f"# {title.to(language)}"
                parts.append("\n".join([head, "", *said]))
        return "\n\n".join(parts) + "\n"

    def data(self, language: str) -> dict[str, Any]:
        """The same for programs; days as 2026-12-29."""
        playbook, model, calendar = self.playbook, self.model, self.playbook.calendar
        return {
            "name": playbook.name,
            "version": playbook.version,
            "model": model.version,
            "criteria": {
                "hot": model.hot_threshold // 1000,
                "nurture": model.nurture_threshold // 1000,
                "attribute_floor": model.attribute_floor // 1000,
                "engagement_floor": model.engagement_floor // 1000,
                "distinct_acts": model.distinct_acts,
                "dormant_after_days": model.dormancy.days,
                "exclusions": {entry.id: entry.label.to(language) for entry in model.exclusions},
            },
            "sla": asdict(playbook.sla),
            "calendar": {
                "timezone": self.timezone,
                "country": calendar.holidays.country,
                "subdivision": calendar.holidays.subdivision,
                "weekend": sorted(words.WEEKDAYS[day].en for day in calendar.weekend),
                "closures": [_closure_data(closure) for closure in calendar.closures],
                "hours": None
                if calendar.hours.whole_day
                else [_clock(calendar.hours.opens), _clock(calendar.hours.closes)],
                "pauses": [{"day": day.isoformat(), "name": name} for day, name in self._pauses()],
            },
            "assignment": {
                "groups": [
                    {
                        "id": group.id,
                        "label": group.label.to(language),
                        "members": [asdict(seat) for seat in group.seats],
                    }
                    for group in playbook.groups
                ],
                "rules": [
                    {"id": rule.id, "asks": dict(rule.asks), "owner": rule.owner, "group": rule.group}
                    for rule in playbook.rules
                ],
                "fallback": playbook.fallback,
                "leads_per_rep_per_day": self._limit(),
                "absences": [_plain(asdict(absence)) for absence in playbook.absences],
            },
            "goals": [{"text": goal.text.to(language), "owner": goal.owner} for goal in playbook.goals],
            "kpis": [
                {"id": kpi.id, "label": KPIS[kpi.id].label.to(language), "target": kpi.target, "owner": kpi.owner}
                for kpi in playbook.kpis
            ],
            "roles": self._roles_data(language),
            "review": {
                "cadence": playbook.review.cadence,
                "meeting": playbook.review.meeting.to(language),
                "chair": playbook.review.chair,
            },
            "ideal_customer": playbook.ideal_customer.to(language),
            "journey": [
                {"stage": stage.stage.to(language), "content": stage.content.to(language)} for stage in playbook.journey
            ],
            "domains": {kind: list(domains) for kind, domains in playbook.domains.items()},
            "sign_offs": [_plain(asdict(sign)) for sign in playbook.sign_offs],
            "open": [finding_data(found, language) for found in self.findings],
        }

    # --- sections ---

    def _preamble(self, language: str) -> Iterable[str]:
        yield words.VERSIONS.to(language).format(
            playbook=self.playbook.version, model=self.model.version, today=_day(self.today, language)
        )
        for goal in self.playbook.goals:
            yield f"- {words.GOAL.to(language)}{goal.text.to(language)}{_by(goal.owner, language)}"

    def _criteria(self, language: str) -> Iterable[str]:
        model = self.model
        hot, nurture = model.hot_threshold // 1000, model.nurture_threshold // 1000
        yield words.HOT.to(language).format(
            hot=hot,
            attribute=model.attribute_floor // 1000,
            engagement=model.engagement_floor // 1000,
            acts=model.distinct_acts,
        )
        yield words.BANDS.to(language).format(
            nurture=nurture, below=hot - 1, rest=nurture - 1, days=model.dormancy.days
        )
        if model.exclusions:
            listed = words.LIST.to(language).join(entry.label.to(language) for entry in model.exclusions)
            yield words.EXCLUDED.to(language).format(labels=listed)
        yield words.DEALS.to(language)

    def _response(self, language: str) -> Iterable[str]:
        sla = self.playbook.sla
        yield words.WITHIN.to(language).format(hours=sla.hours)
        yield words.TOUCH.to(language)
        yield words.WARNING.to(language).format(percent=sla.warning_percent)
        yield (words.BREACH_TOLD if sla.notify_manager else words.BREACH).to(language)
        if sla.reassign_to == TO_NOBODY or sla.reassign_after_hours is None:
            yield words.STAYS.to(language)
        else:
            yield words.TAKES_OVER[sla.reassign_to].to(language).format(hours=sla.reassign_after_hours)

    def _calendar(self, language: str) -> Iterable[str]:
        calendar = self.playbook.calendar
        weekend = words.LIST.to(language).join(words.WEEKDAYS[day].to(language) for day in sorted(calendar.weekend))
        country = calendar.holidays.country or words.NONE.to(language)
        yield words.DAYS.to(language).format(
            weekend=weekend or words.NONE.to(language), country=country, zone=self.timezone
        )
        if calendar.closures:
            closures = (
                _closure(closure.first, closure.last, closure.yearly, closure.label) for closure in calendar.closures
            )
            yield words.CLOSURES.to(language).format(closures=words.LIST.to(language).join(closures))
        if not calendar.hours.whole_day:
            opens, closes = _clock(calendar.hours.opens), _clock(calendar.hours.closes)
            yield words.HOURS.to(language).format(opens=opens, closes=closes)
        if pauses := _runs(self._pauses()):
            listed = [_run(first, last, name, language) for first, last, name in pauses[:_PAUSES_SHOWN]]
            yield words.PAUSES.to(language).format(days=words.LIST.to(language).join(listed))

    def _owners(self, language: str) -> Iterable[str]:
        yield words.FIRST_OWNER.to(language)
        for rule in self.playbook.rules:
            yield f"- {_rule(rule, self.playbook, language)}"
        for group in self.playbook.groups:
            yield f"- {self._group(group, language)}"
        fallback = self.playbook.group(self.playbook.fallback)
        yield (
            words.FALLBACK.to(language).format(group=fallback.label.to(language))
            if fallback
            else words.NO_FALLBACK.to(language)
        )
        yield words.LIMIT.to(language).format(limit=self._limit())
        for absence in self.playbook.absences:
            if absence.last >= self.today:
                yield words.AWAY.to(language).format(
                    email=absence.email, days=_closure(absence.first, absence.last, False, "")
                )

    def _group(self, group: Group, language: str) -> str:
        members = []
        for seat in group.seats:
            notes = [words.WEIGHT.to(language).format(weight=seat.weight)] if seat.weight != 1 else []
            notes += [words.PER_DAY.to(language).format(limit=seat.per_day)] if seat.per_day is not None else []
            bracket = f"({', '.join(notes)})" if language != "ja" else f"（{'、'.join(notes)}）"
            members.append(f"{seat.email}{bracket if notes else ''}")
        listed = words.LIST.to(language).join(members)
        return words.GROUP.to(language).format(group=group.label.to(language), members=listed)

    def _figures(self, language: str) -> Iterable[str]:
        if not self.playbook.kpis:
            return
        yield _row(words.KPI.to(language), words.TARGET_VALUE.to(language), words.ANSWERS.to(language))
        yield _row("---", "---", "---")
        for kpi in self.playbook.kpis:
            measure = KPIS[kpi.id]
            target = words.UNDECIDED.to(language)
            if kpi.target is not None:
                bound = (words.AT_MOST if measure.at_most else words.AT_LEAST).to(language)
                target = bound.format(figure=measure.form.to(language).format(target=kpi.target))
            yield _row(measure.label.to(language), target, kpi.owner or words.UNDECIDED.to(language))

    def _review(self, language: str) -> Iterable[str]:
        review, roles = self.playbook.review, self.playbook.roles
        meeting = review.meeting.to(language)
        cadence = words.CADENCES[review.cadence].to(language)
        form = words.REVIEWED if review.chair else words.REVIEWED_BY_NOBODY
        yield form.to(language).format(cadence=cadence, chair=review.chair) + (f" {meeting}" if meeting else "")
        for manager in roles.managers:
            named = [part for part in (manager.team.to(language), manager.name) if part]
            yield f"- {words.MANAGER.to(language)}{' '.join([*named, manager.email])}"
        for label, person in ((words.KEEPER, roles.data_maintainer), (words.MARKETER, roles.marketing)):
            said = f"{person.name} {person.email}".strip() if person else words.UNDECIDED.to(language)
            yield f"- {label.to(language)}{said}"
        if roles.approvers:
            named = [
                f"{person.name}{_in_brackets(words.ROLE_NAMES[person.role], language)}" for person in roles.approvers
            ]
            yield f"- {words.APPROVERS.to(language)}{words.LIST.to(language).join(named)}"

    def _target(self, language: str) -> Iterable[str]:
        if said := self.playbook.ideal_customer.to(language):
            yield f"- {words.IDEAL.to(language)}{said}"
        for stage in self.playbook.journey:
            content = stage.content.to(language)
            yield f"- {stage.stage.to(language)}{words.COLON.to(language) + content if content else ''}"

    def _open(self, language: str) -> Iterable[str]:
        for found in self.findings:
            if found.severity != INFO:
                yield f"- {found.text.to(language)}{_in_brackets(Text(found.subject, found.subject), language)}"

    def _signatures(self, language: str) -> Iterable[str]:
        yield _row(*(head.to(language) for head in (words.ROLE, words.NAME, words.DATE, words.VERSION)))
        yield _row("---", "---", "---", "---")
        for sign in self.playbook.sign_offs:
            version = sign.version or words.UNDECIDED.to(language)
            yield _row(words.ROLE_NAMES[sign.role].to(language), sign.name, _day(sign.day, language), version)
        for role in _SIGNED_BY:
            if not self.playbook.signed(role):
                yield _row(words.ROLE_NAMES[role].to(language), "", "", self.playbook.version)

    # --- parts ---

    def _limit(self) -> int:
        return self.at_most if self.playbook.per_day is None else min(self.playbook.per_day, self.at_most)

    def _pauses(self) -> list[tuple[date, str]]:
        """Coming holidays and closures that fall on what would else be a business day."""
        calendar = self.playbook.calendar
        days = (self.today + timedelta(days=ahead) for ahead in range(_PAUSES_AHEAD_DAYS))
        return [
            (day, name) for day in days if day.weekday() not in calendar.weekend and (name := calendar.closed_for(day))
        ]

    def _roles_data(self, language: str) -> dict[str, Any]:
        roles = self.playbook.roles
        return {
            "sales_managers": [
                {
                    "team": manager.team.to(language),
                    "name": manager.name,
                    "email": manager.email,
                    "members": sorted(manager.members),
                    "groups": sorted(manager.groups),
                }
                for manager in roles.managers
            ],
            "data_maintainer": asdict(roles.data_maintainer) if roles.data_maintainer else None,
            "marketing": asdict(roles.marketing) if roles.marketing else None,
            "approvers": [asdict(person) for person in roles.approvers],
        }


def finding_data(found: Finding, language: str) -> dict[str, str]:
    return {
        "id": found.id,
        "severity": found.severity,
        "subject": found.subject,
        "text": found.text.to(language),
        "remedy": found.remedy.to(language),
    }


def _rule(rule: OwnerRule, playbook: Playbook, language: str) -> str:
    asks = []
    for name, wanted in rule.asks.items():
        listed = words.OR.to(language).join(_word(name, word, language) for word in wanted)
        asks.append(f"{words.ASKS[name].to(language)}{words.COLON.to(language)}{listed}")
    group = playbook.group(rule.group)
    to = group.label.to(language) if group else rule.owner
    return f"{words.AND.to(language).join(asks)} → {to}"


def _word(name: str, word: str, language: str) -> str:
    return SECTORS[word].to(language) if name == "sector" else word


def _closure(first: date, last: date, yearly: bool, label: str) -> str:
    form = "%m/%d" if yearly else "%Y/%m/%d"
    days = f"{first:{form}}" if first == last else f"{first:{form}}–{last:{form}}"
    return f"{days} {label}".strip()


def _closure_data(closure: Any) -> dict[str, Any]:
    form = "%m-%d" if closure.yearly else "%Y-%m-%d"
    return {"from": f"{closure.first:{form}}", "to": f"{closure.last:{form}}", "label": closure.label}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == "ja" else day.isoformat()


def _runs(pauses: Iterable[tuple[date, str]]) -> list[tuple[date, date, str]]:
    """Days in a row that have one name, as first and last day."""
    runs: list[tuple[date, date, str]] = []
    for day, name in pauses:
        if runs and runs[-1][2] == name and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day, name)
        else:
            runs.append((day, day, name))
    return runs


def _run(first: date, last: date, name: str, language: str) -> str:
    days = f"{first.month}/{first.day}" if language == "ja" else f"{first:%m-%d}"
    if last != first:
        days += f"–{last.month}/{last.day}" if language == "ja" else f" to {last:%m-%d}"
    return f"{days} {name}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _by(owner: str, language: str) -> str:
    return _in_brackets(Text(owner, owner), language) if owner else ""


def _in_brackets(text: Text, language: str) -> str:
    return f"（{text.ja}）" if language == "ja" else f" ({text.en})"
