"""A reseller that is not ACTIVE goes on reading, and changes nothing."""

import json

import pytest

from domain.kernel.access import SYSTEM, Role
from domain.reseller.models import ResellerStatus
from domain.reseller.services import ResellerService
from graph.ids import encode_id
from tests.e2e.policy.conftest import World
from tests.e2e.policy.mutations import all_changes
from tests.e2e.policy.test_same_answer import RESELLERS_CHANGES, codes_of, contents
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller

#: Telling what an access server would be told changes nothing; a reseller that is not active
#: takes on no customers, whoever asks.
OTHERWISE = {"authorizeCustomer", "createResellerCustomer"}


@pytest.fixture
async def estate(world: World) -> dict[str, int]:
    """What belongs to a suspended reseller."""
    database = world.api.application.services.database
    estate = await created_estate(database, await earning_reseller(database))
    async with database.unit_of_work(SYSTEM) as session:
        await ResellerService().change_status(
            session, estate["Reseller"], ResellerStatus.SUSPENDED, reason="unpaid"
        )
    await world.api.settled()
    return estate


async def test_a_suspended_reseller_reads_and_changes_nothing(world: World, estate):
    token = world.api.token(Role.RESELLER, reseller_id=estate["Reseller"])
    ids = [encode_id(name, estate[name]) for name in ("Customer", "Invoice", "WebhookEndpoint")]
    query = "query Q($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    shown = await world.api.data(query, {"ids": ids}, token=token)

    assert shown["nodes"] == [{"id": each} for each in ids]
    before = await contents(world)
    codes = {}
    for change in all_changes():
        input = change.about(estate[change.target], estate)
        answer = await world.api.run(change.query, {"input": input}, token=token)
        codes.setdefault(change.field, set()).update(codes_of(json.dumps(answer)))
    assert {field for field, each in codes.items() if each == {"READ_ONLY"}} >= (
        RESELLERS_CHANGES - OTHERWISE
    )
    assert codes["createResellerCustomer"] == {"RESELLER_NOT_ACTIVE"}
    assert {code for each in codes.values() for code in each} <= {
        "ACCESS_DENIED",
        "READ_ONLY",
        "RESELLER_NOT_ACTIVE",
    }
    assert await contents(world) == before


async def test_the_refusal_says_why(world: World, estate):
    token = world.api.token(Role.RESELLER, reseller_id=estate["Reseller"])
    change = {"input": {"customerId": estate["Customer"], "language": "pt"}}

    answer = await world.api.run(
        "mutation M($input: UpdateCustomerInput!) { updateCustomer(input: $input)"
        " { customer { id } } }",
        change,
        token=token,
    )

    assert [error["message"] for error in answer["errors"]] == [
        "You may not change customers while the reseller is SUSPENDED"
    ]


async def test_its_customers_go_on(world: World, estate):
    payload = await world.api.mutate(
        "updateCustomer",
        {"customerId": estate["Customer"], "language": "pt"},
        "customer { language }",
        token=world.api.token(Role.CUSTOMER, customer_id=estate["Customer"]),
    )

    assert payload == {"customer": {"language": "pt"}, "userErrors": []}
