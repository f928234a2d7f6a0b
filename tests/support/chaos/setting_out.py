"""Before a storm: who is there, and the event behind which every subscriber begins."""

import asyncio
from contextlib import aclosing
from typing import Any

from domain.kernel.access import Role
from tests.support.chaos.callers import Caller
from tests.support.chaos.cluster import Cluster, token
from tests.support.chaos.crowd import Estate
from tests.support.chaos.streams import Subscription, over_websocket
from tests.support.chaos.witnesses import Delivery, Outcome


async def estate_of(caller: Caller) -> Estate:
    """Three resellers, one of them below another, and four customers of each and of nobody."""
    parent = await _reseller(caller, "parent")
    child = await _reseller(caller, "child", parentId=parent)
    other = await _reseller(caller, "other")
    customers = {}
    for reseller_id in (None, parent, child, other):
        for number in range(4):
            key = f"{reseller_id} {number}"
            customers[await _customer(caller, key, resellerId=reseller_id)] = reseller_id
    return Estate(parent, child, other, customers)


async def first_event(cluster: Cluster, caller: Caller, estate: Estate) -> Delivery:
    """An event as a subscriber got it: its cursor is where all begin."""
    wanted = Subscription(cluster.servers[0].url, token(Role.ADMIN, "staff:pilot"))
    async with aclosing(over_websocket(wanted)) as events:
        first = asyncio.ensure_future(anext(events))
        number = 0
        # A change that came too early for the subscription is followed by another.
        while not first.done():
            number += 1
            change = {"customerId": min(estate.customers), "lastName": f"Pilot {number}"}
            await _done(caller, "updateCustomer", change, "customer { id }", f"pilot {number}")
            await asyncio.wait([first], timeout=0.5)
        return await first


async def _reseller(caller: Caller, name: str, **more: Any) -> int:
    input = {"code": name.upper(), "name": name, "status": "ACTIVE", **more}
    payload = await _done(caller, "createReseller", input, "reseller { resellerId }", name)
    return int(payload["reseller"]["resellerId"])


async def _customer(caller: Caller, key: str, **more: Any) -> int:
    input = {"type": "INDIVIDUAL", "status": "ACTIVE", "lastName": "First", **more}
    payload = await _done(caller, "createCustomer", input, "customer { customerId }", key)
    return int(payload["customer"]["customerId"])


async def _done(
    caller: Caller, field: str, input: dict[str, Any], selection: str, key: str
) -> dict[str, Any]:
    outcome, payload = await caller.mutate(field, input, selection, key=key)
    assert outcome is Outcome.DONE, payload
    assert payload is not None
    return payload
