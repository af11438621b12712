"""Guarded clustering: its guards one by one, and what must hold of any input."""

from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.identity.certain import certain
from sync.identity.cluster import Clustering, Refused, ScoredEdge, Standing, cluster
from sync.identity.features import Features
from sync.identity.guards import Refusal

MOBILE = "+819012345678"


def person(
    id: int, family: str = "", given: str = "", mailbox: str = "", phone: str = "", kanji: str = "", free: bool = False
) -> Features:
    local, _, domain = mailbox.partition("@")
    return Features(
        id,
        fam=family,
        giv=given,
        nm=" ".join(sorted((family, given))).strip(),
        ini=given[:1],
        kj="".join(sorted(kanji)),
        em=mailbox,
        loc=local,
        edom=domain,
        free=free,
        dom="" if free else domain,
        ph=phone,
        mob=phone.startswith("+8190"),
        emails=(mailbox,) if mailbox else (),
        phones=(phone,) if phone else (),
    )


def of(*people: Features) -> dict[int, Features]:
    return {f.id: f for f in people}


def reasons(found: Clustering) -> list[Refusal]:
    return [refused.reason for refused in found.refused]


def test_edges_join_over_a_third_record() -> None:
    nodes = of(person(1), person(2), person(3), person(4))
    found = cluster(nodes, [ScoredEdge(1, 2, 900), ScoredEdge(2, 3, 500)])
    assert found.groups == ((1, 2, 3),)
    assert found.refused == ()


def test_a_sixteenth_record_is_refused_and_told() -> None:
    nodes = of(*(person(id) for id in range(16)))
    found = cluster(nodes, [ScoredEdge(id, id + 1, 9_000 - id) for id in range(15)])
    assert found.groups == (tuple(range(15)),)
    assert found.refused == (Refused(ScoredEdge(14, 15, 8_986), Refusal.TOO_MANY_RECORDS),)


def test_what_a_crm_told_joins_beyond_the_limit() -> None:
    nodes = of(*(person(id) for id in range(20)))
    found = cluster(nodes, [ScoredEdge(0, id, standing=Standing.TOLD) for id in range(1, 20)])
    assert found.groups == (tuple(range(20)),)


def test_numbered_mailboxes_of_one_company_are_namesakes() -> None:
    nodes = of(
        person(1, "yamada", "taro", "taro.yamada@a.jp"),
        person(2, "yamada", "taro", "taro.yamada2@a.jp"),
        person(3, "yamada", "taro"),
    )
    found = cluster(nodes, [ScoredEdge(1, 2, 900), ScoredEdge(1, 3, 800), ScoredEdge(2, 3, 700)])
    assert found.groups == ((1, 3),)
    assert reasons(found) == [Refusal.NUMBERED_NAMESAKES]


def test_a_number_tells_namesakes_apart_also_where_the_pattern_has_changed() -> None:
    def pair(phone: str = "") -> dict[int, Features]:
        return of(
            person(1, "yamada", "taro", "taro.yamada@a.jp", phone),
            person(2, "yamada", "taro", "t.yamada2@a.jp", phone),
            person(3, "yamada", "taro", "butsuryu-1@a.jp", "+81312345678"),
        )

    assert reasons(cluster(pair(), [ScoredEdge(1, 2)])) == [Refusal.NUMBERED_NAMESAKES]
    assert cluster(pair(MOBILE), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert cluster(pair(), [ScoredEdge(1, 3)]).groups == ((1, 3),)


def test_wholly_different_names_need_a_mailbox_or_a_mobile_in_common() -> None:
    def pair(phone: str) -> dict[int, Features]:
        return of(
            person(1, "yamada", "taro", "info@a.jp", phone),
            person(2, "suzuki", "ken", "info@a.jp", phone),
        )

    assert reasons(cluster(pair("+81312345678"), [ScoredEdge(1, 2)])) == [Refusal.DIFFERENT_NAMES]
    assert cluster(pair(MOBILE), [ScoredEdge(1, 2)]).groups == ((1, 2),)


def test_at_free_mail_another_reading_of_the_given_name_is_no_stranger() -> None:
    def pair(family: str) -> dict[int, Features]:
        return of(
            person(1, "tamura", "sachiko", "blue.sky@gmail.com", free=True),
            person(2, family, "yukiko", "blue.sky@gmail.com", free=True),
        )

    assert cluster(pair("tamura"), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert reasons(cluster(pair("suzuki"), [ScoredEdge(1, 2)])) == [Refusal.DIFFERENT_NAMES_ON_ONE_MAILBOX]


def test_a_number_at_free_mail_or_another_company_tells_nothing() -> None:
    free = of(
        person(1, "yamada", "taro", "yamada@gmail.com", free=True),
        person(2, "yamada", "taro", "yamada2@gmail.com", free=True),
    )
    moved = of(person(1, "yamada", "taro", "yamada@a.jp"), person(2, "yamada", "taro", "yamada2@b.jp"))
    assert cluster(free, [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert cluster(moved, [ScoredEdge(1, 2)]).groups == ((1, 2),)


def test_two_names_in_kanji_need_a_mailbox_or_a_mobile_in_common() -> None:
    def pair(mailbox: str = "", phone: str = "") -> dict[int, Features]:
        return of(
            person(1, "ito", "hiroshi", mailbox, phone, "伊藤浩"),
            person(2, "ito", "hiroshi", mailbox, phone, "伊東博"),
        )

    assert reasons(cluster(pair(), [ScoredEdge(1, 2)])) == [Refusal.DIFFERENT_KANJI]
    assert cluster(pair("ito@a.jp"), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert cluster(pair(phone=MOBILE), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert reasons(cluster(pair(phone="+81312345678"), [ScoredEdge(1, 2)])) == [Refusal.DIFFERENT_KANJI]


def test_strangers_on_one_mailbox_that_bears_neither_name_stay_apart() -> None:
    def pair(mailbox: str, phone: str = "") -> dict[int, Features]:
        return of(person(1, "yamada", "taro", mailbox, phone), person(2, "suzuki", "ken", mailbox, phone))

    assert reasons(cluster(pair("kikaku@a.jp"), [ScoredEdge(1, 2)])) == [Refusal.DIFFERENT_NAMES_ON_ONE_MAILBOX]
    assert cluster(pair("yamada@a.jp"), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert cluster(pair("kikaku@a.jp", MOBILE), [ScoredEdge(1, 2)]).groups == ((1, 2),)


def test_a_nameless_record_does_not_bring_strangers_together() -> None:
    nodes = of(
        person(1, "yamada", "taro", "kikaku@a.jp"),
        person(2, "", "", "kikaku@a.jp"),
        person(3, "suzuki", "ken", "kikaku@a.jp"),
    )
    found = cluster(nodes, [ScoredEdge(1, 2, 900), ScoredEdge(2, 3, 800)])
    assert found.groups == ((1, 2),)


def test_a_decision_to_keep_apart_stands_above_everything() -> None:
    nodes = of(person(1), person(2), person(3))
    edges = [ScoredEdge(1, 2, standing=Standing.TOLD), ScoredEdge(2, 3, 9_000, Standing.CERTAIN)]
    found = cluster(nodes, edges, cannot=[(3, 1)])
    assert found.groups == ((1, 2),)
    assert reasons(found) == [Refusal.DECIDED_APART]


def test_a_reviewers_word_joins_before_a_crms() -> None:
    nodes = of(person(1), person(2), person(3))
    edges = [ScoredEdge(1, 3, standing=Standing.TOLD), ScoredEdge(1, 2, standing=Standing.DECIDED)]
    assert cluster(nodes, edges, cannot=[(2, 3)]).groups == ((1, 2),)


def test_a_refused_edge_is_no_question_when_others_join_its_ends_after_all() -> None:
    nodes = of(
        person(1, "ito", "hiroshi", kanji="伊藤浩"),
        person(2, "ito", "hiroshi", "ito@a.jp", kanji="伊東博"),
        person(3, "ito", "hiroshi", "ito@a.jp", kanji="伊藤浩"),
    )
    found = cluster(nodes, [ScoredEdge(1, 2, 900), ScoredEdge(1, 3, 800), ScoredEdge(2, 3, 700)])
    assert found.groups == ((1, 2, 3),)
    assert found.refused == ()


LAST = 30
boxes = st.sampled_from(["", "a@x.jp", "a2@x.jp", "b@x.jp", "yamada@x.jp", "info@x.jp", "c@y.jp"])
features = st.builds(
    person,
    st.just(0),
    st.sampled_from(["", "yamada", "suzuki", "ito"]),
    st.sampled_from(["", "taro", "ken"]),
    boxes,
    st.sampled_from(["", MOBILE, "+81312345678"]),
    st.sampled_from(["", "山田太郎", "伊藤浩"]),
)
numbers = st.integers(0, LAST)
weighed = st.builds(ScoredEdge, numbers, numbers, st.integers(-3_000, 9_000), st.sampled_from(Standing))
worlds = st.tuples(
    st.lists(features, min_size=LAST + 1, max_size=LAST + 1),
    st.lists(weighed.filter(lambda edge: edge.left != edge.right), max_size=60),
    st.lists(st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1]), max_size=5),
)
World = tuple[list[Features], list[ScoredEdge], list[tuple[int, int]]]


def numbered(people: list[Features], by: int = 0) -> dict[int, Features]:
    return {id + by: replace(f, id=id + by) for id, f in enumerate(people)}


@given(worlds, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_answer_does_not_depend_on_the_order_or_direction_of_anything(world: World, random: object) -> None:
    people, edges, apart = world
    turned = [ScoredEdge(e.right, e.left, e.weight, e.standing, e.evidence) for e in edges]
    mixed = list(turned)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    first = cluster(numbered(people), edges, apart)
    second = cluster(dict(reversed(numbered(people).items())), mixed, [(b, a) for a, b in reversed(apart)])
    assert first.groups == second.groups
    assert [r.reason for r in first.refused] == [r.reason for r in second.refused]


@given(worlds, worlds)
@settings(max_examples=100, deadline=None)
def test_components_do_not_depend_on_each_other(one: World, other: World) -> None:
    by = LAST + 1
    moved = [ScoredEdge(e.left + by, e.right + by, e.weight, e.standing) for e in other[1]]
    moved_apart = [(a + by, b + by) for a, b in other[2]]
    alone = cluster(numbered(one[0]), one[1], one[2])
    beside = cluster(numbered(other[0], by), moved, moved_apart)
    together = cluster(numbered(one[0]) | numbered(other[0], by), [*moved, *one[1]], [*one[2], *moved_apart])
    assert together.groups == alone.groups + beside.groups
    assert set(together.refused) == set(alone.refused) | set(beside.refused)


@given(worlds)
@settings(max_examples=200, deadline=None)
def test_guards_hold_whatever_comes(world: World) -> None:
    people, edges, apart = world
    found = cluster(numbered(people), edges, apart)
    where = {id: group for group in found.groups for id in group}
    assert sum(map(len, found.groups)) == len(where)
    assert not any(a in where.get(b, ()) for a, b in apart)
    weighed_only = cluster(numbered(people), [e for e in edges if e.standing < Standing.TOLD], apart)
    assert max(map(len, weighed_only.groups), default=0) <= 15


@given(worlds)
@settings(max_examples=100, deadline=None)
def test_clustering_again_along_the_joined_edges_gives_the_same_groups(world: World) -> None:
    people, edges, apart = world
    found = cluster(numbered(people), edges, apart)
    again = cluster(numbered(people), found.joined, apart)
    assert again.groups == found.groups
    assert len(found.joined) == sum(len(group) - 1 for group in found.groups)


def test_among_fifty_thousand_edges_the_strong_pairs_are_one_and_nobody_grows_too_large() -> None:
    """A tenth of a list of a million. How long it takes is measured in the bench."""
    letters = string.ascii_lowercase
    nodes = {}
    for id in range(40_000):
        name = letters[id // 2 % 26] * 3 + letters[id // 52 % 26] * 3 + str(id // 1352)
        nodes[id] = person(id, name, "taro", f"{name}.taro@{name[:4]}.jp")
    edges = [ScoredEdge(id, id + 1, 5_000 + id % 97) for id in range(0, 40_000, 2)]
    edges += [ScoredEdge(id, (id * 7 + 1) % 40_000, id % 89) for id in range(30_000)]
    found = cluster(nodes, [edge for edge in edges if edge.left != edge.right])
    group_of = {id: number for number, group in enumerate(found.groups) for id in group}
    assert all(group_of[id] == group_of[id + 1] for id in range(0, 40_000, 2))
    assert max(map(len, found.groups)) <= 15


def test_a_family_s_mailbox_or_a_couple_s_mobile_does_not_make_one_person_of_two() -> None:
    def pair(first: str, second: str, phone: str = "", mailbox: str = "tanaka@a.jp") -> dict[int, Features]:
        sounds = {"健一": "kenichi", "和子": "kazuko"}
        return of(
            *(
                replace(person(id, "tanaka", sounds[name], mailbox, phone, "田中" + name), kfam="田中")
                for id, name in enumerate((first, second), 1)
            )
        )

    assert reasons(cluster(pair("健一", "和子"), [ScoredEdge(1, 2)])) == [Refusal.RELATIVES]
    assert reasons(cluster(pair("健一", "和子", MOBILE, ""), [ScoredEdge(1, 2)])) == [Refusal.RELATIVES]
    assert cluster(pair("健一", "健一"), [ScoredEdge(1, 2)]).groups == ((1, 2),)
    assert certain(*pair("健一", "和子").values()) is None
    told = ScoredEdge(1, 2, standing=Standing.TOLD)
    assert cluster(pair("健一", "和子"), [told]).groups == ((1, 2),)
