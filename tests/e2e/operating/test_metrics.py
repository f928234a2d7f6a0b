"""Metrics: for whom they are, what they say of the log, and that they come without it too."""

import asyncio
import re
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from domain.kernel.access import PERMISSIONS, Permission, Role
from domain.kernel.deliveries import Permanent
from subscriptions.event_bus import EventBus
from tests.support.live import born
from tests.support.postgres import drop_all_connections
from tests.support.server import Api
from tests.support.waiting import eventually

OPERATING = Path(__file__).parents[3] / "docs" / "operating.md"
HERE = "tests.e2e.operating.test_metrics"
GIVEN_UP = f"{HERE}.gives_up"
RETRIED = f"{HERE}.fails"


async def gives_up(envelope: dict[str, Any]) -> None:
    raise Permanent("never")


async def fails(envelope: dict[str, Any]) -> None:
    raise RuntimeError("not now")


class Scrape:
    """What one scrape says."""

    def __init__(self, text: str) -> None:
        self.samples = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """Of the metric ``isp_graph_<name>``; None without one."""
        return self.samples.get((f"isp_graph_{name}", *sorted(labels.items())))

    def deliveries(self, consumer: str) -> dict[str, float | None]:
        return {
            status: self.value("consumer_deliveries", consumer=consumer, status=status)
            for status in ("pending", "running", "dead")
        }


async def scraped(api: Api) -> Scrape:
    token = api.service_token(Permission.METRICS_READ)
    response = await api.http.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Scrape(response.text)


class TestWhoMayRead:
    def test_administrators_are_the_only_role(self):
        may = {role for role, granted in PERMISSIONS.items() if Permission.METRICS_READ in granted}

        assert may == {Role.ADMIN}

    async def test_everybody_else_is_refused(self, api):
        customer_id = await born(api)
        tokens = [
            api.token(Role.CUSTOMER, customer_id=customer_id),
            api.token(Role.SUPPORT),
            api.service_token(Permission.EVENT_ADMIN, Permission.MONITORING_READ),
        ]

        anonymous = await api.http.get("/metrics")
        forged = await api.http.get("/metrics", headers={"Authorization": "Bearer no.such.token"})
        known = [
            await api.http.get("/metrics", headers={"Authorization": f"Bearer {token}"})
            for token in tokens
        ]

        assert [anonymous.status_code, forged.status_code] == [401, 401]
        assert anonymous.headers["WWW-Authenticate"] == "Bearer"
        assert [response.status_code for response in known] == [403, 403, 403]
        assert known[0].json() == {
            "errors": [
                {
                    "message": "You may not read metrics",
                    "extensions": {"code": "ACCESS_DENIED"},
                }
            ]
        }


class TestWhatTheySay:
    async def test_how_far_the_log_and_its_readers_are(self, api):
        await born(api)
        await api.settled()
        hub = api.application.services.stream.hub
        await eventually(lambda: hub.position >= 1)

        scrape = await scraped(api)

        assert scrape.value("database_up") == 1
        assert scrape.value("log_position") == hub.position
        assert scrape.value("hub_position") == hub.position
        assert scrape.value("log_floor") == 0
        assert scrape.value("events_unpositioned") == 0
        assert scrape.value("events_unpositioned_age_seconds") == 0
        assert scrape.value("wakeup_connected") == 1
        assert scrape.value("wakeup_age_seconds") < 60
        lags = [
            value
            for (name, *_), value in scrape.samples.items()
            if name in ("isp_graph_consumer_lag_positions", "isp_graph_consumer_lag_seconds")
        ]
        assert lags
        assert set(lags) == {0}

    async def test_operators_find_each_in_their_table(self, api):
        await born(api)
        await api.settled()
        rows = re.findall(r"^\| (`.*?) \|", OPERATING.read_text(), re.MULTILINE)
        documented = set(re.findall(r"`(\w+)`", " ".join(rows)))

        scrape = await scraped(api)

        ours = {name for name, *_ in scrape.samples if name.startswith("isp_graph_")}
        names = {re.sub("^isp_graph_|_(bucket|sum|count|created)$", "", name) for name in ours}
        assert names
        assert {name for name in names - documented if f"{name}_total" not in documented} == set()

    async def test_what_was_asked_before_is_found_in_the_caches(self, api):
        query = "{ __typename asked: __typename }"
        before = await scraped(api)

        await api.data(query)
        first = await scraped(api)
        await api.data(query)
        await api.data("{ __schema { queryType { name } } }")
        second = await scraped(api)

        def grown(name: str, earlier: Scrape, later: Scrape, **labels: str) -> float:
            return (later.value(name, **labels) or 0) - (earlier.value(name, **labels) or 0)

        for cache in ("documents", "plans"):
            asked = {"cache": cache}
            assert grown("cache_entries", before, first, **asked) == 1
            assert grown("cache_requests_total", before, first, **asked, outcome="miss") == 1
            assert grown("cache_requests_total", first, second, **asked, outcome="hit") == 1
        assert grown("operations_executed_total", first, second, executor="compiled") == 1
        assert grown("operations_executed_total", first, second, executor="reference") == 1

    async def test_a_handler_that_fails_shows_in_retries_lag_and_dead_letters(self, api):
        bus = EventBus(api.application._registry)
        await bus.subscribe("customer.created", gives_up)
        await bus.subscribe("customer.created", fails)
        before = await scraped(api)

        await born(api)
        after = before
        async with asyncio.timeout(60):
            while not (
                after.deliveries(GIVEN_UP)["dead"]
                and after.value("event_retries_total", consumer=RETRIED)
                and after.value("consumer_lag_positions", consumer=GIVEN_UP) == 0
            ):
                after = await scraped(api)

        assert before.deliveries(GIVEN_UP) == {"pending": 0, "running": 0, "dead": 0}
        assert after.deliveries(GIVEN_UP) == {"pending": 0, "running": 0, "dead": 1}
        assert after.value("dead_letters_total", consumer=GIVEN_UP) == 1
        # What handlers of the event announce in turn may have been positioned by then.
        assert after.value("consumer_lag_positions", consumer=RETRIED) >= 1
        assert 0 < after.value("consumer_lag_seconds", consumer=RETRIED) < 60

    async def test_a_database_that_is_away_leaves_those_of_the_process(self, api, database_url):
        async with drop_all_connections(database_url):
            gone = await scraped(api)
            admin = await api.http.get(
                "/metrics", headers={"Authorization": f"Bearer {api.token()}"}
            )
        back = await scraped(api)

        assert gone.value("database_up") == 0
        assert gone.value("log_position") is None
        assert gone.value("hub_position") is not None
        assert gone.value("wakeup_connected") == 1
        assert admin.status_code == 503
        assert back.value("database_up") == 1
