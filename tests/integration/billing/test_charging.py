"""Charges by the gateway, against a Stripe of our own: once, whatever is lost or repeated."""

import pytest

from domain.billing.attempts import AttemptService
from domain.billing.charging_round import charge_due, charge_next, reconcile_all
from domain.billing.errors import PaymentUnderWay, StoredMethodNotFound
from domain.billing.gateway import GatewayUnavailable, NoGateway, configure_gateway
from domain.billing.gateway_events import STRIPE, take_in
from domain.billing.handlers import HANDLERS
from domain.billing.kinds import AttemptStatus, PaymentState, RefundStatus
from domain.billing.payment_queries import refunds_by_payment
from domain.billing.queries import payments_by_id
from domain.billing.refunds import RefundService, refunds_to_make
from domain.billing.stored_methods import StoredMethodService
from domain.billing.stripe_gateway import verified
from domain.kernel.access import SYSTEM
from domain.kernel.errors import Conflict, Invalid
from tests.support.billing import euros, issued_invoice
from tests.support.charging import POOR, STOLEN, attempts_of, begun, charged_by, stored_method
from tests.support.customers import created_customer
from tests.support.dunning import in_days, overdue_invoice
from tests.support.events import announced, handled
from tests.support.ledger import faults
from tests.support.payments import refunded
from tests.support.stripe import SECRET, event, fake_stripe, signature


@pytest.fixture
async def stripe():
    async with fake_stripe() as stripe:
        charged_by(stripe)
        yield stripe
        configure_gateway(NoGateway())


async def carried_out(database):
    await handled(database, billing=HANDLERS)


async def told(database, kind, thing, **facts):
    """Take in an event as Stripe sends it; whether it was new."""
    body = event(kind, thing, **facts)
    async with database.unit_of_work(STRIPE) as session:
        return await take_in(session, verified(body, signature(body), [SECRET]))


async def charged(database, stripe, minor=3000, **facts):
    """A customer who paid an invoice of that amount by card; the customer and the payment."""
    customer_id = await created_customer(database)
    await issued_invoice(database, customer_id, minor)
    await stored_method(database, customer_id)
    await begun(database, customer_id, **facts)
    await carried_out(database)
    (attempt,) = await attempts_of(database, customer_id)
    return customer_id, attempt


class TestACharge:
    async def test_pays_what_is_owed_and_is_in_the_books_once(self, database, stripe):
        customer_id, attempt = await charged(database, stripe)

        assert attempt.status is AttemptStatus.COMPLETED
        (intent,) = stripe.intents.values()
        assert (intent["amount"], intent["currency"], intent["status"]) == (
            3000,
            "eur",
            "succeeded",
        )
        async with database.reading() as connection:
            found = await payments_by_id(connection, SYSTEM, [attempt.payment_id])
        assert found[attempt.payment_id].reference == intent["id"]
        assert found[attempt.payment_id].allocated_minor == 3000
        assert await faults(database, customer_id) == []
        kinds = [kind for kind, _ in await announced(database, "billing.payment.")]
        assert kinds == ["billing.payment.attempted", "billing.payment.received"]

    async def test_that_is_declined_fails_with_the_bank_s_word(self, database, stripe):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id, POOR)

        await begun(database, customer_id)
        await carried_out(database)

        (attempt,) = await attempts_of(database, customer_id)
        assert (attempt.status, attempt.failure_code) == ("FAILED", "insufficient_funds")
        assert attempt.may_retry
        (_, data) = (await announced(database, "billing.payment.failed"))[0]
        assert data["failure_code"] == "insufficient_funds"

    async def test_is_the_only_one_while_its_outcome_is_open(self, database, stripe):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        await begun(database, customer_id)

        with pytest.raises(PaymentUnderWay):
            await begun(database, customer_id)

        assert len(await attempts_of(database, customer_id)) == 1

    async def test_asked_for_again_takes_no_money_twice(self, database, stripe):
        """As after a crash between the gateway's answer and our commit."""
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        attempt_id = await begun(database, customer_id)
        with pytest.raises(RuntimeError):
            async with database.unit_of_work(SYSTEM) as session:
                await AttemptService().carry_out(session, attempt_id)
                raise RuntimeError("crashed")

        await carried_out(database)

        assert len(stripe.intents) == 1
        (attempt,) = await attempts_of(database, customer_id)
        assert attempt.status is AttemptStatus.COMPLETED

    async def test_of_the_day_before_is_asked_after_and_never_made(self, database, stripe):
        """The gateway has forgotten the key by then."""
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        attempt_id = await begun(database, customer_id)

        async with in_days(database, 2) as session:
            await AttemptService().carry_out(session, attempt_id)

        (attempt,) = await attempts_of(database, customer_id)
        assert (attempt.status, stripe.intents) == (AttemptStatus.FAILED, {})

    async def test_needs_something_owed_and_a_method(self, database, stripe):
        customer_id = await created_customer(database)

        with pytest.raises(StoredMethodNotFound):
            await begun(database, customer_id)
        await stored_method(database, customer_id)
        with pytest.raises(Conflict, match="Nothing is owed"):
            await begun(database, customer_id)

        assert await attempts_of(database, customer_id) == []


class TestAnUnknownOutcome:
    async def left_open(self, database, stripe):
        """A charge that Stripe made, and whose answer never came."""
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        stripe.silent = True
        await begun(database, customer_id)
        await carried_out(database)
        stripe.silent = False
        return customer_id

    async def test_is_found_out_by_asking_and_recorded_once(self, database, stripe):
        customer_id = await self.left_open(database, stripe)
        (before,) = await attempts_of(database, customer_id)

        for _ in range(2):
            async with in_days(database, 1) as session:
                await AttemptService().reconcile(session, before.id)

        (after,) = await attempts_of(database, customer_id)
        assert (before.status, after.status) == ("UNKNOWN", "COMPLETED")
        assert len(stripe.intents) == 1
        assert [kind for kind, _ in await announced(database, "billing.payment.")] == [
            "billing.payment.attempted",
            "billing.payment.unknown",
            "billing.payment.received",
        ]
        assert await faults(database, customer_id) == []

    async def test_is_what_a_gateway_leaves_that_never_says_a_word(self, database, stripe):
        charged_by(stripe, patience_seconds=0.3)
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        stripe.hanging = True

        await begun(database, customer_id)
        await carried_out(database)

        (attempt,) = await attempts_of(database, customer_id)
        assert attempt.status is AttemptStatus.UNKNOWN
        assert len(stripe.intents) == 1

    async def test_that_never_reached_the_gateway_fails_after_an_hour(self, database, stripe):
        customer_id = await self.left_open(database, stripe)
        stripe.intents.clear()
        (attempt,) = await attempts_of(database, customer_id)

        async with database.unit_of_work(SYSTEM) as session:
            await AttemptService().reconcile(session, attempt.id)
        (early,) = await attempts_of(database, customer_id)
        async with in_days(database, 1) as session:
            await AttemptService().reconcile(session, attempt.id)

        (late,) = await attempts_of(database, customer_id)
        assert (early.status, late.status) == ("UNKNOWN", "FAILED")

    async def test_stays_open_while_the_gateway_is_away(self, database, stripe):
        customer_id = await self.left_open(database, stripe)
        stripe.away = True
        (attempt,) = await attempts_of(database, customer_id)

        async with in_days(database, 1) as session:
            await AttemptService().reconcile(session, attempt.id)

        assert (await attempts_of(database, customer_id))[0].status is AttemptStatus.UNKNOWN

    async def test_is_settled_by_what_stripe_tells_first(self, database, stripe):
        customer_id = await self.left_open(database, stripe)
        (intent,) = stripe.intents.values()

        news = [await told(database, "payment_intent.succeeded", intent) for _ in range(2)]
        assert await reconcile_all(database) == 0

        (attempt,) = await attempts_of(database, customer_id)
        assert (attempt.status, news) == ("COMPLETED", [True, True])
        assert len(await announced(database, "billing.payment.received")) == 1


class TestAnEventOfStripes:
    async def test_is_taken_in_once(self, database, stripe):
        _, attempt = await charged(database, stripe)
        dispute = {"id": "dp_1", "payment_intent": attempt.reference, "reason": "fraudulent"}

        news = [
            await told(database, "charge.dispute.created", dispute, id="evt_same") for _ in range(2)
        ]

        assert news == [True, False]
        assert len(await announced(database, "billing.payment.disputed")) == 1

    async def test_opens_and_closes_disputes_in_any_order(self, database, stripe):
        _, attempt = await charged(database, stripe)
        dispute = {"id": "dp_1", "payment_intent": attempt.reference, "reason": "fraudulent"}

        await told(database, "charge.dispute.closed", {**dispute, "status": "lost"})
        await told(database, "charge.dispute.created", {**dispute, "status": "lost"})

        async with database.reading() as connection:
            found = await payments_by_id(connection, SYSTEM, [attempt.payment_id])
        assert found[attempt.payment_id].state is PaymentState.CHARGED_BACK

    @pytest.mark.parametrize(
        ("kind", "thing"),
        [
            ("payment_intent.succeeded", {"id": "pi_x", "status": "succeeded", "metadata": {}}),
            (
                "payment_intent.succeeded",
                {"id": "pi_x", "status": "succeeded", "metadata": {"attempt": "99"}},
            ),
            ("charge.dispute.created", {"id": "dp_x", "payment_intent": None}),
            ("refund.updated", {"id": "re_x", "status": "failed", "metadata": {"refund": "x"}}),
            ("customer.created", {"id": "cus_x"}),
        ],
    )
    async def test_about_what_we_did_not_make_changes_nothing(self, database, stripe, kind, thing):
        await created_customer(database)
        before = await announced(database)

        assert await told(database, kind, thing)

        assert await announced(database) == before


class TestARefund:
    async def status(self, database, payment_id):
        async with database.reading() as connection:
            refunds = await refunds_by_payment(connection, SYSTEM, [payment_id])
            return [refund.status for refund in refunds[payment_id]]

    async def test_is_made_by_the_gateway_once(self, database, stripe):
        customer_id, attempt = await charged(database, stripe)

        await refunded(database, attempt.payment_id, 1000)
        waiting = await self.status(database, attempt.payment_id)
        await carried_out(database)

        assert waiting == [RefundStatus.PENDING]
        assert await self.status(database, attempt.payment_id) == [RefundStatus.SUCCEEDED]
        assert [each["amount"] for each in stripe.refunds.values()] == [1000]
        assert await faults(database, customer_id) == []

    async def test_of_the_day_before_is_never_made_again(self, database, stripe):
        _, attempt = await charged(database, stripe)
        refund_id = await refunded(database, attempt.payment_id, 1000)

        async with in_days(database, 2) as session:
            await RefundService().carry_out(session, refund_id)

        assert await self.status(database, attempt.payment_id) == [RefundStatus.PENDING]
        assert stripe.refunds == {}

    async def test_waits_for_a_gateway_that_is_away(self, database, stripe):
        _, attempt = await charged(database, stripe)
        stripe.away = True
        refund_id = await refunded(database, attempt.payment_id, 1000)
        with pytest.raises(GatewayUnavailable):
            async with database.unit_of_work(SYSTEM) as session:
                await RefundService().carry_out(session, refund_id)
        stripe.away = False

        async with database.unit_of_work(SYSTEM) as session:
            keys = await refunds_to_make(session, before=session.now)
            await RefundService().carry_out(session, refund_id)

        assert keys == [refund_id]
        assert await self.status(database, attempt.payment_id) == [RefundStatus.SUCCEEDED]

    async def test_that_the_gateway_refuses_is_credit_again_once(self, database, stripe):
        customer_id, attempt = await charged(database, stripe)
        stripe.intents.clear()

        refund_id = await refunded(database, attempt.payment_id, 1000)
        await carried_out(database)
        refusal = {"id": "re_1", "status": "failed", "metadata": {"refund": str(refund_id)}}
        await told(database, "refund.failed", refusal)

        assert await self.status(database, attempt.payment_id) == [RefundStatus.FAILED]
        assert len(await announced(database, "billing.payment.refunded")) == 2
        assert await faults(database, customer_id) == []


class TestAutopay:
    async def debtor(self, database, token):
        customer_id = await created_customer(database)
        await stored_method(database, customer_id, token)
        return customer_id, await overdue_invoice(database, customer_id, days=1)

    async def test_charges_an_invoice_when_it_is_due(self, database, stripe):
        customer_id, invoice_id = await self.debtor(database, "pm_card_mastercard")
        not_due = await created_customer(database)
        await stored_method(database, not_due)
        await issued_invoice(database, not_due)

        begun_now = await charge_due(database)
        await carried_out(database)

        (attempt,) = await attempts_of(database, customer_id)
        assert (begun_now, attempt.invoice_id, attempt.status) == (1, invoice_id, "COMPLETED")
        assert await attempts_of(database, not_due) == []
        assert await charge_due(database) == 0

    async def test_tries_again_after_days_and_then_no_more(self, database, stripe):
        customer_id, _ = await self.debtor(database, POOR)
        tries = []
        for day in range(40):
            async with in_days(database, day) as session:
                if await charge_next(session, customer_id):
                    tries.append(day)
            if tries[-1:] == [day]:
                async with in_days(database, day) as session:
                    attempt = (await attempts_of(database, customer_id))[-1]
                    await AttemptService().carry_out(session, attempt.id)

        assert tries == [0, 1, 4, 9, 16]

    async def test_never_tries_a_stolen_card_again_but_another_one(self, database, stripe):
        customer_id, _ = await self.debtor(database, STOLEN)
        await charge_due(database)
        await carried_out(database)

        async with in_days(database, 30) as session:
            again = await charge_next(session, customer_id)
        await stored_method(database, customer_id)
        other = await charge_due(database)

        assert (again, other) == (False, 1)


class TestStoredMethods:
    @pytest.mark.parametrize(
        ("facts", "field"),
        [
            ({"token": "4242424242424242"}, "token"),
            ({"token": "pm_4242424242424242"}, "token"),
            ({"payer": "4242 4242 4242 4242"}, "payer"),
            ({"label": "Visa 4242 4242 4242 4242"}, "label"),
            ({"label": ""}, "label"),
        ],
    )
    async def test_never_hold_what_may_be_a_card_s_number(self, database, facts, field):
        customer_id = await created_customer(database)
        given = {"token": "pm_card_visa", "payer": "cus_1x2y", "label": "Visa 4242", **facts}

        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await StoredMethodService().store(session, customer_id, **given)

        assert failure.value.path == (field,)
        assert await announced(database, "billing.payment_method") == []

    async def test_of_which_one_at_most_is_autopay_s(self, database):
        customer_id = await created_customer(database)
        await stored_method(database, customer_id)
        last = await stored_method(database, customer_id, "pm_other")

        async with database.unit_of_work(SYSTEM) as session:
            await StoredMethodService().set_autopay(session, customer_id, last)
            await StoredMethodService().remove(session, last)

        with pytest.raises(StoredMethodNotFound):
            await begun(database, customer_id, amount=euros(100))
