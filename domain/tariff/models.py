"""Tables of the tariff module: plans, assignments, usage and its monthly counters."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, synonym, validates

from domain.kernel.base import BigInt, BigKey, Key, Model, Timestamps


class BillingCycle(StrEnum):
    """How long a plan's price pays for."""

    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    SEMI_ANNUAL = "SEMI_ANNUAL"
    YEARLY = "YEARLY"


class FupAction(StrEnum):
    """What happens once a plan's allowance is used up (fair usage policy)."""

    THROTTLE = "THROTTLE"
    BLOCK = "BLOCK"
    CHARGE = "CHARGE"


class FupState(StrEnum):
    """Where a customer stands with the fair usage policy in a usage period."""

    NORMAL = "NORMAL"
    NOTIFIED = "NOTIFIED"
    THROTTLED = "THROTTLED"
    BLOCKED = "BLOCKED"


class UsageSource(StrEnum):
    """Where a usage record comes from; only an ADJUSTMENT may take octets away."""

    RADIUS = "RADIUS"
    IMPORT = "IMPORT"
    ADJUSTMENT = "ADJUSTMENT"


class TariffPlan(Timestamps, Model):
    """
    What is sold: a price per billing cycle for a speed and a data allowance.

    Rates are kilobits per second, the allowance is octets per usage month in both directions
    together; an allowance of None is unmetered and has no ``fup_action``. Plans are retired,
    never deleted; price, speed and allowance never change once published.
    """

    __tablename__ = "tariff_plans"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("setup_fee_minor >= 0", name="setup_fee_not_negative"),
        CheckConstraint("download_kbps > 0 and upload_kbps > 0", name="speeds_positive"),
        CheckConstraint("allowance_octets > 0", name="allowance_positive"),
        CheckConstraint(
            "(allowance_octets is null) = (fup_action is null)", name="fup_action_iff_metered"
        ),
        CheckConstraint(
            "coalesce(fup_action = 'THROTTLE', false) = (throttled_download_kbps is not null)",
            name="throttled_speed_iff_throttle",
        ),
        CheckConstraint(
            "(throttled_download_kbps is null) = (throttled_upload_kbps is null)",
            name="throttled_speeds_together",
        ),
        CheckConstraint(
            "throttled_download_kbps between 1 and download_kbps", name="throttled_download_range"
        ),
        CheckConstraint(
            "throttled_upload_kbps between 1 and upload_kbps", name="throttled_upload_range"
        ),
        Index("tariff_plans_price_minor_idx", "price_minor", "id"),
        {"schema": "tariff"},
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str | None] = mapped_column(String(2000))
    price_minor: Mapped[BigInt]
    currency: Mapped[str] = mapped_column(String(3))
    billing_cycle: Mapped[BillingCycle]
    setup_fee_minor: Mapped[BigInt] = mapped_column(server_default="0")
    download_kbps: Mapped[int]
    upload_kbps: Mapped[int]
    allowance_octets: Mapped[BigInt | None]
    fup_action: Mapped[FupAction | None]
    throttled_download_kbps: Mapped[int | None]
    throttled_upload_kbps: Mapped[int | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class PlanAssignment(Timestamps, Model):
    """
    A customer on a plan from ``started_at`` until ``ended_at`` (exclusive; None: open).

    A change for the next cycle ends the present row and starts the next one at the same future
    instant, so no job has to apply it; a scheduled row that is withdrawn ends where it starts.
    The price is the plan's at the time of assignment: the INSERT copies and returns it.
    A naive start is UTC (the guide passes ``datetime.utcnow()`` as ``start_date``).
    """

    __tablename__ = "plan_assignments"
    __table_args__ = (
        Index(
            "plan_assignments_open_key",
            "customer_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("plan_assignments_customer_id_idx", "customer_id", "started_at", "id"),
        Index("plan_assignments_tariff_plan_id_idx", "tariff_plan_id", "customer_id"),
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        {"schema": "tariff"},
    )
    __mapper_args__ = {"eager_defaults": True}

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    tariff_plan_id: Mapped[int] = mapped_column(ForeignKey("tariff.tariff_plans.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    price_minor: Mapped[BigInt] = mapped_column(server_default=FetchedValue())
    currency: Mapped[str] = mapped_column(String(3), server_default=FetchedValue())
    billing_cycle: Mapped[BillingCycle] = mapped_column(server_default=FetchedValue())

    start_date: Mapped[datetime] = synonym("started_at")

    def __init__(self, *, tariff_plan_id: int, **facts: Any) -> None:
        copied = {
            name: select(getattr(TariffPlan, name))
            .where(TariffPlan.id == tariff_plan_id)
            .scalar_subquery()
            for name in ("price_minor", "currency", "billing_cycle")
        }
        super().__init__(tariff_plan_id=tariff_plan_id, **{**copied, **facts})

    @validates("started_at")
    def _aware(self, _key: str, instant: datetime) -> datetime:
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)

    @classmethod
    def in_force(cls, at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
        """The predicate of the rows in force at the instant: one a customer at most."""
        return (cls.started_at <= at) & or_(cls.ended_at.is_(None), cls.ended_at > at)


class UsageRecord(Model):
    """Octets that a customer moved, as one source reported them: written once, never changed."""

    __tablename__ = "usage_records"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("customer_id", "dedupe_key"),
        CheckConstraint(
            "source = 'ADJUSTMENT' or (downloaded_octets >= 0 and uploaded_octets >= 0)",
            name="only_adjustments_negative",
        ),
        {"schema": "tariff"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    period_start: Mapped[date]
    downloaded_octets: Mapped[BigInt]
    uploaded_octets: Mapped[BigInt]
    recorded_at: Mapped[datetime]
    source: Mapped[UsageSource]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UsageCounter(Model):
    """
    The sum of a customer's usage records of one UTC calendar month.

    ``fup_state`` is the state last announced; ``notified_percent`` the highest threshold
    announced in the period (0, 80 or 100).
    """

    __tablename__ = "usage_counters"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("downloaded_octets >= 0 and uploaded_octets >= 0", name="not_negative"),
        {"schema": "tariff", "postgresql_with": {"fillfactor": "70"}},
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    downloaded_octets: Mapped[BigInt]
    uploaded_octets: Mapped[BigInt]
    fup_state: Mapped[FupState]
    notified_percent: Mapped[int]
    updated_at: Mapped[datetime]
