"""SQL of sleep: which act woke a person last, and which acts may count since."""

from __future__ import annotations

from sync.scoring.engine.local_days import DAY
from sync.scoring.engine.people import PEOPLE, SEEN
from sync.scoring.engine.steps import SUBJECTS, Setting, Step

WOKE, AWAKE = "scoring_woke", "scoring_awake"


def waking_steps(setting: Setting) -> list[Step]:
    """WOKE: person_id, woke_at, woke_id, woke_day of the newest act after a sleep, where the model asks. AWAKE: as
    SEEN and whether it is an `open`; without acts older than all windows, and those that dormancy wiped for good."""
    steps = [Step(WOKE, _woke(setting), stored=True)] if setting.asks_who_woke else []
    woke, since_then = "", ""
    if setting.wipes:
        woke = f"left join {WOKE} v on v.person_id = a.person_id"
        since_then = (
            "and (v.woke_at is null or a.acted > v.woke_at or (a.acted = v.woke_at and a.activity_id >= v.woke_id))"
        )
    awake = f"""select a.*, s.open from {SEEN} a join {SUBJECTS} s on s.subject_id = a.subject_id {woke}
where a.acted > {setting.since(setting.reach)} {since_then}"""
    return [*steps, Step(AWAKE, awake, stored=True)]


def _woke(setting: Setting) -> str:
    """A sleep may lie before the first act, counted from when the person was first known."""
    order = "partition by a.person_id order by a.acted, a.activity_id"
    return f"""select n.person_id, n.acted as woke_at, n.activity_id as woke_id, n.day as woke_day from (
select w.*, row_number() over (partition by w.person_id order by w.acted desc, w.activity_id desc) as newest from (
select a.*, coalesce(lag(a.day) over ({order}), p.first_day) as day_before
from {SEEN} a join {SUBJECTS} s on s.subject_id = a.subject_id join {PEOPLE} p on p.person_id = a.person_id
where s.open = 0) w where w.day - w.day_before >= {setting.model.dormancy.days * DAY}) n where n.newest = 1"""
