"""Holds on service that other modules place and lift, each for its own reason."""

from domain.customer import moves
from domain.customer.models import Customer, HoldReason
from domain.kernel.access import Permission, require
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "change a subscription's state"


class HoldService:
    """Both use cases of holds: the caller has locked the customer."""

    async def hold(
        self, session: UnitOfWork, customer: Customer, why: HoldReason, reason: str
    ) -> None:
        """Hold back the customer's service for this reason too. Idempotent."""
        require(session.actor, Permission.CUSTOMER_LIFECYCLE, _ACT)
        await moves.hold(session, customer, why, reason)

    async def release(
        self, session: UnitOfWork, customer: Customer, why: HoldReason, reason: str
    ) -> None:
        """Lift this hold and no other; service resumes if it was the last. Idempotent."""
        require(session.actor, Permission.CUSTOMER_LIFECYCLE, _ACT)
        await moves.release(session, customer, why, reason)
