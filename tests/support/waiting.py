"""Waiting for what happens elsewhere: asked for again and again, up to a deadline."""

import asyncio
from collections.abc import Callable

#: Longer than the first three waits before a retry (36 s): a busy machine may need them.
_DEADLINE_SECONDS = 90


async def eventually(happened: Callable[[], bool]) -> None:
    """Return as soon as it has happened; fail if it does not."""
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while not happened():
            await asyncio.sleep(0.01)
