"""Shared bytes: everybody gets what an execution of their own would have given, and no more."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel.access import Actor, Permission, Role, customer, reseller, service, staff
from graph.live.sharing import scope_of
from tests.support import postgres
from tests.support.customers import created_customer, created_reseller
from tests.support.subscribers import LIFECYCLE, LOG, House, house, updated, verified

#: What may be asked: a document and its variables, where 0, 1, 2 stand for the customers.
ASKED = [
    (LIFECYCLE, {}),
    (LIFECYCLE, {"filter": {"types": ["CUSTOMER_UPDATED"]}}),
    (LIFECYCLE, {"filter": {"customerId": 0}}),
    (LIFECYCLE, {"filter": {"customerId": 1, "types": ["CUSTOMER_EMAIL_VERIFIED"]}}),
    (LOG, {}),
]


class Town:
    """Three customers, of one reseller, of one below it, and of none; and who may look."""

    def __init__(self, house: House, resellers: list[int], customers: list[int]) -> None:
        self.house = house
        self.customers = customers
        self.owners = [resellers[0], resellers[1], None]
        upper, lower = resellers
        self.people: list[Actor] = [
            staff(Role.ADMIN, "account:1"),
            staff(Role.ADMIN, "account:2"),
            staff(Role.SUPPORT, "account:3"),
            staff(Role.BILLING, "account:4"),
            reseller(upper, [upper, lower]),
            reseller(lower, [lower]),
            *(customer(customer_id) for customer_id in customers),
            service("service:a", [Permission.EVENT_READ, Permission.CUSTOMER_READ]),
            service("service:b", [Permission.EVENT_READ]),
        ]

    def variables(self, asked: dict) -> dict:
        """The variables with the customer's real number."""
        wanted = dict(asked.get("filter", {}))
        if "customerId" in wanted:
            wanted["customerId"] = self.customers[wanted["customerId"]]
        return {"filter": wanted} if wanted else {}

    def event(self, number: int, kind: str):
        customer_id, owner = self.customers[number], self.owners[number]
        if kind == "verified":
            return verified(customer_id, owner)
        return updated(customer_id, kind, reseller_id=owner)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def town(tmp_path_factory) -> AsyncIterator[Town]:
    async with (
        postgres.cloned_database() as url,
        house(url, tmp_path_factory.mktemp("data")) as running,
    ):
        database = running.database
        upper = await created_reseller(database)
        lower = await created_reseller(database, parent_id=upper)
        owners = [upper, lower, None]
        customers = [await created_customer(database, reseller_id=owner) for owner in owners]
        yield Town(running, [upper, lower], customers)


_PEOPLE = 11
following = st.tuples(st.integers(0, _PEOPLE - 1), st.integers(0, len(ASKED) - 1))
happening = st.tuples(st.integers(0, 2), st.sampled_from(["verified", "email", "phone"]))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    followers=st.lists(following, min_size=1, max_size=14),
    events=st.lists(happening, min_size=1, max_size=8),
)
async def test_each_gets_the_bytes_of_its_own_execution_and_only_equals_share(
    town: Town, followers, events
):
    at_home = town.house
    await at_home.leave()
    await at_home.all_told()
    start = at_home.hub.cursor
    subscriptions = [
        (town.people[person], ASKED[asked][0], town.variables(ASKED[asked][1]))
        for person, asked in followers
    ]

    shared = [
        await at_home.subscribed(actor, query, **variables)
        for actor, query, variables in subscriptions
    ]
    for number, kind in events:
        await at_home.announce(town.event(number, kind))
    await at_home.all_told(*shared)
    groups = len(at_home.live.groups)
    unshared = [
        await at_home.subscribed(actor, query, alone=True, after=start, **variables)
        for actor, query, variables in subscriptions
    ]
    await at_home.all_told(*unshared)

    assert [each.payloads for each in shared] == [each.payloads for each in unshared]
    assert groups == len(
        {(scope_of(actor), query, str(variables)) for actor, query, variables in subscriptions}
    )
    everything = len(events)
    for (actor, query, variables), each in zip(subscriptions, shared, strict=True):
        if actor.role is Role.ADMIN and query == LIFECYCLE and not variables:
            assert len(each.payloads) == everything
        if actor.role is Role.CUSTOMER:
            theirs = sum(town.customers[number] == actor.customer_id for number, _ in events)
            assert len(each.payloads) <= theirs
