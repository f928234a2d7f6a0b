"""Changes to payments in the books, as staff make them."""

from typing import Any

from domain.billing.allocations import AllocationService
from domain.billing.disputes import DisputeService
from domain.billing.refunds import RefundService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from tests.support.billing import euros


async def allocated(database: Database, payment_id: int, invoice_id: int, minor: int) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await AllocationService().allocate(session, payment_id, invoice_id, amount=euros(minor))


async def deallocated(database: Database, payment_id: int, invoice_id: int, minor: int) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await AllocationService().deallocate(session, payment_id, invoice_id, amount=euros(minor))


async def refunded(
    database: Database, payment_id: int, minor: int | None = None, **facts: Any
) -> int:
    """Give that much back, all of it by default; the refund's id."""
    amount = None if minor is None else euros(minor)
    async with database.unit_of_work(SYSTEM) as session:
        refund = await RefundService().refund(
            session, payment_id, reason="sent twice", amount=amount, **facts
        )
        return refund.id


async def disputed(database: Database, payment_id: int) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await DisputeService().open_dispute(session, payment_id, reason="fraudulent")


async def decided(database: Database, payment_id: int, *, won: bool) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        await DisputeService().close_dispute(session, payment_id, won=won)
