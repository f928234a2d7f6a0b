"""The ``events`` subscription as a client follows it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.server import Api, Socket
from tests.support.waiting import eventually

EVENTS = """
    subscription Events($filter: EventFilter, $after: String) {
      events(filter: $filter, after: $after) {
        __typename id timestamp cursor
        ... on Event {
          type stream sequence customerId resellerId transactionId actor traceId causationId
          specVersion data
          cloudEvent customer { displayName }
        }
        ... on EventGap { fromCursor toCursor count reason }
      }
    }
"""


class Entries:
    """A running subscription to ``events``."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def some(self, number: int) -> list[dict[str, Any]]:
        entries = []
        for _ in range(number):
            payload = await self._socket.next()
            assert "errors" not in payload, payload
            entries.append(payload["data"]["events"])
        return entries

    async def types(self, number: int) -> list[str]:
        return [entry["type"] for entry in await self.some(number)]


@asynccontextmanager
async def listening(
    api: Api, token: str | None = "admin", *, after: str | None = None, **wanted: Any
) -> AsyncIterator[Entries]:
    """A subscription that misses nothing from now on: ``listening(api, types=["billing.*"])``."""
    groups = api.application.live.groups
    before = groups.followers
    async with api.socket(token) as socket:
        await socket.subscribe(EVENTS, {"filter": wanted or None, "after": after})
        await eventually(lambda: groups.followers > before)
        yield Entries(socket)


async def refusal(api: Api, token: str | None = "admin", **wanted: Any) -> tuple[str, list[str]]:
    """Code and path of the refusal of a filter."""
    async with api.socket(token) as socket:
        await socket.subscribe(EVENTS, {"filter": wanted})
        message = await socket.receive()
    assert message["type"] == "error", message
    extensions = message["payload"][0]["extensions"]
    return extensions["code"], extensions.get("argumentPath", [])
