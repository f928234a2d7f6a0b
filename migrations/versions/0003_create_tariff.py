"""Create the tariff module's tables."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists tariff")
    op.create_table(
        "tariff_plans",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "billing_cycle",
            sa.Enum(
                "MONTHLY",
                "QUARTERLY",
                "SEMI_ANNUAL",
                "YEARLY",
                name="billingcycle",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("setup_fee_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("download_kbps", sa.Integer(), nullable=False),
        sa.Column("upload_kbps", sa.Integer(), nullable=False),
        sa.Column("allowance_octets", sa.BigInteger(), nullable=True),
        sa.Column(
            "fup_action",
            sa.Enum(
                "THROTTLE",
                "BLOCK",
                "CHARGE",
                name="fupaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("throttled_download_kbps", sa.Integer(), nullable=True),
        sa.Column("throttled_upload_kbps", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
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
        sa.CheckConstraint(
            "coalesce(fup_action = 'THROTTLE', false) = (throttled_download_kbps is not null)",
            name=op.f("tariff_plans_throttled_speed_iff_throttle_check"),
        ),
        sa.CheckConstraint(
            "(allowance_octets is null) = (fup_action is null)",
            name=op.f("tariff_plans_fup_action_iff_metered_check"),
        ),
        sa.CheckConstraint(
            "(throttled_download_kbps is null) = (throttled_upload_kbps is null)",
            name=op.f("tariff_plans_throttled_speeds_together_check"),
        ),
        sa.CheckConstraint(
            "allowance_octets > 0", name=op.f("tariff_plans_allowance_positive_check")
        ),
        sa.CheckConstraint(
            "download_kbps > 0 and upload_kbps > 0", name=op.f("tariff_plans_speeds_positive_check")
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("tariff_plans_price_not_negative_check")),
        sa.CheckConstraint(
            "setup_fee_minor >= 0", name=op.f("tariff_plans_setup_fee_not_negative_check")
        ),
        sa.CheckConstraint(
            "throttled_download_kbps between 1 and download_kbps",
            name=op.f("tariff_plans_throttled_download_range_check"),
        ),
        sa.CheckConstraint(
            "throttled_upload_kbps between 1 and upload_kbps",
            name=op.f("tariff_plans_throttled_upload_range_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("tariff_plans_pkey")),
        sa.UniqueConstraint("code", name=op.f("tariff_plans_code_key")),
        schema="tariff",
    )
    op.create_index(
        "tariff_plans_price_minor_idx",
        "tariff_plans",
        ["price_minor", "id"],
        unique=False,
        schema="tariff",
    )
    op.create_table(
        "plan_assignments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tariff_plan_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "billing_cycle",
            sa.Enum(
                "MONTHLY",
                "QUARTERLY",
                "SEMI_ANNUAL",
                "YEARLY",
                name="billingcycle",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.CheckConstraint(
            "ended_at >= started_at", name=op.f("plan_assignments_ends_after_start_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("plan_assignments_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["tariff_plan_id"],
            ["tariff.tariff_plans.id"],
            name=op.f("plan_assignments_tariff_plan_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("plan_assignments_pkey")),
        schema="tariff",
    )
    op.create_index(
        "plan_assignments_customer_id_idx",
        "plan_assignments",
        ["customer_id", "started_at", "id"],
        unique=False,
        schema="tariff",
    )
    op.create_index(
        "plan_assignments_open_key",
        "plan_assignments",
        ["customer_id"],
        unique=True,
        schema="tariff",
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_index(
        "plan_assignments_tariff_plan_id_idx",
        "plan_assignments",
        ["tariff_plan_id", "customer_id"],
        unique=False,
        schema="tariff",
    )
    op.create_table(
        "usage_counters",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("downloaded_octets", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_octets", sa.BigInteger(), nullable=False),
        sa.Column(
            "fup_state",
            sa.Enum(
                "NORMAL",
                "NOTIFIED",
                "THROTTLED",
                "BLOCKED",
                name="fupstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("notified_percent", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "downloaded_octets >= 0 and uploaded_octets >= 0",
            name=op.f("usage_counters_not_negative_check"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("usage_counters_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("customer_id", "period_start", name=op.f("usage_counters_pkey")),
        schema="tariff",
        postgresql_with={"fillfactor": "70"},
    )
    op.create_table(
        "usage_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("downloaded_octets", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_octets", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "RADIUS",
                "IMPORT",
                "ADJUSTMENT",
                name="usagesource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "source = 'ADJUSTMENT' or (downloaded_octets >= 0 and uploaded_octets >= 0)",
            name=op.f("usage_records_only_adjustments_negative_check"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("usage_records_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("usage_records_pkey")),
        sa.UniqueConstraint(
            "customer_id", "dedupe_key", name=op.f("usage_records_customer_id_dedupe_key_key")
        ),
        schema="tariff",
    )
