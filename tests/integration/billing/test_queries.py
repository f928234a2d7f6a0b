"""Reads of billing: who sees what, pages, sums, and one statement however many are asked for."""

import pytest
from sqlalchemy import insert

from domain.billing import invoice_queries, queries
from domain.billing.invoice_queries import InvoiceFilter, InvoiceList
from domain.billing.models import BillingAccount
from domain.billing.queries import PaymentFilter, PaymentList
from domain.customer.models import Customer, CustomerStatus, CustomerType, SubscriptionState
from domain.kernel import access
from domain.kernel.access import ANONYMOUS, SYSTEM, Role
from domain.kernel.errors import AccessDenied, Unauthenticated
from domain.kernel.paging import Slice
from tests.support.billing import drafted_invoice, issued_invoice, recorded_payment, voided_invoice
from tests.support.customers import created_customer, created_reseller
from tests.support.statements import captured_statements

BILLING = access.staff(Role.BILLING, "staff:1")
NOBODY = access.service("metrics", [])


def a_list(size=20, **facts):
    return InvoiceList(part=Slice(first=size), **facts)


READS = {
    "accounts_by_customer": queries.accounts_by_customer,
    "accounts_by_id": queries.accounts_by_id,
    "payments_by_id": queries.payments_by_id,
    "payment_pages_by_customer": lambda connection, actor, keys: queries.payment_pages_by_customer(
        connection, actor, keys, PaymentList(part=Slice(first=2))
    ),
    "payment_counts_by_customer": lambda connection, actor, keys: (
        queries.payment_counts_by_customer(connection, actor, keys, PaymentFilter())
    ),
    "allocations_by_payment": queries.allocations_by_payment,
    "allocations_by_invoice": queries.allocations_by_invoice,
    "invoices_by_id": invoice_queries.invoices_by_id,
    "invoices_by_number": lambda connection, actor, keys: invoice_queries.invoices_by_number(
        connection, actor, [f"INV-2026-{key:06d}" for key in keys]
    ),
    "invoice_pages_by_customer": lambda connection, actor, keys: (
        invoice_queries.invoice_pages_by_customer(connection, actor, keys, a_list(2))
    ),
    "invoice_counts_by_customer": lambda connection, actor, keys: (
        invoice_queries.invoice_counts_by_customer(connection, actor, keys, InvoiceFilter())
    ),
    "lines_by_invoice": invoice_queries.lines_by_invoice,
    "invoice_page": lambda connection, actor, keys: invoice_queries.invoice_page(
        connection, actor, a_list(len(keys))
    ),
    "invoice_count": lambda connection, actor, keys: invoice_queries.invoice_count(
        connection, actor, InvoiceFilter()
    ),
}


class TestEveryRead:
    async def test_is_one_statement_for_1_10_and_100(self, database):
        counts = {name: [] for name in READS}

        async with database.reading() as connection:
            for name, read in READS.items():
                for size in (1, 10, 100):
                    with captured_statements(database) as statements:
                        await read(connection, SYSTEM, list(range(1, size + 1)))
                    counts[name].append(len(statements))

        assert counts == {name: [1, 1, 1] for name in READS}

    async def test_is_refused_to_who_may_not_read_billing(self, database):
        async with database.reading() as connection:
            for read in READS.values():
                with pytest.raises(AccessDenied, match="You may not read"):
                    await read(connection, NOBODY, [1])
                with pytest.raises(Unauthenticated):
                    await read(connection, ANONYMOUS, [1])


class TestScope:
    @pytest.fixture
    async def tenants(self, database):
        """Two resellers with a customer each; each customer has an invoice, a draft, a payment."""
        found = []
        for _ in range(2):
            reseller_id = await created_reseller(database)
            customer_id = await created_customer(database, reseller_id=reseller_id)
            invoice_id = await issued_invoice(database, customer_id)
            draft_id = await drafted_invoice(database, customer_id)
            payment_id = await recorded_payment(database, customer_id, 100)
            found.append((reseller_id, customer_id, invoice_id, draft_id, payment_id))
        return found

    @pytest.mark.parametrize("role", ["reseller", "customer"])
    async def test_a_tenant_sees_its_own_rows_and_no_others(self, database, tenants, role):
        (reseller_id, customer_id, invoice_id, draft_id, payment_id), other = tenants
        actor = {
            "reseller": access.reseller(reseller_id, [reseller_id]),
            "customer": access.customer(customer_id),
        }[role]
        customers, invoices = [customer_id, other[1]], [invoice_id, other[2]]
        payments = [payment_id, other[4]]

        async with database.reading() as connection:
            accounts = await queries.accounts_by_customer(connection, actor, customers)
            own_invoices = await invoice_queries.invoices_by_id(connection, actor, invoices)
            page = await invoice_queries.invoice_page(connection, actor, a_list())
            lines = await invoice_queries.lines_by_invoice(connection, actor, invoices)
            own_payments = await queries.payments_by_id(connection, actor, payments)
            by_invoice = await queries.allocations_by_invoice(connection, actor, invoices)

        drafts = [draft_id] if role == "reseller" else []
        assert list(accounts) == [customer_id]
        assert list(own_invoices) == list(lines) == list(by_invoice) == [invoice_id]
        assert [invoice.id for invoice in page.items] == [*drafts, invoice_id]
        assert list(own_payments) == [payment_id]

    async def test_a_customer_sees_no_draft(self, database, tenants):
        _, customer_id, invoice_id, draft_id, _ = tenants[0]
        actor = access.customer(customer_id)

        async with database.reading() as connection:
            seen = await invoice_queries.invoices_by_id(connection, actor, [invoice_id, draft_id])
            lines = await invoice_queries.lines_by_invoice(connection, actor, [draft_id])

        assert (list(seen), lines) == ([invoice_id], {})


class TestSums:
    async def test_of_an_account_tell_owed_overdue_and_credit(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 1000, days_ago=20, due_after_days=14)
        await issued_invoice(database, customer_id, 500, due_after_days=0)
        await voided_invoice(database, customer_id)
        await drafted_invoice(database, customer_id)
        await recorded_payment(database, customer_id, 300)
        rich = await created_customer(database)
        await recorded_payment(database, rich, 700)

        async with database.reading() as connection:
            accounts = await queries.accounts_by_customer(connection, BILLING, [customer_id, rich])

        assert [
            (account.balance.minor, account.overdue.minor, account.credit.minor)
            for account in (accounts[customer_id], accounts[rich])
        ] == [(1200, 700, 0), (-700, 0, 700)]


async def test_a_hundred_accounts_come_with_their_sums_in_one_statement(database):
    async with database.unit_of_work(SYSTEM) as session:
        rows = await session.scalars(
            insert(Customer).returning(Customer.id),
            [
                {
                    "type": CustomerType.INDIVIDUAL,
                    "status": CustomerStatus.ACTIVE,
                    "subscription_state": SubscriptionState.INACTIVE,
                    "display_name": f"Customer {number}",
                }
                for number in range(100)
            ],
        )
        customer_ids = rows.all()
        await session.execute(insert(BillingAccount), [{"customer_id": k} for k in customer_ids])

    async with database.reading() as connection:
        with captured_statements(database) as statements:
            accounts = await queries.accounts_by_customer(connection, BILLING, customer_ids)

    assert len(statements) == 1
    assert sorted(accounts) == sorted(customer_ids)
    assert {account.balance.minor for account in accounts.values()} == {0}
