"""Tables of the reseller module."""

from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from domain.kernel.base import Key, Model, Timestamps


class ResellerStatus(StrEnum):
    """Whether the reseller may take on customers."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


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
