"""Service credentials over the API: the secret is in one answer, the names are the customer's."""

import pytest

from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support.customers import created_customer
from tests.support.radius import PASSWORD, created_subscriber
from tests.support.reseller import earning_reseller
from tests.support.statements import captured_statements

NAMES = """
    query Q($id: Int!) {
      customer(by: {customerId: $id}) {
        serviceCredentials { id username isActive endedAt version customer { customerId } }
      }
    }"""
AUTHENTICATE = """
    mutation A($input: AuthenticateCustomerInput!) {
      authenticateCustomer(input: $input) { authenticated reason }
    }"""


async def created(api, customer_id: int, **facts):
    return await api.mutate(
        "createServiceCredential",
        {"customerId": customer_id, **facts},
        "password credential { id username isActive version }",
    )


async def lets_in(api, username: str, password: str) -> bool:
    token = api.service_token(Permission.RADIUS_AUTHENTICATE)
    variables = {"input": {"username": username, "password": password}}
    answer = await api.data(AUTHENTICATE, variables, token=token)
    return answer["authenticateCustomer"]["authenticated"]


async def names(api, customer_id: int, token: str) -> list[dict] | None:
    answer = await api.data(NAMES, {"id": customer_id}, token=token)
    return (answer["customer"] or {}).get("serviceCredentials")


async def test_a_secret_is_shown_once_and_lets_the_line_in(api, database):
    customer_id = await created_subscriber(database)
    asked = {"username": "line-1", "idempotencyKey": "k-1"}

    first = await created(api, customer_id, **asked)
    again = await created(api, customer_id, **asked)

    assert first["credential"] == {
        "id": encode_id("ServiceCredential", 1),
        "username": "line-1",
        "isActive": True,
        "version": 1,
    }
    assert again == {**first, "password": None}
    assert await lets_in(api, "line-1", first["password"])
    assert await lets_in(api, "ada", PASSWORD)


async def test_what_the_operator_gave_is_not_repeated(api, database):
    customer_id = await created_subscriber(database)

    payload = await created(api, customer_id, username="line-1", password="0ld-password")

    assert payload["password"] is None
    assert await lets_in(api, "LINE-1", "0ld-password")


async def test_rotating_and_ending(api, database):
    customer_id = await created_subscriber(database)
    first = await created(api, customer_id, username="line-1")
    change = {"credentialId": first["credential"]["id"], "expectedVersion": 1}

    rotated = await api.mutate("rotateServiceCredential", change, "password credential { version }")
    stale = await api.mutate("endServiceCredential", change, "credential { version }")
    ended = await api.mutate(
        "endServiceCredential",
        {**change, "expectedVersion": 2},
        "credential { isActive version }",
    )

    assert rotated["credential"] == {"version": 2}
    assert [error["code"] for error in stale["userErrors"]] == ["VERSION_CONFLICT"]
    assert ended["credential"] == {"isActive": False, "version": 3}
    assert not await lets_in(api, "line-1", rotated["password"])
    assert await names(api, customer_id, api.token()) == []


@pytest.mark.parametrize(
    ("input", "code", "path"),
    [
        ({"customerId": 404}, "NOT_FOUND", ["input", "customerId"]),
        ({"username": "a b"}, "INVALID", ["input", "username"]),
        ({"username": "taken"}, "USERNAME_TAKEN", ["input", "username"]),
        ({"password": "short"}, "INVALID", ["input", "password"]),
    ],
)
async def test_a_refusal_names_the_input(api, database, input, code, path):
    customer_id = await created_customer(database)
    await created_customer(database, username="taken", password=PASSWORD)

    payload = await created(api, **{"customer_id": customer_id} | _python(input))

    [error] = payload["userErrors"]
    assert (error["code"], error["path"]) == (code, path)
    assert payload["password"] is None


def _python(input: dict) -> dict:
    return {"customer_id" if name == "customerId" else name: value for name, value in input.items()}


async def test_names_are_read_by_the_customer_its_reseller_and_network_staff(api, database):
    reseller_id = await earning_reseller(database)
    customer_id = await created_customer(database, reseller_id=reseller_id)
    other = await created_customer(database)
    await created(api, customer_id, username="line-1")

    shown = [
        {
            "id": encode_id("ServiceCredential", 1),
            "username": "line-1",
            "isActive": True,
            "endedAt": None,
            "version": 1,
            "customer": {"customerId": customer_id},
        }
    ]
    for token in (
        api.token(Role.CUSTOMER, customer_id=customer_id),
        api.token(Role.RESELLER, reseller_id=reseller_id),
        api.token(Role.SUPPORT),
    ):
        assert await names(api, customer_id, token) == shown
    assert await names(api, customer_id, api.token(Role.CUSTOMER, customer_id=other)) is None
    refused = await api.run(NAMES, {"id": customer_id}, token=api.token(Role.BILLING))
    assert refused["data"]["customer"] == {"serviceCredentials": None}
    assert refused["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_all_customers_names_are_one_statement(api, database):
    for number in range(3):
        customer_id = await created_customer(database)
        await created(api, customer_id, username=f"line-{number}")

    counts = []
    for first in (1, 3):
        with captured_statements(api.application.services.database) as statements:
            query = f"{{ customers(first: {first}) {{ nodes {{ serviceCredentials {{ id }} }} }} }}"
            answer = await api.data(query)
        nodes = answer["customers"]["nodes"]
        assert all(len(node["serviceCredentials"]) == 1 for node in nodes)
        counts.append(len([each for each in statements if " radius.credentials" in each]))

    assert counts == [1, 1]
