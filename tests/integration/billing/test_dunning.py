"""Dunning on PostgreSQL: steps once, fees once, service held for nothing but what is overdue."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.billing.dunning_cases import DunningService
from domain.billing.dunning_models import DunningCase, DunningStep, LateFee
from domain.billing.dunning_pauses import DunningPauseService
from domain.billing.dunning_policies import NewStep
from domain.billing.dunning_round import review_all
from domain.billing.handlers import HANDLERS
from domain.billing.kinds import DunningAction, DunningStage, PauseEnd
from domain.billing.models import Invoice, InvoiceLine
from domain.customer.models import Customer, CustomerStatus, HoldReason, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.errors import Conflict, Invalid
from domain.monitoring.handlers import HANDLERS as MONITORING
from domain.monitoring.notifiers import RecordingNotifier, configure_notifier
from domain.radius.authorization import Decision, ReasonCode
from domain.radius.decisions import authorizations
from tests.support.billing import euros, recorded_payment
from tests.support.customers import created_customer
from tests.support.dunning import (
    case_of,
    created_policy,
    cut_off,
    in_days,
    overdue_invoice,
    reviewed,
)
from tests.support.events import announced, handled

TODAY = datetime.now(UTC).date()


async def debtor(database, *, minor=3000, days=4, **facts):
    """An active customer with one invoice overdue for so many days; the default policy applies."""
    await created_policy(database, **facts)
    customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
    await overdue_invoice(database, customer_id, minor, days=days)
    return customer_id


async def service_of(database, customer_id):
    """State of the subscription, what holds it back, and why the network refuses it."""
    async with database.reading() as connection:
        columns = select(Customer.subscription_state, Customer.holds)
        row = (await connection.execute(columns.where(Customer.id == customer_id))).one()
        decision = (await authorizations(connection, SYSTEM, [customer_id]))[customer_id]
        return row.subscription_state, row.holds, decision.reason_code


async def steps_of(database):
    async with database.reading() as connection:
        rows = await connection.execute(select(DunningStep.stage).order_by(DunningStep.id))
        return [row.stage for row in rows]


async def paid_up(database, customer_id, minor=3500):
    await recorded_payment(database, customer_id, minor)
    await handled(database, billing=HANDLERS)


class TestSteps:
    async def test_nothing_is_done_within_the_grace(self, database):
        customer_id = await debtor(database, days=3)

        await reviewed(database, customer_id)

        assert await case_of(database, customer_id) is None
        assert await announced(database, "billing.dunning.") == []

    async def test_the_first_opens_a_case_and_is_announced(self, database):
        customer_id = await debtor(database, days=4)

        await reviewed(database, customer_id)

        case = await case_of(database, customer_id)
        assert (case.stage, case.closed_at) == (DunningStage.REMINDED, None)
        assert await announced(database, "billing.dunning.") == [
            (
                "billing.dunning.stage_changed",
                {
                    "customer_id": customer_id,
                    "case_id": case.id,
                    "stage": "REMINDED",
                    "overdue_minor": 3000,
                    "currency": "EUR",
                    "from_stage": None,
                    "actions": ["NOTIFY"],
                },
            )
        ]

    async def test_each_is_taken_once_however_often_it_is_looked(self, database):
        customer_id = await debtor(database)

        for days in (0, 0, 7, 7, 14, 14, 15):
            await reviewed(database, customer_id, in_days_=days)

        assert await steps_of(database) == ["REMINDED", "WARNED", "SUSPENDED"]

    async def test_late_comers_get_the_days_between_them_all_the_same(self, database):
        customer_id = await debtor(database, days=300)

        for days in (0, 1, 6, 7, 13, 14):
            await reviewed(database, customer_id, in_days_=days)

        assert await steps_of(database) == ["REMINDED", "WARNED", "SUSPENDED"]

    async def test_below_the_minimum_nothing_is_done(self, database):
        customer_id = await debtor(database, minor=99, days=100)

        await reviewed(database, customer_id)

        assert await case_of(database, customer_id) is None

    async def test_without_a_policy_of_the_currency_nothing_is_done(self, database):
        customer_id = await debtor(
            database, days=100, currency="USD", minimum=None, steps=a_reminder()
        )

        await reviewed(database, customer_id)

        assert await case_of(database, customer_id) is None

    async def test_the_round_takes_everybody_s(self, database):
        first = await debtor(database)
        second = await created_customer(database, state=SubscriptionState.ACTIVE)
        await overdue_invoice(database, second, days=9)
        await created_customer(database)

        assert await review_all(database) == 2

        assert await steps_of(database) == ["REMINDED", "REMINDED"]
        assert (await case_of(database, first)).stage is DunningStage.REMINDED

    async def test_notices_are_mailed(self, database):
        await created_policy(database)
        customer_id = await created_customer(database, email="ada@example.com")
        await overdue_invoice(database, customer_id, days=4)
        mail = RecordingNotifier()
        configure_notifier(mail)

        await reviewed(database, customer_id)
        await handled(database, monitoring=MONITORING)

        (message,) = mail.messages
        assert (message.to, message.subject) == (
            "ada@example.com",
            "Reminder: a payment is overdue",
        )
        assert "30.00 EUR" in message.body


def a_reminder():
    return (NewStep(stage=DunningStage.REMINDED, after_days=0, actions=(DunningAction.NOTIFY,)),)


class TestLateFees:
    async def test_are_an_invoice_with_a_line_for_each_that_is_overdue(self, database):
        customer_id = await debtor(database)
        await overdue_invoice(database, customer_id, 700, days=5)

        for days in (0, 7):
            await reviewed(database, customer_id, in_days_=days)

        async with database.reading() as connection:
            lines = await connection.execute(
                select(InvoiceLine.description, InvoiceLine.net_minor, InvoiceLine.tax_minor)
                .where(InvoiceLine.kind == "LATE_FEE")
                .order_by(InvoiceLine.position)
            )
            assert [tuple(line) for line in lines] == [
                (f"Late payment of INV-{TODAY.year}-000001", 500, 0),
                (f"Late payment of INV-{TODAY.year}-000002", 500, 0),
            ]

    async def test_are_charged_once_for_an_invoice_whatever_cases_there_are(self, database):
        customer_id = await debtor(database)
        await reviewed(database, customer_id)
        await reviewed(database, customer_id, in_days_=7)
        async with database.unit_of_work(SYSTEM) as session:
            case = await session.scalar(select(DunningCase))
            case.closed_at = session.now

        for days in (8, 15, 50):
            await reviewed(database, customer_id, in_days_=days)

        async with database.reading() as connection:
            fees = (await connection.execute(select(LateFee.invoice_id))).all()
            invoices = (await connection.execute(select(Invoice.id))).all()
        assert (len(fees), len(invoices)) == (1, 2)


class TestSuspension:
    async def test_leads_into_the_walled_garden_of_the_unpaid(self, database):
        customer_id = await debtor(database)

        await cut_off(database, customer_id)

        assert await service_of(database, customer_id) == (
            SubscriptionState.SUSPENDED,
            [HoldReason.NON_PAYMENT],
            ReasonCode.UNPAID,
        )

    async def test_ends_with_the_payment_by_events_alone(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        await paid_up(database, customer_id)

        state, holds, reason = await service_of(database, customer_id)
        assert (state, holds) == (SubscriptionState.ACTIVE, [])
        assert reason is not ReasonCode.UNPAID
        case = await case_of(database, customer_id)
        assert case.closed_at is not None
        assert (await announced(database, "billing.dunning."))[-1][0] == "billing.dunning.cured"

    async def test_outlasts_a_part_payment_that_leaves_the_minimum_overdue(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        await paid_up(database, customer_id, 2900)

        state, _, _ = await service_of(database, customer_id)
        assert state is SubscriptionState.SUSPENDED

    async def test_ends_when_less_than_the_minimum_is_overdue(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        await paid_up(database, customer_id, 2901)

        state, _, _ = await service_of(database, customer_id)
        assert state is SubscriptionState.ACTIVE

    async def test_that_staff_decided_is_not_lifted_by_a_payment(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)
        await suspended_by_staff(database, customer_id)

        await paid_up(database, customer_id)

        state, holds, _ = await service_of(database, customer_id)
        assert (state, holds) == (SubscriptionState.SUSPENDED, [HoldReason.ADMIN])

    async def test_for_non_payment_is_not_lifted_by_staff(self, database):
        customer_id = await debtor(database)
        await suspended_by_staff(database, customer_id)
        await cut_off(database, customer_id)

        with pytest.raises(Conflict, match="NON_PAYMENT"):
            async with database.unit_of_work(SYSTEM) as session:
                await CustomerService().update_subscription_state(
                    session, customer_id, SubscriptionState.ACTIVE
                )

        _, holds, _ = await service_of(database, customer_id)
        assert holds == [HoldReason.ADMIN, HoldReason.NON_PAYMENT]

    async def test_of_a_customer_and_for_non_payment_are_lifted_each_by_itself(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)
        await set_status(database, customer_id, CustomerStatus.SUSPENDED)

        await paid_up(database, customer_id)
        held = await service_of(database, customer_id)
        await set_status(database, customer_id, CustomerStatus.ACTIVE)

        assert held[:2] == (SubscriptionState.SUSPENDED, [HoldReason.CUSTOMER])
        assert (await service_of(database, customer_id))[0] is SubscriptionState.ACTIVE

    async def test_is_put_off_on_days_when_nobody_is_cut_off(self, database):
        cut_on = TODAY + timedelta(days=14)
        customer_id = await debtor(database, no_cut_dates=(cut_on,))

        await cut_off(database, customer_id)
        state, _, _ = await service_of(database, customer_id)
        await reviewed(database, customer_id, in_days_=15)

        assert state is SubscriptionState.ACTIVE
        assert (await service_of(database, customer_id))[0] is SubscriptionState.SUSPENDED

    async def test_is_followed_by_the_end_of_the_subscription(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        await reviewed(database, customer_id, in_days_=60)

        state, holds, _ = await service_of(database, customer_id)
        assert (state, holds) == (SubscriptionState.CANCELLED, [])


async def suspended_by_staff(database, customer_id):
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().update_subscription_state(
            session, customer_id, SubscriptionState.SUSPENDED, reason="spam"
        )


async def set_status(database, customer_id, status):
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().change_status(session, customer_id, status, reason="spam")


class TestPromises:
    async def promised(self, database, customer_id, days=5):
        async with in_days(database, 14) as session:
            until = TODAY + timedelta(days=14 + days)
            pause = await DunningPauseService().promise(
                session, customer_id, until_on=until, note="pays on Friday"
            )
            await DunningService().review(session, customer_id)
            return pause.id

    async def test_give_service_back_until_their_last_day(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        await self.promised(database, customer_id)
        given = await service_of(database, customer_id)
        await reviewed(database, customer_id, in_days_=19)
        kept = await service_of(database, customer_id)
        await reviewed(database, customer_id, in_days_=20)

        assert given[0] is kept[0] is SubscriptionState.ACTIVE
        assert (await service_of(database, customer_id))[0] is SubscriptionState.SUSPENDED
        assert await self.outcomes(database) == [PauseEnd.BROKEN]

    async def test_that_are_kept_are_told_so(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)
        await self.promised(database, customer_id)

        await paid_up(database, customer_id)

        assert await self.outcomes(database) == [PauseEnd.KEPT]

    async def test_are_not_made_twice_in_a_case_that_saw_one_broken(self, database):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)
        await self.promised(database, customer_id)
        await reviewed(database, customer_id, in_days_=20)

        with pytest.raises(Conflict, match="A promise was broken"):
            await self.promised(database, customer_id, days=9)

    @pytest.mark.parametrize("days", [-1, 31])
    async def test_are_for_a_day_of_the_next_thirty(self, database, days):
        customer_id = await debtor(database)
        await cut_off(database, customer_id)

        with pytest.raises(Invalid, match="untilOn"):
            await self.promised(database, customer_id, days=days)

        assert await self.outcomes(database) == []

    async def test_are_for_who_is_dunned(self, database):
        customer_id = await debtor(database, days=1)

        with pytest.raises(Conflict, match="nothing to promise"):
            await self.promised(database, customer_id)

    @staticmethod
    async def outcomes(database):
        events = await announced(database, "billing.dunning.resumed")
        return [data["outcome"] for _, data in events]


class TestExemptions:
    async def test_hold_off_every_step_until_they_are_withdrawn(self, database):
        customer_id = await debtor(database)
        async with database.unit_of_work(SYSTEM) as session:
            pause = await DunningPauseService().exempt(
                session, customer_id, until_on=None, note="hospital"
            )
        await cut_off(database, customer_id)
        before = await case_of(database, customer_id)

        async with database.unit_of_work(SYSTEM) as session:
            await DunningPauseService().withdraw(session, pause.id)
        await reviewed(database, customer_id)

        assert before is None
        assert (await case_of(database, customer_id)).stage is DunningStage.REMINDED

    async def test_are_withdrawn_once(self, database):
        customer_id = await debtor(database)
        async with database.unit_of_work(SYSTEM) as session:
            pause = await DunningPauseService().exempt(
                session, customer_id, until_on=None, note="hospital"
            )
            await DunningPauseService().withdraw(session, pause.id)

        with pytest.raises(Conflict, match="over"):
            async with database.unit_of_work(SYSTEM) as session:
                await DunningPauseService().withdraw(session, pause.id)


async def test_a_customer_who_owes_nothing_is_never_restricted(database):
    customer_id = await debtor(database, minimum=euros(0))
    await recorded_payment(database, customer_id, 3000)

    await cut_off(database, customer_id)

    state, holds, reason = await service_of(database, customer_id)
    assert (state, holds) == (SubscriptionState.ACTIVE, [])
    async with database.reading() as connection:
        decision = (await authorizations(connection, SYSTEM, [customer_id]))[customer_id]
    assert (decision.decision, reason) == (Decision.ACCEPT, ReasonCode.NO_PLAN)
