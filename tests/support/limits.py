"""A small schema with every kind of declaration, documents for it, and their prices."""

from typing import Any

import strawberry
from graphql import OperationDefinitionNode, parse
from strawberry.federation.schema_directives import Cost, ListSize

from graph.limits.gate import sized
from graph.limits.price import Pricing
from graph.limits.shape import Measured
from graph.limits.weights import Weights


def _none() -> None:
    """A resolver: what has one costs a statement."""


_FREE = Cost(weight=0)
_PAGE = ListSize(
    slicing_arguments=["first", "last"],
    sized_fields=["nodes", "edges"],
    require_one_slicing_argument=False,
)


def _paged(root: Any, first: int | None = None, last: int | None = None) -> None:
    """A resolver of a page."""


def _by_ids(ids: list[strawberry.ID]) -> None:
    """A resolver of as many as are asked for."""


@strawberry.interface
class Thing:
    id: strawberry.ID


@strawberry.type(directives=[_FREE])
class Amount:
    units: int


@strawberry.type
class Line(Thing):
    amount: Amount


@strawberry.type(directives=[_FREE])
class BillEdge:
    node: "Bill"


@strawberry.type(directives=[_FREE])
class BillConnection:
    nodes: list["Bill"]
    edges: list[BillEdge]
    total_count: int = strawberry.field(resolver=_none, directives=[Cost(weight=10)])


@strawberry.type(directives=[Cost(weight=3)])
class Report(Thing):
    text: str


@strawberry.type
class Bill(Thing):
    total: Amount
    lines: list[Line]
    payer: "Person | None" = strawberry.field(resolver=_none)


@strawberry.type
class Person(Thing):
    name: str
    bills: BillConnection = strawberry.field(resolver=_paged, directives=[_PAGE])
    reports: list[Report] = strawberry.field(
        resolver=_none, directives=[Cost(weight=20), ListSize(assumed_size=4)]
    )


@strawberry.type
class Query:
    person: Person | None = strawberry.field(resolver=_none)
    bills: BillConnection = strawberry.field(resolver=_paged, directives=[_PAGE])
    nodes: list[Thing] = strawberry.field(resolver=_by_ids)


@strawberry.type
class Mutation:
    pay: Bill = strawberry.field(resolver=_none)
    sign_in: str = strawberry.field(resolver=_none)


@strawberry.type
class Subscription:
    billed: Bill = strawberry.field(resolver=_none)


SCHEMA = strawberry.federation.Schema(
    query=Query, mutation=Mutation, subscription=Subscription, types=[Report, Line]
)._schema
WEIGHTS = Weights(SCHEMA)


def measured(source: str) -> Measured:
    """The shapes of a document, valid or not."""
    return sized(parse(source)).measured


def pricing(source: str, variables: dict[str, Any] | None = None) -> Pricing:
    """The prices of the document's first operation."""
    document = parse(source)
    operation = next(
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    return Pricing(WEIGHTS, sized(document).outline, operation, variables or {})


def price(source: str, variables: dict[str, Any] | None = None) -> int:
    """Points of the document's first operation."""
    return pricing(source, variables).total()


def bomb(levels: int, last: str) -> str:
    """Fragments that spread the next one twice; ``last`` is what the last one selects."""
    links = " ".join(
        f"fragment F{level} on Person {{ bills {{ nodes {{ payer {{ ...F{level + 1} }}"
        f" again: payer {{ ...F{level + 1} }} }} }} }}"
        for level in range(levels)
    )
    return f"{{ person {{ ...F0 }} }} {links} fragment F{levels} on Person {{ {last} }}"
