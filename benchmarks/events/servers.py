"""Servers to measure: ``isp-graph serve`` processes on a database of their own."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.events.logs import Server
from domain.identity.tokens import Tokens
from domain.kernel.access import Role
from tests.support.process import Served, served

_SECRET = "a secret of the benchmark that is long enough to sign"
_RENAME = """
    mutation Rename($input: UpdateCustomerInput!) {
      updateCustomer(input: $input) { customer { id } userErrors { message } }
    }
"""
_CREATE = """
    mutation { createCustomer(input: {type: INDIVIDUAL, status: ACTIVE, lastName: "Bench"}) {
      customer { customerId } } }
"""


def token() -> str:
    """An administrator's access token."""
    return Tokens(_SECRET).issue("staff:bench", Role.ADMIN, ttl=timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Measured:
    """A server that is measured, with one customer to change."""

    served: Served
    http: httpx.AsyncClient
    customer_id: int
    database_url: str

    @property
    def cpu_seconds(self) -> float:
        """What its process has used so far."""
        times = psutil.Process(self.served.process.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory_bytes(self) -> int:
        """Resident memory of its process."""
        return int(psutil.Process(self.served.process.pid).memory_info().rss)

    async def rename(self, name: str) -> None:
        """One change, and so one event."""
        change = {"input": {"customerId": self.customer_id, "lastName": name}}
        answer = await self._post(_RENAME, change)
        assert not answer["updateCustomer"]["userErrors"], answer

    async def _post(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        return await _post(self.http, query, variables)


async def _post(http: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    response = await http.post("/graphql", json={"query": query, "variables": variables})
    answer = response.json()
    assert not answer.get("errors"), answer
    data: dict[str, Any] = answer["data"]
    return data


@contextlib.asynccontextmanager
async def measured(server: Server, folder: Path) -> AsyncIterator[Measured]:
    """A server process on a fresh database of the PostgreSQL server."""
    async with server.fresh_database() as url:
        settings = {
            "DATABASE_URL": url,
            "ISP_GRAPH_DATA": str(folder),
            "ISP_GRAPH_TOKEN_SECRET": _SECRET,
            "ISP_GRAPH_LOG_LEVEL": "ERROR",
            "ISP_GRAPH_STREAMS": "100000",
            "ISP_GRAPH_STREAMS_PER_PRINCIPAL": "100000",
        }
        headers = {"Authorization": f"Bearer {token()}"}
        async with (
            served(folder / "server.log", **settings) as running,
            httpx.AsyncClient(base_url=running.url, headers=headers, timeout=60) as http,
        ):
            made = await _post(http, _CREATE, {})
            customer_id = int(made["createCustomer"]["customer"]["customerId"])
            yield Measured(running, http, customer_id, url)
