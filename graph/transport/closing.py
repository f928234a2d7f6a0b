"""Closing a socket: why, and after how long."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

_LONGEST_REASON = 123  # octets in a close frame (RFC 6455 §5.5)


class Closing(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


@contextlib.asynccontextmanager
async def within(seconds: float | None, code: int, reason: str) -> AsyncIterator[None]:
    """
    Let the block take so long, or for ever.

    Raises:
        Closing: it took longer.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise Closing(code, reason) from None
        raise
