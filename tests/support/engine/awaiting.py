"""Values that come later, and lists that come bit by bit."""

import asyncio
import collections
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from typing import Any

Make = Callable[[], Any]


class Later:
    """An awaitable that is no coroutine and no future, and may be awaited again."""

    def __init__(self, make: Callable[[], Awaitable[Any]]) -> None:
        self._make = make

    def __await__(self) -> Generator[Any, None, Any]:
        return self._make().__await__()

    def __repr__(self) -> str:
        return "<later>"


def awaitable(make: Make, way: str, turns: int, *, reusable: bool) -> Awaitable[Any]:
    """What ``make`` gives, after so many turns of the loop; ``reusable``: any number of times."""

    async def wait() -> Any:
        for _ in range(turns):
            await asyncio.sleep(0)
        return make()

    # What is never asked for must not have begun.
    if reusable or way == "later":
        return Later(wait)
    if way == "coroutine":
        return wait()
    return _future(make) if way == "future" else asyncio.ensure_future(wait())


def _future(make: Make) -> asyncio.Future[Any]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle() -> None:
        if future.done():
            return
        try:
            future.set_result(make())
        except StopIteration:
            future.set_exception(RuntimeError("stop"))
        except Exception as error:
            future.set_exception(error)

    loop.call_soon(settle)
    return future


class Again:
    """A list that is made anew, item by item, each time that it is asked for."""

    def __init__(self, items: list[Any], *, fails: bool = False) -> None:
        self._items = items
        self._fails = fails

    def __iter__(self) -> Iterator[Any]:
        yield from self._items
        if self._fails:
            raise ValueError("the list broke off")

    def __repr__(self) -> str:
        return "<iterable>"


class AgainAsync(Again):
    """The same, each item in its time; it is no plain iterable."""

    __iter__ = None  # type: ignore[assignment]

    async def __aiter__(self) -> AsyncIterator[Any]:
        for item in self._items:
            await asyncio.sleep(0)
            yield item
        if self._fails:
            raise ValueError("the list broke off")


def container(kind: str, items: list[Any], *, reusable: bool) -> Any:
    """The items as that kind of list; ``reusable``: one that may be walked again."""
    fails = kind.startswith("failing")
    if "async" in kind:
        again = AgainAsync(items, fails=fails)
        return again if reusable else again.__aiter__()
    if "generator" in kind:
        return Again(items, fails=fails) if reusable else iter(Again(items, fails=fails))
    return _collection(kind, items)


def _collection(kind: str, items: list[Any]) -> Any:
    if kind == "tuple":
        return tuple(items)
    if kind == "deque":
        return collections.deque(items)
    if kind == "dict values":
        return dict(enumerate(items)).values()
    if kind == "range-like":
        return Again(items)
    if kind == "set" and len(items) == 1 and items[0].__hash__ is not None:
        return frozenset(items)
    return list(items)
