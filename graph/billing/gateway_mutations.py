"""Mutations of stored payment methods and charges."""

import strawberry

from domain.billing.attempts import AttemptService
from domain.billing.stored_methods import StoredMethodService
from domain.kernel import money
from domain.kernel.unit_of_work import UnitOfWork
from graph.billing import problems  # noqa: F401 (failures that payloads show)
from graph.billing.gateway_types import PaymentAttempt, StoredPaymentMethod
from graph.billing.payment_inputs import as_money
from graph.context import Info
from graph.ids import key_of
from graph.money import MoneyInput
from graph.payloads import MutationInput, Payload, perform
from graph.refs import CustomerRef
from resolvers.billing import gateway
from resolvers.customer import customers

_TYPE = "StoredPaymentMethod"


@strawberry.input(description="A payment method that the gateway keeps, to charge later")
class StorePaymentMethodInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    token: str = strawberry.field(
        description="Gateway's name for the method, as pm_1abc; never a card's number"
    )
    payer: str = strawberry.field(description="Gateway's name for the customer, as cus_1abc")
    label: str = strawberry.field(description="What people know it by, like Visa 4242")


@strawberry.input(description="A stored payment method to charge no more")
class RemovePaymentMethodInput(MutationInput):
    payment_method_id: strawberry.ID = strawberry.field(description="Id of the stored method")

    @property
    def key(self) -> int:
        return key_of(self.payment_method_id, _TYPE)


@strawberry.input(description="What invoices are charged to when they are due")
class SetAutopayInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    payment_method_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the stored method; none if left out"
    )

    @property
    def key(self) -> int | None:
        named = self.payment_method_id
        return None if named is None else key_of(named, _TYPE)


@strawberry.input(description="A charge to a stored payment method")
class ChargePaymentMethodInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    payment_method_id: strawberry.ID | None = strawberry.field(
        default=None, description="Id of the stored method; that of autopay by default"
    )
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; all that is owed by default"
    )

    @property
    def key(self) -> int | None:
        named = self.payment_method_id
        return None if named is None else key_of(named, _TYPE)

    @property
    def asked(self) -> money.Money | None:
        """Raises ``Invalid``."""
        return as_money(self.amount)


@strawberry.type(description="What became of a change to a stored payment method")
class StoredPaymentMethodPayload(Payload):
    stored_payment_method: StoredPaymentMethod | None = strawberry.field(
        default=None, description="The method"
    )


@strawberry.type(description="What became of `setAutopay`")
class SetAutopayPayload(Payload):
    customer: CustomerRef | None = strawberry.field(
        default=None, description="Whose methods they are"
    )


@strawberry.type(description="What became of `chargePaymentMethod`")
class ChargePaymentMethodPayload(Payload):
    payment_attempt: PaymentAttempt | None = strawberry.field(
        default=None, description="The attempt; events tell how it ends"
    )


@strawberry.type
class GatewayMutations:
    @strawberry.mutation(description="Store a payment method by the gateway's token")
    async def store_payment_method(
        self, info: Info, input: StorePaymentMethodInput
    ) -> StoredPaymentMethodPayload | None:
        async def work(session: UnitOfWork) -> int:
            stored = await StoredMethodService().store(
                session,
                input.customer_id,
                token=input.token,
                payer=input.payer,
                label=input.label,
            )
            return stored.id

        return await perform(
            info,
            input,
            StoredPaymentMethodPayload,
            work,
            stored_payment_method=gateway.method_by_id,
        )

    @strawberry.mutation(description="Charge a stored payment method no more")
    async def remove_payment_method(
        self, info: Info, input: RemovePaymentMethodInput
    ) -> StoredPaymentMethodPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await StoredMethodService().remove(session, input.key)).id

        return await perform(
            info,
            input,
            StoredPaymentMethodPayload,
            work,
            stored_payment_method=gateway.method_by_id,
        )

    @strawberry.mutation(description="Have invoices charged to a stored method when they are due")
    async def set_autopay(self, info: Info, input: SetAutopayInput) -> SetAutopayPayload | None:
        async def work(session: UnitOfWork) -> int:
            await StoredMethodService().set_autopay(session, input.customer_id, input.key)
            return input.customer_id

        return await perform(info, input, SetAutopayPayload, work, customer=customers.by_id)

    @strawberry.mutation(
        description="Charge a stored payment method; refused while an outcome is not known"
    )
    async def charge_payment_method(
        self, info: Info, input: ChargePaymentMethodInput
    ) -> ChargePaymentMethodPayload | None:
        async def work(session: UnitOfWork) -> int:
            attempt = await AttemptService().begin(
                session, input.customer_id, method_id=input.key, amount=input.asked
            )
            return attempt.id

        return await perform(
            info,
            input,
            ChargePaymentMethodPayload,
            work,
            payment_attempt=gateway.attempt_by_id,
        )
