"""Facts and their outbox: an event is a row of the transaction that made it true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigInt, Model
from domain.kernel.ids import uuid7
from domain.kernel.logging import current_trace_id, tracing

if TYPE_CHECKING:
    from domain.kernel.unit_of_work import UnitOfWork

SPEC_VERSION = 1
_cause: ContextVar[UUID | None] = ContextVar("cause", default=None)

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")

# As the driver takes them: nearly every change announces something. The event's own number and
# instant are taken once the stream is locked, so they have the stream's order.
_NUMBER = """
    insert into kernel.event_streams as stream (stream, seq) values ($1, 1)
    on conflict (stream) do update set seq = stream.seq + 1
    returning seq
"""
_APPEND = """
    insert into kernel.events (
        event_id, type, spec_version, stream, seq, customer_id, reseller_id, actor, trace_id,
        causation_id, transaction_id, data
    )
    select $2, $3, $4, $1, seq, $5, $6, $7, $8, $9, $10, $11 from {numbered}
"""
_NUMBER_AND_APPEND = f"with numbered as ({_NUMBER}) {_APPEND.format(numbered='numbered')}"
_APPEND_NUMBERED = _APPEND.format(numbered="(values ($12::bigint)) numbered (seq)")


class EventStream(Model):
    """Order within one aggregate: its row is the lock, its ``seq`` the counter."""

    __tablename__ = "event_streams"
    __audited__ = False
    __table_args__ = {"schema": "kernel", "postgresql_with": {"fillfactor": "50"}}

    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[BigInt]


class EventRow(Model):
    """
    One event, written once and never changed but for its ``position``.

    ``id`` is the order of insertion (sequence cache 1). ``position`` is the public total order,
    without holes, given by the relay after commit; until then it is null. The table is partitioned
    by the time in ``event_id`` (UUIDv7), which lets old months be dropped whole; the price is that
    the database can't enforce that ``position`` and ``(stream, seq)`` are unique: the locked rows
    of ``EventHead`` and ``EventStream`` do.
    """

    __tablename__ = "events"
    __audited__ = False
    __table_args__ = (
        Index("events_unpositioned_idx", "id", postgresql_where=text("position is null")),
        Index("events_position_idx", "position"),
        Index("events_customer_id_position_idx", "customer_id", "position"),
        Index("events_reseller_id_position_idx", "reseller_id", "position"),
        {"schema": "kernel", "postgresql_partition_by": "range (event_id)"},
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Not an identity column: before PostgreSQL 17 partitions do not have those.
    id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("nextval('kernel.events_id_seq')")
    )
    position: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(Text)
    spec_version: Mapped[int]
    stream: Mapped[str] = mapped_column(Text)
    seq: Mapped[BigInt]
    customer_id: Mapped[int | None]
    reseller_id: Mapped[int | None]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[str] = mapped_column(Text)
    trace_id: Mapped[str | None] = mapped_column(Text)
    causation_id: Mapped[UUID | None]
    transaction_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]


class EventHead(Model):
    """
    The log's one row: newest position, newest that was removed (0 for none), what seals cursors.

    ``epoch`` changes when the log is restored to an earlier state: cursors of before are void.
    """

    __tablename__ = "event_head"
    __audited__ = False
    __table_args__ = {"schema": "kernel"}

    one: Mapped[bool] = mapped_column(primary_key=True)
    position: Mapped[BigInt]
    floor: Mapped[BigInt]
    epoch: Mapped[UUID]
    cursor_key: Mapped[bytes]


@dataclass(frozen=True, kw_only=True)
class Event:
    """
    A fact that a module announces; a subclass per type, in the past tense.

    Its fields are the ``data`` of the guide's envelope (``customer_id`` included); keep them
    small and poor in personal data: events outlive deletions. ``reseller_id`` is the customer's
    reseller at that time: the event's tenancy, not part of ``data``.
    """

    type: ClassVar[str]

    customer_id: int | None = None
    reseller_id: int | None = None

    @property
    def stream(self) -> str:
        """The aggregate whose events keep their order among themselves."""
        return f"customer:{self.customer_id}"

    def data(self) -> dict[str, Any]:
        """The fields as JSON values, in snake_case."""
        return {
            field.name: _json_value(getattr(self, field.name))
            for field in fields(self)
            if field.name != "reseller_id"
        }


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as read from the log: it has its place in the total order."""

    position: int
    event_id: UUID
    type: str
    spec_version: int
    stream: str
    seq: int
    customer_id: int | None
    reseller_id: int | None
    occurred_at: datetime
    actor: str
    trace_id: str | None
    transaction_id: UUID
    data: dict[str, Any]
    causation_id: UUID | None = None

    def envelope(self) -> dict[str, Any]:
        """The guide's envelope (``event_type``, ``timestamp``, ``data``) and what ours adds."""
        return {
            "event_type": self.type,
            "timestamp": self.occurred_at.isoformat().replace("+00:00", "Z"),
            "data": self.data,
            "id": str(self.event_id),
            "position": self.position,
            "sequence": self.seq,
            "customer_id": self.customer_id,
            "transaction_id": str(self.transaction_id),
            "actor": self.actor,
            "trace_id": self.trace_id,
            "causation_id": None if self.causation_id is None else str(self.causation_id),
            "spec_version": self.spec_version,
        }

    def cloud_event(self) -> dict[str, Any]:
        """
        The event in CloudEvents 1.0 structured JSON (``application/cloudevents+json``).

        ``sequence`` counts within ``stream`` and sorts as text; ``partitionkey`` keeps all events
        of one customer together. ``traceparent`` (W3C) is there if a request made the change.
        """
        subject = self.stream if self.customer_id is None else str(self.customer_id)
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": str(self.event_id),
            "source": "/isp-graph",
            "type": self.type,
            "time": _json_value(self.occurred_at),
            "subject": subject,
            "partitionkey": subject,
            "stream": self.stream,
            "sequence": f"{self.seq:020}",
            "dataschema": schema_uri(self.type, self.spec_version),
            "datacontenttype": "application/json",
            "data": self.data,
        }
        if self.trace_id is not None and _TRACE_ID.fullmatch(self.trace_id):
            # The event stands for the span that announced it: its random half is the parent id.
            event["traceparent"] = f"00-{self.trace_id}-{self.event_id.hex[16:]}-00"
        return event


def schema_uri(event_type: str, version: int = SPEC_VERSION) -> str:
    """The name of the JSON Schema of ``data`` in that version of the type."""
    return f"urn:isp-graph:{event_type}:{version}"


def current_cause() -> UUID | None:
    """The event that is being handled, if one is."""
    return _cause.get()


@contextmanager
def caused_by(event: LoggedEvent) -> Iterator[None]:
    """Events announced inside name this one as their cause, and its request as their trace."""
    token = _cause.set(event.event_id)
    try:
        with tracing(event.trace_id):
            yield
    finally:
        _cause.reset(token)


async def append(uow: UnitOfWork, event: Event) -> None:
    """Insert the event's row under its stream's lock. Call ``UnitOfWork.announce`` instead."""
    connection = await uow.connection()
    arguments = _arguments(uow, event)
    if uow.actor.sees_all_rows:
        await connection.exec_driver_sql(_NUMBER_AND_APPEND, arguments)
        return
    # A tenant may tell what has its number in a stream of its own: the policy looks for one that
    # was there before the statement.
    numbered = await connection.exec_driver_sql(_NUMBER, (event.stream,))
    await connection.exec_driver_sql(_APPEND_NUMBERED, (*arguments, numbered.scalar_one()))


def _arguments(uow: UnitOfWork, event: Event) -> tuple[Any, ...]:
    return (
        event.stream,
        uuid7(),
        event.type,
        SPEC_VERSION,
        event.customer_id,
        event.reseller_id,
        uow.initiator.subject,
        current_trace_id(),
        _cause.get(),
        uow.transaction_id,
        orjson.dumps(event.data()).decode(),
    )


def _json_value(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    return value
