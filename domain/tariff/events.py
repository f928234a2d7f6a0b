"""Facts that the tariff module announces. Octets of usage are totals of the period."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from domain.kernel.events import Event
from domain.tariff.models import BillingCycle, FupState


@dataclass(frozen=True, kw_only=True)
class _PlanEvent(Event):
    """A fact of the catalogue: it belongs to the plan's stream and to no customer."""

    tariff_plan_id: int
    code: str

    @property
    def stream(self) -> str:
        return f"plan:{self.tariff_plan_id}"


@dataclass(frozen=True, kw_only=True)
class PlanPublished(_PlanEvent):
    """A new plan, or a new edition of one, which is sold from ``effective_from`` on."""

    type: ClassVar[str] = "tariff.plan.published"

    name: str
    amount_minor: int
    currency: str
    billing_cycle: BillingCycle
    edition: int
    effective_from: datetime


@dataclass(frozen=True, kw_only=True)
class PlanUpdated(_PlanEvent):
    """``changed_fields`` are names of the plan's fields, in snake_case."""

    type: ClassVar[str] = "tariff.plan.updated"

    changed_fields: list[str]


@dataclass(frozen=True, kw_only=True)
class PlanRetired(_PlanEvent):
    type: ClassVar[str] = "tariff.plan.retired"


@dataclass(frozen=True, kw_only=True)
class PlanAssigned(Event):
    """
    The customer is on the plan from ``starts_at`` (which may lie ahead) until further notice.

    The latest one of a customer holds: it supersedes a change that was scheduled before.
    """

    type: ClassVar[str] = "tariff.plan.assigned"

    assignment_id: int
    tariff_plan_id: int
    previous_plan_id: int | None
    starts_at: datetime
    amount_minor: int
    currency: str
    billing_cycle: BillingCycle


@dataclass(frozen=True, kw_only=True)
class PlanCancelled(Event):
    """``termination_fee_minor`` is what leaving within the minimum term costs."""

    type: ClassVar[str] = "tariff.plan.cancelled"

    assignment_id: int
    tariff_plan_id: int
    ended_at: datetime
    reason: str | None
    termination_fee_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class UsageRecorded(Event):
    type: ClassVar[str] = "tariff.usage.recorded"

    period_start: date
    downloaded_octets: int
    uploaded_octets: int


@dataclass(frozen=True, kw_only=True)
class ThresholdReached(Event):
    """Announced once for a customer, period and threshold."""

    type: ClassVar[str] = "tariff.threshold.reached"

    period_start: date
    threshold_percent: int
    used_octets: int
    allowance_octets: int


@dataclass(frozen=True, kw_only=True)
class FupChanged(Event):
    """The fair usage state moved, by usage, another plan or the start of a month."""

    type: ClassVar[str] = "tariff.fup.changed"

    period_start: date
    from_state: FupState
    to_state: FupState


@dataclass(frozen=True, kw_only=True)
class TopUpActivated(Event):
    """Octets were bought on top of the allowance; they are good until ``expires_at``."""

    type: ClassVar[str] = "tariff.topup.activated"

    top_up_id: int
    octets: int
    amount_minor: int
    currency: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class UsagePeriodClosed(Event):
    """The month was closed to be billed; its ``overage_minor`` is due, in ``currency`` if any."""

    type: ClassVar[str] = "tariff.usage_period.closed"

    period_start: date
    overage_octets: int
    overage_minor: int
    currency: str | None
