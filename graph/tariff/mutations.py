"""Mutations of customers' tariff plans and usage."""

from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.models import PlanAssignment as AssignmentRow
from domain.tariff.services import TariffService
from domain.tariff.usage import UsageService
from graph.context import Info
from graph.payloads import Payload, perform
from graph.refs import CustomerRef
from graph.tariff.inputs import (
    AssignTariffPlanInput,
    CancelTariffPlanInput,
    ChangeTariffPlanInput,
    RecordUsageInput,
    WithdrawTariffPlanChangeInput,
)
from graph.tariff.types import PlanAssignment, UsageSummary
from resolvers.customer import customers
from resolvers.tariff import assignments, usage


@strawberry.type(description="What became of `assignTariffPlan`")
class AssignTariffPlanPayload(Payload):
    plan_assignment: PlanAssignment | None = strawberry.field(
        default=None, description="Assignment in force now"
    )
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `changeTariffPlan`")
class ChangeTariffPlanPayload(Payload):
    plan_assignment: PlanAssignment | None = strawberry.field(
        default=None, description="Assignment that holds from now on, or from when it starts"
    )
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `withdrawTariffPlanChange`")
class WithdrawTariffPlanChangePayload(Payload):
    plan_assignment: PlanAssignment | None = strawberry.field(
        default=None, description="Assignment that goes on"
    )
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `cancelTariffPlan`")
class CancelTariffPlanPayload(Payload):
    plan_assignment: PlanAssignment | None = strawberry.field(
        default=None, description="Assignment that has ended"
    )
    customer: CustomerRef | None = strawberry.field(default=None, description="The customer now")


@strawberry.type(description="What became of `recordUsage`")
class RecordUsagePayload(Payload):
    customer_id: strawberry.Private[int | None] = None

    usage: UsageSummary | None = strawberry.field(
        resolver=usage.recorded_usage, description="The customer's usage of the present month"
    )


def _keys(row: AssignmentRow) -> list[int]:
    return [row.id, row.customer_id]


def _assignment(info: Info, keys: list[int]) -> Awaitable[Any]:
    return assignments.by_id(info, keys[0])


def _customer(info: Info, keys: list[int]) -> Awaitable[Any]:
    return customers.by_id(info, keys[1])


async def _key(_info: Info, key: int) -> int:
    return key


_SHOWN = {"plan_assignment": _assignment, "customer": _customer}


@strawberry.type
class TariffMutations:
    @strawberry.mutation(description="Put a customer on a plan now, in place of the one before")
    async def assign_tariff_plan(
        self, info: Info, input: AssignTariffPlanInput
    ) -> AssignTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            return _keys(
                await TariffService().assign_plan(session, input.customer_id, input.tariff_plan_id)
            )

        return await perform(info, input, AssignTariffPlanPayload, work, **_SHOWN)

    @strawberry.mutation(
        description="Move a customer to another plan; the present one withdraws a scheduled change"
    )
    async def change_tariff_plan(
        self, info: Info, input: ChangeTariffPlanInput
    ) -> ChangeTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            changed = await TariffService().change_plan(
                session,
                input.customer_id,
                input.tariff_plan_id,
                when=input.when,
                on=input.on,
                settlement=input.settlement,
            )
            return _keys(changed)

        return await perform(info, input, ChangeTariffPlanPayload, work, **_SHOWN)

    @strawberry.mutation(description="Withdraw a scheduled change of plan before it comes")
    async def withdraw_tariff_plan_change(
        self, info: Info, input: WithdrawTariffPlanChangeInput
    ) -> WithdrawTariffPlanChangePayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            return _keys(await TariffService().withdraw_change(session, input.customer_id))

        return await perform(info, input, WithdrawTariffPlanChangePayload, work, **_SHOWN)

    @strawberry.mutation(description="End a customer's plan now, and with it the subscription")
    async def cancel_tariff_plan(
        self, info: Info, input: CancelTariffPlanInput
    ) -> CancelTariffPlanPayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            return _keys(
                await TariffService().cancel_plan(
                    session, input.customer_id, reason=input.reason, waives_fee=input.waive_fee
                )
            )

        return await perform(info, input, CancelTariffPlanPayload, work, **_SHOWN)

    @strawberry.mutation(description="Count octets that a customer moved, once for each key")
    async def record_usage(self, info: Info, input: RecordUsageInput) -> RecordUsagePayload | None:
        async def work(session: UnitOfWork) -> int:
            await UsageService().record_usage(
                session,
                input.customer_id,
                downloaded_octets=input.downloaded_octets,
                uploaded_octets=input.uploaded_octets,
                recorded_at=input.recorded_at,
                dedupe_key=input.dedupe_key,
                source=input.source,
            )
            return input.customer_id

        return await perform(info, input, RecordUsagePayload, work, customer_id=_key)
