"""Create the radius module's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists radius")
    op.create_table(
        "nas",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("address", postgresql.INET(), nullable=False),
        sa.Column(
            "vendor",
            sa.Enum(
                "MIKROTIK",
                "CISCO",
                "JUNIPER",
                "HUAWEI",
                "OTHER",
                name="nasvendor",
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
        sa.PrimaryKeyConstraint("id", name=op.f("nas_pkey")),
        sa.UniqueConstraint("address", name=op.f("nas_address_key")),
        sa.UniqueConstraint("name", name=op.f("nas_name_key")),
        schema="radius",
    )
    op.create_table(
        "nas_boots",
        sa.Column("nas_ip_address", postgresql.INET(), nullable=False),
        sa.Column("booted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nas_ip_address", name=op.f("nas_boots_pkey")),
        schema="radius",
    )
    op.create_table(
        "unclaimed_accounting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("username", sa.String(length=253), nullable=False),
        sa.Column("nas_ip_address", postgresql.INET(), nullable=False),
        sa.Column("acct_unique_session_id", sa.String(length=253), nullable=False),
        sa.Column(
            "status_type",
            sa.Enum(
                "START",
                "INTERIM_UPDATE",
                "STOP",
                "ON",
                "OFF",
                name="acctstatustype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("session_time_seconds", sa.BigInteger(), nullable=False),
        sa.Column("input_octets", sa.BigInteger(), nullable=False),
        sa.Column("output_octets", sa.BigInteger(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("unclaimed_accounting_pkey")),
        sa.UniqueConstraint(
            "acct_unique_session_id",
            "status_type",
            "session_time_seconds",
            name="unclaimed_accounting_record_key",
        ),
        schema="radius",
    )
    op.create_table(
        "auth_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "ACCEPTED",
                "REJECTED",
                name="authoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "OK",
                "BAD_CREDENTIALS",
                "CUSTOMER_NOT_ACTIVE",
                "SUBSCRIPTION_NOT_ACTIVE",
                name="authreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("auth_log_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("auth_log_pkey")),
        schema="radius",
    )
    op.create_index(
        "auth_log_customer_id_idx",
        "auth_log",
        ["customer_id", "attempted_at"],
        unique=False,
        schema="radius",
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("acct_unique_session_id", sa.String(length=253), nullable=False),
        sa.Column("acct_session_id", sa.String(length=253), nullable=False),
        sa.Column("username", sa.String(length=253), nullable=False),
        sa.Column("nas_ip_address", postgresql.INET(), nullable=False),
        sa.Column("framed_ip_address", postgresql.INET(), nullable=True),
        sa.Column("calling_station_id", sa.String(length=253), nullable=True),
        sa.Column("called_station_id", sa.String(length=253), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "ACTIVE",
                "DISCONNECT_REQUESTED",
                "STOPPED",
                "CLOSED_NAS_REBOOT",
                name="sessionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("input_octets", sa.BigInteger(), nullable=False),
        sa.Column("output_octets", sa.BigInteger(), nullable=False),
        sa.Column("session_time_seconds", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_update_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("terminate_cause", sa.String(length=253), nullable=True),
        sa.Column("disconnect_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disconnect_reason", sa.String(length=200), nullable=True),
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
            "(stopped_at is null) = (state in ('ACTIVE', 'DISCONNECT_REQUESTED'))",
            name=op.f("sessions_open_until_stopped_check"),
        ),
        sa.CheckConstraint(
            "input_octets >= 0 and output_octets >= 0 and session_time_seconds >= 0",
            name=op.f("sessions_counters_not_negative_check"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("sessions_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
        sa.UniqueConstraint(
            "acct_unique_session_id", name=op.f("sessions_acct_unique_session_id_key")
        ),
        schema="radius",
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index(
        "sessions_customer_id_idx",
        "sessions",
        ["customer_id", "started_at", "id"],
        unique=False,
        schema="radius",
    )
    op.create_index(
        "sessions_open_customer_id_idx",
        "sessions",
        ["customer_id", "started_at", "id"],
        unique=False,
        schema="radius",
        postgresql_where=sa.text("stopped_at is null"),
    )
    op.create_index(
        "sessions_open_nas_idx",
        "sessions",
        ["nas_ip_address"],
        unique=False,
        schema="radius",
        postgresql_where=sa.text("stopped_at is null"),
    )
    op.create_index(
        "sessions_started_at_idx", "sessions", ["started_at", "id"], unique=False, schema="radius"
    )
