"""Which column of a list is what: header names as people and programs write them, in English and Japanese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_NAMES = {
    "id": """
        id recordid contactid leadid personid customerid key no number 番号 管理番号 顧客id 顧客番号 会員id
        会員番号 リードid コンタクトid レコードid レコード番号 識別子 連番 取引先責任者id 取引先責任者レコードid
    """,
    "source": """
        source system origin list leadsource ソース 出典 データ元 リードソース システム 取得元 流入元
    """,
    "given_name": """
        givenname firstname first given forename 名 名前名 名漢字 お名前名 氏名名 名全角
    """,
    "family_name": """
        familyname lastname last family surname 姓 苗字 名字 姓漢字 お名前姓 氏名姓 姓全角
    """,
    "full_name": """
        fullname name contactname personname contact leadname 氏名 お名前 名前 姓名 氏名漢字 お名前漢字 氏名全角
        漢字 担当者 担当者名
        ご担当者名 ご担当者 ご氏名 連絡先名 顧客名 漢字氏名
    """,
    "given_kana": """
        givenkana givennamekana firstnamekana firstkana メイ めい お名前名カナ 名カナ全角 名カナ 名かな 名フリガナ
        名ふりがな フリガナ名
        カナ名 メイカナ
    """,
    "family_kana": """
        familykana familynamekana lastnamekana lastkana セイ せい お名前姓カナ 姓カナ全角 姓カナ 姓かな 姓フリガナ
        姓ふりがな フリガナ姓
        カナ姓 セイカナ
    """,
    "full_kana": """
        kana fullkana namekana fullnamekana furigana フリガナ ふりがな カナ かな 氏名カナ 氏名かな 氏名フリガナ
        氏名ふりがな お名前カナ お名前フリガナ お名前ふりがな カナ氏名 セイメイ 名前カナ 名前フリガナ
    """,
    "email": """
        email mail emailaddress mailaddress emails workemail businessemail personalemail privateemail otheremail
        primaryemail secondaryemail alternateemail emailaddr メールアドレス メール eメール eメールアドレス
        電子メール 電子メールアドレス 会社メールアドレス 個人メールアドレス 携帯メールアドレス pcメールアドレス
        その他のメールアドレス メアド ご連絡先メールアドレス メールアドレス会社 メールアドレス勤務先
        メールアドレス個人 メールアドレス携帯
        会社mail 会社email
    """,
    "phone": """
        phone phonenumber tel telephone telephonenumber telno phoneno mobile mobilephone mobilenumber
        mobilephonenumber cell cellphone cellular workphone businessphone officephone directphone directline
        homephone otherphone contactnumber phones 電話 電話番号 tel番号 会社電話番号 代表電話 代表電話番号 直通
        直通電話 直通電話番号 携帯 携帯電話 携帯番号 携帯電話番号 携帯tel 勤務先電話番号 自宅電話番号
        その他の電話 その他の電話番号 連絡先電話番号 お電話番号 固定電話 ご連絡先電話番号 tel会社 会社tel tel直通
        直通tel tel携帯 電話番号会社 電話番号勤務先
        電話番号携帯 電話番号直通 電話番号自宅 代表tel
    """,
    "company": """
        company companyname organization organisation organizationname account accountname employer business
        corporation firm companyororganization 会社 会社名 御社名 貴社名 企業 企業名 社名 法人名 勤務先 勤務先名
        組織 組織名 所属 所属先 取引先 取引先名 団体名 会社名団体名 お勤め先 お勤め先名 会社名正式名称
    """,
    "domain": """
        domain website companydomain companydomainname webdomain url web homepage site companywebsite websiteurl
        ドメイン ドメイン名 会社ドメイン ウェブサイト webサイト サイト ホームページ 会社url hp
    """,
    "title": """
        title jobtitle position role 役職 肩書 肩書き 職位 役職名 部署役職 所属役職
    """,
    "city": """
        city town municipality addresscity mailingcity 市区町村 市町村 市区 都市 市
    """,
    "country": """
        country countryname countryregion mailingcountry 国 国名 国地域
    """,
}
_NOISE = re.compile(r"[\W_]+")
_TRAILING_NUMBER = re.compile(r"\d+$")
_MANY = frozenset({"email", "phone"})
_IDLE = frozenset({"id", "source"})  # understood, but nothing can be matched by them


def _bare(header: str) -> str:
    """Letters and digits of a header, in one case and width; brackets, spaces, signs and "必須" marks are gone."""
    text = unicodedata.normalize("NFKC", header).lower().replace("必須", "").replace("任意", "")
    return _NOISE.sub("", text)


_MEANING = {_bare(name): meaning for meaning, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of the understood columns in a row, and the headers of the others.

    Where several columns mean the same, the first that is filled counts; of e-mail and phone all do.
    """

    width: int
    places: dict[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether anything could be matched at all."""
        return not self.places.keys() <= _IDLE

    def first(self, meaning: str, cells: Sequence[str]) -> str:
        for place in self.places.get(meaning, ()):
            if cells[place]:
                return cells[place]
        return ""

    def every(self, meaning: str, cells: Sequence[str]) -> list[str]:
        return [cells[place] for place in self.places.get(meaning, ()) if cells[place]]


def understand(headers: Sequence[str]) -> Columns:
    """What each column means. A trailing number (Phone 2, メール1) is another column of the same."""
    places: dict[str, list[int]] = {}
    unknown = []
    for place, header in enumerate(headers):
        if meaning := _meaning(_bare(header)):
            places.setdefault(meaning, []).append(place)
        elif header.strip():
            unknown.append(header.strip())
    return Columns(len(headers), {meaning: tuple(found) for meaning, found in places.items()}, tuple(unknown))


def _meaning(bare: str) -> str:
    if bare in _MEANING:
        return _MEANING[bare]
    numberless = _MEANING.get(_TRAILING_NUMBER.sub("", bare), "")
    return numberless if numberless in _MANY else ""
