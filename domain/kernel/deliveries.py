"""What each durable consumer still has to do: its place in the log, and its open deliveries."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigInt, Model


class Permanent(Exception):
    """What a handler raises when no further try can help: the event is a dead letter at once."""


class Unavailable(Exception):
    """What a handler raises when others would not have the event: no fault of anybody's here."""


class DeliveryStatus(StrEnum):
    """A delivery that is done has no row; what is left is open or dead."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DEAD = "DEAD"


class EventConsumer(Model):
    """
    A durable consumer and the last position of the log that it was given deliveries of.

    A paused one is given none and handles none. An ordered one waits, stream by stream, behind
    its dead letters.
    """

    __tablename__ = "event_consumers"
    __audited__ = False
    __table_args__ = {"schema": "kernel"}

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[BigInt]
    is_ordered: Mapped[bool] = mapped_column(server_default=text("true"))
    paused_at: Mapped[datetime | None]


class EventDelivery(Model):
    """
    One event for one consumer, from the log's expansion until the handler is done with it.

    ``attempts`` counts when a try begins, so a handler that takes its process down is counted.
    The indexes ask for ``died_at`` and not for ``status``, which changes with every try: so a try
    rewrites the row and no index.
    """

    __tablename__ = "event_deliveries"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("(status = 'DEAD') = (died_at is not null)", name="dead"),
        Index(
            "event_deliveries_open_idx",
            "consumer",
            "stream",
            "position",
            postgresql_where=text("died_at is null"),
        ),
        Index(
            "event_deliveries_dead_idx",
            "consumer",
            "stream",
            "position",
            postgresql_where=text("died_at is not null"),
        ),
        Index(
            "event_deliveries_died_at_idx",
            "died_at",
            "position",
            "consumer",
            postgresql_where=text("died_at is not null"),
        ),
        {"schema": "kernel", "postgresql_with": {"fillfactor": "70"}},
    )

    consumer: Mapped[str] = mapped_column(
        ForeignKey("kernel.event_consumers.name", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[BigInt] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    stream: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int | None]
    status: Mapped[DeliveryStatus]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    locked_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(Text)
    last_error: Mapped[str | None] = mapped_column(Text)
    died_at: Mapped[datetime | None]
    redrives: Mapped[int] = mapped_column(server_default=text("0"))
