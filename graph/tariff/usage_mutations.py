"""Mutations of what is beyond an allowance: top-ups, and months closed to be billed."""

import datetime

import strawberry

from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork
from domain.tariff.closing import UsageClosingService
from domain.tariff.top_ups import TopUpService
from graph.context import Info
from graph.money import MoneyInput
from graph.payloads import MutationInput, Payload, perform
from graph.scalars import BigInt
from graph.tariff.types import UsageSummary
from graph.tariff.usage_types import TopUp
from resolvers.tariff import usage


@strawberry.input(description="Octets to give a customer on top of the plan's allowance")
class TopUpUsageInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    octets: BigInt = strawberry.field(description="Octets of both directions together")
    price: MoneyInput = strawberry.field(
        description="What it costs without tax, in the plan's currency"
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="Timestamp until which it is good, a year ahead at most; by default the end"
        " of the present month where the customer is",
    )


@strawberry.input(description="A month of a customer's usage to close, as it is to be billed")
class CloseUsageMonthInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    period_start: datetime.date = strawberry.field(description="First day of the month")


@strawberry.type(description="What became of `topUpUsage`")
class TopUpUsagePayload(Payload):
    customer_id: strawberry.Private[int | None] = None

    top_up: TopUp | None = strawberry.field(default=None, description="The top-up")
    usage: UsageSummary | None = strawberry.field(
        resolver=usage.recorded_usage, description="The customer's usage of the present month"
    )


@strawberry.type(description="What became of `closeUsageMonth`")
class CloseUsageMonthPayload(Payload):
    overage_octets: BigInt | None = strawberry.field(
        default=None, description="Octets to bill; null if the plan does not charge for them"
    )
    overage_amount_minor: BigInt | None = strawberry.field(
        default=None,
        description="Amount to bill without tax, in minor units of the plan's currency",
    )


async def _customer_id(_info: Info, keys: list[int]) -> int:
    return keys[1]


async def _octets(_info: Info, due: list[int | None]) -> int | None:
    return due[0]


async def _minor(_info: Info, due: list[int | None]) -> int | None:
    return due[1]


@strawberry.type
class UsageMutations:
    @strawberry.mutation(description="Give a customer octets on top of the plan's allowance")
    async def top_up_usage(self, info: Info, input: TopUpUsageInput) -> TopUpUsagePayload | None:
        async def work(session: UnitOfWork) -> list[int]:
            price = Money.parse(input.price.amount, input.price.currency, field="price")
            top_up = await TopUpService().top_up(
                session,
                input.customer_id,
                octets=input.octets,
                price=price,
                expires_at=input.expires_at,
            )
            return [top_up.id, input.customer_id]

        return await perform(
            info, input, TopUpUsagePayload, work, top_up=usage.topped_up, customer_id=_customer_id
        )

    @strawberry.mutation(
        description="Close a month that has ended: later records go into the month they come in"
    )
    async def close_usage_month(
        self, info: Info, input: CloseUsageMonthInput
    ) -> CloseUsageMonthPayload | None:
        async def work(session: UnitOfWork) -> list[int | None]:
            due = await UsageClosingService().close_month(
                session, input.customer_id, input.period_start
            )
            return [None, None] if due is None else [due.octets, due.amount.minor]

        return await perform(
            info,
            input,
            CloseUsageMonthPayload,
            work,
            overage_octets=_octets,
            overage_amount_minor=_minor,
        )
