"""Authentication, authorization and accounting through the public API, over HTTP."""

import pytest

from domain.customer.models import SubscriptionState
from domain.kernel.access import Permission, Role
from tests.support.customers import created_reseller
from tests.support.radius import PASSWORD, created_subscriber, minutes_ago, the_session
from tests.support.tariff import assigned_plan, created_plan

AUTHORIZATION = "decision reasonCode message downloadKbps uploadKbps"
SHOWN = "outcome closedSessions session { state uploadedOctets downloadedOctets }"


async def authenticated(api, username, password, token="admin"):
    return await api.mutate(
        "authenticateCustomer",
        {"username": username, "password": password, "clientMutationId": "c-1"},
        "authenticated reason clientMutationId",
        token=token,
    )


async def recorded(api, token="admin", **facts):
    record = {
        "statusType": "INTERIM_UPDATE",
        "nasIpAddress": "192.0.2.10",
        "acctUniqueSessionId": "s-1",
        "username": "ada",
        **facts,
    }
    return await api.mutate("recordAccounting", record, SHOWN, token=token)


class TestAuthenticateCustomer:
    async def test_answers_yes_or_no_without_user_errors(self, api, database):
        await created_subscriber(database)
        token = api.service_token(Permission.RADIUS_AUTHENTICATE)

        answers = [
            await authenticated(api, *credentials, token)
            for credentials in (("ada", PASSWORD), ("ada", "wrong"), ("nobody", PASSWORD))
        ]

        no = {
            "authenticated": False,
            "reason": "BAD_CREDENTIALS",
            "clientMutationId": "c-1",
            "userErrors": [],
        }
        assert answers == [{**no, "authenticated": True, "reason": "OK"}, no, no]

    async def test_tells_why_a_right_password_does_not_help(self, api, database):
        await created_subscriber(database, state=SubscriptionState.PENDING_PAYMENT)

        answer = await authenticated(api, "ada", PASSWORD)

        assert (answer["authenticated"], answer["reason"]) == (False, "SUBSCRIPTION_NOT_ACTIVE")

    @pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING, None])
    async def test_tells_nothing_to_who_may_not_ask(self, api, database, role):
        await created_subscriber(database)
        token = None if role is None else api.token(role)
        query = """mutation A($username: String!) {
          authenticateCustomer(input: {username: $username, password: "x"}) { authenticated } }"""

        known = await api.run(query, {"username": "ada"}, token=token)
        unknown = await api.run(query, {"username": "nobody"}, token=token)

        assert known["errors"][0]["extensions"]["code"] in ("ACCESS_DENIED", "UNAUTHENTICATED")
        assert not (known.get("data") or {}).get("authenticateCustomer")
        assert known["errors"][0]["message"] == unknown["errors"][0]["message"]


class TestAuthorizeCustomer:
    async def test_shows_what_a_nas_would_be_told(self, api, database):
        customer_id = await created_subscriber(database, state=None)
        await assigned_plan(database, customer_id, await created_plan(database))

        payload = await api.mutate(
            "authorizeCustomer",
            {"customerId": customer_id},
            f"authorization {{ {AUTHORIZATION} replyAttributes {{ name value }} }}",
        )

        assert payload == {
            "authorization": {
                "decision": "ACCEPT",
                "reasonCode": "OK",
                "message": "Welcome",
                "downloadKbps": 100_000,
                "uploadKbps": 20_000,
                "replyAttributes": [
                    {"name": "Framed-Pool", "value": "subscribers"},
                    {"name": "Filter-Id", "value": "subscriber"},
                    {"name": "Session-Timeout", "value": "86400"},
                    {"name": "Acct-Interim-Interval", "value": "600"},
                    {"name": "WISPr-Bandwidth-Max-Down", "value": "100000000"},
                    {"name": "WISPr-Bandwidth-Max-Up", "value": "20000000"},
                    {"name": "Mikrotik-Rate-Limit", "value": "20000k/100000k"},
                ],
            },
            "userErrors": [],
        }

    async def test_says_the_same_as_the_customers_field(self, api, database):
        customer_id = await created_subscriber(database, state=SubscriptionState.PENDING_PAYMENT)

        payload = await api.mutate(
            "authorizeCustomer",
            {"customerId": customer_id},
            f"authorization {{ {AUTHORIZATION} }}",
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )
        data = await api.data(
            f"""query C($id: Int!) {{
              customer(by: {{customerId: $id}}) {{ authorization {{ {AUTHORIZATION} }} }} }}""",
            {"id": customer_id},
        )

        assert (
            payload["authorization"]
            == data["customer"]["authorization"]
            == {
                "decision": "WALLED_GARDEN",
                "reasonCode": "UNPAID",
                "message": "A payment is due",
                "downloadKbps": None,
                "uploadKbps": None,
            }
        )

    async def test_does_not_tell_the_foreign_from_the_absent(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        foreign = await created_subscriber(database, reseller_id=other)
        token = api.token(Role.RESELLER, reseller_id=mine)

        answers = [
            await api.mutate(
                "authorizeCustomer",
                {"customerId": key},
                "authorization { decision }",
                token=token,
            )
            for key in (foreign, foreign + 1)
        ]

        for answer in answers:
            (error,) = answer["userErrors"]
            assert answer["authorization"] is None
            assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "customerId"])


class TestRecordAccounting:
    async def test_keeps_totals_and_counts_usage(self, api, database):
        customer_id = await created_subscriber(database)

        payload = await recorded(api, inputOctets="4294967295", inputGigawords=1, outputOctets="20")

        assert payload == {
            "outcome": "RECORDED",
            "closedSessions": 0,
            "session": {
                "state": "ACTIVE",
                "uploadedOctets": "8589934591",
                "downloadedOctets": "20",
            },
            "userErrors": [],
        }
        usage = await api.data(
            "query U($id: Int!) { customer(by: {customerId: $id}) { sessions { totalCount } } }",
            {"id": customer_id},
        )
        assert usage == {"customer": {"sessions": {"totalCount": 1}}}

    async def test_a_repeated_record_is_unchanged(self, api, database):
        await created_subscriber(database)
        facts = {"eventAt": minutes_ago(1).isoformat(), "outputOctets": "20"}
        first = await recorded(api, **facts)

        again = await recorded(api, **facts)

        assert (first["outcome"], again["outcome"]) == ("RECORDED", "UNCHANGED")
        assert again["session"] == first["session"]

    async def test_an_idempotency_key_replays_the_answer(self, api, database):
        await created_subscriber(database)

        first = await recorded(api, idempotencyKey="k-1", outputOctets="20")
        again = await recorded(api, idempotencyKey="k-1", outputOctets="20")
        other = await recorded(api, idempotencyKey="k-1", outputOctets="21")

        assert again == first
        assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
        assert (await the_session(database)).output_octets == 20

    async def test_a_service_that_may_only_account_sees_the_outcome_alone(self, api, database):
        await created_subscriber(database)

        payload = await recorded(api, api.service_token(Permission.RADIUS_ACCOUNT))

        assert (payload["outcome"], payload["session"]) == ("RECORDED", None)

    async def test_a_reboot_closes_the_sessions_of_the_nas(self, api, database):
        await created_subscriber(database)
        await recorded(api)

        payload = await recorded(api, statusType="ON", acctUniqueSessionId="", username="")

        assert payload["closedSessions"] == 1
        assert (await the_session(database)).state == "CLOSED_NAS_REBOOT"

    async def test_names_the_value_that_no_nas_may_send(self, api, database):
        await created_subscriber(database)

        payload = await recorded(api, inputOctets="4294967296")

        assert payload == {
            "outcome": None,
            "closedSessions": None,
            "session": None,
            "userErrors": [
                {
                    "__typename": "GenericError",
                    "code": "INVALID",
                    "message": "inputOctets must be 0 to 4294967295",
                    "path": ["input", "inputOctets"],
                }
            ],
        }

    @pytest.mark.parametrize("role", [Role.SUPPORT, Role.BILLING])
    async def test_is_refused_to_who_may_not_account(self, api, database, role):
        await created_subscriber(database)

        answer = await api.run(
            """mutation { recordAccounting(input: {statusType: START, nasIpAddress: "192.0.2.1"
              acctUniqueSessionId: "s-1", username: "ada"}) { outcome } }""",
            token=api.token(role),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

    async def test_what_nobody_claims_is_listed_for_staff(self, api):
        await recorded(api, username="mallory", outputOctets="20")

        data = await api.data(
            """{ unclaimedAccounting(first: 5) {
              totalCount nodes { username statusType downloadedOctets nasIpAddress } } }""",
            token=api.token(Role.SUPPORT),
        )

        assert data["unclaimedAccounting"] == {
            "totalCount": 1,
            "nodes": [
                {
                    "username": "mallory",
                    "statusType": "INTERIM_UPDATE",
                    "downloadedOctets": "20",
                    "nasIpAddress": "192.0.2.10",
                }
            ],
        }


class TestNas:
    async def test_is_registered_once_and_listed(self, api):
        server = {"name": "bras-1", "address": "2001:db8::1", "vendor": "MIKROTIK"}

        first = await api.mutate("registerNas", server, "nas { name address vendor }")
        again = await api.mutate("registerNas", server, "nas { name }")

        assert first == {"nas": server, "userErrors": []}
        assert [error["code"] for error in again["userErrors"]] == ["NAS_TAKEN"]
        assert await api.data("{ nasList { name address vendor } }") == {"nasList": [server]}

    async def test_is_not_for_customers_to_see(self, api, database):
        customer_id = await created_subscriber(database)

        answer = await api.run(
            "{ nasList { name } unclaimedAccounting(first: 1) { totalCount } }",
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert answer["data"] == {"nasList": None, "unclaimedAccounting": None}
        codes = {error["extensions"]["code"] for error in answer["errors"]}
        assert codes == {"ACCESS_DENIED"}
