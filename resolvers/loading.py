"""Batch loaders over domain queries: one statement per batch, or for several that coincide."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.audit_reads import note
from domain.kernel.paging import Page, empty_page
from resolvers.batching import DataLoader
from resolvers.connections import Listing
from resolvers.sharing import SharedReads

K = TypeVar("K", bound=Hashable)
A = TypeVar("A", bound=Hashable)
V = TypeVar("V")
R = TypeVar("R")

ByKey = Callable[[AsyncConnection, Actor, Collection[K]], Awaitable[dict[K, V]]]
ByKeyAnd = Callable[[AsyncConnection, Actor, Collection[K], A], Awaitable[dict[K, V]]]


class LoaderGroup:
    """
    A module's loaders, each made when first asked for and kept for one operation or event.

    Declare each as a ``cached_property`` that calls one of the methods below.
    """

    def __init__(self, reads: SharedReads, actor: Actor) -> None:
        self._reads = reads
        self._actor = actor
        self._running: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def stop(self) -> None:
        """The operation is over: end what still loads for it, down to its statement."""
        self._is_over = True
        for task in self._running:
            task.cancel()
        # They know the group: without this the garbage collector would have to find all of it.
        for name in [name for name, each in vars(self).items() if isinstance(each, DataLoader)]:
            del vars(self)[name]

    def one(self, query: ByKey[K, V]) -> DataLoader[K, V | None]:
        """``K → V | None``: None when the row is absent or hidden from the actor."""
        return self._loader(query, lambda _key: None)

    def many(self, query: ByKey[K, list[V]]) -> DataLoader[K, list[V]]:
        """``K → list[V]``: empty when there are none."""
        return self._loader(query, lambda _key: [])

    def each(self, query: ByKey[K, V], *, missing: V) -> DataLoader[K, V]:
        """``K → V``: ``missing`` where the query has no entry."""
        return self._loader(query, lambda _key: missing)

    def many_chosen(self, query: ByKeyAnd[K, A, list[V]]) -> DataLoader[tuple[K, A], list[V]]:
        """``(K, choice) → list[V]``: one statement for each choice in the operation."""
        return self._loader_by_argument(query, lambda _key: [])

    def one_chosen(self, query: ByKeyAnd[K, A, V]) -> DataLoader[tuple[K, A], V | None]:
        """``(K, choice) → V | None``: one statement for each choice in the operation."""
        return self._loader_by_argument(query, lambda _key: None)

    def counts(self, query: ByKeyAnd[K, A, int]) -> DataLoader[tuple[K, A], int]:
        """``(K, filter) → int``."""
        return self._loader_by_argument(query, lambda _key: 0)

    def pages(
        self,
        query: ByKeyAnd[K, A, Page[R]],
        count: Callable[[K, A], Awaitable[int]],
    ) -> DataLoader[tuple[K, A], Listing[R]]:
        """``(parent, asked) → Listing``: one statement for each distinct ``asked``."""

        async def load(keys: list[tuple[K, A]]) -> list[Listing[R]]:
            pages = await self._by_argument(query, keys)
            return [
                Listing(
                    pages.get(key) or empty_page(),
                    lambda parent=key[0], asked=key[1]: count(parent, asked),  # type: ignore[misc]
                )
                for key in keys
            ]

        return DataLoader(load)

    def _loader(self, query: Any, missing: Callable[[Any], Any]) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            found = await self._read(query, keys)
            return [found[key] if key in found else missing(key) for key in keys]

        return DataLoader(load)

    def _loader_by_argument(
        self, query: Any, missing: Callable[[Any], Any]
    ) -> DataLoader[Any, Any]:
        async def load(keys: list[tuple[Any, Any]]) -> list[Any]:
            found = await self._by_argument(query, keys)
            return [found[key] if key in found else missing(key) for key in keys]

        return DataLoader(load)

    async def _by_argument(
        self, query: Any, keys: list[tuple[Any, Any]]
    ) -> dict[tuple[Any, Any], Any]:
        """One statement per distinct argument: their number is the document's, not the rows'."""
        parents: dict[Any, list[Any]] = {}
        for parent, argument in keys:
            parents.setdefault(argument, []).append(parent)
        found: dict[tuple[Any, Any], Any] = {}
        for argument, wanted in parents.items():
            answers = await self._read(query, wanted, argument)
            found |= {(parent, argument): answer for parent, answer in answers.items()}
        return found

    async def _read(self, query: Any, keys: list[Any], *argument: Hashable) -> dict[Any, Any]:
        """What is found for the keys, and told to the audit log; pages tell it as listings."""
        if self._is_over:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            shared = await self._reads.read(query, self._actor, keys, *argument)
        finally:
            self._running.discard(task)
        found = {key: shared[key] for key in keys if key in shared}
        for value in found.values():
            note(value if isinstance(value, list) else (value,))
        return found
