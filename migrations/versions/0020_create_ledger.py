"""Create the double-entry ledger, and book what happened before it."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None

_KINDS = (
    "INVOICE",
    "VOID",
    "CREDIT_NOTE",
    "PAYMENT",
    "ALLOCATION",
    "DEALLOCATION",
    "REFUND",
    "CHARGEBACK",
    "WRITE_OFF",
)
_ACCOUNTS = ("RECEIVABLE", "CASH", "CUSTOMER_CREDIT", "REVENUE", "TAX", "BAD_DEBT")

_GUARDS = (
    """
    create function billing.refuse_ledger_change() returns trigger language plpgsql as $$
    begin
        raise exception 'the ledger is only appended to' using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger ledger_entries_never_change before update or delete on billing.ledger_entries
        for each row execute function billing.refuse_ledger_change()
    """,
    """
    create trigger ledger_entries_never_emptied before truncate on billing.ledger_entries
        for each statement execute function billing.refuse_ledger_change()
    """,
    """
    create function billing.refuse_unbalanced() returns trigger language plpgsql as $$
    begin
        if exists (
            select from billing.ledger_entries where transaction_id = new.transaction_id
            group by currency having sum(amount_minor) <> 0
        ) then
            raise exception 'ledger transaction % does not balance', new.transaction_id
                using errcode = 'check_violation';
        end if;
        return null;
    end $$
    """,
    # At the end of the transaction: entries of one posting need not come in one statement.
    """
    create constraint trigger ledger_entries_balance after insert on billing.ledger_entries
        deferrable initially deferred
        for each row execute function billing.refuse_unbalanced()
    """,
)
# Documents that the ledger does not know yet, in the order of time: those of before it, and those
# that are loaded in bulk. An invoice that was void already had been issued first.
_POST_UNPOSTED = """
create function billing.post_unposted() returns bigint language sql as $$
    with moved as (
        select 'INVOICE' as kind, account_id, customer_id, currency, id as invoice_id,
            null::integer as payment_id, issued_at as at, 1 as rank, id as key,
            net_minor, tax_minor, 0::bigint as paid_minor
        from billing.invoices where number is not null and status <> 'DRAFT'
        union all
        select 'VOID', account_id, customer_id, currency, id, null, voided_at, 4, id,
            -net_minor, -tax_minor, 0
        from billing.invoices where number is not null and status = 'VOID'
        union all
        select 'PAYMENT', account_id, customer_id, currency, null, id, created_at, 2, id,
            0, 0, amount_minor
        from billing.payments
        union all
        select 'ALLOCATION', payment.account_id, payment.customer_id, payment.currency,
            part.invoice_id, part.payment_id, part.created_at, 3, part.id, 0, 0, part.amount_minor
        from billing.payment_allocations part
        join billing.payments payment on payment.id = part.payment_id
    ), legs as (
        select moved.*, leg.account, leg.minor, leg.place
        from moved cross join lateral (values
            ('RECEIVABLE', case kind when 'PAYMENT' then 0 when 'ALLOCATION' then -paid_minor
                else net_minor + tax_minor end, 1),
            ('REVENUE', -net_minor, 2),
            ('TAX', -tax_minor, 3),
            ('CASH', case kind when 'PAYMENT' then paid_minor else 0 end, 4),
            ('CUSTOMER_CREDIT', case kind when 'PAYMENT' then -paid_minor
                when 'ALLOCATION' then paid_minor else 0 end, 5)
        ) leg (account, minor, place)
        where leg.minor <> 0 and not exists (
            select from billing.ledger_entries known
            where known.customer_id = moved.customer_id and known.kind = moved.kind
                and known.invoice_id is not distinct from moved.invoice_id
                and known.payment_id is not distinct from moved.payment_id
        )
    ), posted as (
        insert into billing.ledger_entries (transaction_id, billing_account_id, customer_id, kind,
            account, currency, amount_minor, invoice_id, payment_id, at)
        select md5(kind || ':' || key)::uuid, account_id, customer_id, kind, account, currency,
            minor, invoice_id, payment_id, at
        from legs order by at, rank, key, place
        returning 1
    )
    select count(*) from posted
$$
"""


def upgrade() -> None:
    _create_entries()
    for statement in (*_GUARDS, _POST_UNPOSTED, "select billing.post_unposted()"):
        op.execute(statement)
    secure_rows()


def _create_entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("billing_account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("postingkind", _KINDS), nullable=False),
        sa.Column("account", _enum("ledgeraccount", _ACCOUNTS), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ledger_entries_amount_not_zero_check")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"ledger_entries_{column}_fkey"))
            for column, target in (
                ("billing_account_id", "billing.billing_accounts.id"),
                ("customer_id", "customer.customers.id"),
                ("invoice_id", "billing.invoices.id"),
                ("payment_id", "billing.payments.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_entries_pkey")),
        schema="billing",
    )
    for name, columns in {
        "transaction_id": ["transaction_id"],
        "customer_id": ["customer_id", "id"],
        "account": ["account", "at", "id"],
        "at": ["at", "id"],
    }.items():
        op.create_index(f"ledger_entries_{name}_idx", "ledger_entries", columns, schema="billing")
    op.create_index(
        "ledger_entries_invoice_id_idx",
        "ledger_entries",
        ["invoice_id"],
        schema="billing",
        postgresql_where=sa.text("invoice_id is not null"),
    )


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
