"""Names of people in every way records write them."""

from __future__ import annotations

import pytest

from sync.identity.features import Features, RawPerson
from sync.identity.normalise import normalise


def whole(text: str) -> Features:
    return normalise(RawPerson(1, full_name=text))


def fields(family: str, given: str, **others: str) -> Features:
    return normalise(RawPerson(1, family_name=family, given_name=given, **others))


@pytest.mark.parametrize(
    "text",
    [
        "山田太郎",
        "山田 太郎",
        "山田　太郎　様",
        "太郎 山田",
        "山 田 太 郎",
        "ヤマダタロウ",
        "ヤマダ タロウ",
        "ﾔﾏﾀﾞ ﾀﾛｳ",
        "やまだ たろう",
        "YAMADA Taro",
        "Taro YAMADA",
        "Yamada, Taro",
        "yamada taro",
        "Taro Yamada",
        "TARO YAMADA",
        "YamadaTaro",
        "taro.yamada",
        "Ｔａｒｏ　Ｙａｍａｄａ",
        "Mr. Taro Yamada",
        "Taro Yamada, Ph.D.",
        "Tarou Yamada",
        "Taroh Yamada",
        "Tarō Yamada",
        "山田太郎様",
        "山田太郎さん",
        "山田太郎部長",
        "営業部 山田太郎",
        "営業部 部長 山田 太郎 様",
        "代表取締役社長 山田太郎",
        "山田 太郎（ヤマダ タロウ）",
        "山田太郎 ヤマダタロウ",
        "山田 太郎 ヤマダ タロウ",
        "山田 太郎 Taro Yamada",
        "山\ufe00田\u200b太郎",
    ],
)
def test_one_name_comes_out_the_same_however_it_is_written(text: str) -> None:
    found = whole(text)
    assert (found.fam, found.giv, found.nm, found.ini) == ("yamada", "taro", "taro yamada", "t")


@pytest.mark.parametrize(
    ("family", "given"),
    [
        ("山田", "太郎"),
        ("太郎", "山田"),
        ("山田太郎", ""),
        ("", "山田太郎"),
        ("山田", "山田太郎"),
        ("山田 太郎", "太郎"),
        ("山田", "太郎 様"),
        ("ﾔﾏﾀﾞ", "ﾀﾛｳ"),
        ("Yamada", "Taro"),
        ("Taro", "Yamada"),
        ("Taro", "YAMADA"),
        ("YAMADA", "TARO"),
        ("Taro Yamada", ""),
    ],
)
def test_fields_filled_in_wrongly_are_put_right(family: str, given: str) -> None:
    found = fields(family, given)
    assert (found.fam, found.giv) == ("yamada", "taro")


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("原亮", "hara", "ryo"),
        ("長谷川翔", "hasegawa", "sho"),
        ("佐々木健太郎", "sasaki", "kentaro"),
        ("五十嵐大和", "igarashi", "yamato"),
        ("関口誠", "sekiguchi", "makoto"),
        ("小鳥遊優", "takanashi", "yu"),
        ("山田さくら", "yamada", "sakura"),
        ("勅使河原健", "teshigawara", "ken"),
        ("森恵", "mori", "megumi"),
        ("サトウケンタ", "sato", "kenta"),
        ("わたなべようこ", "watanabe", "yoko"),
    ],
)
def test_names_without_a_space_are_cut_where_the_family_name_ends(text: str, family: str, given: str) -> None:
    found = whole(text)
    assert (found.fam, found.giv) == (family, given)


@pytest.mark.parametrize(("text", "kfam"), [("佐々木", "佐々木"), ("長谷川", "長谷川"), ("吉田", "吉田"), ("林", "林")])
def test_a_family_name_alone_is_not_cut(text: str, kfam: str) -> None:
    found = whole(text)
    assert (found.kfam, found.giv, found.kj, found.nm) == (kfam, "", "", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("髙橋 眞一", "高橋 真一"),
        ("渡邉 惠", "渡辺 恵"),
        ("渡邊 櫻", "渡辺 桜"),
        ("齋藤 廣", "斉藤 広"),
        ("濱田 國男", "浜田 国男"),
        ("澤田 學", "沢田 学"),
        ("𠮷田 健", "吉田 健"),
        ("山﨑 龍一", "山崎 竜一"),
        ("中嶋 實", "中島 実"),
        ("神\ufe00田 健", "神田 健"),
        ("關 守", "関 守"),
    ],
)
def test_old_forms_of_kanji_are_the_new_ones(old: str, new: str) -> None:
    assert whole(old) == whole(new)


def test_the_kanji_key_is_the_same_in_either_order_and_only_for_whole_names() -> None:
    assert fields("山田", "太郎").kj == fields("太郎", "山田").kj == whole("山田太郎").kj == "".join(sorted("山田太郎"))
    assert whole("山田さくら").kj == "".join(sorted("山田さくら"))
    assert (
        whole("Taro Yamada").kj == whole("ヤマダタロウ").kj == fields("山田", "").kj == fields("山田", "Taro").kj == ""
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob Smith", "Robert Smith"),
        ("Bill O'Brien", "William OBrien"),
        ("Liz Taylor", "Elizabeth Taylor"),
        ("Kate Johnson", "Catherine Johnson"),
        ("Kate Johnson", "Katherine Johnson"),
        ("Steve Miller", "Steven Miller"),
        ("Mike Davis", "Michael Davis"),
        ("Ken Miller", "Kenneth Miller"),
        ("José García", "Jose Garcia"),
        ("Jürgen Müller", "Jurgen Muller"),
        ("Søren Weiß", "Soren Weiss"),
        ("Robert J. Smith", "Robert Smith"),
        ("Robert James Smith", "Smith, Robert"),
        ("Dr. Robert Smith PhD", "robert smith"),
        ("Robert Smith Jr.", "SMITH Robert"),
        ("ジョン・スミス", "John Smith"),
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Mary Smith-Jones", "Smith-Jones, Mary"),
    ],
)
def test_foreign_names_in_their_usual_variants_are_one(one: str, other: str) -> None:
    assert whole(one) == whole(other)


def test_ken_is_kenneth_only_beside_a_foreign_surname() -> None:
    assert whole("Ken Tanaka").giv == whole("田中 健").giv == "ken"
    assert whole("Ken Miller").giv == "kenneth"


@pytest.mark.parametrize(
    ("text", "family", "given", "initial"),
    [
        ("T. Yamada", "yamada", "", "t"),
        ("T Yamada", "yamada", "", "t"),
        ("Yamada T.", "yamada", "", "t"),
        ("Taro Y.", "", "taro", "t"),
        ("J.P. Morgan", "morgan", "", "j"),
        ("山田 T", "yamada", "", "t"),
    ],
)
def test_an_initial_is_no_name(text: str, family: str, given: str, initial: str) -> None:
    found = whole(text)
    assert (found.fam, found.giv, found.ini, found.nm) == (family, given, initial, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "N/A",
        "n/a",
        "なし",
        "不明",
        "unknown",
        "test",
        "テスト",
        "x",
        "xxx",
        "???",
        "・",
        "様",
        "株式会社アクメ",
        "アクメ（株）",
        "㈱アクメ",
        "Acme Inc.",
        "ACME Co., Ltd.",
        "ご担当者様",
        "御担当者様",
        "営業部",
        "総務部 御中",
        "採用担当",
        "info",
        "Sales",
        "Sales Team",
        "taro@example.jp",
        "https://example.jp",
        "12345",
        "部長",
    ],
)
def test_what_is_no_persons_name_gives_none(text: str) -> None:
    found = whole(text)
    assert (found.fam, found.giv, found.ini, found.nm, found.kj, found.kfam) == ("",) * 6


def test_a_maiden_name_in_brackets_is_left_out() -> None:
    assert whole("山田 (旧姓:佐藤) 花子") == whole("山田 花子") == whole("山田 花子（旧姓 佐藤）")


def test_furigana_is_preferred_to_any_reading() -> None:
    assert fields("河野", "裕子", family_kana="カワノ", given_kana="ヒロコ").nm == "hiroko kawano"
    assert fields("河野", "裕子", family_kana="ｶﾜﾉ", given_kana="ひろこ").nm == "hiroko kawano"
    assert fields("山田", "健", family_kana="ヤマダタケシ").giv == "takeshi"
    assert fields("山田", "健", family_kana="ヤマダ タケシ").giv == "takeshi"
    assert fields("山田", "健", family_kana="タケシ", given_kana="ヤマダ").nm == "takeshi yamada"
    assert fields("山田", "健", family_kana="-", given_kana="なし").giv == "ken"
    assert fields("", "", family_kana="ヤマダ", given_kana="タケシ").nm == "takeshi yamada"
    assert fields("山田", "健", family_kana="ヤマダ", given_kana="タケシ").kj == fields("山田", "健").kj


def test_the_mailbox_tells_which_of_several_readings_is_meant() -> None:
    def with_mail(family: str, given: str, mail: str) -> str:
        return normalise(RawPerson(1, family_name=family, given_name=given, emails=(mail,))).nm

    assert with_mail("河野", "裕子", "hiroko.kawano@example.jp") == "hiroko kawano"
    assert with_mail("河野", "裕子", "y.kono@example.jp") == "kono yuko"
    assert with_mail("山田", "太郎", "hiroko.kawano@example.jp") == "taro yamada"


@pytest.mark.parametrize(
    ("kanji", "reading"),
    [
        ("健一", "kenichi"),
        ("太郎", "taro"),
        ("翔太", "shota"),
        ("陽子", "yoko"),
        ("誠", "makoto"),
        ("裕子", "yuko"),
        ("浩二", "koji"),
        ("康弘", "yasuhiro"),
        ("敏行", "toshiyuki"),
        ("久美子", "kumiko"),
        ("千尋", "chihiro"),
        ("奈々", "nana"),
    ],
)
def test_common_given_names_have_their_common_reading(kanji: str, reading: str) -> None:
    assert fields("山田", kanji).giv == reading


def test_swapped_fields_with_a_surname_that_is_a_given_name_too_are_believed() -> None:
    assert (fields("林", "森").kfam, fields("森", "林").kfam) == ("林", "森")
    assert fields("Thomas", "James").fam == "thomas"


@pytest.mark.parametrize("family", ["服部", "阿部", "渡部", "長谷部", "小室", "氷室", "岡部"])
def test_surnames_that_end_like_a_department_are_surnames(family: str) -> None:
    assert (
        fields(family, "健一").kfam
        == whole(f"{family} 健一").kfam
        == whole(f"{family}健一").kfam
        == whole(family).kfam
        == family
    )
