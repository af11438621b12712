"""Reading lists as people keep them: headers, encodings, delimiters, broken rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.errors import ConfigError
from sync.identity.features import RawPerson
from sync.identity.lists.columns import understand
from sync.identity.lists.contacts import contact
from sync.identity.lists.reading import Fault, ListFile, ListRow


def opened(folder: Path, content: str | bytes, encoding: str = "utf-8") -> ListFile:
    path = folder / "list.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return ListFile(path)


def read(folder: Path, content: str | bytes, encoding: str = "utf-8") -> tuple[list[ListRow], dict[Fault, list[int]]]:
    file = opened(folder, content, encoding)
    return list(file.rows()), file.faults.lines


def contacts(folder: Path, content: str) -> list[RawPerson]:
    file = opened(folder, content)
    return [contact(0, file.columns, row.cells) for row in file.rows()]


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("ID", "id"),
        ("レコードID", "id"),
        ("姓", "family_name"),
        ("姓（漢字）", "family_name"),
        ("Last Name", "family_name"),
        ("名", "given_name"),
        ("first_name", "given_name"),
        ("氏名", "full_name"),
        ("お名前【必須】", "full_name"),
        ("担当者名", "full_name"),
        ("セイ", "family_kana"),
        ("フリガナ（名）", "given_kana"),
        ("フリガナ", "full_kana"),
        ("メールアドレス", "email"),
        ("Eメール", "email"),
        ("E-mail", "email"),
        ("Email 2", "email"),
        ("電話番号", "phone"),
        ("携帯", "phone"),
        ("ＴＥＬ", "phone"),
        ("Mobile Phone", "phone"),
        ("会社名", "company"),
        ("Company Name", "company"),
        ("ドメイン", "domain"),
        ("Webサイト", "domain"),
        ("役職", "title"),
        ("市区町村", "city"),
    ],
)
def test_headers_are_understood_however_they_are_written(header: str, meaning: str) -> None:
    assert understand([header]).places == {meaning: (0,)}


def test_unknown_columns_are_named_and_left(tmp_path: Path) -> None:
    file = opened(tmp_path, "氏名,部署,メモ\n山田 太郎,営業部,x\n")
    assert file.columns.unknown == ("部署", "メモ")
    assert contact(0, file.columns, next(file.rows()).cells).full_name == "山田 太郎"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_are_found_out(
    tmp_path: Path, encoding: str, delimiter: str, line_end: str
) -> None:
    rows = [["ID", "姓", "名", "会社名"], ["7", "髙橋", "花子", "㈱山田"], ["8", "表", "能", "ソ社"]]
    content = "".join(delimiter.join(row) + line_end for row in rows)
    found, faults = read(tmp_path, content, encoding)
    assert [(row.id, row.cells) for row in found] == [(row[0], row) for row in rows[1:]]
    assert faults == {}


def test_several_addresses_and_numbers_are_all_read(tmp_path: Path) -> None:
    content = 'Email,Phone,Mobile,Email 2\n"a@x.jp; b@x.jp",03-1234-5678,090-1234-5678 / 03-9999-8888,c@y.jp\n'
    (row,) = contacts(tmp_path, content)
    assert row.emails == ("a@x.jp", "b@x.jp", "c@y.jp")
    assert row.phones == ("03-1234-5678", "090-1234-5678", "03-9999-8888")


def test_a_reading_is_told_apart_when_it_has_two_parts_and_is_the_name_when_there_is_no_other(tmp_path: Path) -> None:
    row, unsplit = contacts(tmp_path, "氏名,フリガナ\n山田太郎,ヤマダ タロウ\n山田太郎,ヤマダタロウ\n")
    assert (row.family_kana, row.given_kana) == ("ヤマダ", "タロウ")
    assert (unsplit.family_kana, unsplit.given_kana) == ("", "")
    (alone,) = contacts(tmp_path, "フリガナ\nヤマダ タロウ\n")
    assert alone.full_name == "ヤマダ タロウ"


def test_without_ids_a_row_is_called_by_its_line(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, 'name,company\n"Taro\nYamada",A\nHanako,B\n')
    assert [row.id for row in rows] == ["2", "4"]


def test_line_breaks_and_delimiters_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    (row,), faults = read(tmp_path, 'id,name,company\n1,"Yamada, Taro","A ""Best""\r\nCo."\n')
    assert row.cells[1] == "Yamada, Taro"
    assert row.cells[2] == 'A "Best"\r\nCo.'
    assert faults == {}


def test_broken_rows_are_told_by_line_and_all_others_read(tmp_path: Path) -> None:
    content = (
        b"id,name,email\n"
        b"1,A,a@x.jp\n"
        b"2,B\n"  # 3: too few
        b"3,C,c@x.jp,surplus\n"  # 4: too many
        b"4,D,d@x.jp,,\n"  # only delimiters too many: sound
        b",,\n"  # 6: empty
        b"\n"  # 7: blank
        b"5,E\0,e@x.jp\n"  # 8
        b"6,\xff\xfe,f@x.jp\n"  # 9
        b"1,G,g@x.jp\n"  # 10: id of line 2
        b"7,\xe5\xb1\xb1,h@x.jp\n"
        b"\n\n"
    )
    rows, faults = read(tmp_path, content)
    assert [row.id for row in rows] == ["1", "4", "7"]
    assert faults == {
        Fault.CELLS: [3, 4],
        Fault.EMPTY: [6, 7],
        Fault.NUL: [8],
        Fault.UNDECODABLE: [9],
        Fault.DUPLICATE_ID: [10],
    }


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, 'id,name\n1,"A\n2,B\n3,C\n')
    assert [row.id for row in rows] == ["2", "3"]
    assert faults == {Fault.QUOTE: [2]}


def test_a_quote_that_is_closed_by_another_row_costs_one_row(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, 'id,name,company\n1,"A,x\n2,B,x\n3,"C",x\n4,D,x\n')
    assert [row.id for row in rows] == ["2", "3", "4"]
    assert faults == {Fault.QUOTE: [2]}
    rows, faults = read(tmp_path, 'id,name,company\n1,"A,x\n2,B",x,y\n3,C,x\n')
    assert [row.id for row in rows] == ["3"]
    assert faults == {Fault.CELLS: [2, 3]}


def test_quotes_in_the_midst_of_a_cell_are_read_as_they_stand(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, 'id,name,company\n1,A,"Best" Goods\n2,B,5" Disks\n3,C,x\n')
    assert [row.cells[2] for row in rows] == ["Best Goods", '5" Disks', "x"]
    assert faults == {}


def test_an_unclosed_quote_in_a_long_list_is_given_up_soon(tmp_path: Path) -> None:
    body = "".join(f"{n},N\n" for n in range(2, 5_000))
    rows, faults = read(tmp_path, f'id,name\n1,"A\n{body}')
    assert len(rows) == 4_998
    assert faults == {Fault.QUOTE: [2]}


def test_an_endless_line_is_left_out(tmp_path: Path) -> None:
    rows, faults = read(tmp_path, f"id,name\n1,{'A' * 250_000}\n2,B\n")
    assert [row.id for row in rows] == ["2"]
    assert list(faults) == [Fault.TOO_LONG]
    assert faults[Fault.TOO_LONG] == [2]


@pytest.mark.parametrize("content", ["", "\n\n", "foo,bar\n1,2\n", "id,source\n1,a\n", "山田太郎,taro@x.jp\n"])
def test_a_list_without_a_usable_column_is_refused_without_repeating_its_content(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError) as refused:
        opened(tmp_path, content)
    assert "email" in refused.value.text.en
    assert "メールアドレス" in refused.value.text.ja
    assert "山田太郎" not in refused.value.text.ja


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        ListFile(tmp_path / "none.csv")


def test_a_few_wrong_bytes_do_not_change_the_encoding(tmp_path: Path) -> None:
    good = "氏名\n" + "山田太郎\n" * 50
    file = opened(tmp_path, good.encode() + b"\xff\xff\n")
    assert file.encoding == "utf-8"
    other = opened(tmp_path, good.encode("cp932") + b"\xff\xff\n")
    assert other.encoding == "cp932"
    assert len(list(other.rows())) == 50
    assert other.faults.lines == {Fault.UNDECODABLE: [52]}
