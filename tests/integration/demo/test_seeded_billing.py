"""The demo's books: exact, complete, and what billing runs and payments would have written."""

from tests.integration.demo.conftest import CUSTOMERS
from tests.support.demo import rows_of


class TestAccounts:
    async def test_every_customer_has_one_that_follows_it(self, seeded):
        [agree] = await rows_of(
            seeded,
            "select count(*) from billing.billing_accounts account"
            " join customer.customers customer on customer.id = account.customer_id"
            " where account.email = customer.email"
            " and account.number = 'B-' || 1000000 + account.id"
            " and account.status = any(case customer.status when 'SUSPENDED' then array['FROZEN']"
            "  when 'CLOSED' then array['CLOSING', 'CLOSED'] else array['OPEN'] end)"
            " and account.invoicing = case customer.subscription_state when 'ACTIVE' then 'ACTIVE'"
            "  when 'TRIAL' then 'TRIAL' when 'SUSPENDED' then 'PAUSED' else 'STOPPED' end",
        )

        assert agree == CUSTOMERS

    async def test_only_settled_ones_are_closed(self, seeded):
        found = await rows_of(
            seeded,
            "select account.status, coalesce(sum(total_minor - paid_minor)"
            "   filter (where invoice.status = 'ISSUED'), 0) > 0"
            " from billing.billing_accounts account"
            " left join billing.invoices invoice on invoice.account_id = account.id"
            " where account.status in ('CLOSING', 'CLOSED') group by account.id, account.status",
        )

        assert set(found) == {("CLOSED", False), ("CLOSING", True)}


class TestInvoices:
    async def test_are_the_sums_of_their_lines(self, seeded):
        assert not await rows_of(
            seeded,
            "select invoice.id from billing.invoices invoice"
            " left join billing.invoice_lines line on line.invoice_id = invoice.id"
            " group by invoice.id having count(line.id) = 0"
            " or invoice.net_minor <> sum(line.net_minor)"
            " or invoice.tax_minor <> sum(line.tax_minor)"
            " or max(line.position) <> count(line.id)",
        )

    async def test_lines_are_quantity_times_price_and_the_tax_of_it(self, seeded):
        assert not await rows_of(
            seeded,
            "select id from billing.invoice_lines where net_minor <> quantity * unit_price_minor"
            " or abs(tax_minor - net_minor * tax_percent / 100) > 0.5",
        )

    async def test_numbers_have_no_gap_and_follow_the_days(self, seeded):
        series = await rows_of(
            seeded,
            "select left(number, 8), count(*), min(right(number, 6)::int),"
            " max(right(number, 6)::int), max(issued_on)"
            " from billing.invoices group by 1 order by 1",
        )
        counters = await rows_of(
            seeded,
            "select name, last_number, last_issued_on from billing.number_series order by 1",
        )
        backwards = await rows_of(
            seeded,
            "select number from (select number, issued_on, lag(issued_on) over (order by number)"
            " as before from billing.invoices) numbered where issued_on < before",
        )

        assert all(first == 1 and last == count for _, count, first, last, _ in series)
        assert counters == [(name, count, newest) for name, count, _, _, newest in series]
        assert backwards == []

    async def test_reach_back_a_year_in_every_month(self, seeded):
        months = await rows_of(
            seeded,
            "select date_trunc('month', issued_on)::date, count(*) from billing.invoices"
            " where period_from is not null group by 1 order by 1",
        )

        assert len(months) in (12, 13)
        assert all(count >= 10 for _, count in months[1:-1])

    async def test_charge_no_day_twice(self, seeded):
        assert not await rows_of(
            seeded,
            "select one.id from billing.invoices one join billing.invoices other"
            " on other.account_id = one.account_id and other.id > one.id"
            " and daterange(one.period_from, one.period_to)"
            "  && daterange(other.period_from, other.period_to)"
            " where one.status <> 'VOID' and other.status <> 'VOID'"
            " and one.period_from is not null and other.period_from is not null",
        )

    async def test_are_paid_in_part_overdue_and_one_is_void(self, seeded):
        [counts] = await rows_of(
            seeded,
            "select count(*) filter (where status = 'VOID'),"
            " count(*) filter (where status = 'ISSUED' and paid_minor = total_minor),"
            " count(*) filter (where status = 'ISSUED' and 0 < paid_minor"
            "  and paid_minor < total_minor),"
            " count(*) filter (where status = 'ISSUED' and paid_minor < total_minor"
            "  and due_on < current_date),"
            " count(*) filter (where status = 'DRAFT')"
            " from billing.invoices",
        )

        void, paid, in_part, overdue, drafts = counts
        assert void == 1
        assert paid > CUSTOMERS * 4
        assert in_part >= 3
        assert overdue >= 10
        assert drafts == 0

    async def test_kinds_of_lines_are_those_of_billing_runs(self, seeded):
        kinds = await rows_of(seeded, "select distinct kind from billing.invoice_lines")

        assert set(kinds) == {"RECURRING", "PRORATION", "SETUP", "ADJUSTMENT"}

    async def test_show_the_buyer_as_billing_knows_it(self, seeded):
        assert not await rows_of(
            seeded,
            "select invoice.id from billing.invoices invoice"
            " join billing.billing_accounts account on account.id = invoice.account_id"
            " where buyer->>'account_number' <> account.number"
            " or buyer->'address' <> account.billing_address"
            " or invoice.customer_id <> account.customer_id",
        )


class TestPayments:
    async def test_allocations_add_up_on_both_sides(self, seeded):
        assert not await rows_of(
            seeded,
            "select payment.id from billing.payments payment"
            " left join billing.payment_allocations part on part.payment_id = payment.id"
            " group by payment.id"
            " having payment.allocated_minor <> coalesce(sum(part.amount_minor), 0)",
        )
        assert not await rows_of(
            seeded,
            "select invoice.id from billing.invoices invoice"
            " left join billing.payment_allocations part on part.invoice_id = invoice.id"
            " group by invoice.id"
            " having invoice.paid_minor <> coalesce(sum(part.amount_minor), 0)",
        )

    async def test_pay_only_what_was_issued_before_and_of_the_same_account(self, seeded):
        assert not await rows_of(
            seeded,
            "select part.id from billing.payment_allocations part"
            " join billing.payments payment on payment.id = part.payment_id"
            " join billing.invoices invoice on invoice.id = part.invoice_id"
            " where payment.account_id <> invoice.account_id or part.created_at < issued_at"
            " or part.created_at < received_at or received_at > now()",
        )

    async def test_pay_the_oldest_invoice_first(self, seeded):
        assert not await rows_of(
            seeded,
            "select later.id from billing.invoices later join billing.invoices earlier"
            " on earlier.account_id = later.account_id and earlier.due_on < later.due_on"
            " where later.paid_minor > 0 and earlier.paid_minor < earlier.total_minor"
            " and earlier.status = 'ISSUED'",
        )

    async def test_leave_some_credit_where_nothing_is_due(self, seeded):
        found = await rows_of(
            seeded,
            "select payment.account_id, sum(amount_minor - allocated_minor), ("
            "  select coalesce(sum(total_minor - paid_minor), 0) from billing.invoices"
            "  where account_id = payment.account_id and status = 'ISSUED')"
            " from billing.payments payment where allocated_minor < amount_minor group by 1",
        )

        assert found
        assert all(due == 0 for _, _, due in found)


class TestSuspensions:
    async def test_whose_service_is_held_for_debts_has_debts(self, seeded):
        found = await rows_of(
            seeded,
            "select (select count(*) from billing.invoices invoice"
            "  where invoice.customer_id = customer.id and paid_minor < total_minor"
            "  and due_on < current_date and status = 'ISSUED')"
            " from customer.customers customer"
            " where status = 'ACTIVE' and subscription_state = 'SUSPENDED'",
        )

        assert found
        assert all(overdue >= 1 for overdue in found)
