"""Create the webhook module's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create schema if not exists webhook")
    _create_endpoints()
    _create_secrets()
    _create_attempts()


def _create_endpoints() -> None:
    op.create_table(
        "endpoints",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=True),
        sa.Column("event_types", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "ENVELOPE",
                "CLOUDEVENTS",
                name="webhookformat",
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
                "PAUSED",
                "DISABLED",
                name="webhookstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="ACTIVE",
            nullable=False,
        ),
        sa.Column(
            "disabled_reason",
            sa.Enum(
                "GONE",
                "FAILING",
                name="webhookdisabledreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
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
            "(status = 'DISABLED') = (disabled_reason is not null)",
            name=op.f("endpoints_disabled_for_a_reason_check"),
        ),
        sa.ForeignKeyConstraint(
            ["reseller_id"], ["reseller.resellers.id"], name=op.f("endpoints_reseller_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("endpoints_pkey")),
        schema="webhook",
    )
    op.create_index(
        op.f("endpoints_reseller_id_idx"),
        "endpoints",
        ["reseller_id"],
        schema="webhook",
    )


def _create_secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook.endpoints.id"],
            name=op.f("secrets_endpoint_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("secrets_pkey")),
        schema="webhook",
    )
    op.create_index(op.f("secrets_endpoint_id_idx"), "secrets", ["endpoint_id"], schema="webhook")


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column(
            "failure",
            sa.Enum(
                "ADDRESS_REFUSED",
                "CONNECTION_FAILED",
                "TLS_FAILED",
                "TIMED_OUT",
                "BAD_RESPONSE",
                "WRONG_STATUS",
                "NOT_SIGNED",
                name="webhookfailure",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("response", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhook.endpoints.id"],
            name=op.f("attempts_endpoint_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("attempts_pkey")),
        schema="webhook",
    )
    op.create_index("attempts_attempted_at_idx", "attempts", ["attempted_at"], schema="webhook")
    op.create_index(
        "attempts_endpoint_id_event_id_idx",
        "attempts",
        ["endpoint_id", "event_id"],
        schema="webhook",
    )
    op.create_index(
        "attempts_endpoint_id_idx",
        "attempts",
        ["endpoint_id", "id"],
        schema="webhook",
    )
