"""Create what the payment gateway needs: stored methods, attempts, events received."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_events",
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("gateway", "event_id", name=op.f("gateway_events_pkey")),
        schema="billing",
    )
    op.create_table(
        "payment_methods",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("is_autopay", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
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
            "not is_autopay or removed_at is null",
            name=op.f("payment_methods_autopay_is_kept_check"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("payment_methods_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_methods_pkey")),
        sa.UniqueConstraint("gateway", "token", name=op.f("payment_methods_gateway_token_key")),
        schema="billing",
    )
    op.create_index(
        "payment_methods_autopay_key",
        "payment_methods",
        ["customer_id"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("is_autopay"),
    )
    op.create_index(
        "payment_methods_customer_id_idx",
        "payment_methods",
        ["customer_id", "id"],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("method_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "UNKNOWN",
                "COMPLETED",
                "FAILED",
                name="attemptstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("failure_code", sa.String(length=100), nullable=True),
        sa.Column("may_retry", sa.Boolean(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
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
            "(status = 'COMPLETED') = (payment_id is not null)",
            name=op.f("payment_attempts_completed_with_payment_check"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("payment_attempts_amount_positive_check")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing.billing_accounts.id"],
            name=op.f("payment_attempts_account_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("payment_attempts_customer_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing.invoices.id"], name=op.f("payment_attempts_invoice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["method_id"],
            ["billing.payment_methods.id"],
            name=op.f("payment_attempts_method_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["billing.payments.id"], name=op.f("payment_attempts_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_attempts_pkey")),
        schema="billing",
    )
    op.create_index(
        "payment_attempts_customer_id_idx",
        "payment_attempts",
        ["customer_id", "created_at", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "payment_attempts_invoice_id_idx",
        "payment_attempts",
        ["invoice_id", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "payment_attempts_open_key",
        "payment_attempts",
        ["account_id"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("status in ('PENDING', 'UNKNOWN')"),
    )
    op.create_index(
        "payment_attempts_payment_id_idx",
        "payment_attempts",
        ["payment_id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "payment_attempts_reference_idx",
        "payment_attempts",
        ["reference"],
        unique=False,
        schema="billing",
    )
    secure_rows()
