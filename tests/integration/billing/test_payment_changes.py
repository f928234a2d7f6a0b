"""What happens to payments in the books, on PostgreSQL: allocations, refunds, disputes."""

import asyncio

import pytest

from domain.billing.dunning_cases import DunningService
from domain.billing.handlers import HANDLERS
from domain.billing.invoice_queries import invoices_by_id
from domain.billing.kinds import DunningStage, PaymentState
from domain.billing.queries import allocations_by_payment, payments_by_id
from domain.customer.models import SubscriptionState
from domain.kernel.access import SYSTEM
from domain.kernel.errors import Conflict, DomainError
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer
from tests.support.dunning import case_of, created_policy, cut_off, overdue_invoice, reviewed
from tests.support.events import announced, handled
from tests.support.ledger import booked, faults
from tests.support.payments import allocated, deallocated, decided, disputed, refunded


async def payment_of(database, payment_id):
    async with database.reading() as connection:
        return (await payments_by_id(connection, SYSTEM, [payment_id]))[payment_id]


async def paid_of(database, *invoice_ids):
    async with database.reading() as connection:
        found = await invoices_by_id(connection, SYSTEM, invoice_ids)
        return [found[key].paid_minor for key in invoice_ids]


class TestAllocation:
    async def test_is_taken_back_as_a_row_of_its_own_and_made_anew(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 1000)
        payment_id = await recorded_payment(database, customer_id, 1000)

        await deallocated(database, payment_id, invoice_id, 400)
        await allocated(database, payment_id, invoice_id, 100)

        async with database.reading() as connection:
            rows = (await allocations_by_payment(connection, SYSTEM, [payment_id]))[payment_id]
        assert [row.amount_minor for row in rows] == [1000, -400, 100]
        assert await paid_of(database, invoice_id) == [700]
        assert (await payment_of(database, payment_id)).unallocated.minor == 300
        assert await faults(database, customer_id) == []

    async def test_announces_what_it_did(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 1000)
        payment_id = await recorded_payment(database, customer_id, 1000)

        await deallocated(database, payment_id, invoice_id, 1000)
        await allocated(database, payment_id, invoice_id, 1000)

        facts = {
            "customer_id": customer_id,
            "payment_id": payment_id,
            "invoice_id": invoice_id,
            "amount_minor": 1000,
            "currency": "EUR",
        }
        events = await announced(database, "billing.")
        assert events[-3:-1] == [
            ("billing.allocation.reversed", facts),
            ("billing.allocation.created", facts),
        ]
        assert events[-1][0] == "billing.invoice.paid"

    @pytest.mark.parametrize(
        ("minor", "failure"), [(1001, "has due"), (3001, "is left of the payment"), (0, "zero")]
    )
    async def test_of_what_is_not_there_changes_nothing(self, database, minor, failure):
        customer_id = await created_customer(database)
        payment_id = await recorded_payment(database, customer_id, 4000)
        first = await issued_invoice(database, customer_id, 1000)
        await deallocated(database, payment_id, first, 1000)
        await refunded(database, payment_id, 1000)
        before = await announced(database)

        with pytest.raises(DomainError, match=failure):
            await allocated(database, payment_id, first, minor)

        assert await paid_of(database, first) == [0]
        assert await announced(database) == before

    async def test_never_crosses_accounts(self, database):
        ada, bob = await created_customer(database), await created_customer(database)
        payment_id = await recorded_payment(database, ada, 1000)
        foreign = await issued_invoice(database, bob, 1000)

        with pytest.raises(DomainError, match="No invoice"):
            await allocated(database, payment_id, foreign, 500)


class TestRefunds:
    async def test_take_credit_first_and_then_what_was_paid_last(self, database):
        customer_id = await created_customer(database)
        first = await issued_invoice(database, customer_id, 1000, due_after_days=7)
        last = await issued_invoice(database, customer_id, 1000, due_after_days=30)
        payment_id = await recorded_payment(database, customer_id, 2500)

        await refunded(database, payment_id, 800)

        payment = await payment_of(database, payment_id)
        assert (payment.state, payment.returned_minor) == (PaymentState.PARTIALLY_REFUNDED, 800)
        assert await paid_of(database, first, last) == [1000, 700]
        assert (await booked(database, customer_id))[-1] == (
            "REFUND",
            {"CUSTOMER_CREDIT": 800, "CASH": -800},
        )

    async def test_at_the_same_time_never_exceed_the_payment(self, database):
        customer_id = await created_customer(database)
        payment_id = await recorded_payment(database, customer_id, 1000)

        done = await asyncio.gather(
            *(refunded(database, payment_id, 400) for _ in range(4)), return_exceptions=True
        )

        assert sum(isinstance(each, int) for each in done) == 2
        assert (await payment_of(database, payment_id)).returned_minor == 800
        assert await faults(database, customer_id) == []


class TestDisputes:
    async def test_that_are_lost_make_invoices_due_again(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 1000)
        payment_id = await recorded_payment(database, customer_id, 1500)
        await disputed(database, payment_id)

        await decided(database, payment_id, won=False)

        payment = await payment_of(database, payment_id)
        assert (payment.state, payment.returned_minor) == (PaymentState.CHARGED_BACK, 1500)
        assert await paid_of(database, invoice_id) == [0]
        assert (await booked(database, customer_id))[-1][0] == "CHARGEBACK"

    async def test_that_are_won_leave_all_as_it_was(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 1000)
        payment_id = await recorded_payment(database, customer_id, 1500)
        before = await payment_of(database, payment_id)
        await disputed(database, payment_id)

        await decided(database, payment_id, won=True)

        assert await payment_of(database, payment_id) == before

    async def test_leave_a_payment_as_it_is_while_they_are_open(self, database):
        customer_id = await created_customer(database)
        payment_id = await recorded_payment(database, customer_id, 1500)
        await disputed(database, payment_id)

        for change in (refunded(database, payment_id, 1), disputed(database, payment_id)):
            with pytest.raises(Conflict, match="disputed"):
                await change
        await issued_invoice(database, customer_id, 1000)

        assert (await payment_of(database, payment_id)).allocated_minor == 0

    async def test_freeze_dunning_until_they_are_decided(self, database):
        await created_policy(database)
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        await overdue_invoice(database, customer_id, 3000, days=9)
        payment_id = await recorded_payment(database, customer_id, 1000)
        await disputed(database, payment_id)

        await cut_off(database, customer_id)
        frozen = await case_of(database, customer_id)
        await decided(database, payment_id, won=False)
        await reviewed(database, customer_id)

        assert frozen is None
        assert (await case_of(database, customer_id)).stage is DunningStage.REMINDED

    async def test_that_are_lost_never_lift_a_suspension(self, database):
        await created_policy(database)
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        await overdue_invoice(database, customer_id, 3000, days=9)
        payment_id = await recorded_payment(database, customer_id, 1000)
        await cut_off(database, customer_id)
        await disputed(database, payment_id)

        await decided(database, payment_id, won=False)
        await handled(database, billing=HANDLERS)
        async with database.unit_of_work(SYSTEM) as session:
            await DunningService().review(session, customer_id)

        assert (await case_of(database, customer_id)).closed_at is None
