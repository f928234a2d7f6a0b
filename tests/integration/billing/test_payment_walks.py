"""Random walks of an account's money: after every act the books add up."""

import random

import pytest

from domain.billing.kinds import DisputeStatus, PaymentState
from domain.billing.payment_queries import disputes_by_payment
from domain.billing.queries import payments_by_id
from domain.kernel.access import SYSTEM
from domain.kernel.errors import DomainError
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.ledger import booked, faults
from tests.support.payments import allocated, deallocated, decided, disputed, refunded

ACTS = 24


class Walk:
    """One customer's account, and what was issued and paid."""

    def __init__(self, database, customer_id, seed):
        self.database = database
        self.customer_id = customer_id
        self.random = random.Random(seed)
        self.invoices = []
        self.payments = []

    async def act(self):
        """One act at random; whether it was accepted."""
        minor = self.random.randint(1, 3000)
        if len(self.payments) < 2 or self.random.random() < 0.15:
            self.invoices.append(await issued_invoice(self.database, self.customer_id, minor))
            self.payments.append(await recorded_payment(self.database, self.customer_id, minor))
            return True
        payment, invoice = self.random.choice(self.payments), self.random.choice(self.invoices)
        work = self.random.choice(
            [
                lambda: allocated(self.database, payment, invoice, minor),
                lambda: deallocated(self.database, payment, invoice, minor),
                lambda: refunded(self.database, payment, minor),
                lambda: disputed(self.database, payment),
                lambda: decided(self.database, payment, won=self.random.random() < 0.5),
            ]
        )
        try:
            await work()
        except DomainError:
            return False
        return True

    async def rows(self):
        async with self.database.reading() as connection:
            return [*(await payments_by_id(connection, SYSTEM, self.payments)).values()]


def check_state(payment, disputes):
    is_open = any(each.status is DisputeStatus.OPEN for each in disputes)
    is_lost = any(each.status is DisputeStatus.LOST for each in disputes)
    assert (payment.state is PaymentState.DISPUTED) is is_open
    assert (payment.state is PaymentState.CHARGED_BACK) is (is_lost and not is_open)
    if not is_open and not is_lost:
        whole = payment.returned_minor == payment.amount_minor
        expected = PaymentState.REFUNDED if whole else PaymentState.PARTIALLY_REFUNDED
        assert payment.state is (expected if payment.returned_minor else PaymentState.COMPLETED)
    assert 0 <= payment.allocated_minor <= payment.amount_minor - payment.returned_minor


@pytest.mark.parametrize("seed", range(4))
async def test_after_every_act_the_books_add_up_and_a_refusal_changes_nothing(database, seed):
    walk = Walk(database, await created_customer(database), seed)
    accepted = 0
    for _ in range(ACTS):
        before = await walk.rows(), await booked(database, walk.customer_id)
        told = await announced(database)

        done = await walk.act()

        rows = await walk.rows()
        assert await faults(database, walk.customer_id) == []
        async with database.reading() as connection:
            disputes = await disputes_by_payment(connection, SYSTEM, walk.payments)
        for payment in rows:
            check_state(payment, disputes.get(payment.id, []))
        accepted += done
        if not done:
            assert (rows, await booked(database, walk.customer_id)) == before
            assert await announced(database) == told
    assert accepted > ACTS / 4
