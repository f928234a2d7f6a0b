"""What is wrong with a reply: faults, internals that show, errors that say too little."""

import json
import re
from collections.abc import Iterator
from typing import Any

from domain.kernel.errors import ErrorCode
from graph import errors
from tests.support.fuzz.doors import CLOSINGS, Reply

_STATUSES = frozenset({200, 201, 204, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 431})
_CODES = frozenset(ErrorCode) | {
    value for name, value in vars(errors).items() if name.isupper() and isinstance(value, str)
}
_INTERNALS = re.compile(
    r"Traceback|asyncpg|sqlalchemy|psycopg|strawberry|starlette|uvicorn|orjson|pydantic|graphql-core"
    r"|SQLSTATE|site-packages|\.py\b|File \\?\"|relation \\?\"|duplicate key|violates|object at 0x"
    r"|<class|unhashable|NoneType|coroutine|__init__|positional argument"
    r"|\b(?:Key|Type|Value|Attribute|Index|Runtime|Assertion|Recursion|Overflow|Unicode\w*)Error\b"
)
#: Errors about the request as a whole: there is no field to name.
_OF_NO_FIELD = frozenset(
    {
        errors.BAD_REQUEST,
        errors.LIMIT_EXCEEDED,
        errors.TIMEOUT,
        ErrorCode.UNAUTHENTICATED,
        "RATE_LIMITED",
    }
)
#: graphql-core tells these of the variables, or of the document, as a whole.
_OF_THE_WHOLE = re.compile(
    "must specify exactly one key|Value for member field|Too many (errors processing variables"
    "|validation errors)"
)
#: A hundred messages of a thousand characters, and that there are more.
_MOST_ERROR_TEXT = 100_100


def findings(reply: Reply) -> Iterator[str]:
    """What is wrong, a line each."""
    if reply.case.door == "socket":
        if reply.status not in CLOSINGS:
            yield f"the socket was closed with {reply.status}"
    elif reply.status not in _STATUSES and not _is_busy(reply):
        yield f"the status is {reply.status}"
    for text in reply.texts:
        yield from _of_text(reply, text)


def _is_busy(reply: Reply) -> bool:
    """Whether others held the rows for too long: to be tried again, and no fault."""
    return reply.status == 503 and outcome(reply) == errors.BUSY


def outcome(reply: Reply) -> str:
    """How it ended: ``done``, the code of the first error, or the status."""
    for text in reply.texts:
        body = json.loads(text) if text else {}
        if isinstance(body, dict) and "code" in body:
            return str(body["code"])
        if isinstance(body, dict) and body.get("errors"):
            return str(body["errors"][0]["extensions"]["code"])
        return "done"
    return str(reply.status)


def _of_text(reply: Reply, text: str) -> Iterator[str]:
    try:
        body = json.loads(text) if text else None
    except ValueError:
        yield f"the body is not JSON: {text[:200]!r}"
        return
    if '"sdl"' not in reply.case.body and (leak := _INTERNALS.search(text)):
        yield f"internals show: {text[max(0, leak.start() - 80) : leak.end() + 80]!r}"
    if reply.media_type == "application/problem+json":
        yield from _of_problem(body)
    elif isinstance(body, dict):
        yield from _of_errors(body, is_live=reply.case.kind == "subscription")


def _of_problem(body: dict[str, Any]) -> Iterator[str]:
    for each in (body, *body.get("errors", ())):
        yield from _of_code(each.get("code"), each.get("detail") or each.get("title"))


def _of_errors(body: dict[str, Any], *, is_live: bool) -> Iterator[str]:
    reported = body.get("errors", [])
    if sum(len(error["message"]) for error in reported) > _MOST_ERROR_TEXT:
        yield "there is too much error text"
    for error in reported:
        code = error.get("extensions", {}).get("code")
        yield from _of_code(code, error.get("message"))
        if code in _OF_NO_FIELD:
            continue
        if "data" in body and "path" not in error:
            yield f"{code} of an executed operation has no path: {error}"
        # A subscription has one field, and that it may not be followed is told of the whole.
        if not is_live and not _is_placed(error):
            yield f"{code} names no place: {error}"


def _is_placed(error: dict[str, Any]) -> bool:
    if {"path", "locations"} & error.keys() or "argumentPath" in error["extensions"]:
        return True
    return _OF_THE_WHOLE.search(error["message"]) is not None


def _of_code(code: Any, message: Any) -> Iterator[str]:
    if code not in _CODES or code == errors.INTERNAL:
        yield f"the code is {code}: {message!r}"
    if not isinstance(message, str) or not message.strip():
        yield f"{code} has no message"
