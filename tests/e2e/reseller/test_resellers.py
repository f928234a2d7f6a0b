"""Resellers through the public API, over HTTP."""

import pytest

from domain.kernel.access import Permission, Role
from domain.reseller.models import ResellerStatus
from graph.ids import encode_id
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.reseller import accrued, earning_reseller
from tests.support.statements import captured_statements

RESELLER = """
    query Reseller($by: ResellerBy!) {
      reseller(by: $by) {
        id resellerId code name status allowedStatuses email currency commissionPercent
        parent { code }
        children(first: 5) { totalCount nodes { code parent { code } } }
        customers(first: 5) { totalCount nodes { customerId reseller { code } } }
        version
      }
    }
"""
STATUS = "reseller { status version }"


class TestReseller:
    async def test_shows_the_reseller_its_tree_and_its_customers(self, api, database):
        root = await created_reseller(database, code="ROOT")
        mine = await earning_reseller(
            database, code="NORTH", name="Net North", percent="12.50", parent_id=root
        )
        await created_reseller(database, code="LEAF", parent_id=mine)
        customer_id = await created_customer(database, reseller_id=mine)

        data = await api.data(RESELLER, {"by": {"code": "north"}})

        assert data["reseller"] == {
            "id": encode_id("Reseller", mine),
            "resellerId": mine,
            "code": "NORTH",
            "name": "Net North",
            "status": "ACTIVE",
            "allowedStatuses": ["SUSPENDED", "TERMINATED"],
            "email": None,
            "currency": "EUR",
            "commissionPercent": "12.50",
            "parent": {"code": "ROOT"},
            "children": {
                "totalCount": 1,
                "nodes": [{"code": "LEAF", "parent": {"code": "NORTH"}}],
            },
            "customers": {
                "totalCount": 1,
                "nodes": [{"customerId": customer_id, "reseller": {"code": "NORTH"}}],
            },
            "version": 1,
        }

    async def test_is_found_by_each_of_its_names_and_as_an_entity(self, api, database):
        mine = await created_reseller(database, code="NORTH")
        names = [{"id": encode_id("Reseller", mine)}, {"resellerId": mine}, {"code": "NORTH"}]
        query = "query Q($by: ResellerBy!) { reseller(by: $by) { resellerId } }"

        found = [await api.data(query, {"by": by}) for by in names]
        entities = await api.data(
            """query E($of: [_Any!]!) {
              _entities(representations: $of) { ... on Reseller { resellerId } } }""",
            {"of": [{"__typename": "Reseller", "resellerId": mine}]},
        )

        assert found == [{"reseller": {"resellerId": mine}}] * len(names)
        assert entities == {"_entities": [{"resellerId": mine}]}

    @pytest.mark.parametrize("by", [{"resellerId": 99}, {"id": "no id"}, {"code": "X"}])
    async def test_an_unknown_name_is_null(self, api, by):
        data = await api.data("query Q($by: ResellerBy!) { reseller(by: $by) { id } }", {"by": by})

        assert data == {"reseller": None}

    async def test_a_reseller_sees_its_subtree_and_nothing_above_or_beside(self, api, database):
        root = await created_reseller(database)
        mine = await created_reseller(database, parent_id=root)
        below = await created_reseller(database, parent_id=mine)
        beside = await created_reseller(database, parent_id=root)
        token = api.token(Role.RESELLER, reseller_id=mine)
        ids = [encode_id("Reseller", key) for key in (root, mine, below, beside)]

        data = await api.data(
            """query Q($ids: [ID!]!) {
              nodes(ids: $ids) { ... on Reseller { resellerId parent { resellerId } } }
              resellers(first: 10) { totalCount nodes { resellerId } } }""",
            {"ids": ids},
            token=token,
        )

        assert data == {
            "nodes": [
                None,
                {"resellerId": mine, "parent": None},
                {"resellerId": below, "parent": {"resellerId": mine}},
                None,
            ],
            "resellers": {
                "totalCount": 2,
                "nodes": [{"resellerId": mine}, {"resellerId": below}],
            },
        }

    async def test_a_customer_sees_who_it_belongs_to_without_the_commission(self, api, database):
        root = await created_reseller(database)
        mine = await earning_reseller(database, name="Net North", parent_id=root)
        customer_id = await created_customer(database, reseller_id=mine)
        other = await created_customer(database, reseller_id=mine)
        token = api.token(Role.CUSTOMER, customer_id=customer_id)

        data = await api.data(
            """query Q($mine: Int!, $other: Int!) {
              mine: customer(by: {customerId: $mine}) { reseller {
                name commissionPercent parent { name } children { nodes { name } }
                customers { totalCount nodes { customerId } } } }
              other: customer(by: {customerId: $other}) { reseller { name } } }""",
            {"mine": customer_id, "other": other},
            token=token,
        )

        assert data == {
            "mine": {
                "reseller": {
                    "name": "Net North",
                    "commissionPercent": None,
                    "parent": None,
                    "children": {"nodes": []},
                    "customers": {"totalCount": 1, "nodes": [{"customerId": customer_id}]},
                }
            },
            "other": None,
        }


class TestResellers:
    async def test_pass_the_filter(self, api, database):
        north = await created_reseller(database, name="Net North")
        await created_reseller(database, name="Net South", status=ResellerStatus.SUSPENDED)

        data = await api.data(
            """{ resellers(first: 5, filter: {query: "net", status: [ACTIVE]}) {
              totalCount nodes { resellerId } } }"""
        )

        assert data["resellers"] == {"totalCount": 1, "nodes": [{"resellerId": north}]}

    async def test_need_a_page_size(self, api):
        answer = await api.run("{ resellers { nodes { id } } }")

        assert answer["data"] == {"resellers": None}
        assert answer["errors"][0]["extensions"] == {
            "code": "INVALID",
            "argumentPath": ["first"],
        }

    async def test_are_refused_to_a_service_without_the_scope(self, api):
        answer = await api.run(
            "{ resellers(first: 1) { nodes { id } } }",
            token=api.service_token(Permission.CUSTOMER_READ),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

    async def test_nested_fields_take_the_same_statements_for_any_number(self, api, database):
        query = """{ resellers(first: 100) { totalCount nodes {
            parent { name }
            children(first: 2) { totalCount nodes { name } }
            customers(first: 2) { totalCount nodes { reseller { name }
              commissions(first: 2) { totalCount nodes { reseller { name } } } } }
            commissions(first: 2) { totalCount nodes { customer { displayName } } }
            commissionTotals { entryCount }
            settlements(first: 2) { totalCount nodes { entries(first: 2) { totalCount } } }
        } } }"""
        counts, made = [], 0
        for parents in (1, 10, 50):
            while made < parents:
                root = await earning_reseller(database)
                below = await created_reseller(database, parent_id=root)
                customer_id = await created_customer(database, reseller_id=root)
                await accrued(database, root, customer_id)
                made += 1
                assert below

            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query)

            assert len(data["resellers"]["nodes"]) == 2 * parents
            counts.append(sum(" reseller." in text or " customer." in text for text in statements))

        assert counts[0] == counts[1] == counts[2]


class TestCreateReseller:
    async def test_answers_with_the_reseller_and_announces_it(self, api, database):
        root = await created_reseller(database, code="ROOT")

        payload = await api.mutate(
            "createReseller",
            {
                "code": "north",
                "name": "Net North",
                "parentId": root,
                "commissionPercent": "7.5",
                "email": "hi@net.example",
                "clientMutationId": "x",
            },
            """clientMutationId reseller {
              code status currency commissionPercent email parent { code } version }""",
        )

        assert payload == {
            "clientMutationId": "x",
            "reseller": {
                "code": "NORTH",
                "status": "PENDING_APPROVAL",
                "currency": "EUR",
                "commissionPercent": "7.50",
                "email": "hi@net.example",
                "parent": {"code": "ROOT"},
                "version": 1,
            },
            "userErrors": [],
        }
        assert [kind for kind, _ in await announced(database)] == ["reseller.created"]

    async def test_tells_which_code_is_taken(self, api, database):
        await created_reseller(database, code="NORTH")

        payload = await api.mutate(
            "createReseller", {"code": "North", "name": "Net"}, "reseller { id }"
        )

        assert payload == {
            "reseller": None,
            "userErrors": [
                {
                    "__typename": "ResellerCodeTaken",
                    "code": "RESELLER_CODE_TAKEN",
                    "message": "The reseller code NORTH is taken",
                    "path": ["input", "code"],
                }
            ],
        }
        assert await announced(database) == []

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"code": "a b"}, ["input", "code"]),
            ({"commissionPercent": "100.01"}, ["input", "commissionPercent"]),
            ({"commissionPercent": "1.005"}, ["input", "commissionPercent"]),
            ({"parentId": 99}, ["input", "parentId"]),
            ({"status": "TERMINATED"}, ["input", "status"]),
        ],
    )
    async def test_names_the_input_that_breaks_a_rule(self, api, facts, path):
        payload = await api.mutate(
            "createReseller", {"code": "NET", "name": "Net", **facts}, "reseller { id }"
        )

        assert payload["reseller"] is None
        assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [
            ("INVALID", path)
        ]

    async def test_the_same_idempotency_key_creates_one_reseller(self, api, database):
        asked = {"code": "NET", "name": "Net", "idempotencyKey": "k-1"}

        answers = [
            await api.mutate("createReseller", asked, "reseller { resellerId }") for _ in range(2)
        ]

        assert answers[0] == answers[1]
        assert answers[0]["userErrors"] == []
        assert len(await announced(database)) == 1

    @pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING, Role.RESELLER, Role.CUSTOMER])
    async def test_is_refused_to_all_but_administrators(self, api, database, role):
        reseller_id = await created_reseller(database)
        claims = {
            Role.RESELLER: {"reseller_id": reseller_id},
            Role.CUSTOMER: {"customer_id": await created_customer(database)},
        }

        answer = await api.run(
            'mutation { createReseller(input: {code: "NET", name: "Net"}) { reseller { id } } }',
            token=api.token(role, **claims.get(role, {})),
        )

        assert answer["data"] == {"createReseller": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestUpdateReseller:
    async def test_changes_what_is_given_and_leaves_the_rest(self, api, database):
        mine = await earning_reseller(database, name="Net", email="hi@net.example")

        payload = await api.mutate(
            "updateReseller",
            {"resellerId": mine, "name": "Net North", "expectedVersion": 1},
            "reseller { name email commissionPercent version }",
        )
        cleared = await api.mutate(
            "updateReseller", {"resellerId": mine, "email": None}, "reseller { name email }"
        )

        assert payload["reseller"] == {
            "name": "Net North",
            "email": "hi@net.example",
            "commissionPercent": "10.00",
            "version": 2,
        }
        assert cleared["reseller"] == {"name": "Net North", "email": None}

    async def test_refuses_an_outdated_version(self, api, database):
        mine = await created_reseller(database)

        payload = await api.mutate(
            "updateReseller",
            {"resellerId": mine, "name": "Net", "expectedVersion": 7},
            "reseller { id }",
        )

        assert payload["userErrors"][0]["__typename"] == "VersionConflict"
        assert await announced(database) == []


class TestChangeResellerStatus:
    async def test_moves_along_the_arrows_and_names_those_there_are(self, api, database):
        mine = await created_reseller(database, status=ResellerStatus.PENDING_APPROVAL)

        refused = await api.mutate(
            "changeResellerStatus",
            {"resellerId": mine, "status": "SUSPENDED"},
            """reseller { id } more: userErrors {
              ... on InvalidTransition { currentState allowedStates } }""",
        )
        approved = await api.mutate(
            "changeResellerStatus", {"resellerId": mine, "status": "ACTIVE"}, STATUS
        )

        assert refused["more"] == [
            {"currentState": "PENDING_APPROVAL", "allowedStates": ["ACTIVE", "TERMINATED"]}
        ]
        assert approved["reseller"] == {"status": "ACTIVE", "version": 2}

    async def test_customers_keep_a_reseller_from_being_terminated(self, api, database):
        mine = await created_reseller(database)
        await created_customer(database, reseller_id=mine)

        payload = await api.mutate(
            "changeResellerStatus", {"resellerId": mine, "status": "TERMINATED"}, STATUS
        )

        assert payload["userErrors"] == [
            {
                "__typename": "GenericError",
                "code": "CONFLICT",
                "message": "The reseller has customers: move them first",
                "path": ["input", "status"],
            }
        ]


class TestCreateResellerCustomer:
    async def test_a_reseller_takes_on_a_customer_for_one_of_its_own(self, api, database):
        mine = await created_reseller(database)
        below = await created_reseller(database, code="BELOW", parent_id=mine)

        payload = await api.mutate(
            "createResellerCustomer",
            {"resellerId": below, "type": "INDIVIDUAL", "lastName": "Byron"},
            "customer { displayName reseller { code } }",
            token=api.token(Role.RESELLER, reseller_id=mine),
        )

        assert payload == {
            "customer": {"displayName": "Byron", "reseller": {"code": "BELOW"}},
            "userErrors": [],
        }
        assert [kind for kind, _ in await announced(database, "customer.")] == ["customer.created"]

    async def test_another_resellers_and_a_missing_one_look_the_same(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        token = api.token(Role.RESELLER, reseller_id=mine)

        answers = [
            await api.mutate(
                "createResellerCustomer",
                {"resellerId": key, "type": "INDIVIDUAL", "lastName": "Byron"},
                "customer { id }",
                token=token,
            )
            for key in (other, other + 1)
        ]

        codes = [[error["code"] for error in answer["userErrors"]] for answer in answers]
        assert codes == [["NOT_FOUND"], ["NOT_FOUND"]]
        assert await announced(database) == []

    async def test_a_suspended_reseller_takes_on_nobody(self, api, database):
        mine = await created_reseller(database, status=ResellerStatus.SUSPENDED)

        payload = await api.mutate(
            "createResellerCustomer",
            {"resellerId": mine, "type": "INDIVIDUAL", "lastName": "Byron"},
            "customer { id } more: userErrors { ... on ResellerNotActive { resellerId status } }",
        )

        assert payload["more"] == [{"resellerId": mine, "status": "SUSPENDED"}]
        assert await announced(database) == []
