"""The floor: SQL written by hand for the shipped model `basic` and nothing else, on the same tables.

It gives the same totals and bands, and with reasons the same lines and evidence (a test compares them); but no
interest, no checksum, and it compares nothing with what is stored. It is told what each text and content means, which
the engine works out in its own time. It knows that two picked visits fill the cap of the pricing rule, one the cap of
the sequence, and that nobody's mail opens earn anything.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from bench.scoring.account import AS_OF, opened
from sync.scoring.content import FIRST, THEN, tags_of
from sync.scoring.definition import AttributeRule, SequenceRule
from sync.scoring.engine.lookups import DOMAINS, asked_of, subject_act
from sync.scoring.facts import Facts
from sync.scoring.model import Model, load_model

_DAY = 86_400
_TODAY = AS_OF + 9 * 3_600
_RECENT = f"a.day > {_TODAY - 90 * _DAY}"
_USUAL = {"title": 2, "industry": 3}  # the bucket of most texts
_MEANING = pa.schema([(name, pa.int64()) for name in ("id", "bucket", "exclusion")])


def told(folder: Path) -> dict[str, pa.Table]:
    """What the floor is told of words, by text and by subject."""
    model = load_model("basic")
    texts = opened(folder, "texts").read_all().to_pylist()
    fields = {"titles": "title", "industries": "industry", "companies": "company_name", "domains": DOMAINS}
    found = {name: pa.Table.from_pylist(_meanings(model, field, texts), _MEANING) for name, field in fields.items()}
    parts = zip(("content", "takes", "plays"), _contents(model, folder), strict=True)
    return found | {name: pa.Table.from_pylist(rows) for name, rows in parts}


class Floor:
    """A DuckDB with the account's persons and acts, and what the floor is told."""

    def __init__(self, folder: Path, words: dict[str, pa.Table]) -> None:
        settings = {"threads": 2, "memory_limit": "2GB", "preserve_insertion_order": False}
        self._connection = duckdb.connect(config=settings)
        for name, table in words.items():
            self._store(name, table, "*")
        day = '("at" + 32400) - ("at" + 32400) % 86400 as day'
        self._store("acts", opened(folder, "acts"), f'person_id, "at" as acted, activity_id, subject_id, {day}')
        self._store(
            "persons",
            opened(folder, "persons"),
            "person_id, first_known_at, title, industry, company_name, domains, employees",
        )

    def scores(self) -> pa.Table:
        """person_id, attribute, behaviour, activity, total, band, last_act_at."""
        self._lines(bare=True)
        return self._scores()

    def reasons(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        """Scores, lines and evidence as the engine gives them."""
        self._lines(bare=False)
        scores = self._scores()
        return scores, self._all_lines(), self._evidence()

    def _store(self, name: str, table: pa.Table | pa.RecordBatchReader, columns: str) -> None:
        self._connection.register("arriving", table)
        self._run(f"create or replace table {name} as select {columns} from arriving")

    def _run(self, sql: str) -> None:
        self._connection.execute(sql).fetchall()

    def _table(self, name: str, sql: str) -> None:
        self._run(f"create or replace table {name} as {sql}")

    def _lines(self, bare: bool) -> None:
        """What acts earn. Of the pricing rule two days count at most: the newest and any a week before it."""
        more = "" if bare else ", count(*) as taken, max(a.acted) as last_at, bit_or(c.bit) as code"
        points = "least(sum(c.points), any_value(c.cap))"
        week = f"case when max(a.day) - min(a.day) >= {7 * _DAY} then 30000 else 15000 end"
        self._table(
            "earned",
            f"""select a.person_id, c.rule, cast(case when c.rule = 3 then {week} else {points} end as bigint) as points
{more} from acts a join takes c using (subject_id) where {_RECENT} group by a.person_id, c.rule""",
        )
        more = "" if bare else ", count(*) as taken, max(e.acted) as last_at, 0::bigint as code"
        self._table(
            "played",
            f"""select a.*, c.begins, c.ends from acts a join plays c using (subject_id)
where a.day > {_TODAY - 92 * _DAY}""",
        )
        order = "partition by person_id order by acted, activity_id rows between unbounded preceding and 1 preceding"
        self._table(
            "ended",
            f"""select e.* from (select *, max(case when begins = 1 then acted end) over ({order}) as began,
last_value(case when begins = 1 then activity_id end ignore nulls) over ({order}) as opener from played) e
where ends = 1 and acted - began <= {_DAY} and day > {_TODAY - 90 * _DAY}""",
        )
        self._run(f"insert into earned select e.person_id, 8 as rule, 20000 as points {more} from ended e group by 1")
        days = f"bit_count(bit_or(1 << ((({_TODAY}) - a.day) // {_DAY})))"
        more = "" if bare else f", {days} as taken, max(a.acted) as last_at, 0::bigint as code"
        self._run(f"""insert into earned select a.person_id, 9 as rule, 10000 as points {more}
from acts a join content c using (subject_id) where c.is_open = 0 and a.day > {_TODAY - 30 * _DAY}
group by a.person_id having {days} >= 3""")

    def _scores(self) -> pa.Table:
        self._table(
            "lasts",
            """select a.person_id, max(a.acted) as last_at from acts a join content c using (subject_id)
where c.is_open = 0 group by a.person_id""",
        )
        day = f"(x + 32400) - (x + 32400) % {_DAY}"
        since = f"coalesce({day.replace('x', 'l.last_at')}, {day.replace('x', 'p.first_known_at')})"
        self._table(
            "people",
            f"""select p.*, l.last_at, coalesce(t.bucket, case when p.title > 0 then 2 else 3 end) as title_bucket,
case when p.employees >= 300 then 1 when p.employees >= 100 then 2 when p.employees >= 50 then 3
when p.employees >= 1 then 4
else 5 end as size_bucket, coalesce(t.exclusion, c.exclusion, d.exclusion, 0) as exclusion,
case when p.industry = 0 or i.id is not null then 0 else 1 end as industry_known,
case when {since} <= {_TODAY - 90 * _DAY} then 1 else 0 end as dormant
from persons p left join lasts l using (person_id) left join titles t on t.id = p.title 
left join industries i on i.id = p.industry
left join companies c on c.id = p.company_name left join domains d on d.id = p.domains""",
        )
        self._table(
            "sums",
            """select person_id, sum(case when rule < 9 then points else 0 end) as behaviour,
sum(case when rule = 9 then points else 0 end) as activity from earned group by person_id""",
        )
        self._table(
            "totals",
            """select *, case when exclusion > 0 then 0 else clamped - sleep end as total from (
select *, case when dormant = 1 then least(50000, clamped) else 0 end as sleep from (
select *, least(greatest(attribute + behaviour + activity, 0), 100000) as clamped from (
select p.person_id, p.last_at, p.dormant, p.exclusion, coalesce(s.behaviour, 0)::bigint as behaviour,
coalesce(s.activity, 0)::bigint as activity, case title_bucket when 1 then 20000 when 2 then 5000 else 0 end
+ case size_bucket when 1 then 20000 when 2 then 10000 when 4 then -10000 else 0 end as attribute
from people p left join sums s using (person_id))))""",
        )
        self._table(
            "hot",
            f"""select person_id from (
select n.person_id, c.topic, c.strong from totals n join acts a using (person_id) join content c using (subject_id)
where n.total >= 80000 and n.attribute >= 10000 and n.behaviour + n.activity >= 10000 and c.is_open = 0 and (
    c.takes = 1 and {_RECENT} or a.day > {_TODAY - 30 * _DAY} and n.activity > 0)
union all select e.person_id, c.topic, c.strong from ended e join played b on b.activity_id = e.opener
join content c on c.subject_id = b.subject_id
) group by person_id having count(distinct topic) >= 2 or max(strong) = 1""",
        )
        return self._connection.sql("""select t.person_id, attribute, behaviour, activity, total,
last_at as last_act_at,
case when exclusion > 0 then 5 when dormant = 1 then 4 when total >= 80000 and h.person_id is not null then 1
when total >= 50000 then 2 else 3 end as band
from totals t left join hot h on h.person_id = t.person_id order by t.person_id""").to_arrow_table()

    def _all_lines(self) -> pa.Table:
        return self._connection.sql(f"""select person_id,
row_number() over (partition by person_id order by place) - 1 as seq, rule, points, taken as count,
last_at, code as detail from (
{" union all ".join(_ATTRIBUTES)}
union all select person_id, rule, points, taken, last_at, code, rule from earned
union all select person_id, -1, clamped - attribute - behaviour - activity, 1, null, 0, 100 from totals
where clamped <> attribute + behaviour + activity
union all select person_id, -2, -sleep, 1, last_at, 0, 101 from totals where dormant = 1
union all select person_id, -3, sleep - clamped, 1, null, 0, 102 from totals where exclusion > 0
) order by person_id, seq""").to_arrow_table()

    def _evidence(self) -> pa.Table:
        return self._connection.sql(f"""select person_id, rule, position, activity_id from (
select *, row_number() over (partition by person_id, rule order by acted desc, activity_id desc) - 1 as position from (
select a.person_id, c.rule, a.acted, a.activity_id from acts a join takes c using (subject_id) where {_RECENT}
union all select a.person_id, 9, a.acted, a.activity_id from acts a join content c using (subject_id)
join earned e on e.person_id = a.person_id and e.rule = 9 where c.is_open = 0 and a.day > {_TODAY - 30 * _DAY}
union all select distinct person_id, 8, acted, activity_id from (
select e.person_id, e.acted, e.activity_id from ended e
union all select e.person_id, b.acted, b.activity_id from ended e join played b on b.activity_id = e.opener)
)) where position < 10 order by person_id, rule, position""").to_arrow_table()


_ATTRIBUTES = (
    "select person_id, 0 as rule, case title_bucket when 1 then 20000 when 2 then 5000 else 0 end as points,"
    " 1 as taken, null::bigint as last_at, title_bucket as code, 0 as place from people",
    "select person_id, 1, 0, 1, null, case when industry_known = 1 then 0 else 2 end, 1 from people",
    "select person_id, 2, case size_bucket when 1 then 20000 when 2 then 10000 when 4 then -10000 else 0 end, 1, null,"
    " size_bucket, 2 from people",
)


def _meanings(model: Model, field: str, texts: list[dict[str, object]]) -> list[dict[str, int]]:
    """Of texts that a bucket or an exclusion asks for: id, bucket of the title, position of the exclusion."""
    asked = next(each for each in asked_of(model) if each.field == field)
    found = []
    for text in texts:
        facts = asked.facts(str(text["text"]))
        bucket = _bucket(model, field, facts)
        exclusion = next((at for at, one in enumerate(model.exclusions, 1) if one.holds(facts, model.reading)), None)
        if exclusion or bucket not in (None, _USUAL.get(field)):
            found.append({"id": text["id"], "bucket": bucket, "exclusion": exclusion})
    return found


def _bucket(model: Model, field: str, facts: Facts) -> int | None:
    """Of the attribute rule that asks the field."""
    rules = (rule for rule in model.rules if isinstance(rule, AttributeRule) and rule.field == field)
    buckets = (enumerate(rule.buckets, 1) for rule in rules)
    return next((at for each in buckets for at, one in each if one.holds(facts, model.reading)), None)


def _contents(model: Model, folder: Path) -> tuple[list[dict[str, int]], list[dict[str, int]], list[dict[str, int]]]:
    """What subjects are; which rules take them; which part they play in the sequence."""
    content, takes, plays, topics = [], [], [], {}
    for row in opened(folder, "subjects").read_all().to_pylist():
        id, tags = row["id"], tags_of(subject_act(row), model)
        parts = [part for number, part in tags.parts if isinstance(model.rules[number], SequenceRule)]
        own = [(number, part) for number, part in tags.parts if not isinstance(model.rules[number], SequenceRule)]
        topic = topics.setdefault(tags.key, len(topics))
        flags = {"is_open": int(tags.is_open), "strong": int(tags.strong), "takes": int(bool(own))}
        content.append({"subject_id": id, "topic": topic, **flags})
        for number, part in own:
            rule = model.rules[number]
            takes.append(
                {
                    "subject_id": id,
                    "rule": number,
                    "points": rule.matchers[part].points,
                    "cap": rule.cap,
                    "bit": 1 << part,
                }
            )
        if parts:
            plays.append({"subject_id": id, "begins": int(FIRST in parts), "ends": int(THEN in parts)})
    return content, takes, plays
