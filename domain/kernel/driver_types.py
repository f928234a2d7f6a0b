"""How the driver takes types that nearly every row has some of, where its own way costs more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from ipaddress import ip_address, ip_interface
from typing import Any

import orjson

_SCHEMA = "pg_catalog"


def _instant(value: date) -> str:
    return value.isoformat()


def _address(text: str) -> str:
    """The address as Python writes it: IPv6 has more than one way."""
    if ":" not in text:
        return text
    return str(ip_interface(text) if "/" in text else ip_address(text))


#: What writes a value as text, and what makes one of the text, by the name of the type.
_TYPES: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    # asyncpg adds the binary form to another instant, which takes eight times as long.
    "timestamptz": (_instant, datetime.fromisoformat),
    "inet": (str, _address),
    # SQLAlchemy cuts the text out of bytes in Python; it has written what it sends.
    "jsonb": (str, orjson.loads),
}


async def take_as_text(driver: Any) -> None:
    """
    Take instants, addresses and JSON as text on a connection of asyncpg's, with a session in UTC.

    Instants become aware datetimes, JSON what it is in Python; addresses stay text.
    """
    for name, (write, read) in _TYPES.items():
        await driver.set_type_codec(
            name, schema=_SCHEMA, encoder=write, decoder=read, format="text"
        )


@asynccontextmanager
async def binary(driver: Any) -> AsyncIterator[None]:
    """Inside, everything is binary: rows can be copied in no other form."""
    for name in _TYPES:
        await driver.reset_type_codec(name, schema=_SCHEMA)
    try:
        yield
    finally:
        await take_as_text(driver)
