"""RadiusService.authenticate_customer: who gets in, what is logged and announced."""

import pytest
from sqlalchemy import func, select

from domain.customer.models import CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied
from domain.radius.models import AuthLogEntry, AuthOutcome, AuthReason
from domain.radius.services import RadiusService
from tests.support.events import announced
from tests.support.radius import PASSWORD, created_subscriber

AAA = access.service("aaa", [Permission.RADIUS_AUTHENTICATE])


async def attempt(database, username="ada", password=PASSWORD, *, actor=AAA):
    async with database.unit_of_work(actor) as session:
        return await RadiusService().authenticate_customer(session, username, password)


async def log(database):
    async with database.reading() as connection:
        rows = await connection.execute(
            select(
                AuthLogEntry.customer_id,
                AuthLogEntry.username,
                AuthLogEntry.outcome,
                AuthLogEntry.reason,
                AuthLogEntry.actor,
            ).order_by(AuthLogEntry.id)
        )
        return [tuple(row) for row in rows]


class TestAuthenticateCustomer:
    async def test_lets_in_an_active_subscriber_and_logs_it(self, database):
        customer_id = await created_subscriber(database)

        outcome = await attempt(database, " ADA ")

        assert bool(outcome) is True
        assert outcome.customer_id == customer_id
        assert await log(database) == [
            (customer_id, "ada", AuthOutcome.ACCEPTED, AuthReason.OK, "aaa")
        ]
        assert await announced(database, "radius.") == []

    async def test_lets_in_a_trial(self, database):
        await created_subscriber(database, state=SubscriptionState.TRIAL)

        assert await attempt(database)

    async def test_refuses_a_wrong_password_and_announces_it(self, database):
        customer_id = await created_subscriber(database)

        outcome = await attempt(database, password="a wrong password")

        assert bool(outcome) is False
        assert outcome.reason is AuthReason.BAD_CREDENTIALS
        assert await log(database) == [
            (customer_id, "ada", AuthOutcome.REJECTED, AuthReason.BAD_CREDENTIALS, "aaa")
        ]
        assert await announced(database, "radius.") == [
            (
                "radius.auth.rejected",
                {"customer_id": customer_id, "reason": "BAD_CREDENTIALS"},
            )
        ]

    @pytest.mark.parametrize("username", ["nobody", "", "a\0b", "x" * 1000, "\ud800"])
    async def test_answers_an_unknown_username_like_a_wrong_password(self, database, username):
        await created_subscriber(database)
        wrong = await attempt(database, password="a wrong password")

        unknown = await attempt(database, username)

        assert unknown.reason is wrong.reason
        assert len(await log(database)) == 1

    @pytest.mark.parametrize("password", ["", "x" * 257, "a\0b", None])
    async def test_refuses_where_there_is_no_password_or_none_that_fits(self, database, password):
        await created_subscriber(database, password=PASSWORD if password is not None else None)

        assert not await attempt(database, password=password or "")

    @pytest.mark.parametrize(
        ("facts", "reason"),
        [
            (
                {"status": CustomerStatus.PENDING, "state": None},
                AuthReason.CUSTOMER_NOT_ACTIVE,
            ),
            ({"state": None}, AuthReason.SUBSCRIPTION_NOT_ACTIVE),
            (
                {"state": SubscriptionState.PENDING_PAYMENT},
                AuthReason.SUBSCRIPTION_NOT_ACTIVE,
            ),
        ],
    )
    async def test_refuses_who_is_not_active_and_subscribed(self, database, facts, reason):
        await created_subscriber(database, **facts)

        right = await attempt(database)
        wrong = await attempt(database, password="a wrong password")

        assert (bool(right), right.reason) == (False, reason)
        assert wrong.reason is AuthReason.BAD_CREDENTIALS

    async def test_a_deleted_customer_is_unknown(self, database):
        customer_id = await created_subscriber(database, state=None)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        assert (await attempt(database)).reason is AuthReason.BAD_CREDENTIALS

    async def test_announces_only_the_first_of_many_refusals(self, database):
        await created_subscriber(database)

        for _ in range(3):
            await attempt(database, password="a wrong password")

        assert len(await log(database)) == 3
        assert len(await announced(database, "radius.")) == 1

    @pytest.mark.parametrize(
        "actor",
        [
            access.staff(Role.SUPPORT, "staff:1"),
            access.reseller(1, [1]),
            access.customer(1),
            access.service("reader", [Permission.RADIUS_READ]),
        ],
    )
    async def test_is_refused_without_the_permission_and_leaves_no_trace(self, database, actor):
        await created_subscriber(database)

        with pytest.raises(AccessDenied, match="You may not authenticate customers"):
            await attempt(database, actor=actor)

        assert await log(database) == []

    async def test_keeps_no_password(self, database):
        await created_subscriber(database)
        await attempt(database, password="a wrong password")

        async with database.reading() as connection:
            entry = func.row_to_json(AuthLogEntry.__table__.table_valued())
            found = (await connection.execute(select(entry))).scalar_one()

        assert "a wrong password" not in str(found)
