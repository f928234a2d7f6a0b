"""Alerts through the public API: raised, sent, worked on, listed."""

import pytest

from domain.customer.models import CommunicationType, CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Permission, Role
from domain.monitoring.models import AlertSeverity
from domain.monitoring.notifiers import SmtpNotifier, configure_notifier, current_notifier
from graph.ids import encode_id
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.monitoring import mail_server, prefers, raised_alert
from tests.support.statements import captured_statements

ALERT = "alert { type severity priority status message raisedBy version acknowledgedBy resolvedBy }"
CUSTOMER_ALERTS = """
    query Alerts($customerId: Int!, $filter: AlertFilter) {
      customer(by: {customerId: $customerId}) {
        alerts(first: 5, filter: $filter) {
          totalCount nodes { id status notifications { channel status transport } }
        }
      }
    }
"""


def an_alert_input(customer_id: int, **facts) -> dict:
    defaults = {"type": "OUTAGE", "severity": "ERROR", "message": "Your line is down"}
    return {"customerId": customer_id, **defaults, **facts}


class TestCreateAlert:
    async def test_answers_with_the_alert_and_announces_it(self, api, database):
        customer_id = await created_customer(database)

        payload = await api.mutate("createAlert", an_alert_input(customer_id), ALERT)

        assert payload == {
            "alert": {
                "type": "OUTAGE",
                "severity": "ERROR",
                "priority": "HIGH",
                "status": "ACTIVE",
                "message": "Your line is down",
                "raisedBy": "staff:ADMIN",
                "version": 1,
                "acknowledgedBy": None,
                "resolvedBy": None,
            },
            "userErrors": [],
        }
        kinds = [kind for kind, _ in await announced(database, "monitoring.")]
        assert kinds == ["monitoring.alert.raised"]

    async def test_the_customer_gets_a_mail_and_the_alert_tells_of_it(self, api, database):
        customer_id = await created_customer(database, email="ada@example.com")
        for channel in (CommunicationType.EMAIL, CommunicationType.PUSH):
            await prefers(database, customer_id, channel)
        before = current_notifier()

        async with mail_server() as mailbox:
            configure_notifier(
                SmtpNotifier(host="127.0.0.1", port=mailbox.port, sender="noc@example.net")
            )
            await api.mutate("createAlert", an_alert_input(customer_id), "alert { id }")
            await api.settled()
        configure_notifier(before)

        assert [message["Subject"] for message in mailbox.messages] == ["Alert: OUTAGE"]
        data = await api.data(CUSTOMER_ALERTS, {"customerId": customer_id})
        assert data["customer"]["alerts"] == {
            "totalCount": 1,
            "nodes": [
                {
                    "id": encode_id("Alert", 1),
                    "status": "ACTIVE",
                    "notifications": [
                        {"channel": "EMAIL", "status": "SENT", "transport": "smtp"},
                        {"channel": "PUSH", "status": "SUPPRESSED", "transport": None},
                    ],
                }
            ],
        }

    async def test_a_closed_customer_is_a_user_error_and_leaves_no_trace(self, api, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(session, customer_id, CustomerStatus.CLOSED)

        payload = await api.mutate("createAlert", an_alert_input(customer_id), "alert { id }")

        assert payload == {
            "alert": None,
            "userErrors": [
                {
                    "__typename": "CustomerClosed",
                    "code": "CUSTOMER_CLOSED",
                    "message": f"Customer {customer_id} is CLOSED: it gets no alerts",
                    "path": ["input", "customerId"],
                }
            ],
        }
        assert await announced(database, "monitoring.") == []

    @pytest.mark.parametrize(
        ("facts", "code", "path"),
        [
            ({"type": " "}, "INVALID", "type"),
            ({"message": "m" * 1001}, "INVALID", "message"),
            ({"customerId": 999}, "NOT_FOUND", "customerId"),
        ],
    )
    async def test_bad_input_is_a_user_error_with_its_path(self, api, database, facts, code, path):
        customer_id = await created_customer(database)

        payload = await api.mutate(
            "createAlert", {**an_alert_input(customer_id), **facts}, "alert { id }"
        )

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", path])

    async def test_a_service_that_may_not_read_alerts_raises_one_unseen(self, api, database):
        customer_id = await created_customer(database)
        token = api.service_token(Permission.ALERT_WRITE, Permission.CUSTOMER_READ)

        payload = await api.mutate(
            "createAlert", an_alert_input(customer_id), "alert { id }", token=token
        )

        assert payload == {"alert": None, "userErrors": []}
        assert len(await announced(database, "monitoring.")) == 1

    async def test_the_same_idempotency_key_raises_one_alert(self, api, database):
        customer_id = await created_customer(database)
        asked = an_alert_input(customer_id, idempotencyKey="k-1")

        answers = [await api.mutate("createAlert", asked, "alert { id }") for _ in range(2)]

        assert answers[0] == answers[1]
        assert len(await announced(database, "monitoring.")) == 1

    @pytest.mark.parametrize("role", [Role.BILLING, Role.RESELLER, Role.CUSTOMER])
    async def test_is_refused_to_all_but_support(self, api, database, role):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        claims = {
            Role.RESELLER: {"reseller_id": reseller_id},
            Role.CUSTOMER: {"customer_id": customer_id},
        }.get(role, {})

        answer = await api.run(
            "mutation M($input: CreateAlertInput!) { createAlert(input: $input) { alert { id } } }",
            {"input": an_alert_input(customer_id)},
            token=api.token(role, **claims),
        )

        assert answer["data"] == {"createAlert": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "monitoring.") == []


class TestAlertLife:
    async def test_is_acknowledged_then_resolved(self, api, database):
        alert_id = encode_id(
            "Alert", await raised_alert(database, await created_customer(database))
        )
        token = api.token(Role.SUPPORT)

        taken = await api.mutate(
            "acknowledgeAlert", {"alertId": alert_id, "expectedVersion": 1}, ALERT, token=token
        )
        done = await api.mutate("resolveAlert", {"alertId": alert_id}, ALERT, token=token)

        assert (taken["alert"]["status"], taken["alert"]["acknowledgedBy"]) == (
            "ACKNOWLEDGED",
            "staff:SUPPORT",
        )
        assert (done["alert"]["status"], done["alert"]["resolvedBy"], done["alert"]["version"]) == (
            "RESOLVED",
            "staff:SUPPORT",
            3,
        )

    async def test_an_arrow_that_does_not_exist_is_a_user_error(self, api, database):
        alert_id = encode_id(
            "Alert", await raised_alert(database, await created_customer(database))
        )

        payload = await api.mutate("resolveAlert", {"alertId": alert_id}, "alert { id }")

        (error,) = payload["userErrors"]
        assert (error["__typename"], error["path"]) == ("InvalidTransition", ["input", "status"])

    @pytest.mark.parametrize("alert_id", ["nonsense", encode_id("Customer", 1)])
    async def test_an_unknown_alert_is_not_found(self, api, database, alert_id):
        await raised_alert(database, await created_customer(database))

        payload = await api.mutate("acknowledgeAlert", {"alertId": alert_id}, "alert { id }")

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "alertId"])


class TestAlerts:
    async def test_staff_list_all_newest_first_with_a_filter(self, api, database):
        customer_id = await created_customer(database)
        ids = [
            await raised_alert(database, customer_id, severity=severity)
            for severity in (AlertSeverity.INFO, AlertSeverity.CRITICAL, AlertSeverity.CRITICAL)
        ]

        data = await api.data(
            """{ alerts(first: 5, filter: {severity: [CRITICAL], status: [ACTIVE]}) {
                   totalCount nodes { id customer { customerId } } } }"""
        )

        assert data["alerts"] == {
            "totalCount": 2,
            "nodes": [
                {"id": encode_id("Alert", key), "customer": {"customerId": customer_id}}
                for key in (ids[2], ids[1])
            ],
        }

    async def test_a_customer_sees_its_own_only_on_every_path(self, api, database):
        own, other = await created_customer(database), await created_customer(database)
        mine, foreign = await raised_alert(database, own), await raised_alert(database, other)
        token = api.token(Role.CUSTOMER, customer_id=own)

        data = await api.data(
            """query Q($mine: ID!, $foreign: ID!) {
                 alerts(first: 5) { totalCount nodes { id } }
                 mine: node(id: $mine) { id __typename } foreign: node(id: $foreign) { id }
               }""",
            {"mine": encode_id("Alert", mine), "foreign": encode_id("Alert", foreign)},
            token=token,
        )

        assert data == {
            "alerts": {"totalCount": 1, "nodes": [{"id": encode_id("Alert", mine)}]},
            "mine": {"id": encode_id("Alert", mine), "__typename": "Alert"},
            "foreign": None,
        }

    async def test_a_gateway_finds_alerts_by_their_key(self, api, database):
        alert_id = encode_id(
            "Alert", await raised_alert(database, await created_customer(database))
        )

        data = await api.data(
            "query E($r: [_Any!]!) { _entities(representations: $r) { ... on Alert { type } } }",
            {"r": [{"__typename": "Alert", "id": alert_id}]},
            token=api.service_token(
                Permission.FEDERATION, Permission.MONITORING_READ, Permission.CUSTOMER_READ
            ),
        )

        assert data == {"_entities": [{"type": "OUTAGE"}]}

    async def test_the_billing_office_gets_null_and_an_error_at_the_field(self, api, database):
        customer_id = await created_customer(database)

        answer = await api.run(
            CUSTOMER_ALERTS, {"customerId": customer_id}, token=api.token(Role.BILLING)
        )

        assert answer["data"] == {"customer": {"alerts": None}}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_nested_fields_take_the_same_statements_for_any_number(
        self, api, database, parents
    ):
        for _ in range(parents):
            await raised_alert(database, await created_customer(database))
        query = """{ customers(first: 100) { nodes {
            alerts(first: 3) { totalCount nodes { notifications { channel } customer { id } } }
        } } }"""

        await api.settled()
        with captured_statements(api.application.services.database) as statements:
            data = await api.data(query)

        assert len(data["customers"]["nodes"]) == parents
        assert len([text for text in statements if " monitoring." in text]) == 3
