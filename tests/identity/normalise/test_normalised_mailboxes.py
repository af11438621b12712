"""E-mail addresses and domains as records hold them."""

from __future__ import annotations

import pytest

from sync.identity.features import Features, RawPerson
from sync.identity.normalise import normalise
from sync.identity.normalise.mailboxes import is_free, is_role, registered


def of(*emails: str, domain: str = "") -> Features:
    return normalise(RawPerson(1, emails=emails, domain=domain))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Taro@Example.JP", "taro@example.jp"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("taro+news@example.jp", "taro@example.jp"),
        ("t.a.r.o+x@googlemail.com", "taro@gmail.com"),
        ("mailto:taro@example.jp", "taro@example.jp"),
        ("Taro Yamada <taro@example.jp>", "taro@example.jp"),
        ("山田 太郎 <taro@example.jp>", "taro@example.jp"),
        ("t..aro.@docomo.ne.jp", "t..aro.@docomo.ne.jp"),
        ("ta\u200bro@example.jp", "taro@example.jp"),
        ("taro@example.jp.", "taro@example.jp"),
        ("taro", ""),
        ("taro@", ""),
        ("-", ""),
        ("なし", ""),
    ],
)
def test_a_mailbox_has_one_spelling(text: str, address: str) -> None:
    assert of(text).em == address


@pytest.mark.parametrize(
    "field", ["a@example.jp; b@example.com", "a@example.jp,b@example.com", "A <a@example.jp>, B <b@example.com>"]
)
def test_a_field_may_hold_several_mailboxes(field: str) -> None:
    found = of(field, "a@example.jp")
    assert found.emails == ("a@example.jp", "b@example.com")
    assert (found.em, found.loc, found.edom) == ("a@example.jp", "a", "example.jp")


def test_a_persons_own_mailbox_comes_before_the_teams() -> None:
    found = of("info@example.jp", "taro@example.jp")
    assert (found.em, found.role, found.emails) == ("taro@example.jp", False, ("taro@example.jp", "info@example.jp"))


@pytest.mark.parametrize(
    "local",
    "info sales support2 info-tokyo sales.jp tokyo-eigyo eigyo1 eigyo-bu eigyo1ka soumubu keiri toiawase sales_dept "
    "jinji info.osaka recruit2026 hr-team eigyo.osaka support-en webmaster customer.service "
    "noreply no-reply kaihatsu-bu it-support".split(),
)
def test_team_mailboxes_are_told_by_their_names(local: str) -> None:
    assert is_role(f"{local}@example.co.jp")


@pytest.mark.parametrize(
    "local", "taro yamada.t sales-yamada it.tanaka info.sato mark t.suzuki bo.li hanako1980 k-kato".split()
)
def test_mailboxes_of_persons_are_not_taken_for_a_teams(local: str) -> None:
    assert not is_role(f"{local}@example.co.jp")


@pytest.mark.parametrize(
    "domain",
    "gmail.com yahoo.co.jp docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp nifty.com biglobe.ne.jp ocn.ne.jp "
    "so-net.ne.jp plala.or.jp ybb.ne.jp icloud.com me.com outlook.jp hotmail.co.jp qq.com gmx.de".split(),
)
def test_anybody_can_have_a_mailbox_at_a_free_provider_or_a_carrier(domain: str) -> None:
    assert is_free(domain)
    assert of(f"taro@{domain}").free
    assert of(f"taro@{domain}").dom == ""


def test_subdomains_of_a_carrier_are_free_too() -> None:
    assert of("taro@i.softbank.jp").free
    assert of("taro@abc.ocn.ne.jp").free


def test_a_companys_mailbox_is_not_free() -> None:
    found = of("taro@mail.example.co.jp")
    assert (found.free, found.edom, found.dom) == (False, "example.co.jp", "example.co.jp")


@pytest.mark.parametrize(
    ("told", "domain"),
    [
        ("https://www.example.co.jp/about?x=1", "example.co.jp"),
        ("WWW.EXAMPLE.COM", "example.com"),
        ("http://shop.example.co.uk:8080", "example.co.uk"),
        ("taro@example.jp", "example.jp"),
        ("example", ""),
        ("-", ""),
        ("", ""),
    ],
)
def test_a_companys_domain_is_the_registered_one(told: str, domain: str) -> None:
    assert registered(told) == domain


def test_the_domain_told_comes_before_the_mailboxs_unless_it_is_a_providers() -> None:
    assert of("taro@example.jp", domain="https://other.co.jp").dom == "other.co.jp"
    assert of("taro@example.jp", domain="gmail.com").dom == "example.jp"
    assert of("taro@gmail.com", "taro@example.jp").dom == "example.jp"
