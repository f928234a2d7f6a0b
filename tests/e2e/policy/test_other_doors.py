"""What the graph's queries show nobody, its subscriptions and the REST paths show nobody either."""

import pytest

from graph.rest.endpoints import ENDPOINTS
from tests.e2e.policy.conftest import OWNERS, World
from tests.e2e.policy.paths import keyed
from tests.e2e.policy.test_row_policy import SEEN

LIVE = "subscription { customer(by: {%s: %s}) { customerId } }"
#: What each path that reads leads through and shows.
REST = {
    "get_customer": {"Customer"},
    "list_invoices": {"Customer", "Invoice"},
    "list_plans": {"Customer", "PlanAssignment"},
    "list_sessions": {"Customer", "RadiusSession"},
    "get_metrics": {"Customer", "Alert"},
    "list_reseller_customers": {"Reseller", "Customer"},
}

pytestmark = pytest.mark.parametrize("principal", sorted(SEEN))


def is_seen(principal: str, owner: str, *types: str) -> bool:
    return {*types} <= SEEN[principal][OWNERS.index(owner)]


async def test_a_customer_is_seen_live_by_every_key_or_none(world: World, principal: str):
    verdicts, wanted = {}, {}
    async with world.api.socket(world.tokens[principal]) as socket:
        for owner in OWNERS:
            for key in keyed()["Customer"]:
                value = world.values[owner][f"Customer.{key}"]
                quoted = value if isinstance(value, int) else f'"{value}"'
                await socket.subscribe(LIVE % (key, quoted), id=f"{owner} {key}")
                message = await socket.receive()
                verdicts[owner, key] = message["type"] == "next"
                wanted[owner, key] = is_seen(principal, owner, "Customer")
                if message["type"] == "next":
                    await socket.send(id=f"{owner} {key}", type="complete")

    assert verdicts == wanted


async def test_rows_are_seen_by_rest_as_by_the_graph(world: World, principal: str):
    token = world.tokens[principal]
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    verdicts, wanted = {}, {}
    for owner in OWNERS:
        keys = {
            "customer_id": world.estates[owner]["Customer"],
            "reseller_id": world.estates[owner]["Reseller"],
        }
        for endpoint in ENDPOINTS:
            if endpoint.method == "GET":
                answer = await world.api.http.get(endpoint.path.format(**keys), headers=headers)
                verdicts[owner, endpoint.document] = answer.status_code == 200
                wanted[owner, endpoint.document] = is_seen(
                    principal, owner, *REST[endpoint.document]
                )
                assert answer.status_code in (200, 401, 403, 404)

    assert verdicts == wanted
    assert {document for _, document in verdicts} == {*REST}
