"""Serving as an operator does it: start, stop, be killed, start again."""

import asyncio
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from domain.identity.tokens import Tokens
from domain.kernel.access import Role
from tests.support.process import served
from tests.support.server import SECRET

CREATE = """mutation {
  createCustomer(input: {type: INDIVIDUAL, lastName: "%s"}) { customer { customerId } }
}"""
NAMES = "{ customers(first: 10) { nodes { displayName } } }"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """An installation with an embedded database in a folder of its own."""
    return {"ISP_GRAPH_DATA": str(tmp_path / "data"), "ISP_GRAPH_TOKEN_SECRET": SECRET}


async def ask(url: str, query: str) -> dict:
    token = Tokens(SECRET).issue("staff:test", Role.ADMIN)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        answer = (await client.post(f"{url}/graphql", json={"query": query})).json()
    assert "errors" not in answer, answer
    return answer["data"]


def postgres_processes(settings: dict[str, str]) -> list[psutil.Process]:
    directory = settings["ISP_GRAPH_DATA"]
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres"
        and directory in " ".join(process.info["cmdline"] or [])
    ]


async def test_sigterm_stops_everything_and_the_data_stays(settings, tmp_path):
    log = tmp_path / "log"
    async with served(log, **settings) as first:
        await ask(first.url, CREATE % "Lovelace")
        code = await first.stop(signal.SIGTERM)
    left = postgres_processes(settings)
    async with served(log, **settings) as second:
        data = await ask(second.url, NAMES)

    assert (code, left) == (0, [])
    assert data == {"customers": {"nodes": [{"displayName": "Lovelace"}]}}
    assert "Traceback" not in log.read_text()


async def test_a_killed_server_loses_nothing_committed_and_starts_again(settings, tmp_path):
    log = tmp_path / "log"
    async with served(log, **settings) as first:
        await ask(first.url, CREATE % "Lovelace")
        await first.stop(signal.SIGKILL)
    async with served(log, **settings) as second:
        data = await ask(second.url, NAMES)
        await second.stop(signal.SIGTERM)

    assert data == {"customers": {"nodes": [{"displayName": "Lovelace"}]}}
    assert postgres_processes(settings) == []


async def test_several_workers_serve_one_graph(settings, tmp_path):
    async with served(tmp_path / "log", "--workers", "2", **settings) as server:
        await ask(server.url, CREATE % "Lovelace")
        answers = await asyncio.gather(*(ask(server.url, NAMES) for _ in range(6)))
        code = await server.stop(signal.SIGTERM)

    assert all(answer == answers[0] for answer in answers)
    assert answers[0] == {"customers": {"nodes": [{"displayName": "Lovelace"}]}}
    assert code == 0
    assert postgres_processes(settings) == []
