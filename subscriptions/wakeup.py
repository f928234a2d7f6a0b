"""Wake-ups over broadcaster: "there is more to read", between processes; the log is the truth."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog
from broadcaster import Broadcast

_CHANNEL = "isp_graph_events"
_RECONNECT_SECONDS = (0.5, 1.0, 2.0, 5.0)
_LOOK_SECONDS = 5.0

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
        self._unheard_since: float | None = None
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
            async with asyncio.timeout(2):
                await self._broadcast.publish(_CHANNEL, str(position))
            self._unheard_since = self._unheard_since or time.monotonic()
        except Exception as error:
            logger.warning("wake-up not sent", error=type(error).__name__)
            self._broadcast = None

    async def run(self) -> None:
        """Listen until cancelled, connecting anew whenever the broker is lost."""
        attempt = 0
        while True:
            try:
                await self._listen()
                attempt = 0
            except Exception as error:
                logger.warning("wake-up listener lost", error=type(error).__name__)
                attempt = min(attempt + 1, len(_RECONNECT_SECONDS) - 1)
            self._broadcast = None
            await asyncio.sleep(_RECONNECT_SECONDS[attempt])

    async def _listen(self) -> None:
        broadcast = Broadcast(self._url)
        await broadcast.connect()
        try:
            async with broadcast.subscribe(_CHANNEL) as messages:
                self._broadcast, self._unheard_since = broadcast, None
                # A stock backend loses its connection in silence: the listener looks now and then.
                while self._broadcast is broadcast and not self._is_deaf():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_SECONDS):
                            await messages.get()
                            self._unheard_since = None
                            self._wake()
        finally:
            self._broadcast = None
            with contextlib.suppress(Exception):
                await broadcast.disconnect()

    def _is_deaf(self) -> bool:
        """What this process sends it must hear itself."""
        since = self._unheard_since
        return since is not None and time.monotonic() - since > _LOOK_SECONDS

    def _wake(self) -> None:
        for listener in self._listeners:
            listener()
