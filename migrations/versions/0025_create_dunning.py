"""Create dunning: policies, cases with their steps, late fees and pauses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.row_security import secure_rows

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dunning_policies",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("steps", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("no_cut_weekdays", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("no_cut_dates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
            "grace_days between 0 and 365", name=op.f("dunning_policies_grace_days_range_check")
        ),
        sa.CheckConstraint(
            "minimum_minor >= 0", name=op.f("dunning_policies_minimum_not_negative_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("dunning_policies_pkey")),
        sa.UniqueConstraint("code", name=op.f("dunning_policies_code_key")),
        schema="billing",
    )
    op.create_index(
        "dunning_policies_default_key",
        "dunning_policies",
        ["currency"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "dunning_cases",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "REMINDED",
                "WARNED",
                "SUSPENDED",
                "DISCONNECTED",
                name="dunningstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stage_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
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
            ["account_id"],
            ["billing.billing_accounts.id"],
            name=op.f("dunning_cases_account_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("dunning_cases_customer_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["billing.dunning_policies.id"],
            name=op.f("dunning_cases_policy_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("dunning_cases_pkey")),
        schema="billing",
    )
    op.create_index(
        "dunning_cases_customer_id_idx",
        "dunning_cases",
        ["customer_id", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "dunning_cases_open_key",
        "dunning_cases",
        ["account_id"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "dunning_cases_opened_at_idx",
        "dunning_cases",
        ["opened_at", "id"],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "dunning_pauses",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PROMISE",
                "EXEMPTION",
                name="pausekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "KEPT",
                "BROKEN",
                "EXPIRED",
                "WITHDRAWN",
                name="pauseend",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.CheckConstraint(
            "kind <> 'PROMISE' or until_on is not null",
            name=op.f("dunning_pauses_promise_has_an_end_check"),
        ),
        sa.CheckConstraint(
            "(ended_at is null) = (outcome is null)",
            name=op.f("dunning_pauses_ended_with_outcome_check"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing.billing_accounts.id"],
            name=op.f("dunning_pauses_account_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("dunning_pauses_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("dunning_pauses_pkey")),
        schema="billing",
    )
    op.create_index(
        "dunning_pauses_customer_id_idx",
        "dunning_pauses",
        ["customer_id", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "dunning_pauses_running_key",
        "dunning_pauses",
        ["account_id", "kind"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "dunning_steps",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "REMINDED",
                "WARNED",
                "SUSPENDED",
                "DISCONNECTED",
                name="dunningstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_invoice_id", sa.Integer(), nullable=True),
        sa.Column(
            "taken_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["billing.dunning_cases.id"], name=op.f("dunning_steps_case_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["fee_invoice_id"],
            ["billing.invoices.id"],
            name=op.f("dunning_steps_fee_invoice_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("dunning_steps_pkey")),
        sa.UniqueConstraint("case_id", "stage", name=op.f("dunning_steps_case_id_stage_key")),
        schema="billing",
    )
    op.create_table(
        "late_fees",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "REMINDED",
                "WARNED",
                "SUSPENDED",
                "DISCONNECTED",
                name="dunningstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("fee_invoice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fee_invoice_id"], ["billing.invoices.id"], name=op.f("late_fees_fee_invoice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing.invoices.id"], name=op.f("late_fees_invoice_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("late_fees_pkey")),
        sa.UniqueConstraint("invoice_id", "stage", name=op.f("late_fees_invoice_id_stage_key")),
        schema="billing",
    )
    op.create_index(
        "late_fees_fee_invoice_id_idx",
        "late_fees",
        ["fee_invoice_id"],
        unique=False,
        schema="billing",
    )
    op.add_column(
        "billing_accounts",
        sa.Column("dunning_policy_id", sa.Integer(), nullable=True),
        schema="billing",
    )
    op.create_foreign_key(
        op.f("billing_accounts_dunning_policy_id_fkey"),
        "billing_accounts",
        "dunning_policies",
        ["dunning_policy_id"],
        ["id"],
        source_schema="billing",
        referent_schema="billing",
    )
    secure_rows()
