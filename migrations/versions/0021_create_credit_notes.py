"""Create credit notes and write-offs, and a hash of each invoice's content."""

import sqlalchemy as sa
from alembic import op

from migrations.row_security import secure_rows

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_REASONS = (
    "VOID",
    "BILLING_ERROR",
    "SERVICE_FAILURE",
    "GOODWILL",
    "CANCELLATION",
    "PLAN_CHANGE",
    "OTHER",
)

# What stays of an issued document for ever: of its buyer, what erasing a person leaves.
_CONTENT_HASH = """
create function billing.content_digest(invoice billing.invoices) returns text
    language sql stable as $$
    select encode(sha256(convert_to(jsonb_build_object(
        'number', invoice.number, 'issued_on', invoice.issued_on, 'due_on', invoice.due_on,
        'currency', invoice.currency, 'net_minor', invoice.net_minor,
        'tax_minor', invoice.tax_minor, 'total_minor', invoice.total_minor,
        'period_from', invoice.period_from, 'period_to', invoice.period_to,
        'customer_number', invoice.buyer -> 'customer_number',
        'account_number', invoice.buyer -> 'account_number',
        'tax_id', invoice.buyer -> 'tax_id',
        'country', invoice.buyer -> 'address' -> 'country',
        'lines', (
            select jsonb_agg(jsonb_build_array(
                position, kind, description, quantity, unit_price_minor, tax_percent, net_minor,
                tax_minor, period_from, period_to
            ) order by position)
            from billing.invoice_lines where invoice_id = invoice.id
        )
    )::text, 'UTF8')), 'hex')
$$
"""
_HASHES = (
    _CONTENT_HASH,
    "alter table billing.invoices disable trigger user",
    """
    update billing.invoices invoice set content_digest = billing.content_digest(invoice)
        where number is not null and status <> 'DRAFT'
    """,
    "alter table billing.invoices enable trigger user",
    """
    create function billing.hash_issued_invoice() returns trigger language plpgsql as $$
    begin
        new.content_digest := billing.content_digest(new);
        return new;
    end $$
    """,
    """
    create trigger hash_issued_invoice before update on billing.invoices
        for each row
        when (old.status = 'DRAFT' and new.status <> 'DRAFT' and new.number is not null)
        execute function billing.hash_issued_invoice()
    """,
    # As before, and the hash: it is what everything else is checked by.
    """
    create or replace function billing.refuse_changed_invoice() returns trigger
        language plpgsql as $$
    begin
        if tg_op = 'DELETE' or row(
            new.account_id, new.customer_id, new.number, new.currency, new.net_minor,
            new.tax_minor, new.total_minor, new.period_from, new.period_to, new.issued_on,
            new.due_on, new.content_digest
        ) is distinct from row(
            old.account_id, old.customer_id, old.number, old.currency, old.net_minor,
            old.tax_minor, old.total_minor, old.period_from, old.period_to, old.issued_on,
            old.due_on, old.content_digest
        ) or (
            new.buyer is distinct from old.buyer
            and coalesce(current_setting('isp_graph.erasing', true), '') <> old.customer_id::text
        ) then
            raise exception 'invoice % is no draft: its content never changes', old.id
                using errcode = 'restrict_violation';
        end if;
        return new;
    end $$
    """,
)
# As before; a void invoice that has a credit note was taken back by that.
_POST_UNPOSTED = """
create or replace function billing.post_unposted() returns bigint language sql as $$
    with moved as (
        select 'INVOICE' as kind, account_id, customer_id, currency, id as invoice_id,
            null::integer as payment_id, null::integer as credit_note_id, issued_at as at,
            1 as rank, id as key, net_minor, tax_minor, 0::bigint as minor
        from billing.invoices where number is not null and status <> 'DRAFT'
        union all
        select 'PAYMENT', account_id, customer_id, currency, null, id, null, created_at, 2, id,
            0, 0, amount_minor
        from billing.payments
        union all
        select 'ALLOCATION', payment.account_id, payment.customer_id, payment.currency,
            part.invoice_id, part.payment_id, null, part.created_at, 3, part.id,
            0, 0, part.amount_minor
        from billing.payment_allocations part
        join billing.payments payment on payment.id = part.payment_id
        union all
        select 'CREDIT_NOTE', account_id, customer_id, currency, invoice_id, null, id, issued_at,
            4, id, -net_minor, -tax_minor, 0
        from billing.credit_notes
        union all
        select 'VOID', account_id, customer_id, currency, id, null, null, voided_at, 4, id,
            -net_minor, -tax_minor, 0
        from billing.invoices
        where number is not null and status = 'VOID' and credited_minor <> total_minor
        union all
        select 'WRITE_OFF', account_id, customer_id, currency, id, null, null, written_off_at, 4,
            id, 0, 0, written_off_minor
        from billing.invoices where written_off_minor > 0
    ), legs as (
        select moved.*, leg.account, leg.amount, leg.place
        from moved cross join lateral (values
            ('RECEIVABLE', case when kind in ('ALLOCATION', 'WRITE_OFF') then -minor
                else net_minor + tax_minor end, 1),
            ('REVENUE', -net_minor, 2),
            ('TAX', -tax_minor, 3),
            ('CASH', case kind when 'PAYMENT' then minor else 0 end, 4),
            ('CUSTOMER_CREDIT', case kind when 'PAYMENT' then -minor
                when 'ALLOCATION' then minor else 0 end, 5),
            ('BAD_DEBT', case kind when 'WRITE_OFF' then minor else 0 end, 6)
        ) leg (account, amount, place)
        where leg.amount <> 0 and not exists (
            select from billing.ledger_entries known
            where known.customer_id = moved.customer_id and known.kind = moved.kind
                and known.invoice_id is not distinct from moved.invoice_id
                and known.payment_id is not distinct from moved.payment_id
                and known.credit_note_id is not distinct from moved.credit_note_id
        )
    ), posted as (
        insert into billing.ledger_entries (transaction_id, billing_account_id, customer_id, kind,
            account, currency, amount_minor, invoice_id, payment_id, credit_note_id, at)
        select md5(kind || ':' || key)::uuid, account_id, customer_id, kind, account, currency,
            amount, invoice_id, payment_id, credit_note_id, at
        from legs order by at, rank, key, place
        returning 1
    )
    select count(*) from posted
$$
"""
_GUARDS = (
    """
    create function billing.refuse_changed_credit_note() returns trigger language plpgsql as $$
    begin
        if tg_op = 'UPDATE'
            and coalesce(current_setting('isp_graph.erasing', true), '') = old.customer_id::text
            and new.note is null and to_jsonb(old) - 'note' = to_jsonb(new) - 'note'
        then
            return new;
        end if;
        raise exception 'credit note % never changes', old.number
            using errcode = 'restrict_violation';
    end $$
    """,
    """
    create trigger credit_notes_never_change before update or delete on billing.credit_notes
        for each row execute function billing.refuse_changed_credit_note()
    """,
    """
    create trigger credit_note_lines_never_change
        before update or delete on billing.credit_note_lines
        for each row execute function billing.refuse_ledger_change()
    """,
    """
    create function billing.refuse_credit_beyond_line() returns trigger language plpgsql as $$
    begin
        if exists (
            select from billing.invoice_lines line
            join billing.credit_note_lines credited on credited.invoice_line_id = line.id
            where line.id = new.invoice_line_id
            group by line.id
            having abs(sum(credited.net_minor)) > abs(line.net_minor)
                or abs(sum(credited.tax_minor)) > abs(line.tax_minor)
        ) then
            raise exception 'more is credited than line % charged', new.invoice_line_id
                using errcode = 'check_violation';
        end if;
        return null;
    end $$
    """,
    """
    create trigger credit_note_lines_within_line after insert on billing.credit_note_lines
        for each row execute function billing.refuse_credit_beyond_line()
    """,
)


def upgrade() -> None:
    # What was freed may pay the same invoice again.
    op.drop_constraint(
        op.f("payment_allocations_payment_id_invoice_id_key"),
        "payment_allocations",
        schema="billing",
    )
    op.create_index(
        "payment_allocations_payment_id_idx",
        "payment_allocations",
        ["payment_id", "id"],
        schema="billing",
    )
    _extend_invoices()
    _create_credit_notes()
    op.add_column(
        "ledger_entries", sa.Column("credit_note_id", sa.Integer(), nullable=True), schema="billing"
    )
    op.create_foreign_key(
        op.f("ledger_entries_credit_note_id_fkey"),
        "ledger_entries",
        "credit_notes",
        ["credit_note_id"],
        ["id"],
        source_schema="billing",
        referent_schema="billing",
    )
    for statement in (*_HASHES, *_GUARDS, _POST_UNPOSTED):
        op.execute(statement)
    secure_rows()


def _extend_invoices() -> None:
    for name in ("credited_minor", "credited_net_minor", "written_off_minor"):
        column = sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        op.add_column("invoices", column, schema="billing")
    for column in (
        sa.Column("written_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("write_off_reason", sa.String(length=500), nullable=True),
        sa.Column("content_digest", sa.String(length=64), nullable=True),
    ):
        op.add_column("invoices", column, schema="billing")
    only_issued = op.f("invoices_only_issued_is_paid_check")
    op.drop_constraint(only_issued, "invoices", schema="billing")
    op.create_check_constraint(
        only_issued,
        "invoices",
        "paid_minor = 0 or status = 'ISSUED' or status = 'VOID' and paid_minor = credited_minor",
        schema="billing",
    )
    op.create_check_constraint(
        op.f("invoices_not_paid_range_check"),
        "invoices",
        "credited_minor >= 0 and written_off_minor >= 0"
        " and credited_minor + written_off_minor <= paid_minor",
        schema="billing",
    )


def _create_credit_notes() -> None:
    op.create_table(
        "credit_notes",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                *_REASONS,
                name="creditreason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("net_minor", "tax_minor", "total_minor", "offset_minor")
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "total_minor = net_minor + tax_minor", name=op.f("credit_notes_total_adds_up_check")
        ),
        sa.CheckConstraint(
            "offset_minor between 0 and total_minor", name=op.f("credit_notes_offset_range_check")
        ),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"credit_notes_{column}_fkey"))
            for column, target in (
                ("account_id", "billing.billing_accounts.id"),
                ("customer_id", "customer.customers.id"),
                ("invoice_id", "billing.invoices.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("credit_notes_pkey")),
        sa.UniqueConstraint("number", name=op.f("credit_notes_number_key")),
        schema="billing",
    )
    for column in ("invoice_id", "customer_id"):
        name = f"credit_notes_{column}_idx"
        op.create_index(name, "credit_notes", [column, "id"], schema="billing")
    op.create_table(
        "credit_note_lines",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("credit_note_id", sa.Integer(), nullable=False),
        sa.Column("invoice_line_id", sa.Integer(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credit_note_id"],
            ["billing.credit_notes.id"],
            name=op.f("credit_note_lines_credit_note_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"],
            ["billing.invoice_lines.id"],
            name=op.f("credit_note_lines_invoice_line_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("credit_note_lines_pkey")),
        sa.UniqueConstraint(
            "credit_note_id",
            "invoice_line_id",
            name=op.f("credit_note_lines_credit_note_id_invoice_line_id_key"),
        ),
        schema="billing",
    )
    op.create_index(
        "credit_note_lines_invoice_line_id_idx",
        "credit_note_lines",
        ["invoice_line_id"],
        schema="billing",
    )
