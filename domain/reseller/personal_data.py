"""What the reseller module holds of a customer: that a reseller earned commission on invoices."""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.personal_data import told_rows
from domain.reseller.models import CommissionEntry

#: What a reseller earned is the reseller's secret (GDPR art. 15(4)).
_TRADE_SECRETS = {"base_minor", "rate_percent", "amount_minor", "note", "settlement_id", "state"}


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """On which invoices a reseller earned commission."""
    entries = await told_rows(
        connection,
        CommissionEntry,
        CommissionEntry.customer_id == customer_id,
        leave_out=_TRADE_SECRETS,
    )
    return {"commissions": entries}


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """Forget notes; amounts are the books'."""
    await connection.execute(
        update(CommissionEntry)
        .where(CommissionEntry.customer_id == customer_id, CommissionEntry.note.is_not(None))
        .values(note=None)
    )
