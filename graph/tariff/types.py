"""Object types of the tariff module."""

import datetime

import strawberry

from domain.customer.models import CustomerType
from domain.tariff import errors, models, proration, records
from graph.connections import Connection
from graph.customer import enums as customer_enums  # noqa: F401 (describes CustomerType first)
from graph.ids import id_of
from graph.money import Money
from graph.node import Node
from graph.payloads import PROBLEMS, Problem, UserError
from graph.refs import CustomerRef
from graph.rows import RowType
from graph.scalars import BigInt
from graph.tariff import enums  # noqa: F401 (describes the enums before a type names them)
from graph.tariff.usage_types import FreeWindow, UsageOverage
from resolvers.customer import customers
from resolvers.tariff import plans


@strawberry.federation.type(
    keys=["id", "tariffPlanId"],
    description="What is sold: a price per billing cycle for a speed and a data allowance",
)
class TariffPlan(RowType, Node):
    row = records.TariffPlan

    id: strawberry.ID = strawberry.field(
        resolver=id_of("TariffPlan"), description="Global id, opaque"
    )
    tariff_plan_id: int = strawberry.field(
        resolver=lambda root: root.id, description="The number other modules know it by"
    )
    code: str = strawberry.field(description="Operator's code, unique in the catalogue")
    name: str = strawberry.field(description="Name shown to customers")
    description: str | None = strawberry.field(description="What it offers, for customers")
    price: Money = strawberry.field(description="Price of one billing cycle")
    setup_fee: Money = strawberry.field(description="Price of setting the service up, once")
    billing_cycle: models.BillingCycle = strawberry.field(description="What the price pays for")
    download_kbps: int = strawberry.field(description="Downstream rate in kbit/s")
    upload_kbps: int = strawberry.field(description="Upstream rate in kbit/s")
    allowance_octets: BigInt | None = strawberry.field(
        description="Octets a month in both directions together; null when unmetered"
    )
    fup_action: models.FupAction | None = strawberry.field(
        description="What happens beyond the allowance; null when unmetered"
    )
    throttled_download_kbps: int | None = strawberry.field(
        description="Downstream rate in kbit/s once throttled; null unless THROTTLE"
    )
    throttled_upload_kbps: int | None = strawberry.field(
        description="Upstream rate in kbit/s once throttled; null unless THROTTLE"
    )
    overage_block_octets: BigInt | None = strawberry.field(
        description="Octets that one overage price pays for; null unless overage is charged"
    )
    overage_price: Money | None = strawberry.field(
        description="Price of each block of octets begun beyond the allowance"
    )
    free_windows: list[FreeWindow] = strawberry.field(
        resolver=lambda root: root.free_times,
        description="Times of the week, where the customer is, at which usage does not count",
    )
    contract_months: int | None = strawberry.field(
        description="Minimum term in months; null when there is none"
    )
    early_termination_fee: Money = strawberry.field(
        description="Price of leaving within the minimum term"
    )
    customer_types: list[CustomerType] | None = strawberry.field(
        description="Types of customers it is sold to; null when to all"
    )
    reseller_ids: list[int] | None = strawberry.field(
        description="Numbers of resellers whose customers it is sold to; null when to all"
    )
    edition: int = strawberry.field(
        description="Which version of the code's terms it is, from 1; the terms never change"
    )
    effective_from: datetime.datetime | None = strawberry.field(
        description="Timestamp from which the edition is sold; null when since its publication"
    )
    effective_to: datetime.datetime | None = strawberry.field(
        description="Timestamp from which the next edition is sold in its place"
    )
    editions: Connection["TariffPlan"] | None = strawberry.field(
        resolver=plans.plan_editions, description="Editions of its code, the newest first"
    )
    is_on_sale: bool = strawberry.field(description="Whether customers can be put on it")
    retired_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its withdrawal from sale"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its publication")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.federation.type(
    keys=["id"], description="A customer on a plan, from one day to another"
)
class PlanAssignment(RowType, Node):
    row = records.PlanAssignment

    id: strawberry.ID = strawberry.field(
        resolver=id_of("PlanAssignment"), description="Global id, opaque"
    )
    state: records.AssignmentState = strawberry.field(description="Where it stands now")
    plan: TariffPlan | None = strawberry.field(resolver=plans.plan_of, description="Which plan")
    price: Money = strawberry.field(
        description="Price of one billing cycle, as it was at the assignment"
    )
    billing_cycle: models.BillingCycle = strawberry.field(description="What the price pays for")
    started_at: datetime.datetime = strawberry.field(
        description="Timestamp of its start, which may lie ahead"
    )
    ended_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its end, exclusive; may lie ahead, null when open"
    )
    settlement: proration.Settlement = strawberry.field(
        description="What becomes of days paid for on the plan before and not used"
    )
    contract_ends_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the minimum term's end; null when there is none"
    )
    termination_fee: Money = strawberry.field(
        description="What ending it within its minimum term came to"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Who is on the plan"
    )


@strawberry.type(description="What a customer used in one calendar month of its time zone")
class UsageSummary(RowType):
    row = records.UsageSummary

    starts_at: datetime.datetime = strawberry.field(description="Timestamp of the month's start")
    resets_at: datetime.datetime = strawberry.field(
        description="Timestamp of the next month's start, when counting starts anew"
    )
    downloaded_octets: BigInt = strawberry.field(description="Octets to the customer")
    uploaded_octets: BigInt = strawberry.field(description="Octets from the customer")
    total_octets: BigInt = strawberry.field(description="Octets in both directions")
    free_octets: BigInt = strawberry.field(
        description="Octets of these that do not count, as they fell into free windows"
    )
    metered_octets: BigInt = strawberry.field(description="Octets of these that count")
    top_up_octets: BigInt = strawberry.field(
        description="Octets that top-ups add to the allowance: taken already, or to be had still"
    )
    allowance_octets: BigInt | None = strawberry.field(
        description="Octets that the plan allows; null when unmetered or without a plan"
    )
    remaining_octets: BigInt | None = strawberry.field(
        description="Octets left of allowance and top-ups, at least 0; null when there is no limit"
    )
    used_percent: int | None = strawberry.field(
        description="Percent of allowance and top-ups used, whole; null when there is no limit"
    )
    overage: UsageOverage | None = strawberry.field(
        description="What usage beyond that costs; null unless the plan charges for it"
    )
    fup_state: models.FupState = strawberry.field(
        description="Where that puts the customer under the plan's fair usage policy"
    )
    plan: TariffPlan | None = strawberry.field(
        resolver=plans.plan_of,
        description="Plan that counts: the one in force now, or at the end of a month gone",
    )


@strawberry.type(description="A plan, on sale or retired, has the code already")
class PlanCodeTaken(Problem, UserError):
    shows = errors.PlanCodeTaken

    plan_code: str = strawberry.field(description="Code asked for")


@strawberry.type(description="The plan is retired, or not the edition that is sold then")
class PlanNotOnSale(Problem, UserError):
    shows = errors.PlanNotOnSale

    plan_code: str = strawberry.field(description="Code of the plan")


@strawberry.type(description="The plan is not sold to customers of that type or reseller")
class PlanNotAvailable(Problem, UserError):
    shows = errors.PlanNotAvailable

    plan_code: str = strawberry.field(description="Code of the plan")


PROBLEMS.extend([PlanCodeTaken, PlanNotOnSale, PlanNotAvailable])
