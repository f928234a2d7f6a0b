"""Tax by country and kind of customer, exemptions, and prices that include it."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TYPES = ("INDIVIDUAL", "BUSINESS", "GOVERNMENT", "EDUCATIONAL", "NON_PROFIT")


def upgrade() -> None:
    op.create_table(
        "tax_rates",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column(
            "customer_type",
            sa.Enum(
                *_TYPES, name="customertype", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("percent between 0 and 100", name=op.f("tax_rates_percent_range_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("tax_rates_pkey")),
        sa.UniqueConstraint(
            "country",
            "customer_type",
            "valid_from",
            name=op.f("tax_rates_country_customer_type_valid_from_key"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="billing",
    )
    _extend_accounts()
    included = sa.Column("tax_included", sa.Boolean(), server_default="false", nullable=False)
    op.add_column("invoice_lines", included, schema="billing")
    secure_rows()


def _extend_accounts() -> None:
    """No rate of its own was 0 until now: with no country's rate in the table it still is."""
    op.alter_column(
        "billing_accounts", "tax_percent", server_default=None, nullable=True, schema="billing"
    )
    op.execute("update billing.billing_accounts set tax_percent = null where tax_percent = 0")
    for column in (
        sa.Column("tax_exemption", sa.String(length=200), nullable=True),
        sa.Column("tax_exempt_until", sa.Date(), nullable=True),
        sa.Column("prices_include_tax", sa.Boolean(), server_default="false", nullable=False),
    ):
        op.add_column("billing_accounts", column, schema="billing")
