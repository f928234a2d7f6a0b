"""``_entities``: what a gateway fetches by key, under the same row policy as everything else."""

import pytest

from domain.kernel.access import Permission, Role
from graph.entities import INTEGER_KEYS
from graph.ids import encode_id
from graph.node import NODES
from tests.support.customers import created_customer, created_reseller
from tests.support.estate import created_estate
from tests.support.reseller import earning_reseller
from tests.support.statements import captured_statements

ENTITIES = """
    query Entities($representations: [_Any!]!) {
      _entities(representations: $representations) { __typename ... on Node { id } }
    }
"""


async def entities(api, *representations, token="admin"):
    """Data and errors as they came."""
    variables = {"representations": list(representations)}
    answer = await api.run(ENTITIES, variables, token=token)
    return {part: answer[part] for part in ("data", "errors") if part in answer}


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
        nodes = await api.data("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids})

        assert found == {"data": {"_entities": [None] * len(names)}}
        assert nodes == {"nodes": [None] * len(names)}

    async def test_is_null_for_an_id_of_another_type(self, api, database):
        estate = await created_estate(database, await earning_reseller(database))
        other = {name: encode_id("Customer", estate["Customer"]) for name in NODES}
        del other["Customer"]

        answer = await entities(api, *({"__typename": n, "id": i} for n, i in other.items()))

        assert answer == {"data": {"_entities": [None] * len(other)}}


KEYS = "must have __typename and one key: id or customerId"
ONE_KEY = "must have __typename and one key: id"
NO_TYPE = "has no __typename of an entity"
NO_OBJECT = "must be an object with __typename and a key"
NO_ID = "must be a global id"
NO_NUMBER = "must be a whole number"
#: Representation, the input at fault within it, what is told.
WRONG: list[tuple[object, list[str], str]] = [
    ("text", [], NO_OBJECT),
    (1, [], NO_OBJECT),
    ([], [], NO_OBJECT),
    ([{"__typename": "Customer", "customerId": 1}], [], NO_OBJECT),
    ({}, [], NO_TYPE),
    ({"id": "x"}, [], NO_TYPE),
    ({"__typename": None, "id": "x"}, [], NO_TYPE),
    ({"__typename": ["Customer"], "id": "x"}, [], NO_TYPE),
    ({"__typename": {"name": "Customer"}, "id": "x"}, [], NO_TYPE),
    ({"__typename": "Nonsense", "id": "x"}, [], NO_TYPE),
    ({"__typename": "customer", "id": "x"}, [], NO_TYPE),
    ({"__typename": "Query", "id": "x"}, [], NO_TYPE),
    ({"__typename": "Node", "id": "x"}, [], NO_TYPE),
    ({"__typename": "_Entity", "id": "x"}, [], NO_TYPE),
    ({"__typename": "AddressInput", "id": "x"}, [], NO_TYPE),
    ({"__typename": "PageInfo", "id": "x"}, [], NO_TYPE),
    ({"__typename": "Int", "id": "x"}, [], NO_TYPE),
    ({"__typename": "Customer"}, [], KEYS),
    ({"__typename": "Customer", "email": "ada@example.com"}, [], KEYS),
    ({"__typename": "Customer", "resellerId": 1}, [], KEYS),
    ({"__typename": "Customer", "id": "x", "customerId": 7}, [], KEYS),
    ({"__typename": "Customer", "customerId": 7, "status": "ACTIVE"}, [], KEYS),
    ({"__typename": "Customer", "customerId": 7, "__proto__": {}}, [], KEYS),
    ({"__typename": "Invoice", "customerId": 7}, [], ONE_KEY),
    ({"__typename": "Customer", "id": 7}, ["id"], NO_ID),
    ({"__typename": "Customer", "id": None}, ["id"], NO_ID),
    ({"__typename": "Customer", "id": {"$ne": ""}}, ["id"], NO_ID),
    ({"__typename": "Customer", "id": [encode_id("Customer", 1)]}, ["id"], NO_ID),
    ({"__typename": "Customer", "customerId": "7"}, ["customerId"], NO_NUMBER),
    ({"__typename": "Customer", "customerId": True}, ["customerId"], NO_NUMBER),
    ({"__typename": "Customer", "customerId": 7.0}, ["customerId"], NO_NUMBER),
    ({"__typename": "Customer", "customerId": 10**30}, ["customerId"], NO_NUMBER),
    ({"__typename": "Customer", "customerId": None}, ["customerId"], NO_NUMBER),
    ({"__typename": "Customer", "customerId": [7]}, ["customerId"], NO_NUMBER),
    ({"__typename": "TariffPlan", "tariffPlanId": "7"}, ["tariffPlanId"], NO_NUMBER),
]


class TestRepresentations:
    async def test_with_a_wrong_or_more_than_a_key_fail_alone_and_the_others_answer(
        self, api, database
    ):
        customer_id = await created_customer(database)
        good = {"__typename": "Customer", "customerId": customer_id}

        answer = await entities(api, good, *(wrong for wrong, _, _ in WRONG), good)

        found = by_id("Customer", customer_id)
        assert answer["data"] == {"_entities": [found, *[None] * len(WRONG), found]}
        told = [
            (error["path"], error["extensions"], error["message"]) for error in answer["errors"]
        ]
        places = [
            (["representations", str(number), *path], message)
            for number, (_, path, message) in enumerate(WRONG, start=1)
        ]
        assert told == [
            (
                ["_entities", number],
                {"code": "INVALID", "argumentPath": path},
                f"{'.'.join(path)} {message}",
            )
            for number, (path, message) in enumerate(places, start=1)
        ]

    async def test_that_are_null_do_not_fit_the_argument(self, shared_api):
        response = await shared_api.post(ENTITIES, {"representations": [None]})

        assert response.status_code == 400
        assert [e["extensions"]["code"] for e in response.json()["errors"]] == ["BAD_USER_INPUT"]

    @pytest.mark.parametrize(
        "literal", ["9" * 5000, "1e999", "-1", '"7"', "true", "SEVEN", "{a: 1}", "[1]", "null"]
    )
    async def test_may_be_literals_and_are_told_as_little_of(self, shared_api, literal):
        query = """{ _entities(representations: [
            {__typename: "Customer", customerId: %s}]) { __typename } }"""

        response = await shared_api.post(query % literal)

        codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}
        assert codes <= {"INVALID", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
        assert "9999" not in response.text

    async def test_name_a_key_twice_and_the_last_counts(self, api, database):
        ids = [await created_customer(database) for _ in range(2)]
        pairs = ", ".join(f'"customerId": {each}' for each in ids)
        body = (
            '{"query": "query E($r: [_Any!]!) { _entities(representations: $r) {'
            ' ... on Customer { customerId } } }", "variables": {"r": [{"__typename": "Customer", '
            f"{pairs}}}]}}}}"
        )
        headers = {"Authorization": f"Bearer {api.token()}", "Content-Type": "application/json"}

        answer = (await api.http.post("/graphql", content=body, headers=headers)).json()

        assert answer["data"] == {"_entities": [{"customerId": ids[1]}]}

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
    async def test_of_a_hundred_of_every_type_take_one_statement_a_type(self, api, database):
        estates = [
            await created_estate(database, await earning_reseller(database)) for _ in range(5)
        ]
        names = sorted(NODES)
        rows = [(name, estate[name]) for estate in estates for name in names][:100]
        await api.settled()
        # In the same order again, as a gateway may: types and rows are mixed anyhow.
        mixed = [by_id(*row) for row in rows] + [by_id(*row) for row in rows[: 100 - len(rows)]]
        await entities(api, *mixed[:1])

        statements: dict[int, list[str]] = {}
        for number in (len(names), 100):
            await api.settled()
            with captured_statements(api.application.services.database) as sent:
                answer = await entities(api, *mixed[:number])
            assert answer == {"data": {"_entities": mixed[:number]}}
            statements[number] = [each for each in sent if _reads_rows(each)]

        assert len(statements[100]) == len(statements[len(names)]) == len(names)

    async def test_are_read_as_whoever_asks(self, api, database):
        customer_ids = [await created_customer(database) for _ in range(3)]
        token = api.service_token(Permission.RESELLER_READ)

        answer = await entities(
            api, *(by_id("Customer", each) for each in customer_ids), token=token
        )

        assert answer["data"] == {"_entities": [None] * 3}

    async def test_that_may_not_be_read_at_all_fail_one_by_one(self, api, database):
        estate = await created_estate(database, await earning_reseller(database))
        rows = [by_id("Customer", estate["Customer"]), by_id("Invoice", estate["Invoice"])]
        token = api.service_token(Permission.CUSTOMER_READ)

        answer = await entities(api, *rows, token=token)

        assert answer["data"] == {"_entities": [rows[0], None]}
        [error] = answer["errors"]
        assert (error["path"], error["extensions"]) == (
            ["_entities", 1],
            {"code": "ACCESS_DENIED"},
        )


def _reads_rows(statement: str) -> bool:
    return "FROM" in statement and " kernel." not in statement
