"""Work that ends when its client leaves."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

#: The status of an answer that nobody reads but the log.
CLIENT_LEFT = 499


async def while_present(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """
    The work's result; the work is cancelled if the client leaves.

    What is left of the request's body is passed over.

    Raises:
        ClientDisconnect: the client has left.
    """
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_departure(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


async def _departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
