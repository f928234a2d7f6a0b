"""uvicorn's server, for those who start and stop hundreds of them."""

import asyncio
import contextlib
import socket

import uvicorn

_TICK_SECONDS = 0.1
#: How long clients that have closed their connections take to be noticed.
_LEAVING_SECONDS = 0.05


class PromptServer(uvicorn.Server):
    """
    A server that stops as soon as it is told to, if nobody is connected any more.

    uvicorn's own looks ten times a second whether it is to stop, and sleeps once more then.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Stop serving, as upon a signal."""
        self.should_exit = True
        self._told.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            raise RuntimeError("the application does not start; the log tells why") from None

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if not await self._is_alone():
            await super().shutdown(sockets)
            return
        for each in [*self.servers, *(sockets or ())]:
            each.close()
        await self.lifespan.shutdown()

    async def _is_alone(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LEAVING_SECONDS):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.001)
                return True
        return False
