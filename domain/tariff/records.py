"""What may be read of tariffs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from domain.kernel.money import Money
from domain.tariff.models import BillingCycle, FupAction, FupState


class AssignmentState(StrEnum):
    """Whether an assignment lies ahead, holds, is over, or never came to be."""

    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class TariffPlan:
    """A plan of the catalogue. Names and units are the model's."""

    id: int
    code: str
    name: str
    description: str | None
    price_minor: int
    currency: str
    billing_cycle: BillingCycle
    setup_fee_minor: int
    download_kbps: int
    upload_kbps: int
    allowance_octets: int | None
    fup_action: FupAction | None
    throttled_download_kbps: int | None
    throttled_upload_kbps: int | None
    retired_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def setup_fee(self) -> Money:
        return Money(self.setup_fee_minor, self.currency)

    @property
    def is_on_sale(self) -> bool:
        return self.retired_at is None


@dataclass(frozen=True, slots=True)
class PlanAssignment:
    """A customer on a plan, from ``started_at`` until ``ended_at`` (exclusive; None: open)."""

    id: int
    customer_id: int
    tariff_plan_id: int
    started_at: datetime
    ended_at: datetime | None
    price_minor: int
    currency: str
    billing_cycle: BillingCycle
    created_at: datetime

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def state(self) -> AssignmentState:
        """Where it stands now; WITHDRAWN was superseded before it began."""
        now = datetime.now(UTC)
        if self.ended_at == self.started_at:
            return AssignmentState.WITHDRAWN
        if self.started_at > now:
            return AssignmentState.SCHEDULED
        ended = self.ended_at is not None and self.ended_at <= now
        return AssignmentState.ENDED if ended else AssignmentState.ACTIVE


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """
    What a customer used in one UTC calendar month, under the plan in force (last, if past).

    ``used_percent`` is whole percent of the allowance; it and the allowance are None when the
    plan is unmetered or there is none. ``resets_at`` is the end of the month.
    """

    customer_id: int
    tariff_plan_id: int | None
    starts_at: datetime
    resets_at: datetime
    downloaded_octets: int
    uploaded_octets: int
    allowance_octets: int | None
    used_percent: int | None
    fup_state: FupState

    @property
    def total_octets(self) -> int:
        return self.downloaded_octets + self.uploaded_octets

    @property
    def remaining_octets(self) -> int | None:
        """What is left of the allowance, never below 0; None when there is no limit."""
        if self.allowance_octets is None:
            return None
        return max(0, self.allowance_octets - self.total_octets)
