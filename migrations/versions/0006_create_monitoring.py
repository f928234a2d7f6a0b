"""Create the monitoring module's tables."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists monitoring")
    op.create_table(
        "network_segments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REGION",
                "SITE",
                "ACCESS_POINT",
                "OLT",
                "DSLAM",
                "CMTS",
                "SWITCH",
                "OTHER",
                name="segmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
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
        sa.CheckConstraint("parent_id <> id", name=op.f("network_segments_not_own_parent_check")),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["monitoring.network_segments.id"],
            name=op.f("network_segments_parent_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("network_segments_pkey")),
        sa.UniqueConstraint("code", name=op.f("network_segments_code_key")),
        schema="monitoring",
    )
    op.create_index(
        op.f("network_segments_parent_id_idx"),
        "network_segments",
        ["parent_id"],
        unique=False,
        schema="monitoring",
    )
    op.create_table(
        "segment_coverage",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("postal_code_prefix", sa.String(length=20), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
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
            "postal_code_prefix ~ '^[A-Z0-9]*$'",
            name=op.f("segment_coverage_postal_code_prefix_plain_check"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["monitoring.network_segments.id"],
            name=op.f("segment_coverage_segment_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("segment_coverage_pkey")),
        sa.UniqueConstraint(
            "country",
            "postal_code_prefix",
            name=op.f("segment_coverage_country_postal_code_prefix_key"),
        ),
        schema="monitoring",
    )
    op.create_index(
        op.f("segment_coverage_segment_id_idx"),
        "segment_coverage",
        ["segment_id"],
        unique=False,
        schema="monitoring",
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "INFO",
                "WARNING",
                "ERROR",
                "CRITICAL",
                name="alertseverity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum(
                "LOW",
                "NORMAL",
                "HIGH",
                "URGENT",
                name="alertpriority",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "ACTIVE",
                "ACKNOWLEDGED",
                "RESOLVED",
                name="alertstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("alerts_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("alerts_pkey")),
        schema="monitoring",
    )
    op.create_index(
        "alerts_customer_id_idx", "alerts", ["customer_id", "id"], unique=False, schema="monitoring"
    )
    op.create_index(
        "alerts_status_idx", "alerts", ["status", "id"], unique=False, schema="monitoring"
    )
    op.create_table(
        "metric_samples",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "LATENCY_MS",
                "JITTER_MS",
                "LOSS_PCT",
                "SIGNAL_DBM",
                "SNR_DB",
                "THROUGHPUT_DOWN_BPS",
                "THROUGHPUT_UP_BPS",
                "UPTIME_PCT",
                name="metrickind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sampled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "value > '-infinity'::float8 and value < 'infinity'::float8",
            name=op.f("metric_samples_value_finite_check"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("metric_samples_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "kind", "sampled_at", name=op.f("metric_samples_pkey")
        ),
        schema="monitoring",
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "EMAIL",
                "SMS",
                "PHONE",
                "MAIL",
                "PUSH",
                name="communicationtype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(length=254), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "QUEUED",
                "SENT",
                "FAILED",
                "SUPPRESSED",
                name="notificationstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("transport", sa.String(length=40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["alert_id"], ["monitoring.alerts.id"], name=op.f("notifications_alert_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("notifications_pkey")),
        sa.UniqueConstraint("alert_id", "channel", name=op.f("notifications_alert_id_channel_key")),
        schema="monitoring",
    )
