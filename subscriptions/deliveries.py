"""The deliveries in the database: opened from the log, claimed under a lease, done or given up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.kernel.database import Database
from subscriptions.claims import Claim, LeaseLost

if TYPE_CHECKING:
    from subscriptions.event_bus import Consumer

#: Positions that consumers are moved in one transaction.
_PAGE = 500
#: Open deliveries of a consumer beyond which none are opened for now.
MOST_WAITING = 200
_LONGEST_ERROR = 1000


_REGISTER = text(
    """
    insert into kernel.event_consumers (name, position, is_ordered)
    select asked.name, case when asked.replays then head.floor else head.position end,
        asked.is_ordered
    from unnest(cast(:names as text[]), cast(:replays as bool[]), cast(:ordered as bool[]))
        as asked (name, replays, is_ordered), kernel.event_head head
    order by asked.name
    on conflict (name) do update set is_ordered = excluded.is_ordered
    where event_consumers.is_ordered <> excluded.is_ordered
    """
)

# Scalar subqueries with a limit: "exists" may become a join with all that everybody has open.
# What waits behind a dead letter is no backlog: it must not keep other streams from being opened.
_LOOK = text(
    """
    select consumer.name, consumer.position, head.position as head,
        consumer.paused_at is not null as is_paused,
        coalesce((
            select true from kernel.event_deliveries delivery
            where delivery.consumer = consumer.name and died_at is null
                and ((status = 'PENDING' and available_at <= now())
                    or (status = 'RUNNING' and locked_until < now()))
            order by delivery.position limit 1
        ), false) as is_due,
        case when consumer.position < head.position then (
            select count(*) from (
                select from kernel.event_deliveries delivery
                where delivery.consumer = consumer.name and died_at is null
                    and available_at <= now()
                    and (
                        select true from kernel.event_deliveries earlier
                        where earlier.consumer = delivery.consumer
                            and earlier.stream = delivery.stream
                            and earlier.position < delivery.position
                            and earlier.died_at is not null and consumer.is_ordered
                        order by earlier.position limit 1
                    ) is null
                limit :most_waiting
            ) waiting
        ) else 0 end as waiting
    from kernel.event_consumers consumer, kernel.event_head head
    where consumer.name = any(cast(:names as text[]))
    """
)

# "position = :after" is asked again once the row is locked: no event is opened twice.
_OPEN = text(
    """
    with place as materialized (
        select name from kernel.event_consumers
        where name = any(cast(:names as text[])) and position = :after and paused_at is null
        order by name for no key update skip locked
    ), wanted as (
        select name, pattern, cast(resellers as int[]) as resellers,
            cast(fields as text[]) as fields
        from unnest(
            cast(:consumers as text[]), cast(:patterns as text[]), cast(:resellers as text[]),
            cast(:fields as text[])
        ) as wanted (name, pattern, resellers, fields)
    ), page as materialized (
        select position, event_id, stream, customer_id, reseller_id, type,
            data -> 'changed_fields' as changed
        from kernel.events
        where position > :after and position <= :upto
    ), opened as (
        insert into kernel.event_deliveries
            (consumer, position, event_id, stream, customer_id, status)
        select place.name, page.position, page.event_id, page.stream, page.customer_id, 'PENDING'
        from place, page
        where exists (
            select from wanted where wanted.name = place.name and (
                wanted.pattern = page.type
                or right(wanted.pattern, 2) = '.*'
                    and starts_with(page.type, left(wanted.pattern, -1))
            ) and (wanted.resellers is null or page.reseller_id = any(wanted.resellers))
            and (wanted.fields is null or page.changed is null or page.changed ?| wanted.fields)
        )
        order by place.name, page.position
        returning consumer
    ), moved as (
        update kernel.event_consumers consumer set position = :upto
        from place where consumer.name = place.name
    )
    select distinct consumer from opened
    """
)

_FENCE = """
    consumer = :consumer and position = :position
    and status = 'RUNNING' and attempts = :attempts and worker = :worker
"""
_FINISH = text(f"delete from kernel.event_deliveries where {_FENCE}")  # noqa: S608
_FAIL = text(
    f"""
    update kernel.event_deliveries set
        status = case when :is_dead then 'DEAD' else 'PENDING' end,
        died_at = case when :is_dead then now() end,
        available_at = now() + make_interval(secs => :delay),
        last_error = :error, locked_until = null, worker = null
    where {_FENCE}
    """  # noqa: S608
)
_GIVE_BACK = text(
    f"""
    update kernel.event_deliveries set
        status = 'PENDING', attempts = attempts - 1, locked_until = null, worker = null,
        available_at = now() + make_interval(secs => :delay)
    where {_FENCE}
    """  # noqa: S608
)
_LEAVE = text(
    """
    update kernel.event_deliveries set
        status = 'PENDING', attempts = attempts - 1, locked_until = null, worker = null
    where died_at is null and status = 'RUNNING' and worker = :worker
    """
)


@dataclass(frozen=True, slots=True)
class Place:
    """
    A consumer's place in the log, the log's end, and whether a delivery can be claimed.

    ``waiting`` deliveries, if it is behind, are open and are held up by nothing.
    """

    name: str
    position: int
    head: int
    is_paused: bool
    is_due: bool
    waiting: int

    @property
    def is_behind(self) -> bool:
        return self.position < self.head

    @property
    def is_far_behind(self) -> bool:
        """Whether there is more than is opened at once."""
        return self.head - self.position > _PAGE

    @property
    def is_full(self) -> bool:
        """Whether it has enough to do: the rest stays in the log, where it costs nothing."""
        return self.waiting >= MOST_WAITING


async def register(database: Database, *consumers: Consumer) -> None:
    """Give new consumers their place: the log's beginning, or its end. Known ones keep theirs."""
    values = {
        "names": [consumer.name for consumer in consumers],
        "replays": [consumer.replays for consumer in consumers],
        "ordered": [consumer.is_ordered for consumer in consumers],
    }
    async with database.engine.begin() as connection:
        await connection.execute(_REGISTER, values)


async def look(connection: AsyncConnection, names: Collection[str]) -> list[Place]:
    """Where those consumers stand that have a place, in one statement."""
    rows = await connection.execute(_LOOK, {"names": list(names), "most_waiting": MOST_WAITING})
    return [Place(*row) for row in rows]


async def open_next(
    connection: AsyncConnection, consumers: Collection[Consumer], after: int, head: int
) -> set[str]:
    """
    Open deliveries of the next events for consumers that stand at the same position, and move them.

    Each event is opened once, in order; a consumer that another process moves, or that is paused,
    is left alone. The names of those that got deliveries.
    """
    wanted = [
        (each.name, pattern, _array(each.resellers), _array(each.fields))
        for each in consumers
        for pattern in sorted(each.patterns)
    ]
    rows = await connection.execute(
        _OPEN,
        {
            "names": [consumer.name for consumer in consumers],
            "consumers": [name for name, *_ in wanted],
            "patterns": [pattern for _, pattern, _, _ in wanted],
            "resellers": [resellers for _, _, resellers, _ in wanted],
            "fields": [fields for *_, fields in wanted],
            "after": after,
            "upto": min(after + _PAGE, head),
        },
    )
    return set(rows.scalars())


def _array(items: Collection[int] | Collection[str] | None) -> str | None:
    """
    Numbers or plain names as PostgreSQL writes an array.

    An array's items have all one length, and these do not.
    """
    return None if items is None else "{" + ",".join(sorted(map(str, items))) + "}"


async def finish(session: AsyncSession | AsyncConnection, claim: Claim) -> None:
    """
    The delivery is done: part of the handler's transaction, or after it.

    Raises:
        LeaseLost: it is no longer this try's to finish.
    """
    await _fenced(session, _FINISH, claim)


async def fail(connection: AsyncConnection, claim: Claim, error: str, delay: float | None) -> None:
    """
    The try failed: the next may begin after ``delay`` seconds; None gives the delivery up.

    Raises:
        LeaseLost: it is no longer this try's.
    """
    values = {"is_dead": delay is None, "delay": delay or 0.0, "error": error[:_LONGEST_ERROR]}
    await _fenced(connection, _FAIL, claim, **values)


async def give_back(connection: AsyncConnection, claim: Claim, delay: float) -> None:
    """
    The try was broken off and does not count: another may begin after ``delay`` seconds.

    Raises:
        LeaseLost: it is no longer this try's.
    """
    await _fenced(connection, _GIVE_BACK, claim, delay=delay)


async def leave(connection: AsyncConnection, worker: str) -> None:
    """Give back all that the worker has, when it stops: others need not wait for the leases."""
    await connection.execute(_LEAVE, {"worker": worker})


async def _fenced(
    connection: AsyncSession | AsyncConnection, statement: TextClause, claim: Claim, **values: Any
) -> None:
    """A try's last statement: it finds its delivery only while the lease is the try's own."""
    mine = {"position": claim.position, "attempts": claim.attempts, "worker": claim.worker}
    result = await connection.execute(statement, {"consumer": claim.consumer, **mine, **values})
    if not isinstance(result, CursorResult) or result.rowcount == 0:
        raise LeaseLost
