"""Secrets by what they are for, and every place in which none of them may be."""

import base64
import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

from sqlalchemy import text

from domain.kernel.database import Database
from domain.kernel.logging import configure_logging

#: Clients of the tests in the same process, which log what they send.
_CLIENTS = ("httpx", "websockets.client")


def leaks(secrets: Mapping[str, str], places: Mapping[str, str]) -> list[str]:
    """Which secret is in which place, as it is or in another writing."""
    return [
        f"{secret} in {place}"
        for secret, value in secrets.items()
        for place, found in places.items()
        if any(written in found for written in _writings(value))
    ]


def _writings(value: str) -> set[str]:
    octets = value.encode()
    return {value, quote(value), octets.hex(), base64.b64encode(octets).decode().rstrip("=")}


@contextmanager
def every_log() -> Iterator[dict[str, io.StringIO]]:
    """All that is logged at DEBUG, as JSON and as text."""
    streams: dict[str, io.StringIO] = {}
    handlers: list[logging.Handler] = []
    root = logging.getLogger()
    for name, is_json in (("JSON log", True), ("text log", False)):
        configure_logging(level="DEBUG", json=is_json)
        streams[name] = io.StringIO()
        [handler] = root.handlers
        handler.setStream(streams[name])  # type: ignore[attr-defined]
        handlers.append(handler)
    root.handlers[:] = handlers
    for client in _CLIENTS:
        logging.getLogger(client).setLevel(logging.WARNING)
    try:
        yield streams
    finally:
        configure_logging(level="WARNING")


async def dump(database: Database) -> dict[str, str]:
    """Every table of ours as text, octets in hex."""
    tables = text(
        "select oid::regclass::text from pg_class where relkind in ('r', 'm')"
        " and relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')"
        " and relnamespace::regnamespace::text not like 'pg_toast%'"
    )
    async with database.reading() as connection:
        return {
            f"table {name}": "\n".join(
                await connection.scalars(text(f"select each::text from {name} each"))
            )
            for name in list(await connection.scalars(tables))
        }
