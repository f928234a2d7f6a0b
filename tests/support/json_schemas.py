"""As much of JSON Schema (2020-12) as our own schemas use; anything else is a mistake in them."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_FORMATS = {"date-time": datetime.fromisoformat, "date": date.fromisoformat, "uuid": UUID}
_KNOWN = {
    "$schema", "$id", "type", "properties", "required", "items", "enum", "anyOf", "format",
    "pattern",
}  # fmt: skip


def faults(schema: dict[str, Any], value: Any, at: str = "$") -> list[str]:
    """Where and why the value does not fit the schema."""
    assert schema.keys() <= _KNOWN, schema
    if "anyOf" in schema:
        fits = any(not faults(each, value, at) for each in schema["anyOf"])
        return [] if fits else [f"{at} fits no alternative"]
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (kind != "boolean" and isinstance(value, bool)):
        return [f"{at} is no {kind}"]
    if kind == "object":
        return _object_faults(schema, value, at)
    if kind == "array":
        items = enumerate(value)
        return [fault for n, item in items for fault in faults(schema["items"], item, f"{at}.{n}")]
    return _text_faults(schema, value, at) if kind == "string" else []


def _object_faults(schema: dict[str, Any], value: dict[str, Any], at: str) -> list[str]:
    missing = [f"{at} lacks {name}" for name in schema["required"] if name not in value]
    unknown = [f"{at} has {name}" for name in value if name not in schema["properties"]]
    wrong = [
        fault
        for name, each in schema["properties"].items()
        if name in value
        for fault in faults(each, value[name], f"{at}.{name}")
    ]
    return missing + unknown + wrong


def _text_faults(schema: dict[str, Any], value: str, at: str) -> list[str]:
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} is none of the values"]
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{at} does not match"]
    try:
        _FORMATS.get(schema.get("format", ""), str)(value)
    except ValueError:
        return [f"{at} is no {schema['format']}"]
    return []
