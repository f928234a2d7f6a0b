"""All measurements, one after the other."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.appending import append_rates
from benchmarks.figures import Figure
from benchmarks.logs import Server
from benchmarks.servers import measured
from benchmarks.sizes import Size
from benchmarks.telling import catching_up, fan_out, latencies
from benchmarks.working import handler_rate, relay_rate


async def measure_all(
    server: Server, size: Size, folder: Path, *, tell: Callable[[str], None]
) -> list[Figure]:
    """Every figure of the table, told as it is found."""
    found: list[Figure] = []

    def note(*figures: Figure) -> None:
        found.extend(figures)
        for figure in figures:
            tell(figure.row)

    note(*await append_rates(server, size))
    note(await relay_rate(server, size))
    note(await handler_rate(server, size))
    async with measured(server, folder) as running:
        note(*await latencies(server, running, size))
        note(await catching_up(running, size))
    for sockets in size.sockets:
        note(*await fan_out(server, size, folder, sockets))
    return found
