"""Random persons with random acts, many of them where a rule changes its mind: on the edges of windows, in the same
second, around midnight and the change to summer time, in the future."""

from __future__ import annotations

from random import Random

import pyarrow as pa

from sync.scoring.conditions import TEXT_FIELDS
from sync.scoring.engine import Inputs
from sync.scoring.engine.columns import ACTS, PERSONS, SUBJECTS, TEXTS

DAY = 86_400
EDGES = (1, 2, 7, 8, 14, 30, 31, 60, 90, 91, 180)
WORDS = (
    *("", "営業部長", "部長代理", "学生", "Sales Manager", "VP of Sales", "主任", "不明", "n/a"),
    *("製造業", "software", "IT・ソフトウェア", "東京都", "Osaka", "株式会社山田製作所", "Acme K.K.", "個人", "小売"),
)
DOMAINS = (
    "",
    "rival.co.jp",
    "mail.rival.co.jp example.com",
    "student.u-tokyo.ac.jp",
    "a.jp",
    "gmail.com",
    "example.com",
)
PATHS = (
    *("/price", "/case-study/a", "/case-study/b?x=1", "/simulator", "/compare", "/contact", "/blog/cloud"),
    *("/blog/security-cloud", "/docs/whitepaper.pdf", "/seminar/analytics", "/", "/trial"),
)
CONTENTS = (
    *(("page_view", f"https://www.example.co.jp{path}", "", "") for path in PATHS),
    *(("email_click", f"https://example.co.jp{path}", "メールマガジン", "m1") for path in PATHS[:5]),
    *(("email_open", "", title, content) for title, content in (("料金のご案内", "m1"), ("security news", "m2"))),
    *(
        ("form_submit", "https://example.co.jp/price", title, f"f-{title}")
        for title in ("資料請求", "セミナー申込", "お問い合わせ", "x")
    ),
    *(("content_download", "", title, "") for title in ("導入事例集", "whitepaper cloud")),
    ("seminar_attended", "", "analytics セミナー", "c1"),
    ("campaign_response", "", "展示会", "c2"),
    ("site_visit", "", "", ""),
    ("email_reply", "", "Re: お見積り", ""),
)


def random_inputs(random: Random, persons: int, as_of: int) -> Inputs:
    """Persons with numbers that are not all there, in order, and acts of some people who are not among them."""
    texts = [{"id": number, "text": text} for number, text in enumerate((*WORDS, *DOMAINS)) if text]
    ids = sorted(random.sample(range(1, persons * 3), persons))
    people = [_person(random, id, as_of) for id in ids]
    acts = [act for id in sorted([*ids, persons * 3 + 1]) for act in _acts(random, id, as_of)]
    numbers = random.sample(range(1, len(acts) * 2 + 2), len(acts))
    rows = [{**act, "activity_id": number} for act, number in zip(acts, numbers, strict=True)]
    return Inputs(
        persons=pa.Table.from_pylist(people, PERSONS),
        acts=pa.Table.from_pylist(rows, ACTS),
        subjects=pa.Table.from_pylist([_subject(number) for number in range(len(CONTENTS))], SUBJECTS),
        texts=pa.Table.from_pylist(texts, TEXTS),
    )


def subset(inputs: Inputs, ids: set[int]) -> Inputs:
    """The same with fewer persons."""

    def kept(table: pa.Table) -> pa.Table:
        return table.filter(pa.array([number in ids for number in table["person_id"].to_pylist()], pa.bool_()))

    return Inputs(kept(inputs.persons), kept(inputs.acts), inputs.subjects, inputs.texts)


def _subject(number: int) -> dict[str, object]:
    kind, url, title, content = CONTENTS[number]
    named = title if kind in ("form_submit", "campaign_response", "seminar_attended") else ""
    return {
        **{"id": number + 1, "kind": kind, "url": url, "title": "" if named else title, "content_id": content},
        **{"content_name": named, "content_type": "", "status": "", "responded": int(kind == "campaign_response")},
    }


def _person(random: Random, id: int, as_of: int) -> dict[str, object]:
    def ago() -> int | None:
        return random.choice((None, None, as_of - random.randrange(0, 200 * DAY), as_of, as_of + 5))

    return {
        "person_id": id,
        "first_known_at": as_of - random.choice((0, DAY, 89 * DAY, 90 * DAY, random.randrange(400 * DAY))),
        **{name: random.randrange(len(WORDS)) for name in TEXT_FIELDS},
        "domains": random.choice((0, *range(len(WORDS) + 1, len(WORDS) + len(DOMAINS)))),
        "employees": random.choice((None, 0, 1, 49, 50, 99, 100, 299, 300, 5_000)),
        **{name: int(random.random() < 0.2) for name in ("opted_out", "customer", "open_deal")},
        "lost_at": ago(),
        "recycled_at": ago(),
    }


def _acts(random: Random, id: int, as_of: int) -> list[dict[str, int]]:
    times: list[int] = []
    favourites = [random.randrange(1, len(CONTENTS) + 1) for _ in range(3)]
    for _ in range(random.choice((0, 1, 3, 8, 14))):
        times.append(_time(random, times, as_of))
    return [
        {"person_id": id, "at": at, "subject_id": random.choice((*favourites, random.randrange(1, len(CONTENTS) + 1)))}
        for at in sorted(times)
    ]


def _time(random: Random, before: list[int], as_of: int) -> int:
    sort = random.random()
    if before and sort < 0.35:  # near another one: in the same second, within an hour or a few days
        return random.choice(before) + random.choice((0, 0, 1, 3_600, -3_600, DAY, random.randrange(3 * DAY)))
    if sort < 0.6:  # on an edge of a window
        midnight = as_of - (as_of + 9 * 3_600) % DAY
        return midnight - random.choice(EDGES) * DAY + random.choice((-1, 0, 1, 4 * 3_600, 9 * 3_600, 14 * 3_600))
    if sort < 0.63:
        return as_of + random.choice((0, 1, 3_600))
    return as_of - random.randrange(0, random.choice((2, 20, 100, 200, 500)) * DAY)
