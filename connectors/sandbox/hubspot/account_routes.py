"""The endpoints of owners, pipelines, account information and OAuth."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.object_types import object_type
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import invalid, not_found

OWNERS_PAGE, OWNERS_DEFAULT = 500, 100
_PIPELINES_MADE_MS = 1_577_836_800_000


class AccountRoutes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def owners(self, request: Request) -> Response:
        self._portal.auth.require("crm.objects.owners.read")
        limit = sent.number(request, "limit", OWNERS_DEFAULT, OWNERS_PAGE)
        after = sent.after_number(request)
        listed = self._portal.owners.listed(sent.flag(request, "archived"), request.arg("email"))
        found = [owner for owner in listed if int(owner.id) > after]
        body: dict[str, Any] = {"results": [owner.body() for owner in found[:limit]]}
        if len(found) > limit:
            body["paging"] = {"next": {"after": found[limit - 1].id}}
        return Response(200, body)

    def owner(self, request: Request) -> Response:
        self._portal.auth.require("crm.objects.owners.read")
        wanted, by_user = request.match["id"], request.arg("idProperty", "id") == "userId"
        for owner in self._portal.owners.listed(sent.flag(request, "archived")):
            if wanted == (str(owner.user_id) if by_user else owner.id):
                return Response(200, owner.body())
        raise not_found()

    def pipelines(self, request: Request) -> Response:
        self._check_deals(request)
        found = [pipeline.body(_PIPELINES_MADE_MS) for pipeline in self._portal.pipelines.all]
        return Response(200, {"results": found})

    def pipeline(self, request: Request) -> Response:
        self._check_deals(request)
        found = self._portal.pipelines.find(request.match["id"])
        if found is None:
            raise not_found()
        return Response(200, found.body(_PIPELINES_MADE_MS))

    def stages(self, request: Request) -> Response:
        return Response(200, {"results": self.pipeline(request).body["stages"]})

    def details(self, request: Request) -> Response:
        self._portal.auth.require("oauth", "account-info.security.read")
        now = datetime.fromtimestamp(self._portal.clock.now(), UTC).astimezone(self._portal.timezone)
        offset = now.utcoffset()
        seconds = int(offset.total_seconds()) if offset else 0
        sign = "-" if seconds < 0 else "+"
        return Response(
            200,
            {
                "portalId": self._portal.portal_id,
                "accountType": self._portal.account_type,
                "timeZone": self._portal.timezone.key,
                "companyCurrency": "JPY",
                "additionalCurrencies": ["USD"],
                "utcOffset": f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}",
                "utcOffsetMilliseconds": seconds * 1000,
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "na1",
            },
        )

    def usage(self, request: Request) -> Response:
        """Counts private apps only."""
        self._portal.auth.require("oauth", "account-info.security.read")
        return Response(200, {"results": [self._portal.limits.usage()]})

    def token(self, request: Request) -> Response:
        return self._portal.auth.token_answer(request.form())

    def token_info(self, request: Request) -> Response:
        return Response(200, self._portal.auth.token_info(request.match["token"]))

    def _check_deals(self, request: Request) -> None:
        if object_type(request.match["type"]).name != "deals":
            raise invalid(f"There are no pipelines of {request.match['type']}")
        self._portal.auth.require("crm.objects.deals.read", "crm.schemas.deals.read")
