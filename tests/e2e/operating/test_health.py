"""Health: alive says that the process runs, ready that it can serve."""

from tests.support.brokers import RedisServer
from tests.support.postgres import drop_all_connections
from tests.support.server import running_api
from tests.support.waiting import eventually

WELL = {"database": "ok", "events": "ok", "wakeups": "ok"}


async def test_a_running_server_is_alive_and_ready(api):
    alive = await api.http.get("/healthz")
    ready = await api.http.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "checks": WELL}


async def test_a_server_without_its_database_is_alive_and_not_ready_until_it_is_back(
    api, database_url
):
    async with drop_all_connections(database_url):
        alive = await api.http.get("/healthz")
        gone = await api.http.get("/readyz")
    back = await api.http.get("/readyz")

    assert alive.status_code == 200
    assert gone.status_code == 503
    assert gone.json() == {"status": "not ready", "checks": WELL | {"database": "failed"}}
    assert back.status_code == 200


async def test_a_server_whose_event_machinery_has_stopped_is_not_ready(api):
    stream = api.application.services.stream
    stream._tasks[1].cancel()
    await eventually(lambda: not stream.is_running)

    ready = await api.http.get("/readyz")

    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "checks": WELL | {"events": "failed"}}


async def test_a_server_without_its_broker_is_ready_and_says_that_it_is_degraded(
    database_url, tmp_path
):
    redis = RedisServer(tmp_path)
    async with (
        redis.running(),
        running_api(database_url, tmp_path, broadcast_url=redis.url) as api,
    ):
        wakeup = api.application.services.stream.wakeup
        await eventually(lambda: wakeup.is_connected)
        connected = await api.http.get("/readyz")
        await redis.stop()
        await eventually(lambda: not wakeup.is_connected)
        degraded = await api.http.get("/readyz")

    assert (connected.status_code, connected.json()["checks"]) == (200, WELL)
    assert degraded.status_code == 200
    assert degraded.json() == {"status": "ready", "checks": WELL | {"wakeups": "degraded"}}


async def test_every_answer_has_a_request_id_of_the_clients_or_our_own(api):
    named = await api.http.get("/healthz", headers={"X-Request-Id": "trace-1"})
    unnamed = await api.http.get("/healthz", headers={"X-Request-Id": "not allowed!"})

    assert named.headers["X-Request-Id"] == "trace-1"
    assert unnamed.headers["X-Request-Id"] != "not allowed!"
