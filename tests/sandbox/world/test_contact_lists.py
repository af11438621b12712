"""Generated lists: everything that real contact data holds occurs at about its share, and the truth is right."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from connectors.sandbox.world.contacts import COLUMNS, DEFAULT, PRESETS, ContactRow, Shares, contact_list
from connectors.sandbox.world.contacts.__main__ import changed, write
from connectors.sandbox.world.contacts.firms import firm_of
from connectors.sandbox.world.contacts.names_en import english_names
from connectors.sandbox.world.contacts.names_ja import japanese_names
from connectors.sandbox.world.contacts.romaji import romaji

K = TypeVar("K")
KANJI, HIRAGANA, KATAKANA, HALF_WIDTH = "[一-鿿々𠮷髙﨑]", "[ぁ-ん]", "[ァ-ヶ]", "[ｦ-ﾟ]"


@pytest.fixture(scope="module")
def rows() -> list[ContactRow]:
    return list(contact_list(11, 30_000))


@pytest.fixture(scope="module")
def people(rows: list[ContactRow]) -> dict[int, list[ContactRow]]:
    return together(rows, lambda row: row.cluster)


def together(rows: Iterable[ContactRow], key: Callable[[ContactRow], K]) -> dict[K, list[ContactRow]]:
    found: dict[K, list[ContactRow]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def share(rows: Iterable[ContactRow], fact: Callable[[ContactRow], object]) -> float:
    facts = [bool(fact(row)) for row in rows]
    return sum(facts) / len(facts)


def name(row: ContactRow) -> str:
    return row.family_name + row.given_name + row.full_name


def digits(text: str) -> str:
    found = re.split("内|e?x|#|Ext", unicodedata.normalize("NFKC", text))[0].replace("(0)", "")
    found = re.sub(r"\D", "", found)
    return "0" + found[2:] if found.startswith("81") else found.removeprefix("1")


def local(row: ContactRow) -> str:
    return row.email.partition("@")[0]


# --- the list as such


def test_the_same_seed_gives_the_same_list() -> None:
    assert list(contact_list(4, 2_000)) == list(contact_list(4, 2_000))


def test_another_seed_gives_other_people() -> None:
    first, second = ({row.email for row in contact_list(seed, 2_000) if row.email} for seed in (4, 5))
    assert len(first & second) < 20


def test_other_shares_give_another_list() -> None:
    assert list(contact_list(4, 500)) != list(contact_list(4, 500, PRESETS["dirty"]))


@pytest.mark.parametrize("records", [1, 2, 999])
def test_a_list_has_exactly_the_wanted_number_of_rows(records: int) -> None:
    assert [row.id for row in contact_list(4, records)] == list(range(1, records + 1))


def test_no_rows_at_all_can_be_asked_for() -> None:
    assert list(contact_list(4, 0)) == []


def test_every_row_tells_something_of_its_person(rows: list[ContactRow]) -> None:
    assert all(name(row) or row.email for row in rows)


def test_repeats_lie_far_apart(rows: list[ContactRow]) -> None:
    assert sum(a.cluster == b.cluster for a, b in pairwise(rows)) < 10


def test_the_first_row_does_not_wait_for_the_last() -> None:
    assert next(contact_list(4, 10**12)).id == 1


def test_the_command_writes_list_and_truth_apart(tmp_path: Path) -> None:
    write(4, 300, DEFAULT, tmp_path / "list.csv", tmp_path / "truth.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file))
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.reader(file))
    made = list(contact_list(4, 300))
    assert listed[0] == list(COLUMNS)
    assert listed[0] == "id,source,given_name,family_name,full_name,email,phone,company,domain,title,city".split(",")
    assert listed[1:] == [[str(row.id), *row[1:-1]] for row in made]
    assert truth == [["id", "cluster_id"], *([str(row.id), str(row.cluster)] for row in made)]


def test_the_command_takes_single_shares() -> None:
    assert changed(DEFAULT, [("repeats", "0.4"), ("largest", "30")]) == replace(DEFAULT, repeats=0.4, largest=30)
    for wrong in (("repetition", "0.4"), ("repeats", "many")):
        with pytest.raises(ValueError, match=wrong[0] if wrong[0] == "repetition" else "many"):
            changed(DEFAULT, [wrong])


# --- repeats


def test_more_repeats_than_possible_are_refused() -> None:
    with pytest.raises(ValueError, match="in_threes"):
        next(contact_list(3, 10, replace(DEFAULT, repeats=0.9)))


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_the_wanted_share_of_records_are_repeats(preset: str) -> None:
    made = list(contact_list(6, 12_000, PRESETS[preset]))
    assert 1 - len({row.cluster for row in made}) / len(made) == pytest.approx(PRESETS[preset].repeats, abs=0.02)


def test_most_people_appear_once_and_repeated_ones_mostly_twice(people: dict[int, list[ContactRow]]) -> None:
    sizes = Counter(len(group) for group in people.values())
    assert sizes[1] > 0.7 * len(people)
    assert sizes[2] > 3 * sizes[3] > 9 * sizes[4] > 0
    assert 5 <= max(sizes) <= 7


def test_repeats_occur_within_one_source_and_across_two(people: dict[int, list[ContactRow]]) -> None:
    across = [len({row.source for row in group}) == 2 for group in people.values() if len(group) == 2]
    assert sum(across) / len(across) == pytest.approx(DEFAULT.cross_source, abs=0.03)


def test_hubspot_takes_no_address_of_a_person_twice(people: dict[int, list[ContactRow]]) -> None:
    teams = 0
    for group in people.values():
        held = Counter(row.email.lower() for row in group if row.source == "hubspot" and row.email)
        teams += max(held.values(), default=0) > 1
    assert teams == 0


# --- names


def test_names_come_in_every_script_at_about_its_share(rows: list[ContactRow]) -> None:
    japanese = [row for row in rows if re.search("[^ -~À-ɏ]", name(row)) or not row.company.isascii()]
    assert 0.62 < share(japanese, lambda row: re.search(KANJI, name(row))) < 0.78
    assert share(japanese, lambda row: name(row).isascii() and name(row)) == pytest.approx(0.20, abs=0.05)
    assert share(japanese, lambda row: re.fullmatch(f"{KATAKANA}+", name(row)[:2])) == pytest.approx(0.055, abs=0.015)
    assert share(japanese, lambda row: re.search(HALF_WIDTH, name(row))) == pytest.approx(0.018, abs=0.006)
    assert 0.015 < share(japanese, lambda row: re.search(HIRAGANA, name(row)[:2])) < 0.06


def test_a_long_vowel_is_spelled_in_several_ways(rows: list[ContactRow]) -> None:
    families = Counter(row.family_name for row in rows)
    assert families["Sato"] > families["Satou"] > 0
    assert families["Satoh"] > 0
    assert any("ō" in family for family in families)
    assert families["佐藤"] > 100


@pytest.mark.parametrize(
    ("kana", "boundary", "spellings"),
    [
        ("サトウ", -1, "Sato Satou Satoh Sato Sato Satō"),
        ("オオノ", -1, "Ono Oono Ohno Ono Ono Ōno"),
        ("ホンマ", -1, "Homma Honma Honma Honma Honma Honma"),
        ("フジタ", -1, "Fujita Fujita Fujita Fujita Huzita Fujita"),
        ("イノウエ", 2, "Inoue Inoue Inoue Inoue Inoue Inoue"),
        ("ハットリ", -1, "Hattori Hattori Hattori Hattori Hattori Hattori"),
        ("リュウイチ", -1, "Ryuichi Ryuuichi Ryuichi Ryuichi Ryuiti Ryūichi"),
        ("ショウジ", -1, "Shoji Shouji Shohji Shoji Syozi Shōji"),
    ],
)
def test_katakana_is_spelled_by_the_rules_of_each_system(kana: str, boundary: int, spellings: str) -> None:
    assert list(romaji(kana, boundary)) == spellings.split()


def test_one_person_is_spelled_in_several_scripts(people: dict[int, list[ContactRow]]) -> None:
    mixed = [
        group
        for group in people.values()
        if any(re.search(KANJI, name(row)) for row in group) and any(name(row) and name(row).isascii() for row in group)
    ]
    assert len(mixed) > 300


def test_common_surnames_are_as_common_as_in_japan() -> None:
    made = list(contact_list(3, 30_000, PRESETS["japanese_only"]))
    found = Counter(row.family_name for row in made)
    everybody = sum(count for family, count in found.items() if re.fullmatch(f"{KANJI}+", family))
    assert 0.012 < found["佐藤"] / everybody < 0.022
    assert found["佐藤"] > found["山本"] > found["松田"]
    assert len(found) > 2_000


def test_old_forms_of_characters_stand_beside_the_new_ones(people: dict[int, list[ContactRow]]) -> None:
    both = [group for group in people.values() if {"髙", "高"} <= set("".join(name(row) for row in group))]
    assert len(both) > 5


def test_given_and_family_name_are_swapped_on_some_rows() -> None:
    made = [row for row in contact_list(3, 20_000, PRESETS["japanese_only"]) if row.given_name and row.family_name]
    surnames = {"佐藤", "鈴木", "田中", "渡辺", "中村"}
    swapped = sum(row.given_name in surnames for row in made)
    straight = sum(row.family_name in surnames for row in made)
    assert swapped / straight == pytest.approx(DEFAULT.swapped, abs=0.015)


def test_names_stand_unspaced_in_one_field(rows: list[ContactRow]) -> None:
    assert share(rows, lambda row: row.full_name and not row.family_name) == pytest.approx(0.14, abs=0.03)
    assert share(rows, lambda row: re.fullmatch(f"{KANJI}{{4,6}}", row.full_name)) > 0.01
    assert share(rows, lambda row: re.fullmatch(f"{KANJI}{{4,6}}", row.family_name) and not row.given_name) > 0.005


def test_honorifics_nicknames_and_initials_occur(rows: list[ContactRow], people: dict[int, list[ContactRow]]) -> None:
    assert 0.01 < share(rows, lambda row: re.search("様|さん|殿|氏|Mr|Ms|Dr", name(row))) < 0.05
    assert 0.005 < share(rows, lambda row: re.fullmatch(r"[A-Z]\.?", row.given_name)) < 0.03
    english = english_names(2_000, 300)
    short = {part.written: set(part.short) for part in (*english.men.values(), *english.women.values())}
    given = [{row.given_name for row in group} for group in people.values() if len(group) > 1]
    assert sum(any(short.get(name, set()) & found for name in found) for found in given) > 30


@pytest.mark.parametrize("typos", [0.0, 0.2])
def test_a_share_of_names_is_mistyped(typos: float) -> None:
    only = replace(PRESETS["english_only"], foreign_abroad=0.0, japanese_abroad=0.0, swapped=0.0, name_typos=typos)
    known = {part.written for part in english_names(2_000, 300).families.values()}
    rows = [row for row in contact_list(3, 5_000, only) if row.family_name and row.given_name]
    strange = share(rows, lambda row: row.family_name not in known and row.family_name.istitle())
    assert strange == pytest.approx(typos / 2, abs=0.02)


def test_marriage_changes_the_surname_and_mostly_the_mailbox() -> None:
    made = list(contact_list(3, 6_000, replace(DEFAULT, marriages=1.0, job_changes=0.0, romaji=0.0)))
    groups = [g for g in together(made, lambda row: row.cluster).values() if len(g) > 1]
    changed = [g for g in groups if len({row.family_name for row in g if row.family_name}) > 1]
    assert len(changed) > 0.7 * len(groups)
    assert all(len({row.company for row in g if row.company}) <= len(g) for g in changed)


def test_every_human_has_one_reading_even_of_ambiguous_kanji(people: dict[int, list[ContactRow]]) -> None:
    readings = defaultdict(set)
    for part in japanese_names(2_000, 300).women.values():
        readings[part.written].add(part.kana)
    assert readings["裕子"] == {"ユウコ", "ヒロコ"}
    for group in people.values():
        kana = {row.given_name for row in group if row.given_name in readings["裕子"]}
        assert len(kana) <= 1


# --- mail


def test_addresses_are_written_in_all_the_usual_ways(rows: list[ContactRow]) -> None:
    assert share(rows, lambda row: not row.email) == pytest.approx(DEFAULT.no_email, abs=0.03)
    mailed = [row for row in rows if row.email]
    assert share(mailed, lambda row: "+" in row.email) == pytest.approx(DEFAULT.plus_tags, abs=0.01)
    assert share(mailed, lambda row: "＠" in row.email) == pytest.approx(DEFAULT.full_width_mail, abs=0.004)
    assert share(mailed, lambda row: row.email != row.email.lower()) == pytest.approx(DEFAULT.mail_capitals, abs=0.01)
    assert 0.04 < share(mailed, lambda row: re.search("gmail|yahoo|docomo|outlook|icloud", row.email)) < 0.12
    assert any(".con" in row.email for row in mailed)
    assert any(".cojp" in row.email for row in mailed)


def test_dots_in_gmail_addresses_come_and_go(people: dict[int, list[ContactRow]]) -> None:
    pairs = [
        group
        for group in people.values()
        if len({row.email for row in group if row.email.endswith("@gmail.com")}) > 1
        and len({local(row).replace(".", "") for row in group if row.email.endswith("@gmail.com")}) == 1
    ]
    assert pairs


def test_one_person_writes_from_two_addresses_of_one_mailbox(people: dict[int, list[ContactRow]]) -> None:
    forms = {re.sub(r"^(\w)\w+\.(\w+)$", r"\1.\2", local(row)) for g in people.values() for row in g}
    assert forms
    aliases = [
        group
        for group in people.values()
        if len({local(row) for row in group if re.fullmatch(r"[a-z.]+@[a-z0-9.-]+", row.email)}) > 1
        and len({row.email.partition("@")[2] for row in group if row.email}) == 1
    ]
    assert len(aliases) > 50


def test_a_company_that_changed_its_domain_keeps_the_local_parts() -> None:
    made = list(contact_list(3, 4_000, replace(DEFAULT, rebrands=1.0, job_changes=0.0)))
    groups = together([row for row in made if row.email], lambda row: row.cluster).values()
    moved = [
        group
        for group in groups
        if len({local(row) for row in group}) == 1 and len({row.email.partition("@")[2] for row in group}) == 2
    ]
    assert len(moved) > 100


def test_team_mailboxes_are_shared_and_half_of_them_are_on_no_list(rows: list[ContactRow]) -> None:
    by_address = together([row for row in rows if row.email], lambda row: row.email.lower())
    shared = [local(group[0]).lower() for group in by_address.values() if len({row.cluster for row in group}) >= 3]
    listed = sum(text in ("info", "sales", "contact", "soumu", "eigyo", "support", "office") for text in shared)
    assert len(shared) > 15
    assert 0.2 < listed / len(shared) < 0.8
    assert any(re.search("kikaku|dx-suishin|-ten|plant|tenpo|seizou", text) for text in shared)


# --- numbers


def test_a_third_of_the_people_are_known_by_a_number_they_share(rows: list[ContactRow]) -> None:
    holders: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.phone:
            holders[digits(row.phone)].add(row.cluster)
    crowd = max(len(found) for found in holders.values())
    assert 30 < crowd <= DEFAULT.largest
    shared = {cluster for found in holders.values() if len(found) > 1 for cluster in found}
    assert 0.25 < len(shared) / len({row.cluster for row in rows}) < 0.5


def test_numbers_are_written_in_japanese_and_american_ways(rows: list[ContactRow]) -> None:
    phones = [row.phone for row in rows if row.phone]
    for form in (
        r"^0\d-\d{4}-\d{4}$",
        r"^0\d\d-\d{3}-\d{4}$",
        r"^0[789]0-\d{4}-\d{4}$",
        r"^\+81-",
        r"^\(\d{3}\) \d{3}-",
    ):
        assert sum(re.search(form, phone) is not None for phone in phones) > 200, form
    for form in (r"^０", r"\+81\(0\)", r"\.\d{3}\.", r"内線", r"ext", r" x\d", r"ー", r"^TEL"):
        assert sum(re.search(form, phone) is not None for phone in phones) > 20, form
    extended = sum(re.search("内|ext|x|#|Ext", phone) is not None for phone in phones) / len(phones)
    assert 0.03 < extended < 0.12


def test_every_number_has_the_right_number_of_digits(rows: list[ContactRow]) -> None:
    for row in rows:
        if row.phone:
            found = digits(row.phone)
            assert len(found) == (11 if re.match("0[789]0", found) else 10), row.phone


# --- companies


def test_company_names_come_with_every_form_before_and_behind(rows: list[ContactRow]) -> None:
    written = [row.company for row in rows]
    for form in (
        "^株式会社",
        "株式会社$",
        "^㈱",
        "㈱$",
        r"^\(株\)",
        r"\(株\)$",
        "（株）",
        "Co., ?Ltd.",
        "K.K.",
        "Inc",
        "LLC",
        "Corp",
    ):
        assert sum(re.search(form, company) is not None for company in written) > 15, form
    branches = sum(re.search("支店|支社|営業所|工場|本社|Office|Branch", company) is not None for company in written)
    assert 0.005 < branches / len(written) < 0.08


def test_one_company_is_written_in_japanese_and_in_latin_letters(rows: list[ContactRow]) -> None:
    by_domain = together([r for r in rows if r.company and r.domain.count(".") == 2], lambda row: row.domain)
    both = [g for g in by_domain.values() if {row.company.isascii() for row in g} == {True, False}]
    assert len(both) > 50


def test_companies_do_not_share_domains_and_seldom_names() -> None:
    firms = [firm_of(3, number, DEFAULT) for number in range(20_000)]
    assert max(Counter(firm.domain for firm in firms).values()) == 1
    names = Counter(firm.name.core for firm in firms)
    assert 0.005 < 1 - len(names) / len(firms) < 0.06


def test_a_few_companies_have_very_many_people_and_most_have_few() -> None:
    sizes = sorted(firm_of(3, number, DEFAULT).people for number in range(5_000))
    assert sizes[len(sizes) // 2] == 1
    assert sizes[-1] == DEFAULT.largest
    assert sizes[-25] > 50


# --- who is easily taken for whom


def test_two_people_of_one_name_work_at_one_company(rows: list[ContactRow]) -> None:
    namesakes: dict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        if row.given_name and row.family_name and row.domain:
            namesakes[row.family_name + row.given_name, row.domain].add(row.cluster)
    assert sum(len(found) > 1 for found in namesakes.values()) > 8


def test_namesakes_have_mailboxes_with_numbers() -> None:
    made = contact_list(3, 6_000, replace(DEFAULT, same_name=0.3))
    numbered = Counter(re.search(r"[a-z][2-9]@", row.email) is not None for row in made)
    assert numbered[True] > 200


def test_fathers_and_sons_share_surname_number_and_company() -> None:
    made = contact_list(3, 6_000, replace(DEFAULT, family_firms=0.4, japanese=1.0))
    by_domain = together([r for r in made if r.domain.endswith(".jp") and r.family_name], lambda row: row.domain)
    houses = [g for g in by_domain.values() if len({r.cluster for r in g}) > 1 and len({r.family_name for r in g}) == 1]
    assert len(houses) > 20


def test_people_of_one_common_name_work_at_different_companies(rows: list[ContactRow]) -> None:
    holders: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.given_name and row.family_name:
            holders[row.family_name + row.given_name].add(row.cluster)
    assert max(len(found) for found in holders.values()) >= 4


def test_a_changed_job_leaves_a_number_a_private_mailbox_or_only_the_name() -> None:
    made = list(contact_list(3, 8_000, replace(DEFAULT, job_changes=1.0, no_phone=0.0, romaji=0.0)))
    groups = [g for g in together(made, lambda row: row.cluster).values() if len(g) == 2]
    moved = [g for g in groups if g[0].company and g[1].company]
    same_number = [g for g in moved if g[0].phone and digits(g[0].phone) == digits(g[1].phone)]
    same_mail = [g for g in moved if g[0].email and g[0].email == g[1].email]
    assert 0.3 < len(same_number) / len(moved) < 0.5
    assert 0.05 < len(same_mail) / len(moved) < 0.25
    assert len(same_number) + len(same_mail) < 0.75 * len(moved)


# --- shares


def test_the_languages_follow_their_shares() -> None:
    assert share(contact_list(3, 3_000, PRESETS["english_only"]), lambda row: row.company.isascii()) == 1.0
    assert share(contact_list(3, 3_000, PRESETS["japanese_only"]), lambda row: row.company.isascii()) < 0.2


def test_missing_values_follow_their_shares() -> None:
    shares = Shares(no_phone=1.0, no_company=1.0, no_domain=1.0, no_title=1.0, no_city=1.0, no_name=1.0)
    for row in contact_list(3, 200, shares):
        assert row.email
        assert not any((name(row), row.phone, row.company, row.domain, row.title, row.city))


def test_dirty_lists_share_less_than_tidy_ones() -> None:
    def equal(shares: Shares) -> float:
        groups = together(contact_list(3, 8_000, shares), lambda row: row.cluster).values()
        pairs = [group for group in groups if len(group) == 2]
        return sum(a.email == b.email != "" and name(a) == name(b) for a, b in pairs) / len(pairs)

    assert equal(PRESETS["dirty"]) < 0.6 * equal(DEFAULT)
