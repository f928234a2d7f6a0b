"""Token buckets: what may be taken at once, and how fast it comes back."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Allowance:
    """A bucket of ``capacity`` that is filled by ``per_second`` until it is full."""

    capacity: int
    per_second: float

    @classmethod
    def per_minute(cls, amount: int) -> "Allowance":
        """All of a minute's at once, and then as it comes back."""
        return cls(amount, amount / 60)

    def seconds_to(self, level: float, wanted: float) -> float:
        """How long until a bucket at the level holds what is wanted."""
        return max(0.0, wanted - level) / self.per_second

    def after(self, level: float, seconds: float) -> float:
        """The level when that time has passed."""
        return min(self.capacity, level + max(0.0, seconds) * self.per_second)


@dataclass(frozen=True, slots=True)
class Taken:
    """
    What came of taking from a bucket: its ``level`` afterwards.

    ``wait_seconds`` is 0 when what was wanted was there, and was taken; otherwise nothing was
    taken and it will be there after so long.
    """

    level: float
    wait_seconds: float = 0.0

    @property
    def is_granted(self) -> bool:
        return self.wait_seconds == 0.0

    @property
    def retry_after_seconds(self) -> int:
        """``wait_seconds`` in whole seconds, as ``Retry-After`` has them."""
        return math.ceil(self.wait_seconds)


class Buckets(Protocol):
    """The buckets of everybody, by key; one that was never taken from is full."""

    async def take(self, key: str, allowance: Allowance, wanted: int) -> Taken:
        """Take all of it or nothing; 0 only looks. At most the bucket's capacity is wanted."""

    async def close(self) -> None:
        """Give up what is held open."""


class MemoryBuckets:
    """The buckets of one process. A key is kept until its bucket must be full again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        #: Level, when it was so, and when it will be full: the longest untouched first.
        self._levels: OrderedDict[str, tuple[float, float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    async def take(self, key: str, allowance: Allowance, wanted: int) -> Taken:
        now = self._clock()
        self._forget_full(now)
        level, since, _ = self._levels.get(key, (allowance.capacity, now, now))
        level = allowance.after(level, now - since)
        wait = allowance.seconds_to(level, wanted)
        if not wait:
            level -= wanted
        full = now + allowance.seconds_to(level, allowance.capacity)
        self._levels[key] = (level, now, full)
        self._levels.move_to_end(key)
        return Taken(level, wait)

    async def close(self) -> None:
        self._levels.clear()

    def _forget_full(self, now: float) -> None:
        # Two at a time: more than can have come since, so that the number stays bounded.
        for _ in range(2):
            key, (_, _, full) = next(iter(self._levels.items()), ("", (0.0, 0.0, math.inf)))
            if full > now:
                return
            del self._levels[key]
