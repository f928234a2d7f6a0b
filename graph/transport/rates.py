"""A token bucket: so many at once, and so many a second."""

import time
from collections.abc import Callable


class Bucket:
    """Holds at most ``rate`` tokens and gets as many a second; full at first."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._tokens = rate
        self._filled_at = clock()

    def take(self) -> bool:
        """Take one token; false if there is none."""
        now = self._clock()
        self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
