"""Settings of billing accounts on PostgreSQL."""

from decimal import Decimal

import pytest

from domain.billing.accounts import AccountService
from domain.billing.queries import accounts_by_customer
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Conflict, Invalid, VersionConflict
from tests.support.billing import changed_account, discarded_draft, recorded_payment, voided_invoice
from tests.support.customers import created_customer
from tests.support.events import announced


async def account_of(database, customer_id):
    async with database.reading() as connection:
        found = await accounts_by_customer(connection, SYSTEM, [customer_id])
        return found.get(customer_id)


class TestUpdateAccount:
    async def test_changes_the_settings_named_and_announces_them(self, database):
        customer_id = await created_customer(database)

        await changed_account(database, customer_id, billing_day=31, payment_term_days=14)

        account = await account_of(database, customer_id)
        assert (account.billing_day, account.payment_term_days) == (31, 14)
        assert (await announced(database, "billing.account.updated")) == [
            (
                "billing.account.updated",
                {
                    "customer_id": customer_id,
                    "account_id": account.id,
                    "changed_fields": ["billing_day"],
                },
            )
        ]

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"billing_day": 0}, "billingDay"),
            ({"billing_day": 32}, "billingDay"),
            ({"billing_day": None}, "billingDay"),
            ({"tax_percent": Decimal(101)}, "taxPercent"),
            ({"payment_term_days": -1}, "paymentTermDays"),
            ({"currency": "euro"}, "currency"),
            ({"status": "CLOSED"}, "status"),
        ],
    )
    async def test_names_the_setting_out_of_range(self, database, changes, path):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            await changed_account(database, customer_id, **changes)

        assert failure.value.path == (path,)
        assert await account_of(database, customer_id) is None

    async def test_the_currency_is_fixed_by_the_first_document(self, database):
        void, paid = await created_customer(database), await created_customer(database)
        await discarded_draft(database, void)
        await recorded_payment(database, paid, 100)

        await changed_account(database, void, currency="USD")
        with pytest.raises(Conflict, match="documents in its currency"):
            await changed_account(database, paid, currency="USD")

        assert (await account_of(database, void)).currency == "USD"
        assert (await account_of(database, paid)).currency == "EUR"

    async def test_the_currency_stays_once_anything_was_booked(self, database):
        customer_id = await created_customer(database)
        await voided_invoice(database, customer_id)

        with pytest.raises(Conflict, match="documents in its currency"):
            await changed_account(database, customer_id, currency="USD")

        assert (await account_of(database, customer_id)).currency == "EUR"

    async def test_refuses_a_version_that_is_not_the_present_one(self, database):
        customer_id = await created_customer(database)
        await changed_account(database, customer_id, billing_day=5)

        with pytest.raises(VersionConflict):
            async with database.unit_of_work(SYSTEM) as session:
                await AccountService().update_account(
                    session, customer_id, {"billing_day": 6}, expected_version=1
                )

        assert (await account_of(database, customer_id)).billing_day == 5

    @pytest.mark.parametrize(
        "actor", [access.staff(Role.SUPPORT, "s"), access.customer(1), access.reseller(1, [1])]
    )
    async def test_is_for_billing_staff_only(self, database, actor):
        customer_id = await created_customer(database)

        with pytest.raises(AccessDenied, match="You may not change billing accounts"):
            async with database.unit_of_work(actor) as session:
                await AccountService().update_account(session, customer_id, {"billing_day": 6})
