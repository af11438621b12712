"""Random histories of a store: records that come, change, merge, vanish; each step as a cycle does it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from in_process import InProcess
from sqlalchemy import select
from warm import ENGINE

from sync.core.activity import INBOUND, OUTBOUND, Kind
from sync.core.records import (
    ActivityRecord,
    CampaignRecord,
    CompanyRecord,
    DealRecord,
    DealRoleRecord,
    PersonRecord,
    Record,
    RecordKey,
    State,
)
from sync.jobs.join_companies import join_companies
from sync.jobs.rescore import RescoreTotals, Scoring, rescore
from sync.jobs.resolve import resolve
from sync.scoring.engine.reference import ReferenceEngine
from sync.scoring.model import load_model
from sync.store import tables as t
from sync.store.database import SqlStore

DAY = 86_400
START = 1_795_050_000  # 2026-11-19 10:00 in Tokyo
ZONE = "Asia/Tokyo"
MAILBOXES = 8
_TITLES = ("営業部長", "課長", "担当", "代表取締役", "学生", "")
_PAGES = ("/pricing", "/case-study/a", "/blog", "/simulator", "/compare", "/contact")


class World:
    """A store, a clock and dice."""

    def __init__(self, store: SqlStore, seed: int, model: str = "basic") -> None:
        self.store = store
        self.rng = random.Random(seed)
        self.now = START
        self.scoring = Scoring(load_model(model), ZONE, "ja")
        self.scorer = InProcess(ReferenceEngine())  # for a handful of people it is the quicker one
        self.people: dict[RecordKey, PersonRecord] = {}
        self.acts: dict[RecordKey, ActivityRecord] = {}
        self._made = 0
        for n in range(MAILBOXES):
            self.save(self._person(RecordKey("hubspot", "contact", f"h{n}"), _mailbox(n)))
            if n % 2:
                self.save(self._person(RecordKey("salesforce", "lead", f"l{n}"), _mailbox(n)))
        self.save(*(record for _ in range(3 * MAILBOXES) for record in self.new_act()))
        self.cycle()

    def step(self, changes: int = 2) -> RescoreTotals:
        """Some time passes, some things happen, a cycle runs."""
        self.now += self.rng.choice((300, 3_600, DAY // 2, DAY, 9 * DAY))
        self.save(*(record for _ in range(changes) for record in self.something()))
        return self.cycle()

    def cycle(self) -> RescoreTotals:
        join_companies(self.store, lambda: None)
        resolve(self.store, ENGINE, lambda: self.now, lambda: None)
        return self.score()

    def score(self) -> RescoreTotals:
        return rescore(self.store, self.scorer, self.scoring, lambda: self.now, lambda: None)

    def save(self, *records: Record) -> None:
        for record in records:
            if isinstance(record, PersonRecord):
                self.people[record.key] = record
            if isinstance(record, ActivityRecord):
                self.acts[record.key] = record
        with self.store.begin() as unit:
            unit.save(records, self.now)

    def something(self) -> list[Record]:
        happens = [
            self.new_person,
            self.changed_person,
            self.moved_person,
            self.gone,
            self.company,
            self.deal,
            self.role,
        ]
        happens += [self.new_act, self.new_act, self.changed_act, self.act_gone, self.content]
        happens += [self.logged_twice, self.logged_twice]
        return self.rng.choice(happens)()

    def new_person(self) -> list[Record]:
        self._made += 1
        system, object_ = self.rng.choice((("hubspot", "contact"), ("salesforce", "lead"), ("salesforce", "contact")))
        mailbox = self.rng.randrange(MAILBOXES + 2)
        return [self._person(RecordKey(system, object_, f"{object_}{self._made}"), _mailbox(mailbox))]

    def changed_person(self) -> list[Record]:
        record = self._anybody()
        return [self._person(record.key, record.email)]

    def moved_person(self) -> list[Record]:
        """A record with another mailbox may be another person's."""
        return [self._person(self._anybody().key, _mailbox(self.rng.randrange(MAILBOXES)))]

    def gone(self) -> list[Record]:
        """And some come back."""
        state = self.rng.choice((State.ARCHIVED, State.LIVE))
        return [replace(self._anybody(), state=state, modified_at=self.now)]

    def act_gone(self) -> list[Record]:
        state = self.rng.choice((State.ARCHIVED, State.LIVE))
        return [replace(self._any_act(), state=state, modified_at=self.now)]

    def new_act(self) -> list[Record]:
        self._made += 1
        kind = self.rng.choice((*[Kind.PAGE_VIEW] * 2, Kind.EMAIL_OPEN, Kind.FORM_SUBMIT, Kind.CONTENT_DOWNLOAD))
        at = self.now - self.rng.choice((10, 600, DAY, 20 * DAY, 100 * DAY, 200 * DAY)) + self.rng.randrange(9)
        return [self._act(RecordKey("hubspot", "page_view", f"a{self._made}"), kind, at)]

    def changed_act(self) -> list[Record]:
        act = self._any_act()
        at = self.rng.choice((act.occurred_at, act.occurred_at - DAY))
        kind = self.rng.choice((act.kind, Kind.PAGE_VIEW))
        return [self._act(act.key, kind, at, people=self.rng.choice((act.people, self._some_people(act.key.system))))]

    def logged_twice(self) -> list[Record]:
        """A call, in one CRM or in both: of one person, if she is in both."""
        self._made += 1
        at, title = self.now - self.rng.randrange(5 * DAY), self.rng.choice(("お電話", "ご相談"))
        mailbox = _mailbox(self.rng.randrange(MAILBOXES))
        made: list[Record] = []
        for system, object_ in (("hubspot", "call"), ("salesforce", "task")):
            people = tuple(k for k, record in self.people.items() if k.system == system and record.email == mailbox)
            direction = self.rng.choice((INBOUND, OUTBOUND, ""))
            key = RecordKey(system, object_, f"c{self._made}")
            made.append(self._act(key, Kind.CALL, at, direction=direction, title=title, people=people[:1]))
        return made[: self.rng.choice((1, 2, 2))]

    def company(self) -> list[Record]:
        n = self.rng.randrange(3)
        system = self.rng.choice(("hubspot", "salesforce"))
        size = self.rng.choice((20, 120, 800, None))
        key = RecordKey(system, "company", str(n))
        return [CompanyRecord(key, self.now, name=f"第{n}工業", domain=f"firm{n}.co.jp", employees=size)]

    def deal(self) -> list[Record]:
        n = self.rng.randrange(4)
        people = self._some_people("hubspot")
        return [
            DealRecord(
                RecordKey("hubspot", "deal", str(n)),
                self.now,
                state=self.rng.choice((State.LIVE, State.LIVE, State.ARCHIVED)),
                status=self.rng.choice(("open", "won", "lost")),
                closed_at=self.now - self.rng.randrange(40 * DAY),
                company=self.rng.choice((None, RecordKey("hubspot", "company", str(n % 3)))),
                people=self.rng.choice((people, None)),
            )
        ]

    def role(self) -> list[Record]:
        deal = RecordKey("salesforce", "deal", "S")
        people = self._some_people("salesforce")
        status, state = self.rng.choice(("open", "lost")), self.rng.choice((State.LIVE, State.ARCHIVED))
        roles = [
            DealRoleRecord(RecordKey("salesforce", "role", f"r-{key.id}"), self.now, deal, key, state=state)
            for key in people
        ]
        return [DealRecord(deal, self.now, status=status, closed_at=self.now - DAY), *roles]

    def content(self) -> list[Record]:
        name = self.rng.choice(("デモのお申し込み", "メールマガジン", "料金のお問い合わせ"))
        return [CampaignRecord(RecordKey("hubspot", "form", "f1"), self.now, name=name, type="form")]

    def _person(self, key: RecordKey, email: str) -> PersonRecord:
        rng = self.rng
        company = RecordKey(key.system, "company", str(rng.randrange(3))) if rng.random() < 0.5 else None
        return PersonRecord(
            key,
            self.now,
            created_at=rng.choice((None, START - 300 * DAY, START - 5 * DAY)),
            email=email,
            last_name="山田",
            title=rng.choice(_TITLES),
            country=rng.choice(("日本", "")),
            city=rng.choice(("横浜市", "")),
            employees=rng.choice((None, 20, 500)),
            industry=rng.choice(("製造業", "")),
            opted_out=rng.random() < 0.1,
            company=company,
        )

    def _act(self, key: RecordKey, kind: str, at: int, **values: Any) -> ActivityRecord:
        told = {
            "people": self._some_people(key.system),
            "url": f"https://www.example.jp{self.rng.choice(_PAGES)}?utm={self.rng.randrange(99)}",
            "content_id": "f1" if kind == Kind.FORM_SUBMIT else "",
            **values,
        }
        email = "" if told["people"] else _mailbox(self.rng.randrange(MAILBOXES))
        return ActivityRecord(key, self.now, kind, at, email=email, **told)

    def _some_people(self, system: str) -> tuple[RecordKey, ...]:
        known = sorted(key for key in self.people if key.system == system)
        return tuple(self.rng.sample(known, min(len(known), self.rng.choice((0, 1, 1, 1, 2)))))

    def _anybody(self) -> PersonRecord:
        return self.rng.choice(list(self.people.values()))

    def _any_act(self) -> ActivityRecord:
        return self.rng.choice(list(self.acts.values()))

    # --- what came of it ---

    def living(self) -> list[int]:
        with self.store.reading() as unit:
            c = t.persons.c
            return list(unit.connection.scalars(select(c.id).where(c.merged_into.is_(None)).order_by(c.id)))

    def table(self, table: Any) -> list[tuple[Any, ...]]:
        """Its rows; of acts and traits without the time since when they are known."""
        with self.store.reading() as unit:
            columns = [column for column in table.c if column.name != "since"]
            found = unit.connection.execute(select(*columns)).all()
            return sorted(tuple(map(str, row)) for row in found)

    def everything_anew(self) -> None:
        """Forgets what was found out about people, so that the next scoring starts from the records."""
        with self.store.begin() as unit:
            for table in (t.acts, t.traits, t.past_acts, t.past_traits, t.score_lines, t.scores):
                unit.connection.execute(table.delete())
            unit.connection.execute(t.persons.update().values(score_due=True, traits_due=True))
            unit.set_fact("scored_for", None)


def _mailbox(n: int) -> str:
    return f"p{n}@firm{n % 3}.co.jp"
