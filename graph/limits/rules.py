"""How large a document may be, by who sends it, and the refusal of one that is larger."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from graphql import OperationType

from domain.kernel.access import Role
from graph.limits.refusals import limit_error
from graph.limits.shape import Measured, Shape
from graph.refused import Refused

#: Root fields of one operation that check a password, whoever sends it: each costs a hash.
MOST_PASSWORDS = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """
    The most that one document may have; the defaults are for people outside the company.

    ``depth``, ``fields``, ``aliases``, ``fragments`` and the root fields (``root_fields`` of a
    query, ``changes`` of a mutation) count with fragments expanded; ``directives`` as written.
    ``cost`` is in points.
    """

    depth: int = 10
    introspection_depth: int = 16
    root_fields: int = 10
    changes: int = 10
    fields: int = 300
    aliases: int = 15
    fragments: int = 300
    directives: int = 25
    operations: int = 10
    variables: int = 100
    cost: int = 2_000


CUSTOMERS = Limits()
RESELLERS = replace(CUSTOMERS, cost=5_000)
STAFF = Limits(depth=12, root_fields=20, fields=1_000, aliases=50, fragments=500, cost=10_000)
SERVICES = Limits(
    depth=15, root_fields=100, fields=2_000, aliases=200, fragments=1_000, cost=50_000
)

LIMITS: dict[Role, Limits] = {
    Role.ANONYMOUS: CUSTOMERS,
    Role.CUSTOMER: CUSTOMERS,
    Role.RESELLER: RESELLERS,
    Role.SUPPORT: STAFF,
    Role.BILLING: STAFF,
    Role.ADMIN: STAFF,
    Role.SERVICE: SERVICES,
}


def check(measured: Measured, limits: Limits) -> None:
    """
    Let a document pass that is within the limits, whichever of its operations is to run.

    Raises:
        Refused: with code LIMIT_EXCEEDED: the first limit that it passes.
    """
    _check("operations", len(measured.operations), limits.operations)
    _check("variables", measured.variables, limits.variables)
    _check("directives", measured.directives, limits.directives)
    for shape in _shapes(measured):
        _check("fields", shape.fields, limits.fields)
        _check("fragments", shape.fragments, limits.fragments)
        _check("aliases", shape.aliases, limits.aliases)
    for kind, shape in measured.operations:
        # Not of fragments by themselves: they may be parts of an introspection.
        _check("depth", shape.depth, limits.depth)
        _check("introspectionDepth", shape.introspection_depth, limits.introspection_depth)
        is_change = kind is OperationType.MUTATION
        name, most = (
            ("changes", limits.changes) if is_change else ("rootFields", limits.root_fields)
        )
        _check(name, shape.root_fields, most)
        _check("passwords", shape.passwords, MOST_PASSWORDS)


def check_cost(cost: int, maximum: int, costliest: Callable[[], str]) -> None:
    """
    Let an operation pass that is not too dear; ``costliest`` says what most of its price is for.

    Raises:
        Refused: with code LIMIT_EXCEEDED.
    """
    if cost > maximum:
        raise Refused(limit_error("cost", cost, maximum, costliest=costliest()))


def _shapes(measured: Measured) -> Iterator[Shape]:
    yield from (shape for _, shape in measured.operations)
    yield from measured.fragments


def _check(limit: str, measured: int, maximum: int) -> None:
    if measured > maximum:
        raise Refused(limit_error(limit, measured, maximum))
