"""Changes of the customer itself through the API: fields, status, subscription, deletion."""

import pytest

from domain.customer.models import SubscriptionState
from domain.kernel.access import Role
from graph.ids import encode_id
from tests.support.customers import created_customer
from tests.support.events import announced

MOVED = "customer { status statusReason subscription { state } version }"


def change(field, selection):
    """The mutation with what the failures that tell more have to tell."""
    return f"""mutation Change($input: {field[0].upper()}{field[1:]}Input!) {{
      {field}(input: $input) {{ {selection} userErrors {{ __typename code path
        ... on VersionConflict {{ currentVersion }}
        ... on InvalidTransition {{ currentState requestedState allowedStates }}
        ... on CustomerNotActive {{ customerId status }} }} }} }}"""


async def changed(api, field, input, selection, token="admin"):
    return (await api.data(change(field, selection), {"input": input}, token=token))[field]


class TestUpdateCustomer:
    async def test_null_clears_and_what_is_left_out_stays(self, api, database):
        customer_id = await created_customer(
            database, last_name="Byron", email="ada@example.com", phone="+351912345678"
        )

        payload = await changed(
            api,
            "updateCustomer",
            {"customerId": customer_id, "phone": None, "tags": ["b", "a", "b"]},
            "customer { displayName email phone tags version }",
        )

        assert payload == {
            "customer": {
                "displayName": "Ada Byron",
                "email": "ada@example.com",
                "phone": None,
                "tags": ["a", "b"],
                "version": 2,
            },
            "userErrors": [],
        }
        [_, (kind, data)] = await announced(database, "customer.")
        assert (kind, data["changed_fields"]) == ("customer.updated", ["phone", "tags"])

    async def test_an_outdated_version_is_told_the_present_one(self, api, database):
        customer_id = await created_customer(database)

        payload = await changed(
            api,
            "updateCustomer",
            {"customerId": customer_id, "lastName": "B", "expectedVersion": 9},
            "customer { id }",
        )

        assert payload == {
            "customer": None,
            "userErrors": [
                {
                    "__typename": "VersionConflict",
                    "code": "VERSION_CONFLICT",
                    "path": ["input", "expectedVersion"],
                    "currentVersion": 1,
                }
            ],
        }
        assert len(await announced(database, "customer.")) == 1

    async def test_customers_change_their_contact_data_and_get_an_error_for_the_rest(
        self, api, database
    ):
        customer_id = await created_customer(database)
        token = api.token(Role.CUSTOMER, customer_id=customer_id)
        own = {"customerId": customer_id, "email": "new@example.com", "timeZone": "Europe/Lisbon"}

        payload = await changed(
            api, "updateCustomer", own, "customer { email timeZone }", token=token
        )
        answer = await api.run(
            change("updateCustomer", "customer { id }"),
            {"input": {"customerId": customer_id, "lastName": "B"}},
            token=token,
        )

        assert payload["customer"] == {"email": "new@example.com", "timeZone": "Europe/Lisbon"}
        assert answer["data"] == {"updateCustomer": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert answer["errors"][0]["message"] == "You may not change lastName"
        assert len(await announced(database, "customer.")) == 2


class TestChangeCustomerStatus:
    async def test_suspending_takes_the_subscription_along_and_the_same_is_a_no_op(
        self, api, database
    ):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        asked = {"customerId": customer_id, "status": "SUSPENDED", "reason": "unpaid"}

        first = await changed(api, "changeCustomerStatus", asked, MOVED)
        before = await announced(database, "customer.")
        again = await changed(api, "changeCustomerStatus", asked, MOVED)

        shown = {k: v for k, v in first["customer"].items() if k != "version"}
        assert shown == {
            "status": "SUSPENDED",
            "statusReason": "unpaid",
            "subscription": {"state": "SUSPENDED"},
        }
        assert again == first
        assert await announced(database, "customer.") == before

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            (
                {"status": "PENDING"},
                {
                    "__typename": "InvalidTransition",
                    "code": "INVALID_TRANSITION",
                    "path": ["input", "status"],
                    "currentState": "ACTIVE",
                    "requestedState": "PENDING",
                    "allowedStates": ["CLOSED", "INACTIVE", "SUSPENDED"],
                },
            ),
            (
                {"status": "CLOSED"},
                {"__typename": "GenericError", "code": "CONFLICT", "path": ["input", "status"]},
            ),
            *(
                (
                    {"status": "SUSPENDED", "reason": reason},
                    {"__typename": "GenericError", "code": "INVALID", "path": ["input", "reason"]},
                )
                for reason in (None, " ", "x" * 501)
            ),
        ],
    )
    async def test_a_refused_move_changes_and_announces_nothing(
        self, api, database, asked, expected
    ):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        before = await announced(database, "customer.")

        payload = await changed(
            api, "changeCustomerStatus", {"customerId": customer_id, **asked}, MOVED
        )

        assert payload == {"customer": None, "userErrors": [expected]}
        assert await announced(database, "customer.") == before


class TestChangeSubscriptionState:
    @pytest.mark.parametrize(
        ("state", "facts", "expected"),
        [
            (
                "SUSPENDED",
                {},
                {
                    "__typename": "InvalidTransition",
                    "code": "INVALID_TRANSITION",
                    "path": ["input", "subscriptionState"],
                    "currentState": "INACTIVE",
                    "requestedState": "SUSPENDED",
                    "allowedStates": ["ACTIVE", "PENDING_ACTIVATION", "PENDING_PAYMENT", "TRIAL"],
                },
            ),
            (
                "ACTIVE",
                {"status": "PENDING"},
                {
                    "__typename": "CustomerNotActive",
                    "code": "CUSTOMER_NOT_ACTIVE",
                    "path": ["input", "customerId"],
                    "customerId": 1,
                    "status": "PENDING",
                },
            ),
        ],
    )
    async def test_a_refusal_tells_what_would_be_allowed(
        self, api, database, state, facts, expected
    ):
        customer_id = await created_customer(database, **facts)

        payload = await changed(
            api,
            "changeSubscriptionState",
            {"customerId": customer_id, "subscriptionState": state},
            MOVED,
        )

        assert payload == {"customer": None, "userErrors": [expected]}
        assert len(await announced(database, "customer.")) == 1

    async def test_the_state_it_has_is_a_no_op_and_too_long_a_reason_is_refused(
        self, api, database
    ):
        customer_id = await created_customer(database)
        named = {"customerId": customer_id}

        same = await changed(
            api, "changeSubscriptionState", named | {"subscriptionState": "INACTIVE"}, MOVED
        )
        refused = await changed(
            api,
            "changeSubscriptionState",
            named | {"subscriptionState": "ACTIVE", "reason": "x" * 501},
            MOVED,
        )

        assert (same["customer"]["version"], same["userErrors"]) == (1, [])
        assert refused["userErrors"] == [
            {"__typename": "GenericError", "code": "INVALID", "path": ["input", "reason"]}
        ]
        assert len(await announced(database, "customer.")) == 1


class TestDeleteCustomer:
    async def test_the_customer_is_gone_everywhere_and_its_username_free(self, api, database):
        customer_id = await created_customer(database, username="ada", email="ada@example.com")
        global_id = encode_id("Customer", customer_id)

        payload = await changed(
            api, "deleteCustomer", {"customerId": customer_id}, "deletedCustomerId"
        )

        assert payload == {"deletedCustomerId": global_id, "userErrors": []}
        data = await api.data(
            """query Gone($id: ID!, $key: Int!, $number: String!) {
              node(id: $id) { id }
              id: customer(by: {id: $id}) { id }
              key: customer(by: {customerId: $key}) { id }
              number: customer(by: {customerNumber: $number}) { id }
              username: customer(by: {username: "ada"}) { id }
              email: customer(by: {email: "ada@example.com"}) { id }
              customers(first: 5) { totalCount nodes { id } }
            }""",
            {"id": global_id, "key": customer_id, "number": f"C-{1_000_000 + customer_id}"},
        )
        assert data.pop("customers") == {"totalCount": 0, "nodes": []}
        assert set(data.values()) == {None}
        again = await changed(
            api, "deleteCustomer", {"customerId": customer_id}, "deletedCustomerId"
        )
        assert again["userErrors"][0]["code"] == "NOT_FOUND"
        assert [kind for kind, _ in await announced(database, "customer.")][1:] == [
            "customer.deleted"
        ]
        assert await created_customer(database, username="ada") != customer_id

    async def test_a_live_subscription_and_other_roles_leave_it(self, api, database):
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        before = await announced(database, "customer.")

        payload = await changed(
            api, "deleteCustomer", {"customerId": customer_id}, "deletedCustomerId"
        )
        tokens = [
            api.token(Role.SUPPORT),
            api.token(Role.CUSTOMER, customer_id=customer_id),
            api.token(Role.BILLING),
        ]
        for token in tokens:
            answer = await api.run(
                change("deleteCustomer", "deletedCustomerId"),
                {"input": {"customerId": customer_id}},
                token=token,
            )
            assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

        assert payload == {
            "deletedCustomerId": None,
            "userErrors": [
                {"__typename": "GenericError", "code": "CONFLICT", "path": ["input", "customerId"]}
            ],
        }
        assert await announced(database, "customer.") == before
