"""The demo's outbox: facts in any order, written to the log by the time they happened."""

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.demo.clock import dice, uuid7_at
from domain.demo.loading import Loader
from domain.kernel.events import SPEC_VERSION, Event

_STAGED = "demo_events"
_COLUMNS = (
    "number",
    "event_id",
    "type",
    "stream",
    "customer_id",
    "reseller_id",
    "occurred_at",
    "actor",
    "transaction_id",
    "data",
)
_STAGE = f"""
create temporary table {_STAGED} (
    number bigint, event_id uuid, type text, stream text, customer_id integer,
    reseller_id integer, occurred_at timestamptz, actor text, transaction_id uuid, data jsonb
) on commit drop
"""
_WRITE = f"""
with seen as (
    select staged.stream, coalesce(known.seq, 0) as seq
    from (select distinct stream from {_STAGED}) staged
    left join kernel.event_streams known using (stream)
)
insert into kernel.events
    (event_id, type, spec_version, stream, seq, customer_id, reseller_id, occurred_at, actor,
     transaction_id, data)
select event_id, type, :spec_version, stream,
    seen.seq + row_number() over (partition by stream order by occurred_at, number),
    customer_id, reseller_id, occurred_at, actor, transaction_id, data
from {_STAGED} join seen using (stream)
order by occurred_at, number
"""  # noqa: S608
_COUNT_STREAMS = f"""
insert into kernel.event_streams (stream, seq)
select stream, count(*) from {_STAGED} group by stream
on conflict (stream) do update set seq = event_streams.seq + excluded.seq
"""  # noqa: S608


class EventLog:
    """
    What happened, told when it is made up, and logged once all is told.

    Positions stay null: the relay gives them, as to every event that was committed.
    """

    def __init__(self, connection: AsyncConnection, loader: Loader) -> None:
        self._connection = connection
        self._loader = loader
        self._rows: list[tuple[Any, ...]] = []
        self._chance = dice("events")
        self.count = 0

    async def open(self) -> None:
        """Make the place where facts wait."""
        await self._connection.execute(text(_STAGE))

    def tell(self, at: datetime, actor: str, *events: Event) -> None:
        """What one transaction announced, in this order."""
        transaction_id = uuid7_at(at, self._chance)
        for event in events:
            self.count += 1
            self._rows.append(
                (
                    self.count,
                    uuid7_at(at, self._chance),
                    event.type,
                    event.stream,
                    event.customer_id,
                    event.reseller_id,
                    at,
                    actor,
                    transaction_id,
                    orjson.dumps(event.data()).decode(),
                )
            )

    async def flush(self) -> None:
        """Send what has been told so far."""
        await self._loader.copy(_STAGED, _COLUMNS, self._rows, None)
        self._rows.clear()

    async def close(self) -> None:
        """Write the log: ids follow time, and each stream counts on from where it stands."""
        await self.flush()
        await self._connection.execute(text(f"analyze {_STAGED}"))
        await self._connection.execute(text(_WRITE), {"spec_version": SPEC_VERSION})
        await self._connection.execute(text(_COUNT_STREAMS))
        for table in ("kernel.events", "kernel.event_streams"):
            await self._connection.execute(text(f"analyze {table}"))
