"""What a server takes besides requests: time to start, and memory."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.peers.servers import Peer, Running, running

HEAD = ("server", "seconds from start to first answer", "MiB once warm", "MiB at the end")


@dataclass(slots=True)
class Footprint:
    """A server's, in seconds and in octets; a list for each time that was looked at."""

    running: Running
    starts: list[float]
    memory: list[int] = field(default_factory=list)

    def look(self) -> None:
        """Note the memory that its processes have now."""
        self.memory.append(self.running.memory_bytes)

    @property
    def row(self) -> tuple[str, ...]:
        """The table's row."""
        first, last = self.memory[0], self.memory[-1]
        seconds = f"{median(self.starts):.2f}"
        return self.running.peer.name, seconds, f"{first / 2**20:,.0f}", f"{last / 2**20:,.0f}"


async def started(
    stack: AsyncExitStack, peer: Peer, url: str, folder: Path, starts: int
) -> Footprint:
    """The server, started that many times; the last of them stays until the stack is closed."""
    took = []
    for _ in range(starts - 1):
        async with running(peer, url, folder) as once:
            took.append(once.start_seconds)
    kept = await stack.enter_async_context(running(peer, url, folder))
    return Footprint(kept, [*took, kept.start_seconds])
