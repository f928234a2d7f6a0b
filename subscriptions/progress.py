"""Whether a subscription waits for something new, told to whoever runs it."""

from contextvars import ContextVar

from subscriptions.buffers import Buffer


class Progress:
    """
    A look at the hub's buffer behind a subscription.

    The resolvers in between know nothing of it: it goes from ``listen`` to the hub in the
    context of the task that iterates over the subscription.
    """

    def __init__(self) -> None:
        self._buffer: Buffer | None = None

    @property
    def is_idle(self) -> bool:
        """Whether all that the hub has read was told, and done with by whoever iterates."""
        return self._buffer is not None and self._buffer.is_idle

    def listen(self) -> None:
        """Look at what this task follows from now on."""
        _LISTENING.set(self)

    def follows(self, buffer: Buffer) -> None:
        self._buffer = buffer


_LISTENING: ContextVar[Progress | None] = ContextVar("listening", default=None)


def tell(buffer: Buffer) -> None:
    """This task has begun to follow the hub."""
    listening = _LISTENING.get()
    if listening is not None:
        listening.follows(buffer)
