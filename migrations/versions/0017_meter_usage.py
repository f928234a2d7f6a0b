"""Usage by day, free windows, top-ups, and months that are closed once they are billed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import secure_rows

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CUSTOMER = "customer.customers.id"


def upgrade() -> None:
    op.add_column("tariff_plans", sa.Column("free_windows", postgresql.JSONB()), schema="tariff")
    _extend_records()
    _extend_counters()
    _create_days()
    _create_top_ups()
    secure_rows()


def _extend_records() -> None:
    for column in (
        sa.Column("late_for", sa.Date()),
        sa.Column("is_free", sa.Boolean(), server_default="false", nullable=False),
    ):
        op.add_column("usage_records", column, schema="tariff")
    op.create_check_constraint(
        op.f("usage_records_late_for_earlier_check"),
        "usage_records",
        "late_for < period_start",
        schema="tariff",
    )


def _extend_counters() -> None:
    for column in (
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("free_octets", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("draws", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
    ):
        op.add_column("usage_counters", column, schema="tariff")
    # Until now months were those of UTC.
    op.execute(
        "update tariff.usage_counters"
        " set ends_at = (period_start + interval '1 month') at time zone 'UTC'"
    )
    op.alter_column("usage_counters", "ends_at", nullable=False, schema="tariff")
    for name, rule in {
        "free_range": "free_octets between 0 and downloaded_octets::numeric + uploaded_octets",
        "closed_after_end": "closed_at >= ends_at",
    }.items():
        op.create_check_constraint(
            op.f(f"usage_counters_{name}_check"), "usage_counters", rule, schema="tariff"
        )
    op.create_index(
        "usage_counters_open_idx",
        "usage_counters",
        ["ends_at"],
        schema="tariff",
        postgresql_where=sa.text("closed_at is null"),
    )


def _create_days() -> None:
    op.create_table(
        "usage_days",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("downloaded_octets", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_octets", sa.BigInteger(), nullable=False),
        sa.Column("free_octets", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], [_CUSTOMER], name=op.f("usage_days_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("customer_id", "day", name=op.f("usage_days_pkey")),
        schema="tariff",
        postgresql_with={"fillfactor": "70"},
    )
    op.execute(
        "insert into tariff.usage_days"
        " select record.customer_id, (recorded_at at time zone time_zone)::date,"
        "  sum(downloaded_octets), sum(uploaded_octets), 0"
        " from tariff.usage_records record"
        " join customer.customers customer on customer.id = record.customer_id"
        " group by 1, 2"
    )


def _create_top_ups() -> None:
    op.create_table(
        "top_ups",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("used_octets", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("octets > 0", name=op.f("top_ups_octets_positive_check")),
        sa.CheckConstraint(
            "used_octets between 0 and octets", name=op.f("top_ups_used_range_check")
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("top_ups_price_not_negative_check")),
        sa.CheckConstraint("expires_at > starts_at", name=op.f("top_ups_ends_after_start_check")),
        sa.ForeignKeyConstraint(
            ["customer_id"], [_CUSTOMER], name=op.f("top_ups_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("top_ups_pkey")),
        schema="tariff",
    )
    op.create_index("top_ups_customer_id_idx", "top_ups", ["customer_id", "id"], schema="tariff")
