"""Dunning through the public API, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.customer.models import SubscriptionState
from domain.kernel.access import Role
from graph.ids import encode_id
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer, created_reseller
from tests.support.dunning import created_policy, cut_off, overdue_invoice, reviewed
from tests.support.events import announced
from tests.support.statements import captured_statements

TODAY = datetime.now(UTC).date()
EURO = {"amount": "1.00", "currency": "EUR"}
STEPS = [
    {"stage": "REMINDED", "afterDays": 0, "actions": ["NOTIFY"]},
    {
        "stage": "WARNED",
        "afterDays": 7,
        "actions": ["NOTIFY", "LATE_FEE"],
        "lateFee": {"amount": "5.00", "currency": "EUR"},
    },
    {"stage": "SUSPENDED", "afterDays": 14, "actions": ["SUSPEND"]},
]
POLICY = {
    "code": "HOME",
    "name": "Households",
    "currency": "EUR",
    "graceDays": 3,
    "minimum": EURO,
    "isDefault": True,
    "noCutWeekdays": [6, 7],
    "noCutDates": ["2026-12-25"],
    "steps": STEPS,
}
SHOWN = """dunningPolicy { id code isDefault graceDays minimum { amount } noCutWeekdays noCutDates
    version steps { stage afterDays actions lateFee { amount } } }"""


class TestPolicies:
    async def test_are_made_and_changed_and_announced(self, api, database):
        made = await api.mutate("createDunningPolicy", POLICY, SHOWN)
        policy = made["dunningPolicy"]
        changed = await api.mutate(
            "updateDunningPolicy",
            {"policyId": policy["id"], "graceDays": 5, "expectedVersion": policy["version"]},
            SHOWN,
        )

        assert made["userErrors"] == []
        assert policy["steps"][1] == {
            "stage": "WARNED",
            "afterDays": 7,
            "actions": ["LATE_FEE", "NOTIFY"],
            "lateFee": {"amount": "5.00"},
        }
        assert changed["dunningPolicy"] == {**policy, "graceDays": 5, "version": 2}
        assert [kind for kind, _ in await announced(database, "billing.dunning_policy")] == [
            "billing.dunning_policy.created",
            "billing.dunning_policy.updated",
        ]

    async def test_of_one_currency_have_one_default(self, api):
        await api.mutate("createDunningPolicy", POLICY, SHOWN)
        await api.mutate("createDunningPolicy", {**POLICY, "code": "SHOP"}, SHOWN)

        data = await api.data("{ dunningPolicies { code isDefault } }")

        assert data["dunningPolicies"] == [
            {"code": "HOME", "isDefault": False},
            {"code": "SHOP", "isDefault": True},
        ]

    @pytest.mark.parametrize(
        ("facts", "code", "path"),
        [
            ({"steps": []}, "INVALID", ["steps"]),
            ({"steps": [STEPS[1], STEPS[0]]}, "INVALID", ["steps", "1", "stage"]),
            (
                {"steps": [STEPS[0], {**STEPS[2], "afterDays": 0}]},
                "INVALID",
                ["steps", "1", "afterDays"],
            ),
            ({"steps": [{**STEPS[0], "afterDays": -1}]}, "INVALID", ["steps", "0", "afterDays"]),
            ({"steps": [{**STEPS[0], "lateFee": EURO}]}, "INVALID", ["steps", "0", "lateFee"]),
            ({"minimum": {"amount": "1", "currency": "USD"}}, "INVALID", ["minimum"]),
            ({"graceDays": 366}, "INVALID", ["graceDays"]),
            ({"noCutWeekdays": [0]}, "INVALID", ["noCutWeekdays"]),
            ({"noCutWeekdays": [1, 2, 3, 4, 5, 6, 7]}, "INVALID", ["noCutWeekdays"]),
            ({"currency": "EUR", "name": ""}, "INVALID", ["name"]),
            ({"code": "TAKEN"}, "DUNNING_POLICY_CODE_TAKEN", ["code"]),
        ],
    )
    async def test_that_make_no_sense_are_refused(self, api, database, facts, code, path):
        await created_policy(database, code="TAKEN")
        before = await announced(database)

        payload = await api.mutate("createDunningPolicy", {**POLICY, **facts}, SHOWN)

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", *path])
        assert await announced(database) == before

    async def test_of_an_account_come_before_the_default(self, api, database):
        await created_policy(database)
        policy_id = await created_policy(database, is_default=False, grace_days=100)
        customer_id = await created_customer(database)
        await overdue_invoice(database, customer_id, days=9)

        assigned = await api.mutate(
            "assignDunningPolicy",
            {"customerId": customer_id, "policyId": encode_id("DunningPolicy", policy_id)},
            "billingAccount { dunningPolicy { graceDays } }",
        )
        reviewed_ = await api.mutate(
            "reviewDunning", {"customerId": customer_id}, "billingAccount { dunningCase { id } }"
        )

        assert assigned["billingAccount"] == {"dunningPolicy": {"graceDays": 100}}
        assert reviewed_["billingAccount"] == {"dunningCase": None}

    async def test_in_another_currency_are_refused_for_an_account(self, api, database):
        customer_id = await created_customer(database)
        payload = await api.mutate(
            "createDunningPolicy",
            {
                **POLICY,
                "currency": "USD",
                "minimum": None,
                "steps": [STEPS[0]],
            },
            SHOWN,
        )
        assert payload["userErrors"] == []

        refused = await api.mutate(
            "assignDunningPolicy",
            {"customerId": customer_id, "policyId": payload["dunningPolicy"]["id"]},
            "billingAccount { id }",
        )

        assert refused["userErrors"][0]["path"] == ["input", "policyId"]


class TestADebtor:
    CASE = """billingAccount { dunningCase {
        stage closedAt policy { code } customer { customerId }
        steps { stage overdue { amount currency } lateFeeInvoice { total { amount } } } } }"""

    async def test_is_reviewed_on_request(self, api, database):
        await created_policy(database, code="HOME")
        customer_id = await created_customer(database)
        await overdue_invoice(database, customer_id, days=4)

        payload = await api.mutate("reviewDunning", {"customerId": customer_id}, self.CASE)

        assert payload["billingAccount"]["dunningCase"] == {
            "stage": "REMINDED",
            "closedAt": None,
            "policy": {"code": "HOME"},
            "customer": {"customerId": customer_id},
            "steps": [
                {
                    "stage": "REMINDED",
                    "overdue": {"amount": "30.00", "currency": "EUR"},
                    "lateFeeInvoice": None,
                }
            ],
        }

    async def test_who_pays_is_back_online_by_events_alone(self, api, database):
        await created_policy(database)
        customer_id = await created_customer(database, state=SubscriptionState.ACTIVE)
        await overdue_invoice(database, customer_id, days=4)
        await cut_off(database, customer_id)
        shown = """query Q($id: Int!) { customer(by: {customerId: $id}) {
            subscription { state holds } authorization { decision reasonCode } } }"""

        cut = await api.data(shown, {"id": customer_id})
        await api.mutate(
            "recordPayment",
            {
                "customerId": customer_id,
                "amount": {"amount": "35.00", "currency": "EUR"},
                "method": "CASH",
            },
            "payment { id }",
        )
        await api.settled()
        back = await api.data(shown, {"id": customer_id})

        assert cut["customer"] == {
            "subscription": {"state": "SUSPENDED", "holds": ["NON_PAYMENT"]},
            "authorization": {"decision": "WALLED_GARDEN", "reasonCode": "UNPAID"},
        }
        assert back["customer"]["subscription"] == {"state": "ACTIVE", "holds": []}
        assert back["customer"]["authorization"]["decision"] == "ACCEPT"

    async def test_may_promise_to_pay_once(self, api, database):
        await created_policy(database)
        customer_id = await created_customer(database)
        await overdue_invoice(database, customer_id, days=4)
        await reviewed(database, customer_id)
        promise = {
            "customerId": customer_id,
            "untilOn": (TODAY + timedelta(days=5)).isoformat(),
            "note": "pays on Friday",
            "idempotencyKey": "p-1",
        }
        shown = "dunningPause { kind untilOn note outcome }"

        first = await api.mutate("promiseToPay", promise, shown)
        again = await api.mutate("promiseToPay", promise, shown)
        other = await api.mutate("promiseToPay", {**promise, "idempotencyKey": "p-2"}, shown)

        assert first == again
        assert first["dunningPause"] == {
            "kind": "PROMISE",
            "untilOn": promise["untilOn"],
            "note": "pays on Friday",
            "outcome": None,
        }
        assert other["userErrors"][0]["code"] == "CONFLICT"

    async def test_is_exempted_and_no_longer(self, api, database):
        customer_id = await created_customer(database)
        asked = {"customerId": customer_id, "note": "hospital"}
        made = await api.mutate("exemptFromDunning", asked, "dunningPause { id kind untilOn }")
        shown = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                billingAccount { dunningPauses { kind } } } }""",
            {"id": customer_id},
        )

        ended = await api.mutate(
            "endDunningPause", {"pauseId": made["dunningPause"]["id"]}, "dunningPause { outcome }"
        )

        assert made["dunningPause"]["kind"] == "EXEMPTION"
        assert shown["customer"]["billingAccount"] == {"dunningPauses": [{"kind": "EXEMPTION"}]}
        assert ended["dunningPause"] == {"outcome": "WITHDRAWN"}

    async def test_sees_their_own_case_and_no_policy(self, api, database):
        await created_policy(database)
        ada, bob = await created_customer(database), await created_customer(database)
        for customer_id in (ada, bob):
            await overdue_invoice(database, customer_id, days=4)
            await reviewed(database, customer_id)

        answer = await api.run(
            """{ dunningPolicies { id } dunningCases(first: 9) {
                totalCount nodes { customer { customerId } policy { id } } } }""",
            token=api.token(Role.CUSTOMER, customer_id=ada),
        )

        assert answer["data"] == {
            "dunningCases": {
                "totalCount": 1,
                "nodes": [{"customer": {"customerId": ada}, "policy": None}],
            },
            "dunningPolicies": [],
        }


ACTS = {
    "createDunningPolicy": POLICY,
    "reviewDunning": {},
    "promiseToPay": {"untilOn": TODAY.isoformat(), "note": "soon"},
    "exemptFromDunning": {"note": "please"},
}


async def test_every_act_is_refused_to_all_but_billing_staff(api, database):
    reseller_id = await created_reseller(database)
    customer_id = await created_customer(database, reseller_id=reseller_id)

    for token in (
        api.token(Role.CUSTOMER, customer_id=customer_id),
        api.token(Role.RESELLER, reseller_id=reseller_id),
        api.token(Role.SUPPORT),
    ):
        for field, input in ACTS.items():
            named = input if input is POLICY else {**input, "customerId": customer_id}
            assert await api.refusal(field, named, token) == "ACCESS_DENIED"
    assert await announced(database, "billing.dunning") == []


async def test_cases_are_listed_with_a_number_of_statements_that_no_number_of_them_changes(
    api, database
):
    await created_policy(database)
    query = """query Q($first: Int!) { dunningCases(first: $first) { nodes {
        policy { code } steps { stage lateFeeInvoice { number } } customer { billingAccount {
          dunningCase { id } dunningPauses { id } dunningPolicy { id } } } } } }"""
    for _ in range(6):
        customer_id = await created_customer(database)
        await overdue_invoice(database, customer_id, days=4)
        await reviewed(database, customer_id)
    await api.settled()
    counts = []
    for first in (1, 6):
        with captured_statements(api.application.services.database) as statements:
            data = await api.data(query, {"first": first})
        assert len(data["dunningCases"]["nodes"]) == first
        counts.append(sum("billing." in statement for statement in statements))

    assert counts[0] == counts[1]


async def test_an_idempotency_key_makes_one_policy(api, database):
    asked = {**POLICY, "idempotencyKey": "k-1"}

    answers = [await api.mutate("createDunningPolicy", asked, "dunningPolicy { id }") for _ in "12"]

    assert answers[0] == answers[1]
    assert len(await announced(database, "billing.dunning_policy")) == 1


async def test_a_credit_pays_a_late_debt_before_anything_is_done(api, database):
    await created_policy(database)
    customer_id = await created_customer(database)
    await recorded_payment(database, customer_id, 3000)
    await issued_invoice(database, customer_id, days_ago=40)

    payload = await api.mutate(
        "reviewDunning", {"customerId": customer_id}, "billingAccount { dunningCase { id } }"
    )

    assert payload["billingAccount"] == {"dunningCase": None}
