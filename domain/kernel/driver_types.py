"""How the driver takes instants, which nearly every row has some of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any

_INSTANT = "timestamptz"
_SCHEMA = "pg_catalog"


async def take_instants_as_text(driver: Any) -> None:
    """
    On a connection of asyncpg's whose session is in UTC.

    It makes an instant of the binary form by adding to another one, which takes eight times as
    long as Python takes to parse the text.
    """
    await driver.set_type_codec(
        _INSTANT,
        schema=_SCHEMA,
        encoder=_text,
        decoder=datetime.fromisoformat,
        format="text",
    )


@asynccontextmanager
async def binary(driver: Any) -> AsyncIterator[None]:
    """Inside, everything is binary: rows can be copied in no other form."""
    await driver.reset_type_codec(_INSTANT, schema=_SCHEMA)
    try:
        yield
    finally:
        await take_instants_as_text(driver)


def _text(instant: date) -> str:
    return instant.isoformat()
