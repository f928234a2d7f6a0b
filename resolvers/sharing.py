"""Reads of several operations in one statement: what is asked in the same turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable
from typing import Any

from domain.kernel.access import Actor
from domain.kernel.database import Database
from domain.kernel.reads import kind_of

#: Whoever asks for more is not kept waiting by others, nor keeps them waiting.
_MOST_KEYS = 100

Found = dict[Any, Any]
Query = Callable[..., Awaitable[Found]]


class SharedReads:
    """
    Asks the database once for what several operations ask at the same time.

    Those of readers who see all rows share by role and permissions, others by who they are. A read
    begins after whoever asks for it has asked, so it sees all that was committed by then. What
    fails for several is tried again by each alone, and who is cancelled leaves it to the others.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathering: dict[Hashable, _Batch] = {}

    async def read(
        self, query: Query, actor: Actor, keys: Collection[Any], *argument: Hashable
    ) -> Found:
        """What ``query(connection, actor, keys, *argument)`` finds; more keys than these may be."""
        # Who sees all rows is nobody in particular: what depended on who asks would find nothing.
        reader = kind_of(actor) if actor.sees_all_rows else actor
        place = (query, reader, argument)
        batch = self._gathering.get(place)
        if batch is None or len(batch.keys) + len(keys) > _MOST_KEYS:
            batch = self._gathering[place] = _Batch()
            batch.task = asyncio.create_task(self._run(batch, place))
        found = await batch.found(keys)
        return await self._alone(query, actor, keys, argument) if found is None else found

    async def _run(self, batch: _Batch, place: tuple[Query, Actor, tuple[Hashable, ...]]) -> None:
        query, actor, argument = place
        try:
            async with self._database.reading_as(actor) as connection:
                self._close(batch, place)
                found = await query(connection, actor, list(batch.keys), *argument)
        except Exception as error:
            self._close(batch, place)
            batch.fail(error)
        else:
            batch.tell(found)

    def _close(self, batch: _Batch, place: Hashable) -> None:
        if self._gathering.get(place) is batch:
            del self._gathering[place]

    async def _alone(
        self, query: Query, actor: Actor, keys: Collection[Any], argument: tuple[Hashable, ...]
    ) -> Found:
        async with self._database.reading_as(actor) as connection:
            return await query(connection, actor, keys, *argument)


class _Batch:
    """The keys of those who share one read, and what each of them waits for."""

    __slots__ = ("_waiting", "keys", "task")

    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.keys: dict[Any, None] = {}
        self._waiting: list[asyncio.Future[Found | None]] = []

    async def found(self, keys: Collection[Any]) -> Found | None:
        """What is found for these keys and others; None if the others may be why it failed."""
        self.keys.update(dict.fromkeys(keys))
        told: asyncio.Future[Found | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(told)
        try:
            return await told
        finally:
            if all(each.cancelled() for each in self._waiting):
                self.task.cancel()

    def tell(self, found: Found) -> None:
        """This is what was found."""
        for each in self._waiting:
            if not each.done():
                each.set_result(found)

    def fail(self, error: Exception) -> None:
        """Nothing was found: whoever waits alone is told why."""
        is_shared = len(self._waiting) > 1
        for each in self._waiting:
            if each.done():
                continue
            if is_shared:
                each.set_result(None)
            else:
                each.set_exception(error)
