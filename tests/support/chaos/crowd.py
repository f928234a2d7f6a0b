"""Who follows a storm: every role, every filter, every habit, and some of each elsewhere."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.kernel.access import Permission, Role
from tests.support.chaos.cluster import Cluster, token
from tests.support.chaos.streams import over_sse, over_websocket
from tests.support.chaos.subscribers import Habit, Subscriber
from tests.support.chaos.witnesses import Audience, Track

_HABITS = {
    "steady": Habit(stays=60),
    "restless": Habit(stays=1.5),
    "slow": Habit(pause=0.2, stays=20),
    "stalling": Habit(stalls=0.02, stays=30),
    "forgetful": Habit(stays=4, remembers=7),
}
#: Short enough to end a live stream in the storm: its owner comes back with a new token.
_BRIEF = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Estate:
    """Who is there before the storm: a reseller with another below it, a third, and customers."""

    parent: int
    child: int
    other: int
    #: Customer → reseller, if any.
    customers: dict[int, int | None]

    @property
    def resellers(self) -> list[int | None]:
        return [None, self.parent, self.child, self.other]


@dataclass(frozen=True, slots=True)
class _Part:
    """One role with one filter, and what it must be told."""

    name: str
    token: Callable[[], str]
    audience: Audience
    filter: dict[str, Any]
    excused: frozenset[str] = frozenset()


def crowd(
    cluster: Cluster, estate: Estate, origin: str, *, seed: int, times: int
) -> list[Subscriber]:
    """Every part with two habits, ``times`` over; about one in four by server-sent events."""
    dice = random.Random(f"{seed} crowd")
    subscribers = []
    for number in range(times):
        for part in _parts(estate):
            for habit in dice.sample(sorted(_HABITS), 2):
                follow = over_sse if dice.random() < 0.25 else over_websocket
                name = f"{part.name}, {habit}, {follow.__name__} {number}"
                subscribers.append(
                    Subscriber(
                        Track(name, part.audience),
                        [server.url for server in cluster.servers],
                        origin,
                        part.token,
                        random.Random(f"{seed} {name}"),
                        _HABITS[habit],
                        part.filter,
                        follow,
                        part.excused,
                    )
                )
    return subscribers


def _parts(estate: Estate) -> Iterator[_Part]:
    def admin() -> str:
        return token(Role.ADMIN, "staff:crowd")

    def brief() -> str:
        return token(Role.SUPPORT, "staff:brief", ttl=_BRIEF)

    def service() -> str:
        return token(Role.SERVICE, "service:crowd", scopes=(Permission.EVENT_READ,))

    updates = frozenset({"customer.updated", "customer.deleted"})
    by_type = {"types": ["CUSTOMER_UPDATED", "CUSTOMER_DELETED"]}
    yield _Part("admin", admin, Audience(), {})
    yield _Part("admin by type", admin, Audience(updates), by_type)
    # An event stream says so where a socket is closed with 4403.
    expired = frozenset({"UNAUTHENTICATED"})
    yield _Part("support with brief tokens", brief, Audience(), {}, expired)
    yield _Part("service", service, Audience(), {})
    yield from _reseller_parts(estate, updates, by_type)
    yield from _customer_parts(estate, admin)


def _reseller_parts(
    estate: Estate, updates: frozenset[str], by_type: dict[str, Any]
) -> Iterator[_Part]:
    family = frozenset({estate.parent, estate.child})

    def reseller(reseller_id: int) -> Callable[[], str]:
        return lambda: token(Role.RESELLER, f"reseller:{reseller_id}", reseller_id=reseller_id)

    yield _Part("parent", reseller(estate.parent), Audience(resellers=family), {})
    yield _Part(
        "parent by type", reseller(estate.parent), Audience(updates, resellers=family), by_type
    )
    child = Audience(resellers=frozenset({estate.child}))
    yield _Part("child", reseller(estate.child), child, {})
    by_child = {"resellerId": estate.child}
    yield _Part("parent of child's", reseller(estate.parent), child, by_child)
    other = Audience(resellers=frozenset({estate.other}))
    yield _Part("other", reseller(estate.other), other, {})
    # Another's customers are asked for: nothing may ever come.
    nothing = Audience(resellers=frozenset())
    yield _Part("other of child's", reseller(estate.other), nothing, by_child)


def _customer_parts(estate: Estate, admin: Callable[[], str]) -> Iterator[_Part]:
    first, second = sorted(estate.customers)[:2]

    def customer(customer_id: int) -> Callable[[], str]:
        return lambda: token(Role.CUSTOMER, f"customer:{customer_id}", customer_id=customer_id)

    yield _Part("customer", customer(first), Audience(customer_id=first), {})
    yield _Part("neighbour", customer(second), Audience(customer_id=second), {})
    of_first = {"customerId": first}
    yield _Part("admin by customer", admin, Audience(customer_id=first), of_first)
    nothing = Audience(resellers=frozenset())
    yield _Part("neighbour of customer", customer(second), nothing, of_first)
