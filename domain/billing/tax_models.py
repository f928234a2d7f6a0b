"""The table of tax rates: by country and kind of customer, each from its day on."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.customer.models import CustomerType
from domain.kernel.base import Key, Model


class TaxRate(Model):
    """
    What is taxed in a country from a day on, until a later rate of the same kind takes over.

    Without a ``customer_type`` it is for all that have no rate of their own.
    """

    __tablename__ = "tax_rates"
    __table_args__ = (
        CheckConstraint("percent between 0 and 100", name="percent_range"),
        UniqueConstraint(
            "country", "customer_type", "valid_from", postgresql_nulls_not_distinct=True
        ),
        {"schema": "billing"},
    )

    id: Mapped[Key]
    country: Mapped[str] = mapped_column(String(2))
    customer_type: Mapped[CustomerType | None]
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    valid_from: Mapped[date]
    set_by: Mapped[str] = mapped_column(String(200))
