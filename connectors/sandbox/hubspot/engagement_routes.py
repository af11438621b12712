"""The endpoints of forms, submissions, marketing mail events and web events. All but the forms list: newest first."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.engagement import (
    EVENT_TYPES,
    MAIL_EVENT_TYPES,
    FormDefinition,
    MailEvent,
    Place,
    Submission,
    Timeline,
    WebEvent,
    place_of,
    token_of,
)
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Refusal, invalid, not_found
from connectors.sandbox.hubspot.times import instant, iso_trimmed

FORMS_PAGE, SUBMISSIONS_PAGE, MAIL_EVENTS_PAGE, EVENTS_PAGE = 100, 50, 1000, 1000
_APP_ID = 113


class EngagementRoutes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def forms(self, request: Request) -> Response:
        self._portal.auth.require("forms")
        limit, archived = sent.number(request, "limit", 20, FORMS_PAGE), sent.flag(request, "archived")
        types = sent.names(request, "formTypes") or ["hubspot"]
        forms = [form for form in self._portal.engagement.forms.values() if form.archived is archived]
        forms = sorted(forms, key=lambda form: form.guid) if {"hubspot", "all"} & set(types) else []
        later = [form for form in forms if form.guid > request.arg("after")]
        body: dict[str, Any] = {"results": [_form(form) for form in later[:limit]]}
        if len(later) > limit:
            body["paging"] = {"next": {"after": later[limit - 1].guid}}
        return Response(200, body)

    def form(self, request: Request) -> Response:
        self._portal.auth.require("forms")
        return Response(200, _form(self._form(request.match["id"])))

    def submissions(self, request: Request) -> Response:
        self._portal.auth.require("forms")
        form = self._form(request.match["id"])
        limit = sent.number(request, "limit", 20, SUBMISSIONS_PAGE)
        found, more = form.submissions.newest_first(place_of(request.arg("after")), limit, lambda ms, item: True)
        body: dict[str, Any] = {"results": [_submission(one) for one in found]}
        if more:
            body["paging"] = {"next": {"after": token_of(more)}}
        return Response(200, body)

    def mail_events(self, request: Request) -> Response:
        self._portal.auth.require("content")
        limit = sent.number(request, "limit", 10, MAIL_EVENTS_PAGE)
        start, end = _ms(request, "startTimestamp", 0), _ms(request, "endTimestamp", 2**62)
        types = set(sent.names(request, "eventType") or MAIL_EVENT_TYPES)
        if unknown := types - set(MAIL_EVENT_TYPES):
            raise invalid(f"{sorted(unknown)[0]} is not an event type")
        recipient, campaign = request.arg("recipient").lower(), request.arg("campaignId")

        def wanted(ms: int, event: MailEvent) -> bool:
            return (
                start <= ms < end
                and event.type in types
                and recipient in ("", event.recipient)
                and campaign in ("", str(event.campaign_id))
            )

        before = place_of(request.arg("offset"))
        found, more = self._portal.engagement.mails.newest_first(before, limit, wanted)
        last = token_of(more) if more else request.arg("offset")
        events = [self._mail_event(event) for event in found]
        return Response(200, {"hasMore": more is not None, "offset": last, "events": events})

    def events(self, request: Request) -> Response:
        """Asks for an Enterprise hub, and for an object or an event type."""
        if not self._portal.enterprise:
            raise Refusal(403, "FORBIDDEN", "This account has no access to event analytics: it needs Enterprise.")
        limit, kind = sent.number(request, "limit", 20, EVENTS_PAGE), request.arg("eventType")
        timeline, contact = self._event_timeline(request)
        low, high = _moment(request, "occurredAfter", -1), _moment(request, "occurredBefore", 2**62)

        def wanted(ms: int, event: WebEvent) -> bool:
            if not low < ms < high or kind not in ("", event.type):
                return False
            holder = self._portal.tables["contacts"].resolve(event.contact_id)
            return holder is not None and contact in ("", holder.id)

        walk = timeline.oldest_first if self._ascending(request) else timeline.newest_first
        found, more = walk(place_of(request.arg("after")), limit, wanted)
        return Response(200, self._event_page(found, more))

    def event_types(self, request: Request) -> Response:
        """All names, also of what the account cannot use."""
        return Response(200, {"eventTypes": EVENT_TYPES})

    def _event_page(self, found: list[WebEvent], more: Place | None) -> dict[str, Any]:
        body: dict[str, Any] = {"results": [self._event(event) for event in found]}
        return {**body, "paging": {"next": {"after": token_of(more)}}} if more else body

    def _event_timeline(self, request: Request) -> tuple[Timeline[WebEvent], str]:
        kind, object_id = request.arg("objectType").lower(), request.arg("objectId")
        if kind not in ("", "contact", "contacts", "0-1"):
            raise invalid(f"There are no events of object type {kind}")
        if bool(kind) != bool(object_id) and object_id:
            raise invalid("objectId needs an objectType")
        if not object_id and not request.arg("eventType"):
            raise invalid("Give an objectType with an objectId, or an eventType")
        if not object_id:
            return self._portal.engagement.events, ""
        holder = self._portal.tables["contacts"].resolve(object_id)
        if holder is None:
            raise not_found()
        return self._portal.engagement.events_of(holder.id), holder.id

    def _ascending(self, request: Request) -> bool:
        sorts = sent.names(request, "sort") or ["-occurredAt"]
        if sorts[0] not in ("occurredAt", "-occurredAt") or len(sorts) > 1:
            raise invalid("Events can be sorted by occurredAt or -occurredAt only")
        return sorts[0] == "occurredAt"

    def _event(self, event: WebEvent) -> dict[str, Any]:
        holder = self._portal.tables["contacts"].resolve(event.contact_id)
        return {
            "id": event.id,
            "objectType": "CONTACT",
            "objectId": holder.id if holder else event.contact_id,
            "eventType": event.type,
            "occurredAt": iso_trimmed(event.occurred_ms),
            "properties": event.properties,
        }

    def _mail_event(self, event: MailEvent) -> dict[str, Any]:
        body: dict[str, Any] = {
            "id": event.id,
            "created": event.created_ms,
            "type": event.type,
            "recipient": event.recipient,
            "portalId": self._portal.portal_id,
            "appId": _APP_ID,
            "appName": "Batch",
            "emailCampaignId": event.campaign_id,
        }
        if event.type in ("OPEN", "CLICK"):
            body["filteredEvent"] = event.filtered
        if event.url:
            body["url"] = event.url
        if event.sent_by:
            body["sentBy"] = {"id": event.sent_by[0], "created": event.sent_by[1]}
        return body

    def _form(self, guid: str) -> FormDefinition:
        form = self._portal.engagement.forms.get(guid)
        if form is None:
            raise not_found("No form found with the given guid")
        return form


def _submission(one: Submission) -> dict[str, Any]:
    return {
        "conversionId": one.conversion_id,
        "submittedAt": one.submitted_ms,
        "values": [{"name": name, "value": value, "objectTypeId": "0-1"} for name, value in one.values.items()],
        "pageUrl": one.page_url,
    }


def _ms(request: Request, name: str, default: int) -> int:
    text = request.arg(name)
    if text and not text.isdecimal():
        raise invalid(f"{name} must be epoch milliseconds")
    return int(text) if text else default


def _moment(request: Request, name: str, default: int) -> int:
    text = request.arg(name)
    if not text:
        return default
    ms = None if text.isdecimal() else instant(text)  # ISO 8601 only
    if ms is None:
        raise invalid(f"{name} must be an ISO 8601 time, got {text}")
    return ms


def _form(form: FormDefinition) -> dict[str, Any]:
    return {
        "id": form.guid,
        "name": form.name,
        "formType": "hubspot",
        "createdAt": iso_trimmed(form.created_ms),
        "updatedAt": iso_trimmed(form.updated_ms),
        "archived": form.archived,
        "fieldGroups": [{"groupType": "default_group", "richTextType": "text", "fields": [_EMAIL_FIELD]}],
        "configuration": _CONFIGURATION,
        "displayOptions": _DISPLAY,
        "legalConsentOptions": {"type": "none"},
    }


_EMAIL_FIELD: dict[str, Any] = {
    "objectTypeId": "0-1",
    "name": "email",
    "label": "Email",
    "required": True,
    "hidden": False,
    "fieldType": "email",
    "dependentFields": [],
    "validation": {"blockedEmailDomains": [], "useDefaultBlockList": False},
}
_CONFIGURATION: dict[str, Any] = {
    "language": "ja",
    "cloneable": True,
    "postSubmitAction": {"type": "thank_you", "value": ""},
    "editable": True,
    "archivable": True,
    "recaptchaEnabled": False,
    "notifyContactOwner": False,
    "notifyRecipients": [],
    "createNewContactForNewEmail": True,
    "prePopulateKnownValues": True,
    "allowLinkToResetKnownValues": False,
    "lifecycleStages": [],
}
_DISPLAY: dict[str, Any] = {
    "renderRawHtml": False,
    "theme": "default_style",
    "submitButtonText": "Submit",
    "style": {
        "fontFamily": "arial, helvetica, sans-serif",
        "backgroundWidth": "100%",
        "labelTextColor": "#33475b",
        "labelTextSize": "14px",
        "helpTextColor": "#7C98B6",
        "helpTextSize": "11px",
        "legalConsentTextColor": "#33475b",
        "legalConsentTextSize": "14px",
        "submitColor": "#ff7a59",
        "submitAlignment": "left",
        "submitFontColor": "#ffffff",
        "submitSize": "12px",
    },
}
