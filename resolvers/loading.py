"""Batch loaders over domain queries: one statement per batch, or for several that coincide."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable, Collection, Hashable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.kernel.audit_reads import note
from domain.kernel.paging import Page, empty_page
from resolvers.batching import DataLoader, Fail, Queue
from resolvers.connections import Listing
from resolvers.sharing import Asked, Found, Query, SharedReads

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
        self._asked: list[Asked] = []
        self._is_over = False

    def stop(self) -> None:
        """The operation is over: end what still loads for it, down to its statement."""
        self._is_over = True
        for each in self._asked:
            each.drop()
        # They know the group: without this the garbage collector would have to find all of it.
        self._asked.clear()
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
        return self._loader_by_argument(query, lambda found, key, _: found.get(key, []))

    def one_chosen(self, query: ByKeyAnd[K, A, V]) -> DataLoader[tuple[K, A], V | None]:
        """``(K, choice) → V | None``: one statement for each choice in the operation."""
        return self._loader_by_argument(query, lambda found, key, _: found.get(key))

    def counts(self, query: ByKeyAnd[K, A, int]) -> DataLoader[tuple[K, A], int]:
        """``(K, filter) → int``."""
        return self._loader_by_argument(query, lambda found, key, _: found.get(key, 0))

    def pages(
        self,
        query: ByKeyAnd[K, A, Page[R]],
        count: Callable[[K, A], Awaitable[int]],
    ) -> DataLoader[tuple[K, A], Listing[R]]:
        """``(parent, asked) → Listing``: one statement for each distinct ``asked``."""

        def listing(found: Found, key: K, asked: A) -> Listing[R]:
            return Listing(found.get(key) or empty_page(), lambda: count(key, asked))

        return self._loader_by_argument(query, listing)

    def _loader(self, query: Query, missing: Callable[[Any], Any]) -> DataLoader[Any, Any]:
        def ask(queue: Queue, fail: Fail) -> None:
            def tell(found: Found) -> None:
                for key, future in queue:
                    _settle(future, found[key] if key in found else missing(key))

            self._ask(query, [key for key, _ in queue], (), tell, fail)

        return DataLoader(ask)

    def _loader_by_argument(
        self, query: Query, value: Callable[[Found, Any, Any], Any]
    ) -> DataLoader[Any, Any]:
        """One statement per distinct argument: their number is the document's, not the rows'."""

        def ask(queue: Queue, fail: Fail) -> None:
            parts: dict[Any, Queue] = {}
            for each in queue:
                parts.setdefault(each[0][1], []).append(each)
            for argument, part in parts.items():
                keys = [key for (key, _), _ in part]
                self._ask(query, keys, (argument,), partial(tell, argument, part), fail)

        def tell(argument: Any, part: Queue, found: Found) -> None:
            for (key, _), future in part:
                _settle(future, value(found, key, argument))

        return DataLoader(ask)

    def _ask(
        self,
        query: Query,
        keys: list[Any],
        argument: tuple[Any, ...],
        tell: Callable[[Found], None],
        fail: Fail,
    ) -> None:
        # Once the operation is over nobody waits for what is still asked.
        if not self._is_over:
            self._asked.append(self._reads.ask(query, self._actor, keys, argument, tell, fail))


def _settle(future: Future[Any], value: Any) -> None:
    """Hand out what was loaded, and tell the audit log; pages tell it themselves, as listings."""
    if not future.done():
        note(value if isinstance(value, list) else (value,))
        future.set_result(value)
