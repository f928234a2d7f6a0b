"""What is held of a customer's stored methods, refunds, disputes and dunning."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing.dunning_models import DunningCase, DunningPause, DunningStep
from domain.billing.gateway_models import PaymentAttempt, StoredMethod
from domain.billing.payment_models import Dispute, Refund
from domain.kernel.personal_data import ERASED, told_rows


async def payments_exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """Stored methods without their tokens, attempts, refunds, disputes, and dunning."""
    own_cases = select(DunningCase.id).where(DunningCase.customer_id == customer_id)
    return {
        "payment_methods": await told_rows(
            connection,
            StoredMethod,
            StoredMethod.customer_id == customer_id,
            leave_out={"token", "payer"},
        ),
        "payment_attempts": await told_rows(
            connection, PaymentAttempt, PaymentAttempt.customer_id == customer_id
        ),
        "refunds": await told_rows(
            connection, Refund, Refund.customer_id == customer_id, people={"created_by"}
        ),
        "disputes": await told_rows(connection, Dispute, Dispute.customer_id == customer_id),
        "dunning_cases": await told_rows(
            connection, DunningCase, DunningCase.customer_id == customer_id
        ),
        "dunning_steps": await told_rows(
            connection, DunningStep, DunningStep.case_id.in_(own_cases)
        ),
        "dunning_pauses": await told_rows(
            connection,
            DunningPause,
            DunningPause.customer_id == customer_id,
            people={"created_by"},
        ),
    }


async def payments_erased(connection: AsyncConnection, customer_id: int) -> None:
    """Forget the gateway's names and every reason and note; amounts and dates stay."""
    await connection.execute(
        update(StoredMethod)
        .where(StoredMethod.customer_id == customer_id)
        .values(
            label=ERASED,
            token=func.concat(ERASED, "-", StoredMethod.id),
            payer=ERASED,
            is_autopay=False,
            removed_at=func.coalesce(StoredMethod.removed_at, func.now()),
        )
    )
    await connection.execute(
        update(PaymentAttempt)
        .where(PaymentAttempt.customer_id == customer_id)
        .values(reference=None)
    )
    await connection.execute(
        update(Refund)
        .where(Refund.customer_id == customer_id)
        .values(reason=ERASED, reference=None)
    )
    await connection.execute(
        update(Dispute).where(Dispute.customer_id == customer_id).values(reason=ERASED)
    )
    await connection.execute(
        update(DunningPause).where(DunningPause.customer_id == customer_id).values(note=ERASED)
    )
