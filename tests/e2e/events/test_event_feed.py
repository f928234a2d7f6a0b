"""``events``: what every module announces, whole, to whoever may read it."""

from sqlalchemy import select

from domain.kernel.access import Permission, Role
from domain.kernel.events import EventRow
from graph.ids import encode_id
from subscriptions.catalogue import EVENT_TYPES
from tests.support.customers import created_customer, created_reseller
from tests.support.estate import created_estate
from tests.support.feeds import listening, refusal
from tests.support.live import beginning, born, following, renamed
from tests.support.logs import forgotten
from tests.support.reseller import earning_reseller
from tests.support.tariff import created_plan


async def logged(database) -> list[tuple[str, int | None, int | None]]:
    """Type, customer and reseller of every event in the log, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.type, EventRow.customer_id, EventRow.reseller_id).order_by(
                EventRow.position
            )
        )
        return [tuple(row) for row in rows]


class TestEvents:
    async def test_are_told_whole_and_as_cloud_events(self, api, database):
        reseller_id = await created_reseller(database)
        customer_id = await born(api, resellerId=reseller_id)
        await api.settled()

        async with listening(api, customerId=customer_id) as feed:
            await renamed(api, customer_id, "King")
            [event] = await feed.some(1)

        data = {"customer_id": customer_id, "changed_fields": ["last_name"], "status": "ACTIVE"}
        assert event.pop("causationId") is None
        trace_id, cloud_event = event.pop("traceId"), event.pop("cloudEvent")
        assert event.pop("transactionId") != event["id"]
        assert event == {
            "__typename": "Event",
            "id": cloud_event["id"],
            "timestamp": cloud_event["time"],
            "cursor": event["cursor"],
            "type": "customer.updated",
            "stream": f"customer:{customer_id}",
            "sequence": 2,
            "customerId": customer_id,
            "resellerId": reseller_id,
            "actor": "staff:ADMIN",
            "specVersion": 1,
            "data": data,
            "customer": {"displayName": "Ada King"},
        }
        assert cloud_event == {
            "specversion": "1.0",
            "id": event["id"],
            "source": "/isp-graph",
            "type": "customer.updated",
            "time": event["timestamp"],
            "subject": str(customer_id),
            "partitionkey": str(customer_id),
            "stream": f"customer:{customer_id}",
            "sequence": "00000000000000000002",
            "dataschema": "urn:isp-graph:customer.updated:1",
            "datacontenttype": "application/json",
            "traceparent": cloud_event["traceparent"],
            "data": data,
        }
        assert cloud_event["traceparent"].split("-")[1] == trace_id

    async def test_of_a_handler_name_their_cause_and_the_request_that_began_it(self, api):
        async with listening(api, types=["customer.created", "billing.account.created"]) as feed:
            await born(api)
            [cause, effect] = await feed.some(2)

        assert (cause["type"], effect["type"]) == ("customer.created", "billing.account.created")
        assert (cause["causationId"], effect["causationId"]) == (None, cause["id"])
        assert effect["traceId"] == cause["traceId"] is not None

    async def test_of_no_customer_are_told_too(self, api, database):
        async with listening(api, types=["tariff.plan.*"]) as feed:
            plan_id = await created_plan(database, code="F-100")
            [event] = await feed.some(1)

        assert (event["type"], event["customerId"], event["customer"]) == (
            "tariff.plan.published",
            None,
            None,
        )
        assert event["data"]["tariff_plan_id"] == plan_id
        assert event["cloudEvent"]["subject"] == f"plan:{plan_id}"

    async def test_that_the_log_no_longer_holds_are_told_as_a_gap(self, api, database):
        await created_plan(database)
        await created_plan(database)
        await api.settled()
        await forgotten(database, 1)

        async with listening(api, after=beginning(api), types=["tariff.*"]) as feed:
            gap, event = await feed.some(2)

        assert (gap["__typename"], gap["count"], gap["reason"]) == ("EventGap", 1, "RETENTION")
        assert (gap["fromCursor"], gap["toCursor"]) == (beginning(api), gap["cursor"])
        assert event["type"] == "tariff.plan.published"


class TestWhoReadsWhat:
    async def test_types_by_permission_and_rows_by_scope(self, api, database):
        parent = await created_reseller(database)
        child = await earning_reseller(database, parent_id=parent)
        other = await earning_reseller(database)
        ours = (await created_estate(database, child))["Customer"]
        theirs = (await created_estate(database, other))["Customer"]
        await api.settled()
        happened = await logged(database)
        every = {kind for kind, _, _ in happened}

        def types(*prefixes: str) -> set[str]:
            return {kind for kind in every if kind.startswith(prefixes)}

        endpoints = types("webhook.")
        expected = {
            api.token(Role.ADMIN): (every, None),
            api.token(Role.SUPPORT): (every - types("reseller.commission.") - endpoints, None),
            api.token(Role.BILLING): (every - types("radius.", "monitoring.") - endpoints, None),
            api.service_token(Permission.EVENT_READ, Permission.TARIFF_READ): (
                types("customer.", "tariff."),
                None,
            ),
            api.token(Role.RESELLER, reseller_id=parent): (every, {parent, child}),
            api.token(Role.RESELLER, reseller_id=other): (every, {other}),
            api.token(Role.CUSTOMER, customer_id=ours): (every - types("reseller."), ours),
            api.token(Role.CUSTOMER, customer_id=theirs): (every - types("reseller."), theirs),
        }

        for token, (kinds, scope) in expected.items():
            wanted = [
                kind
                for kind, customer_id, reseller_id in happened
                if kind in kinds
                and (scope is None or scope == customer_id or reseller_id in _ids(scope))
            ]
            async with listening(api, token, after=beginning(api), types=["*"]) as feed:
                assert await feed.types(len(wanted)) == wanted
        assert {"billing.", "tariff.", "radius.", "monitoring.", "reseller."} <= {
            kind.partition(".")[0] + "." for kind in every
        }

    async def test_names_that_exist_not_are_refused_with_their_place(self, api):
        types = ["customer.*", "customer.crated"]

        assert await refusal(api, types=types) == ("INVALID", ["filter", "types", "1"])
        assert await refusal(api, types=["nothing.*"]) == ("INVALID", ["filter", "types", "0"])
        assert await refusal(api, types=[]) == ("INVALID", ["filter", "types"])

    async def test_a_type_that_one_may_not_read_is_refused_by_name(self, api):
        types = ["reseller.*", "reseller.commission.accrued"]

        assert await refusal(api, api.token(Role.SUPPORT), types=types) == ("ACCESS_DENIED", [])

    async def test_nobody_without_the_permission_to_read_events(self, api):
        assert await refusal(api, api.service_token(Permission.TARIFF_READ)) == (
            "ACCESS_DENIED",
            [],
        )


class TestActor:
    async def test_staff_and_services_are_told_to_others_by_kind_only(self, api, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        acts = {
            "staff:ADMIN": api.token(),
            f"customer:{customer_id}": api.token(Role.CUSTOMER, customer_id=customer_id),
            f"reseller:{reseller_id}": api.token(
                Role.RESELLER, reseller_id=reseller_id, subject=f"reseller:{reseller_id}"
            ),
            "service:test": api.service_token(
                Permission.CUSTOMER_READ, Permission.CUSTOMER_WRITE, Permission.EVENT_READ
            ),
        }
        for language, token in zip(("de", "fr", "it", "pt"), acts.values(), strict=True):
            await api.mutate(
                "updateCustomer",
                {"customerId": customer_id, "language": language},
                "customer { id }",
                token=token,
            )
        await api.settled()

        shown = {}
        for name, token in acts.items():
            async with listening(
                api, token, after=beginning(api), types=["customer.updated"]
            ) as feed:
                shown[name] = [
                    (each["actor"], each["traceId"] is None) for each in await feed.some(4)
                ]

        customer, reseller = list(acts)[1:3]
        for name in ("staff:ADMIN", "service:test"):
            assert shown[name] == [(actor, False) for actor in acts]
        hidden = ["staff", customer, "reseller", "service"]
        assert shown[customer] == [(actor, True) for actor in hidden]
        hidden[2] = reseller
        assert shown[reseller] == [(actor, True) for actor in hidden]

    async def test_is_the_same_in_customer_events_and_the_timeline(self, api, database):
        customer_id = await born(api)
        await api.settled()
        token = api.token(Role.CUSTOMER, customer_id=customer_id)

        async with following(api, token, after=beginning(api)) as feed:
            event = await feed.next()
        timeline = await api.data(
            "query T($id: ID!) { node(id: $id) { ... on Customer { timeline(first: 1) "
            "{ nodes { actor } } } } }",
            {"id": encode_id("Customer", customer_id)},
            token=token,
        )

        assert event["actor"] == "staff"
        assert timeline["node"]["timeline"]["nodes"] == [{"actor": "staff"}]


class TestEventTypes:
    async def test_are_listed_with_what_reading_them_needs_and_their_schema(self, api):
        data = await api.data(
            "{ eventTypes { name version description permission dataSchema } }",
            token=api.token(Role.SUPPORT),
        )
        by_name = {each["name"]: each for each in data["eventTypes"]}

        assert list(by_name) == list(EVENT_TYPES)
        assert by_name["tariff.usage.recorded"] == {
            "name": "tariff.usage.recorded",
            "version": 1,
            "description": "Usage was counted",
            "permission": "TARIFF_READ",
            "dataSchema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": "urn:isp-graph:tariff.usage.recorded:1",
                "type": "object",
                "properties": {
                    "customer_id": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    "period_start": {"type": "string", "format": "date"},
                    "downloaded_octets": {"type": "integer"},
                    "uploaded_octets": {"type": "integer"},
                },
                "required": [
                    "customer_id",
                    "downloaded_octets",
                    "period_start",
                    "uploaded_octets",
                ],
            },
        }


def _ids(scope: set[int] | int) -> set[int]:
    """The reseller ids of a scope that is made of such."""
    return scope if isinstance(scope, set) else set()
