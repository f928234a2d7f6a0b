"""What the data of each type of event looks like, as JSON Schema (2020-12)."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.kernel.events import Event, schema_uri

Schema = dict[str, Any]

_SIMPLE: dict[Any, Schema] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    UUID: {"type": "string", "format": "uuid"},
}


@cache
def data_schema(kind: type[Event]) -> Schema:
    """
    The schema of the type's ``data``, from the fields of its class.

    Every property is there in every event of this version; later ones may have more.
    """
    hints = get_type_hints(kind)
    # A class with its own ``data`` is one whose reseller is what it tells of.
    tells_reseller = kind.data is not Event.data
    names = [field.name for field in fields(kind) if field.name != "reseller_id" or tells_reseller]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_uri(kind.type),
        "type": "object",
        "properties": {name: _schema_of(hints[name]) for name in names},
        "required": sorted(names),
    }


def _schema_of(hint: Any) -> Schema:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [member.value for member in hint]}
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        return {"type": "array", "items": _schema_of(item)}
    if isinstance(hint, UnionType):
        return {
            "anyOf": [_schema_of(part) for part in get_args(hint) if part is not type(None)]
            + [{"type": "null"}]
        }
    raise TypeError(f"an event's field cannot be a {hint}")
