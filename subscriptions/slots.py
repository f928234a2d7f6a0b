"""A bounded number of handlers at work, first come first served."""

import asyncio


class Slots:
    """So many may be taken at once; who asks for several gets those that are free, at least one."""

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(number)

    async def take(self, most: int) -> int:
        """Wait for a slot, and take more if they are free now; how many were taken (1 to most)."""
        await self._free.acquire()
        taken = 1
        while taken < most and not self._free.locked():
            await self._free.acquire()
            taken += 1
        return taken

    def give_back(self, number: int) -> None:
        """So many are free again."""
        for _ in range(number):
            self._free.release()
