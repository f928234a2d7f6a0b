"""A filter and the row policy mean the same of an event in hand and in SQL."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert

from domain.customer.policy import can_see_event
from domain.kernel import access
from domain.kernel.access import Actor, Permission, Role
from domain.kernel.database import Database
from domain.kernel.events import EventRow, LoggedEvent
from domain.kernel.ids import uuid7
from subscriptions import log
from subscriptions.feeds import EventFilter, visible_events

TYPES = ("customer.created", "billing.invoice.paid", "tariff.plan.published")
ACTORS = {
    "staff": access.staff(Role.SUPPORT, "account:1"),
    "a service": access.service("service:a", [Permission.EVENT_READ]),
    "a service that may not": access.service("service:b", []),
    "a reseller": access.reseller(1, [1]),
    "a reseller with another below": access.reseller(1, [1, 2]),
    "a reseller with nobody": access.reseller(9, []),
    "a customer": access.customer(1),
    "nobody": access.ANONYMOUS,
}
SEE_NOTHING = {"a service that may not", "a reseller with nobody", "nobody"}
FILTERS = [
    EventFilter(frozenset(types), customer_id, reseller_id)
    for types, customer_id, reseller_id in product(
        [TYPES, TYPES[:1], ()], [None, 1, 2], [None, 1, 2]
    )
]


def an_event(kind: str, customer_id: int | None, reseller_id: int | None) -> dict[str, Any]:
    return {
        "event_id": uuid7(),
        "type": kind,
        "spec_version": 1,
        "stream": "test:1",
        "seq": 1,
        "customer_id": customer_id,
        "reseller_id": reseller_id,
        "actor": "system",
        "transaction_id": uuid7(),
        "data": {},
    }


@pytest.fixture
async def events(database: Database) -> list[LoggedEvent]:
    """One event of each type for each customer and reseller, and for none."""
    rows = [an_event(*facts) for facts in product(TYPES, [None, 1, 2], [None, 1, 2, 3])]
    async with database.engine.begin() as connection:
        for position, row in enumerate(rows, start=1):
            await connection.execute(insert(EventRow).values(position=position, **row))
    async with database.reading() as connection:
        return list(await log.read_after(connection, 0))


async def test_a_filter_finds_in_the_log_what_it_matches_live(
    database: Database, events: list[LoggedEvent]
):
    found: dict[str, list[Any]] = {name: [] for name in ACTORS}
    matched: dict[str, list[Any]] = {name: [] for name in ACTORS}

    async with database.reading() as connection:
        for (name, actor), wanted in product(ACTORS.items(), FILTERS):
            only = wanted.where() & visible_events(actor)
            found[name].append(await log.read_after(connection, 0, only=only))
            matching = [each for each in events if wanted.matches(each) and sees(actor, each)]
            matched[name].append(matching)

    assert found == matched
    assert {name for name, lists in found.items() if not any(lists)} == SEE_NOTHING


def sees(actor: Actor, event: LoggedEvent) -> bool:
    return can_see_event(actor, customer_id=event.customer_id, reseller_id=event.reseller_id)
