"""Mutations of the catalogue of tariff plans."""

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.catalogue import CatalogueService
from graph.context import Info
from graph.payloads import Payload, perform
from graph.tariff.catalogue_inputs import (
    CreateTariffPlanInput,
    RetireTariffPlanInput,
    ReviseTariffPlanInput,
    UpdateTariffPlanInput,
)
from graph.tariff.types import TariffPlan
from resolvers.tariff import plans


@strawberry.type(description="What became of `createTariffPlan`")
class CreateTariffPlanPayload(Payload):
    tariff_plan: TariffPlan | None = strawberry.field(default=None, description="The new plan")


@strawberry.type(description="What became of `reviseTariffPlan`")
class ReviseTariffPlanPayload(Payload):
    tariff_plan: TariffPlan | None = strawberry.field(default=None, description="The new edition")


@strawberry.type(description="What became of `updateTariffPlan`")
class UpdateTariffPlanPayload(Payload):
    tariff_plan: TariffPlan | None = strawberry.field(default=None, description="The plan now")


@strawberry.type(description="What became of `retireTariffPlan`")
class RetireTariffPlanPayload(Payload):
    tariff_plan: TariffPlan | None = strawberry.field(default=None, description="The plan now")


@strawberry.type
class CatalogueMutations:
    @strawberry.mutation(description="Put a new tariff plan on sale")
    async def create_tariff_plan(
        self, info: Info, input: CreateTariffPlanInput
    ) -> CreateTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await CatalogueService().create_plan(session, input.to_domain())).id

        return await perform(info, input, CreateTariffPlanPayload, work, tariff_plan=plans.by_id)

    @strawberry.mutation(
        description="Publish the next edition of a tariff plan; who is on it keeps the terms"
    )
    async def revise_tariff_plan(
        self, info: Info, input: ReviseTariffPlanInput
    ) -> ReviseTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> int:
            edition = await CatalogueService().revise_plan(
                session,
                input.tariff_plan_id,
                input.changes(),
                effective_from=input.effective_from,
                expected_version=input.expected_version,
            )
            return edition.id

        return await perform(info, input, ReviseTariffPlanPayload, work, tariff_plan=plans.by_id)

    @strawberry.mutation(
        description="Reword a tariff plan; price, speed and allowance never change"
    )
    async def update_tariff_plan(
        self, info: Info, input: UpdateTariffPlanInput
    ) -> UpdateTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await CatalogueService().update_plan(
                session,
                input.tariff_plan_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(info, input, UpdateTariffPlanPayload, work, tariff_plan=plans.by_id)

    @strawberry.mutation(description="Withdraw a tariff plan from sale; who is on it stays")
    async def retire_tariff_plan(
        self, info: Info, input: RetireTariffPlanInput
    ) -> RetireTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> int:
            retired = await CatalogueService().retire_plan(
                session, input.tariff_plan_id, expected_version=input.expected_version
            )
            return retired.id

        return await perform(info, input, RetireTariffPlanPayload, work, tariff_plan=plans.by_id)
