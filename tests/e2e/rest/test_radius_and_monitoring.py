"""The guide's REST paths, of the network, by their happy paths."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.ids import encode_id
from tests.support import rest
from tests.support.customers import created_customer
from tests.support.radius import created_session, created_subscriber
from tests.support.tariff import assigned_plan, created_plan

NO_PAGE = {
    "has_next_page": False,
    "has_previous_page": False,
    "start_cursor": None,
    "end_cursor": None,
}


class TestSessions:
    async def test_lists_active_sessions_only(self, api, database):
        customer_id = await created_subscriber(database, username="ada")
        session_id = await created_session(database, username="ada", framed_ip_address=None)

        response = await rest.get(api, f"/api/radius/customers/{customer_id}/sessions")

        assert response.status_code == 200
        body = rest.whole(response.json())
        (session,) = body.pop("items")
        assert body == {"total_count": 1}
        for varying in ("acct_unique_session_id", "started_at", "last_update_at"):
            assert session.pop(varying)
        assert session == {
            "id": encode_id("RadiusSession", session_id),
            "state": "ACTIVE",
            "username": "ada",
            "acct_session_id": "81100001",
            "nas_ip_address": "192.0.2.10",
            "framed_ip_address": None,
            "calling_station_id": None,
            "called_station_id": None,
            "uploaded_octets": "0",
            "downloaded_octets": "0",
            "session_time_seconds": 0,
            "disconnect_requested_at": None,
            "disconnect_reason": None,
        }

    async def test_a_customer_who_is_offline_has_none(self, api, database):
        customer_id = await created_subscriber(database)

        response = await rest.get(api, f"/api/radius/customers/{customer_id}/sessions")

        assert response.json() == {"items": [], "page_info": NO_PAGE, "total_count": 0}


class TestAuthorize:
    async def test_tells_what_a_nas_would_be_told(self, api, database):
        customer_id = await created_subscriber(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        response = await rest.post(api, f"/api/radius/customers/{customer_id}/authorize")

        assert response.status_code == 200
        body = response.json()
        names = {attribute["name"] for attribute in body.pop("reply_attributes")}
        assert "Session-Timeout" in names
        assert body == {
            "decision": "ACCEPT",
            "reason_code": "OK",
            "message": "Welcome",
            "download_kbps": 100_000,
            "upload_kbps": 20_000,
        }


class TestMetrics:
    @pytest.fixture
    async def customer_id(self, api, database):
        customer_id = await created_customer(database)
        now = datetime.now(UTC)
        samples = [
            {
                "customerId": customer_id,
                "kind": kind,
                "value": value,
                "sampledAt": (now - timedelta(hours=hours)).isoformat(),
            }
            for kind, value, hours in (
                ("LATENCY_MS", 12.0, 1),
                ("LATENCY_MS", 40.0, 30),
                ("JITTER_MS", 2.0, 1),
            )
        ]
        await api.mutate("recordMetrics", {"samples": samples}, "recorded")
        return customer_id

    async def test_answers_every_kind_over_the_last_day_by_default(self, api, customer_id):
        response = await rest.get(api, f"/api/monitoring/customers/{customer_id}/metrics")

        assert response.status_code == 200
        items = response.json().pop("items")
        averages = {
            series["kind"]: [point["average"] for point in series["points"]] for series in items
        }
        assert averages["LATENCY_MS"] == [12.0]
        assert averages["JITTER_MS"] == [2.0]
        assert len(averages) > 2

    async def test_takes_kinds_range_and_step(self, api, customer_id):
        start = datetime.now(UTC) - timedelta(days=2)

        response = await rest.get(
            api,
            f"/api/monitoring/customers/{customer_id}/metrics",
            kinds="LATENCY_MS",
            **{"from": start.isoformat(), "to": (start + timedelta(days=2)).isoformat()},
            step="P1D",
        )

        assert response.status_code == 200
        (series,) = response.json()["items"]
        assert (series["kind"], series["unit"], series["step"]) == ("LATENCY_MS", "ms", "P1D")
        points = [{**point, "timestamp": ""} for point in series["points"]]
        assert points == [
            {"timestamp": "", "average": value, "minimum": value, "maximum": value, "count": 1}
            for value in (40.0, 12.0)
        ]

    @pytest.mark.parametrize(
        "query",
        ["kinds=LATENCY_MS,JITTER_MS", "kinds=LATENCY_MS&kinds=JITTER_MS"],
    )
    async def test_takes_lists_in_both_ways(self, api, customer_id, query):
        path = f"/api/monitoring/customers/{customer_id}/metrics?{query}"

        response = await api.http.get(path, headers=rest.headers(api))

        kinds = {series["kind"] for series in response.json()["items"]}
        assert kinds == {"LATENCY_MS", "JITTER_MS"}


class TestAlerts:
    async def test_creates_an_alert(self, api, database):
        customer_id = await created_customer(database)
        body = {"type": "LINE_DOWN", "severity": "CRITICAL", "message": "Your line is down"}

        response = await rest.post(api, f"/api/monitoring/customers/{customer_id}/alerts", body)

        assert response.status_code == 201
        alert = response.json()
        for varying in ("id", "priority", "created_at", "updated_at"):
            assert alert.pop(varying)
        assert alert == {
            **body,
            "status": "ACTIVE",
            "raised_by": "staff:ADMIN",
            "notifications": [],
            "version": 1,
        }
