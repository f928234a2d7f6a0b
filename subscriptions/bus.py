"""The bus at work: opens, claims and hands over deliveries, in any number of processes at once."""

import asyncio
import contextlib
import os
import random
import socket
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from uuid import uuid4

import structlog

from domain.kernel.database import Database
from subscriptions.claims import Claim, Claimant
from subscriptions.deliveries import Place, leave, look, open_next, register
from subscriptions.event_bus import Consumer, ConsumerSource, Registry
from subscriptions.slots import Slots
from subscriptions.trying import Trier

#: Handlers at work at once that hold a connection; the pool has more, for who queries the API.
_IN_TRANSACTION = 8
#: Handlers at work at once that wait for something else than the database.
_OUTSIDE = 24
#: How long a try has its delivery to itself, before another process may take it over. A handler
#: has to end within 0.8 of it, before the database ends a transaction that is idle (15 s).
LEASE_SECONDS = 18.0
#: Deliveries of one stream before others of the consumer may have the slot.
_TURN = 50
_POLL_SECONDS = 1.0
_STOP_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class Bus:
    """Delivers the log to the consumers of the registry and of other sources."""

    def __init__(
        self,
        database: Database,
        registry: Registry,
        *sources: ConsumerSource,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._database = database
        self.registry = registry
        self._sources: tuple[ConsumerSource, ...] = (registry, *sources)
        # A claim is one statement, and a transaction of its own.
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        worker = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self._claimant = Claimant(worker, lease_seconds)
        self._trier = Trier(database, lease=lease_seconds)
        self._woken = asyncio.Event()
        self._slots = {True: Slots(_IN_TRANSACTION), False: Slots(_OUTSIDE)}
        self._busy: Counter[str] = Counter()
        #: Consumers whose handlers were all at work when there was more to claim.
        self._hungry: set[str] = set()
        #: Consumers for which no more is opened until they have done what is open.
        self._full: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """There may be more to deliver."""
        self._woken.set()

    async def start(self) -> None:
        """Give every consumer its place; from now on subscribing does that at once."""
        self.registry.database = self._database
        await register(self._database, *(await self._consumers()).values())

    async def run(self) -> None:
        """Deliver until cancelled; an unreachable database is waited out."""
        try:
            while True:
                self._woken.clear()
                if not await self._try_round():
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_POLL_SECONDS * random.uniform(0.8, 1.2)):  # noqa: S311
                            await self._woken.wait()
        finally:
            await self._stop()

    async def deliver_all(self) -> None:
        """Deliver until every delivery is done, waits for a retry, or is another process's."""
        while True:
            may_be_more = await self._round()
            while self._tasks:
                await asyncio.wait(self._tasks)
            if not may_be_more and not self._full:
                return

    async def _try_round(self) -> bool:
        try:
            return await self._round()
        except Exception as error:
            logger.warning("event bus cannot deliver", error=type(error).__name__)
            return False

    async def _round(self) -> bool:
        """Look once for all consumers what is to do, and begin it; whether more can be opened."""
        consumers = await self._consumers()
        async with self._engine.connect() as connection:
            places = await look(connection, consumers)
        await self._register_new(consumers, places)
        active = [place for place in places if not place.is_paused]
        behind = [place for place in active if place.is_behind and not place.is_full]
        self._full = {place.name for place in active if place.is_full}
        due = {place.name for place in active if place.is_due}
        due |= await self._open(consumers, behind)
        for name in sorted(due):
            self._spawn(partial(self._pull, consumers[name]))
        return any(place.is_far_behind for place in behind)

    async def _consumers(self) -> Mapping[str, Consumer]:
        known: dict[str, Consumer] = {}
        for source in self._sources:
            known.update(await source.consumers())
        return known

    async def _register_new(
        self, consumers: Mapping[str, Consumer], places: Iterable[Place]
    ) -> None:
        new = consumers.keys() - {place.name for place in places}
        if new:
            await register(self._database, *(consumers[name] for name in sorted(new)))

    async def _open(self, consumers: Mapping[str, Consumer], behind: Iterable[Place]) -> set[str]:
        """One statement for all that stand at the same place: nearly always all there are."""
        groups: defaultdict[tuple[int, int], list[Consumer]] = defaultdict(list)
        for place in behind:
            groups[place.position, place.head].append(consumers[place.name])
        opened: set[str] = set()
        for (position, head), group in groups.items():
            async with self._engine.connect() as connection:
                opened |= await open_next(connection, group, position, head)
        return opened

    async def _pull(self, consumer: Consumer) -> None:
        """Claim what is due for the consumer and begin it, as long as it may do more at once."""
        name = consumer.name
        while (free := consumer.most_at_once - self._busy[name]) > 0:
            self._hungry.discard(name)
            # Taken before anything is awaited, so that no second pull takes them too.
            self._busy[name] += free
            claims: list[Claim] = []
            try:
                claims, may_be_more = await self._claim(consumer, free)
            finally:
                self._busy[name] -= free - len(claims)
            for each in claims:
                self._spawn(partial(self._carry, consumer, each))
            if not may_be_more and name not in self._hungry:
                self._open_more(name)
                return
        self._hungry.add(name)

    async def _claim(self, consumer: Consumer, most: int) -> tuple[list[Claim], bool]:
        """Claims that have a slot each, since their leases run; whether there may be more."""
        slots = self._slots[consumer.in_transaction]
        taken = await slots.take(most)
        claims: list[Claim] = []
        try:
            async with self._engine.connect() as connection:
                claims = await self._claimant.claim(connection, consumer, taken)
        finally:
            slots.give_back(taken - len(claims))
        return claims, len(claims) == taken

    async def _carry(self, consumer: Consumer, claimed: Claim) -> None:
        """Try the delivery, and those that follow in its stream as long as it is its turn."""
        try:
            await self._trier.attempt(consumer, claimed)
            for _ in range(_TURN):
                following = await self._claim_next(consumer, claimed.stream)
                if following is None:
                    break
                await self._trier.attempt(consumer, following)
            else:
                self._hungry.add(consumer.name)
        finally:
            self._slots[consumer.in_transaction].give_back(1)
            self._busy[consumer.name] -= 1
        if consumer.name in self._hungry:
            await self._pull(consumer)

    async def _claim_next(self, consumer: Consumer, stream: str) -> Claim | None:
        if not consumer.is_ordered:
            return None
        async with self._engine.connect() as connection:
            return await self._claimant.claim_next(connection, consumer, stream)

    def _open_more(self, name: str) -> None:
        if name in self._full:
            self._full.discard(name)
            self.wake()

    def _spawn(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            # Made here: a task that is cancelled before it begins leaves no coroutine unawaited.
            await work()
        except Exception as error:
            # The next round finds what was left.
            logger.warning("event bus cannot deliver", error=type(error).__name__)

    async def _stop(self) -> None:
        """Break off what is at work, and give it back at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_STOP_SECONDS), self._engine.connect() as connection:
                await leave(connection, self._claimant.worker)
