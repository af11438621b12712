"""What of a playbook is not agreed yet, and what in it does not fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sync.handoff.calendar import BusinessCalendar
from sync.handoff.owners import mail_of, usable, with_lone_users
from sync.handoff.playbook import MARKETING, SALES, TO_GROUP, TO_NOBODY, Group, OwnerRule, Playbook
from sync.repository import Owner
from sync.scoring.findings import ERROR, INFO, WARNING, Finding, finding

LONGEST_PAUSE_DAYS = 14  # without business: longer, and nobody is called while she still remembers
_LOOK_AHEAD_DAYS = 366
_ABSENCES_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Setting:
    """What a playbook is held against. `owners` are those of the store, none when it has not been filled yet."""

    today: date
    owners: Sequence[Owner] = ()
    segments: frozenset[str] | None = None  # of the model in force; None: not known
    at_most: int = 5  # TASKS__PER_OWNER_PER_DAY
    mails: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mails", frozenset(mail_of(owner) for owner in self.owners if mail_of(owner)))


def lint(playbook: Playbook, setting: Setting) -> list[Finding]:
    """Errors first. An error means that part of the playbook cannot work as it is written."""
    found = [
        *_signatures(playbook, setting.today),
        *_figures(playbook),
        *_roles(playbook),
        *_calendar(playbook, setting.today),
        *_groups(playbook, setting),
        *_rules(playbook, setting),
        *_ladder(playbook, setting),
        *_absences(playbook, setting),
        *_people(playbook, setting),
    ]
    return sorted(found, key=lambda one: (ERROR, WARNING, INFO).index(one.severity))


# --- not agreed yet ---


def _signatures(playbook: Playbook, today: date) -> Iterator[Finding]:
    for role, en, ja in ((SALES, "sales", "営業"), (MARKETING, "marketing", "マーケティング")):
        if playbook.signed(role):
            continue
        earlier = any(sign.role == role for sign in playbook.sign_offs)
        yield finding(
            f"unsigned_{role}",
            WARNING,
            "sign_offs",
            (
                f"{en} has {'signed another version, not this one' if earlier else 'not signed'}",
                f"{ja}の合意が{'この版のものではありません' if earlier else 'ありません'}",
            ),
            (
                f"let somebody of {en} read it and add name, role, date and version: {playbook.version}",
                f"{ja}の責任者に確認してもらい、name・role・date と version: {playbook.version} を追加してください",
            ),
        )
    for sign in playbook.sign_offs:
        if sign.day > today:
            yield finding(
                "signed_in_future",
                WARNING,
                "sign_offs",
                (f"the signature of {sign.day} lies in the future", f"合意日 {sign.day} が未来の日付です"),
                ("correct the date", "日付を修正してください"),
            )


def _figures(playbook: Playbook) -> Iterator[Finding]:
    if not playbook.goals:
        yield _open("no_goals", INFO, "goals", ("no goal is written down", "目標（KGI）が書かれていません"))
    agreed = [kpi for kpi in playbook.kpis if kpi.target is not None and kpi.owner]
    for kpi in playbook.kpis:
        if kpi not in agreed:
            lacks = ("a target", "目標値") if kpi.target is None else ("somebody who answers for it", "責任者")
            both = kpi.target is None and not kpi.owner
            yield _open(
                "kpi_incomplete",
                INFO if agreed else WARNING,
                f"kpis/{kpi.id}",
                ("no target and nobody who answers for it", "目標値と責任者が決まっていません")
                if both
                else (f"lacks {lacks[0]}", f"{lacks[1]}が決まっていません"),
            )
    if not playbook.kpis:
        yield _open("no_kpis", WARNING, "kpis", ("no figure is measured", "KPI がありません"))


def _roles(playbook: Playbook) -> Iterator[Finding]:
    roles = playbook.roles
    open_points = (
        (not roles.managers, WARNING, "roles/sales_managers", "no sales manager is named", "営業マネージャー"),
        (
            not roles.data_maintainer,
            WARNING,
            "roles/data_maintainer",
            "nobody is named who keeps the data",
            "データ管理の担当者",
        ),
        (not roles.marketing, INFO, "roles/marketing", "nobody of marketing is named", "マーケティングの担当者"),
        (not roles.approvers, INFO, "roles/approvers", "nobody is named who approves models", "モデルの承認者"),
        (
            not playbook.review.chair,
            WARNING,
            "review/chair",
            "nobody is named who calls the review",
            "レビュー会議の主催者",
        ),
    )
    for missing, severity, place, en, ja in open_points:
        if missing:
            yield _open("nobody_named", severity, place, (en, f"{ja}が決まっていません"))
    texts = (
        (not playbook.ideal_customer.en, "ideal_customer", "the ideal customer is", "理想の顧客像（ICP）"),
        (not playbook.journey, "journey", "the customer's journey is", "カスタマージャーニー"),
        (
            not playbook.domains["competitor"],
            "domains/competitor",
            "competitors' mail domains are",
            "競合他社のドメイン",
        ),
    )
    for missing, place, en, ja in texts:
        if missing:
            yield _open("not_written", INFO, place, (f"{en} not written down", f"{ja}が書かれていません"))


def _open(id: str, severity: str, place: str, text: tuple[str, str]) -> Finding:
    return finding(
        id, severity, place, text, (f"agree on it and write it under {place}", f"合意して {place} に書いてください")
    )


# --- the calendar ---


def _calendar(playbook: Playbook, today: date) -> Iterator[Finding]:
    calendar = playbook.calendar
    first, days = _longest_pause(calendar, today)
    if days >= LONGEST_PAUSE_DAYS:
        last = first + timedelta(days=days - 1)
        yield finding(
            "no_business_day",
            ERROR,
            "calendar/closures",
            (f"no business day from {first} to {last}", f"{first} から {last} まで営業日がありません"),
            (
                "shorten the closures; leads of these days would wait too long",
                "休業期間を見直してください。この間のリードは対応が遅れすぎます",
            ),
        )
    for closure in calendar.closures:
        if not closure.yearly and closure.last < today:
            yield finding(
                "closure_over",
                INFO,
                "calendar/closures",
                (f"the closure until {closure.last} is over", f"{closure.last} までの休業は終わっています"),
                ("take it out, or write the next one", "削除するか、次回の休業を書いてください"),
            )


def _longest_pause(calendar: BusinessCalendar, today: date) -> tuple[date, int]:
    """The first day and the length of the longest run of days without business in the coming year."""
    best, first, length = (today, 0), today, 0
    for ahead in range(_LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        if calendar.is_business_day(day):
            first, length = day + timedelta(days=1), 0
            continue
        length += 1
        if length > best[1]:
            best = first, length
    return best


# --- who takes leads ---


def _groups(playbook: Playbook, setting: Setting) -> Iterator[Finding]:
    if not playbook.fallback:
        yield finding(
            "no_fallback",
            WARNING,
            "assignment/fallback",
            (
                "a lead without owner that no rule takes goes to nobody",
                "所有者がなくルールにも当たらないリードは、担当者が決まりません",
            ),
            ("name a group in `assignment.fallback`", "assignment の fallback にグループを指定してください"),
        )
    for group in playbook.groups:
        taken = sum(playbook.daily_limit(seat.email, setting.at_most) for seat in group.seats)
        if not taken:
            yield finding(
                "group_takes_none",
                ERROR,
                f"assignment/groups/{group.id}",
                ("its members together take no lead a day", "メンバー全員の上限が 0 件です"),
                ("raise somebody's capacity", "capacity を増やしてください"),
            )
        if not _used(group, playbook):
            yield finding(
                "group_unused",
                INFO,
                f"assignment/groups/{group.id}",
                ("no rule and no fallback sends leads here", "どのルールからも使われていません"),
                ("use it in a rule or as `fallback`, or take it out", "ルールか fallback で使うか、削除してください"),
            )
    figures = [playbook.per_day, *(seat.per_day for group in playbook.groups for seat in group.seats)]
    highest = max((figure for figure in figures if figure is not None), default=0)
    if highest > setting.at_most:
        yield finding(
            "capacity_above_setting",
            WARNING,
            "capacity",
            (
                f"{highest} leads a day are agreed, LEADSYNC_TASKS__PER_OWNER_PER_DAY allows {setting.at_most}",
                f"1日 {highest} 件と合意していますが、LEADSYNC_TASKS__PER_OWNER_PER_DAY は {setting.at_most} 件です",
            ),
            ("raise the setting or lower the figure", "設定を増やすか、件数を減らしてください"),
        )


def _used(group: Group, playbook: Playbook) -> bool:
    return group.id == playbook.fallback or any(rule.group == group.id for rule in playbook.rules)


def _rules(playbook: Playbook, setting: Setting) -> Iterator[Finding]:
    for number, rule in enumerate(playbook.rules):
        place = f"assignment/rules/{rule.id}"
        earlier = next((one for one in playbook.rules[:number] if _covers(one, rule)), None)
        if earlier and not earlier.group:
            # A group of which nobody is there lets the next rule have its turn; a single owner who is away does too,
            # but then a second rule of the same conditions is a deputy's.
            earlier = earlier if earlier.owner == rule.owner else None
        if earlier:
            yield finding(
                "rule_never_reached",
                WARNING,
                place,
                (f"rule {earlier.id} takes everybody before it", f"先にルール {earlier.id} が全員に当たります"),
                ("put it first, or take it out", "順番を前にするか、削除してください"),
            )
        if rule.owner and not playbook.daily_limit(rule.owner, setting.at_most):
            yield finding(
                "rule_owner_takes_none",
                ERROR,
                place,
                ("its owner takes no lead a day", "担当者の上限が 0 件です"),
                ("raise the capacity or name somebody else", "capacity を増やすか、別の担当者にしてください"),
            )
        for segment in rule.asks.get("segment", ()):
            if setting.segments is not None and segment not in setting.segments:
                yield finding(
                    "unknown_segment",
                    ERROR,
                    place,
                    (
                        f"the model in force has no segment {segment}",
                        f"使用中のモデルにセグメント {segment} がありません",
                    ),
                    ("write a segment of the model", "モデルにあるセグメントを書いてください"),
                )


def _covers(one: OwnerRule, other: OwnerRule) -> bool:
    """Whether everybody whom `other` takes is taken by `one`."""
    sets = ((one.countries, other.countries, "country"), (one.regions, other.regions, "region"))
    if any(name in one.asks and not (other.asks.get(name) and theirs <= mine) for mine, theirs, name in sets):
        return False
    plain = ("segment", "sector", "city", "industry")
    return all(name not in one.asks or _within(other.asks.get(name, ()), one.asks[name]) for name in plain)


def _within(inner: Sequence[str], outer: Sequence[str]) -> bool:
    return bool(inner) and set(inner) <= set(outer)


def _ladder(playbook: Playbook, setting: Setting) -> Iterator[Finding]:
    sla = playbook.sla
    has_manager = bool(playbook.roles.managers) or any(owner.manager_id for owner in setting.owners)
    if sla.notify_manager and not has_manager:
        yield finding(
            "no_manager_to_tell",
            WARNING,
            "sla/notify_manager",
            ("a breach is to be told to a manager, and none is known", "期限超過を知らせるマネージャーが分かりません"),
            ("name sales managers under roles", "roles に sales_managers を書いてください"),
        )
    takes_over = sla.reassign_to != TO_NOBODY and sla.reassign_after_hours is not None
    if takes_over and not has_manager and not (sla.reassign_to == TO_GROUP and playbook.groups):
        yield finding(
            "nobody_takes_over",
            WARNING,
            "sla/reassign_to",
            (
                "an overdue task is to change hands, and there is neither group nor manager to take it",
                "期限超過タスクの引き継ぎ先となるグループもマネージャーもいません",
            ),
            ("write a group or a manager, or `reassign_to: nobody`", "グループかマネージャーを書いてください"),
        )


def _absences(playbook: Playbook, setting: Setting) -> Iterator[Finding]:
    for absence in playbook.absences:
        if absence.last < setting.today:
            yield finding(
                "absence_over",
                INFO,
                "capacity/absences",
                (f"an absence ended on {absence.last}", f"{absence.last} に終わった不在の予定があります"),
                ("take it out", "削除してください"),
            )
    for group in playbook.groups:
        if day := _deserted(group, playbook, setting.today):
            yield finding(
                "group_away",
                WARNING,
                f"assignment/groups/{group.id}",
                (f"everybody in it is away on {day}", f"{day} はメンバー全員が不在です"),
                ("add a member, or a rule for somebody else", "メンバーを追加するか、代わりのルールを書いてください"),
            )


def _deserted(group: Group, playbook: Playbook, today: date) -> date | None:
    """The next business day on which nobody of a group is there."""
    days = (today + timedelta(days=ahead) for ahead in range(_ABSENCES_AHEAD_DAYS))
    business = (day for day in days if playbook.calendar.is_business_day(day))
    return next((day for day in business if all(playbook.absent(seat.email, day) for seat in group.seats)), None)


def _people(playbook: Playbook, setting: Setting) -> Iterator[Finding]:
    """Who is to take leads must be a user of a CRM that can be given tasks; others may be anybody."""
    if not setting.mails:
        return
    able = {mail_of(owner) for owner in with_lone_users(setting.owners) if usable(owner)}
    for place, mail in dict.fromkeys(_takers(playbook)):
        if mail not in setting.mails:
            said = (f"{mail} is no user of a connected CRM", f"{mail} は接続中の CRM のユーザーではありません")
            yield _wrong_person("unknown_owner", ERROR, place, said)
        elif mail not in able:
            said = (f"{mail} is inactive, or an integration's user", f"{mail} は無効なユーザーか、連携用ユーザーです")
            yield _wrong_person("owner_cannot", ERROR, place, said)
    for mail in sorted({absence.email for absence in playbook.absences} - setting.mails):
        said = (f"{mail} is no user of a connected CRM", f"{mail} は接続中の CRM のユーザーではありません")
        yield _wrong_person("unknown_owner", WARNING, "capacity/absences", said)


def _takers(playbook: Playbook) -> Iterable[tuple[str, str]]:
    for group in playbook.groups:
        yield from ((f"assignment/groups/{group.id}", seat.email) for seat in group.seats)
    yield from ((f"assignment/rules/{rule.id}", rule.owner) for rule in playbook.rules if rule.owner)


def _wrong_person(id: str, severity: str, place: str, text: tuple[str, str]) -> Finding:
    remedy = ("write the address of the CRM user", "CRM ユーザーのメールアドレスを書いてください")
    return finding(id, severity, place, text, remedy)
