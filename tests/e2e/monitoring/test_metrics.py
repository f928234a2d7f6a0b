"""Metrics, service quality and network segments through the public API."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel.access import Permission, Role
from domain.monitoring.models import MetricKind
from graph.ids import encode_id
from tests.support.customers import created_customer
from tests.support.monitoring import (
    NOON,
    a_sample,
    a_service_address,
    created_segment,
    recorded,
    samples_each_minute,
)
from tests.support.statements import captured_statements

METRICS = """
    query Metrics($customerId: Int!, $kinds: [MetricKind!], $range: TimeRange!, $step: Duration) {
      customer(by: {customerId: $customerId}) {
        metrics(kinds: $kinds, range: $range, step: $step) {
          kind unit step points { timestamp average minimum maximum count }
        }
      }
    }
"""
FIRST_HOUR = {"start": "2025-03-14T12:00:00Z", "end": "2025-03-14T14:00:00+01:00"}


def a_probe(api) -> str:
    return api.service_token(Permission.MONITORING_WRITE, Permission.CUSTOMER_READ)


def a_sample_input(customer_id: int, **facts) -> dict:
    defaults = {"kind": "LATENCY_MS", "value": 20.0, "sampledAt": "2025-03-14T12:00:00Z"}
    return {"customerId": customer_id, **defaults, **facts}


class TestRecordMetrics:
    async def test_tells_how_many_were_new(self, api, database):
        customer_id = await created_customer(database)
        batch = {
            "samples": [a_sample_input(customer_id), a_sample_input(customer_id, kind="LOSS_PCT")]
        }
        again = {"samples": [*batch["samples"], a_sample_input(customer_id, kind="SNR_DB")]}

        first = await api.mutate("recordMetrics", batch, "recorded duplicates", token=a_probe(api))
        second = await api.mutate("recordMetrics", again, "recorded duplicates", token=a_probe(api))

        assert first == {"recorded": 2, "duplicates": 0, "userErrors": []}
        assert second == {"recorded": 1, "duplicates": 2, "userErrors": []}

    async def test_an_unknown_customer_is_named_by_its_place(self, api, database):
        customer_id = await created_customer(database)
        samples = [a_sample_input(customer_id), a_sample_input(999)]

        payload = await api.mutate(
            "recordMetrics", {"samples": samples}, "recorded", token=a_probe(api)
        )

        assert payload["recorded"] is None
        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (
            "NOT_FOUND",
            ["input", "samples", "1", "customerId"],
        )

    async def test_a_thousand_and_one_samples_are_too_many(self, api, database):
        payload = await api.mutate(
            "recordMetrics", {"samples": [a_sample_input(1)] * 1001}, "recorded", token=a_probe(api)
        )

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "samples"])

    async def test_is_refused_to_support(self, api):
        answer = await api.run(
            "mutation M($i: RecordMetricsInput!) { recordMetrics(input: $i) { recorded } }",
            {"i": {"samples": [a_sample_input(1)]}},
            token=api.token(Role.SUPPORT),
        )

        assert answer["data"] == {"recordMetrics": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestMetrics:
    async def test_shows_buckets_with_their_statistics(self, api, database):
        customer_id = await created_customer(database)
        await recorded(database, samples_each_minute(customer_id, 10.0, 20.0, 60.0))

        data = await api.data(
            METRICS,
            {
                "customerId": customer_id,
                "kinds": ["LATENCY_MS", "LOSS_PCT"],
                "range": FIRST_HOUR,
                "step": "PT30M",
            },
        )

        assert data["customer"]["metrics"] == [
            {
                "kind": "LATENCY_MS",
                "unit": "ms",
                "step": "PT30M",
                "points": [
                    {
                        "timestamp": "2025-03-14T12:00:00Z",
                        "average": 30.0,
                        "minimum": 10.0,
                        "maximum": 60.0,
                        "count": 3,
                    }
                ],
            },
            {"kind": "LOSS_PCT", "unit": "%", "step": "PT30M", "points": []},
        ]

    async def test_without_kinds_and_step_shows_every_kind_in_a_step_that_suits(
        self, api, database
    ):
        customer_id = await created_customer(database)

        data = await api.data(METRICS, {"customerId": customer_id, "range": FIRST_HOUR})

        series = data["customer"]["metrics"]
        assert [one["kind"] for one in series] == list(MetricKind)
        assert {one["step"] for one in series} == {"PT1M"}

    @pytest.mark.parametrize(
        ("asked", "path"),
        [
            ({"range": {"start": FIRST_HOUR["end"], "end": FIRST_HOUR["start"]}}, ["range"]),
            (
                {"range": {"start": "2024-01-01T00:00:00Z", "end": "2025-01-02T00:00:00Z"}},
                ["range"],
            ),
            ({"range": FIRST_HOUR, "step": "PT3S"}, ["step"]),
            ({"range": FIRST_HOUR, "step": "PT0S"}, ["step"]),
        ],
    )
    async def test_refuses_what_is_out_of_bounds(self, api, database, asked, path):
        customer_id = await created_customer(database)

        answer = await api.run(METRICS, {"customerId": customer_id, **asked})

        assert answer["data"] == {"customer": {"metrics": None}}
        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "argumentPath": path}

    async def test_a_step_that_is_no_duration_is_a_bad_request(self, api):
        asked = {"customerId": 1, "range": FIRST_HOUR, "step": "1 hour"}

        answer = await api.run(METRICS, asked)

        assert "like PT15M" in answer["errors"][0]["message"]
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_everything_measured_takes_three_statements_for_any_number(
        self, api, database, parents
    ):
        for _ in range(parents):
            await created_customer(database)
        query = """query Q($range: TimeRange!) { customers(first: 100) { nodes {
            metrics(kinds: [LATENCY_MS], range: $range) { points { average } }
            serviceQuality { score } networkSegments { code }
        } } }"""

        await api.settled()
        reader = api.service_token(Permission.CUSTOMER_READ, Permission.MONITORING_READ)
        with captured_statements(api.application.services.database) as statements:
            data = await api.data(query, {"range": FIRST_HOUR}, token=reader)

        assert len(data["customers"]["nodes"]) == parents
        assert len([text for text in statements if " monitoring." in text]) == 3


class TestServiceQuality:
    async def test_scores_what_was_measured_today(self, api, database):
        customer_id = await created_customer(database)
        now = datetime.now(UTC).replace(microsecond=0)
        await recorded(
            database,
            [
                a_sample(customer_id, value=160.0, sampled_at=now - timedelta(minutes=minute))
                for minute in range(24)
            ],
        )

        data = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                 serviceQuality { score rating confidence asOf } } }""",
            {"id": customer_id},
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert data["customer"]["serviceQuality"] == {
            "score": 50,
            "rating": "FAIR",
            "confidence": 0.4,
            "asOf": now.isoformat().replace("+00:00", "Z"),
        }

    async def test_is_null_for_a_line_not_measured(self, api, database):
        customer_id = await created_customer(database)
        await recorded(database, [a_sample(customer_id, sampled_at=NOON)])

        data = await api.data(
            "query Q($id: Int!) { customer(by: {customerId: $id}) { serviceQuality { score } } }",
            {"id": customer_id},
        )

        assert data == {"customer": {"serviceQuality": None}}


class TestNetworkSegments:
    async def test_a_segment_is_entered_covers_postal_codes_and_serves_customers(
        self, api, database
    ):
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))
        site = await api.mutate(
            "createNetworkSegment",
            {"code": "lis-1", "name": "Lisbon 1", "kind": "SITE"},
            "networkSegment { id code }",
        )
        olt = await api.mutate(
            "createNetworkSegment",
            {
                "code": "lis-1-olt",
                "name": "OLT",
                "kind": "OLT",
                "parentId": site["networkSegment"]["id"],
            },
            "networkSegment { id kind parent { code } }",
        )
        segment_id = olt["networkSegment"]["id"]

        covered = await api.mutate(
            "coverNetworkSegment",
            {"segmentId": segment_id, "country": "PT", "postalCodePrefix": "11-00"},
            "coverage { country postalCodePrefix segment { code } }",
        )

        assert olt["networkSegment"]["parent"] == {"code": "LIS-1"}
        assert covered == {
            "coverage": {
                "country": "PT",
                "postalCodePrefix": "1100",
                "segment": {"code": "LIS-1-OLT"},
            },
            "userErrors": [],
        }
        data = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                 networkSegments { id code parent { code } } } }""",
            {"id": customer_id},
        )
        assert data["customer"]["networkSegments"] == [
            {"id": segment_id, "code": "LIS-1-OLT", "parent": {"code": "LIS-1"}}
        ]

    async def test_staff_list_them_by_code_and_kind(self, api, database):
        await created_segment(database, code="B")
        await created_segment(database, code="A")

        data = await api.data(
            "{ networkSegments(first: 5, kinds: [SITE]) { totalCount nodes { code } } }",
            token=api.token(Role.SUPPORT),
        )

        assert data["networkSegments"] == {
            "totalCount": 2,
            "nodes": [{"code": "A"}, {"code": "B"}],
        }

    async def test_a_customer_sees_what_serves_it_and_not_what_is_above(self, api, database):
        above = await created_segment(database, code="ABOVE")
        await created_segment(database, "1100", code="HERE", parent_id=above)
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))

        data = await api.data(
            """query Q($above: ID!) {
                 networkSegments(first: 5) { nodes { code parent { code } } }
                 node(id: $above) { id } }""",
            {"above": encode_id("NetworkSegment", above)},
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert data == {
            "networkSegments": {"nodes": [{"code": "HERE", "parent": None}]},
            "node": None,
        }

    @pytest.mark.parametrize(
        ("facts", "type_name", "path"),
        [
            ({"code": "A"}, "SegmentCodeTaken", "code"),
            ({"code": "a b"}, "GenericError", "code"),
            ({"parentId": "nonsense"}, "GenericError", "parentId"),
        ],
    )
    async def test_bad_input_is_a_user_error_with_its_path(
        self, api, database, facts, type_name, path
    ):
        await created_segment(database, code="A")

        payload = await api.mutate(
            "createNetworkSegment",
            {"code": "NEW", "name": "New", "kind": "SITE", **facts},
            "networkSegment { id }",
        )

        assert payload["networkSegment"] is None
        (error,) = payload["userErrors"]
        assert (error["__typename"], error["path"]) == (type_name, ["input", path])

    async def test_an_unknown_segment_covers_nothing(self, api, database):
        payload = await api.mutate(
            "coverNetworkSegment",
            {"segmentId": encode_id("NetworkSegment", 9), "country": "PT"},
            "coverage { country }",
        )

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "segmentId"])

    @pytest.mark.parametrize("field", ["createNetworkSegment", "coverNetworkSegment"])
    async def test_changes_are_refused_to_support(self, api, field):
        inputs = {
            "createNetworkSegment": {"code": "X", "name": "X", "kind": "SITE"},
            "coverNetworkSegment": {"segmentId": encode_id("NetworkSegment", 1), "country": "PT"},
        }
        type_name = f"{field[0].upper()}{field[1:]}Input"

        answer = await api.run(
            f"mutation M($i: {type_name}!) {{ {field}(input: $i) {{ clientMutationId }} }}",
            {"i": inputs[field]},
            token=api.token(Role.SUPPORT),
        )

        assert answer["data"] == {field: None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
