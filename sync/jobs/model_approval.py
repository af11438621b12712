"""Which model scores: the one that is asked for, or the last approved one where it lacks a required sign-off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from shlex import quote

from sync.core.text import Text
from sync.errors import ConfigError
from sync.ports import Notice
from sync.repository import ModelVersion, SignOff, Store, Unit
from sync.scoring.model import Model
from sync.scoring.model_file import from_source

ROLES = ("marketing", "sales")
MOST_NAME = 100
NOTICE_SYSTEM, NOTICE_CODE, NOTICE_SUBJECT = "model", "model_not_approved", "approval"
MODEL_APPLIED = "model_applied"  # the fact that holds the version whose scores were last given to a CRM


@dataclass(frozen=True, slots=True)
class Choice:
    """`version` scores; None: none may. `lacking` are the roles that have not agreed to the wanted one."""

    version: str | None
    lacking: tuple[str, ...]


def choose(wanted: str, sign_offs: Iterable[SignOff], used: Sequence[ModelVersion]) -> Choice:
    """Where both roles have to agree. `used`: the models that scored, the one used last first."""
    agreed: dict[str, set[str]] = {}
    for one in sign_offs:
        agreed.setdefault(one.version, set()).add(one.role)
    lacking = roles_lacking(agreed.get(wanted, ()))
    if not lacking:
        return Choice(wanted, ())
    approved = (entry.version for entry in used if not roles_lacking(agreed.get(entry.version, ())))
    return Choice(next(approved, None), lacking)


def roles_lacking(agreed: Collection[str]) -> tuple[str, ...]:
    return tuple(role for role in ROLES if role not in agreed)


def model_in_force(store: Store, wanted: Model, required: bool, now: int, name: str = "MODEL") -> Model:
    """The model that scores from now on, put down among those that did. With `required`, a model that lacks the
    sign-off of a role gives way to the last approved one, and a notice says so. Raises `ConfigError` when there is
    none either: nothing may score then. `name`: what `wanted` was asked for by, for the commands to run."""
    with store.begin() as unit:
        used = unit.model_versions()
        choice = choose(wanted.version, unit.sign_offs(), used) if required else Choice(wanted.version, ())
        if choice.version is None:
            raise ConfigError(_nothing_approved(wanted, choice.lacking, name))
        if choice.lacking:
            text = _goes_on_with(wanted, choice.version, choice.lacking, name)
            unit.note(Notice(NOTICE_CODE, NOTICE_SYSTEM, NOTICE_SUBJECT, text), now)
        else:
            unit.clear_notice(NOTICE_SYSTEM, NOTICE_CODE, NOTICE_SUBJECT)
        model = wanted if choice.version == wanted.version else _stored(used, choice.version)
        unit.use_model(model.version, model.source, now)
    return model


def approve(store: Store, model: Model, role: str, name: str, note: str, now: int) -> tuple[str, ...]:
    """Records that somebody agreed to this version; returns the roles that still lack. Raises `ConfigError` for a
    role that nobody asks for, or a name that is none."""
    name = " ".join(name.split())
    if role not in ROLES:
        known = ", ".join(ROLES)
        raise ConfigError(
            Text(f"--role {role!r} is unknown; use one of {known}", f"--role {role!r} は使えません。使える値: {known}")
        )
    if not name or len(name) > MOST_NAME:
        raise ConfigError(
            Text(
                f"--name must say who agrees, in at most {MOST_NAME} characters",
                f"--name に合意者の氏名を {MOST_NAME} 文字以内で指定してください",
            )
        )
    with store.begin() as unit:
        unit.sign_off(model.version, role, name, now, note.strip())
        return roles_lacking({one.role for one in unit.sign_offs(model.version)})


def approval_notice(store: Store) -> Text | None:
    """What to say while a model that is not approved is asked for and another one scores."""
    with store.reading() as unit:
        row = next((row for row in unit.notice_rows() if row.code == NOTICE_CODE), None)
    return Text(row.text_en, row.text_ja) if row else None


def scored_by_another(unit: Unit, now: int) -> tuple[str, str] | None:
    """The model that people are scored by and the one whose scores the CRMs have, where these differ: after a plan
    with another model, or before its first scores are written. None when they agree, or nothing was written yet."""
    scored, applied = unit.rules_in_force(now), unit.fact(MODEL_APPLIED)
    return (scored.version, applied) if scored and applied and scored.version != applied else None


def _stored(used: Sequence[ModelVersion], version: str) -> Model:
    return from_source(next(entry.source for entry in used if entry.version == version))


def how_to_approve(model: str, lacking: Sequence[str]) -> str:
    """The commands to run, one a role."""
    return "; ".join(f'leadsync model approve {quote(model)} --role {role} --name "..."' for role in lacking)


def _nothing_approved(wanted: Model, lacking: Sequence[str], name: str) -> Text:
    commands = how_to_approve(name, lacking)
    return Text(
        f"LEADSYNC_MODEL_APPROVAL is required, model {wanted.version} lacks the sign-off of {' and '.join(lacking)}, "
        f"and no approved model has scored here before. Run: {commands}",
        f"LEADSYNC_MODEL_APPROVAL が required ですが、モデル {wanted.version} に {'・'.join(lacking)} の承認がなく、"
        f"承認済みのモデルもまだありません。次を実行してください: {commands}",
    )


def _goes_on_with(wanted: Model, version: str, lacking: Sequence[str], name: str) -> Text:
    commands = how_to_approve(name, lacking)
    return Text(
        f"model {wanted.version} lacks the sign-off of {' and '.join(lacking)}: scoring goes on with {version}, "
        "the last approved one. "
        f"Run: {commands}",
        f"モデル {wanted.version} に {'・'.join(lacking)} の承認がないため、承認済みの {version} で採点を続けます。"
        f"次を実行してください: {commands}",
    )
