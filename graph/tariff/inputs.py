"""Input types of the tariff module; each knows the command it stands for."""

import datetime
from typing import Any

import strawberry

from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.tariff import commands, models, queries
from graph.money import MoneyInput
from graph.payloads import ChangeInput, MutationInput, given
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


@strawberry.input(description="A tariff plan to put on sale")
class CreateTariffPlanInput(MutationInput):
    code: str = strawberry.field(
        description="Operator's code, unique: 1 to 32 of letters, digits and . _ -"
    )
    name: str = strawberry.field(description="Name shown to customers, at most 120 characters")
    description: str | None = strawberry.field(
        default=None, description="What it offers, at most 2000 characters"
    )
    price: MoneyInput = strawberry.field(description="Price of one billing cycle")
    setup_fee: MoneyInput | None = strawberry.field(
        default=None, description="Price of setting it up, in the same currency; nothing by default"
    )
    billing_cycle: models.BillingCycle = strawberry.field(
        default=models.BillingCycle.MONTHLY, description="What the price pays for"
    )
    download_kbps: int = strawberry.field(description="Downstream rate in kbit/s")
    upload_kbps: int = strawberry.field(description="Upstream rate in kbit/s")
    allowance_octets: BigInt | None = strawberry.field(
        default=None, description="Octets a month in both directions; unmetered by default"
    )
    fup_action: models.FupAction | None = strawberry.field(
        default=None, description="What happens beyond the allowance; required with one"
    )
    throttled_download_kbps: int | None = strawberry.field(
        default=None, description="Downstream rate in kbit/s once throttled; with THROTTLE only"
    )
    throttled_upload_kbps: int | None = strawberry.field(
        default=None, description="Upstream rate in kbit/s once throttled; with THROTTLE only"
    )

    def to_domain(self) -> commands.CreatePlan:
        """Raises ``Invalid`` for amounts that their currency does not have."""
        setup_fee = None if self.setup_fee is None else _money(self.setup_fee, "setupFee")
        as_given = {name: getattr(self, name) for name in _CREATED_AS_GIVEN}
        return commands.CreatePlan(
            price=_money(self.price, "price"), setup_fee=setup_fee, **as_given
        )


_CREATED_AS_GIVEN = (
    "code",
    "name",
    "description",
    "billing_cycle",
    "download_kbps",
    "upload_kbps",
    "allowance_octets",
    "fup_action",
    "throttled_download_kbps",
    "throttled_upload_kbps",
)


@strawberry.input(description="New words for a tariff plan: fields left out stay, null clears")
class UpdateTariffPlanInput(ChangeInput):
    tariff_plan_id: int = strawberry.field(description="The plan's number")
    name: str | None = strawberry.field(default=UNSET, description="Name shown to customers")
    description: str | None = strawberry.field(default=UNSET, description="What it offers")

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(name=self.name, description=self.description)


@strawberry.input(description="A tariff plan to withdraw from sale")
class RetireTariffPlanInput(ChangeInput):
    tariff_plan_id: int = strawberry.field(description="The plan's number")


@strawberry.input(description="A customer and the tariff plan to put them on")
class AssignTariffPlanInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    tariff_plan_id: int = strawberry.field(description="Number of a plan on sale")


@strawberry.input(description="A customer's next tariff plan")
class ChangeTariffPlanInput(AssignTariffPlanInput):
    when: commands.PlanChangeTime = strawberry.field(
        default=commands.PlanChangeTime.NOW,
        description="Now, or when the present billing cycle ends",
    )


@strawberry.input(description="A customer whose tariff plan is to end")
class CancelTariffPlanInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    reason: str | None = strawberry.field(default=None, description="Why, at most 500 characters")


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


def _money(given_amount: MoneyInput, field: str) -> Money:
    return Money.parse(given_amount.amount, given_amount.currency, field=field)
