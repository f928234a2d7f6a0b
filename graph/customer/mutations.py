"""Mutations of customers and their subscription state."""

import strawberry

from domain.customer.services import CustomerService
from domain.kernel.unit_of_work import UnitOfWork
from graph.context import Info
from graph.customer.inputs import (
    ChangeCustomerStatusInput,
    ChangeSubscriptionStateInput,
    CreateCustomerInput,
    DeleteCustomerInput,
    UpdateCustomerInput,
)
from graph.ids import encode_id
from graph.payloads import Payload, perform
from graph.refs import CustomerRef
from resolvers.customer import customers


@strawberry.type(description="What became of `createCustomer`")
class CreateCustomerPayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The new customer")


@strawberry.type(description="What became of `updateCustomer`")
class UpdateCustomerPayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `deleteCustomer`")
class DeleteCustomerPayload(Payload):
    deleted_customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Global id that the customer had"
    )


@strawberry.type(description="What became of `changeCustomerStatus`")
class ChangeCustomerStatusPayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `changeSubscriptionState`")
class ChangeSubscriptionStatePayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


async def _deleted_id(_info: Info, key: int) -> str:
    return encode_id("Customer", key)


@strawberry.type
class CustomerMutations:
    @strawberry.mutation(description="Take on a customer")
    async def create_customer(
        self, info: Info, input: CreateCustomerInput
    ) -> CreateCustomerPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await CustomerService().create_customer(session, input.to_domain())).id

        return await perform(info, input, CreateCustomerPayload, work, customer=customers.by_id)

    @strawberry.mutation(description="Change fields of a customer")
    async def update_customer(
        self, info: Info, input: UpdateCustomerInput
    ) -> UpdateCustomerPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await CustomerService().update_customer(
                session,
                input.customer_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(info, input, UpdateCustomerPayload, work, customer=customers.by_id)

    @strawberry.mutation(description="Hide a customer for ever; it cannot sign in any more")
    async def delete_customer(
        self, info: Info, input: DeleteCustomerInput
    ) -> DeleteCustomerPayload | None:
        async def work(session: UnitOfWork) -> int:
            deleted = await CustomerService().delete_customer(
                session, input.customer_id, expected_version=input.expected_version
            )
            return deleted.id

        return await perform(
            info, input, DeleteCustomerPayload, work, deleted_customer_id=_deleted_id
        )

    @strawberry.mutation(description="Move a customer's status; the same status changes nothing")
    async def change_customer_status(
        self, info: Info, input: ChangeCustomerStatusInput
    ) -> ChangeCustomerStatusPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await CustomerService().change_status(
                session,
                input.customer_id,
                input.status,
                reason=input.reason,
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(
            info, input, ChangeCustomerStatusPayload, work, customer=customers.by_id
        )

    @strawberry.mutation(description="Move a subscription's state; the same changes nothing")
    async def change_subscription_state(
        self, info: Info, input: ChangeSubscriptionStateInput
    ) -> ChangeSubscriptionStatePayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await CustomerService().update_subscription_state(
                session,
                input.customer_id,
                input.subscription_state,
                input.update_dates,
                reason=input.reason,
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(
            info, input, ChangeSubscriptionStatePayload, work, customer=customers.by_id
        )
