"""Top-ups on PostgreSQL: when they are used, what they lift, when they are lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from domain.customer.errors import CustomerNotActive, CustomerNotFound
from domain.customer.models import CustomerStatus
from domain.kernel import access
from domain.kernel.access import SYSTEM
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.money import Money
from domain.tariff import queries
from domain.tariff.errors import NoPlanAssigned
from domain.tariff.models import FupAction, FupState, UsageSource
from domain.tariff.usage_models import TopUp
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    topped_up,
)

SOON = timedelta(days=3)


async def metered_customer(database, action=FupAction.BLOCK, **facts):
    customer_id = await created_customer(database, **facts)
    await assigned_plan(database, customer_id, await created_plan(database, a_metered_plan(action)))
    return customer_id


async def summary(database, customer_id):
    async with database.reading() as connection:
        found = await queries.usage_summaries(connection, SYSTEM, [customer_id])
    return found[customer_id]


async def used(database, customer_id):
    """Octets used of each top-up, in the order they were bought."""
    async with database.reading() as connection:
        found = await connection.scalars(
            select(TopUp.used_octets).where(TopUp.customer_id == customer_id).order_by(TopUp.id)
        )
        return [*found]


class TestTopUp:
    async def test_lifts_what_the_used_up_allowance_led_to(self, database):
        customer_id = await metered_customer(database)
        await recorded_usage(database, customer_id, 1100)

        await topped_up(database, customer_id, 1000)

        shown = await summary(database, customer_id)
        assert (shown.fup_state, shown.used_percent) == (FupState.NORMAL, 55)
        assert (shown.top_up_octets, shown.remaining_octets) == (1000, 900)
        assert await used(database, customer_id) == [100]
        moves = await announced(database, "tariff.fup.changed")
        assert [data["to_state"] for _, data in moves] == ["BLOCKED", "NORMAL"]
        [(_, data)] = await announced(database, "tariff.topup.activated")
        assert (data["octets"], data["amount_minor"], data["currency"]) == (1000, 500, "EUR")

    async def test_is_used_after_the_allowance_and_the_first_to_expire_first(self, database):
        customer_id = await metered_customer(database)
        now = datetime.now(UTC)
        await topped_up(database, customer_id, 300, expires_at=now + 2 * SOON)
        await topped_up(database, customer_id, 200, expires_at=now + SOON)

        taken = []
        for octets in (1000, 150, 150, 500):
            await recorded_usage(database, customer_id, octets)
            taken.append(await used(database, customer_id))

        assert taken == [[0, 0], [0, 150], [100, 200], [300, 200]]
        assert (await summary(database, customer_id)).fup_state is FupState.BLOCKED

    async def test_a_correction_gives_octets_back(self, database):
        customer_id = await metered_customer(database)
        await topped_up(database, customer_id, 300)
        await recorded_usage(database, customer_id, 1200)

        await recorded_usage(database, customer_id, -150, source=UsageSource.ADJUSTMENT)

        assert await used(database, customer_id) == [50]

    async def test_what_is_left_of_one_that_expired_is_lost(self, database):
        customer_id = await metered_customer(database)
        await topped_up(database, customer_id, 500)
        await recorded_usage(database, customer_id, 1200)
        async with database.unit_of_work(SYSTEM) as session:
            row = await session.get_one(TopUp, 1)
            row.expires_at = session.now

        shown = await summary(database, customer_id)

        assert (shown.top_up_octets, shown.fup_state) == (200, FupState.BLOCKED)

    async def test_is_good_until_the_end_of_the_month_unless_told_otherwise(self, database):
        customer_id = await metered_customer(database, time_zone="Europe/Lisbon")

        top_up = await topped_up(database, customer_id, 1)

        assert top_up.expires_at == (await summary(database, customer_id)).resets_at

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"octets": 0}, "octets"),
            ({"price": Money(-1, "EUR")}, "price"),
            ({"price": Money(1, "USD")}, "price"),
            ({"expires_at": datetime(2025, 1, 1, tzinfo=UTC)}, "expiresAt"),
        ],
    )
    async def test_names_the_value_that_breaks_a_rule(self, database, facts, path):
        customer_id = await metered_customer(database)

        with pytest.raises(Invalid) as failure:
            await topped_up(database, customer_id, **{"octets": 1, **facts})

        assert failure.value.path == (path,)
        assert await announced(database, "tariff.topup") == []
        assert await used(database, customer_id) == []

    async def test_needs_a_metered_plan_and_an_active_customer(self, database):
        unmetered = await created_customer(database)
        await assigned_plan(database, unmetered, await created_plan(database))
        pending = await created_customer(database, status=CustomerStatus.PENDING)

        with pytest.raises(NoPlanAssigned):
            await topped_up(database, unmetered, 1)
        with pytest.raises(CustomerNotActive):
            await topped_up(database, pending, 1)

    async def test_a_reseller_tops_up_its_own_customers_alone(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        customer_id = await metered_customer(database, reseller_id=mine)
        await recorded_usage(database, customer_id, 1100)

        await topped_up(database, customer_id, 500, actor=access.reseller(mine, [mine]))
        with pytest.raises(CustomerNotFound):
            await topped_up(database, customer_id, 500, actor=access.reseller(other, [other]))
        with pytest.raises(AccessDenied):
            await topped_up(database, customer_id, 500, actor=access.customer(customer_id))

        assert await used(database, customer_id) == [100]
