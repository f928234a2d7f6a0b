"""What is declared is what holds: at every door, and where a query forgets to ask."""

import pytest

from domain.kernel.access import Permission, Role
from graph.access import table
from graph.ids import encode_id
from graph.schema import build_schema
from tests.e2e.access.conftest import TAX_ID
from tests.support.minimal_inputs import minimal

ALL_BUT_PII = tuple(each for each in Permission if each is not Permission.PII_READ)
NUMBERS = "You may not read tax and document numbers"


def all_but(*missing: Permission) -> tuple[Permission, ...]:
    return tuple(each for each in Permission if each not in missing)


def errors_of(answer) -> list[tuple[list[str | int], str, str]]:
    """(path, code, message) of each error."""
    return [
        (error["path"], error["extensions"]["code"], error["message"])
        for error in answer.get("errors", ())
    ]


class TestMutations:
    @pytest.mark.parametrize("field", sorted(f for f, n in table.MUTATIONS.items() if n.any_of))
    async def test_are_refused_to_whoever_may_do_everything_else(self, server, field):
        mutation = build_schema()._schema.mutation_type.fields[field]
        argument = mutation.args["input"].type
        query = f"mutation M($input: {argument}) {{ {field}(input: $input) {{ __typename }} }}"
        need = table.MUTATIONS[field]
        token = server.service_token(*all_but(*need.any_of))

        answer = await server.run(query, {"input": minimal(argument)}, token=token)

        assert errors_of(answer) == [([field], "ACCESS_DENIED", f"You may not {need.act}")]
        assert answer["data"] == {field: None}


class TestAQueryThatForgetsToAsk:
    """Invoices, with the check of their queries taken away."""

    DENIED = ("ACCESS_DENIED", "You may not read invoices")

    @pytest.fixture(autouse=True)
    def _forget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("domain.billing.invoice_queries.require", lambda *_: None)

    @pytest.fixture
    def token(self, server) -> str:
        return server.service_token(*all_but(Permission.BILLING_READ))

    async def test_shows_no_row_by_node_entity_or_root_field(self, server, estate, token):
        invoice = encode_id("Invoice", estate["Invoice"])
        shown = "... on Invoice { total { amount } }"
        query = f"""{{
            node(id: "{invoice}") {{ {shown} }}
            nodes(ids: ["{invoice}"]) {{ {shown} }}
            _entities(representations: [{{__typename: "Invoice", id: "{invoice}"}}]) {{ {shown} }}
            invoice(by: {{id: "{invoice}"}}) {{ total {{ amount }} }}
        }}"""

        answer = await server.run(query, token=token)

        assert answer["data"] == {
            "node": None, "nodes": [None], "_entities": [None], "invoice": None
        }  # fmt: skip
        assert sorted(errors_of(answer), key=str) == sorted(
            [
                (["node"], *self.DENIED),
                (["nodes", 0], *self.DENIED),
                (["_entities", 0], *self.DENIED),
                (["invoice"], *self.DENIED),
            ],
            key=str,
        )

    async def test_counts_no_rows_and_opens_no_page(self, server, estate, token):
        query = f"""{{
            invoices(first: 1) {{ totalCount }}
            customer(by: {{customerId: {estate["Customer"]}}}) {{
              customerId
              listed: invoices(first: 1) {{ totalCount pageInfo {{ hasNextPage endCursor }} }}
            }}
        }}"""

        answer = await server.run(query, token=token)

        assert answer["data"] == {
            "invoices": None,
            "customer": {"customerId": estate["Customer"], "listed": None},
        }
        assert errors_of(answer) == [
            (["invoices"], *self.DENIED),
            (["customer", "listed"], *self.DENIED),
        ]

    async def test_shows_as_before_to_who_may(self, server, estate):
        query = f'{{ node(id: "{encode_id("Invoice", estate["Invoice"])}") {{ id }} }}'

        data = await server.data(query, token=server.service_token(Permission.BILLING_READ))

        assert data["node"]["id"] == encode_id("Invoice", estate["Invoice"])


class TestTaxAndDocumentNumbers:
    QUERY = """query Numbers($id: Int!) {
        customer(by: {customerId: $id}) { customerId taxId documents { type numberLast4 } }
    }"""

    async def test_are_read_by_staff_their_reseller_and_themselves(self, server, estate):
        customer_id = estate["Customer"]
        tokens = [
            *(server.token(role) for role in (Role.ADMIN, Role.SUPPORT, Role.BILLING)),
            server.token(Role.RESELLER, reseller_id=estate["Reseller"]),
            server.token(Role.CUSTOMER, customer_id=customer_id),
            server.service_token(Permission.CUSTOMER_READ, Permission.PII_READ),
        ]

        for token in tokens:
            data = await server.data(self.QUERY, {"id": customer_id}, token=token)
            assert data["customer"]["taxId"] == TAX_ID

    async def test_are_null_with_an_error_for_a_service_without_the_scope(self, server, estate):
        token = server.service_token(*ALL_BUT_PII)

        answer = await server.run(self.QUERY, {"id": estate["Customer"]}, token=token)

        customer = answer["data"]["customer"]
        assert (customer["customerId"], customer["taxId"]) == (estate["Customer"], None)
        assert [document["numberLast4"] for document in customer["documents"]] == [None]
        assert errors_of(answer) == [
            (["customer", "taxId"], "ACCESS_DENIED", NUMBERS),
            (["customer", "documents", 0, "numberLast4"], "ACCESS_DENIED", NUMBERS),
        ]
        assert TAX_ID not in str(answer)

    async def test_are_so_on_what_they_were_copied_to_and_live(self, server, estate):
        token = server.service_token(*ALL_BUT_PII)
        node = encode_id("Invoice", estate["Invoice"])
        bought = f'{{ node(id: "{node}") {{ ... on Invoice {{ buyer {{ name t: taxId }} }} }} }}'
        watched = "subscription S($id: Int!) { customer(by: {customerId: $id}) { taxId } }"

        answer = await server.run(bought, token=token)
        async with server.socket(token) as socket:
            await socket.subscribe(watched, {"id": estate["Customer"]})
            event = await socket.next()

        assert errors_of(answer) == [(["node", "buyer", "t"], "ACCESS_DENIED", NUMBERS)]
        assert answer["data"]["node"]["buyer"]["t"] is None
        assert (event["data"], errors_of(event)) == (
            {"customer": {"taxId": None}},
            [(["customer", "taxId"], "ACCESS_DENIED", NUMBERS)],
        )

    async def test_are_null_in_the_rest_of_an_answer_by_rest(self, server, estate):
        path = f"/api/customers/{estate['Customer']}"
        shown = {}
        for name, scopes in (("without", ALL_BUT_PII), ("with", tuple(Permission))):
            headers = {"Authorization": f"Bearer {server.service_token(*scopes)}"}
            response = await server.http.get(path, headers=headers)
            assert response.status_code == 200
            shown[name] = response.json()

        assert (shown["without"]["tax_id"], shown["with"]["tax_id"]) == (None, TAX_ID)
        assert shown["without"] == {
            **shown["with"],
            "tax_id": None,
            "documents": [{**each, "number_last4": None} for each in shown["with"]["documents"]],
        }
