"""Between the hub and its subscribers: a bounded buffer for each, found by an index."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain

from domain.kernel.events import LoggedEvent
from subscriptions.measures import BUFFER_OVERFLOWS, SUBSCRIBERS

BUFFER = 256


class Buffer:
    """
    What one subscriber has not taken yet, never more than 256 events.

    On overflow everything is dropped and ``has_overflowed`` set: the log has it all.
    ``customer_id`` says that ``matches`` holds for no other customer's events.
    """

    def __init__(
        self, matches: Callable[[LoggedEvent], bool], customer_id: int | None = None
    ) -> None:
        self.matches = matches
        self.customer_id = customer_id
        self.has_overflowed = False
        self._resumes_behind = 0
        self._failure: Exception | None = None
        self._events: deque[LoggedEvent] = deque()
        self._ready = asyncio.Event()
        self._is_awaited = False

    @property
    def is_idle(self) -> bool:
        """Whether the subscriber is done with all that came and waits for more."""
        return self._is_awaited and not self._ready.is_set()

    def put(self, event: LoggedEvent) -> None:
        """Keep the event, or drop it with all the others if there are too many."""
        if self.has_overflowed:
            return
        if len(self._events) >= BUFFER:
            BUFFER_OVERFLOWS.inc()
            self.spill(event.position - 1)
        else:
            self._events.append(event)
            self._ready.set()

    def spill(self, position: int) -> None:
        """Drop everything: what is dropped, and all behind the position, is to be read again."""
        if not self.has_overflowed:
            first = self._events[0].position - 1 if self._events else position
            self._resumes_behind = min(first, position)
            self._events.clear()
            self.has_overflowed = True
            self._ready.set()

    def end(self, failure: Exception) -> None:
        """Let the subscriber's next ``take`` fail."""
        self._failure = failure
        self._ready.set()

    def reopen(self) -> int:
        """Accept events again; the position behind which the dropped ones began."""
        self.has_overflowed = False
        return self._resumes_behind

    async def take(self) -> list[LoggedEvent]:
        """All that has come, as soon as something has; nothing after an overflow."""
        self._is_awaited = True
        try:
            await self._ready.wait()
        finally:
            self._is_awaited = False
        self._ready.clear()
        if self._failure is not None:
            raise self._failure
        taken = list(self._events)
        self._events.clear()
        return taken


class Audience:
    """The buffers of one process: those about one customer found by it, the others asked all."""

    def __init__(self) -> None:
        self._broad: set[Buffer] = set()
        self._by_customer: dict[int, set[Buffer]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Buffer]:
        return chain(self._broad, *self._by_customer.values())

    def add(self, buffer: Buffer) -> None:
        """The buffer is offered every event from now on."""
        # Obtained and added to with no await between: nobody can drop the set meanwhile.
        if buffer.customer_id is None:
            self._broad.add(buffer)
        else:
            self._by_customer.setdefault(buffer.customer_id, set()).add(buffer)
        self._size += 1
        SUBSCRIBERS.inc()

    def remove(self, buffer: Buffer) -> None:
        """The buffer is offered nothing more; an empty place in the index goes with it."""
        if buffer.customer_id is None:
            self._broad.discard(buffer)
        else:
            theirs = self._by_customer[buffer.customer_id]
            theirs.discard(buffer)
            if not theirs:
                del self._by_customer[buffer.customer_id]
        self._size -= 1
        SUBSCRIBERS.dec()

    def tell(self, event: LoggedEvent) -> None:
        """Put the event into every buffer that it matches."""
        concerned = self._by_customer.get(event.customer_id or 0, ())
        for buffer in chain(self._broad, concerned):
            if buffer.matches(event):
                buffer.put(event)
