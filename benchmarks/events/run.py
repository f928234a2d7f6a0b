"""All measurements, one after the other."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path

from benchmarks.events.appending import append_rates
from benchmarks.events.figures import Figure
from benchmarks.events.logs import Server
from benchmarks.events.servers import Measured, measured
from benchmarks.events.sizes import Size
from benchmarks.events.telling import catching_up, fan_out, latencies
from benchmarks.events.working import handler_rate, relay_rate


async def measure_all(
    server: Server, size: Size, folder: Path, *, tell: Callable[[str], None]
) -> list[Figure]:
    """Every figure of the table, told as it is found."""
    found: list[Figure] = []

    def note(*figures: Figure) -> None:
        found.extend(figures)
        for figure in figures:
            tell(figure.row)

    def fresh() -> AbstractAsyncContextManager[Measured]:
        return measured(server, folder)

    note(*await append_rates(server, size))
    note(await relay_rate(server, size))
    note(await handler_rate(server, size))
    async with fresh() as running:
        note(*await latencies(server, running, size))
        note(await catching_up(running, size))
        servers = fresh if size.has_fresh_servers else lambda: nullcontext(running)
        for sockets in size.sockets:
            note(*await fan_out(servers, size, sockets))
    return found
