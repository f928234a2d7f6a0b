"""What may be read of tariffs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from domain.kernel.money import Money
from domain.tariff.models import BillingCycle, FupAction, FupState
from domain.tariff.overage import Overage
from domain.tariff.proration import Settlement
from domain.tariff.windows import FreeWindow, windows_of


class AssignmentState(StrEnum):
    """Whether an assignment lies ahead, holds, is over, or never came to be."""

    SCHEDULED = "SCHEDULED"
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    WITHDRAWN = "WITHDRAWN"


class TopUpState(StrEnum):
    """Whether a top-up can be used, is used up, or was not used in time."""

    ACTIVE = "ACTIVE"
    EXHAUSTED = "EXHAUSTED"
    EXPIRED = "EXPIRED"


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
    edition: int = 1
    overage_block_octets: int | None = None
    overage_price_minor: int | None = None
    contract_months: int | None = None
    early_termination_fee_minor: int = 0
    free_windows: list[dict[str, Any]] | None = None
    customer_types: list[str] | None = None
    reseller_ids: list[int] | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def setup_fee(self) -> Money:
        return Money(self.setup_fee_minor, self.currency)

    @property
    def overage_price(self) -> Money | None:
        """Of each block begun; None unless usage beyond the allowance is charged."""
        if self.overage_price_minor is None:
            return None
        return Money(self.overage_price_minor, self.currency)

    @property
    def free_times(self) -> tuple[FreeWindow, ...]:
        """Times of the week at which usage does not count."""
        return windows_of(self.free_windows)

    @property
    def early_termination_fee(self) -> Money:
        return Money(self.early_termination_fee_minor, self.currency)

    @property
    def is_on_sale(self) -> bool:
        """Not retired, and the edition of its code whose time it is."""
        now = datetime.now(UTC)
        has_begun = self.effective_from is None or self.effective_from <= now
        is_over = self.effective_to is not None and self.effective_to <= now
        return self.retired_at is None and has_begun and not is_over


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
    settlement: Settlement = Settlement.CREDIT
    contract_ends_at: datetime | None = None
    termination_fee_minor: int = 0

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def termination_fee(self) -> Money:
        """What ending it before the end of its minimum term came to."""
        return Money(self.termination_fee_minor, self.currency)

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
    What a customer used in one calendar month, under the plan in force (last, if past).

    The month is one of the customer's time zone; ``resets_at`` is its end. ``free_octets`` of both
    directions do not count. ``used_percent`` is whole percent of the allowance with what top-ups
    add (``top_up_octets``); it and the allowance are None when the plan is unmetered or there
    is none. ``overage`` is None unless the plan charges for it.
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
    free_octets: int = 0
    top_up_octets: int = 0
    overage: Overage | None = None

    @property
    def total_octets(self) -> int:
        return self.downloaded_octets + self.uploaded_octets

    @property
    def metered_octets(self) -> int:
        """What counts against the allowance."""
        return self.total_octets - self.free_octets

    @property
    def remaining_octets(self) -> int | None:
        """What is left of allowance and top-ups, never below 0; None when there is no limit."""
        if self.allowance_octets is None:
            return None
        return max(0, self.allowance_octets + self.top_up_octets - self.metered_octets)


@dataclass(frozen=True, slots=True)
class UsageDay:
    """What a customer used on one day in its time zone; ``free_octets`` of it do not count."""

    customer_id: int
    day: date
    downloaded_octets: int
    uploaded_octets: int
    free_octets: int

    @property
    def metered_octets(self) -> int:
        return self.downloaded_octets + self.uploaded_octets - self.free_octets


@dataclass(frozen=True, slots=True)
class TopUp:
    """Octets bought on top of an allowance. Names and units are the model's."""

    id: int
    customer_id: int
    octets: int
    used_octets: int
    price_minor: int
    currency: str
    starts_at: datetime
    expires_at: datetime

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def remaining_octets(self) -> int:
        return self.octets - self.used_octets

    @property
    def state(self) -> TopUpState:
        if not self.remaining_octets:
            return TopUpState.EXHAUSTED
        return TopUpState.EXPIRED if self.expires_at <= datetime.now(UTC) else TopUpState.ACTIVE
