"""Let payments be refunded, disputed and allocated anew."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "OPEN",
                "WON",
                "LOST",
                name="disputestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column(
            "opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'OPEN') = (closed_at is null)", name=op.f("disputes_open_until_closed_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("disputes_customer_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["billing.payments.id"], name=op.f("disputes_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("disputes_pkey")),
        schema="billing",
    )
    op.create_index(
        "disputes_customer_id_idx",
        "disputes",
        ["customer_id", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "disputes_open_key",
        "disputes",
        ["payment_id"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("status = 'OPEN'"),
    )
    op.create_index(
        "disputes_payment_id_idx", "disputes", ["payment_id", "id"], unique=False, schema="billing"
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PENDING",
                "SUCCEEDED",
                "FAILED",
                name="refundstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
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
        sa.CheckConstraint("amount_minor > 0", name=op.f("refunds_amount_positive_check")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("refunds_customer_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["billing.payments.id"], name=op.f("refunds_payment_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("refunds_pkey")),
        schema="billing",
    )
    op.create_index(
        "refunds_customer_id_idx", "refunds", ["customer_id", "id"], unique=False, schema="billing"
    )
    op.create_index(
        "refunds_payment_id_idx", "refunds", ["payment_id", "id"], unique=False, schema="billing"
    )
    op.add_column(
        "payments",
        sa.Column("returned_minor", sa.BigInteger(), server_default="0", nullable=False),
        schema="billing",
    )
    op.add_column(
        "payments",
        sa.Column(
            "state",
            sa.Enum(
                "COMPLETED",
                "PARTIALLY_REFUNDED",
                "REFUNDED",
                "DISPUTED",
                "CHARGED_BACK",
                name="paymentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="COMPLETED",
            nullable=False,
        ),
        schema="billing",
    )
    op.drop_constraint(
        "payment_allocations_amount_positive_check", "payment_allocations", schema="billing"
    )
    op.create_check_constraint(
        "payment_allocations_amount_not_zero_check",
        "payment_allocations",
        "amount_minor <> 0",
        schema="billing",
    )
    op.drop_constraint("payments_allocated_range_check", "payments", schema="billing")
    op.create_check_constraint(
        "payments_allocated_range_check",
        "payments",
        "allocated_minor between 0 and amount_minor - returned_minor",
        schema="billing",
    )
    op.create_check_constraint(
        "payments_returned_range_check",
        "payments",
        "returned_minor between 0 and amount_minor",
        schema="billing",
    )
    op.drop_index("payments_unspent_idx", "payments", schema="billing")
    op.create_index(
        "payments_unspent_idx",
        "payments",
        ["account_id", "received_at"],
        schema="billing",
        postgresql_where=sa.text("allocated_minor + returned_minor < amount_minor"),
    )
    secure_rows()
