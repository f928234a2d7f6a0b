"""Cursors: opaque texts that name a row's place in one list, filter and order."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger

from domain.kernel.errors import Invalid

if TYPE_CHECKING:
    from domain.kernel.paging import Ordering

#: Enough for a sort key of 401 characters in UTF-8 (a display name).
_LONGEST_CURSOR = 4_096


def encode_cursor(signature: str, values: Sequence[Any]) -> str:
    """An opaque text of the row's place: base64url of version, order and sort keys."""
    place = orjson.dumps([1, signature, *values], default=str)
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def decode_cursor(cursor: str, signature: str, order: Ordering, *, field: str) -> list[Any]:
    """
    The sort keys in the cursor.

    Raises:
        Invalid: not a cursor, or one of another list, filter or order.
    """
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        version, signed, *values = orjson.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
        if (version, signed) != (1, signature) or len(values) != len(order.columns):
            raise ValueError
        return [_typed(value, column) for value, column in zip(values, order.columns, strict=True)]
    except (ValueError, TypeError, OverflowError):
        raise Invalid(field, "is not a cursor of this list, filter and order") from None


def _typed(value: Any, column: Any) -> Any:
    expected: type[Any] = column.type.python_type
    if expected in (datetime, date, UUID) and not isinstance(value, str):
        raise ValueError
    if expected is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if expected in (date, UUID):
        return date.fromisoformat(value) if expected is date else UUID(value)
    if type(value) is not expected or (expected is str and "\0" in value):
        raise ValueError
    largest = 2**63 if isinstance(column.type, BigInteger) else 2**31
    if expected is int and not -largest <= value < largest:
        raise ValueError
    return value
