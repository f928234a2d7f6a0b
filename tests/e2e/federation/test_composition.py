"""The graph as a subgraph: its SDL, and a supergraph of it and another team's."""

import pytest
from graphql import parse

from domain.kernel.access import Permission, Role
from graph.node import NODES
from tests.support.composition import composed
from tests.support.node import install

LINK = """
    extend schema @link(
      url: "https://specs.apollo.dev/federation/v2.7"
      import: ["@key", "@external", "@requires", "@shareable"]
    )
"""
TICKETS = (
    LINK
    + """
    type Query { ticket(id: ID!): Ticket }
    type Ticket @key(fields: "id") { id: ID! subject: String! customer: Customer! }
    type Customer @key(fields: "id") { id: ID! tickets: [Ticket!]! }
    """
)
VISITS = (
    LINK
    + """
    type Query { nextVisit(customerId: Int!): Visit }
    type Visit @key(fields: "id") { id: ID! customer: Customer! }
    type Customer @key(fields: "customerId") { customerId: Int! visits: [Visit!]! }
    """
)


@pytest.fixture(scope="session", autouse=True)
def _composition() -> None:
    install()


async def sdl_of(api) -> str:
    data = await api.data("{ _service { sdl } }", token=api.service_token(Permission.FEDERATION))
    return data["_service"]["sdl"]


class TestService:
    async def test_gives_the_sdl_to_gateways_and_administrators(self, api):
        sdl = await sdl_of(api)

        assert (await api.data("{ _service { sdl } }"))["_service"]["sdl"] == sdl
        assert parse(sdl)
        assert 'type Customer implements Node @key(fields: "id") @key(fields: "customerId")' in sdl

    async def test_names_a_key_for_every_node_type(self, api):
        sdl = await sdl_of(api)

        for name in NODES:
            assert f'type {name} implements Node @key(fields: "id")' in sdl

    async def test_is_refused_to_everybody_else(self, api):
        others = {
            "support": api.token(Role.SUPPORT),
            "billing": api.token(Role.BILLING),
            "a service of another scope": api.service_token(Permission.CUSTOMER_READ),
        }

        for token in others.values():
            answer = await api.run("{ _service { sdl } }", token=token)

            assert [error["extensions"]["code"] for error in answer["errors"]] == ["ACCESS_DENIED"]
            assert "type Customer" not in str(answer)

    async def test_is_refused_to_nobody_in_particular(self, api):
        assert (await api.post("{ _service { sdl } }", token=None)).status_code == 401


class TestComposition:
    async def test_succeeds_with_subgraphs_that_extend_a_customer_by_either_key(self, api):
        answer = composed(isp=await sdl_of(api), tickets=TICKETS, visits=VISITS)

        assert answer["errors"] == []
        customer = answer["supergraph"].split("type Customer implements Node")[1].split("{")[0]
        for graph, key in (("ISP", "id"), ("ISP", "customerId"), ("TICKETS", "id")):
            assert f'@join__type(graph: {graph}, key: "{key}")' in customer
        assert '@join__type(graph: VISITS, key: "customerId")' in customer

    async def test_succeeds_alone(self, api):
        assert composed(isp=await sdl_of(api))["errors"] == []

    async def test_fails_for_a_subgraph_that_claims_a_field_of_ours(self, api):
        claim = LINK + 'type Customer @key(fields: "id") { id: ID! displayName: String! }'

        answer = composed(isp=await sdl_of(api), claim=claim)

        assert "displayName" in answer["errors"][0]
