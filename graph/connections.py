"""Relay connections over the resolvers' listings."""

from collections.abc import Awaitable
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.federation.schema_directives import Cost

from resolvers import connections

T = TypeVar("T")


def _start(root: Any) -> str | None:
    return root.cursors[0] if root.cursors else None


def _end(root: Any) -> str | None:
    return root.cursors[-1] if root.cursors else None


def _total(root: connections.Listing[Any]) -> Awaitable[int]:
    return root.count()


#: What carries rows is no row itself.
_FREE = Cost(weight=0)
#: A count reads the whole list.
_COUNT = Cost(weight=10)


@strawberry.federation.type(
    shareable=True, description="Where a page stands in its list", directives=[_FREE]
)
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more rows follow")
    has_previous_page: bool = strawberry.field(description="Whether more rows come before")
    start_cursor: str | None = strawberry.field(
        resolver=_start, description="Cursor of the first row"
    )
    end_cursor: str | None = strawberry.field(resolver=_end, description="Cursor of the last row")


@strawberry.type(description="A row of a list and its place", directives=[_FREE])
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Opaque place of the row, for `after` and `before`")
    node: T = strawberry.field(description="The row")


@strawberry.type(description="A page of a list, at most 100 rows", directives=[_FREE])
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="Rows with their cursors")
    nodes: list[T] = strawberry.field(description="Rows alone")
    page_info: PageInfo = strawberry.field(description="Where the page stands in the list")
    total_count: int | None = strawberry.field(
        resolver=_total, description="Rows in the whole list; costs a count", directives=[_COUNT]
    )
