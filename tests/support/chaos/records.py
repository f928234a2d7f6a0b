"""What the database says once a storm is over: the log, the handlers' effects, what is left."""

import asyncpg

from tests.support.chaos.witnesses import Effect, Fact

_FACTS = """
    select coalesce(position, 0) as position, event_id::text, type, stream, seq, customer_id,
           reseller_id, actor
    from kernel.events order by position
"""
_OPEN = """
    select (select count(*) from kernel.events where position is null)
         + (select count(*) from kernel.event_consumers consumer, kernel.event_head head
            where consumer.position < head.position)
         + (select count(*) from kernel.event_deliveries where status <> 'DEAD')
"""
_DEAD = "select consumer, position, last_error from kernel.event_deliveries where status = 'DEAD'"
#: Customers that live and have no billing account, or have more than one.
_UNBILLED = """
    select customer.id from customer.customers customer
    left join billing.billing_accounts account on account.customer_id = customer.id
    group by customer.id
    having count(account.id) > 1 or (count(account.id) = 0 and customer.deleted_at is null)
"""


async def facts(connection: asyncpg.Connection) -> list[Fact]:
    """The whole log."""
    return [Fact(**dict(row)) for row in await connection.fetch(_FACTS)]


async def effects(connection: asyncpg.Connection) -> list[Effect]:
    """What the storm's handler did, in the order it was done."""
    rows = await connection.fetch("select event_id, stream, position from effects order by id")
    return [Effect(**dict(row)) for row in rows]


async def is_settled(connection: asyncpg.Connection) -> bool:
    """Whether every event has its position and every handler is through."""
    return not await connection.fetchval(_OPEN)


async def leftovers(connection: asyncpg.Connection) -> list[str]:
    """Deliveries that were given up, and customers whose account was not opened just once."""
    dead = [
        f"dead letter of {row['consumer']} at {row['position']}: {row['last_error']}"
        for row in await connection.fetch(_DEAD)
    ]
    unbilled = await connection.fetch(_UNBILLED)
    return dead + [f"no one account of customer {row['id']}" for row in unbilled]
