"""How many sockets and event streams each principal has open in this process."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from domain.kernel.access import Actor
from graph.live.measures import STREAMS


class TooManyStreams(Exception):
    """The principal has as many open as it may."""

    def __init__(self, most: int) -> None:
        super().__init__(f"More than {most} sockets and event streams of one account")


class Principals:
    """The count of each; all who have not signed in are one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextmanager
    def admitted(self, actor: Actor) -> Iterator[None]:
        """
        One more of the actor's, for the length of the block.

        Raises:
            TooManyStreams: that would be too many.
        """
        if self._open[actor.subject] >= self._most:
            raise TooManyStreams(self._most)
        self._open[actor.subject] += 1
        STREAMS.inc()
        try:
            yield
        finally:
            STREAMS.dec()
            self._open[actor.subject] -= 1
            if not self._open[actor.subject]:
                del self._open[actor.subject]
