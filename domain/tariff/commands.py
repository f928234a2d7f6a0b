"""Requests to change the catalogue, as the services take them."""

from dataclasses import dataclass
from enum import StrEnum

from domain.customer.models import CustomerType
from domain.kernel.money import Money
from domain.tariff.models import BillingCycle, FupAction, TariffPlan
from domain.tariff.windows import FreeWindow, windows_of


class PlanChangeTime(StrEnum):
    """When a change of plan takes effect."""

    NOW = "NOW"
    NEXT_CYCLE = "NEXT_CYCLE"
    ON_DATE = "ON_DATE"


@dataclass(frozen=True, kw_only=True)
class CreatePlan:
    """
    A plan to put on sale. Speeds are kbit/s, the allowance is octets a month.

    A metered plan names its ``fup_action``, THROTTLE the speeds that are left, and CHARGE may name
    the price of each block of octets begun beyond the allowance. The contract is a minimum term
    in months, and what leaving earlier costs. Whom it is sold to: everybody unless named.
    """

    code: str
    name: str
    description: str | None = None
    price: Money
    setup_fee: Money | None = None
    billing_cycle: BillingCycle = BillingCycle.MONTHLY
    download_kbps: int
    upload_kbps: int
    allowance_octets: int | None = None
    fup_action: FupAction | None = None
    throttled_download_kbps: int | None = None
    throttled_upload_kbps: int | None = None
    overage_block_octets: int | None = None
    overage_price: Money | None = None
    contract_months: int | None = None
    early_termination_fee: Money | None = None
    customer_types: tuple[CustomerType, ...] | None = None
    reseller_ids: tuple[int, ...] | None = None
    free_windows: tuple[FreeWindow, ...] | None = None


def offer_of(plan: TariffPlan) -> CreatePlan:
    """What the plan was published as."""
    overage_price, types = plan.overage_price_minor, plan.customer_types
    return CreatePlan(
        code=plan.code,
        name=plan.name,
        description=plan.description,
        price=Money(plan.price_minor, plan.currency),
        setup_fee=Money(plan.setup_fee_minor, plan.currency),
        billing_cycle=plan.billing_cycle,
        download_kbps=plan.download_kbps,
        upload_kbps=plan.upload_kbps,
        allowance_octets=plan.allowance_octets,
        fup_action=plan.fup_action,
        throttled_download_kbps=plan.throttled_download_kbps,
        throttled_upload_kbps=plan.throttled_upload_kbps,
        overage_block_octets=plan.overage_block_octets,
        overage_price=None if overage_price is None else Money(overage_price, plan.currency),
        contract_months=plan.contract_months,
        early_termination_fee=Money(plan.early_termination_fee_minor, plan.currency),
        customer_types=None if types is None else tuple(map(CustomerType, types)),
        reseller_ids=None if plan.reseller_ids is None else tuple(plan.reseller_ids),
        free_windows=windows_of(plan.free_windows) or None,
    )
