"""One stay at a broker, from connecting to losing it; what comes after is the backend's affair."""

from abc import ABC, abstractmethod
from collections.abc import Callable

#: Takes channel and message of what was heard.
Hear = Callable[[str, str], None]
OnEnd = Callable[["Link"], None]


class Link(ABC):
    """
    Connections to a broker, used once: opened, and closed for good when anything fails.

    ``hear`` is called for each message, ``end`` as soon as the broker is known to be gone. Any
    exception of a method means the same; none of them bounds its own time.
    """

    def __init__(self, hear: Hear, on_end: OnEnd) -> None:
        self.hear = hear
        self.has_ended = False
        self._on_end = on_end

    def end(self) -> None:
        """The broker is gone, or no longer to be trusted."""
        self.has_ended = True
        self._on_end(self)

    @abstractmethod
    async def open(self) -> None:
        """Connect."""

    @abstractmethod
    async def listen(self, channel: str) -> None:
        """Subscribe; on return the broker has acknowledged it."""

    @abstractmethod
    async def probe(self) -> None:
        """A round trip on every connection: silence on one that is half open is no answer."""

    @abstractmethod
    async def publish(self, channel: str, message: str) -> None:
        """Send, one call at a time."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of everything, also of what is half opened or dead."""
