"""From a broker's URL to the backend that keeps a link to it."""

import asyncio
from collections.abc import Callable
from functools import partial

from subscriptions.brokers.link import Hear, Link, OnEnd
from subscriptions.brokers.memory import MemoryLink
from subscriptions.brokers.postgres import PostgresLink
from subscriptions.brokers.redis import RedisLink
from subscriptions.brokers.supervised import Pace, SupervisedBackend

NewLink = Callable[[Hear, OnEnd], Link]


def backend_of(url: str, pace: Pace | None = None) -> SupervisedBackend:
    """
    A backend for ``memory://``, ``redis://``, ``rediss://``, ``postgresql://`` or ``postgres://``.

    Raises:
        ValueError: another scheme. The URL, which may hold a password, is not told.
    """
    return SupervisedBackend(_links_of(url), pace or Pace())


async def ask(url: str, *, seconds: float = 5.0) -> None:
    """
    Connect to the broker, ask for an answer and leave.

    Raises:
        ValueError: see ``backend_of``.
        Exception: whatever the broker's driver raises; TimeoutError if nothing came in time.
    """
    link = _links_of(url)(lambda _channel, _message: None, lambda _link: None)
    async with asyncio.timeout(seconds):
        try:
            await link.open()
            await link.probe()
        finally:
            await link.close()


def _links_of(url: str) -> NewLink:
    scheme = url.partition("://")[0]
    if scheme == "memory":
        return MemoryLink
    if scheme in ("redis", "rediss"):
        return partial(RedisLink, url)
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        return partial(PostgresLink, url)
    raise ValueError("a broker is memory://, redis://, rediss:// or postgresql://")
