"""Requests to change the catalogue, as the services take them."""

from dataclasses import dataclass
from enum import StrEnum

from domain.kernel.money import Money
from domain.tariff.models import BillingCycle, FupAction


class PlanChangeTime(StrEnum):
    """When a change of plan takes effect."""

    NOW = "NOW"
    NEXT_CYCLE = "NEXT_CYCLE"


@dataclass(frozen=True, kw_only=True)
class CreatePlan:
    """
    A plan to put on sale. Speeds are kbit/s, the allowance is octets a month.

    A metered plan names its ``fup_action``, and THROTTLE the speeds that are left.
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
