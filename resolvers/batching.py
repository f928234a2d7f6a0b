"""aiodataloader's loader with less ado: made for each operation, asked for each key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import aiodataloader

K = TypeVar("K")
V = TypeVar("V")

#: Keys that wait, each with what its value is to be put into.
Queue = list[tuple[Any, asyncio.Future[Any]]]
#: What a whole queue is told that has no answer.
Fail = Callable[[Exception], None]


class DataLoader(aiodataloader.DataLoader[K, V]):
    """
    Batches and remembers as aiodataloader does, for hashable keys and on the running loop.

    A batch begins two turns of the loop after its first key, as there: tasks that start in the
    turn between add theirs. It is handed to ``ask``, which settles its futures: a task for each
    batch would take longer than what is done with it.
    """

    def __init__(self, ask: Callable[[Queue, Fail], None]) -> None:
        # Not aiodataloader's: it looks into the function, and does so for each operation.
        self.loop = asyncio.get_running_loop()
        self.get_cache_key = _itself
        self._ask = ask
        self._cache = {}
        self._waiting: Queue = []

    def load(self, key: K) -> asyncio.Future[V]:
        """The value of the key, as soon as its batch is there."""
        future = self._cache.get(key)
        if future is None:
            future = self._cache[key] = self.loop.create_future()
            if not self._waiting:
                self.loop.call_soon(self.loop.call_soon, self._dispatch)
            self._waiting.append((key, future))
        return future

    def _fail(self, queue: Queue, error: Exception) -> None:
        # Not remembered: who asks again may have more luck.
        for key, future in queue:
            self.clear(key)
            if not future.done():
                future.set_exception(error)

    def _dispatch(self) -> None:
        queue, self._waiting = self._waiting, []
        self._ask(queue, partial(self._fail, queue))


def _itself(key: Any) -> Any:
    return key
