"""Create the billing module's tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUSE_CHANGED_INVOICE = """
create function billing.refuse_changed_invoice() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or row(
        new.account_id, new.customer_id, new.number, new.currency, new.net_minor, new.tax_minor,
        new.total_minor, new.period_from, new.period_to, new.issued_on, new.due_on, new.buyer
    ) is distinct from row(
        old.account_id, old.customer_id, old.number, old.currency, old.net_minor, old.tax_minor,
        old.total_minor, old.period_from, old.period_to, old.issued_on, old.due_on, old.buyer
    ) then
        raise exception 'invoice % is no draft: its content never changes', old.id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""
_REFUSE_CHANGED_LINE = """
create function billing.refuse_changed_line() returns trigger language plpgsql as $$
begin
    perform from billing.invoices
        where id in (old.invoice_id, new.invoice_id) and status <> 'DRAFT';
    if found then
        raise exception 'an invoice is no draft: its lines never change'
            using errcode = 'restrict_violation';
    end if;
    return coalesce(new, old);
end $$
"""


def upgrade() -> None:
    op.execute("create schema if not exists billing")
    op.create_table(
        "number_series",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_issued_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("number_series_pkey")),
        schema="billing",
    )
    op.create_table(
        "billing_accounts",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "number",
            sa.String(length=20),
            sa.Computed("'B-' || (1000000 + id)::text", persisted=True),
            nullable=False,
        ),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "OPEN",
                "FROZEN",
                "CLOSING",
                "CLOSED",
                name="accountstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="OPEN",
            nullable=False,
        ),
        sa.Column(
            "invoicing",
            sa.Enum(
                "ACTIVE",
                "TRIAL",
                "PAUSED",
                "STOPPED",
                name="invoicing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default="STOPPED",
            nullable=False,
        ),
        sa.Column(
            "invoicing_since",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="EUR", nullable=False),
        sa.Column("billing_day", sa.Integer(), server_default="1", nullable=False),
        sa.Column("payment_term_days", sa.Integer(), server_default="14", nullable=False),
        sa.Column(
            "tax_percent", sa.Numeric(precision=5, scale=2), server_default="0", nullable=False
        ),
        sa.Column(
            "billing_address",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
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
            "billing_day between 1 and 31", name=op.f("billing_accounts_billing_day_range_check")
        ),
        sa.CheckConstraint(
            "payment_term_days between 0 and 365",
            name=op.f("billing_accounts_payment_term_days_range_check"),
        ),
        sa.CheckConstraint(
            "tax_percent between 0 and 100", name=op.f("billing_accounts_tax_percent_range_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customers.id"],
            name=op.f("billing_accounts_customer_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("billing_accounts_pkey")),
        sa.UniqueConstraint("customer_id", name=op.f("billing_accounts_customer_id_key")),
        sa.UniqueConstraint("number", name=op.f("billing_accounts_number_key")),
        schema="billing",
    )
    op.create_index(
        "billing_accounts_charged_idx",
        "billing_accounts",
        ["customer_id"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("status = 'OPEN' and invoicing = 'ACTIVE'"),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "DRAFT",
                "ISSUED",
                "VOID",
                name="invoicestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=500), nullable=True),
        sa.Column(
            "buyer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
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
            "paid_minor = 0 or status = 'ISSUED'", name=op.f("invoices_only_issued_is_paid_check")
        ),
        sa.CheckConstraint(
            "status <> 'ISSUED' or (number is not null and issued_on is not null"
            " and due_on is not null and buyer is not null and total_minor >= 0)",
            name=op.f("invoices_issued_is_complete_check"),
        ),
        sa.CheckConstraint("due_on >= issued_on", name=op.f("invoices_due_after_issue_check")),
        sa.CheckConstraint(
            "paid_minor between 0 and greatest(total_minor, 0)",
            name=op.f("invoices_paid_range_check"),
        ),
        sa.CheckConstraint("period_from < period_to", name=op.f("invoices_period_not_empty_check")),
        sa.CheckConstraint(
            "total_minor = net_minor + tax_minor", name=op.f("invoices_total_adds_up_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["billing.billing_accounts.id"], name=op.f("invoices_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("invoices_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("invoices_pkey")),
        sa.UniqueConstraint("number", name=op.f("invoices_number_key")),
        schema="billing",
    )
    op.create_index(
        "invoices_account_id_period_from_key",
        "invoices",
        ["account_id", "period_from"],
        unique=True,
        schema="billing",
        postgresql_where=sa.text("status <> 'VOID'"),
    )
    op.create_index(
        "invoices_created_at_idx", "invoices", ["created_at", "id"], unique=False, schema="billing"
    )
    op.create_index(
        "invoices_customer_id_idx",
        "invoices",
        ["customer_id", "created_at", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "invoices_open_idx",
        "invoices",
        ["account_id", "due_on"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("status = 'ISSUED' and paid_minor < total_minor"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "CREDIT_CARD",
                "BANK_TRANSFER",
                "PAYPAL",
                "EWALLET",
                "CASH",
                "CHECK",
                "OTHER",
                name="paymentmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocated_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "allocated_minor between 0 and amount_minor",
            name=op.f("payments_allocated_range_check"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("payments_amount_positive_check")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["billing.billing_accounts.id"], name=op.f("payments_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("payments_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payments_pkey")),
        sa.UniqueConstraint("method", "reference", name=op.f("payments_method_reference_key")),
        schema="billing",
    )
    op.create_index(
        "payments_customer_id_idx",
        "payments",
        ["customer_id", "received_at", "id"],
        unique=False,
        schema="billing",
    )
    op.create_index(
        "payments_unspent_idx",
        "payments",
        ["account_id", "received_at"],
        unique=False,
        schema="billing",
        postgresql_where=sa.text("allocated_minor < amount_minor"),
    )
    op.create_table(
        "invoice_lines",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "RECURRING",
                "PRORATION",
                "SETUP",
                "USAGE",
                "OVERAGE",
                "TOPUP",
                "LATE_FEE",
                "ADJUSTMENT",
                "DISCOUNT",
                name="linekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_percent", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("plan_assignment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "net_minor >= 0 or kind in ('ADJUSTMENT', 'DISCOUNT')",
            name=op.f("invoice_lines_negative_kinds_check"),
        ),
        sa.CheckConstraint(
            "period_from < period_to", name=op.f("invoice_lines_period_not_empty_check")
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("invoice_lines_quantity_positive_check")),
        sa.CheckConstraint(
            "tax_percent between 0 and 100", name=op.f("invoice_lines_tax_percent_range_check")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["billing.invoices.id"], name=op.f("invoice_lines_invoice_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["plan_assignment_id"],
            ["tariff.plan_assignments.id"],
            name=op.f("invoice_lines_plan_assignment_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("invoice_lines_pkey")),
        sa.UniqueConstraint(
            "invoice_id", "position", name=op.f("invoice_lines_invoice_id_position_key")
        ),
        schema="billing",
    )
    op.create_index(
        "invoice_lines_plan_assignment_id_idx",
        "invoice_lines",
        ["plan_assignment_id", "kind"],
        unique=False,
        schema="billing",
    )
    op.create_table(
        "payment_allocations",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "amount_minor > 0", name=op.f("payment_allocations_amount_positive_check")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["billing.invoices.id"],
            name=op.f("payment_allocations_invoice_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["billing.payments.id"],
            name=op.f("payment_allocations_payment_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_allocations_pkey")),
        sa.UniqueConstraint(
            "payment_id", "invoice_id", name=op.f("payment_allocations_payment_id_invoice_id_key")
        ),
        schema="billing",
    )
    op.create_index(
        "payment_allocations_invoice_id_idx",
        "payment_allocations",
        ["invoice_id", "id"],
        unique=False,
        schema="billing",
    )
    op.execute(_REFUSE_CHANGED_INVOICE)
    op.execute(
        "create trigger refuse_changed_invoice before update or delete on billing.invoices"
        " for each row when (old.status <> 'DRAFT')"
        " execute function billing.refuse_changed_invoice()"
    )
    op.execute(_REFUSE_CHANGED_LINE)
    op.execute(
        "create trigger refuse_changed_line before insert or update or delete"
        " on billing.invoice_lines for each row execute function billing.refuse_changed_line()"
    )
