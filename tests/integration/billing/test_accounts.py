"""Billing accounts on PostgreSQL: opened once, following the customer, closed when settled."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.billing.accounts import map_customer_status_to_billing_status
from domain.billing.handlers import HANDLERS
from domain.billing.kinds import AccountStatus, Invoicing
from domain.billing.models import BillingAccount
from domain.billing.queries import accounts_by_customer
from domain.customer.addresses import AddressService
from domain.customer.models import AddressType, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from domain.kernel.events import LoggedEvent
from domain.kernel.ids import uuid7
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import an_address, created_customer
from tests.support.events import announced, handled

ADDRESS = {
    "line1": "Rua Augusta 1",
    "line2": None,
    "locality": "Lisboa",
    "region": None,
    "postal_code": "1100-048",
    "country": "PT",
}


async def account_of(database, customer_id):
    async with database.reading() as connection:
        found = await accounts_by_customer(connection, SYSTEM, [customer_id])
        return found.get(customer_id)


class TestTheGuidesExample:
    async def test_creates_an_account_with_its_own_names(self, database):
        customer_id = await created_customer(database, email="ada@example.com")

        async def create_billing_account(customer_id: int):
            """Create a billing account for a customer."""
            customer_service = CustomerService()
            customer = await customer_service.get_customer(session, customer_id)

            # Create billing account using customer data
            billing_account = BillingAccount(
                customer_id=customer.id,
                email=customer.email,
                status=map_customer_status_to_billing_status(customer.status),
            )

            session.add(billing_account)
            await session.commit()
            return billing_account

        async with database.session(SYSTEM) as session:
            created = await create_billing_account(customer_id)

        account = await account_of(database, customer_id)
        assert account.number == created.number == f"B-{1_000_000 + account.id}"
        assert (account.status, account.email) == (AccountStatus.OPEN, "ada@example.com")
        assert (account.currency, account.billing_day, account.payment_term_days) == ("EUR", 1, 14)
        assert account.invoicing is Invoicing.STOPPED

    async def test_an_account_made_so_is_kept_by_the_handler(self, database):
        customer_id = await created_customer(database, email="ada@example.com")
        async with database.unit_of_work(SYSTEM) as session:
            session.add(BillingAccount(customer_id=customer_id, email="old@example.com"))

        await handled(database, billing=HANDLERS)

        assert (await account_of(database, customer_id)).email == "ada@example.com"
        assert await announced(database, "billing.") == []


class TestFollowingTheCustomer:
    async def test_a_new_customer_gets_an_account(self, database):
        customer_id = await created_customer(
            database, email="ada@example.com", addresses=(an_address(),)
        )

        await handled(database, billing=HANDLERS)

        account = await account_of(database, customer_id)
        assert (account.email, account.billing_address) == ("ada@example.com", ADDRESS)
        assert await announced(database, "billing.") == [
            ("billing.account.created", {"customer_id": customer_id, "account_id": account.id})
        ]

    async def test_the_same_event_twice_changes_nothing(self, database):
        customer_id = await created_customer(database, addresses=(an_address(),))
        await handled(database, billing=HANDLERS)
        before = await account_of(database, customer_id)

        async with database.unit_of_work(SYSTEM) as session:
            await HANDLERS["customer.created"](session, event_of(customer_id))

        assert await account_of(database, customer_id) == before
        assert len(await announced(database, "billing.")) == 1

    async def test_a_new_default_billing_address_is_copied(self, database):
        customer_id = await created_customer(database, addresses=(an_address(),))
        async with database.unit_of_work(SYSTEM) as session:
            await AddressService().add_address(
                session, customer_id, an_address(line1="Rua Nova 2", is_default=True)
            )

        await handled(database, billing=HANDLERS)

        address = (await account_of(database, customer_id)).billing_address
        assert address == {**ADDRESS, "line1": "Rua Nova 2"}

    async def test_other_addresses_are_not(self, database):
        customer_id = await created_customer(
            database, addresses=(an_address(type=AddressType.SERVICE),)
        )

        await handled(database, billing=HANDLERS)

        assert (await account_of(database, customer_id)).billing_address is None

    async def test_the_email_follows(self, database):
        customer_id = await created_customer(database, email="ada@example.com")
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().update_customer(session, customer_id, {"email": None})

        await handled(database, billing=HANDLERS)

        assert (await account_of(database, customer_id)).email is None

    @pytest.mark.parametrize(
        ("state", "invoicing"),
        [
            (SubscriptionState.TRIAL, Invoicing.TRIAL),
            (SubscriptionState.ACTIVE, Invoicing.ACTIVE),
            (SubscriptionState.PENDING_PAYMENT, Invoicing.STOPPED),
        ],
    )
    async def test_invoicing_follows_the_subscription_from_its_instant(
        self, database, state, invoicing
    ):
        customer_id = await created_customer(database)
        await handled(database, billing=HANDLERS)
        changed_at = datetime(2026, 3, 10, tzinfo=UTC)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().update_subscription_state(session, customer_id, state)

        async with database.unit_of_work(SYSTEM) as session:
            await HANDLERS["customer.subscription_state.changed"](
                session, event_of(customer_id, changed_at)
            )

        account = await account_of(database, customer_id)
        assert account.invoicing is invoicing
        assert (account.invoicing_since == changed_at) is (invoicing is not Invoicing.STOPPED)

    async def test_a_suspended_customer_freezes_and_pauses_it(self, database):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(
                session, customer_id, CustomerStatus.SUSPENDED, reason="abuse"
            )

        await handled(database, billing=HANDLERS)

        account = await account_of(database, customer_id)
        assert (account.status, account.invoicing) == (AccountStatus.FROZEN, Invoicing.PAUSED)

    async def test_a_customer_that_is_gone_altogether_is_no_failure(self, database):
        async with database.unit_of_work(SYSTEM) as session:
            await HANDLERS["customer.updated"](session, event_of(404))

        assert await announced(database) == []

    async def test_a_customer_deleted_before_the_handler_ran_gets_no_account(self, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        await handled(database, billing=HANDLERS)

        assert await account_of(database, customer_id) is None


class TestClosing:
    async def deleted(self, database, customer_id):
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)
        await handled(database, billing=HANDLERS)

    async def test_a_settled_account_closes_when_the_customer_leaves(self, database):
        customer_id = await created_customer(database)
        await handled(database, billing=HANDLERS)

        await self.deleted(database, customer_id)

        account = await account_of(database, customer_id)
        assert (account.status, account.invoicing) == (AccountStatus.CLOSED, Invoicing.STOPPED)
        assert (await announced(database, "billing."))[-1] == (
            "billing.account.closed",
            {"customer_id": customer_id, "account_id": account.id},
        )

    @pytest.mark.parametrize("unsettled", [issued_invoice, recorded_payment])
    async def test_an_account_with_a_debt_or_credit_stays_closing(self, database, unsettled):
        customer_id = await created_customer(database)
        await unsettled(database, customer_id, 3000)

        await self.deleted(database, customer_id)

        assert (await account_of(database, customer_id)).status is AccountStatus.CLOSING

    async def test_the_last_payment_of_a_closed_customer_closes_it(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(session, customer_id, CustomerStatus.CLOSED)
        await handled(database, billing=HANDLERS)

        await recorded_payment(database, customer_id, 3000)

        assert (await account_of(database, customer_id)).status is AccountStatus.CLOSED
        await handled(database, billing=HANDLERS)
        assert (await account_of(database, customer_id)).status is AccountStatus.CLOSED


async def test_a_customer_has_one_account(database):
    customer_id = await created_customer(database)

    with pytest.raises(IntegrityError, match="billing_accounts_customer_id_key"):
        async with database.unit_of_work(SYSTEM) as session:
            session.add(BillingAccount(customer_id=customer_id))
            session.add(BillingAccount(customer_id=customer_id))


async def test_an_account_is_locked_while_it_follows(database):
    customer_id = await created_customer(database)
    await handled(database, billing=HANDLERS)

    async with database.unit_of_work(SYSTEM) as session:
        await HANDLERS["customer.updated"](session, event_of(customer_id))
        async with database.unit_of_work(SYSTEM) as other:
            free = await other.scalars(select(BillingAccount).with_for_update(skip_locked=True))
            assert free.all() == []


def event_of(customer_id: int, occurred_at: datetime | None = None) -> LoggedEvent:
    """Any event about the customer: handlers look at nothing but whom it concerns, and when."""
    return LoggedEvent(
        position=1,
        event_id=uuid7(),
        type="customer.updated",
        spec_version=1,
        stream=f"customer:{customer_id}",
        seq=1,
        customer_id=customer_id,
        reseller_id=None,
        occurred_at=occurred_at or datetime.combine(date(2026, 1, 1), datetime.min.time(), UTC),
        actor="system",
        trace_id=None,
        transaction_id=uuid7(),
        data={"customer_id": customer_id},
    )
