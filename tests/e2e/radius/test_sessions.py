"""Sessions through the public API, over HTTP."""

from ipaddress import ip_address

import pytest

from domain.customer.models import SubscriptionState
from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support.customers import created_reseller
from tests.support.events import announced
from tests.support.radius import (
    a_start,
    a_stop,
    accounted,
    an_interim,
    created_session,
    created_subscriber,
    minutes_ago,
)
from tests.support.statements import captured_statements

SESSIONS = """
    query Sessions($first: Int!, $filter: RadiusSessionFilter) {
      radiusSessions(first: $first, filter: $filter) {
        totalCount
        nodes {
          id state isActive username acctSessionId acctUniqueSessionId nasIpAddress
          framedIpAddress callingStationId calledStationId uploadedOctets downloadedOctets
          sessionTimeSeconds stoppedAt terminateCause disconnectRequestedAt disconnectReason
          customer { customerId }
        }
      }
    }
"""
MINE = "{ radiusSessions(first: 10) { nodes { username } } }"


async def end(api, session_id, token="admin"):
    return await api.mutate(
        "disconnectSession",
        {"sessionId": encode_id("RadiusSession", session_id), "reason": "abuse"},
        "session { state isActive disconnectReason }",
        token=token,
    )


class TestRadiusSessions:
    async def test_shows_sessions_with_octets_past_32_bit(self, api, database):
        customer_id = await created_subscriber(database)
        (outcome,) = await accounted(
            database,
            an_interim(
                2**32 + 5,
                2**40,
                600,
                framed_ip_address=ip_address("100.64.7.9"),
                calling_station_id="AA:BB:CC:DD:EE:01",
            ),
        )

        data = await api.data(SESSIONS, {"first": 10})

        assert data["radiusSessions"] == {
            "totalCount": 1,
            "nodes": [
                {
                    "id": encode_id("RadiusSession", outcome.session.id),
                    "state": "ACTIVE",
                    "isActive": True,
                    "username": "ada",
                    "acctSessionId": "81100001",
                    "acctUniqueSessionId": "s-1",
                    "nasIpAddress": "192.0.2.10",
                    "framedIpAddress": "100.64.7.9",
                    "callingStationId": "AA:BB:CC:DD:EE:01",
                    "calledStationId": None,
                    "uploadedOctets": "4294967301",
                    "downloadedOctets": "1099511627776",
                    "sessionTimeSeconds": 600,
                    "stoppedAt": None,
                    "terminateCause": None,
                    "disconnectRequestedAt": None,
                    "disconnectReason": None,
                    "customer": {"customerId": customer_id},
                }
            ],
        }

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            ({"active": True}, ["s-2"]),
            ({"active": False}, ["s-1"]),
            ({"username": "ADA"}, ["s-2", "s-1"]),
            ({"username": "eve"}, []),
            ({"nasIpAddress": "192.0.2.10", "active": True}, ["s-2"]),
            ({"framedIpAddress": "2001:db8::1"}, []),
        ],
    )
    async def test_filters(self, api, database, wanted, names):
        await created_subscriber(database)
        await accounted(
            database,
            a_stop(1, 2, event_at=minutes_ago(9)),
            a_start(acct_unique_session_id="s-2", event_at=minutes_ago(3)),
        )

        data = await api.data(SESSIONS, {"first": 10, "filter": wanted})

        nodes = data["radiusSessions"]["nodes"]
        assert [node["acctUniqueSessionId"] for node in nodes] == names
        assert data["radiusSessions"]["totalCount"] == len(names)

    async def test_shows_each_only_their_own(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        ada = await created_subscriber(database, reseller_id=mine)
        await created_subscriber(database, username="bob", reseller_id=other)
        await created_session(database, username="ada")
        bobs = await created_session(database, username="bob")
        tokens = [
            api.token(Role.RESELLER, reseller_id=mine),
            api.token(Role.CUSTOMER, customer_id=ada),
        ]

        for token in tokens:
            data = await api.data(MINE, token=token)
            assert data == {"radiusSessions": {"nodes": [{"username": "ada"}]}}
            foreign = await api.data(
                "query N($id: ID!) { node(id: $id) { id } }",
                {"id": encode_id("RadiusSession", bobs)},
                token=token,
            )
            assert foreign == {"node": None}

    @pytest.mark.parametrize(
        ("role", "code"), [(Role.BILLING, "ACCESS_DENIED"), (None, "UNAUTHENTICATED")]
    )
    async def test_is_refused_to_who_may_not_read_sessions(self, api, role, code):
        token = None if role is None else api.token(role)

        answer = await api.run(MINE, token=token)

        assert not (answer.get("data") or {}).get("radiusSessions")
        assert answer["errors"][0]["extensions"]["code"] == code

    async def test_a_session_is_a_federated_entity(self, api, database):
        await created_subscriber(database)
        session_id = encode_id("RadiusSession", await created_session(database, username="ada"))

        data = await api.data(
            """query E($of: [_Any!]!) {
              _entities(representations: $of) { ... on RadiusSession { id username } } }""",
            {"of": [{"__typename": "RadiusSession", "id": session_id}]},
            token=api.token(),
        )

        assert data == {"_entities": [{"id": session_id, "username": "ada"}]}


class TestCustomerSessions:
    async def test_active_are_those_online(self, api, database):
        customer_id = await created_subscriber(database)
        await accounted(
            database,
            a_stop(1, 2, event_at=minutes_ago(9)),
            a_start(acct_unique_session_id="s-2", event_at=minutes_ago(3)),
        )

        data = await api.data(
            """query C($id: Int!) { customer(by: {customerId: $id}) {
              online: sessions(active: true) { totalCount nodes { acctUniqueSessionId } }
              all: sessions(first: 1) {
                totalCount nodes { acctUniqueSessionId } pageInfo { hasNextPage } }
            } }""",
            {"id": customer_id},
        )

        assert data["customer"] == {
            "online": {"totalCount": 1, "nodes": [{"acctUniqueSessionId": "s-2"}]},
            "all": {
                "totalCount": 2,
                "nodes": [{"acctUniqueSessionId": "s-2"}],
                "pageInfo": {"hasNextPage": True},
            },
        }

    async def test_sessions_denied_leave_the_rest_of_the_customer(self, api, database):
        customer_id = await created_subscriber(database)

        answer = await api.run(
            """query C($id: Int!) { customer(by: {customerId: $id}) {
              username sessions { totalCount } authorization { decision } } }""",
            {"id": customer_id},
            token=api.token(Role.BILLING),
        )

        assert answer["data"]["customer"] == {
            "username": "ada",
            "sessions": None,
            "authorization": None,
        }
        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert codes == ["ACCESS_DENIED", "ACCESS_DENIED"]

    async def test_any_number_of_customers_needs_the_same_statements(self, api, database):
        for number in range(100):
            username = f"user-{number}"
            await created_subscriber(
                database,
                username=username,
                password=None,
                state=SubscriptionState.ACTIVE if number % 2 else None,
            )
            if number < 20:
                await created_session(database, username=username)
        query = """query C($first: Int!) { customers(first: $first) { nodes {
            sessions(active: true, first: 5) { totalCount nodes { id customer { username } } }
            authorization { decision replyAttributes { name value } }
        } } }"""

        sent = {}
        for first in (1, 10, 100):
            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query, {"first": first})
            assert len(data["customers"]["nodes"]) == first
            ours = ("radius.", "customer.documents", "tariff.")
            sent[first] = sum(any(name in text for name in ours) for text in statements)

        assert sent == {1: 5, 10: 5, 100: 5}


class TestDisconnectSession:
    async def test_asks_for_the_end_and_says_so(self, api, database):
        customer_id = await created_subscriber(database)
        session_id = await created_session(database, username="ada")

        payload = await end(api, session_id, api.token(Role.SUPPORT))

        assert payload == {
            "session": {
                "state": "DISCONNECT_REQUESTED",
                "isActive": True,
                "disconnectReason": "abuse",
            },
            "userErrors": [],
        }
        ((_, told),) = await announced(database, "radius.session.disconnect_requested")
        assert (told["customer_id"], told["session_id"]) == (customer_id, session_id)

    async def test_of_an_ended_session_is_a_user_error(self, api, database):
        await created_subscriber(database)
        (outcome,) = await accounted(database, a_stop(1, 2))

        payload = await end(api, outcome.session.id)

        assert payload == {
            "session": None,
            "userErrors": [
                {
                    "__typename": "GenericError",
                    "code": "SESSION_ENDED",
                    "message": f"Session {outcome.session.id} has ended already",
                    "path": ["input", "sessionId"],
                }
            ],
        }

    async def test_of_an_unknown_session_is_a_user_error(self, api):
        payload = await end(api, 7)

        assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]

    @pytest.mark.parametrize("role", [Role.BILLING, Role.RESELLER, Role.CUSTOMER])
    async def test_is_refused_to_who_may_not_control(self, api, database, role):
        reseller_id = await created_reseller(database)
        customer_id = await created_subscriber(database, reseller_id=reseller_id)
        session_id = await created_session(database, username="ada")
        claims = {
            Role.RESELLER: {"reseller_id": reseller_id},
            Role.CUSTOMER: {"customer_id": customer_id},
        }.get(role, {})

        answer = await api.run(
            """mutation D($id: ID!) {
              disconnectSession(input: {sessionId: $id, reason: "x"}) { session { state } } }""",
            {"id": encode_id("RadiusSession", session_id)},
            token=api.token(role, **claims),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "radius.session.disconnect_requested") == []

    async def test_by_a_service_that_may_not_read_shows_no_session(self, api, database):
        await created_subscriber(database)
        session_id = await created_session(database, username="ada")

        payload = await end(api, session_id, api.service_token(Permission.RADIUS_CONTROL))

        assert payload == {"session": None, "userErrors": []}
        assert len(await announced(database, "radius.session.disconnect_requested")) == 1
