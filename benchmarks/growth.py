"""How the cost of a query grows with its list: statements, and time."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx

from benchmarks.contenders import Contender
from benchmarks.databases import Measured
from benchmarks.equality import leaves

_QUERY = (Path(__file__).parent / "queries" / "growth.isp-graph.graphql").read_text()
#: Resellers, and customers of each of them.
_PARENTS = ((1, 1), (1, 10), (1, 100), (10, 100))


@dataclass(frozen=True, slots=True)
class Growth:
    """A list of that many customers: what one query takes, in milliseconds."""

    customers: int
    values: int
    statements: float
    milliseconds: float

    @property
    def row(self) -> tuple[str, ...]:
        """The table's row."""
        each = 1000 * self.milliseconds / self.customers
        return (
            f"{self.customers:,}",
            f"{self.values:,}",
            f"{self.statements:g}",
            f"{self.milliseconds:,.1f}",
            f"{each:,.0f}",
        )


HEAD = ("customers", "values in the answer", "SQL statements", "ms", "µs a customer")


async def grow(database: Measured, contender: Contender, repeats: int) -> list[Growth]:
    """LIST below resellers, for 1, 10, 100 and 1,000 customers, one query at a time."""
    url = f"http://127.0.0.1:{contender.running.port}"
    await database.count_statements(is_on=True)
    try:
        async with httpx.AsyncClient(base_url=url, timeout=60) as http:
            return [
                await _grown(database, http, contender, parents, repeats) for parents in _PARENTS
            ]
    finally:
        await database.count_statements(is_on=False)


async def _grown(
    database: Measured,
    http: httpx.AsyncClient,
    contender: Contender,
    parents: tuple[int, int],
    repeats: int,
) -> Growth:
    resellers, customers = parents
    variables = {"resellers": resellers, "customers": customers}
    body = {"query": _QUERY, "variables": variables}
    headers = contender.headers({})

    async def sent() -> int:
        answer = (await http.post("/graphql", json=body, headers=headers)).json()
        if "errors" in answer:
            raise RuntimeError(str(answer["errors"]))
        return leaves(answer["data"])

    values = await sent()
    before, taken = await database.statements(), []
    for _ in range(repeats):
        begun = time.perf_counter()
        await sent()
        taken.append(time.perf_counter() - begun)
    statements = (await database.statements() - before) / repeats
    return Growth(resellers * customers, values, statements, 1000 * median(taken))
