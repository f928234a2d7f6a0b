"""Ending a connection: why, and after how long."""

import asyncio
import contextlib
from types import TracebackType
from typing import Any

_LONGEST_REASON = 123  # octets in a close frame (RFC 6455 §5.5)

TOKEN_EXPIRED = 4403
TOO_MANY = 4429
RESTARTING = 1012
TRY_AGAIN = 1013


class Closing(Exception):
    """The connection is to end with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")


class Lifetime:
    """
    How long a connection may last: a block that ends with a ``Closing`` once its time is up.

    Anybody in the process may change the time and the reason while the block runs.
    """

    def __init__(self) -> None:
        self._closing = Closing(1000, "")
        self._limit = asyncio.timeout(None)

    async def __aenter__(self) -> "Lifetime":
        await self._limit.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._limit.__aexit__(kind, failure, trace)
        except TimeoutError:
            if self._limit.expired():
                raise self._closing from None
            raise

    def ends(self, closing: Closing, *, seconds: float | None = 0) -> None:
        """End the block so, in so many seconds from now; never, for None."""
        when = None if seconds is None else asyncio.get_running_loop().time() + seconds
        # A block that is at its end already has its reason.
        with contextlib.suppress(RuntimeError):
            self._limit.reschedule(when)
            self._closing = closing


def tell_leaving(state: dict[str, Any]) -> bool:
    """Tell what is live in a protocol's state that the process is to end; false if none is."""
    live = state.get("live")
    if live is None:
        return False
    live.leave()
    return True
