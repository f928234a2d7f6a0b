"""Input types of the catalogue of tariff plans."""

import dataclasses
import datetime
from typing import Any

import strawberry

from domain.customer.models import CustomerType
from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.tariff import commands, models
from domain.tariff.windows import FreeWindow
from graph.money import MoneyInput
from graph.payloads import ChangeInput, MutationInput, given
from graph.scalars import BigInt
from graph.tariff import enums  # noqa: F401 (describes the enums before a type names them)

UNSET = strawberry.UNSET
_TERMS = frozenset(each.name for each in dataclasses.fields(commands.CreatePlan))
_AMOUNTS = {
    "price": "price",
    "setup_fee": "setupFee",
    "overage_price": "overagePrice",
    "early_termination_fee": "earlyTerminationFee",
}
_LISTS = ("customer_types", "reseller_ids")
#: What every plan has, by the name of its input.
_REQUIRED = {
    "name": "name",
    "price": "price",
    "billing_cycle": "billingCycle",
    "download_kbps": "downloadKbps",
    "upload_kbps": "uploadKbps",
}


@strawberry.input(description="Time of the week, where the customer is, at which usage is free")
class FreeWindowInput:
    weekdays: list[int] = strawberry.field(description="Days from 1 (Monday) to 7 (Sunday)")
    from_minute: int = strawberry.field(
        default=0, description="Minutes since midnight of its start"
    )
    to_minute: int = strawberry.field(
        default=1440, description="Minutes since midnight of its end, exclusive"
    )


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
    overage_block_octets: BigInt | None = strawberry.field(
        default=None, description="Octets that one overage price pays for; with CHARGE only"
    )
    overage_price: MoneyInput | None = strawberry.field(
        default=None, description="Price of each block begun beyond the allowance; with CHARGE only"
    )
    contract_months: int | None = strawberry.field(
        default=None, description="Minimum term in months, 1 to 120; none by default"
    )
    early_termination_fee: MoneyInput | None = strawberry.field(
        default=None, description="Price of leaving within the minimum term; nothing by default"
    )
    free_windows: list[FreeWindowInput] | None = strawberry.field(
        default=None, description="Times of the week at which usage does not count, at most 20"
    )
    customer_types: list[CustomerType] | None = strawberry.field(
        default=None, description="Types of customers it is sold to; all by default"
    )
    reseller_ids: list[int] | None = strawberry.field(
        default=None, description="Resellers whose customers it is sold to; all by default"
    )

    def to_domain(self) -> commands.CreatePlan:
        """Raises ``Invalid`` for amounts that their currency does not have."""
        return commands.CreatePlan(**_terms(self))


@strawberry.input(description="The next edition of a tariff plan: terms left out stay, null clears")
class ReviseTariffPlanInput(ChangeInput):
    tariff_plan_id: int = strawberry.field(description="Number of the newest edition")
    effective_from: datetime.datetime | None = strawberry.field(
        default=None, description="Timestamp from which it is sold; now by default"
    )
    name: str | None = strawberry.field(default=UNSET, description="Name shown to customers")
    description: str | None = strawberry.field(default=UNSET, description="What it offers")
    price: MoneyInput | None = strawberry.field(
        default=UNSET, description="Price of one billing cycle"
    )
    setup_fee: MoneyInput | None = strawberry.field(
        default=UNSET, description="Price of setting it up, in the same currency"
    )
    billing_cycle: models.BillingCycle | None = strawberry.field(
        default=UNSET, description="What the price pays for"
    )
    download_kbps: int | None = strawberry.field(
        default=UNSET, description="Downstream rate in kbit/s"
    )
    upload_kbps: int | None = strawberry.field(default=UNSET, description="Upstream rate in kbit/s")
    allowance_octets: BigInt | None = strawberry.field(
        default=UNSET, description="Octets a month in both directions"
    )
    fup_action: models.FupAction | None = strawberry.field(
        default=UNSET, description="What happens beyond the allowance"
    )
    throttled_download_kbps: int | None = strawberry.field(
        default=UNSET, description="Downstream rate in kbit/s once throttled"
    )
    throttled_upload_kbps: int | None = strawberry.field(
        default=UNSET, description="Upstream rate in kbit/s once throttled"
    )
    overage_block_octets: BigInt | None = strawberry.field(
        default=UNSET, description="Octets that one overage price pays for"
    )
    overage_price: MoneyInput | None = strawberry.field(
        default=UNSET, description="Price of each block begun beyond the allowance"
    )
    contract_months: int | None = strawberry.field(
        default=UNSET, description="Minimum term in months"
    )
    early_termination_fee: MoneyInput | None = strawberry.field(
        default=UNSET, description="Price of leaving within the minimum term"
    )
    free_windows: list[FreeWindowInput] | None = strawberry.field(
        default=UNSET, description="Times of the week at which usage does not count; null for none"
    )
    customer_types: list[CustomerType] | None = strawberry.field(
        default=UNSET, description="Types of customers it is sold to; null for all"
    )
    reseller_ids: list[int] | None = strawberry.field(
        default=UNSET, description="Resellers whose customers it is sold to; null for all"
    )

    def changes(self) -> dict[str, Any]:
        """
        The terms that the client gave, as the domain takes them.

        Raises ``Invalid`` for null where a plan has to have a value, and amounts that their
        currency does not have.
        """
        terms = _terms(self)
        for name, field in _REQUIRED.items():
            if terms.get(name, UNSET) is None:
                raise Invalid(field, "cannot be cleared")
        return terms


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


def _terms(input: Any) -> dict[str, Any]:
    """What of a plan the input gives, as ``CreatePlan`` takes it."""
    names = [each.name for each in dataclasses.fields(input) if each.name in _TERMS]
    terms = given(**{name: getattr(input, name) for name in names})
    for name, field in _AMOUNTS.items():
        if amount := terms.get(name):
            terms[name] = Money.parse(amount.amount, amount.currency, field=field)
    if terms.get("free_windows") is not None:
        terms["free_windows"] = tuple(
            FreeWindow(tuple(each.weekdays), each.from_minute, each.to_minute)
            for each in terms["free_windows"]
        )
    for name in _LISTS:
        if terms.get(name) is not None:
            terms[name] = tuple(terms[name])
    return terms
