"""Claiming deliveries: which may be tried now, given to one process under a lease."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.deliveries import DeliveryStatus
from domain.kernel.events import LoggedEvent

if TYPE_CHECKING:
    from subscriptions.event_bus import Consumer

#: The error of a delivery whose last try ended without a word.
_ABANDONED = "Abandoned: the process ended, or the lease ran out, before the handler did"

#: The first open one of each stream, unless a dead one is before it. One walk along an index;
#: asking row by row what is before it took a hundred times as long behind a long stream.
_FIRST_OF_STREAMS = """
    select first.position from (
        select distinct on (stream) stream, position from kernel.event_deliveries
        where consumer = :consumer and died_at is null
        order by stream, position
    ) first
    where not exists (
        select from kernel.event_deliveries dead
        where dead.consumer = :consumer and dead.stream = first.stream
            and dead.position < first.position and dead.died_at is not null
    )
"""
#: The same for one stream, which costs the same however much is open.
_FIRST_OF_STREAM = """
    select first.position from (
        select position from kernel.event_deliveries
        where consumer = :consumer and stream = :stream and died_at is null
        order by position limit 1
    ) first
    where not exists (
        select from kernel.event_deliveries dead
        where dead.consumer = :consumer and dead.stream = :stream
            and dead.position < first.position and dead.died_at is not null
    )
"""
_IS_DUE = """
    died_at is null
        and ((status = 'PENDING' and available_at <= now())
            or (status = 'RUNNING' and locked_until < now()))
        and exists (
            select from kernel.event_consumers
            where name = :consumer and paused_at is null and (select true from lenient)
        )
"""
_DUE = f"""
    select position from kernel.event_deliveries
    where consumer = :consumer and {_IS_DUE}
    order by position limit :most for update skip locked
"""  # noqa: S608
# Candidates are looked up one by one, in order, until there are enough that nobody has locked.
_DUE_OF = f"""
    select delivery.position from ({{candidates}} order by position offset 0) candidate
    cross join lateral (
        select position from kernel.event_deliveries
        where consumer = :consumer and position = candidate.position and {_IS_DUE}
        for update skip locked
    ) delivery
    limit :most
"""  # noqa: S608
_EVENT_COLUMNS = ", ".join(f"event.{field.name}" for field in fields(LoggedEvent))
# A claim that a crash of the database undoes costs nothing, so its commit waits for no disk.
_CLAIM = """
    with lenient as materialized (select set_config('synchronous_commit', 'off', true)),
    due as materialized ({due}
    ), claimed as (
        update kernel.event_deliveries delivery set
            status = case when attempts < :tries then 'RUNNING' else 'DEAD' end,
            died_at = case when attempts < :tries then null else now() end,
            last_error = case when attempts < :tries then last_error else :abandoned end,
            attempts = least(attempts + 1, :tries),
            locked_until = now() + make_interval(secs => :lease),
            worker = :worker
        from due where delivery.consumer = :consumer and delivery.position = due.position
        returning delivery.position, delivery.event_id, delivery.stream, delivery.status,
            delivery.attempts
    )
    select claimed.position, claimed.stream, claimed.attempts, claimed.status, {event_columns}
    from claimed left join lateral (
        select * from kernel.events where event_id = claimed.event_id limit 1
    ) event on true
    order by claimed.position
"""


def _claiming(due: str) -> TextClause:
    return text(_CLAIM.format(due=due, event_columns=_EVENT_COLUMNS))


_CLAIM_ANY = _claiming(_DUE)
_CLAIM_IN_ORDER = _claiming(_DUE_OF.format(candidates=_FIRST_OF_STREAMS))
_CLAIM_NEXT = _claiming(_DUE_OF.format(candidates=_FIRST_OF_STREAM))


class LeaseLost(Exception):
    """The try took longer than its lease, and the delivery is another's by now."""


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One try of one delivery: worker and number of the try are the fence round its end.

    ``event`` is None if the log has lost it. ``is_dead`` if the tries were used up before.
    """

    consumer: str
    position: int
    stream: str
    attempts: int
    worker: str
    is_dead: bool
    event: LoggedEvent | None


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims, and for how many seconds."""

    worker: str
    lease: float

    async def claim(
        self, connection: AsyncConnection, consumer: Consumer, most: int
    ) -> list[Claim]:
        """
        The consumer's next deliveries, oldest first; the try is counted.

        The connection must be on AUTOCOMMIT: a claim is a transaction. Those whose last try never
        ended are given up here: they are dead when they come back.
        """
        statement = _CLAIM_IN_ORDER if consumer.is_ordered else _CLAIM_ANY
        return await self._claim(connection, statement, consumer, most=most)

    async def claim_next(
        self, connection: AsyncConnection, consumer: Consumer, stream: str
    ) -> Claim | None:
        """
        The same for the next delivery of one stream.

        Its cost does not grow with what the consumer has open, as that of ``claim`` does when a
        long stream is worked off.
        """
        claims = await self._claim(connection, _CLAIM_NEXT, consumer, most=1, stream=stream)
        return claims[0] if claims else None

    async def _claim(
        self, connection: AsyncConnection, statement: TextClause, consumer: Consumer, **asked: Any
    ) -> list[Claim]:
        mine = {"worker": self.worker, "lease": self.lease, "abandoned": _ABANDONED}
        theirs = {"consumer": consumer.name, "tries": consumer.retry.tries}
        rows = await connection.execute(statement, {**mine, **theirs, **asked})
        return [
            Claim(
                consumer=consumer.name,
                position=position,
                stream=stream,
                attempts=attempts,
                worker=self.worker,
                is_dead=status == DeliveryStatus.DEAD,
                event=LoggedEvent(*event) if event[0] is not None else None,
            )
            for position, stream, attempts, status, *event in rows
        ]
