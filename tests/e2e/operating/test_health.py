"""Health: alive says that the process runs, ready that it can serve."""

from tests.support.postgres import drop_all_connections


async def test_a_running_server_is_alive_and_ready(api):
    alive = await api.http.get("/healthz")
    ready = await api.http.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready", "checks": {"database": True, "events": True}}


async def test_a_server_without_its_database_is_alive_and_not_ready_until_it_is_back(
    api, database_url
):
    async with drop_all_connections(database_url):
        alive = await api.http.get("/healthz")
        gone = await api.http.get("/readyz")
    back = await api.http.get("/readyz")

    assert alive.status_code == 200
    assert gone.status_code == 503
    assert gone.json()["checks"]["database"] is False
    assert back.status_code == 200


async def test_every_answer_has_a_request_id_of_the_clients_or_our_own(api):
    named = await api.http.get("/healthz", headers={"X-Request-Id": "trace-1"})
    unnamed = await api.http.get("/healthz", headers={"X-Request-Id": "not allowed!"})

    assert named.headers["X-Request-Id"] == "trace-1"
    assert unnamed.headers["X-Request-Id"] != "not allowed!"
