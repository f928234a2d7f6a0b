"""The tables of billing runs: what is charged on a day, account by account."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import ItemState, RunState, SkipReason
from domain.kernel.base import BigInt, BigKey, Key, Model


class BillingRun(Model):
    """
    One go at charging all accounts for the periods that contain ``charged_on``.

    It has an item for each account from its start on, which workers of any process take; it is
    over when none is pending. A dry run issues nothing. One run a day may be scheduled.
    """

    __tablename__ = "billing_runs"
    __table_args__ = (
        Index(
            "billing_runs_scheduled_key",
            "charged_on",
            unique=True,
            postgresql_where=text("is_scheduled"),
        ),
        Index("billing_runs_running_idx", "id", postgresql_where=text("state = 'RUNNING'")),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    charged_on: Mapped[date]
    is_dry_run: Mapped[bool]
    is_scheduled: Mapped[bool]
    state: Mapped[RunState]
    started_by: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BillingRunItem(Model):
    """
    What became of one account in a run; ``net_minor`` and ``tax_minor`` are of its charge.

    It is written in the transaction of its invoice, so a crash leaves both or neither.
    """

    __tablename__ = "billing_run_items"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("run_id", "customer_id"),
        Index("billing_run_items_state_idx", "run_id", "state", "id"),
        Index("billing_run_items_run_id_idx", "run_id", "id"),
        Index("billing_run_items_customer_id_idx", "customer_id"),
        {"schema": "billing"},
    )

    id: Mapped[BigKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_runs.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    state: Mapped[ItemState]
    reason: Mapped[SkipReason | None]
    failure: Mapped[str | None] = mapped_column(String(200))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("billing.invoices.id"))
    currency: Mapped[str] = mapped_column(String(3))
    net_minor: Mapped[BigInt]
    tax_minor: Mapped[BigInt]
    done_at: Mapped[datetime | None]
