"""Wake-ups within one process: nothing to connect to, nothing to lose."""

from subscriptions.brokers.link import Link


class MemoryLink(Link):
    """What is published is heard at once."""

    async def open(self) -> None:
        pass

    async def listen(self, channel: str) -> None:
        pass

    async def probe(self) -> None:
        pass

    async def publish(self, channel: str, message: str) -> None:
        self.hear(channel, message)

    async def close(self) -> None:
        pass
