"""/composite and /composite/batch: several calls in one, counted as one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.sandbox.http import Request, Response
from connectors.sandbox.salesforce import calls
from connectors.sandbox.salesforce.failures import ApiError
from connectors.sandbox.salesforce.org import Org

MAX_SUBREQUESTS, MAX_HEAVY = 25, 5
_REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_HEAVY = re.compile(r"/services/data/v\d+\.\d/(?:query|queryAll|composite/sobjects)(?:/|$)")
_ALLOWED = re.compile(r"/services/data/v\d+\.\d/(?:query|queryAll|sobjects|composite/sobjects|limits)(?:/.*)?")
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")

Perform = Callable[[Request], Response]


class _Undone(Exception):
    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self.answers = answers


class Composite:
    """`perform` answers one subrequest as if it had come alone, without counting it."""

    def __init__(self, org: Org, perform: Perform) -> None:
        self._org, self._perform = org, perform

    def composite(self, request: Request) -> Response:
        body = calls.body_object(request)
        subrequests = self._subrequests(body.get("compositeRequest"))
        self._demand_references(subrequests)
        heavy = sum(1 for each in subrequests if _HEAVY.match(urlsplit(each["url"]).path))
        if heavy > MAX_HEAVY:
            message = f"The composite request has {heavy} queries and collections; at most {MAX_HEAVY} are allowed"
            raise ApiError(400, "LIMIT_EXCEEDED", message)
        answers = self._all(subrequests, calls.flag(body.get("allOrNone")))
        return Response(200, {"compositeResponse": answers})

    def batch(self, request: Request) -> Response:
        body = calls.body_object(request)
        halts = calls.flag(body.get("haltOnError"))
        results: list[dict[str, Any]] = []
        failed = False
        for each in self._subrequests(body.get("batchRequests")):
            if failed and halts:
                error = ApiError(412, "BATCH_PROCESSING_HALTED", "Processing stopped after an earlier error.")
                answer = error.response()
            else:
                url = f"/services/data/{each['url'].lstrip('/')}"
                answer = self._one(each["method"], url, each.get("richInput"), {})
            failed = failed or answer.status >= 400
            results.append({"statusCode": answer.status, "result": answer.body})
        return Response(200, {"hasErrors": failed, "results": results})

    def _all(self, subrequests: list[dict[str, Any]], all_or_none: bool) -> list[dict[str, Any]]:
        if not all_or_none:
            return [self._answer(each) for each in subrequests]
        try:
            with self._org.all_or_none():
                answers = [self._answer(each) for each in subrequests]
                if any(answer["httpStatusCode"] >= 400 for answer in answers):
                    raise _Undone(answers)
        except _Undone as undone:
            answers = [each if each["httpStatusCode"] >= 400 else _halted(each) for each in undone.answers]
        return answers

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self._one(asked["method"], asked["url"], asked.get("body"), asked.get("httpHeaders") or {})
        return {
            "body": answer.body,
            "httpHeaders": answer.headers,
            "httpStatusCode": answer.status,
            "referenceId": asked["referenceId"],
        }

    def _one(self, method: str, url: str, body: Any, headers: dict[str, str]) -> Response:
        parts = urlsplit(url)
        if method not in _METHODS or not _ALLOWED.fullmatch(parts.path):
            return ApiError(404, "NOT_FOUND", "The requested resource does not exist").response()
        lower = {name.lower(): str(value) for name, value in headers.items()}
        lower.setdefault("content-type", "application/json")
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        sent = b"" if body is None else json.dumps(body).encode()
        return self._perform(Request(method, parts.path, query, lower, sent))

    def _subrequests(self, found: Any) -> list[dict[str, Any]]:
        fits = isinstance(found, list) and all(
            isinstance(each, dict) and isinstance(each.get("url"), str) and isinstance(each.get("method"), str)
            for each in found
        )
        if not fits or not found:
            raise ApiError(400, "JSON_PARSER_ERROR", "a list of requests with method and url is needed")
        if len(found) > MAX_SUBREQUESTS:
            message = f"Limit exceeded: at most {MAX_SUBREQUESTS} subrequests are allowed, {len(found)} were sent"
            raise ApiError(400, "LIMIT_EXCEEDED", message)
        return list(found)

    def _demand_references(self, subrequests: list[dict[str, Any]]) -> None:
        names = [each.get("referenceId") for each in subrequests]
        if not all(isinstance(name, str) and _REFERENCE.fullmatch(name) for name in names):
            raise ApiError(400, "INVALID_INPUT", "each subrequest needs a referenceId of letters, digits, underscores")
        if len(set(names)) != len(names):
            raise ApiError(400, "INVALID_INPUT", "referenceIds have to be unique")


def _halted(answer: dict[str, Any]) -> dict[str, Any]:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    return answer | {
        "body": [{"errorCode": "PROCESSING_HALTED", "message": message}],
        "httpHeaders": {},
        "httpStatusCode": 400,
    }
