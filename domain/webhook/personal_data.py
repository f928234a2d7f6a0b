"""What the webhook module holds of a customer: which of their events were sent where."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.events import EventRow
from domain.kernel.personal_data import told_rows
from domain.webhook.models import WebhookAttempt


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """Every request that carried an event of theirs; the receiver's answer is not their data."""
    attempts = await told_rows(
        connection,
        WebhookAttempt,
        WebhookAttempt.event_id.in_(_own_events(customer_id)),
        leave_out={"response"},
    )
    return {"webhook_deliveries": attempts}


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Forget what receivers answered: it may quote what they were sent."""
    await connection.execute(
        update(WebhookAttempt)
        .where(WebhookAttempt.event_id.in_(_own_events(customer_id)))
        .values(response=None)
    )


def _own_events(customer_id: int) -> Any:
    return select(EventRow.event_id).where(EventRow.customer_id == customer_id)
