"""Create the audit log, which only grows, and the register of privacy requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Whoever means to change the log must call one of the two functions: only inside them, and for
# as long as they run, is the door open. What they may do is in their bodies.
_DOORS = (
    """
    create function kernel.refuse_audit_change() returns trigger language plpgsql as $$
    begin
        if coalesce(current_setting('isp_graph.audit_door', true), '') <> 'open' then
            raise exception 'the audit log is only appended to'
                using errcode = 'restrict_violation';
        end if;
        return coalesce(new, old);
    end $$
    """,
    """
    create trigger audit_entries_never_change before update or delete on kernel.audit_entries
        for each row execute function kernel.refuse_audit_change()
    """,
    """
    create trigger audit_entries_never_emptied before truncate on kernel.audit_entries
        for each statement execute function kernel.refuse_audit_change()
    """,
    # What was changed stays, as names of columns; so does who did it, but for a person's own
    # network address: of what they did signed in, by a link they were sent (anonymous), or with
    # the platform writing for them. Entries that name several customers hold no values.
    """
    create function kernel.forget_audited(person integer) returns bigint language plpgsql as $$
    declare
        forgotten bigint;
    begin
        perform set_config('isp_graph.audit_door', 'open', true);
        update kernel.audit_entries set
            before = kernel.without_values(before),
            after = kernel.without_values(after),
            client = case
                when actor in ('customer:' || person, 'system')
                    or actor_role in ('CUSTOMER', 'ANONYMOUS')
                    or entity_type = 'SignIn'
                then null else client end
        where customer_ids @> array[person] or actor = 'customer:' || person;
        get diagnostics forgotten = row_count;
        perform set_config('isp_graph.audit_door', '', true);
        return forgotten;
    end $$
    """,
    """
    create function kernel.without_values(columns jsonb) returns jsonb language sql immutable as $$
        select jsonb_object_agg(name, null) from jsonb_object_keys(columns) name
    $$
    """,
    """
    create function kernel.prune_audit(first_kept uuid, at_most integer) returns bigint
        language plpgsql as $$
    declare
        pruned bigint;
    begin
        perform set_config('isp_graph.audit_door', 'open', true);
        delete from kernel.audit_entries where id in (
            select id from kernel.audit_entries where id < first_kept order by id limit at_most
        );
        get diagnostics pruned = row_count;
        perform set_config('isp_graph.audit_door', '', true);
        return pruned;
    end $$
    """,
)
# As before, but that a buyer may be forgotten: by whom erases that customer, in that transaction.
_LET_BUYER_BE_FORGOTTEN = """
create or replace function billing.refuse_changed_invoice() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or row(
        new.account_id, new.customer_id, new.number, new.currency, new.net_minor, new.tax_minor,
        new.total_minor, new.period_from, new.period_to, new.issued_on, new.due_on
    ) is distinct from row(
        old.account_id, old.customer_id, old.number, old.currency, old.net_minor, old.tax_minor,
        old.total_minor, old.period_from, old.period_to, old.issued_on, old.due_on
    ) or (
        new.buyer is distinct from old.buyer
        and coalesce(current_setting('isp_graph.erasing', true), '') <> old.customer_id::text
    ) then
        raise exception 'invoice % is no draft: its content never changes', old.id
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$
"""
# Likewise the note of a commission entry, settled or not.
_LET_NOTE_BE_FORGOTTEN = (
    "drop trigger commission_entries_settled_once on reseller.commission_entries",
    """
    create trigger commission_entries_settled_once
        before update on reseller.commission_entries
        for each row when (
            (
                old.state = 'SETTLED'
                or to_jsonb(old) - 'state' - 'settlement_id'
                    <> to_jsonb(new) - 'state' - 'settlement_id'
            ) and not (
                coalesce(current_setting('isp_graph.erasing', true), '') = old.customer_id::text
                and new.note is null and to_jsonb(old) - 'note' = to_jsonb(new) - 'note'
            )
        ) execute function reseller.refuse_change()
    """,
)


def upgrade() -> None:
    op.execute("create schema if not exists privacy")
    _create_audit_entries()
    _create_requests()
    for statement in (*_DOORS, _LET_BUYER_BE_FORGOTTEN, *_LET_NOTE_BE_FORGOTTEN):
        op.execute(statement)


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "READ",
                "CHANGE",
                name="auditkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "action",
            sa.Enum(
                "READ",
                "SUBSCRIBE",
                "INSERT",
                "UPDATE",
                "DELETE",
                name="auditaction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("reseller_id", sa.Integer(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=True),
        sa.Column("customer_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("transaction_id", sa.Uuid(), nullable=True),
        sa.Column("causation_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_entries_pkey")),
        schema="kernel",
    )
    op.create_index("audit_entries_actor_idx", "audit_entries", ["actor", "id"], schema="kernel")
    op.create_index(
        "audit_entries_customer_ids_idx",
        "audit_entries",
        ["customer_ids"],
        schema="kernel",
        postgresql_using="gin",
    )


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "EXPORT",
                "ERASE",
                name="requestkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "NO_LONGER_NECESSARY",
                "CONSENT_WITHDRAWN",
                "OBJECTION",
                "UNLAWFUL_PROCESSING",
                "LEGAL_OBLIGATION",
                name="erasurereason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(kind = 'ERASE') = (reason is not null)", name=op.f("requests_reason_to_erase_check")
        ),
        sa.CheckConstraint(
            "(kind = 'EXPORT') = (sha256 is not null)", name=op.f("requests_digest_of_export_check")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customers.id"], name=op.f("requests_customer_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("requests_pkey")),
        schema="privacy",
    )
    op.create_index("requests_customer_id_idx", "requests", ["customer_id", "id"], schema="privacy")
    op.create_index(
        "requests_erased_once_key",
        "requests",
        ["customer_id"],
        unique=True,
        schema="privacy",
        postgresql_where=sa.text("kind = 'ERASE'"),
    )
