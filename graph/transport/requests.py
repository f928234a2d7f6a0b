"""The strict decoder: bytes or a message's payload to a GraphQL request."""

import os
from typing import Any

import orjson

from graph import errors
from graph.documents import Refused
from graph.execution import Request

_DEEPEST = 40
_SHOWN_LEVELS = 5
_MOST_VALUES = 20_000
_LONGEST_NAME = 200
_REQUEST_ID_OCTETS = 16


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
        Malformed: not an object with ``query`` or ``documentId`` text, ``variables`` object,
            ``operationName`` text, ``extensions`` object.
        Refused: too deep, too many values, or a NUL somewhere.
    """
    if not isinstance(payload, dict):
        raise _malformed("The request must be a JSON object", [])
    is_named = _names_document(payload)
    query = _given(payload, "query", str, "a GraphQL document as text", is_required=not is_named)
    document_id = _given(payload, "documentId", str, "text or null", longest=_LONGEST_NAME)
    variables = _given(payload, "variables", dict, "an object or null")
    name = _given(payload, "operationName", str, "text or null", longest=_LONGEST_NAME)
    extensions = _given(payload, "extensions", dict, "an object or null")
    if not isinstance((extensions or {}).get("dryRun"), bool | None):
        raise _malformed("dryRun must be a boolean or null", ["extensions", "dryRun"])
    _check(payload)
    return Request(query or "", variables or {}, name or None, document_id, extensions or {})


def _given(
    payload: dict[str, Any],
    key: str,
    kind: type[str | dict[str, Any]],
    expected: str,
    *,
    longest: int | None = None,
    is_required: bool = False,
) -> Any:
    """What the payload has under the key, None if nothing. Raises ``Malformed``."""
    value = payload.get(key)
    if value is None and not is_required:
        return None
    if not isinstance(value, kind) or (longest is not None and len(value) > longest):
        raise _malformed(f"{key} must be {expected}", [key])
    return value


def _names_document(payload: dict[str, Any]) -> bool:
    """Whether the document is named instead of given."""
    extensions = payload.get("extensions")
    return payload.get("documentId") is not None or (
        isinstance(extensions, dict) and extensions.get("persistedQuery") is not None
    )


def new_request_id() -> str:
    """An id for logs and error references."""
    return os.urandom(_REQUEST_ID_OCTETS).hex()


def _malformed(message: str, path: list[str]) -> Malformed:
    return Malformed(errors.request_error(message, errors.BAD_REQUEST, path=path))


def _unfit(message: str, path: tuple[str | int, ...], code: str = errors.BAD_USER_INPUT) -> Refused:
    return Refused(errors.request_error(message, code, path=path))


def _check(value: Any) -> None:
    """Raise ``Refused`` if the value is too deep, too large, or has a NUL somewhere."""
    if not _is_plainly_fit(value):
        _find_unfit(value)


def _is_plainly_fit(value: Any) -> bool:
    """Whether there is no need to look closer; level by level, without remembering the way."""
    level, count = [value], 0
    for _ in range(_DEEPEST):
        texts = [item for item in level if isinstance(item, str)]
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                texts += item
                below += item.values()
            elif isinstance(item, list):
                below += item
        count += len(level)
        if count > _MOST_VALUES or any("\0" in text for text in texts):
            return False
        if not below:
            return True
        level = below
    return False


def _find_unfit(value: Any) -> None:
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
