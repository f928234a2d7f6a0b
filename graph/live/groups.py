"""Groups: identical subscriptions are executed and serialised once, and handed to all members."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from graph.live.delivery import Delivery
from graph.live.measures import DELIVERIES, MEMBER_OVERFLOWS, MEMBERS
from subscriptions.progress import Progress

RING = 512
BUFFER = 128

#: Members that are handed a delivery before anything else in the process has its turn.
AT_ONCE = 64

#: Hand a delivery on without a turn of anybody's task; false if that cannot be.
Tell = Callable[[Delivery], bool]


def _never(_delivery: Delivery) -> bool:
    return False


class Member:
    """
    What one member of a group has not taken yet, never more than 128 deliveries once it joined.

    On overflow everything is dropped and ``is_behind`` set: the ring or the log has it all.
    ``told`` is what was handed on last while the member waited, if anything was.
    """

    # Thousands are touched for each event: what is not beside each other is fetched from memory.
    __slots__ = (
        "_behind",
        "_is_over",
        "_ready",
        "_takes",
        "_tell",
        "_waiting",
        "is_behind",
        "told",
    )

    def __init__(self, backlog: list[Delivery]) -> None:
        self.told: Delivery | None = None
        self._behind = 0
        self._tell: Tell = _never
        self._ready = asyncio.Event()
        self._is_over = False
        self._takes = False
        self.resume(backlog)

    def resume(self, backlog: list[Delivery]) -> None:
        """Go on with these, which are taken before anything else can come."""
        self.is_behind = False
        self._waiting = deque(backlog)
        if backlog:
            self._wake()

    @property
    def is_idle(self) -> bool:
        """Whether the member has been given, and is done with, all that came."""
        return self._takes

    def put(self, delivery: Delivery) -> None:
        if (self._takes and self._passes(delivery)) or self.is_behind:
            return
        if len(self._waiting) >= BUFFER:
            MEMBER_OVERFLOWS.inc()
            self._waiting.clear()
            self.is_behind = True
        else:
            self._waiting.append(delivery)
        self._wake()

    def end(self) -> None:
        """Nothing more will come."""
        self._is_over = True
        self._wake()

    async def take(self, behind: int = 0, tell: Tell = _never) -> list[Delivery]:
        """
        All that has come, as soon as something has; nothing when behind or at the end.

        Until then ``tell`` is given what comes behind the position, and it is done with if that
        goes. Nothing passes what came before it.
        """
        self.told, self._behind, self._tell = None, behind, tell
        if not self._waiting and not self._is_over:
            self._takes = True
            try:
                await self._ready.wait()
            finally:
                self._takes = False
        self._ready.clear()
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def _passes(self, delivery: Delivery) -> bool:
        """Whether the member has it, or has it now, though its task has not had a turn."""
        position = delivery.position or 0
        if position > self._behind:
            if not self._tell(delivery):
                return False
            self.told, self._behind = delivery, position
        return True

    def _wake(self) -> None:
        self._takes = False
        self._ready.set()


class Group:
    """
    The members of one piece of work and its latest deliveries.

    The ring holds every delivery behind the position ``low``.
    """

    def __init__(self, start: int, on_empty: Callable[["Group"], None]) -> None:
        self.low = start
        self.has_ended = False
        self._ring: deque[Delivery] = deque()
        self._members: set[Member] = set()
        self._on_empty = on_empty
        self.progress = Progress()

    def __len__(self) -> int:
        return len(self._members)

    @property
    def is_idle(self) -> bool:
        """Whether all that the process has read of the log was handed to the members."""
        return self.progress.is_idle

    async def push(self, delivery: Delivery) -> None:
        """Hand the next delivery to every member, a few at a time."""
        if len(self._ring) >= RING:
            self.low = self._ring.popleft().position or self.low
        self._ring.append(delivery)
        DELIVERIES.inc(len(self._members))
        # Who joins meanwhile has it from the ring.
        members = tuple(self._members)
        for start in range(0, len(members), AT_ONCE):
            if start:
                await asyncio.sleep(0)
            for member in members[start : start + AT_ONCE]:
                member.put(delivery)

    def end(self) -> None:
        """There will be nothing more, whatever the reason."""
        self.has_ended = True
        for member in self._members:
            member.end()

    @contextmanager
    def joined(self, position: int) -> Iterator[Member]:
        """A member that is given everything behind the position, which is not below ``low``."""
        # The backlog is copied and the member entered with no await between: no gap, no repeat.
        member = Member(self._behind(position))
        self._members.add(member)
        MEMBERS.inc()
        try:
            yield member
        finally:
            self._members.discard(member)
            MEMBERS.dec()
            if not self._members:
                self._on_empty(self)

    def refill(self, member: Member, position: int) -> bool:
        """Let a member that is behind go on from the ring; false if it has to read the log."""
        if position < self.low:
            return False
        member.resume(self._behind(position))
        return True

    def _behind(self, position: int) -> list[Delivery]:
        return [each for each in self._ring if (each.position or 0) > position]
