"""Mutations of resellers, their customers and their commission."""

import strawberry

from domain.customer.services import CustomerService
from domain.kernel.unit_of_work import UnitOfWork
from domain.reseller.services import ResellerService
from domain.reseller.settlements import settle_commissions
from graph.context import Info
from graph.payloads import Payload, perform
from graph.refs import CustomerRef
from graph.reseller.inputs import (
    ChangeResellerStatusInput,
    CreateResellerCustomerInput,
    CreateResellerInput,
    SettleCommissionsInput,
    UpdateResellerInput,
)
from graph.reseller.types import CommissionSettlement, Reseller
from resolvers.customer import customers
from resolvers.reseller import commissions, resellers


@strawberry.type(description="What became of `createReseller`")
class CreateResellerPayload(Payload):
    reseller: Reseller | None = strawberry.field(default=None, description="The new reseller")


@strawberry.type(description="What became of `updateReseller`")
class UpdateResellerPayload(Payload):
    reseller: Reseller | None = strawberry.field(default=None, description="The reseller now")


@strawberry.type(description="What became of `changeResellerStatus`")
class ChangeResellerStatusPayload(Payload):
    reseller: Reseller | None = strawberry.field(default=None, description="The reseller now")


@strawberry.type(description="What became of `createResellerCustomer`")
class CreateResellerCustomerPayload(Payload):
    customer: CustomerRef | None = strawberry.field(default=None, description="The new customer")


@strawberry.type(description="What became of `settleCommissions`")
class SettleCommissionsPayload(Payload):
    settlement: CommissionSettlement | None = strawberry.field(
        default=None, description="The statement"
    )


@strawberry.type
class ResellerMutations:
    @strawberry.mutation(description="Enter a reseller, at the top of a tree or below another")
    async def create_reseller(
        self, info: Info, input: CreateResellerInput
    ) -> CreateResellerPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await ResellerService().create_reseller(session, input.to_domain())).id

        return await perform(info, input, CreateResellerPayload, work, reseller=resellers.by_id)

    @strawberry.mutation(description="Change fields of a reseller")
    async def update_reseller(
        self, info: Info, input: UpdateResellerInput
    ) -> UpdateResellerPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await ResellerService().update_reseller(
                session,
                input.reseller_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(info, input, UpdateResellerPayload, work, reseller=resellers.by_id)

    @strawberry.mutation(description="Move a reseller's status; the same changes nothing")
    async def change_reseller_status(
        self, info: Info, input: ChangeResellerStatusInput
    ) -> ChangeResellerStatusPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await ResellerService().change_status(
                session,
                input.reseller_id,
                input.status,
                reason=input.reason,
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(
            info, input, ChangeResellerStatusPayload, work, reseller=resellers.by_id
        )

    @strawberry.mutation(description="Take on a customer under a reseller")
    async def create_reseller_customer(
        self, info: Info, input: CreateResellerCustomerInput
    ) -> CreateResellerCustomerPayload | None:
        async def work(session: UnitOfWork) -> int:
            await ResellerService().check_takes_customers(session, input.reseller_id)
            return (await CustomerService().create_customer(session, input.to_domain())).id

        return await perform(
            info, input, CreateResellerCustomerPayload, work, customer=customers.by_id
        )

    @strawberry.mutation(description="Put on a statement what a reseller has earned")
    async def settle_commissions(
        self, info: Info, input: SettleCommissionsInput
    ) -> SettleCommissionsPayload | None:
        async def work(session: UnitOfWork) -> int:
            settled = await settle_commissions(
                session, input.reseller_id, input.until, currency=input.currency
            )
            return settled.id

        return await perform(
            info, input, SettleCommissionsPayload, work, settlement=commissions.settlement_by_id
        )
