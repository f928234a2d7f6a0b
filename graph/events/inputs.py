"""What a subscriber to the event log wants of it."""

import strawberry

from domain.kernel.access import Actor
from domain.kernel.errors import AccessDenied, Invalid
from subscriptions import catalogue, feeds


@strawberry.input(description="Which events to follow: all that are given must hold")
class EventFilter:
    types: list[str] | None = strawberry.field(
        default=None, description="Of these types: `billing.invoice.paid`, `billing.*` or `*`"
    )
    customer_id: int | None = strawberry.field(default=None, description="Of this customer")
    reseller_id: int | None = strawberry.field(
        default=None, description="Of this reseller itself and its own customers at that time"
    )

    def to_domain(self, actor: Actor) -> feeds.EventFilter:
        """
        The filter in names that exist.

        Raises:
            Invalid: a name or pattern that fits no type.
            AccessDenied: a type is named that the actor may not read; patterns leave those out.
        """
        patterns = ["*"] if self.types is None else self.types
        if not patterns:
            raise Invalid(("filter", "types"), "must name a type, or be left out for all")
        named: set[str] = set()
        for number, pattern in enumerate(patterns):
            named |= catalogue.matching(pattern, ("filter", "types", str(number)))
            if pattern in catalogue.EVENT_TYPES and not catalogue.may_read(actor, pattern):
                raise AccessDenied(f"read {pattern} events")
        return feeds.EventFilter(frozenset(named), self.customer_id, self.reseller_id)
