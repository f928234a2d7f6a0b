"""Reads of several operations in one statement: what is asked in the same turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable
from contextvars import copy_context
from typing import Any

from domain.kernel.access import Actor
from domain.kernel.database import Database, is_about_values
from domain.kernel.reads import kind_of

#: Whoever asks for more is not kept waiting by others, nor keeps them waiting.
_MOST_KEYS = 100

Found = dict[Any, Any]
Query = Callable[..., Awaitable[Found]]
Place = tuple[Query, Actor, tuple[Hashable, ...]]


class Asked:
    """
    Keys that somebody waits for.

    ``tell`` is called with what is found for them and perhaps others, or ``fail`` with why there is
    nothing, in the context of who asked; neither once it is dropped.
    """

    __slots__ = ("_batch", "_context", "_fail", "_tell", "actor", "is_dropped", "keys")

    def __init__(
        self,
        batch: _Batch,
        actor: Actor,
        keys: Collection[Any],
        tell: Callable[[Found], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._batch = batch
        self.actor = actor
        self.keys = keys
        self.is_dropped = False
        self._tell = tell
        self._fail = fail
        self._context = copy_context()

    def tell(self, found: Found) -> None:
        """This was found."""
        if not self.is_dropped:
            self._context.run(self._tell, found)

    def fail(self, error: Exception) -> None:
        """Nothing was found."""
        if not self.is_dropped:
            self._context.run(self._fail, error)

    def drop(self) -> None:
        """Nobody waits any more. Once nobody waits for any of a read, the read is cancelled."""
        self.is_dropped = True
        self._batch.end_if_dropped()


class _Batch:
    """Those who share one read; others may join as long as it is among those that gather."""

    __slots__ = ("_gathering", "_place", "asked", "keys", "task")

    task: asyncio.Task[None]

    def __init__(self, gathering: dict[Place, _Batch], place: Place) -> None:
        self._gathering = gathering
        self._place = place
        self.keys: dict[Any, None] = {}
        self.asked: list[Asked] = []

    def close(self) -> None:
        if self._gathering.get(self._place) is self:
            del self._gathering[self._place]

    def end_if_dropped(self) -> None:
        if all(each.is_dropped for each in self.asked):
            # At once: who joined what is being cancelled would wait for ever.
            self.close()
            self.task.cancel()


class SharedReads:
    """
    Asks the database once for what several operations ask at the same time.

    Those of readers who see all rows share by role and permissions, others by who they are. A read
    begins after whoever asks for it has asked, so it sees all that was committed by then. One that
    fails by a value, which is some key of somebody's, is tried again for each alone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathering: dict[Place, _Batch] = {}

    def ask(
        self,
        query: Query,
        actor: Actor,
        keys: Collection[Any],
        argument: tuple[Hashable, ...],
        tell: Callable[[Found], None],
        fail: Callable[[Exception], None],
    ) -> Asked:
        """Have ``query(connection, actor, keys, *argument)`` told, or why it failed."""
        # Who sees all rows is nobody in particular: what depended on who asks would find nothing.
        reader = kind_of(actor) if actor.sees_all_rows else actor
        place = (query, reader, argument)
        batch = self._gathering.get(place)
        if batch is None or len(batch.keys) + len(keys) > _MOST_KEYS:
            batch = self._gathering[place] = _Batch(self._gathering, place)
            batch.task = asyncio.create_task(self._gathered(batch, place))
        batch.keys.update(dict.fromkeys(keys))
        asked = Asked(batch, actor, keys, tell, fail)
        batch.asked.append(asked)
        return asked

    async def _gathered(self, batch: _Batch, place: Place) -> None:
        query, reader, argument = place
        try:
            async with self._database.reading_as(reader) as connection:
                # Until there was a connection, others could join.
                batch.close()
                found = await query(connection, reader, list(batch.keys), *argument)
        except Exception as error:
            batch.close()
            await self._failed(batch, error, place)
        else:
            for each in batch.asked:
                _tell(each, found)
        # They know each other: without this the garbage collector would have to find both.
        batch.asked.clear()

    async def _failed(self, batch: _Batch, error: Exception, place: Place) -> None:
        if len(batch.asked) == 1 or not is_about_values(error):
            for each in batch.asked:
                each.fail(error)
            return
        query, _, argument = place
        for each in batch.asked:
            if not each.is_dropped:
                again = _Batch({}, place)
                again.asked.append(each)
                again.keys = dict.fromkeys(each.keys)
                await self._gathered(again, (query, each.actor, argument))


def _tell(asked: Asked, found: Found) -> None:
    try:
        asked.tell(found)
    except Exception as error:
        # The others are still to be told.
        asked.fail(error)
