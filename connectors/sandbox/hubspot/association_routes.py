"""The v4 association endpoints."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response
from connectors.sandbox.hubspot import inputs as sent
from connectors.sandbox.hubspot.associations import UNLABELLED, Pair, read_spec
from connectors.sandbox.hubspot.batches import batch_response
from connectors.sandbox.hubspot.object_types import object_type
from connectors.sandbox.hubspot.portal import Portal
from connectors.sandbox.hubspot.refusals import Refusal, invalid, not_found

BATCH_READ, BATCH_CREATE, PAGE = 1000, 2000, 500


class AssociationRoutes:
    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def page(self, request: Request) -> Response:
        pair = self._pair(request, "read")
        stored = self._portal.tables[pair[0]].resolve(request.match["id"])
        if stored is None:
            raise not_found()
        limit = sent.number(request, "limit", PAGE, PAGE)
        results, more = self._ends(pair, stored.id, sent.after_number(request), limit)
        body: dict[str, Any] = {"results": results}
        return Response(200, {**body, "paging": {"next": {"after": more}}} if more else body)

    def batch_read(self, request: Request) -> Response:
        """Inputs without associations are errors of a 207, not empty lists."""
        pair = self._pair(request, "read")
        results, errors = [], []
        inputs = sent.inputs_of(sent.json_object(request), BATCH_READ)
        sent.distinct([sent.id_of(one) for one in inputs])
        for one in inputs:
            object_id = sent.id_of(one)
            stored = self._portal.tables[pair[0]].resolve(object_id)
            ends, more = self._ends(pair, stored.id, _after(one), PAGE) if stored else ([], "")
            if not ends:
                errors.append(_no_associations(pair, object_id))
                continue
            result: dict[str, Any] = {"from": {"id": object_id}, "to": ends}
            results.append({**result, "paging": {"next": {"after": more}}} if more else result)
        return batch_response(self._portal.clock, results, errors)

    def batch_create(self, request: Request) -> Response:
        """All or nothing for wrong types; ends that do not exist are errors of a 207."""
        pair = self._pair(request, "write")
        inputs = sent.inputs_of(sent.json_object(request), BATCH_CREATE)
        checked = [(*self._end_ids(one), self._types(pair, one.get("types"))) for one in inputs]
        results, errors = [], []
        for from_id, to_id, types in checked:
            try:
                results.append(self._link(pair, from_id, to_id, types))
            except Refusal as refusal:
                errors.append(refusal.entry({"fromObjectId": [from_id], "toObjectId": [to_id]}))
        return batch_response(self._portal.clock, results, errors, 201)

    def batch_archive(self, request: Request) -> Response:
        pair = self._pair(request, "write")
        for one in sent.inputs_of(sent.json_object(request), BATCH_CREATE):
            from_id, others = sent.id_of(_part(one, "from")), one.get("to")
            if not isinstance(others, list):
                raise invalid("Invalid input JSON: Some required fields were not set: [to]")
            for other in others:
                self._unlink(pair, from_id, sent.id_of(other))
        return Response(204)

    def put(self, request: Request) -> Response:
        pair = self._pair(request, "write")
        try:
            specs = request.json()
        except ValueError as error:
            raise invalid("Invalid input JSON on line 1, column 1") from error
        types = self._types(pair, specs)
        return Response(201, self._link(pair, request.match["id"], request.match["other"], types))

    def put_default(self, request: Request) -> Response:
        pair = self._pair(request, "write")
        if pair not in UNLABELLED:
            raise invalid(f"No default association from {pair[0]} to {pair[1]}")
        label = UNLABELLED[pair]
        self._link(pair, request.match["id"], request.match["other"], [label.type_id])
        result = {
            "from": {"id": request.match["id"]},
            "to": {"id": request.match["other"]},
            "associationSpec": {"associationCategory": label.category, "associationTypeId": label.type_id},
        }
        return batch_response(self._portal.clock, [result], [])

    def delete(self, request: Request) -> Response:
        self._unlink(self._pair(request, "write"), request.match["id"], request.match["other"])
        return Response(204)

    def _pair(self, request: Request, access: str) -> Pair:
        kinds = object_type(request.match["from"]), object_type(request.match["to"])
        for kind in kinds:
            self._portal.auth.require(f"crm.objects.{kind.scope}.{access}")
        return self._portal.associations.known_pair(kinds[0].name, kinds[1].name)

    def _ends(self, pair: Pair, from_id: str, after: int, limit: int) -> tuple[list[dict[str, Any]], str]:
        """The live records at the other end by ascending id, and the cursor when there are more."""
        found = self._portal.associations.of(pair, from_id)
        live = self._portal.tables[pair[1]].live
        ids = sorted(int(other) for other in found if int(other) > after and live(other) is not None)
        ends = [
            {
                "toObjectId": str(number),
                "associationTypes": [
                    label.body() for label in self._portal.associations.labels(pair, found[str(number)])
                ],
            }
            for number in ids[:limit]
        ]
        return ends, str(ids[limit - 1]) if len(ids) > limit else ""

    def _link(self, pair: Pair, from_id: str, to_id: str, types: list[int]) -> dict[str, Any]:
        """Associating does not move the modified date of either record."""
        ends = [
            self._portal.writable(self._portal.tables[name], one)
            for name, one in zip(pair, (from_id, to_id), strict=True)
        ]
        if ends[0] is None or ends[1] is None:
            raise not_found("One or both of the records do not exist")
        self._portal.associations.link(pair, ends[0].id, ends[1].id, types)
        self._note_company(pair, ends[0].id, ends[1].id)
        kinds = [self._portal.tables[name].kind.type_id for name in pair]
        labels = self._portal.associations.labels(pair, types)
        return {
            "fromObjectTypeId": kinds[0],
            "fromObjectId": ends[0].id,
            "toObjectTypeId": kinds[1],
            "toObjectId": ends[1].id,
            "labels": [label.text for label in labels if label.text],
        }

    def _unlink(self, pair: Pair, from_id: str, to_id: str) -> None:
        self._portal.associations.unlink(pair, from_id, to_id)
        self._note_company(pair, from_id, to_id)

    def _note_company(self, pair: Pair, from_id: str, to_id: str) -> None:
        if set(pair) == {"contacts", "companies"}:
            self._portal.note_company(from_id if pair[0] == "contacts" else to_id)

    def _end_ids(self, one: dict[str, Any]) -> tuple[str, str]:
        return sent.id_of(_part(one, "from")), sent.id_of(_part(one, "to"))

    def _types(self, pair: Pair, specs: Any) -> list[int]:
        if not isinstance(specs, list) or not specs:
            raise invalid("Invalid input JSON: Some required fields were not set: [types]")
        return [self._portal.associations.label(pair, *read_spec(spec)).type_id for spec in specs]


def _part(one: dict[str, Any], name: str) -> dict[str, Any]:
    part = one.get(name)
    if not isinstance(part, dict):
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{name}]")
    return part


def _after(one: dict[str, Any]) -> int:
    text = str(one.get("after") or "0")
    if not text.isdecimal():
        raise invalid(f"The paging cursor {text} is not valid")
    return int(text)


def _no_associations(pair: Pair, object_id: str) -> dict[str, Any]:
    refusal = Refusal(
        404,
        "NO_ASSOCIATIONS_FOUND",
        f"No {pair[1]} are associated with {pair[0]} {object_id}.",
    )
    return refusal.entry({"fromObjectId": [object_id], "fromObjectType": [pair[0]], "toObjectType": [pair[1]]})
