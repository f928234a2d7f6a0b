"""The strict decoder: bytes or a message's payload to a GraphQL request."""

import uuid
from typing import Any

import orjson

from graph import errors
from graph.documents import Refused
from graph.execution import Request

_DEEPEST = 40
_SHOWN_LEVELS = 5
_MOST_VALUES = 20_000
_LONGEST_NAME = 200


class Malformed(Refused):
    """Not JSON, or not of the shape of a GraphQL request."""


def parse_json(body: bytes | str) -> Any:
    """
    A JSON value of UTF-8 text: no NaN, no number beyond a double, no lone surrogates.

    Raises:
        Malformed: anything else.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _malformed("This is not valid JSON in UTF-8", []) from None


def decode_json(body: bytes | str) -> Any:
    """
    ``parse_json``, with bounded depth and size and without NUL.

    Raises:
        Refused: anything else.
    """
    value = parse_json(body)
    _check(value)
    return value


def decode_request(payload: Any) -> Request:
    """
    The request in a JSON value from ``parse_json``.

    Raises:
        Malformed: not an object with ``query`` text, ``variables`` object, ``operationName`` text.
        Refused: too deep, too many values, or a NUL somewhere.
    """
    if not isinstance(payload, dict):
        raise _malformed("The request must be a JSON object", [])
    query = payload.get("query")
    if not isinstance(query, str):
        raise _malformed("query must be a GraphQL document as text", ["query"])
    variables = payload.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _malformed("variables must be an object or null", ["variables"])
    name = payload.get("operationName")
    if name is not None and (not isinstance(name, str) or len(name) > _LONGEST_NAME):
        raise _malformed("operationName must be text or null", ["operationName"])
    if not isinstance(payload.get("extensions"), (dict, type(None))):
        raise _malformed("extensions must be an object or null", ["extensions"])
    _check(payload)
    return Request(query, variables or {}, name or None)


def new_request_id() -> str:
    """An id for logs and error references."""
    return uuid.uuid4().hex


def _malformed(message: str, path: list[str]) -> Malformed:
    return Malformed(errors.request_error(message, errors.BAD_REQUEST, path=path))


def _unfit(message: str, path: tuple[str | int, ...], code: str = errors.BAD_USER_INPUT) -> Refused:
    return Refused(errors.request_error(message, code, path=path))


def _check(value: Any) -> None:
    count = 0
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        count += 1
        if count > _MOST_VALUES:
            raise _unfit(f"There are more than {_MOST_VALUES} values", (), errors.BAD_REQUEST)
        if isinstance(item, str) and "\0" in item:
            raise _unfit("A string holds a NUL character", path)
        if isinstance(item, (dict, list)):
            if len(path) >= _DEEPEST:
                message = f"There are more than {_DEEPEST} levels"
                raise _unfit(message, path[:_SHOWN_LEVELS], errors.BAD_REQUEST)
            pending.extend(_children(item, path))


def _children(
    item: dict[str, Any] | list[Any], path: tuple[str | int, ...]
) -> list[tuple[Any, tuple[str | int, ...]]]:
    if isinstance(item, list):
        return [(child, (*path, index)) for index, child in enumerate(item)]
    if any("\0" in key for key in item):
        raise _unfit("An object's key holds a NUL character", path)
    return [(child, (*path, key)) for key, child in item.items()]
