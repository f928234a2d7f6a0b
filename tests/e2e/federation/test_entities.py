"""``_entities``: what a gateway fetches by key, under the same row policy as everything else."""

import json

import pytest

from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Permission, Role
from graph.entities import INTEGER_KEYS
from graph.ids import encode_id
from graph.node import NODES
from tests.support.customers import a_customer, created_customer, created_reseller
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller
from tests.support.statements import captured_statements

ENTITIES = """
    query Entities($representations: [_Any!]!) {
      _entities(representations: $representations) { __typename ... on Node { id } }
    }
"""


async def entities(api, *representations, token="admin"):
    """The answer as it came."""
    return await api.run(ENTITIES, {"representations": list(representations)}, token=token)


def by_id(type_name: str, key: int) -> dict[str, object]:
    return {"__typename": type_name, "id": encode_id(type_name, key)}


class TestEveryNodeType:
    async def test_is_found_by_its_id(self, api, database):
        estate = await created_estate(database, await earning_reseller(database))
        assert set(estate) == set(NODES)

        answer = await entities(api, *(by_id(name, estate[name]) for name in sorted(NODES)))

        assert "errors" not in answer
        assert answer["data"]["_entities"] == [by_id(name, estate[name]) for name in sorted(NODES)]

    async def test_with_a_number_is_found_by_it(self, api, database):
        estate = await created_estate(database, await earning_reseller(database))
        representations = [
            {"__typename": name, field: estate[name]} for name, field in INTEGER_KEYS.items()
        ]

        answer = await entities(api, *representations)

        assert answer["data"]["_entities"] == [by_id(name, estate[name]) for name in INTEGER_KEYS]

    @pytest.mark.parametrize("key", [0, 2**31 - 1, 2**31, 2**63 - 1])
    async def test_that_is_not_there_is_null_on_every_path(self, api, key):
        names = sorted(NODES)
        ids = [encode_id(name, key) for name in names]

        found = await entities(api, *(by_id(name, key) for name in names))
        nodes = await api.run("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})

        assert found == {"data": {"_entities": [None] * len(names)}}
        assert nodes == {"data": {"nodes": [None] * len(names)}}

    async def test_is_null_for_an_id_of_another_type(self, api, database):
        estate = await created_estate(database, await earning_reseller(database))
        other = {name: encode_id("Customer", estate["Customer"]) for name in NODES}
        del other["Customer"]

        answer = await entities(api, *({"__typename": n, "id": i} for n, i in other.items()))

        assert answer == {"data": {"_entities": [None] * len(other)}}


class TestRepresentations:
    @pytest.mark.parametrize(
        ("representation", "path"),
        [
            ("text", []),
            (1, []),
            (None, []),
            ([], []),
            ({}, []),
            ({"__typename": "Customer"}, []),
            ({"id": "x"}, []),
            ({"__typename": "Nonsense", "id": "x"}, []),
            ({"__typename": "Query", "id": "x"}, []),
            ({"__typename": "PageInfo", "id": "x"}, []),
            ({"__typename": ["Customer"], "id": "x"}, []),
            ({"__typename": "Customer", "id": 7}, ["id"]),
            ({"__typename": "Customer", "id": None}, ["id"]),
            ({"__typename": "Customer", "id": {"$ne": ""}}, ["id"]),
            ({"__typename": "Customer", "customerId": "7"}, ["customerId"]),
            ({"__typename": "Customer", "customerId": True}, ["customerId"]),
            ({"__typename": "Customer", "customerId": 7.0}, ["customerId"]),
            ({"__typename": "Customer", "email": "ada@example.com"}, ["email"]),
            ({"__typename": "Invoice", "customerId": 7}, ["customerId"]),
            ({"__typename": "Customer", "id": "x", "customerId": 7}, []),
            ({"__typename": "Customer", "customerId": 7, "status": "ACTIVE"}, []),
            ({"__typename": "Customer", "customerId": 7, "resellerId": 1}, []),
        ],
        ids=lambda value: json.dumps(value)[:60],
    )
    async def test_with_a_wrong_or_more_than_a_key_are_refused_by_place(
        self, shared_api, representation, path
    ):
        answer = await entities(
            shared_api, {"__typename": "Customer", "customerId": 1}, representation
        )

        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert answer.get("data") is None
        if representation is None:
            assert codes == {"BAD_USER_INPUT"}
            return
        assert codes == {"INVALID"}
        [error] = answer["errors"]
        assert error["path"] == ["_entities"]
        assert error["extensions"]["argumentPath"] == ["representations", "1", *path]

    async def test_more_than_a_hundred_are_refused(self, api):
        one = {"__typename": "Customer", "customerId": 1}

        accepted = await entities(api, *[one] * 100)
        refused = await entities(api, *[one] * 101)

        assert accepted == {"data": {"_entities": [None] * 100}}
        assert refused["data"] is None
        assert refused["errors"][0]["extensions"] == {
            "code": "INVALID",
            "argumentPath": ["representations"],
        }

    async def test_claims_about_the_row_are_not_believed(self, api, database):
        reseller_id = await created_reseller(database)
        ours = await created_customer(database, reseller_id=reseller_id)
        theirs = await created_customer(database)
        token = api.token(Role.RESELLER, reseller_id=reseller_id)

        answer = await entities(
            api,
            {"__typename": "Customer", "customerId": ours},
            {"__typename": "Customer", "customerId": theirs},
            by_id("Customer", theirs),
            token=token,
        )

        assert answer == {"data": {"_entities": [by_id("Customer", ours), None, None]}}

    async def test_may_repeat_and_come_in_any_order(self, api, database):
        ids = [await created_customer(database) for _ in range(3)]
        asked = [ids[2], ids[0], ids[2], 0, ids[1]]

        answer = await entities(
            api, *({"__typename": "Customer", "customerId": each} for each in asked)
        )

        found = [each and each["id"] for each in answer["data"]["_entities"]]
        assert found == [encode_id("Customer", each) if each else None for each in asked]

    async def test_of_nobody_are_refused(self, api):
        one = {"__typename": "Customer", "customerId": 1}
        response = await api.post(ENTITIES, {"representations": [one]}, token=None)

        assert response.status_code == 401


class TestBatches:
    @pytest.mark.parametrize("number", [1, 10, 50])
    async def test_take_one_statement_a_type_whatever_their_number(self, api, database, number):
        reseller_ids = [await created_reseller(database) for _ in range(number)]
        async with database.unit_of_work(SYSTEM) as session:
            create = CustomerService().create_customer
            customer_ids = [(await create(session, a_customer())).id for _ in range(number)]
        token = api.service_token(Permission.CUSTOMER_READ, Permission.RESELLER_READ)
        await api.settled()
        representations = [
            *({"__typename": "Customer", "customerId": each} for each in customer_ids),
            *(by_id("Reseller", each) for each in reseller_ids),
        ]
        await entities(api, *representations[:1], token=token)

        await api.settled()
        with captured_statements(api.application.services.database) as statements:
            answer = await entities(api, *representations, token=token)

        assert len([each for each in answer["data"]["_entities"] if each]) == 2 * number
        asked = [each for each in statements if " kernel." not in each and "FROM" in each]
        assert len(asked) == 2
