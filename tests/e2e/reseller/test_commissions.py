"""Commission through the public API: from the payment's event to the statement."""

import pytest

from domain.kernel.access import Role
from domain.kernel.money import Money
from graph.ids import encode_id
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.reseller import a_paid_invoice, accrued, announced_payment, earning_reseller

APRIL = "2025-04-01T00:00:00Z"
COMMISSIONS = """query Q($id: Int!) { customer(by: {customerId: $id}) { commissions(first: 5) {
    totalCount nodes {
      id kind state amount { amount currency } base { amount } ratePercent
      invoiceId invoiceNumber period note
      reseller { resellerId } customer { customerId } settlement { id } } } } }"""
SETTLEMENT = """settlement {
    total { amount currency } entryCount settledUntil settledBy reseller { resellerId }
    entries(first: 5) { totalCount nodes { id state settlement { id } } } }"""


class TestCommissions:
    async def test_come_from_a_paid_invoice_once(self, api, database):
        mine = await earning_reseller(database, percent="12.50")
        customer_id = await created_customer(database, reseller_id=mine)
        paid = a_paid_invoice(mine, customer_id, net=Money(2_990, "EUR"))

        for _ in range(2):
            await announced_payment(database, paid)
        await api.settled()
        commissions = (await api.data(COMMISSIONS, {"id": customer_id}))["customer"]["commissions"]

        (node,) = commissions["nodes"]
        assert commissions["totalCount"] == 1
        assert (await api.data("query Q($id: ID!) { node(id: $id) { id } }", {"id": node["id"]}))[
            "node"
        ] == {"id": node.pop("id")}
        assert len(node.pop("period")) == len("2025-03")
        assert node == {
            "kind": "ACCRUAL",
            "state": "ACCRUED",
            "amount": {"amount": "3.74", "currency": "EUR"},
            "base": {"amount": "29.90"},
            "ratePercent": "12.50",
            "invoiceId": encode_id("Invoice", paid.invoice_id),
            "invoiceNumber": paid.invoice_number,
            "note": None,
            "reseller": {"resellerId": mine},
            "customer": {"customerId": customer_id},
            "settlement": None,
        }

    async def test_of_an_ancestor_include_those_of_its_subtree_by_customer(self, api, database):
        root = await created_reseller(database)
        below = await earning_reseller(database, parent_id=root)
        beside = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=below)
        await accrued(database, below, customer_id)

        seen = [
            (await api.data(COMMISSIONS, {"id": customer_id}, token=token))["customer"]
            for token in (
                api.token(Role.RESELLER, reseller_id=root),
                api.token(Role.RESELLER, reseller_id=below),
                api.token(Role.BILLING),
                api.token(Role.RESELLER, reseller_id=beside),
            )
        ]

        counts = [customer and customer["commissions"]["totalCount"] for customer in seen]
        assert counts == [1, 1, 1, None]

    @pytest.mark.parametrize("role", [Role.SUPPORT, Role.CUSTOMER])
    async def test_are_refused_to_support_and_customers(self, api, database, role):
        mine = await earning_reseller(database)
        customer_id = await created_customer(database, reseller_id=mine)
        entry_id = await accrued(database, mine, customer_id)
        claims = {"customer_id": customer_id} if role is Role.CUSTOMER else {}

        answer = await api.run(
            """query Q($id: Int!, $entry: ID!) {
              customer(by: {customerId: $id}) { displayName commissions { totalCount }
                reseller { commissionTotals { entryCount } settlements { totalCount } } }
              node(id: $entry) { id } }""",
            {"id": customer_id, "entry": encode_id("CommissionEntry", entry_id)},
            token=api.token(role, **claims),
        )

        assert answer["data"]["customer"]["commissions"] is None
        assert answer["data"]["customer"]["reseller"] == {
            "commissionTotals": None,
            "settlements": None,
        }
        assert answer["data"]["node"] is None
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}

    async def test_pass_their_filter(self, api, database):
        mine = await earning_reseller(database)
        await accrued(database, mine, 1)

        data = await api.data(
            """query Q($id: Int!) { reseller(by: {resellerId: $id}) {
              march: commissions(period: "2025-03", kind: ACCRUAL, state: ACCRUED) { totalCount }
              april: commissions(period: "2025-04") { totalCount }
              settled: commissions(state: SETTLED) { totalCount } } }""",
            {"id": mine},
        )

        assert data["reseller"] == {
            "march": {"totalCount": 1},
            "april": {"totalCount": 0},
            "settled": {"totalCount": 0},
        }


class TestSettleCommissions:
    async def test_answers_with_the_statement_and_moves_the_totals(self, api, database):
        mine = await earning_reseller(database)
        for _ in range(2):
            await accrued(database, mine, 1)

        payload = await api.mutate(
            "settleCommissions", {"resellerId": mine, "until": APRIL}, SETTLEMENT
        )
        await accrued(database, mine, 1, net=Money(5_000, "EUR"))
        totals = await api.data(
            """query Q($id: Int!) { reseller(by: {resellerId: $id}) {
              commissionTotals { state entryCount amount { amount currency } }
              settlements(first: 5) { totalCount nodes { entryCount } } } }""",
            {"id": mine},
            token=api.token(Role.RESELLER, reseller_id=mine),
        )

        entries = payload["settlement"].pop("entries")
        assert payload == {
            "settlement": {
                "total": {"amount": "20.00", "currency": "EUR"},
                "entryCount": 2,
                "settledUntil": APRIL,
                "settledBy": "staff:ADMIN",
                "reseller": {"resellerId": mine},
            },
            "userErrors": [],
        }
        assert entries["totalCount"] == 2
        assert {node["state"] for node in entries["nodes"]} == {"SETTLED"}
        assert totals["reseller"] == {
            "commissionTotals": [
                {
                    "state": "ACCRUED",
                    "entryCount": 1,
                    "amount": {"amount": "5.00", "currency": "EUR"},
                },
                {
                    "state": "SETTLED",
                    "entryCount": 2,
                    "amount": {"amount": "20.00", "currency": "EUR"},
                },
            ],
            "settlements": {"totalCount": 1, "nodes": [{"entryCount": 2}]},
        }
        assert "reseller.commission.settled" in [kind for kind, _ in await announced(database)]

    async def test_the_same_idempotency_key_settles_once(self, api, database):
        mine = await earning_reseller(database)
        await accrued(database, mine, 1)
        asked = {"resellerId": mine, "until": APRIL, "idempotencyKey": "march"}

        answers = [
            await api.mutate("settleCommissions", asked, "settlement { id }") for _ in range(2)
        ]

        assert answers[0] == answers[1]
        assert answers[0]["userErrors"] == []

    @pytest.mark.parametrize(
        ("facts", "code", "path"),
        [
            ({}, "CONFLICT", ["input", "until"]),
            ({"until": "2100-01-01T00:00:00Z"}, "INVALID", ["input", "until"]),
            ({"resellerId": 99}, "NOT_FOUND", ["input", "resellerId"]),
        ],
    )
    async def test_names_the_input_at_fault(self, api, database, facts, code, path):
        mine = await earning_reseller(database)

        payload = await api.mutate(
            "settleCommissions",
            {"resellerId": mine, "until": APRIL, **facts},
            "settlement { id }",
        )

        assert payload["settlement"] is None
        assert [(error["code"], error["path"]) for error in payload["userErrors"]] == [(code, path)]

    @pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING, Role.RESELLER])
    async def test_is_refused_to_all_but_administrators(self, api, database, role):
        mine = await earning_reseller(database)
        await accrued(database, mine, 1)
        claims = {"reseller_id": mine} if role is Role.RESELLER else {}

        answer = await api.run(
            """mutation M($id: Int!, $until: DateTime!) {
              settleCommissions(input: {resellerId: $id, until: $until}) { settlement { id } } }""",
            {"id": mine, "until": APRIL},
            token=api.token(role, **claims),
        )

        assert answer["data"] == {"settleCommissions": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
