"""Row-level security: what the tenants' role may touch, and which rows of it are a tenant's own."""

import re

from alembic import op
from sqlalchemy import text

ROLE = "isp_graph_tenant"

# Subselects are evaluated once a statement. A setting that is absent or empty is null: no row.
_CUSTOMER = "(select nullif(current_setting('isp_graph.customer_id', true), '')::integer)"
_RESELLERS = (
    "any ((select string_to_array(nullif(current_setting('isp_graph.reseller_ids', true), ''),"
    " ',')::integer[])::integer[])"
)
_SUBJECT = "(select nullif(current_setting('isp_graph.subject', true), ''))"

_READ = "select"
_WRITE = "select, insert, update, delete"
#: Locking a row for share takes the right to update some column: one that says nothing.
_READ_AND_LOCK = "select, update (updated_at)"
#: What a reseller may change of its customers, and what assigning a plan changes with it. Whose a
#: customer is and whether it is barred or deleted is for staff to say.
_CUSTOMER_COLUMNS = (
    "type, first_name, last_name, company_name, display_name, tax_id, email, email_verified_at,"
    " phone, mobile, username, password_hash, language, time_zone, tags, custom_fields,"
    " subscription_state, subscription_started_at, subscription_ends_at, holds,"
    " version, updated_at"
)

#: Table → what the role may do with it. What is not named here it cannot touch at all.
GRANTS: dict[str, str] = {
    "customer.customers": f"select, insert, update ({_CUSTOMER_COLUMNS})",
    "customer.state_changes": "select, insert",
    "customer.addresses": _WRITE,
    "customer.documents": _WRITE,
    "customer.communication_preferences": _WRITE,
    "customer.email_verifications": _WRITE,
    "tariff.tariff_plans": _READ_AND_LOCK,
    "tariff.plan_assignments": "select, insert, update",
    "tariff.usage_records": _READ,
    "tariff.usage_counters": "select, insert, update",
    "billing.billing_accounts": _READ,
    "billing.invoices": _READ,
    "billing.invoice_lines": _READ,
    "billing.payments": _READ,
    "billing.payment_allocations": _READ,
    "billing.payment_methods": (
        "select (id, customer_id, gateway, label, is_autopay, removed_at, created_at, updated_at)"
    ),
    "billing.payment_attempts": _READ,
    "billing.refunds": _READ,
    "billing.disputes": _READ,
    "billing.dunning_policies": _READ,
    "billing.dunning_cases": _READ,
    "billing.dunning_steps": _READ,
    "billing.dunning_pauses": _READ,
    "billing.ledger_entries": _READ,
    "billing.credit_notes": _READ,
    "billing.credit_note_lines": _READ,
    "billing.tax_rates": _READ,
    "billing.billing_runs": _READ,
    "billing.billing_run_items": _READ,
    "radius.nas": _READ,
    "radius.sessions": _READ,
    "radius.auth_log": _READ,
    "radius.credentials": (
        "select (id, customer_id, username, rotated_at, ended_at, version, created_at, updated_at)"
    ),
    "monitoring.metric_samples": _READ,
    "monitoring.alerts": _READ,
    "monitoring.notifications": _READ,
    "monitoring.network_segments": _READ,
    "monitoring.segment_coverage": _READ,
    "reseller.resellers": _READ_AND_LOCK,
    "reseller.commission_entries": _READ,
    "reseller.commission_settlements": _READ,
    "webhook.endpoints": _WRITE,
    "webhook.secrets": _WRITE,
    "webhook.attempts": "select, insert",
    "kernel.events": "select, insert",
    "kernel.event_streams": "select, insert, update (seq)",
    "kernel.event_head": "select (one, position)",
    "kernel.event_consumers": _WRITE,
    "kernel.event_deliveries": "select, update",
    "kernel.idempotency_keys": "select, insert, update",
    "kernel.audit_entries": "insert",
}


def _hangs_off(parent: str, column: str) -> str:
    """Rows whose parent row is the tenant's own, by the parent's own policy."""
    return f"exists (select from {parent} parent where parent.id = {{table}}.{column})"


_OF_CUSTOMER = _hangs_off("customer.customers", "customer_id")
_OF_RESELLER = f"reseller_id = {_RESELLERS}"
_OF_ENDPOINT = (
    "exists (select from webhook.endpoints parent"
    " where 'webhook:' || parent.id = {{table}}.{column})"
)
# The streams that tenants' units of work write: of a customer, of an endpoint, of its deliveries.
# Only digits are cast, so no name makes the statement fail.
_OF_STREAM = """
    case
        when stream ~ '^customer:[1-9][0-9]{{0,9}}$' then exists (
            select from customer.customers parent
            where parent.id = substring({table}.stream from '[0-9]+$')::bigint
        )
        when stream ~ '^(consumer:)?webhook:[1-9][0-9]{{0,9}}$' then exists (
            select from webhook.endpoints parent
            where parent.id = substring({table}.stream from '[0-9]+$')::bigint
        )
        else false
    end
"""

#: Table → which rows are the tenant's own, for reading and for what a write leaves behind.
#: Every other table with a ``customer_id`` or ``reseller_id`` goes by that.
POLICIES: dict[str, str] = {
    "customer.customers": f"id = {_CUSTOMER} or {_OF_RESELLER}",
    "reseller.resellers": (
        f"id = {_RESELLERS} or exists (select from customer.customers own"
        f" where own.id = {_CUSTOMER} and own.reseller_id = {{table}}.id)"
    ),
    "reseller.commission_entries": _OF_RESELLER,
    "reseller.commission_settlements": _OF_RESELLER,
    "billing.invoice_lines": _hangs_off("billing.invoices", "invoice_id"),
    "billing.payment_allocations": _hangs_off("billing.payments", "payment_id"),
    "billing.credit_note_lines": _hangs_off("billing.credit_notes", "credit_note_id"),
    # How people are dunned and charged is the operator's own; tenants may ask, and see none.
    "billing.dunning_policies": "false",
    "billing.billing_runs": "false",
    "billing.billing_run_items": "false",
    "billing.dunning_steps": _hangs_off("billing.dunning_cases", "case_id"),
    "monitoring.notifications": _hangs_off("monitoring.alerts", "alert_id"),
    "webhook.endpoints": _OF_RESELLER,
    "webhook.secrets": _hangs_off("webhook.endpoints", "endpoint_id"),
    "webhook.attempts": _hangs_off("webhook.endpoints", "endpoint_id"),
    "kernel.events": f"customer_id = {_CUSTOMER} or {_OF_RESELLER}",
    "kernel.event_streams": _OF_STREAM,
    "kernel.event_consumers": _OF_ENDPOINT.format(column="name"),
    "kernel.event_deliveries": _OF_ENDPOINT.format(column="consumer"),
    "kernel.idempotency_keys": f"actor = {_SUBJECT}",
    "kernel.audit_entries": f"actor = {_SUBJECT}",
}
#: A fact about a webhook endpoint's deliveries is of no tenant: it may be told, and not read.
_TOLD = "customer_id is null and reseller_id is null"
#: And whatever is told has its number in a stream of the tenant's own.
_NUMBERED = "exists (select from kernel.event_streams own where own.stream = events.stream)"

#: A stream's numbers are given once, whoever asks.
_COUNTS_UP = (
    """
    create or replace function kernel.refuse_counting_back() returns trigger language plpgsql as $$
    begin
        raise exception 'the number of stream % only rises', old.stream
            using errcode = 'restrict_violation';
    end $$
    """,
    """
    create or replace trigger event_streams_count_up before update on kernel.event_streams
        for each row when (new.seq <= old.seq or new.stream <> old.stream)
        execute function kernel.refuse_counting_back()
    """,
)

# Roles belong to the whole cluster, and other databases of it may be migrated at this moment.
CREATE_ROLE = f"""
do $$
begin
    if not exists (select from pg_roles where rolname = '{ROLE}') then
        create role {ROLE} nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise exception '{ROLE}: % may not create roles', current_user
            using hint = format(
                'as an administrator: create role {ROLE} nologin; grant {ROLE} to %I;',
                current_user
            );
end $$
"""
JOIN_ROLE = f"""
do $$
begin
    if not pg_has_role(current_user, '{ROLE}', 'member') then
        execute format('grant {ROLE} to %I', current_user);
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then
        raise exception '% may not act as {ROLE}', current_user
            using hint = format('as an administrator: grant {ROLE} to %I;', current_user);
end $$
"""
_TABLES = """
    select relation.oid::regclass::text as name, array_agg(attname::text) as columns
    from pg_class relation
    join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
    where relkind in ('r', 'p') and not relispartition and relation.oid >= 16384
    group by 1
"""
_TABLES_OF_TENANTS = """
    select relation.oid::regclass::text as name, bool_or(attname = 'customer_id') as of_customer
    from pg_class relation
    join pg_attribute on attrelid = relation.oid and attname in ('customer_id', 'reseller_id')
    where relkind in ('r', 'p') and not relispartition and relation.oid >= 16384
    group by 1
"""


def secure_rows() -> None:
    """
    Create the role and grant it the tables of ``GRANTS``, each row of a tenant under a policy.

    The tables' owner passes by: staff, services and the platform itself pay nothing. A migration
    that adds a table calls this again; until it is named in ``GRANTS`` no tenant can touch it.
    """
    op.execute(CREATE_ROLE)
    op.execute(JOIN_ROLE)
    for schema in sorted({table.partition(".")[0] for table in GRANTS}):
        op.execute(f"grant usage on schema {schema} to {ROLE}")
        # Triggers fire all the same; everything else is called by the owner.
        op.execute(f"revoke execute on all functions in schema {schema} from public")
    columns = _columns()
    for table in GRANTS.keys() & columns.keys():
        op.execute(f"revoke all on {table} from {ROLE}")
        op.execute(f"grant {_rights(table, columns[table])} on {table} to {ROLE}")
    op.execute(f"grant usage on sequence kernel.events_id_seq to {ROLE}")
    for statement in _COUNTS_UP:
        op.execute(statement)
    for table, own_rows in _all_policies().items():
        if table in columns:
            _protect(table, own_rows)
    _create_policy("kernel.events", "told", f"for insert to {ROLE} with check ({_TOLD})")
    numbered = f"as restrictive for insert to {ROLE} with check ({_NUMBERED})"
    _create_policy("kernel.events", "numbered", numbered)


def _columns() -> dict[str, frozenset[str]]:
    """Table → its columns, of the tables that there are: later migrations make the others."""
    found = op.get_bind().execute(text(_TABLES))
    return {each.name: frozenset(each.columns) for each in found}


def _rights(table: str, columns: frozenset[str]) -> str:
    """What is granted on the table, but for columns that a later or an earlier migration has."""

    def present(named: re.Match[str]) -> str:
        return f"({', '.join(each for each in named[1].split(', ') if each in columns)})"

    return re.sub(r"\(([^)]*)\)", present, GRANTS[table])


def _all_policies() -> dict[str, str]:
    found = op.get_bind().execute(text(_TABLES_OF_TENANTS))
    by_column = {each.name: _OF_CUSTOMER if each.of_customer else _OF_RESELLER for each in found}
    return by_column | POLICIES


def _protect(table: str, own_rows: str) -> None:
    own = own_rows.format(table=table)
    op.execute(f"alter table {table} enable row level security")
    _create_policy(table, "tenant", f"to {ROLE} using ({own}) with check ({own})")


def _create_policy(table: str, name: str, rule: str) -> None:
    op.execute(f"drop policy if exists {name} on {table}")
    op.execute(f"create policy {name} on {table} {rule}")
