"""Whose budget it is: a verified subject's, or a network address's; and what settings say of it."""

import pytest
from pydantic import ValidationError

from domain.kernel import access
from domain.kernel.access import ANONYMOUS, Role
from graph.documents import Refused
from graph.limits.buckets import MemoryBuckets
from graph.limits.budgets import Budgets, Charge
from graph.limits.groups import Group
from graph.settings import Settings

CLERK = access.staff(Role.BILLING, "staff:clerk")


def budgets(**points: int) -> Budgets:
    most = {Group(name): amount for name, amount in points.items()}
    return Budgets(MemoryBuckets(lambda: 0.0), most, most)


async def spent(budget: Budgets, actor: access.Actor, client: str | None = None) -> bool:
    """Whether ten points more are refused."""
    try:
        await budget.charge(actor, client, Charge(10, 100))
    except Refused:
        return True
    return False


class TestPrincipals:
    async def test_each_account_has_a_budget_of_its_own(self):
        budget = budgets(customer=10)

        assert not await spent(budget, access.customer(1))
        assert not await spent(budget, access.customer(2))
        assert await spent(budget, access.customer(1))

    async def test_an_account_is_the_same_at_every_address(self):
        budget = budgets(customer=10)

        assert not await spent(budget, access.customer(1), "192.0.2.1")
        assert await spent(budget, access.customer(1), "192.0.2.2")

    @pytest.mark.parametrize(
        ("first", "second", "is_same"),
        [
            ("192.0.2.1", "192.0.2.1", True),
            ("192.0.2.1", "192.0.2.2", False),
            ("192.0.2.1", "::ffff:192.0.2.1", True),
            ("2001:db8::1", "2001:db8::ffff:2", True),
            ("2001:db8::1", "2001:db8:0:1::1", False),
            (None, None, True),
            ("not an address", None, True),
        ],
    )
    async def test_who_has_not_signed_in_is_an_address(self, first, second, is_same):
        budget = budgets(anonymous=10)
        await spent(budget, ANONYMOUS, first)

        assert await spent(budget, ANONYMOUS, second) == is_same

    async def test_an_account_named_like_an_address_is_not_that_address(self):
        budget = budgets(anonymous=10, staff=10)
        await spent(budget, ANONYMOUS, "192.0.2.1")

        assert not await spent(budget, access.staff(Role.ADMIN, "192.0.2.1"))

    async def test_a_group_without_a_budget_has_as_much_as_it_likes(self):
        budget = budgets(customer=10)
        service = access.service("service:gateway", [])

        assert await budget.charge(service, None, Charge(10_000, 50_000)) == Charge(10_000, 50_000)
        assert budget.most(service) is None


class TestRefusals:
    async def test_a_charge_tells_what_is_left(self):
        charge = await budgets(staff=600).charge(CLERK, None, Charge(60, 10_000))

        assert (charge.requested, charge.maximum) == (60, 10_000)
        assert (charge.limit, charge.remaining) == (600, 540)

    async def test_a_budget_that_is_spent_tells_when_to_come_back(self):
        budget = budgets(staff=600)
        await budget.charge(CLERK, None, Charge(600, 10_000))

        with pytest.raises(Refused) as refusal:
            await budget.charge(CLERK, None, Charge(45, 10_000))

        [error] = refusal.value.errors
        assert error["message"] == "The 600 points of a minute are spent; try again in 5 seconds"
        assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfterSeconds": 5}

    async def test_five_seconds_requests_may_come_at_once_and_no_more(self):
        budget = budgets(staff=2)
        for _ in range(10):
            await budget.enter(CLERK, None)

        with pytest.raises(Refused) as refusal:
            await budget.enter(CLERK, None)

        assert refusal.value.errors[0]["extensions"]["retryAfterSeconds"] == 1


class TestSettings:
    def test_what_is_not_named_keeps_its_default(self):
        settings = Settings(points_per_minute="customer=50, SERVICE=7,staff=none")

        assert settings.points_per_minute == {
            Group.ANONYMOUS: 6_000,
            Group.CUSTOMER: 50,
            Group.RESELLER: 20_000,
            Group.SERVICE: 7,
        }

    @pytest.mark.parametrize("wrong", ["customers=5", "customer=-1", "customer=0", "customer", "5"])
    def test_what_makes_no_sense_is_refused_at_start(self, wrong):
        with pytest.raises(ValidationError):
            Settings(requests_per_second=wrong)

    @pytest.mark.parametrize(
        ("broker", "own", "shared"),
        [
            ("memory://", None, None),
            ("postgresql://db/graph", None, None),
            ("redis://broker", None, "redis://broker"),
            ("redis://broker", "rediss://other", "rediss://other"),
            ("memory://", "redis://other", "redis://other"),
        ],
    )
    def test_processes_count_together_in_a_redis_of_their_own_or_the_brokers(
        self, broker, own, shared
    ):
        assert Settings(broadcast_url=broker, budgets_url=own).shared_budgets == shared

    def test_budgets_need_a_redis(self):
        with pytest.raises(ValidationError):
            Settings(budgets_url="postgresql://db/graph")
