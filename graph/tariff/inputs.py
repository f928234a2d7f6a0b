"""Input types of the tariff module; each knows the command it stands for."""

import datetime

import strawberry

from domain.kernel.errors import Invalid
from domain.tariff import commands, models, proration, queries
from graph.payloads import MutationInput
from graph.scalars import BigInt
from graph.tariff import enums  # noqa: F401 (describes the enums before a type names them)

UNSET = strawberry.UNSET
_MOST_CODES = 100


@strawberry.input(one_of=True, description="One way to name a tariff plan")
class TariffPlanBy:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="Global id")
    tariff_plan_id: int | None = strawberry.field(
        default=UNSET, description="The number other modules know it by"
    )
    code: str | None = strawberry.field(default=UNSET, description="Operator's code")


@strawberry.input(description="Which tariff plans: all that are given must hold")
class TariffPlanFilter:
    on_sale: bool | None = strawberry.field(
        default=None, description="On sale, or retired and still yours to see"
    )
    code: list[str] | None = strawberry.field(
        default=None, description="With one of these codes, at most 100"
    )

    def to_domain(self) -> queries.PlanFilter:
        """Raises ``Invalid`` for a list that is too long."""
        if self.code is not None and len(self.code) > _MOST_CODES:
            raise Invalid(["filter", "code"], f"must be at most {_MOST_CODES}")
        codes = None if self.code is None else tuple(sorted(set(self.code)))
        return queries.PlanFilter(self.on_sale, codes)


@strawberry.input(description="How to order tariff plans")
class TariffPlanOrder:
    field: queries.PlanOrderField = strawberry.field(
        default=queries.PlanOrderField.ID, description="What by"
    )
    descending: bool = strawberry.field(default=False, description="Largest first")


@strawberry.input(description="A customer and the tariff plan to put them on")
class AssignTariffPlanInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    tariff_plan_id: int = strawberry.field(description="Number of a plan on sale")


@strawberry.input(description="A customer's next tariff plan")
class ChangeTariffPlanInput(AssignTariffPlanInput):
    when: commands.PlanChangeTime = strawberry.field(
        default=commands.PlanChangeTime.NOW,
        description="Now, when the present billing cycle ends, or on a day",
    )
    on: datetime.date | None = strawberry.field(
        default=None,
        description="First day of the new plan in the customer's time zone; with ON_DATE only",
    )
    settlement: proration.Settlement = strawberry.field(
        default=proration.Settlement.CREDIT,
        description="What becomes of days paid for on the old plan and not used",
    )


@strawberry.input(description="A customer whose scheduled change of plan is not to come")
class WithdrawTariffPlanChangeInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.input(description="A customer whose tariff plan is to end")
class CancelTariffPlanInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    reason: str | None = strawberry.field(default=None, description="Why, at most 500 characters")
    waive_fee: bool = strawberry.field(
        default=False,
        description="Ask nothing for leaving within the minimum term; needs billing:write",
    )


@strawberry.input(description="Octets that a customer moved")
class RecordUsageInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    downloaded_octets: BigInt = strawberry.field(description="Octets to the customer")
    uploaded_octets: BigInt = strawberry.field(description="Octets from the customer")
    recorded_at: datetime.datetime = strawberry.field(
        description="Timestamp of the use; it decides on the month, however late it comes"
    )
    dedupe_key: str = strawberry.field(
        description="Reporter's name of the record: the customer's usage counts once for each"
    )
    source: models.UsageSource = strawberry.field(
        default=models.UsageSource.IMPORT, description="Where it comes from"
    )
