"""The playbook: what sales and marketing agreed, as data. `playbook_file` reads it, `agreement` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sync.core.text import Text
from sync.handoff.calendar import BusinessCalendar
from sync.scoring.phrases import Phrases

DEFAULT = "default"  # the shipped playbook
TO_GROUP, TO_MANAGER, TO_NOBODY = "group", "manager", "nobody"
SALES, MARKETING = "sales", "marketing"
ROLES = (MARKETING, SALES, "management", "other")


@dataclass(frozen=True, slots=True)
class Goal:
    text: Text
    owner: str  # "" when nobody answers for it yet


@dataclass(frozen=True, slots=True)
class Kpi:
    """`id` is one of `KPIS`; `target` in its unit, None when it is not agreed yet."""

    id: str
    target: int | None
    owner: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be a KPI; `form` shows a target of it, `least` tells which way is better."""

    label: Text
    form: Text
    at_most: bool = False


_PERCENT = Text("{target}%", "{target}%")
_MONEY = Text("{target:,} in the account's currency", "{target:,}（アカウントの通貨）")
KPIS: Mapping[str, Measure] = {
    "hot_to_opportunity": Measure(Text("Hot leads that become opportunities", "ホットリードの商談化率"), _PERCENT),
    "hot_to_won": Measure(Text("Hot leads that are won", "ホットリードの受注率"), _PERCENT),
    "hot_leads": Measure(Text("Hot leads a month", "月間ホットリード数"), Text("{target}", "{target}件")),
    "follow_rate": Measure(Text("First contact within the time agreed", "期限内の初回連絡率"), _PERCENT),
    "follow_hours": Measure(
        Text("Median time to first contact", "初回連絡までの時間（中央値）"), Text("{target} h", "{target}時間"), True
    ),
    "sourced_revenue": Measure(
        Text("Won amount whose first touch was marketing", "マーケティング起点の受注額"), _MONEY
    ),
    "influenced_revenue": Measure(Text("Won amount with a hot lead before", "ホットリードが関与した受注額"), _MONEY),
    "lead_time_shortening": Measure(Text("Shorter time to close", "リードタイムの短縮率"), _PERCENT),
    "reactivated_appointments": Measure(
        Text("Appointments from calls to reactivated people", "掘り起こしリードのアポイント獲得率"), _PERCENT
    ),
    "stale_leads": Measure(Text("Stale leads", "塩漬けリード数"), Text("{target}", "{target}件"), True),
}


@dataclass(frozen=True, slots=True)
class Sla:
    """The promise about first contact. Hours run from the CRM's acknowledgement of the task."""

    hours: int = 24
    warning_percent: int = 75  # of the business time until the due time
    notify_manager: bool = True
    reassign_after_hours: int | None = None  # after the due time; None: never
    reassign_to: str = TO_NOBODY  # group: the next in turn, else the manager; manager; nobody


@dataclass(frozen=True, slots=True)
class Absence:
    """Both days included."""

    email: str
    first: date
    last: date
    note: str = ""

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Seat:
    """A salesperson in a group. Of two seats the one of weight 2 gets twice as many leads."""

    email: str
    weight: int = 1
    per_day: int | None = None  # new leads a business day; None: as the playbook says for everybody


@dataclass(frozen=True, slots=True)
class Group:
    """Salespeople who take leads in turn."""

    id: str
    label: Text
    seats: tuple[Seat, ...]

    def seat(self, email: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.email == email), None)


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Whose leads these are: every condition given must hold. Exactly one of `owner` and `group` is given.

    `asks` holds the conditions as they are written: segment, sector, country, region, city, industry -> words. Regions
    and countries are those of `territory`, sectors those of `sync.scoring.industries`.
    """

    id: str
    label: Text
    asks: Mapping[str, tuple[str, ...]]
    countries: frozenset[str]
    regions: frozenset[str]
    cities: Phrases
    industries: Phrases
    owner: str
    group: str


@dataclass(frozen=True, slots=True)
class Manager:
    """The manager of a sales team; of everybody when neither members nor groups are named."""

    team: Text
    name: str
    email: str
    members: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    role: str = ""  # of `ROLES`, for approvers


@dataclass(frozen=True, slots=True)
class Roles:
    managers: tuple[Manager, ...] = ()
    data_maintainer: Person | None = None
    marketing: Person | None = None
    approvers: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """`cadence` is monthly or quarterly."""

    cadence: str = "quarterly"
    meeting: Text = field(default_factory=lambda: Text("", ""))
    chair: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the customer's journey and the content that serves it."""

    stage: Text
    content: Text


@dataclass(frozen=True, slots=True)
class SignOff:
    """`version` is the one that was signed, "" when the file does not say."""

    name: str
    role: str
    day: date
    version: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Playbook:
    """`version` names the content: equal content has equal versions, sign-offs, comments and layout aside."""

    name: str
    version: str
    file: str
    goals: tuple[Goal, ...]
    kpis: tuple[Kpi, ...]
    sla: Sla
    calendar: BusinessCalendar  # in no particular zone: ask `calendar_in`
    per_day: int | None  # new leads a rep and business day
    absences: tuple[Absence, ...]
    groups: tuple[Group, ...]
    rules: tuple[OwnerRule, ...]
    fallback: str  # the group that takes what no rule takes, "" for none
    roles: Roles
    review: Review
    ideal_customer: Text
    journey: tuple[Stage, ...]
    domains: Mapping[str, tuple[str, ...]]  # own, partner, competitor
    sign_offs: tuple[SignOff, ...]

    def calendar_in(self, zone: str) -> BusinessCalendar:
        """The business calendar in an IANA time zone."""
        agreed = self.calendar
        return BusinessCalendar(zone, agreed.weekend, agreed.holidays, agreed.closures, agreed.hours)

    def group(self, id: str) -> Group | None:
        return next((group for group in self.groups if group.id == id), None)

    def group_of(self, email: str) -> Group | None:
        """The first group in which somebody has a seat."""
        return next((group for group in self.groups if group.seat(email)), None)

    def absent(self, email: str, day: date) -> bool:
        return any(absence.email == email and absence.covers(day) for absence in self.absences)

    def daily_limit(self, email: str, at_most: int) -> int:
        """New leads a business day for one salesperson: her own figure, else everybody's, and never more than
        `at_most`, the setting TASKS__PER_OWNER_PER_DAY."""
        own = [seat.per_day for group in self.groups if (seat := group.seat(email)) and seat.per_day is not None]
        agreed = min(own) if own else self.per_day
        return at_most if agreed is None else min(agreed, at_most)

    def manager_mail(self, email: str) -> str:
        """Of the manager who answers for a salesperson: of her by name, of one of her groups, of everybody; "" when
        the playbook names none. Nobody is her own manager."""
        groups = {group.id for group in self.groups if group.seat(email)}
        managers = [manager for manager in self.roles.managers if manager.email != email]
        named = (
            *(manager for manager in managers if email in manager.members),
            *(manager for manager in managers if manager.groups & groups),
            *(manager for manager in managers if not (manager.members or manager.groups)),
        )
        return named[0].email if named else ""

    def signed(self, role: str) -> bool:
        """Whether somebody of this role signed this very version."""
        return any(sign.role == role and sign.version == self.version for sign in self.sign_offs)
