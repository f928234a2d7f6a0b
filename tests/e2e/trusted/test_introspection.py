"""Introspection: for the roles that may, under whatever alias or fragment, before validation."""

import pytest

from domain.kernel.access import Permission, Role
from tests.support.documents import codes, sent

SCHEMA = "{ __schema { queryType { name } } }"
HIDDEN = [
    SCHEMA,
    '{ __type(name: "Customer") { name } }',
    '{ x: __type(name: "Customer") { name } }',
    "{ ... { __schema { queryType { name } } } }",
    "{ ... on Query { a: __schema { types { name } } } }",
    "{ ...F } fragment F on Query { ...G } fragment G on Query { __schema { types { name } } }",
    "query A { viewer { role } } query B { __schema { types { name } } }",
    "{ viewer { role } __schema { types { name } } }",
    "query Q($no: Boolean = false) { __schema @include(if: $no) { types { name } } }",
    "mutation { __schema { types { name } } }",
    'subscription { __type(name: "Query") { name } }',
    "{ __schema { noSuchField } }",
]


class TestARoleThatMayNot:
    @pytest.mark.parametrize("query", HIDDEN)
    async def test_is_refused_by_one_code(self, server, query):
        """Support is none of the roles that introspect on this server."""
        response = await sent(server, server.token(Role.SUPPORT), query=query, operationName="A")
        plain = await sent(server, server.token(Role.SUPPORT), query=query)

        for each in (response, plain):
            assert each.status_code == 400
            assert codes(each.json()) == ["INTROSPECTION_DISABLED"]
            assert "Customer" not in each.text

    async def test_asks_for_type_names_of_objects_as_ever(self, server):
        query = "{ __typename viewer { __typename role } }"

        response = await sent(server, server.token(Role.SUPPORT), query=query)

        assert response.json()["data"] == {
            "__typename": "Query",
            "viewer": {"__typename": "Viewer", "role": "SUPPORT"},
        }

    async def test_is_told_no_name_that_resembles_a_wrong_one(self, server):
        response = await sent(server, server.token(Role.SUPPORT), query="{ customr { id } }")

        [error] = response.json()["errors"]
        assert error["message"] == "Cannot query field 'customr' on type 'Query'."

    async def test_is_refused_on_a_socket_which_stays_open(self, server):
        async with server.socket(server.service_token(Permission.CUSTOMER_READ)) as socket:
            await socket.subscribe(SCHEMA)
            message = await socket.receive()
            assert (message["type"], codes({"errors": message["payload"]})) == (
                "error",
                ["INTROSPECTION_DISABLED"],
            )
            await socket.subscribe("{ __typename }", id="2")
            assert (await socket.next())["data"] == {"__typename": "Query"}


async def test_a_role_that_may_reads_the_schema(server):
    response = await sent(server, server.token(), query=SCHEMA)

    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_unless_it_is_set_everybody_signed_in_may_and_nobody_else(api):
    for role in (Role.SUPPORT, Role.BILLING, Role.SERVICE):
        assert (await sent(api, api.token(role), query=SCHEMA)).status_code == 200

    nobody = await sent(api, None, query=SCHEMA)

    assert (nobody.status_code, codes(nobody.json())) == (401, ["UNAUTHENTICATED"])
