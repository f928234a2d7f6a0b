"""Event streams as a client reads them: one block of lines at a time."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.server import Api

SSE = "text/event-stream"


@dataclass
class Block:
    """The lines up to an empty one; ``comment`` is what a client passes over."""

    event: str | None = None
    data: str | None = None
    id: str | None = None
    retry: str | None = None
    comment: str | None = None

    @property
    def payload(self) -> dict[str, Any]:
        assert self.event == "next", self
        payload: dict[str, Any] = json.loads(self.data or "")
        return payload


class Stream:
    """A response that goes on."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def block(self) -> Block | None:
        """The next block, whatever it is; None at the end."""
        block = Block()
        async with asyncio.timeout(60):
            async for line in self._lines:
                if not line:
                    return block
                name, _, value = line.partition(":")
                setattr(block, name or "comment", value.removeprefix(" "))
        return None

    async def next(self) -> Block:
        """The next block that is an event."""
        while (block := await self.block()) is not None:
            if block.event is not None:
                return block
        raise AssertionError("the stream has ended")

    async def rest(self) -> list[Block]:
        """All events up to the end."""
        events = []
        while (block := await self.block()) is not None:
            if block.event is not None:
                events.append(block)
        return events


def wanting(token: str | None, **headers: str) -> dict[str, str]:
    """Headers of a request for a stream."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    bearer = {} if token is None else {"Authorization": f"Bearer {token}"}
    return {"Accept": SSE, **bearer, **named}


@asynccontextmanager
async def streaming(
    api: Api,
    query: str,
    variables: dict[str, Any] | None = None,
    *,
    token: str | None = "admin",
    **headers: str,
) -> AsyncIterator[Stream]:
    """A stream that has begun: its first block was the hint when to come back."""
    token = api.token() if token == "admin" else token
    body = {"query": query, "variables": variables or {}}
    async with api.http.stream(
        "POST", "/graphql", json=body, headers=wanting(token, **headers)
    ) as response:
        assert response.status_code == 200, await response.aread()
        stream = Stream(response)
        first = await stream.block()
        assert first is not None
        assert first.retry is not None, first
        yield stream
