"""Invoices on PostgreSQL: drafted, issued with the next number, voided, and never changed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from domain.billing.commands import DraftInvoice
from domain.billing.errors import InvoiceHasPayments, InvoiceNotFound, WrongCurrency
from domain.billing.handlers import HANDLERS
from domain.billing.invoice_queries import invoices_by_id, lines_by_invoice
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import InvoiceStatus, LineKind, PaymentStatus
from domain.billing.models import Invoice
from domain.customer.addresses import AddressService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import (
    AccessDenied,
    Conflict,
    Invalid,
    InvalidTransition,
    VersionConflict,
)
from domain.kernel.money import Money
from tests.support.billing import (
    a_line,
    changed_account,
    drafted_invoice,
    issued_invoice,
    recorded_payment,
    voided_invoice,
)
from tests.support.customers import an_address, created_customer, created_reseller
from tests.support.events import announced, handled

service = InvoiceService()
TODAY = datetime.now(UTC).date()


async def invoice_of(database, invoice_id):
    async with database.reading() as connection:
        return (await invoices_by_id(connection, SYSTEM, [invoice_id]))[invoice_id]


async def invoice_count(database):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Invoice))).scalar_one()


class TestDraftInvoice:
    async def test_prices_the_lines_with_the_accounts_tax_rate(self, database):
        customer_id = await created_customer(database)
        await changed_account(database, customer_id, tax_percent=Decimal("23.00"))

        invoice_id = await drafted_invoice(
            database,
            customer_id,
            a_line(1999, quantity=Decimal("1.5")),
            a_line(5000, kind=LineKind.SETUP, tax_percent=Decimal(6)),
            a_line(-100, kind=LineKind.DISCOUNT),
        )

        invoice = await invoice_of(database, invoice_id)
        assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (7898, 967, 8865)
        assert (invoice.status, invoice.number, invoice.due.minor) == (
            InvoiceStatus.DRAFT,
            None,
            0,
        )
        assert invoice.payment_status is None
        async with database.reading() as connection:
            lines = (await lines_by_invoice(connection, SYSTEM, [invoice_id]))[invoice_id]
        assert [(line.position, line.net_minor, line.tax_minor) for line in lines] == [
            (1, 2998, 690),
            (2, 5000, 300),
            (3, -100, -23),
        ]
        assert await announced(database, "billing.invoice") == []

    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            ([], ("lines",)),
            ([a_line()] * 201, ("lines",)),
            ([a_line(description=" ")], ("lines", "0", "description")),
            ([a_line(-1)], ("lines", "0", "unitPrice")),
            ([a_line(10**10 + 1)], ("lines", "0", "unitPrice")),
            ([a_line(unit_price=Money(100, "USD"))], ("lines", "0", "unitPrice")),
            ([a_line(quantity=Decimal(0))], ("lines", "0", "quantity")),
            ([a_line(quantity=Decimal("0.0001"))], ("lines", "0", "quantity")),
            ([a_line(quantity=Decimal("NaN"))], ("lines", "0", "quantity")),
            ([a_line(tax_percent=Decimal("100.01"))], ("lines", "0", "taxPercent")),
            ([a_line(tax_percent=Decimal("0.001"))], ("lines", "0", "taxPercent")),
            ([a_line(), a_line(quantity=Decimal(-1))], ("lines", "1", "quantity")),
        ],
    )
    async def test_names_the_value_that_breaks_a_rule(self, database, lines, path):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                command = DraftInvoice(customer_id=customer_id, lines=tuple(lines))
                await service.draft_invoice(session, command)

        assert failure.value.path == path
        assert await invoice_count(database) == 0

    async def test_tells_the_currency_of_the_account(self, database):
        customer_id = await created_customer(database)

        with pytest.raises(WrongCurrency, match="must be in EUR"):
            await drafted_invoice(database, customer_id, a_line(unit_price=Money(1, "USD")))


class TestIssueInvoice:
    async def test_gives_number_dates_and_buyer_and_announces_it(self, database):
        customer_id = await created_customer(
            database,
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            tax_id="PT123",
            addresses=(an_address(),),
        )

        invoice_id = await issued_invoice(database, customer_id)

        invoice = await invoice_of(database, invoice_id)
        assert invoice.number == f"INV-{TODAY.year}-000001"
        assert (invoice.issued_on, invoice.due_on) == (TODAY, TODAY + timedelta(days=14))
        assert (invoice.payment_status, invoice.is_overdue) == (PaymentStatus.UNPAID, False)
        assert {name: invoice.buyer[name] for name in ("name", "tax_id", "email")} == {
            "name": "Ada Lovelace",
            "tax_id": "PT123",
            "email": "ada@example.com",
        }
        assert invoice.buyer["address"]["line1"] == "Rua Augusta 1"
        assert (await announced(database, "billing.invoice")) == [
            (
                "billing.invoice.issued",
                {
                    "customer_id": customer_id,
                    "invoice_id": invoice_id,
                    "invoice_number": invoice.number,
                    "net_minor": 3000,
                    "total_minor": 3000,
                    "currency": "EUR",
                },
            )
        ]

    async def test_a_new_address_is_for_future_invoices_only(self, database):
        customer_id = await created_customer(database, addresses=(an_address(),))
        before = await issued_invoice(database, customer_id)
        async with database.unit_of_work(SYSTEM) as session:
            await AddressService().add_address(
                session, customer_id, an_address(line1="Rua Nova 2", is_default=True)
            )
        await handled(database, billing=HANDLERS)

        after = await issued_invoice(database, customer_id)

        shown = [(await invoice_of(database, key)).buyer["address"] for key in (before, after)]
        assert [address["line1"] for address in shown] == ["Rua Augusta 1", "Rua Nova 2"]

    async def test_is_paid_from_credit_at_once(self, database):
        customer_id = await created_customer(database)
        await recorded_payment(database, customer_id, 1000)
        await recorded_payment(database, customer_id, 2500)

        invoice_id = await issued_invoice(database, customer_id, 3000)

        assert (await invoice_of(database, invoice_id)).payment_status is PaymentStatus.PAID
        kinds = [kind for kind, _ in await announced(database, "billing.invoice")]
        assert kinds == ["billing.invoice.issued", "billing.invoice.paid"]

    async def test_one_of_nothing_is_paid_at_once(self, database):
        customer_id = await created_customer(database)

        invoice_id = await issued_invoice(database, customer_id, 0)

        assert (await invoice_of(database, invoice_id)).payment_status is PaymentStatus.PAID

    @pytest.mark.parametrize("unfit", [issued_invoice, voided_invoice])
    async def test_refuses_what_is_no_draft(self, database, unfit):
        invoice_id = await unfit(database, await created_customer(database))
        before = await announced(database)

        with pytest.raises(InvalidTransition):
            async with database.unit_of_work(SYSTEM) as session:
                await service.issue_invoice(session, invoice_id)

        assert await announced(database) == before

    async def test_refuses_a_total_below_zero(self, database):
        customer_id = await created_customer(database)
        invoice_id = await drafted_invoice(
            database, customer_id, a_line(-1, kind=LineKind.ADJUSTMENT)
        )

        with pytest.raises(Conflict, match="below zero"):
            async with database.unit_of_work(SYSTEM) as session:
                await service.issue_invoice(session, invoice_id)

        assert (await invoice_of(database, invoice_id)).status is InvoiceStatus.DRAFT

    async def test_refuses_a_version_that_is_not_the_present_one(self, database):
        invoice_id = await drafted_invoice(database, await created_customer(database))

        with pytest.raises(VersionConflict):
            async with database.unit_of_work(SYSTEM) as session:
                await service.issue_invoice(session, invoice_id, expected_version=7)


class TestVoidInvoice:
    async def test_keeps_number_and_content_and_announces_it(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id)
        before = await invoice_of(database, invoice_id)

        async with database.unit_of_work(SYSTEM) as session:
            await service.void_invoice(session, invoice_id, reason="sent twice")

        invoice = await invoice_of(database, invoice_id)
        assert (invoice.status, invoice.void_reason) == (InvoiceStatus.VOID, "sent twice")
        assert (invoice.number, invoice.total, invoice.buyer) == (
            before.number,
            before.total,
            before.buyer,
        )
        assert invoice.due.minor == 0
        assert (await announced(database, "billing.invoice"))[-1][0] == "billing.invoice.voided"

    async def test_discards_a_draft_in_silence(self, database):
        invoice_id = await drafted_invoice(database, await created_customer(database))

        async with database.unit_of_work(SYSTEM) as session:
            await service.void_invoice(session, invoice_id, reason="a mistake")

        assert (await invoice_of(database, invoice_id)).status is InvoiceStatus.VOID
        assert await announced(database, "billing.invoice") == []

    async def test_refuses_one_with_payments(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id)
        await recorded_payment(database, customer_id, 1)

        with pytest.raises(InvoiceHasPayments) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await service.void_invoice(session, invoice_id, reason="a mistake")

        assert failure.value.number == f"INV-{TODAY.year}-000001"
        assert (await invoice_of(database, invoice_id)).status is InvoiceStatus.ISSUED

    async def test_refuses_one_that_is_void(self, database):
        invoice_id = await voided_invoice(database, await created_customer(database))

        with pytest.raises(InvalidTransition, match="allowed: nothing"):
            async with database.unit_of_work(SYSTEM) as session:
                await service.void_invoice(session, invoice_id, reason="again")


class TestWhoMay:
    ACTS = {
        "draft invoices": lambda session, customer_id, invoice_id: service.draft_invoice(
            session, DraftInvoice(customer_id=customer_id, lines=(a_line(),))
        ),
        "issue invoices": lambda session, customer_id, invoice_id: service.issue_invoice(
            session, invoice_id
        ),
        "void invoices": lambda session, customer_id, invoice_id: service.void_invoice(
            session, invoice_id, reason="no"
        ),
    }

    @pytest.mark.parametrize("act", ACTS)
    @pytest.mark.parametrize("role", ["customer", "reseller", "support"])
    async def test_change_invoices_is_billing_staff_only(self, database, act, role):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        invoice_id = await drafted_invoice(database, customer_id)
        actor = {
            "customer": access.customer(customer_id),
            "reseller": access.reseller(reseller_id, [reseller_id]),
            "support": access.staff(Role.SUPPORT, "s"),
        }[role]

        with pytest.raises(AccessDenied, match=f"You may not {act}"):
            async with database.unit_of_work(actor) as session:
                await self.ACTS[act](session, customer_id, invoice_id)

        assert await invoice_count(database) == 1

    async def test_an_unknown_invoice_is_not_found(self, database):
        with pytest.raises(InvoiceNotFound):
            async with database.unit_of_work(SYSTEM) as session:
                await service.issue_invoice(session, 404)
