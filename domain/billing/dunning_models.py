"""Tables of dunning: policies, and what was done about whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.billing.kinds import DunningStage, PauseEnd, PauseKind
from domain.kernel.base import BigInt, Key, Model, Timestamps


class DunningPolicy(Timestamps, Model):
    """
    When and how accounts in a currency are reminded, charged and cut off: data, not code.

    ``steps`` are JSON objects as ``dunning_policies`` writes them. One policy of each currency
    is the default: accounts without a policy of their own follow it.
    """

    __tablename__ = "dunning_policies"
    __table_args__ = (
        CheckConstraint("grace_days between 0 and 365", name="grace_days_range"),
        CheckConstraint("minimum_minor >= 0", name="minimum_not_negative"),
        Index(
            "dunning_policies_default_key",
            "currency",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    is_default: Mapped[bool]
    grace_days: Mapped[int]
    minimum_minor: Mapped[BigInt]
    steps: Mapped[list[dict[str, Any]]]
    no_cut_weekdays: Mapped[list[int]]
    no_cut_dates: Mapped[list[str]]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class DunningCase(Timestamps, Model):
    """One story of an account that did not pay in time: open until it is cured."""

    __tablename__ = "dunning_cases"
    __table_args__ = (
        Index(
            "dunning_cases_open_key",
            "account_id",
            unique=True,
            postgresql_where=text("closed_at is null"),
        ),
        Index("dunning_cases_customer_id_idx", "customer_id", "id"),
        Index("dunning_cases_opened_at_idx", "opened_at", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    policy_id: Mapped[int] = mapped_column(ForeignKey("billing.dunning_policies.id"))
    currency: Mapped[str] = mapped_column(String(3))
    stage: Mapped[DunningStage]
    stage_on: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class DunningStep(Model):
    """A step that was taken: once for each case and stage. ``overdue_minor`` was owed then."""

    __tablename__ = "dunning_steps"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("case_id", "stage"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("billing.dunning_cases.id"))
    stage: Mapped[DunningStage]
    actions: Mapped[list[str]]
    overdue_minor: Mapped[BigInt]
    fee_invoice_id: Mapped[int | None] = mapped_column(ForeignKey("billing.invoices.id"))
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())


class LateFee(Model):
    """A fee charged for an overdue invoice at a stage: never twice, whatever cases there were."""

    __tablename__ = "late_fees"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("invoice_id", "stage"),
        Index("late_fees_fee_invoice_id_idx", "fee_invoice_id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("billing.invoices.id"))
    stage: Mapped[DunningStage]
    fee_invoice_id: Mapped[int] = mapped_column(ForeignKey("billing.invoices.id"))


class DunningPause(Timestamps, Model):
    """
    A time in which an account is not dunned: a promise to pay, or an exemption.

    It holds through ``until_on`` (a promise always has one); service that was held resumes.
    """

    __tablename__ = "dunning_pauses"
    __table_args__ = (
        CheckConstraint("kind <> 'PROMISE' or until_on is not null", name="promise_has_an_end"),
        CheckConstraint("(ended_at is null) = (outcome is null)", name="ended_with_outcome"),
        Index(
            "dunning_pauses_running_key",
            "account_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("dunning_pauses_customer_id_idx", "customer_id", "id"),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("billing.billing_accounts.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    kind: Mapped[PauseKind]
    until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500))
    outcome: Mapped[PauseEnd | None]
    ended_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(Text)
