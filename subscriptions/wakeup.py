"""Wake-ups over broadcaster: "there is more to read", between processes; the log is the truth."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from broadcaster import Broadcast

_CHANNEL = "isp_graph_events"
_RECONNECT_SECONDS = (0.5, 1.0, 2.0, 5.0)
_LOOK_SECONDS = 5.0
_SEND_SECONDS = 2.0
_ECHO = "echo"

logger = structlog.get_logger(__name__)


class WakeUp:
    """
    One channel, one listener per process; its payload is the head position.

    A lost wake-up costs a reader its poll interval and no event, so failures are logged and
    the broker is connected to anew. ``url``: ``memory://``, ``redis://…`` or ``postgresql://…``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._broadcast: Broadcast | None = None
        self._publishing = asyncio.Lock()
        self._listeners: list[Callable[[], None]] = []

    @property
    def is_connected(self) -> bool:
        """Whether the broker answered when last asked."""
        return self._broadcast is not None

    def on_wakeup(self, listener: Callable[[], None]) -> None:
        """Call the listener at each wake-up, whoever sent it."""
        self._listeners.append(listener)

    async def announce(self, position: int) -> None:
        """Wake every reader up, here at once and elsewhere through the broker."""
        self._wake()
        if self._broadcast is None:
            return
        try:
            await self._publish(self._broadcast, str(position))
        except Exception as error:
            logger.warning("wake-up not sent", error=type(error).__name__)
            self._broadcast = None

    async def run(self) -> None:
        """Listen until cancelled, connecting anew whenever the broker is lost."""
        attempt = 0
        task = asyncio.current_task()
        while True:
            try:
                await self._listen()
                attempt = 0
            except Exception as error:
                # A stock backend that fails while it is left hides that it was cancelled.
                if task is not None and task.cancelling():
                    raise asyncio.CancelledError from error
                logger.warning("wake-up listener lost", error=type(error).__name__)
                attempt = min(attempt + 1, len(_RECONNECT_SECONDS) - 1)
            self._broadcast = None
            await asyncio.sleep(_RECONNECT_SECONDS[attempt])

    async def _listen(self) -> None:
        broadcast = Broadcast(self._url)
        try:
            await broadcast.connect()
            async with broadcast.subscribe(_CHANNEL) as messages:
                self._broadcast = broadcast
                self._wake()  # for what was sent before
                await self._hear(broadcast, messages)
        finally:
            self._broadcast = None
            await _leave(broadcast)

    async def _hear(self, broadcast: Broadcast, messages: Any) -> None:
        """Until a publish fails, or a stock backend has lost its connection in silence."""
        awaits_echo = False
        while self._broadcast is broadcast:
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    message = await messages.get()
            except TimeoutError:
                if awaits_echo:
                    return
                await self._publish(broadcast, _ECHO)
                awaits_echo = True
            else:
                awaits_echo = False
                if message.message != _ECHO:
                    self._wake()

    async def _publish(self, broadcast: Broadcast, message: str) -> None:
        # One at a time: the stock PostgreSQL backend has one connection for everything.
        async with self._publishing, asyncio.timeout(_SEND_SECONDS):
            await broadcast.publish(_CHANNEL, message)

    def _wake(self) -> None:
        for listener in self._listeners:
            listener()


async def _leave(broadcast: Broadcast) -> None:
    # After a connect that failed half-way the first of these does not reach the second.
    for disconnect in (broadcast.disconnect, broadcast._backend.disconnect):
        with contextlib.suppress(Exception):
            await disconnect()
