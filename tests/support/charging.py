"""Stored methods and charges, as staff and the rounds make them."""

from typing import Any

from sqlalchemy import select

from domain.billing.attempts import AttemptService
from domain.billing.gateway import Outcome, configure_gateway
from domain.billing.gateway_models import PaymentAttempt
from domain.billing.kinds import AttemptStatus
from domain.billing.stored_methods import StoredMethodService
from domain.billing.stripe_gateway import StripeGateway
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from tests.support.billing import euros
from tests.support.stripe import KEY, FakeStripe

GOOD = "pm_card_visa"
POOR = "pm_card_chargeDeclinedInsufficientFunds"
STOLEN = "pm_card_chargeDeclinedStolenCard"


def charged_by(stripe: FakeStripe, **facts: Any) -> None:
    """Have this process take payments through the fake."""
    configure_gateway(StripeGateway(KEY, stripe.url, **facts))


async def stored_method(
    database: Database, customer_id: int, token: str = GOOD, *, autopay: bool = True
) -> int:
    """Store the method, for autopay unless told otherwise; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        method = await StoredMethodService().store(
            session,
            customer_id,
            token=f"{token}" if token != GOOD else f"{GOOD}_{customer_id}",
            payer=f"cus_test{customer_id}",
            label="Visa",
        )
        if autopay:
            await StoredMethodService().set_autopay(session, customer_id, method.id)
        return method.id


async def begun(database: Database, customer_id: int, **facts: Any) -> int:
    """Begin an attempt; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        return (await AttemptService().begin(session, customer_id, **facts)).id


async def charged(database: Database, customer_id: int, invoice_id: int, minor: int) -> int:
    """Pay the invoice by a card, as if the gateway had answered at once; the payment's id."""
    await stored_method(database, customer_id)
    async with database.unit_of_work(SYSTEM) as session:
        attempt = await AttemptService().begin(
            session, customer_id, amount=euros(minor), invoice_id=invoice_id
        )
        outcome = Outcome(AttemptStatus.COMPLETED, f"pi_of_{attempt.id}")
        await AttemptService().settle(session, attempt.id, outcome)
        return attempt.payment_id or 0


async def attempts_of(database: Database, customer_id: int) -> list[Any]:
    """The customer's attempts as rows, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(*PaymentAttempt.__table__.columns)
            .where(PaymentAttempt.customer_id == customer_id)
            .order_by(PaymentAttempt.id)
        )
        return list(rows.all())
