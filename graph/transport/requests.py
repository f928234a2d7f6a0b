"""The strict decoder: bytes or a message's payload to a GraphQL request."""

from typing import Any

import orjson

from graph import errors
from graph.documents import Refused
from graph.execution import Request

_DEEPEST = 40
_MOST_VALUES = 20_000
_LONGEST_NAME = 200


def decode_json(body: bytes | str) -> Any:
    """
    A JSON value of UTF-8 text: no NaN, no lone surrogates, bounded depth and size, no NUL.

    Raises:
        Refused: anything else.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(
            errors.request_error("The body is not valid JSON in UTF-8", errors.BAD_REQUEST)
        ) from None
    _check(value)
    return value


def decode_request(payload: Any) -> Request:
    """
    The request in a decoded JSON value.

    Raises:
        Refused: not an object with ``query`` text, ``variables`` object, ``operationName`` text.
    """
    if not isinstance(payload, dict):
        raise _wrong("The request must be a JSON object", [])
    query = payload.get("query")
    if not isinstance(query, str) or not query.strip():
        raise _wrong("query must be a GraphQL document as text", ["query"])
    variables = payload.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _wrong("variables must be an object or null", ["variables"])
    name = payload.get("operationName")
    if name is not None and (not isinstance(name, str) or len(name) > _LONGEST_NAME):
        raise _wrong("operationName must be text or null", ["operationName"])
    if not isinstance(payload.get("extensions"), (dict, type(None))):
        raise _wrong("extensions must be an object or null", ["extensions"])
    return Request(query, variables or {}, name or None)


def _wrong(message: str, path: list[str]) -> Refused:
    return Refused(errors.request_error(message, errors.BAD_REQUEST, path=path))


def _check(value: Any) -> None:
    count = 0
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        count += 1
        if count > _MOST_VALUES:
            raise _wrong(f"The body has more than {_MOST_VALUES} values", [])
        if isinstance(item, str) and "\0" in item:
            raise Refused(
                errors.request_error(
                    "A string holds a NUL character", errors.BAD_USER_INPUT, path=path
                )
            )
        if isinstance(item, (dict, list)):
            if len(path) >= _DEEPEST:
                raise _wrong(f"The body is nested deeper than {_DEEPEST} levels", [])
            pending.extend(_children(item, path))


def _children(
    item: dict[str, Any] | list[Any], path: tuple[str | int, ...]
) -> list[tuple[Any, tuple[str | int, ...]]]:
    if isinstance(item, list):
        return [(child, (*path, index)) for index, child in enumerate(item)]
    if any("\0" in key for key in item):
        raise _wrong("An object's key holds a NUL character", [])
    return [(child, (*path, key)) for key, child in item.items()]
