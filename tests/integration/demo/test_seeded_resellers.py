"""The demo's resellers: their tree, and commission to the cent."""

from tests.support.demo import rows_of


class TestTree:
    async def test_two_masters_three_below_them_and_one_below_those(self, seeded):
        tree = await rows_of(
            seeded, "select id, parent_id, status from reseller.resellers order by id"
        )

        assert tree == [
            (1, None, "ACTIVE"),
            (2, None, "ACTIVE"),
            (3, 1, "ACTIVE"),
            (4, 1, "ACTIVE"),
            (5, 2, "ACTIVE"),
            (6, 3, "ACTIVE"),
        ]

    async def test_four_accounts_sign_in_one_of_them_the_first_resellers(self, seeded):
        accounts = await rows_of(
            seeded, "select email, role, reseller_id from identity.accounts order by id"
        )

        assert accounts == [
            ("admin@demo.example", "ADMIN", None),
            ("support@demo.example", "SUPPORT", None),
            ("billing@demo.example", "BILLING", None),
            ("reseller1@demo.example", "RESELLER", 1),
        ]


class TestCommission:
    async def test_is_earned_on_each_paid_invoice_of_a_resellers_customer_and_no_other(
        self, seeded
    ):
        assert not await rows_of(
            seeded,
            "select invoice.id, entry.id from"
            " (select invoice.*, customer.reseller_id from billing.invoices invoice"
            "   join customer.customers customer on customer.id = invoice.customer_id"
            "   where paid_minor = total_minor and invoice.status = 'ISSUED'"
            "   and reseller_id is not null) invoice"
            " full join reseller.commission_entries entry on entry.invoice_id = invoice.id"
            "  and entry.reseller_id = invoice.reseller_id and base_minor = net_minor"
            "  and entry.invoice_number = invoice.number"
            " where invoice.id is null or entry.id is null",
        )

    async def test_is_the_resellers_share_of_the_net_amount(self, seeded):
        assert not await rows_of(
            seeded,
            "select entry.id from reseller.commission_entries entry"
            " join reseller.resellers on resellers.id = entry.reseller_id"
            " where rate_percent <> commission_percent"
            " or abs(amount_minor - base_minor * rate_percent / 100) > 0.5"
            " or period <> to_char(earned_at at time zone 'UTC', 'YYYY-MM')",
        )

    async def test_statements_are_the_sums_of_their_entries(self, seeded):
        assert not await rows_of(
            seeded,
            "select statement.id from reseller.commission_settlements statement"
            " left join reseller.commission_entries entry on entry.settlement_id = statement.id"
            "  and entry.earned_at < settled_until"
            " group by statement.id having total_minor <> sum(amount_minor)"
            "  or entry_count <> count(entry.id) or settled_at > now()",
        )

    async def test_all_months_but_the_latest_are_settled(self, seeded):
        unsettled = await rows_of(
            seeded,
            "select distinct earned_at >= date_trunc('month', now() - interval '36 days')"
            " from reseller.commission_entries where state = 'ACCRUED'",
        )
        settled = await rows_of(
            seeded, "select count(*) from reseller.commission_entries where state = 'SETTLED'"
        )

        assert unsettled in ([True], [])
        assert settled[0] > 100
