"""The catalogue of tariff plans through the public API."""

import pytest

from domain.kernel.access import Permission, Role
from domain.kernel.money import Money
from graph.ids import encode_id
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.tariff import a_metered_plan, assigned_plan, created_plan, retire, retired_plan

PLAN = """
    query Plan($by: TariffPlanBy!) {
      tariffPlan(by: $by) {
        id tariffPlanId code name description price { amount currency } setupFee { amount }
        billingCycle downloadKbps uploadKbps allowanceOctets fupAction
        throttledDownloadKbps throttledUploadKbps isOnSale retiredAt version
      }
    }
"""
NEW = {
    "code": "F-100",
    "name": "Fibre 100",
    "price": {"amount": "29.99", "currency": "EUR"},
    "downloadKbps": 100_000,
    "uploadKbps": 20_000,
}
PAGE = """
    query Page($first: Int, $after: String, $filter: TariffPlanFilter, $orderBy: TariffPlanOrder) {
      tariffPlans(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
        totalCount nodes { code } pageInfo { hasNextPage endCursor }
      }
    }
"""


class TestTariffPlan:
    async def test_shows_the_whole_plan(self, api, database):
        plan_id = await created_plan(
            database,
            a_metered_plan(
                code="F-100",
                name="Fibre 100",
                description="Fast",
                allowance_octets=2**40,
                setup_fee=Money(1050, "EUR"),
            ),
        )

        data = await api.data(PLAN, {"by": {"tariffPlanId": plan_id}})

        assert data["tariffPlan"] == {
            "id": encode_id("TariffPlan", plan_id),
            "tariffPlanId": plan_id,
            "code": "F-100",
            "name": "Fibre 100",
            "description": "Fast",
            "price": {"amount": "30.00", "currency": "EUR"},
            "setupFee": {"amount": "10.50"},
            "billingCycle": "MONTHLY",
            "downloadKbps": 100_000,
            "uploadKbps": 20_000,
            "allowanceOctets": str(2**40),
            "fupAction": "THROTTLE",
            "throttledDownloadKbps": 1000,
            "throttledUploadKbps": 500,
            "isOnSale": True,
            "retiredAt": None,
            "version": 1,
        }

    async def test_is_found_by_each_of_its_names_and_as_a_node_and_entity(self, api, database):
        plan_id = await created_plan(database, code="F-100")
        global_id = encode_id("TariffPlan", plan_id)
        query = """
            query Q($by: TariffPlanBy!, $id: ID!, $keys: [_Any!]!) {
              tariffPlan(by: $by) { code }
              node(id: $id) { ... on TariffPlan { code } }
              _entities(representations: $keys) { ... on TariffPlan { code } }
            }"""
        keys = [
            {"__typename": "TariffPlan", "tariffPlanId": plan_id},
            {"__typename": "TariffPlan", "id": global_id},
            {"__typename": "TariffPlan", "tariffPlanId": plan_id + 1},
        ]

        for by in ({"id": global_id}, {"tariffPlanId": plan_id}, {"code": "F-100"}):
            data = await api.data(query, {"by": by, "id": global_id, "keys": keys})
            assert data == {
                "tariffPlan": {"code": "F-100"},
                "node": {"code": "F-100"},
                "_entities": [{"code": "F-100"}, {"code": "F-100"}, None],
            }

    async def test_a_retired_plan_is_null_to_those_who_were_never_on_it(self, api, database):
        mine, stranger = await created_customer(database), await created_customer(database)
        plan_id = await created_plan(database)
        await assigned_plan(database, mine, plan_id)
        await retire(database, plan_id)
        query = "query Q($by: TariffPlanBy!) { tariffPlan(by: $by) { isOnSale } }"

        seen = [
            (await api.data(query, {"by": {"tariffPlanId": plan_id}}, token=token))["tariffPlan"]
            for token in (
                api.token(Role.SUPPORT),
                api.token(Role.CUSTOMER, customer_id=mine),
                api.token(Role.CUSTOMER, customer_id=stranger),
            )
        ]

        assert seen == [{"isOnSale": False}, {"isOnSale": False}, None]

    @pytest.mark.parametrize("by", [{"tariffPlanId": 1}, {"id": "no id"}, {"code": "x"}])
    async def test_an_unknown_name_is_null(self, api, by):
        assert (await api.data(PLAN, {"by": by})) == {"tariffPlan": None}


class TestTariffPlans:
    async def test_filters_orders_and_pages(self, api, database):
        await retired_plan(database, code="OLD")
        for code, minor in (("A", 300), ("B", 100), ("C", 200)):
            await created_plan(database, code=code, price=Money(minor, "EUR"))
        asked = {
            "first": 2,
            "filter": {"onSale": True},
            "orderBy": {"field": "PRICE", "descending": True},
        }

        first = (await api.data(PAGE, asked))["tariffPlans"]
        after = first["pageInfo"]["endCursor"]
        second = (await api.data(PAGE, {**asked, "after": after}))["tariffPlans"]

        assert (first["nodes"], second["nodes"]) == (
            [{"code": "A"}, {"code": "C"}],
            [{"code": "B"}],
        )
        assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
        assert second["pageInfo"]["hasNextPage"] is False

    async def test_finds_several_codes(self, api, database):
        for code in ("A", "B", "C"):
            await created_plan(database, code=code)

        data = await api.data(PAGE, {"first": 9, "filter": {"code": ["C", "A", "X"]}})

        assert data["tariffPlans"]["nodes"] == [{"code": "A"}, {"code": "C"}]

    @pytest.mark.parametrize(
        ("variables", "path"),
        [
            ({}, ["first"]),
            ({"first": 101}, ["first"]),
            ({"first": 1, "after": "nonsense"}, ["after"]),
            ({"first": 1, "filter": {"code": ["x"] * 101}}, ["filter", "code"]),
        ],
    )
    async def test_refuses_what_makes_no_sense(self, api, variables, path):
        answer = await api.run(PAGE, variables)

        assert answer["data"] == {"tariffPlans": None}
        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "argumentPath": path}

    async def test_needs_the_permission(self, api):
        other = api.service_token(Permission.BILLING_READ)
        codes = []

        for token in (other, None):
            answer = await api.run("{ tariffPlans(first: 1) { nodes { id } } }", token=token)
            codes.append(answer["errors"][0]["extensions"]["code"])

        assert codes == ["ACCESS_DENIED", "UNAUTHENTICATED"]


class TestCreateTariffPlan:
    async def test_answers_with_the_plan_and_announces_it(self, api, database):
        payload = await api.mutate(
            "createTariffPlan",
            {
                **NEW,
                "allowanceOctets": str(2**40),
                "fupAction": "BLOCK",
                "setupFee": {"amount": "5", "currency": "EUR"},
                "billingCycle": "YEARLY",
            },
            "tariffPlan { code price { amount } setupFee { amount } billingCycle fupAction }",
        )

        assert payload == {
            "tariffPlan": {
                "code": "F-100",
                "price": {"amount": "29.99"},
                "setupFee": {"amount": "5.00"},
                "billingCycle": "YEARLY",
                "fupAction": "BLOCK",
            },
            "userErrors": [],
        }
        assert [kind for kind, _ in await announced(database)] == ["tariff.plan.published"]

    async def test_a_code_in_use_is_a_user_error_and_leaves_no_trace(self, api, database):
        await created_plan(database, code="F-100")

        payload = await api.mutate("createTariffPlan", NEW, "tariffPlan { id }")

        assert payload == {
            "tariffPlan": None,
            "userErrors": [
                {
                    "__typename": "PlanCodeTaken",
                    "code": "PLAN_CODE_TAKEN",
                    "message": "The plan code F-100 is taken",
                    "path": ["input", "code"],
                }
            ],
        }
        assert len(await announced(database)) == 1

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"price": {"amount": "1.999", "currency": "EUR"}}, ["input", "price"]),
            ({"setupFee": {"amount": "1", "currency": "USD"}}, ["input", "setupFee"]),
            ({"downloadKbps": 0}, ["input", "downloadKbps"]),
            ({"allowanceOctets": "5"}, ["input", "fupAction"]),
        ],
    )
    async def test_names_the_input_that_breaks_a_rule(self, api, database, change, path):
        payload = await api.mutate("createTariffPlan", {**NEW, **change}, "tariffPlan { id }")

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", path)
        assert await announced(database) == []

    async def test_the_same_idempotency_key_creates_one_plan(self, api, database):
        asked = {**NEW, "idempotencyKey": "k-1"}

        answers = [
            await api.mutate("createTariffPlan", asked, "tariffPlan { tariffPlanId }")
            for _ in range(2)
        ]

        assert answers[0] == answers[1]
        assert len(await announced(database)) == 1


class TestUpdateTariffPlan:
    async def test_changes_what_was_given_and_steps_the_version(self, api, database):
        plan_id = await created_plan(database, name="Old", description="Fast")
        asked = {"tariffPlanId": plan_id, "description": None, "expectedVersion": 1}

        payload = await api.mutate(
            "updateTariffPlan", asked, "tariffPlan { name description version }"
        )
        again = await api.mutate("updateTariffPlan", {**asked, "name": "New"}, "tariffPlan { id }")

        assert payload["tariffPlan"] == {"name": "Old", "description": None, "version": 2}
        assert again["userErrors"][0]["code"] == "VERSION_CONFLICT"

    async def test_an_unknown_plan_is_not_found(self, api):
        payload = await api.mutate("updateTariffPlan", {"tariffPlanId": 1}, "tariffPlan { id }")

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "tariffPlanId"])


class TestRetireTariffPlan:
    async def test_takes_the_plan_off_sale(self, api, database):
        plan_id = await created_plan(database)

        payload = await api.mutate(
            "retireTariffPlan", {"tariffPlanId": plan_id}, "tariffPlan { isOnSale version }"
        )

        assert payload["tariffPlan"] == {"isOnSale": False, "version": 2}


@pytest.mark.parametrize(
    ("field", "input"),
    [
        ("createTariffPlan", NEW),
        ("updateTariffPlan", {"tariffPlanId": 1, "name": "x"}),
        ("retireTariffPlan", {"tariffPlanId": 1}),
    ],
)
async def test_the_catalogue_is_changed_by_administrators_alone(api, database, field, input):
    customer_id = await created_customer(database)
    codes = set()
    for token in (
        api.token(Role.SUPPORT),
        api.token(Role.BILLING),
        api.token(Role.CUSTOMER, customer_id=customer_id),
        api.service_token(Permission.TARIFF_ASSIGN),
    ):
        answer = await api.run(
            f"mutation M($input: {field[0].upper()}{field[1:]}Input!)"
            f" {{ {field}(input: $input) {{ userErrors {{ code }} }} }}",
            {"input": input},
            token=token,
        )
        assert answer["data"] == {field: None}
        codes |= {error["extensions"]["code"] for error in answer["errors"]}

    assert codes == {"ACCESS_DENIED"}
    assert await announced(database, "tariff.") == []
