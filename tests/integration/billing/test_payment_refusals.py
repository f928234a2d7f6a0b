"""Payments that are refused leave no trace in the books."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from domain.billing.errors import (
    InvoiceNotFound,
    InvoiceNotPayable,
    PaymentAlreadyRecorded,
    WrongCurrency,
)
from domain.billing.kinds import PaymentMethod
from domain.billing.models import Payment
from domain.billing.payments import PaymentService
from domain.billing.queries import accounts_by_customer
from domain.customer.errors import CustomerNotFound
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.money import Money
from tests.support.billing import (
    euros,
    issued_invoice,
    recorded_payment,
)
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced


async def balance_of(database, customer_id):
    async with database.reading() as connection:
        account = (await accounts_by_customer(connection, SYSTEM, [customer_id]))[customer_id]
        return account.balance.minor


async def payment_count(database):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Payment))).scalar_one()


class TestRefusals:
    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"amount": euros(0)}, "amount"),
            ({"amount": euros(-1)}, "amount"),
            ({"amount": Money(100, "USD")}, "amount"),
            ({"reference": " "}, "reference"),
            ({"received_at": datetime.now(UTC) + timedelta(hours=1)}, "receivedAt"),
            ({"invoice_ids": range(101)}, "invoiceIds"),
        ],
    )
    async def test_name_the_value_that_breaks_a_rule(self, database, facts, path):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            await recorded_payment(database, customer_id, 100, **facts)

        assert failure.value.path == (path,)
        assert await payment_count(database) == 0
        assert await announced(database, "billing.") == []

    async def test_tell_the_currency_of_the_account(self, database):
        customer_id = await created_customer(database)

        with pytest.raises(WrongCurrency, match="must be in EUR"):
            await recorded_payment(database, customer_id, 0, amount=Money(100, "USD"))

    async def test_a_reference_of_the_method_is_taken_once(self, database):
        customer_id, other = await created_customer(database), await created_customer(database)
        await recorded_payment(database, customer_id, 100, reference="T")
        await recorded_payment(
            database, customer_id, 100, reference="T", method=PaymentMethod.PAYPAL
        )

        with pytest.raises(PaymentAlreadyRecorded) as failure:
            await recorded_payment(database, other, 100, reference="T")

        assert (failure.value.method, failure.value.reference) == ("BANK_TRANSFER", "T")
        assert await payment_count(database) == 2

    async def test_payments_without_a_reference_are_all_taken(self, database):
        customer_id = await created_customer(database)

        for _ in range(2):
            await recorded_payment(
                database, customer_id, 100, reference=None, method=PaymentMethod.CASH
            )

        assert await balance_of(database, customer_id) == -200

    async def test_a_named_invoice_must_have_something_due(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 100)
        await recorded_payment(database, customer_id, 100)

        with pytest.raises(InvoiceNotPayable):
            await recorded_payment(database, customer_id, 100, invoice_ids=[invoice_id])

        assert await payment_count(database) == 1

    async def test_a_foreign_invoice_and_a_missing_one_look_the_same(self, database):
        customer_id, other = await created_customer(database), await created_customer(database)
        foreign = await issued_invoice(database, other)

        for invoice_id in (foreign, 404):
            with pytest.raises(InvoiceNotFound, match=f"No invoice {invoice_id}"):
                await recorded_payment(database, customer_id, 100, invoice_ids=[invoice_id])

        assert await payment_count(database) == 0

    async def test_an_unknown_customer_is_not_found(self, database):
        with pytest.raises(CustomerNotFound):
            await recorded_payment(database, 404, 100)

    @pytest.mark.parametrize("role", ["customer", "reseller", "support"])
    async def test_only_billing_staff_may(self, database, role):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        actor = {
            "customer": access.customer(customer_id),
            "reseller": access.reseller(reseller_id, [reseller_id]),
            "support": access.staff(Role.SUPPORT, "s"),
        }[role]

        with pytest.raises(AccessDenied, match="You may not record payments"):
            async with database.unit_of_work(actor) as session:
                await PaymentService().record_payment(
                    session, customer_id, amount=euros(1), method=PaymentMethod.CASH
                )

        assert await payment_count(database) == 0
