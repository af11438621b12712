"""Whose agreement a model needs before it scores, and what happens without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.errors import ConfigError
from sync.jobs.model_approval import approve, choose, model_in_force
from sync.repository import ModelVersion, SignOff
from sync.scoring.model import load_model
from sync.store.database import SqlStore

NOW = 1_790_000_000
BASIC, STARTER = load_model("basic"), load_model("starter")


def signed(version: str, *roles: str) -> list[SignOff]:
    return [SignOff(version, role, "somebody", NOW) for role in roles]


def used(*versions: str) -> list[ModelVersion]:
    return [ModelVersion(version, "{}", NOW, NOW) for version in versions]


@pytest.mark.parametrize(
    ("signs", "before", "version", "lacking"),
    [
        (signed("new", "marketing", "sales"), [], "new", ()),
        (signed("new", "marketing"), [], None, ("sales",)),
        ([], [], None, ("marketing", "sales")),
        ([*signed("new", "sales"), *signed("old", "marketing", "sales")], used("old"), "old", ("marketing",)),
        ([*signed("new", "sales"), *signed("old", "marketing")], used("old"), None, ("marketing",)),
        ([*signed("a", "marketing", "sales"), *signed("b", "marketing", "sales")], used("b", "a"), "b",
         ("marketing", "sales")),
        (signed("old", "marketing", "sales"), [], None, ("marketing", "sales")),
    ],
)  # fmt: skip
def test_both_roles_have_to_agree_else_the_last_approved_model_goes_on(
    signs: list[SignOff], before: list[ModelVersion], version: str | None, lacking: tuple[str, ...]
) -> None:
    choice = choose("new", signs, before)
    assert (choice.version, choice.lacking) == (version, lacking)


def test_where_no_approval_is_asked_for_every_model_scores_and_is_put_down(store: SqlStore) -> None:
    assert model_in_force(store, BASIC, False, NOW) is BASIC
    assert model_in_force(store, BASIC, False, NOW + 60) is BASIC
    with store.reading() as unit:
        (version,) = unit.model_versions()
    assert (version.version, version.first_at, version.used_at) == (BASIC.version, NOW, NOW + 60)
    assert version.source == BASIC.source


def test_an_unapproved_first_model_is_refused_with_the_commands_to_run(store: SqlStore) -> None:
    approve(store, BASIC, "marketing", "Yamada", "", NOW)
    with pytest.raises(ConfigError) as refused:
        model_in_force(store, BASIC, True, NOW)
    assert "model approve MODEL --role sales" in refused.value.text.en
    assert "--role marketing" not in refused.value.text.en
    with store.reading() as unit:
        assert unit.model_versions() == []


def test_an_unapproved_change_leaves_the_approved_model_in_force_and_says_so(store: SqlStore) -> None:
    for role in ("marketing", "sales"):
        approve(store, BASIC, role, "Yamada", "", NOW)
    model_in_force(store, BASIC, True, NOW)
    kept = model_in_force(store, STARTER, True, NOW + 10)
    assert (kept.version, kept.source) == (BASIC.version, BASIC.source)
    with store.reading() as unit:
        (notice,) = unit.notice_rows()
    assert STARTER.version in notice.text_en
    assert BASIC.version in notice.text_ja
    for role in ("marketing", "sales"):
        approve(store, STARTER, role, "Sato", "", NOW + 20)
    assert model_in_force(store, STARTER, True, NOW + 30) is STARTER
    with store.reading() as unit:
        assert unit.notice_rows() == []
        assert [entry.version for entry in unit.model_versions()] == [STARTER.version, BASIC.version]


def test_sign_offs_belong_to_a_version_and_are_kept(store: SqlStore) -> None:
    assert approve(store, BASIC, "sales", "  Sato   Hanako ", "from May on", NOW) == ("marketing",)
    changed = replace(BASIC, version="basic-changed")
    assert approve(store, changed, "marketing", "Yamada", "", NOW) == ("sales",)
    with store.reading() as unit:
        (one,) = unit.sign_offs(BASIC.version)
        assert len(unit.sign_offs()) == 2
    assert (one.role, one.name, one.note, one.at) == ("sales", "Sato Hanako", "from May on", NOW)


@pytest.mark.parametrize(("role", "name"), [("boss", "Sato"), ("sales", "  "), ("sales", "x" * 101)])
def test_a_sign_off_without_a_known_role_or_a_name_is_refused(role: str, name: str, store: SqlStore) -> None:
    with pytest.raises(ConfigError):
        approve(store, BASIC, role, name, "", NOW)
    with store.reading() as unit:
        assert unit.sign_offs() == []
