"""How far the log is ahead of those who read it, as the database knows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class LogLag:
    """The log's ends, and the committed events that the relay has not given a position yet."""

    position: int
    floor: int
    unpositioned: int
    unpositioned_seconds: float


@dataclass(frozen=True, slots=True)
class ConsumerLag:
    """
    What the durable consumers of one name have still to do; the name is what precedes the colon.

    So all webhook endpoints are one, called ``webhook``, and so is a handler of several types.

    ``positions`` and ``seconds`` are counted from its first event that is not done; of several
    consumers the one furthest behind counts, and none that is ``paused``. A dead letter counts as
    done, what waits behind it does not.
    """

    consumer: str
    positions: int
    seconds: float
    pending: int
    running: int
    dead: int
    paused: int


_LOG = text(
    """
    select head.position, head.floor, waiting.number as unpositioned,
        coalesce(extract(epoch from clock_timestamp() - waiting.since), 0)::float8
            as unpositioned_seconds
    from kernel.event_head head, (
        select count(*) as number, min(occurred_at) as since
        from kernel.events where position is null
    ) waiting
    """
)

# The first event that is not done: the first open delivery, or else the first one not looked at.
_CONSUMERS = text(
    """
    with open as (
        select consumer,
            count(*) filter (where status = 'PENDING') as pending,
            count(*) filter (where status = 'RUNNING') as running,
            count(*) filter (where status = 'DEAD') as dead,
            min(position) filter (where status <> 'DEAD') as first
        from kernel.event_deliveries group by consumer
    ), place as (
        select split_part(name, ':', 1) as consumer, paused_at,
            coalesce(pending, 0) as pending, coalesce(running, 0) as running,
            coalesce(dead, 0) as dead, head.position as head,
            case when paused_at is null then coalesce(open.first, consumer.position + 1) end as next
        from kernel.event_consumers consumer
        left join open on open.consumer = consumer.name, kernel.event_head head
    )
    select consumer, sum(pending)::bigint as pending, sum(running)::bigint as running,
        sum(dead)::bigint as dead, count(paused_at) as paused,
        coalesce(max(head - next + 1), 0)::bigint as positions,
        coalesce(max(extract(epoch from clock_timestamp() - event.occurred_at)), 0)::float8
            as seconds
    from place left join lateral (
        select occurred_at from kernel.events where position >= next order by position limit 1
    ) event on true
    group by consumer order by consumer
    """
)


async def log_lag(connection: AsyncConnection) -> LogLag:
    """Where the log stands."""
    row = (await connection.execute(_LOG)).one()
    return LogLag(**row._mapping)


async def consumer_lags(connection: AsyncConnection) -> Sequence[ConsumerLag]:
    """Where the durable consumers stand, by name."""
    return [ConsumerLag(**row._mapping) for row in await connection.execute(_CONSUMERS)]
