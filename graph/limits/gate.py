"""Where every operation passes before it runs: within the limits, priced, and paid for."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from domain.kernel.access import Actor, Role
from graph.limits import rules
from graph.limits.buckets import MemoryBuckets
from graph.limits.budgets import Budgets, Charge
from graph.limits.groups import Group
from graph.limits.measures import COST
from graph.limits.outline import Outline
from graph.limits.price import Pricing
from graph.limits.prices import Prices
from graph.limits.rules import LIMITS
from graph.limits.shape import Measured, measure
from graph.limits.shared_buckets import SharedBuckets
from graph.limits.weights import weights_of

_COSTLIEST = 10
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Sized:
    """
    A document that parses, measured: made once, however often it is sent.

    ``passed`` are the roles within whose limits it is, as far as they have asked, and ``prices``
    those of its operations by their names.
    """

    outline: Outline
    measured: Measured
    passed: set[Role] = field(default_factory=set)
    prices: dict[str | None, Prices] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one operation to one actor, and the most that it may be, in points."""

    pricing: Pricing
    cost: int
    maximum: int

    def costliest(self) -> list[dict[str, Any]]:
        """The schema coordinates that most of the price is for, the costliest first."""
        shares = self.pricing.shares().most_common(_COSTLIEST)
        return [{"coordinate": name, "cost": cost} for name, cost in shares]


class Gate:
    """The limits of one schema and the budgets of its clients."""

    def __init__(self, schema: GraphQLSchema, budgets: Budgets) -> None:
        self._weights = weights_of(schema)
        self._budgets = budgets
        self._sized: OrderedDict[str, Sized] = OrderedDict()

    async def enter(self, actor: Actor, client: str | None) -> None:
        """Count a request, whatever is in it. Raises ``Refused``: RATE_LIMITED."""
        await self._budgets.enter(actor, client)

    def sized(self, source: str, document: DocumentNode) -> Sized:
        """The document that the source parses to, measured."""
        found = self._sized.pop(source, None) or sized(document)
        self._sized[source] = found
        if len(self._sized) > _REMEMBERED:
            self._sized.popitem(last=False)
        return found

    def check(self, sized: Sized, actor: Actor) -> None:
        """Let a document pass that is small enough to validate. Raises ``Refused``."""
        if actor.role not in sized.passed:
            rules.check(sized.measured, LIMITS[actor.role])
            sized.passed.add(actor.role)

    def quote(
        self,
        sized: Sized,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        actor: Actor,
    ) -> Quote:
        """The price of an operation of a document that was let pass, and the most it may be."""
        pricing = Pricing(self._weights, sized.outline, operation, variables)
        name = operation.name.value if operation.name else None
        prices = sized.prices.setdefault(name, Prices())
        most = LIMITS[actor.role].cost
        return Quote(pricing, prices.total(pricing), min(most, self._budgets.most(actor) or most))

    async def charge(self, quote: Quote, actor: Actor, client: str | None) -> Charge:
        """
        Have the operation paid.

        Raises:
            Refused: LIMIT_EXCEEDED if it costs more than any operation may, RATE_LIMITED if it
                costs more than is left.
        """
        rules.check_cost(quote.cost, quote.maximum, lambda: quote.costliest()[0]["coordinate"])
        charge = Charge(quote.cost, quote.maximum)
        charged = await self._budgets.charge(actor, client, charge)
        COST.observe(quote.cost)
        return charged

    async def show(self, quote: Quote, actor: Actor, client: str | None) -> dict[str, Any]:
        """What the operation would cost, with what is left before it; nothing is taken."""
        nothing = Charge(0, quote.maximum)
        shown = (await self._budgets.charge(actor, client, nothing)).shown()
        return shown | {"requested": quote.cost, "costliest": quote.costliest()}

    async def close(self) -> None:
        """Give up what is held open."""
        await self._budgets.close()


def sized(document: DocumentNode) -> Sized:
    """The syntax tree of a document, measured."""
    outline = Outline.of(document)
    return Sized(outline, measure(outline))


def budgets_in(
    url: str | None, points: Mapping[Group, int], requests: Mapping[Group, int]
) -> Budgets:
    """The budgets of a minute's points and a second's requests, in the Redis at the URL if any."""
    buckets = SharedBuckets(url) if url else MemoryBuckets()
    return Budgets(buckets, points, requests)


def free_budgets() -> Budgets:
    """Nobody is held to any budget: for what runs in this process, without clients."""
    return Budgets(MemoryBuckets(), {}, {})
