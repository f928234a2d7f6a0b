"""RFC 9457 problem documents: what a REST path answers when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from starlette.responses import Response

from domain.kernel.errors import ErrorCode
from graph import errors

MEDIA_TYPE = "application/problem+json"

METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
CONTENT_TOO_LARGE = "CONTENT_TOO_LARGE"

#: Any other code of the domain's failure tree is a conflict with the present state.
STATUSES: dict[str, int] = {
    errors.BAD_REQUEST: 400,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.INVALID_CREDENTIALS: 401,
    ErrorCode.ACCESS_DENIED: 403,
    ErrorCode.READ_ONLY: 403,
    ErrorCode.NOT_FOUND: 404,
    METHOD_NOT_ALLOWED: 405,
    CONTENT_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.INVALID: 422,
    errors.BAD_USER_INPUT: 422,
    errors.LIMIT_EXCEEDED: 422,
    errors.RATE_LIMITED: 429,
    errors.TIMEOUT: 503,
    errors.BUSY: 503,
    errors.UNAVAILABLE: 503,
}
_CONFLICTS = frozenset(str(code) for code in ErrorCode) - STATUSES.keys()

#: The status of what no client can do anything about.
DEFECT = 500

#: One text for what is absent, foreign or no address at all: the three look the same.
_NOTHING_THERE = "There is nothing at this address, or nothing that you may see"
_MASKED = "Internal error"


def status_of(code: str) -> int:
    """The HTTP status of a failure's code."""
    return 409 if code in _CONFLICTS else STATUSES.get(code, DEFECT)


class Problem(Exception):
    """
    A refusal on its way out.

    ``faults`` say which inputs are wrong: each has a ``detail``, a ``code`` and one of
    ``pointer`` (RFC 6901, into the body), ``parameter`` (of the query) and ``header``.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: Sequence[dict[str, str]] = (),
        status: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.faults = list(faults)
        self.status = status or status_of(code)
        self.headers = headers

    def response(self, path: str) -> Response:
        """The answer to a request for the path."""
        return Response(
            orjson.dumps(self._document(path)),
            status_code=self.status,
            media_type=MEDIA_TYPE,
            headers=self.headers,
        )

    def _document(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": f"urn:problem-type:isp-graph:{self.code.lower().replace('_', '-')}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "detail": self.detail,
            "instance": path,
            "code": self.code,
        }
        if self.faults:
            document["errors"] = self.faults
        return document


def nothing_there() -> Problem:
    """404, the same whatever the reason."""
    return Problem(ErrorCode.NOT_FOUND, _NOTHING_THERE)


def defect(reference: str | None = None) -> Problem:
    """500: nothing is told but a reference to the log, when there is one."""
    detail = f"{_MASKED}, reference {reference}" if reference else _MASKED
    return Problem(errors.INTERNAL, detail)


def unauthenticated(detail: str, *, token_came: bool) -> Problem:
    """401 with the challenge of RFC 6750 §3."""
    challenge = 'Bearer error="invalid_token"' if token_came else "Bearer"
    return Problem(ErrorCode.UNAUTHENTICATED, detail, headers={"WWW-Authenticate": challenge})


def rate_limited(detail: str, retry_after_seconds: int) -> Problem:
    """429: the same may be asked again after so long."""
    return Problem(errors.RATE_LIMITED, detail, headers={"Retry-After": str(retry_after_seconds)})


def unavailable(detail: str) -> Problem:
    """503: nothing is wrong with the request, which may be repeated."""
    return Problem(errors.UNAVAILABLE, detail, headers={"Retry-After": "10"})


def faulty(faults: Sequence[dict[str, str]]) -> Problem:
    """422: inputs that do not fit, all of them at once."""
    detail = faults[0]["detail"] if len(faults) == 1 else f"{len(faults)} inputs are wrong"
    return Problem(errors.BAD_USER_INPUT, detail, faults=faults)
