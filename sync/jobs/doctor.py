"""Doctor: what each CRM allows, and what of the model can therefore never fire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sync.core.activity import Kind
from sync.core.text import Text
from sync.errors import ConfigError, LeadsyncError
from sync.identity.site_model import SiteModel
from sync.ports import Check, Connector, Health
from sync.repository import Store
from sync.scoring.lint import rules_that_cannot_fire
from sync.scoring.model import Model


def doctor(connectors: Mapping[str, Connector], store: Store, model: Model, site_model: SiteModel) -> Iterator[Check]:
    """Each CRM's own checks, then the rules that have nothing to fire on, then the matching model."""
    for system, connector in connectors.items():
        try:
            yield from connector.check()
        except LeadsyncError as error:
            yield Check(system, "connection", Health.FAILED, error.text)
    for rule, why in rules_that_cannot_fire(model, available_kinds(connectors, store)):
        yield Check("model", f"rule:{rule}", Health.WARNING, why)
    yield _matching(site_model)


def _matching(site_model: SiteModel) -> Check:
    try:
        site_model.current()
    except ConfigError as error:
        return Check("matching", "model", Health.FAILED, error.text)
    trained = Text("trained at this site", "このサイトで学習したモデル")
    return Check(
        "matching", "model", Health.OK, trained if site_model.trained else Text("as shipped", "出荷時のモデル")
    )


def available_kinds(connectors: Mapping[str, Connector], store: Store) -> set[str]:
    """Kinds of activity that this account can deliver: all that the connectors read, less what was refused."""
    with store.begin() as unit:
        refused = {(row.system, row.subject) for row in unit.notice_rows() if row.code == "feature_missing"}
    found: set[str] = set()
    for system in connectors:
        for stream, kinds in KINDS_OF_STREAM.get(system, {}).items():
            if (system, stream) not in refused:
                found |= kinds
    return found


_FORMS = {
    Kind.FORM_SUBMIT.value,
    Kind.CONTENT_DOWNLOAD.value,
    Kind.SEMINAR_REGISTERED.value,
    Kind.TRIAL_SIGNUP.value,
}
KINDS_OF_STREAM: Mapping[str, Mapping[str, set[str]]] = {
    "hubspot": {
        "page_views": {Kind.PAGE_VIEW.value, Kind.CONTENT_DOWNLOAD.value},
        "contacts": {Kind.SITE_VISIT.value},
        "forms": _FORMS,
        "email_events": {Kind.EMAIL_OPEN.value, Kind.EMAIL_CLICK.value, Kind.CONTENT_DOWNLOAD.value},
        "emails": {Kind.EMAIL_REPLY.value},
        "calls": {Kind.CALL.value},
        "meetings": {Kind.MEETING.value},
    },
    "salesforce": {
        "campaign_members": {
            Kind.CAMPAIGN_RESPONSE.value,
            Kind.SEMINAR_REGISTERED.value,
            Kind.SEMINAR_ATTENDED.value,
        },
        "tasks": {Kind.CALL.value, Kind.EMAIL_REPLY.value},
        "events": {Kind.MEETING.value},
    },
}
