"""Tables of the tariff module: plans and assignments, and the words of all of it."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, synonym, validates

from domain.kernel.base import BigInt, Key, Model, Timestamps
from domain.tariff.proration import Settlement


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
    never deleted; price, speed and allowance never change once published. New terms are a new
    row, the next ``edition`` of the same code, and whoever is on an earlier one stays on it.
    Editions follow one another: each is sold from ``effective_from`` (None: its publication) until
    ``effective_to`` (exclusive; None: further notice). ``customer_types`` and ``reseller_ids``
    say whom it is sold to; None means everybody.
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
        CheckConstraint("edition > 0", name="edition_positive"),
        CheckConstraint("effective_to > effective_from", name="ends_after_start"),
        CheckConstraint("contract_months between 1 and 120", name="contract_range"),
        CheckConstraint(
            "early_termination_fee_minor >= 0", name="early_termination_fee_not_negative"
        ),
        CheckConstraint(
            "early_termination_fee_minor = 0 or contract_months is not null",
            name="early_termination_needs_contract",
        ),
        CheckConstraint(
            "(overage_block_octets is null) = (overage_price_minor is null)",
            name="overage_together",
        ),
        CheckConstraint(
            "overage_block_octets is null or coalesce(fup_action = 'CHARGE', false)",
            name="overage_only_charged",
        ),
        CheckConstraint(
            "overage_block_octets > 0 and overage_price_minor >= 0", name="overage_range"
        ),
        UniqueConstraint("code", "edition"),
        Index(
            "tariff_plans_code_key",
            "code",
            unique=True,
            postgresql_where=text("effective_to is null"),
        ),
        Index("tariff_plans_price_minor_idx", "price_minor", "id"),
        {"schema": "tariff"},
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32))
    edition: Mapped[int] = mapped_column(server_default="1")
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
    overage_block_octets: Mapped[BigInt | None]
    overage_price_minor: Mapped[BigInt | None]
    contract_months: Mapped[int | None]
    early_termination_fee_minor: Mapped[BigInt] = mapped_column(server_default="0")
    free_windows: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    customer_types: Mapped[list[str] | None] = mapped_column(ARRAY(String(40)))
    reseller_ids: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    effective_from: Mapped[datetime | None]
    effective_to: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}

    @classmethod
    def in_effect(cls, at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
        """The predicate of the editions whose time it is at the instant: one a code."""
        return or_(cls.effective_from.is_(None), cls.effective_from <= at) & or_(
            cls.effective_to.is_(None), cls.effective_to > at
        )

    def is_in_effect(self, at: datetime) -> bool:
        """The same of one row."""
        return (self.effective_from is None or self.effective_from <= at) and (
            self.effective_to is None or self.effective_to > at
        )

    def is_offered_to(self, customer_type: str, reseller_id: int | None) -> bool:
        """Whether it is sold to customers of that type and reseller, if it is sold at all."""
        if self.customer_types is not None and customer_type not in self.customer_types:
            return False
        return self.reseller_ids is None or reseller_id in self.reseller_ids


class PlanAssignment(Timestamps, Model):
    """
    A customer on a plan from ``started_at`` until ``ended_at`` (exclusive; None: open).

    A change for the next cycle ends the present row and starts the next one at the same future
    instant, so no job has to apply it; a scheduled row that is withdrawn ends where it starts.
    The price is the plan's at the time of assignment: the INSERT copies and returns it.
    ``settlement`` says what becomes of days that were paid for on the plan before.
    ``contract_ends_at`` is the end of the minimum term; ``termination_fee_minor`` what an end
    before it costs, once it is due.
    A naive start is UTC (the guide passes ``datetime.utcnow()`` as ``start_date``).
    """

    __tablename__ = "plan_assignments"
    __table_args__ = (
        ExcludeConstraint(
            ("customer_id", "="),
            (text("tstzrange(started_at, ended_at)"), "&&"),
            name="plan_assignments_one_at_a_time_excl",
            using="gist",
        ),
        Index("plan_assignments_customer_id_idx", "customer_id", "started_at", "id"),
        Index("plan_assignments_tariff_plan_id_idx", "tariff_plan_id", "customer_id"),
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        CheckConstraint("termination_fee_minor >= 0", name="termination_fee_not_negative"),
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
    settlement: Mapped[Settlement] = mapped_column(server_default=Settlement.CREDIT)
    contract_ends_at: Mapped[datetime | None]
    termination_fee_minor: Mapped[BigInt] = mapped_column(server_default="0")

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
