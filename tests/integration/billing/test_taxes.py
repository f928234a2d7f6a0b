"""Taxes on PostgreSQL: which rate a charge bears, and what an invoice says of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from domain.billing.handlers import HANDLERS
from domain.billing.invoice_queries import invoices_by_id, lines_by_invoice
from domain.billing.tax import TaxRateService
from domain.customer.models import CustomerType
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid
from tests.support.billing import a_line, changed_account, drafted_invoice, issued_draft
from tests.support.customers import an_address, created_customer
from tests.support.events import announced, handled

TODAY = datetime.now(UTC).date()
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


async def set_rate(database, percent, country="PT", valid_from=TODAY, **facts):
    async with database.unit_of_work(SYSTEM) as session:
        return await TaxRateService().set_tax_rate(
            session, country=country, percent=Decimal(percent), valid_from=valid_from, **facts
        )


async def customer_in(database, country, **facts):
    customer_id = await created_customer(
        database, addresses=(an_address(country=country),), **facts
    )
    await handled(database, billing=HANDLERS)
    return customer_id


async def tax_of(database, customer_id, **facts):
    """The tax in minor units on a charge of 100.00."""
    invoice_id = await drafted_invoice(database, customer_id, a_line(10000, **facts))
    async with database.reading() as connection:
        return (await invoices_by_id(connection, SYSTEM, [invoice_id]))[invoice_id].tax_minor


class TestRate:
    async def test_is_that_of_the_country_for_the_type_of_customer(self, database):
        await set_rate(database, 23)
        await set_rate(database, 6, customer_type=CustomerType.NON_PROFIT)
        person, charity = (
            await customer_in(database, "PT"),
            await customer_in(
                database, "PT", type=CustomerType.NON_PROFIT, company_name="Good deeds"
            ),
        )
        abroad = await customer_in(database, "ES")

        taxes = [await tax_of(database, each) for each in (person, charity, abroad)]

        assert taxes == [2300, 600, 0]

    async def test_is_the_latest_that_holds_today(self, database):
        customer_id = await customer_in(database, "PT")
        await set_rate(database, 20)
        async with database.engine.begin() as connection:
            await connection.execute(
                text("update billing.tax_rates set valid_from = valid_from - 10")
            )
        await set_rate(database, 23)
        await set_rate(database, 25, valid_from=TOMORROW)

        assert await tax_of(database, customer_id) == 2300

    async def test_of_the_account_comes_before_the_country_and_the_lines_before_both(
        self, database
    ):
        customer_id = await customer_in(database, "PT")
        await set_rate(database, 23)
        await changed_account(database, customer_id, tax_percent=Decimal(10))

        assert await tax_of(database, customer_id) == 1000
        assert await tax_of(database, customer_id, tax_percent=Decimal(5)) == 500

    @pytest.mark.parametrize(("until", "tax"), [(None, 0), (TODAY, 0), (YESTERDAY, 2300)])
    async def test_is_none_as_long_as_an_exemption_holds(self, database, until, tax):
        customer_id = await customer_in(database, "PT")
        await set_rate(database, 23)
        await changed_account(
            database, customer_id, tax_exemption="Art. 151", tax_exempt_until=until
        )

        assert await tax_of(database, customer_id) == tax


async def test_an_exempt_invoice_says_why_it_bears_no_tax(database):
    customer_id = await customer_in(database, "PT")
    await changed_account(database, customer_id, tax_exemption="Art. 151")
    invoice_id = await drafted_invoice(database, customer_id)

    await issued_draft(database, invoice_id)

    async with database.reading() as connection:
        invoice = (await invoices_by_id(connection, SYSTEM, [invoice_id]))[invoice_id]
    assert invoice.buyer["tax_exemption"] == "Art. 151"


async def test_prices_of_an_account_may_include_the_tax(database):
    customer_id = await customer_in(database, "PT")
    await changed_account(database, customer_id, tax_percent=Decimal(23), prices_include_tax=True)

    invoice_id = await drafted_invoice(database, customer_id, a_line(12300), a_line(999))

    async with database.reading() as connection:
        lines = (await lines_by_invoice(connection, SYSTEM, [invoice_id]))[invoice_id]
    assert [(line.net_minor, line.tax_minor) for line in lines] == [(10000, 2300), (812, 187)]


class TestSetTaxRate:
    async def test_replaces_the_rate_of_the_same_day_and_announces_it(self, database):
        first = await set_rate(database, 23)
        second = await set_rate(database, "22.5")

        assert first == second
        assert [data["percent"] for _, data in await announced(database, "billing.tax_rate")] == [
            "23",
            "22.5",
        ]

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"percent": 101}, "percent"),
            ({"percent": "1.234"}, "percent"),
            ({"percent": 1, "country": "Portugal"}, "country"),
            ({"percent": 1, "valid_from": YESTERDAY}, "validFrom"),
        ],
    )
    async def test_refuses_what_is_no_rate(self, database, facts, path):
        with pytest.raises(Invalid) as failure:
            await set_rate(database, **facts)

        assert failure.value.path == (path,)
        assert await announced(database, "billing.tax_rate") == []

    @pytest.mark.parametrize(
        "actor", [access.staff(Role.SUPPORT, "s"), access.customer(1), access.reseller(1, [1])]
    )
    async def test_is_for_billing_staff_only(self, database, actor):
        with pytest.raises(AccessDenied):
            async with database.unit_of_work(actor) as session:
                await TaxRateService().set_tax_rate(
                    session, country="PT", percent=Decimal(1), valid_from=TODAY
                )
