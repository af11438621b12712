"""How the platform says no: one error for the whole call, or one for a record among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.sandbox.http import Response

_STATUS = {
    "NOT_FOUND": 404,
    "ENTITY_IS_DELETED": 404,
    "INSUFFICIENT_ACCESS": 403,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
}


class ApiError(Exception):
    """Ends the call with this status and the list body of the REST API."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.fields = status, code, message, fields

    def response(self) -> Response:
        error: dict[str, Any] = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = list(self.fields)
        return Response(self.status, [error])


class RecordError(Exception):
    """One record cannot be written; what that does to its neighbours is the caller's matter."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code, self.message, self.fields = code, message, list(fields)

    def alone(self) -> ApiError:
        """The same as the answer to a call about this record only."""
        return ApiError(_STATUS.get(self.code, 400), self.code, self.message, self.fields)

    def in_collection(self) -> dict[str, Any]:
        return {"statusCode": self.code, "message": self.message, "fields": self.fields}

    def in_csv(self) -> str:
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"
