"""What the tariff module holds of a customer: plans and usage."""

from typing import Any

from sqlalchemy import Text, cast, func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.personal_data import told_rows
from domain.tariff.models import PlanAssignment
from domain.tariff.usage_models import TopUp, UsageCounter, UsageDay, UsageRecord


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """The plans the customer was on, and what they used."""
    return {
        "plan_assignments": await told_rows(
            connection, PlanAssignment, PlanAssignment.customer_id == customer_id
        ),
        "usage_records": await told_rows(
            connection, UsageRecord, UsageRecord.customer_id == customer_id
        ),
        "usage_counters": await told_rows(
            connection, UsageCounter, UsageCounter.customer_id == customer_id
        ),
        "usage_days": await told_rows(connection, UsageDay, UsageDay.customer_id == customer_id),
        "top_ups": await told_rows(connection, TopUp, TopUp.customer_id == customer_id),
    }


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Keep what invoices rest on; the keys of usage records may name a session."""
    await connection.execute(
        update(UsageRecord)
        .where(UsageRecord.customer_id == customer_id)
        .values(dedupe_key=func.concat("erased-", cast(UsageRecord.id, Text)))
    )
