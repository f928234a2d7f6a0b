"""The inbox: how a handler that commits for itself does each event's work only once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import Model


class InboxEntry(Model):
    """A consumer has done this event's work."""

    __tablename__ = "inbox"
    __audited__ = False
    __table_args__ = {"schema": "kernel"}

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


async def first_time(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """
    Whether the consumer's work for the event is still to be done; from now on it is not.

    The answer is part of the session's transaction: call it first, do the work, commit. If that
    is rolled back, the next call says true again. A second caller at the same time waits for the
    first one's end.
    """
    entry = insert(InboxEntry).values(consumer=consumer, event_id=event_id)
    entered = entry.on_conflict_do_nothing().returning(InboxEntry.event_id)
    return await session.scalar(entered) is not None
