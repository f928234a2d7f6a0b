"""aiodataloader's loader with less ado: made for each operation, asked for each key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiodataloader

K = TypeVar("K")
V = TypeVar("V")


class DataLoader(aiodataloader.DataLoader[K, V]):
    """
    Batches and remembers as aiodataloader does, for hashable keys and on the running loop.

    A batch begins two turns of the loop after its first key, as there: tasks that start in the
    turn between add theirs.
    """

    def __init__(self, batch_load_fn: Callable[[list[K]], Coroutine[Any, Any, list[V]]]) -> None:
        # Not aiodataloader's: it looks into the function, and does so for each operation.
        self.loop = asyncio.get_running_loop()
        self.batch_load_fn = batch_load_fn
        self.get_cache_key = _itself
        self._cache = {}
        self._queue = []

    def load(self, key: K) -> asyncio.Future[V]:
        """The value of the key, as soon as its batch is there."""
        future = self._cache.get(key)
        if future is None:
            future = self._cache[key] = self.loop.create_future()
            if not self._queue:
                self.loop.call_soon(self.loop.call_soon, aiodataloader.dispatch_queue, self)
            self._queue.append(aiodataloader.Loader(key=key, future=future))
        return future


def _itself(key: Any) -> Any:
    return key
