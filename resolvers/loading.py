"""Batch loaders over domain queries: one statement per batch, each on its own connection."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.audit_reads import note
from domain.kernel.database import Database
from domain.kernel.paging import Page, empty_page
from resolvers.batching import DataLoader
from resolvers.connections import Listing

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

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self._running: set[asyncio.Task[Any]] = set()
        self._is_over = False

    def stop(self) -> None:
        """The operation is over: end what still loads for it, down to its statement."""
        self._is_over = True
        for task in self._running:
            task.cancel()

    def _reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A connection for one batch, which runs in a task that nobody else knows."""
        if self._is_over:
            raise asyncio.CancelledError
        return _Reading(self._running, self._database.reading_as(self._actor))

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
            async with self._reading() as connection:
                found = await query(connection, self._actor, keys)
            _note(found)
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
        async with self._reading() as connection:
            for argument, wanted in parents.items():
                answers = await query(connection, self._actor, wanted, argument)
                found |= {(parent, argument): answer for parent, answer in answers.items()}
        _note(found)
        return found


class _Reading:
    """A loan, with the task that holds it among those that run."""

    def __init__(
        self,
        running: set[asyncio.Task[Any]],
        loan: AbstractAsyncContextManager[AsyncConnection],
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._running = running
        self._loan = loan

    async def __aenter__(self) -> AsyncConnection:
        self._running.add(self._task)
        try:
            return await self._loan.__aenter__()
        except BaseException:
            self._running.discard(self._task)
            raise

    async def __aexit__(self, *failure: Any) -> bool | None:
        try:
            return await self._loan.__aexit__(*failure)
        finally:
            self._running.discard(self._task)


def _note(found: dict[Any, Any]) -> None:
    """Tell the audit log what was loaded; pages tell it themselves, as listings."""
    for value in found.values():
        note(value if isinstance(value, list) else (value,))
