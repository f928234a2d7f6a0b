"""create kernel reseller customer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for schema in ("kernel", "reseller", "customer"):
        op.execute(f"create schema if not exists {schema}")
    op.create_table(
        "event_consumers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "available_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("event_consumers_pkey")),
        schema="kernel",
    )
    op.create_table(
        "event_head",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("event_head_pkey")),
        schema="kernel",
    )
    op.create_table(
        "event_streams",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("event_streams_pkey")),
        schema="kernel",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False, cache=1), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("spec_version", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("events_pkey")),
        sa.UniqueConstraint("event_id", name=op.f("events_event_id_key")),
        schema="kernel",
    )
    op.create_index(
        "events_customer_id_position_idx",
        "events",
        ["customer_id", "position"],
        unique=False,
        schema="kernel",
    )
    op.create_index(
        "events_position_key",
        "events",
        ["position"],
        unique=True,
        schema="kernel",
        postgresql_where=sa.text("position is not null"),
    )
    op.create_index(
        "events_reseller_id_position_idx",
        "events",
        ["reseller_id", "position"],
        unique=False,
        schema="kernel",
    )
    op.create_index(
        "events_stream_seq_key", "events", ["stream", "seq"], unique=True, schema="kernel"
    )
    op.create_index(
        "events_unpositioned_idx",
        "events",
        ["id"],
        unique=False,
        schema="kernel",
        postgresql_where=sa.text("position is null"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("actor", "operation", "key", name=op.f("idempotency_keys_pkey")),
        schema="kernel",
    )
    op.create_table(
        "resellers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING_APPROVAL",
                "ACTIVE",
                "SUSPENDED",
                "TERMINATED",
                name="resellerstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="ACTIVE",
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column(
            "commission_percent",
            sa.Numeric(precision=5, scale=2),
            server_default="0",
            nullable=False,
        ),
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
            "commission_percent between 0 and 100",
            name=op.f("resellers_commission_percent_range_check"),
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("resellers_not_own_parent_check")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["reseller.resellers.id"], name=op.f("resellers_parent_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("resellers_pkey")),
        sa.UniqueConstraint("code", name=op.f("resellers_code_key")),
        schema="reseller",
    )
    op.create_index(
        op.f("resellers_parent_id_idx"), "resellers", ["parent_id"], unique=False, schema="reseller"
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "customer_number",
            sa.String(length=20),
            sa.Computed("'C-' || (1000000 + id)::text", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "INDIVIDUAL",
                "BUSINESS",
                "GOVERNMENT",
                "EDUCATIONAL",
                "NON_PROFIT",
                name="customertype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "ACTIVE",
                "INACTIVE",
                "SUSPENDED",
                "CLOSED",
                name="customerstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_reason", sa.String(length=500), nullable=True),
        sa.Column(
            "subscription_state",
            sa.Enum(
                "INACTIVE",
                "PENDING_ACTIVATION",
                "PENDING_PAYMENT",
                "TRIAL",
                "ACTIVE",
                "SUSPENDED",
                "EXPIRED",
                "CANCELLED",
                name="subscriptionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subscription_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subscription_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_with_status", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("first_name", sa.String(length=200), nullable=True),
        sa.Column("last_name", sa.String(length=200), nullable=True),
        sa.Column("company_name", sa.String(length=200), nullable=True),
        sa.Column("display_name", sa.String(length=401), nullable=False),
        sa.Column("tax_id", sa.String(length=50), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("mobile", sa.String(length=20), nullable=True),
        sa.Column("username", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=10), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column(
            "tags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column(
            "custom_fields",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
            ["reseller_id"], ["reseller.resellers.id"], name=op.f("customers_reseller_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("customers_pkey")),
        sa.UniqueConstraint("customer_number", name=op.f("customers_customer_number_key")),
        schema="customer",
    )
    op.create_index(
        "customers_created_at_idx",
        "customers",
        ["created_at", "id"],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "customers_display_name_idx",
        "customers",
        ["display_name", "id"],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "customers_email_idx",
        "customers",
        [sa.literal_column("lower(email)")],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "customers_reseller_id_idx",
        "customers",
        ["reseller_id", "id"],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "customers_status_idx", "customers", ["status", "id"], unique=False, schema="customer"
    )
    op.create_index(
        "customers_subscription_state_idx",
        "customers",
        ["subscription_state", "id"],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "customers_username_key",
        "customers",
        ["username"],
        unique=True,
        schema="customer",
        postgresql_where=sa.text("deleted_at is null"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column(
            "died_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("redriven_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consumer"], ["kernel.event_consumers.name"], name=op.f("dead_letters_consumer_fkey")
        ),
        sa.PrimaryKeyConstraint("consumer", "position", name=op.f("dead_letters_pkey")),
        schema="kernel",
    )
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "BILLING",
                "SERVICE",
                "MAILING",
                "LEGAL",
                "OTHER",
                name="addresstype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("line1", sa.String(length=200), nullable=False),
        sa.Column("line2", sa.String(length=200), nullable=True),
        sa.Column("locality", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=200), nullable=True),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
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
            ["customer_id"], ["customer.customers.id"], name=op.f("addresses_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("addresses_pkey")),
        schema="customer",
    )
    op.create_index(
        "addresses_customer_id_idx",
        "addresses",
        ["customer_id", "id"],
        unique=False,
        schema="customer",
    )
    op.create_index(
        "addresses_default_key",
        "addresses",
        ["customer_id", "type"],
        unique=True,
        schema="customer",
        postgresql_where=sa.text("is_default and removed_at is null"),
    )
    op.create_table(
        "communication_preferences",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "communication_type",
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
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("billing_notifications", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("service_notifications", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("technical_notifications", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("marketing_messages", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("emergency_alerts", sa.Boolean(), server_default="true", nullable=False),
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
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("communication_preferences_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "customer_id", "communication_type", name=op.f("communication_preferences_pkey")
        ),
        schema="customer",
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "ID_CARD",
                "PASSPORT",
                "DRIVING_LICENSE",
                "BUSINESS_REGISTRATION",
                "TAX_ID",
                "UTILITY_BILL",
                "CONTRACT",
                "OTHER",
                name="documenttype",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "VERIFIED",
                "FAILED",
                "EXPIRED",
                name="verificationstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("number_last4", sa.String(length=4), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rejection_reason", sa.String(length=500), nullable=True),
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
            "number_last4 ~ '^[A-Za-z0-9]{1,4}$'", name=op.f("documents_number_last4_short_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("documents_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("documents_pkey")),
        schema="customer",
    )
    op.create_index(
        "documents_customer_id_idx",
        "documents",
        ["customer_id", "id"],
        unique=False,
        schema="customer",
    )
    op.create_table(
        "email_verifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("email_verifications_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("email_verifications_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("email_verifications_token_hash_key")),
        schema="customer",
    )
    op.create_index(
        "email_verifications_customer_id_idx",
        "email_verifications",
        ["customer_id", "created_at"],
        unique=False,
        schema="customer",
    )
    op.create_table(
        "state_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "machine",
            sa.Enum(
                "STATUS",
                "SUBSCRIPTION",
                name="trackedstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_state", sa.String(length=40), nullable=True),
        sa.Column("to_state", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("state_changes_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("state_changes_pkey")),
        schema="customer",
    )
    op.create_index(
        "state_changes_customer_id_idx",
        "state_changes",
        ["customer_id", "id"],
        unique=False,
        schema="customer",
    )
    op.execute(
        "insert into kernel.event_head (one, position, floor, epoch)"
        " values (true, 0, 0, gen_random_uuid())"
    )
