"""Billing runs on PostgreSQL: one invoice for each account and period, whatever is repeated."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from domain.billing.handlers import HANDLERS
from domain.billing.invoice_queries import invoices_by_id, lines_by_invoice
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import LineKind, PaymentStatus, SkipReason
from domain.billing.models import Invoice
from domain.billing.runs import BillingRunService
from domain.customer.models import CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.money import Money
from domain.tariff.services import TariffService
from tests.support.billing import billed, changed_account, recorded_payment
from tests.support.customers import created_customer
from tests.support.events import announced, handled
from tests.support.ledger import faults
from tests.support.tariff import assigned_plan, created_plan

TODAY = datetime.now(UTC).date()
NEXT_MONTH = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=1)
MONTH_AFTER = (NEXT_MONTH + timedelta(days=32)).replace(day=1)


async def subscribed(database, **plan):
    """A customer who is on a plan since today and is charged for it from today on; its id."""
    customer_id = await created_customer(database)
    await assigned_plan(database, customer_id, await created_plan(database, **plan))
    await handled(database, billing=HANDLERS)
    await changed_account(database, customer_id, billing_day=TODAY.day)
    return customer_id


async def invoices(database, run):
    async with database.reading() as connection:
        found = await invoices_by_id(connection, SYSTEM, run.invoice_ids)
        return [found[key] for key in run.invoice_ids]


async def invoice_count(database):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Invoice))).scalar_one()


async def test_issues_the_price_and_the_setup_fee_of_the_plan(database):
    customer_id = await subscribed(database, name="Fibre 100", setup_fee=Money(5000, "EUR"))

    run = await billed(database, TODAY)

    (invoice,) = await invoices(database, run)
    assert (invoice.customer_id, invoice.total_minor) == (customer_id, 8000)
    assert (invoice.period_from, invoice.payment_status) == (TODAY, PaymentStatus.UNPAID)
    async with database.reading() as connection:
        lines = (await lines_by_invoice(connection, SYSTEM, [invoice.id]))[invoice.id]
    assert [(line.kind, line.description, line.net_minor) for line in lines] == [
        (LineKind.RECURRING, "Fibre 100", 3000),
        (LineKind.SETUP, "Fibre 100: setup", 5000),
    ]
    assert [kind for kind, _ in await announced(database, "billing.invoice")] == [
        "billing.invoice.issued"
    ]


async def test_repeating_it_issues_nothing_twice(database):
    customer_id = await subscribed(database)
    await billed(database, TODAY)
    before = await announced(database, "billing.invoice")

    run = await billed(database, TODAY + timedelta(days=1))

    assert run.invoice_ids == ()
    assert run.skipped == [(customer_id, SkipReason.ALREADY_CHARGED)]
    assert await announced(database, "billing.invoice") == before


async def test_two_at_once_issue_one_invoice(database):
    await subscribed(database)

    runs = await asyncio.gather(billed(database, TODAY), billed(database, TODAY))

    assert sum(len(run.invoice_ids) for run in runs) == 1
    assert await invoice_count(database) == 1


async def test_the_next_period_follows_without_the_setup_fee(database):
    customer_id = await subscribed(database, setup_fee=Money(5000, "EUR"))
    await changed_account(database, customer_id, billing_day=1)
    (first,) = await invoices(database, await billed(database, TODAY))

    (second,) = await invoices(database, await billed(database, NEXT_MONTH))

    assert first.period_to == second.period_from == NEXT_MONTH
    assert (second.period_to, second.total_minor) == (MONTH_AFTER, 3000)


async def test_a_voided_charge_is_made_again(database):
    await subscribed(database)
    (invoice_id,) = (await billed(database, TODAY)).invoice_ids
    async with database.unit_of_work(SYSTEM) as session:
        await InvoiceService().void_invoice(session, invoice_id, reason="wrong name")

    run = await billed(database, TODAY)

    assert len(run.invoice_ids) == 1


async def test_credit_pays_the_new_invoice(database):
    customer_id = await subscribed(database)
    await recorded_payment(database, customer_id, 3000)

    (invoice,) = await invoices(database, await billed(database, TODAY))

    assert invoice.payment_status is PaymentStatus.PAID


@pytest.mark.parametrize(
    ("change", "invoices_made"),
    [
        (SubscriptionState.ACTIVE, 1),
        (SubscriptionState.SUSPENDED, 0),
        (SubscriptionState.CANCELLED, 0),
    ],
)
async def test_only_active_subscriptions_are_charged(database, change, invoices_made):
    customer_id = await subscribed(database)
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().update_subscription_state(session, customer_id, change)
    await handled(database, billing=HANDLERS)

    run = await billed(database, TODAY)

    assert len(run.invoice_ids) == invoices_made


async def test_a_suspended_customer_is_not_charged(database):
    customer_id = await subscribed(database)
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().change_status(
            session, customer_id, CustomerStatus.SUSPENDED, reason="abuse"
        )
    await handled(database, billing=HANDLERS)

    assert (await billed(database, TODAY)).invoice_ids == ()


async def test_tells_whom_it_passed_by_and_why(database):
    dollars = await subscribed(database, price=Money(3000, "USD"))
    free = await subscribed(database, price=Money(0, "EUR"))
    planless = await created_customer(database, state=SubscriptionState.ACTIVE)
    await handled(database, billing=HANDLERS)

    run = await billed(database, TODAY)

    assert run.invoice_ids == ()
    assert run.skipped == [
        (dollars, SkipReason.OTHER_CURRENCY),
        (free, SkipReason.NOTHING_TO_CHARGE),
        (planless, SkipReason.NO_PLAN),
    ]


async def test_refuses_a_day_too_far_ahead(database):
    await subscribed(database)

    with pytest.raises(Invalid, match="31 days ahead"):
        await billed(database, TODAY + timedelta(days=32))

    assert await invoice_count(database) == 0


@pytest.mark.parametrize(
    "actor", [access.staff(Role.SUPPORT, "s"), access.customer(1), access.reseller(1, [1])]
)
async def test_is_for_billing_staff_only(database, actor):
    await subscribed(database)

    with pytest.raises(AccessDenied, match="You may not run billing"):
        async with database.unit_of_work(actor) as session:
            await BillingRunService().start(session)

    assert await invoice_count(database) == 0


async def test_the_database_refuses_a_second_invoice_of_a_period(database):
    await subscribed(database)
    (invoice,) = await invoices(database, await billed(database, TODAY))

    with pytest.raises(IntegrityError, match="invoices_account_id_period_from_key"):
        async with database.unit_of_work(SYSTEM) as session:
            session.add(
                Invoice(
                    account_id=invoice.account_id,
                    customer_id=invoice.customer_id,
                    status="DRAFT",
                    currency="EUR",
                    net_minor=0,
                    tax_minor=0,
                    total_minor=0,
                    period_from=invoice.period_from,
                    period_to=date.max,
                )
            )


async def test_a_change_of_plan_takes_back_what_was_paid_and_charges_the_rest_once(database):
    customer_id = await subscribed(database)
    (first,) = (await billed(database, TODAY)).invoice_ids
    await recorded_payment(database, customer_id, 3000)
    dearer = await created_plan(database, price=Money(9000, "EUR"))
    async with database.unit_of_work(SYSTEM) as session:
        await TariffService().change_plan(session, customer_id, dearer)

    run = await billed(database, TODAY)
    again = await billed(database, TODAY)

    (invoice,) = await invoices(database, run)
    async with database.reading() as connection:
        old = (await invoices_by_id(connection, SYSTEM, [first]))[first]
    assert again.invoice_ids == ()
    assert (old.credited.minor, old.paid.minor, old.due.minor) == (3000, 0, 0)
    assert (invoice.total.minor, invoice.paid.minor, invoice.due.minor) == (9000, 3000, 6000)
    assert await faults(database, customer_id) == []
