"""Mutations of payments that are in the books."""

import strawberry

from domain.billing.allocations import AllocationService
from domain.billing.disputes import DisputeService
from domain.billing.refunds import RefundService
from domain.kernel.unit_of_work import UnitOfWork
from graph.billing import problems  # noqa: F401 (failures that payloads show)
from graph.billing.payment_inputs import (
    AllocatePaymentInput,
    CloseDisputeInput,
    DeallocatePaymentInput,
    OpenDisputeInput,
    RefundPaymentInput,
)
from graph.billing.types import Payment
from graph.context import Info
from graph.payloads import Payload, perform
from resolvers.billing import payments


@strawberry.type(description="What became of a change to a payment")
class PaymentPayload(Payload):
    payment: Payment | None = strawberry.field(default=None, description="The payment now")


@strawberry.type
class PaymentMutations:
    @strawberry.mutation(description="Pay an invoice with what is left of a payment")
    async def allocate_payment(
        self, info: Info, input: AllocatePaymentInput
    ) -> PaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AllocationService().allocate(
                session, input.key, input.invoice_key, amount=input.asked
            )
            return changed.id

        return await perform(info, input, PaymentPayload, work, payment=payments.by_id)

    @strawberry.mutation(description="Have a payment no longer pay an invoice: it becomes credit")
    async def deallocate_payment(
        self, info: Info, input: DeallocatePaymentInput
    ) -> PaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AllocationService().deallocate(
                session, input.key, input.invoice_key, amount=input.asked
            )
            return changed.id

        return await perform(info, input, PaymentPayload, work, payment=payments.by_id)

    @strawberry.mutation(
        description="Give a payment back, in part or whole: credit first, then what it paid last"
    )
    async def refund_payment(self, info: Info, input: RefundPaymentInput) -> PaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            refund = await RefundService().refund(
                session,
                input.key,
                reason=input.reason,
                amount=input.asked,
                reference=input.reference,
            )
            return refund.payment_id

        return await perform(info, input, PaymentPayload, work, payment=payments.by_id)

    @strawberry.mutation(description="Note that the payer disputes a payment: dunning waits")
    async def open_dispute(self, info: Info, input: OpenDisputeInput) -> PaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            disputed = await DisputeService().open_dispute(session, input.key, reason=input.reason)
            return disputed.id

        return await perform(info, input, PaymentPayload, work, payment=payments.by_id)

    @strawberry.mutation(
        description="Note how a dispute ended: a lost one charges the payment back"
    )
    async def close_dispute(self, info: Info, input: CloseDisputeInput) -> PaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await DisputeService().close_dispute(session, input.key, won=input.won)).id

        return await perform(info, input, PaymentPayload, work, payment=payments.by_id)
