"""What may be read of dunning."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.billing.dunning import steps_of
from domain.billing.kinds import DunningAction, DunningStage, PauseEnd, PauseKind
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """A step of a policy, with its amounts in the policy's currency."""

    stage: DunningStage
    after_days: int
    actions: tuple[DunningAction, ...]
    minimum: Money
    late_fee: Money


@dataclass(frozen=True, slots=True)
class DunningPolicy:
    """A dunning policy; ``steps`` are as its row keeps them."""

    id: int
    code: str
    name: str
    currency: str
    is_default: bool
    grace_days: int
    minimum_minor: int
    steps: list[dict[str, Any]]
    no_cut_weekdays: list[int]
    no_cut_dates: list[str]
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def minimum(self) -> Money:
        return Money(self.minimum_minor, self.currency)

    @property
    def shown_steps(self) -> list[PolicyStep]:
        return [
            PolicyStep(
                stage=step.stage,
                after_days=step.after_days,
                actions=step.actions,
                minimum=Money(step.minimum_minor, self.currency),
                late_fee=Money(step.late_fee_minor, self.currency),
            )
            for step in steps_of(self.steps)
        ]


@dataclass(frozen=True, slots=True)
class DunningCase:
    """A case. ``stage_on`` is the customer's date on which the stage was entered."""

    id: int
    account_id: int
    customer_id: int
    policy_id: int
    currency: str
    stage: DunningStage
    stage_on: date
    opened_at: datetime
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class DunningStep:
    """A step that was taken in a case, in the case's currency."""

    id: int
    case_id: int
    stage: DunningStage
    actions: list[str]
    overdue_minor: int
    fee_invoice_id: int | None
    taken_at: datetime
    currency: str

    @property
    def overdue(self) -> Money:
        return Money(self.overdue_minor, self.currency)


@dataclass(frozen=True, slots=True)
class DunningPause:
    """A promise to pay or an exemption; ``until_on`` is the last day of it."""

    id: int
    account_id: int
    customer_id: int
    kind: PauseKind
    until_on: date | None
    note: str
    outcome: PauseEnd | None
    ended_at: datetime | None
    created_at: datetime
