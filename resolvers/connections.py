"""What stands behind a Relay connection: a page, and a count that is made only when asked for."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from domain.kernel.audit_reads import note
from domain.kernel.paging import Page

R = TypeVar("R")


class Edge(Generic[R]):
    """A row and its cursor, which is written only when it is asked for."""

    __slots__ = ("_index", "_page", "node")

    def __init__(self, page: Page[R], index: int, node: R) -> None:
        self._page = page
        self._index = index
        self.node = node

    @property
    def cursor(self) -> str:
        return self._page.cursors[self._index]


class Listing(Generic[R]):
    """A page of a list; ``count()`` awaits the number of rows in the whole list."""

    __slots__ = ("count", "page")

    def __init__(self, page: Page[R], count: Callable[[], Awaitable[int]]) -> None:
        self.page = page
        self.count = count
        note(page.items)

    @property
    def edges(self) -> list[Edge[R]]:
        page = self.page
        return [Edge(page, index, node) for index, node in enumerate(page.items)]

    @property
    def nodes(self) -> Sequence[R]:
        return self.page.items

    @property
    def page_info(self) -> Page[R]:
        return self.page
