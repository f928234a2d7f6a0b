"""Work that ends when its client leaves."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

#: The status of an answer that nobody reads but the log.
CLIENT_LEFT = 499

#: Where a request's scope has the ``Presence`` of its client.
PRESENCE = "isp_graph.presence"


class Presence:
    """
    The client at the other end of one connection, who is there until the connection ends.

    The connection tells, so that no request needs a task of its own to find out. ``listen`` lets
    the connection read on, without which it would not know.
    """

    def __init__(self, listen: Callable[[], None]) -> None:
        self._listen = listen
        self._has_left = False
        self._working: asyncio.Task[Any] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the client has nothing to do but to wait for an answer, or to leave."""
        return self._working is not None

    def leave(self) -> None:
        """The client has left: end what is being done for it."""
        self._has_left = True
        if self._working is not None:
            self._working.cancel()

    async def spans(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result. Raises ``ClientDisconnect`` if the client leaves before its end."""
        task = asyncio.current_task()
        assert task is not None
        if self._has_left:
            work.close()
            raise ClientDisconnect
        self._working = task
        self._listen()
        try:
            return await work
        except asyncio.CancelledError:
            # Somebody else may have ended it as well: then it is not the client's leaving alone.
            if self._has_left and task.uncancel() == 0:
                raise ClientDisconnect from None
            raise
        finally:
            self._working = None


async def while_present(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """
    The work's result; the work is cancelled if the client leaves.

    Only our protocol tells who leaves: another server's clients are worked for to the end.

    Raises:
        ClientDisconnect: the client has left.
    """
    presence: Presence | None = request.scope.get(PRESENCE)
    return await (work if presence is None else presence.spans(work))
