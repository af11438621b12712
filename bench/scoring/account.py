"""A generated account as the engine reads it: persons, acts, contents and texts, the same for the same size.

Shares are those of a Japanese B2B account with web tracking: ten acts a person and year on average, most of them page
views and mail opens, two in five acts within the last 90 days, a hundred thousand companies among a million people.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

AS_OF = 1_795_143_600  # a midnight in Tokyo, November 2026
TABLES = ("persons", "acts", "subjects", "texts")
_YEAR = 365 * 86_400
_TITLES = (
    "営業部長",
    "マネージャー",
    "代表取締役",
    "主任",
    "担当",
    "情報システム部 課長",
    "Director",
    "Engineer",
    "部長代理",
    "学生",
)
_INDUSTRIES = ("製造業", "情報通信業", "小売業", "建設業", "金融業", "医療", "software", "logistics", "教育", "不明")
# Share in a thousand, kind, how many of them, URL (with the number), title.
_CONTENTS = (
    (20, "page_view", 2, "https://www.example.co.jp/price/{}", ""),
    (10, "page_view", 3, "https://www.example.co.jp/simulator/{}", ""),
    (40, "page_view", 60, "https://www.example.co.jp/case-study/{}", ""),
    (8, "page_view", 5, "https://www.example.co.jp/compare/{}", ""),
    (370, "page_view", 1500, "https://www.example.co.jp/blog/{}", ""),
    (270, "email_open", 400, "", "ニュースレター {}"),
    (90, "email_click", 400, "https://www.example.co.jp/blog/{}", "ニュースレター {}"),
    (15, "email_click", 30, "https://www.example.co.jp/case-study/{}", "事例のご紹介 {}"),
    (12, "form_submit", 20, "https://www.example.co.jp/form/{}", "資料請求 {}"),
    (3, "form_submit", 5, "https://www.example.co.jp/contact/{}", "お問い合わせ {}"),
    (40, "content_download", 80, "", "ホワイトペーパー {}"),
    (22, "seminar_registered", 60, "", "セミナー {}"),
    (15, "seminar_attended", 60, "", "セミナー {}"),
    (85, "site_visit", 1, "", ""),
)


def generated(folder: Path, persons: int) -> None:
    """Writes the four tables of so many persons into the folder, as Arrow files."""
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = true")
    connection.register("contents", _contents())
    connection.register("words", _texts(persons))
    connection.execute(f"create table acts as {_acts(persons)}").fetchall()
    queries = {
        "persons": _persons(persons),
        "acts": 'select person_id, at_ as "at", activity_id, subject_id from acts order by person_id, at_, activity_id',
        "subjects": "select * exclude (low, high) from contents order by id",
        "texts": "select * from words order by id",
    }
    for name, query in queries.items():
        _write(folder / f"{name}.arrow", connection.sql(query).to_arrow_reader(100_000))
    connection.close()


def opened(folder: Path, name: str) -> pa.RecordBatchReader:
    """One of the tables, mapped into memory."""
    source = pa.memory_map(str(folder / f"{name}.arrow"))
    return pa.ipc.open_stream(source)


def _write(path: Path, reader: pa.RecordBatchReader) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def _contents() -> pa.Table:
    """SUBJECTS with the share of draws (below 1,000,000) that fall on each."""
    rows, low = [], 0
    for share, kind, count, url, title in _CONTENTS:
        for number in range(count):
            high = low + share * 1_000 // count
            named = title.format(number) if kind == "form_submit" else ""
            row = {"id": len(rows) + 1, "kind": kind, "url": url.format(number), "content_id": f"{kind}-{number}"}
            row |= {"title": "" if named else title.format(number), "content_name": named, "content_type": ""}
            rows.append(row | {"status": "", "responded": 0, "low": low, "high": high})
            low = high
    rows[-1]["high"] = 1_000_000
    return pa.Table.from_pylist(rows)


def _texts(persons: int) -> pa.Table:
    titles = [f"{title} {number}" if number else title for number in range(200) for title in _TITLES]
    companies = [f"株式会社サンプル{number}" for number in range(max(10, persons // 10))]
    domains = [f"sample{number}.co.jp" for number in range(max(10, persons // 10))]
    words = [*titles, *_INDUSTRIES, *companies, *domains]
    return pa.table({"id": pa.array(range(1, len(words) + 1), pa.int64()), "text": words})


def _draw(of: str, salt: int, below: str | int) -> str:
    """A number from 0 to below - 1 that hangs on a row's number alone."""
    return f"cast(hash({of} * 1000 + {salt}) % {below} as bigint)"


def _acts(persons: int) -> str:
    """Two in five persons have none, the others 17 on average: most of them few, a few of them many."""
    many = f"cast(17 * (-ln((1 + {_draw('p', 2, 9999)}) / 10000.0)) as bigint)"
    count = f"case when {_draw('p', 1, 10)} < 4 then 0 else {many} end"
    moment = f"{AS_OF} - 1 - cast({_YEAR} * pow({_draw('n', 4, 1_000_000)} / 1000000.0, 1.5) as bigint)"
    return f"""with each as (
    select p, unnest(range({count})) as k from range(1, {persons} + 1) t(p)
), numbered as (
    select p, row_number() over (order by p, k) as n from each
), drawn as (
    select p as person_id, {moment} as at_, n as activity_id, {_draw("n", 5, 1_000_000)} as draw from numbered
)
select d.person_id, d.at_, d.activity_id, c.id as subject_id from drawn d asof join contents c on d.draw >= c.low"""


def _persons(persons: int) -> str:
    titles, industries, many = 200 * len(_TITLES), len(_INDUSTRIES), max(10, persons // 10)
    first = titles + industries + 1
    return f"""select p as person_id, {AS_OF} - 86400 - {_draw("p", 11, 2 * _YEAR)} as first_known_at,
case when {_draw("p", 12, 10)} < 2 then 0 else 1 + {_draw("p", 13, titles)} end as title,
0::bigint as department, {first} + {_draw("p", 14, many)} as company_name,
case when {_draw("p", 15, 10)} < 3 then 0 else {titles + 1} + {_draw("p", 16, industries)} end as industry,
0::bigint as country, 0::bigint as region, 0::bigint as city, 0::bigint as source, 0::bigint as status,
{first + many} + {_draw("p", 14, many)} as domains,
case when {_draw("p", 17, 10)} < 3 then null
else cast(pow(10, {_draw("p", 18, 400)} / 100.0) as bigint) end as employees,
case when {_draw("p", 19, 100)} < 3 then 1 else 0 end::bigint as opted_out,
case when {_draw("p", 20, 100)} < 5 then 1 else 0 end::bigint as customer,
case when {_draw("p", 21, 100)} < 2 then 1 else 0 end::bigint as open_deal,
case when {_draw("p", 22, 100)} < 4 then {AS_OF} - {_draw("p", 23, _YEAR)} end as lost_at, null::bigint as recycled_at
from range(1, {persons} + 1) t(p)"""
