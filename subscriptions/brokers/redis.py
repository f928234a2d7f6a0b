"""Wake-ups by SUBSCRIBE and PUBLISH of Redis and what speaks its protocol."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from subscriptions.brokers.link import Hear, Link, OnEnd

_PATIENCE_SECONDS = 5


class RedisLink(Link):
    """
    A connection that listens, read by a task of its own, and one that publishes.

    ``url`` is ``redis://`` or ``rediss://`` with redis-py's options.
    """

    def __init__(self, url: str, hear: Hear, on_end: OnEnd) -> None:
        super().__init__(hear, on_end)
        self._url = url
        self._client: Redis | None = None
        self._pubsub: PubSub | None = None
        self._reading: asyncio.Task[None] | None = None
        self._fault: Exception | None = None
        self._acknowledged = asyncio.Event()
        self._answered = asyncio.Event()

    async def open(self) -> None:
        self._client = Redis.from_url(
            self._url,
            protocol=2,
            socket_keepalive=True,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            # It must not connect anew by itself: what was said meanwhile would be missed unseen.
            retry=Retry(NoBackoff(), 0, supported_errors=()),
        )
        self._pubsub = self._client.pubsub()
        await _heeding(self._pubsub.connect())  # type: ignore[no-untyped-call]
        self._reading = asyncio.create_task(self._read(self._pubsub))

    async def listen(self, channel: str) -> None:
        assert self._pubsub is not None
        self._acknowledged.clear()
        await _heeding(self._pubsub.subscribe(channel))
        await self._told(self._acknowledged)

    async def probe(self) -> None:
        assert self._client is not None
        assert self._pubsub is not None
        self._answered.clear()
        await _heeding(self._pubsub.ping("probe"))
        await self._told(self._answered)
        await _heeding(self._client.ping())

    async def publish(self, channel: str, message: str) -> None:
        assert self._client is not None
        await _heeding(self._client.publish(channel, message))

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        for part in (self._pubsub, self._client):
            with contextlib.suppress(Exception):
                if part is not None:
                    await part.aclose()
        if self._reading is not None:
            await asyncio.wait({self._reading})

    async def _told(self, reply: asyncio.Event) -> None:
        await reply.wait()
        if self._fault is not None:
            raise self._fault

    async def _read(self, pubsub: PubSub) -> None:
        try:
            while True:
                message = await pubsub.get_message(timeout=None)
                if message is not None:
                    self._take(message)
        except Exception as error:
            self._fault = error
            self._acknowledged.set()
            self._answered.set()
            self.end()

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "message":
                self.hear(_text(message["channel"]), _text(message["data"]))
            case "subscribe":
                self._acknowledged.set()
            case "pong":
                self._answered.set()


async def _heeding(call: Awaitable[Any]) -> None:
    """
    Await a call of redis-py's, and stay cancelled if it was cancelled.

    8.1 swallows a cancellation that meets its own timeout of zero seconds; asyncio counts it still.
    """
    try:
        await call
    finally:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")
