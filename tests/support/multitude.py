"""A provider with a hundred thousand customers, made by set-based statements in seconds."""

import asyncpg

from domain.kernel import access
from domain.kernel.access import Actor, Role

CUSTOMERS = 100_000
#: Of the small reseller, and with a row of every kind.
CUSTOMER_ID = 5_000
SMALL_RESELLER = 201
#: The subtrees of two resellers.
SMALL, LARGE = (SMALL_RESELLER,), tuple(range(1, 101))

#: Who reads: the subtree of the large reseller has 60,000 customers, the small one 20.
READERS: dict[str, Actor] = {
    "staff": access.staff(Role.ADMIN, "staff:1"),
    "large reseller": access.reseller(1, LARGE),
    "small reseller": access.reseller(SMALL_RESELLER, SMALL),
    "customer": access.customer(CUSTOMER_ID),
}


def customers_of(actor: Actor) -> list[int]:
    """Fifty customers, or fewer, that the actor sees."""
    if actor.role is Role.CUSTOMER:
        return [CUSTOMER_ID]
    if actor.reseller_ids == SMALL:
        return [*range(CUSTOMER_ID, CUSTOMERS + 1, 5_000)]
    return [1 + 10 * number for number in range(1, 51)]


_AT = "timestamptz '2026-01-01' + each * interval '1 minute'"
_OWNER = f"1 + each % {CUSTOMERS}"
_OWNER_OF_PAIR = f"1 + (each / 2) % {CUSTOMERS}"
_EVENT_ID = "('0199f000000070008000' || lpad(to_hex(each), 12, '0'))::uuid"


def _series(rows: int) -> str:
    return f"from generate_series(1, {rows}) each"


#: Table and columns → what each row holds, and how many there are.
_ROWS: dict[str, tuple[str, int]] = {
    "reseller.resellers (code, name, parent_id)": (
        "'R-' || each, 'Reseller ' || each, case when each between 2 and 100 then 1 end",
        300,
    ),
    "customer.customers (type, status, subscription_state, display_name, company_name, email,"
    " username, tags, reseller_id, created_at)": (
        """
        case each % 10 when 0 then 'BUSINESS' else 'INDIVIDUAL' end,
        case each % 20 when 0 then 'SUSPENDED' else 'ACTIVE' end,
        case each % 25 when 0 then 'EXPIRED' else 'ACTIVE' end,
        md5(each::text) || ' ' || each, case each % 10 when 0 then 'Company ' || each end,
        'customer-' || each || '@example.com', 'customer-' || each,
        case each % 1000 when 0 then '["vip"]'::jsonb else '[]' end,
        case
            when each % 5000 = 0 then 201
            when each % 10 < 6 then 1 + each % 100
            when each % 10 < 8 then 202 + each % 90
        end, """
        + _AT,
        CUSTOMERS,
    ),
    "customer.addresses (customer_id, type, line1, locality, postal_code, country)": (
        f"{_OWNER}, 'SERVICE', 'Rua 1', 'Lisboa', lpad((each % 10000)::text, 7, '0'), 'PT'",
        40_000,
    ),
    "customer.documents (customer_id, type, status, uploaded_by)": (
        f"{_OWNER}, 'PASSPORT', 'VERIFIED', 'staff:1'",
        40_000,
    ),
    "customer.communication_preferences (customer_id, communication_type)": (
        f"{_OWNER}, 'EMAIL'",
        CUSTOMERS,
    ),
    "customer.state_changes (customer_id, machine, to_state, actor, changed_at)": (
        f"{_OWNER}, 'STATUS', 'ACTIVE', 'staff:1', {_AT}",
        40_000,
    ),
    "tariff.tariff_plans (code, name, price_minor, currency, billing_cycle, download_kbps,"
    " upload_kbps, retired_at)": (
        "'P-' || each, 'Plan', each % 50, 'EUR', 'MONTHLY', 100000, 10000,"
        " case when each > 100 then now() end",
        5_000,
    ),
    "tariff.plan_assignments (customer_id, tariff_plan_id, started_at, price_minor, currency,"
    " billing_cycle)": (
        f"{_OWNER}, 1 + each % 200, {_AT}, 1000, 'EUR', 'MONTHLY'",
        CUSTOMERS,
    ),
    "tariff.usage_counters (customer_id, period_start, downloaded_octets, uploaded_octets,"
    " fup_state, notified_percent, updated_at)": (
        f"{_OWNER}, date_trunc('month', now()), 1, 1, 'NORMAL', 0, now()",
        CUSTOMERS,
    ),
    "billing.billing_accounts (customer_id)": ("each", CUSTOMERS),
    "billing.invoices (account_id, customer_id, status, currency, net_minor, tax_minor,"
    " total_minor, paid_minor, number, issued_on, due_on, buyer, created_at)": (
        f"""
        {_OWNER}, {_OWNER}, 'ISSUED', 'EUR', each, 0, each, case when each % 10 > 0 then each
        else 0 end, 'F-' || each, ({_AT})::date, ({_AT})::date + 14, '{{}}', {_AT}
        """,
        100_000,
    ),
    "billing.invoice_lines (invoice_id, position, kind, description, quantity, unit_price_minor,"
    " tax_percent, net_minor, tax_minor)": (
        "each, 1, 'RECURRING', 'Access', 1, 100, 0, 100, 0",
        40_000,
    ),
    "billing.payments (account_id, customer_id, method, currency, amount_minor, allocated_minor,"
    " received_at, recorded_by)": (
        f"{_OWNER}, {_OWNER}, 'CREDIT_CARD', 'EUR', 1 + each, 1 + each, {_AT}, 'staff:1'",
        40_000,
    ),
    "billing.payment_allocations (payment_id, invoice_id, amount_minor)": (
        "each, each, 1",
        40_000,
    ),
    "billing.payment_methods (customer_id, gateway, token, payer, label, is_autopay)": (
        f"{_OWNER}, 'stripe', 'pm_' || each, 'cus_' || each, 'Visa', false",
        20_000,
    ),
    "billing.payment_attempts (account_id, customer_id, method_id, currency, amount_minor, status,"
    " may_retry, created_at)": (
        f"{_OWNER}, {_OWNER}, each, 'EUR', 100, 'FAILED', false, {_AT}",
        20_000,
    ),
    "billing.refunds (payment_id, customer_id, amount_minor, status, reason, created_by)": (
        f"each, {_OWNER}, 1, 'SUCCEEDED', 'because', 'staff:1'",
        20_000,
    ),
    "billing.disputes (payment_id, customer_id, status, reason)": (
        f"each, {_OWNER}, 'OPEN', 'because'",
        20_000,
    ),
    "billing.credit_notes (account_id, customer_id, invoice_id, number, reason, currency,"
    " net_minor, tax_minor, total_minor, offset_minor, issued_on, issued_at)": (
        f"{_OWNER}, {_OWNER}, each, 'CN-' || each, 'GOODWILL', 'EUR', 1, 0, 1, 0,"
        f" ({_AT})::date, {_AT}",
        40_000,
    ),
    "billing.credit_note_lines (credit_note_id, invoice_line_id, net_minor, tax_minor)": (
        "each, each, 1, 0",
        40_000,
    ),
    "billing.dunning_policies (code, name, currency, is_default, grace_days, minimum_minor, steps,"
    " no_cut_weekdays, no_cut_dates)": (
        "'P-' || each, 'Policy', 'EUR', each = 1, 3, 100, '[]', '[]', '[]'",
        20,
    ),
    "billing.dunning_cases (account_id, customer_id, policy_id, currency, stage, stage_on,"
    " opened_at, closed_at)": (
        f"{_OWNER}, {_OWNER}, 1, 'EUR', case each % 10 when 0 then 'WARNED' else 'REMINDED' end,"
        f" ({_AT})::date, {_AT}, case when each > 2000 then {_AT} end",
        20_000,
    ),
    "billing.dunning_steps (case_id, stage, actions, overdue_minor)": (
        "each, 'REMINDED', '[]', 1",
        20_000,
    ),
    "billing.dunning_pauses (account_id, customer_id, kind, note, created_by, outcome, ended_at)": (
        f"{_OWNER}, {_OWNER}, 'EXEMPTION', 'note', 'staff:1',"
        f" case when each > 2000 then 'WITHDRAWN' end, case when each > 2000 then {_AT} end",
        20_000,
    ),
    "billing.tax_rates (country, percent, valid_from, set_by)": (
        "chr(65 + each % 26) || 'T', 20, date '2020-01-01' + each, 'staff:1'",
        200,
    ),
    "billing.billing_runs (charged_on, is_dry_run, is_scheduled, state, started_by, started_at)": (
        f"({_AT})::date, false, false, 'DONE', 'staff:1', {_AT}",
        200,
    ),
    "billing.billing_run_items (run_id, customer_id, state, currency, net_minor, tax_minor)": (
        f"1 + each % 200, {_OWNER}, case each % 20 when 0 then 'SKIPPED' else 'ISSUED' end, 'EUR',"
        " 1, 0",
        40_000,
    ),
    "billing.ledger_entries (transaction_id, billing_account_id, customer_id, kind, account,"
    " currency, amount_minor, at)": (
        f"""
        md5((each / 2)::text)::uuid, {_OWNER_OF_PAIR}, {_OWNER_OF_PAIR}, 'INVOICE',
        case each % 2 when 0 then 'RECEIVABLE' else 'REVENUE' end, 'EUR',
        case each % 2 when 0 then 100 else -100 end, {_AT}
        """,
        40_001,
    ),
    "radius.nas (name, address, vendor)": (
        "'nas-' || each, inet '10.0.0.0' + each, 'CISCO'",
        200,
    ),
    "radius.sessions (customer_id, acct_unique_session_id, acct_session_id, username,"
    " nas_ip_address, framed_ip_address, state, input_octets, output_octets,"
    " session_time_seconds, started_at, last_update_at, stopped_at)": (
        f"""
        {_OWNER}, 'u-' || each, 's-' || each, 'customer-' || {_OWNER}, inet '10.0.0.0' + each % 200,
        inet '100.64.0.0' + each % 100000, case each % 10 when 0 then 'ACTIVE' else 'STOPPED' end,
        1, 1, 60, {_AT}, {_AT}, case when each % 10 > 0 then {_AT} end
        """,
        40_000,
    ),
    "radius.unclaimed_accounting (received_at, username, nas_ip_address, acct_unique_session_id,"
    " status_type, session_time_seconds, input_octets, output_octets, event_at, record)": (
        f"{_AT}, 'nobody', '10.0.0.1', 'u-' || each, 'START', 0, 0, 0, {_AT}, '{{}}'",
        20_000,
    ),
    "radius.credentials (customer_id, username, sealed, rotated_at)": (
        f"{_OWNER}, 'line-' || each, 'x', now()",
        CUSTOMERS,
    ),
    "monitoring.metric_samples (customer_id, kind, sampled_at, received_at, value)": (
        f"{_OWNER}, case when each % 2 = 0 then 'LATENCY_MS' else 'LOSS_PCT' end,"
        " now() - each * interval '1 second', now(), 1",
        40_000,
    ),
    "monitoring.alerts (customer_id, type, severity, priority, status, message, raised_by)": (
        f"""
        {_OWNER}, 'line_down', case each % 50 when 0 then 'CRITICAL' else 'WARNING' end, 'NORMAL',
        case each % 20 when 0 then 'ACTIVE' else 'RESOLVED' end, 'No light', 'staff:1'
        """,
        40_000,
    ),
    "monitoring.notifications (alert_id, channel, status)": ("each, 'EMAIL', 'SENT'", 40_000),
    "monitoring.network_segments (code, name, kind)": (
        "'S-' || each, 'Segment', case each % 20 when 0 then 'SITE' else 'OLT' end",
        2_000,
    ),
    "monitoring.segment_coverage (country, postal_code_prefix, segment_id)": (
        "'PT', lpad(each::text, 7, '0'), each",
        2_000,
    ),
    "reseller.commission_settlements (reseller_id, currency, total_minor, entry_count,"
    " settled_until, settled_by, settled_at)": (
        f"1 + each % 300, 'EUR', 1, 1, {_AT}, 'staff:1', {_AT}",
        20_000,
    ),
    "reseller.commission_entries (reseller_id, customer_id, invoice_id, invoice_number, kind,"
    " base_minor, rate_percent, amount_minor, currency, period, earned_at, state,"
    " settlement_id)": (
        f"""
        1 + each % 300, {_OWNER}, each, 'F-' || each, 'ACCRUAL', 1, 1, 1, 'EUR',
        '2026-0' || 1 + each % 9, {_AT}, case each % 10 when 0 then 'ACCRUED' else 'SETTLED' end,
        case when each % 10 > 0 then 1 + each % 20000 end
        """,
        40_000,
    ),
    "webhook.endpoints (reseller_id, url, event_types, scopes, format, status)": (
        "1 + each % 300, 'https://example.com', '[]', '[]', 'ENVELOPE',"
        " case each % 20 when 0 then 'PAUSED' else 'ACTIVE' end",
        3_000,
    ),
    "webhook.attempts (endpoint_id, event_id, event_type, number, attempted_at, status_code,"
    " failure)": (
        f"""
        1 + each % 3000, {_EVENT_ID}, 'customer.updated', 1, {_AT}, 200,
        case each % 10 when 0 then 'WRONG_STATUS' end
        """,
        40_000,
    ),
    "identity.accounts (email, display_name, role, reseller_id, password_hash, is_active)": (
        "'a-' || each || '@example.com', 'Person', 'RESELLER', 1 + each % 300, 'x', each % 20 > 0",
        5_000,
    ),
    "identity.service_accounts (name, scopes, secret_hash, secret_changed_at)": (
        "'program-' || each, '[]', 'x', now()",
        2_000,
    ),
    "kernel.events (event_id, position, type, spec_version, stream, seq, customer_id,"
    " reseller_id, actor, transaction_id, data)": (
        f"""
        {_EVENT_ID}, each, case each % 20 when 0 then 'customer.created' else 'customer.updated'
        end, 1, 'customer:' || ({_OWNER}), each, {_OWNER}, 1 + each % 300, 'staff:1', {_EVENT_ID},
        '{{}}'
        """,
        40_000,
    ),
    "kernel.event_consumers (name, position)": ("'webhook:' || each, 0", 2_000),
    "kernel.event_deliveries (consumer, position, event_id, stream, customer_id, status,"
    " died_at)": (
        f"""
        'webhook:' || each % 2000, each, {_EVENT_ID}, 'customer:' || ({_OWNER}), {_OWNER},
        case each % 20 when 0 then 'DEAD' else 'PENDING' end,
        case each % 20 when 0 then {_AT} end
        """,
        40_000,
    ),
    "kernel.audit_entries (id, at, kind, action, actor, actor_role, operation, entity_type,"
    " customer_ids)": (
        f"""
        {_EVENT_ID}, {_AT}, case each % 20 when 0 then 'CHANGE' else 'READ' end, 'READ',
        'staff:' || each % 1000, 'SUPPORT', 'Operation' || each % 500, 'Type' || each % 30,
        array[{_OWNER}]
        """,
        40_000,
    ),
}


#: Tables that nothing should read from one end to the other.
BIG = {
    table.split(" ")[0].partition(".")[2] for table, (_, rows) in _ROWS.items() if rows >= 10_000
} | {"events_rest"}


# All but those of constraints and of partitioned tables.
_INDEXES = """
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index join pg_class on pg_class.oid = indrelid
    where relkind = 'r' and not relispartition and relnamespace > 16383 and not indisunique
"""


async def fill(connection: asyncpg.Connection) -> None:
    """Fill an empty, migrated database; its statistics are fresh afterwards."""
    async with connection.transaction():
        # Neither triggers nor foreign keys: the rows fit together as they are made.
        await connection.execute("set local session_replication_role = replica")
        await connection.execute("set local maintenance_work_mem = '128MB'")
        indexes = await connection.fetch(_INDEXES)
        for index in indexes:
            await connection.execute(f"drop index {index['name']}")
        for table, (values, rows) in _ROWS.items():
            await connection.execute(f"insert into {table} select {values} {_series(rows)}")
        # Built at once they take half the time.
        for index in indexes:
            await connection.execute(index["definition"])
    await connection.execute("vacuum analyze")
