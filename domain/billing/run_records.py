"""What may be read of billing runs."""

from dataclasses import dataclass
from datetime import date, datetime

from domain.billing.kinds import ItemState, RunState, SkipReason
from domain.kernel.money import Money


@dataclass(frozen=True, slots=True)
class BillingRun:
    """A run, and how many of its items are in each state. Names are the model's."""

    id: int
    charged_on: date
    is_dry_run: bool
    is_scheduled: bool
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    item_count: int
    pending_count: int
    issued_count: int
    skipped_count: int
    failed_count: int


@dataclass(frozen=True, slots=True)
class BillingRunItem:
    """What became of one account in a run. Names are the model's."""

    id: int
    run_id: int
    customer_id: int
    state: ItemState
    reason: SkipReason | None
    failure: str | None
    invoice_id: int | None
    currency: str
    net_minor: int
    tax_minor: int
    done_at: datetime | None

    @property
    def net(self) -> Money:
        return Money(self.net_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.net_minor + self.tax_minor, self.currency)
