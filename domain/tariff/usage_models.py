"""Tables of usage: records, their sums by month and by day, and top-ups."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigInt, BigKey, Key, Model, Timestamps
from domain.tariff.models import FupState, UsageSource


class UsageRecord(Model):
    """
    Octets that a customer moved, as one source reported them: written once, never changed.

    ``period_start`` names the month it was counted in. That of its time, unless that was closed
    already: then it is the month it came in, and ``late_for`` names the closed one. ``is_free``
    tells that it fell into a free window of the plan.
    """

    __tablename__ = "usage_records"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("customer_id", "dedupe_key"),
        CheckConstraint(
            "source = 'ADJUSTMENT' or (downloaded_octets >= 0 and uploaded_octets >= 0)",
            name="only_adjustments_negative",
        ),
        CheckConstraint("late_for < period_start", name="late_for_earlier"),
        {"schema": "tariff"},
    )

    id: Mapped[BigKey]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    period_start: Mapped[date]
    late_for: Mapped[date | None]
    downloaded_octets: Mapped[BigInt]
    uploaded_octets: Mapped[BigInt]
    is_free: Mapped[bool] = mapped_column(server_default="false")
    recorded_at: Mapped[datetime]
    source: Mapped[UsageSource]
    dedupe_key: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UsageCounter(Model):
    """
    The sum of a customer's usage records of one calendar month in its time zone.

    ``free_octets`` are those of both directions that do not count. ``draws`` are the octets taken
    from top-ups, by the top-up's id. ``fup_state`` is the state last announced;
    ``notified_percent`` the highest threshold announced in the period (0, 80 or 100).
    ``ends_at`` is the month's end; once billed it is closed, and nothing is counted in it any more.
    """

    __tablename__ = "usage_counters"
    __audited__ = False
    __table_args__ = (
        CheckConstraint("downloaded_octets >= 0 and uploaded_octets >= 0", name="not_negative"),
        CheckConstraint(
            "free_octets between 0 and downloaded_octets::numeric + uploaded_octets",
            name="free_range",
        ),
        CheckConstraint("closed_at >= ends_at", name="closed_after_end"),
        Index("usage_counters_open_idx", "ends_at", postgresql_where=text("closed_at is null")),
        {"schema": "tariff", "postgresql_with": {"fillfactor": "70"}},
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), primary_key=True)
    period_start: Mapped[date] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    downloaded_octets: Mapped[BigInt]
    uploaded_octets: Mapped[BigInt]
    free_octets: Mapped[BigInt] = mapped_column(server_default="0")
    draws: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    fup_state: Mapped[FupState]
    notified_percent: Mapped[int]
    updated_at: Mapped[datetime]

    @property
    def metered_octets(self) -> int:
        """What counts: both directions, without what was free."""
        return self.downloaded_octets + self.uploaded_octets - self.free_octets

    @property
    def drawn_octets(self) -> int:
        """What top-ups gave."""
        return sum(self.draws.values())


class UsageDay(Model):
    """The sum of a customer's usage records by the day of use in its time zone, for charts."""

    __tablename__ = "usage_days"
    __audited__ = False
    __table_args__ = ({"schema": "tariff", "postgresql_with": {"fillfactor": "70"}},)

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    downloaded_octets: Mapped[BigInt]
    uploaded_octets: Mapped[BigInt]
    free_octets: Mapped[BigInt]


class TopUp(Timestamps, Model):
    """
    Octets bought on top of the plan's allowance, good from ``starts_at`` until ``expires_at``.

    ``used_octets`` is what months took of it: the allowance is used first, then the top-up that
    expires first.
    """

    __tablename__ = "top_ups"
    __table_args__ = (
        CheckConstraint("octets > 0", name="octets_positive"),
        CheckConstraint("used_octets between 0 and octets", name="used_range"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
        CheckConstraint("expires_at > starts_at", name="ends_after_start"),
        Index("top_ups_customer_id_idx", "customer_id", "id"),
        {"schema": "tariff"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    octets: Mapped[BigInt]
    used_octets: Mapped[BigInt] = mapped_column(server_default="0")
    price_minor: Mapped[BigInt]
    currency: Mapped[str] = mapped_column(String(3))
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
