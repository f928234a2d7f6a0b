"""Customers through the public API, over HTTP."""

import pytest

from domain.customer.models import SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Role
from graph.ids import encode_id
from tests.support.customers import an_address, created_customer, created_reseller
from tests.support.events import announced
from tests.support.statements import captured_statements

CUSTOMER = """
    query Customer($by: CustomerBy!) {
      customer(by: $by) {
        id customerId customerNumber type status displayName email
        subscription { state startedAt allowedTransitions }
        addresses { type line1 country isDefault customer { customerId } }
        documents { type status }
        communicationPreferences { communicationType enabled }
        stateChanges(first: 5) { totalCount nodes { machine fromState toState } }
      }
    }
"""


class TestCustomer:
    async def test_shows_the_customer_with_what_hangs_off_it(self, api, database):
        customer_id = await created_customer(
            database,
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            addresses=(an_address(),),
            state=SubscriptionState.ACTIVE,
        )

        data = await api.data(CUSTOMER, {"by": {"customerId": customer_id}})

        customer = data["customer"]
        started_at = customer["subscription"].pop("startedAt")
        assert started_at.endswith("Z")
        assert customer == {
            "id": encode_id("Customer", customer_id),
            "customerId": customer_id,
            "customerNumber": f"C-{1_000_000 + customer_id}",
            "type": "INDIVIDUAL",
            "status": "ACTIVE",
            "displayName": "Ada Lovelace",
            "email": "ada@example.com",
            "subscription": {
                "state": "ACTIVE",
                "allowedTransitions": ["CANCELLED", "EXPIRED", "PENDING_PAYMENT", "SUSPENDED"],
            },
            "addresses": [
                {
                    "type": "BILLING",
                    "line1": "Rua Augusta 1",
                    "country": "PT",
                    "isDefault": True,
                    "customer": {"customerId": customer_id},
                }
            ],
            "documents": [],
            "communicationPreferences": [],
            "stateChanges": {
                "totalCount": 2,
                "nodes": [
                    {"machine": "SUBSCRIPTION", "fromState": "INACTIVE", "toState": "ACTIVE"},
                    {"machine": "STATUS", "fromState": None, "toState": "ACTIVE"},
                ],
            },
        }

    async def test_is_found_by_each_of_its_names(self, api, database):
        customer_id = await created_customer(database, username="ada", email="Ada@Example.com")
        names = [
            {"id": encode_id("Customer", customer_id)},
            {"customerId": customer_id},
            {"customerNumber": f"C-{1_000_000 + customer_id}"},
            {"username": "ADA"},
            {"email": "ada@example.com"},
        ]

        found = [
            await api.data(
                "query Q($by: CustomerBy!) { customer(by: $by) { customerId } }", {"by": by}
            )
            for by in names
        ]

        assert found == [{"customer": {"customerId": customer_id}}] * len(names)

    @pytest.mark.parametrize("by", [{"customerId": 2**31 - 1}, {"id": "no id"}, {"email": "x"}])
    async def test_an_unknown_name_is_null(self, api, by):
        data = await api.data("query Q($by: CustomerBy!) { customer(by: $by) { id } }", {"by": by})

        assert data == {"customer": None}


class TestCustomers:
    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_nested_fields_take_the_same_statements_for_any_number(
        self, api, database, parents
    ):
        for _ in range(parents):
            await created_customer(database, addresses=(an_address(),))
        query = """{ customers(first: 100) { nodes {
            addresses { line1 customer { displayName } } documents { type }
            communicationPreferences { enabled }
            stateChanges(first: 3) { totalCount nodes { toState } }
            timeline(first: 3) { totalCount nodes { type customer { customerId } } }
        } } }"""

        await api.settled()
        with captured_statements(api.application.services.database) as statements:
            data = await api.data(query)

        assert len(data["customers"]["nodes"]) == parents
        # The event hub and bus poll their own tables meanwhile.
        asked = [text for text in statements if "customer." in text]
        assert len(asked) == 9

    async def test_pages_meet_without_gap_or_repeat_in_both_directions(self, api, database):
        ids = [await created_customer(database) for _ in range(5)]
        query = """query Page($first: Int, $after: String, $last: Int, $before: String) {
          customers(first: $first, after: $after, last: $last, before: $before) {
            totalCount nodes { customerId } pageInfo { hasNextPage endCursor startCursor }
          } }"""

        first = (await api.data(query, {"first": 3}))["customers"]
        second = (await api.data(query, {"first": 3, "after": first["pageInfo"]["endCursor"]}))[
            "customers"
        ]
        back = (await api.data(query, {"last": 2, "before": second["pageInfo"]["startCursor"]}))[
            "customers"
        ]

        def shown(page):
            return [node["customerId"] for node in page["nodes"]]

        assert (shown(first), shown(second), shown(back)) == (ids[:3], ids[3:], ids[1:3])
        assert first["totalCount"] == 5
        assert first["pageInfo"]["hasNextPage"] is True
        assert second["pageInfo"]["hasNextPage"] is False

    @pytest.mark.parametrize(
        ("arguments", "path"),
        [
            ("", ["first"]),
            ("first: 0", ["first"]),
            ("first: 101", ["first"]),
            ("first: 1, last: 1", ["last"]),
            ('first: 1, after: "nonsense"', ["after"]),
        ],
    )
    async def test_refuses_pages_that_make_no_sense(self, api, arguments, path):
        asked = f"({arguments})" if arguments else ""

        answer = await api.run(f"{{ customers{asked} {{ nodes {{ id }} }} }}")

        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "argumentPath": path}
        assert answer["errors"][0]["path"] == ["customers"]

    async def test_a_reseller_sees_its_subtree_and_a_customer_itself(self, api, database):
        parent = await created_reseller(database)
        child = await created_reseller(database, parent_id=parent)
        mine = await created_customer(database, reseller_id=child)
        await created_customer(database)
        tokens = {
            "reseller": api.token(Role.RESELLER, reseller_id=parent),
            "customer": api.token(Role.CUSTOMER, customer_id=mine),
        }

        for token in tokens.values():
            data = await api.data(
                "{ customers(first: 10) { totalCount nodes { customerId } } }", token=token
            )
            assert data["customers"] == {"totalCount": 1, "nodes": [{"customerId": mine}]}


class TestCreateCustomer:
    async def test_answers_with_the_customer_and_announces_it(self, api, database):
        payload = await api.mutate(
            "createCustomer",
            {"type": "BUSINESS", "companyName": "Acme", "clientMutationId": "x"},
            "clientMutationId customer { displayName status version }",
        )

        assert payload == {
            "clientMutationId": "x",
            "customer": {"displayName": "Acme", "status": "PENDING", "version": 1},
            "userErrors": [],
        }
        assert [kind for kind, _ in await announced(database, "customer.")] == ["customer.created"]

    async def test_a_failure_is_a_user_error_with_its_path_and_leaves_no_trace(self, api, database):
        await created_customer(database, username="ada")

        payload = await api.mutate(
            "createCustomer",
            {"type": "INDIVIDUAL", "lastName": "Byron", "username": "ada"},
            "customer { id }",
        )

        assert payload["customer"] is None
        assert payload["userErrors"] == [
            {
                "__typename": "UsernameTaken",
                "code": "USERNAME_TAKEN",
                "message": "The username ada is taken",
                "path": ["input", "username"],
            }
        ]
        assert len(await announced(database, "customer.")) == 1

    async def test_the_same_idempotency_key_creates_one_customer(self, api, database):
        asked = {"type": "INDIVIDUAL", "lastName": "Byron", "idempotencyKey": "k-1"}

        answers = [
            await api.mutate("createCustomer", asked, "customer { customerId }") for _ in range(2)
        ]
        other = await api.mutate(
            "createCustomer", {**asked, "lastName": "Other"}, "customer { customerId }"
        )

        assert answers[0] == answers[1]
        assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert len(await announced(database, "customer.")) == 1

    async def test_is_refused_to_customers_with_an_error_at_the_field(self, api, database):
        customer_id = await created_customer(database)

        answer = await api.run(
            """mutation {
              createCustomer(input: {type: INDIVIDUAL, lastName: "B"}) { customer { id } }
            }""",
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert answer["data"] == {"createCustomer": None}
        assert answer["errors"][0]["path"] == ["createCustomer"]
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestUpdateCustomer:
    async def test_rows_that_others_hold_for_too_long_are_told_to_be_busy(self, api, database):
        customer_id = await created_customer(database)

        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().locked(session, customer_id)
            answer = await api.run(
                """mutation Tag($id: Int!) {
                  updateCustomer(input: {customerId: $id, tags: ["x"]}) { customer { tags } }
                }""",
                {"id": customer_id},
            )

        assert answer["data"] == {"updateCustomer": None}
        assert answer["errors"][0]["extensions"] == {"code": "BUSY"}
        assert answer["errors"][0]["path"] == ["updateCustomer"]
