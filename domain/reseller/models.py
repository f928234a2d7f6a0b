"""Tables of the reseller module."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import BigInt, BigKey, Key, Model, Timestamps


class ResellerStatus(StrEnum):
    """Whether the reseller may take on customers."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


class CommissionKind(StrEnum):
    """Why an entry was written: earned, taken back, or corrected."""

    ACCRUAL = "ACCRUAL"
    CLAWBACK = "CLAWBACK"
    ADJUSTMENT = "ADJUSTMENT"


class CommissionState(StrEnum):
    """Whether an entry is on a statement already."""

    ACCRUED = "ACCRUED"
    SETTLED = "SETTLED"


class Reseller(Timestamps, Model):
    """
    A company that sells the provider's plans; its sub-resellers form a tree below it.

    ``commission_percent`` is its share of the net amount of its own customers' paid invoices.
    """

    __tablename__ = "resellers"
    __table_args__ = (
        CheckConstraint("commission_percent between 0 and 100", name="commission_percent_range"),
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        {"schema": "reseller"},
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    status: Mapped[ResellerStatus] = mapped_column(server_default=ResellerStatus.ACTIVE)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("reseller.resellers.id"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    currency: Mapped[str] = mapped_column(String(3), server_default="EUR")
    commission_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="0")
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class CommissionSettlement(Model):
    """
    A statement: every entry of one reseller and currency earned before ``settled_until``.

    ``total_minor`` is the sum of its entries. A statement never changes.
    """

    __tablename__ = "commission_settlements"
    __table_args__ = (
        UniqueConstraint("id", "reseller_id", "currency"),
        Index("commission_settlements_reseller_id_idx", "reseller_id", "id"),
        CheckConstraint("total_minor >= 0", name="total_minor_not_negative"),
        {"schema": "reseller"},
    )

    id: Mapped[Key]
    reseller_id: Mapped[int] = mapped_column(ForeignKey("reseller.resellers.id"))
    currency: Mapped[str] = mapped_column(String(3))
    total_minor: Mapped[BigInt]
    entry_count: Mapped[int]
    settled_until: Mapped[datetime]
    settled_by: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime]


class CommissionEntry(Model):
    """
    What a reseller earned (or lost again) on one invoice: appended, settled once, else unchanged.

    The customer's and the invoice's ids are as the payment's event told them: those tables belong
    to modules above this one. ``base_minor`` is the invoice's net amount, ``rate_percent`` the
    reseller's share when it was paid; ``amount_minor`` is negative where something is taken back.
    """

    __tablename__ = "commission_entries"
    __table_args__ = (
        UniqueConstraint("invoice_id", "reseller_id", "kind"),
        ForeignKeyConstraint(
            ["settlement_id", "reseller_id", "currency"],
            [
                "reseller.commission_settlements.id",
                "reseller.commission_settlements.reseller_id",
                "reseller.commission_settlements.currency",
            ],
            name="commission_entries_settlement_fkey",
        ),
        CheckConstraint(
            "(state = 'SETTLED') = (settlement_id is not null)", name="settled_on_a_statement"
        ),
        CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="period_is_a_month"),
        CheckConstraint(
            "case kind when 'ACCRUAL' then amount_minor >= 0"
            " when 'CLAWBACK' then amount_minor <= 0 else true end",
            name="amount_minor_sign",
        ),
        Index("commission_entries_customer_id_idx", "customer_id", "id"),
        Index("commission_entries_reseller_id_idx", "reseller_id", "id"),
        Index("commission_entries_settlement_id_idx", "settlement_id", "id"),
        Index(
            "commission_entries_unsettled_idx",
            "reseller_id",
            "currency",
            "earned_at",
            postgresql_where=text("state = 'ACCRUED'"),
        ),
        {"schema": "reseller"},
    )

    id: Mapped[BigKey]
    reseller_id: Mapped[int] = mapped_column(ForeignKey("reseller.resellers.id"))
    customer_id: Mapped[int]
    invoice_id: Mapped[BigInt]
    invoice_number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[CommissionKind]
    base_minor: Mapped[BigInt]
    rate_percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    amount_minor: Mapped[BigInt]
    currency: Mapped[str] = mapped_column(String(3))
    period: Mapped[str] = mapped_column(String(7))
    earned_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[CommissionState] = mapped_column(server_default=CommissionState.ACCRUED)
    settlement_id: Mapped[int | None]
