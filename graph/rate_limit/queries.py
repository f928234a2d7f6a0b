"""``Query.rateLimit``: the client's budget, as the operation that asks has left it."""

import datetime

import strawberry
from strawberry.federation.schema_directives import Cost

from graph.context import Info


@strawberry.type(
    description="Budget of points, by which operations are charged; null where none is counted",
    directives=[Cost(weight=0)],
)
class RateLimit:
    cost: int = strawberry.field(description="Points that this operation was charged")
    maximum: int | None = strawberry.field(description="Most points that one operation may cost")
    limit: int | None = strawberry.field(description="Points of a minute")
    remaining: int | None = strawberry.field(description="Points left after this operation")
    reset_at: datetime.datetime | None = strawberry.field(
        description="When all points will be back, unless more are spent"
    )


def rate_limit(info: Info) -> RateLimit:
    """Query.rateLimit."""
    charge = info.context.charge
    if charge is None:
        # Run in the process itself, for no client.
        return RateLimit(cost=0, maximum=None, limit=None, remaining=None, reset_at=None)
    return RateLimit(
        cost=charge.requested,
        maximum=charge.maximum,
        limit=charge.limit,
        remaining=charge.remaining,
        reset_at=charge.reset_at,
    )


@strawberry.type
class RateLimitQueries:
    rate_limit: RateLimit = strawberry.field(
        resolver=rate_limit,
        description="Your budget of points, and what this operation was charged",
        directives=[Cost(weight=0)],
    )
