"""Wake-ups by LISTEN and NOTIFY; a session connection is needed, not a transaction pooler's."""

import re
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from subscriptions.brokers.link import Hear, Link, OnEnd

# The server frees the backend of a client that has vanished; timeouts of sessions are not for us.
_SERVER_SETTINGS = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "idle_session_timeout": "0",
}
_SCHEME = re.compile(r"postgres(ql)?(\+asyncpg)?://")


class PostgresLink(Link):
    """
    Two connections, since one can do one thing at a time: LISTEN must never wait for a NOTIFY.

    ``url`` is ``postgresql://``, ``postgres://`` or ``postgresql+asyncpg://``. A message is short:
    a NOTIFY carries less than 8,000 bytes.
    """

    def __init__(self, url: str, hear: Hear, on_end: OnEnd) -> None:
        super().__init__(hear, on_end)
        self._url = _SCHEME.sub("postgresql://", url, count=1)
        self._connections: list[Any] = []

    async def open(self) -> None:
        for purpose in ("listen", "publish"):
            connection = await asyncpg.connect(
                self._url,
                server_settings=_SERVER_SETTINGS
                | {"application_name": f"isp-graph wake-ups {purpose}"},
            )
            connection.add_termination_listener(self._terminated)
            self._connections.append(connection)

    async def listen(self, channel: str) -> None:
        await self._connections[0].add_listener(channel, self._notified)

    async def probe(self) -> None:
        for connection in self._connections:
            await connection.execute("select 1")

    async def publish(self, channel: str, message: str) -> None:
        await self._connections[1].execute("select pg_notify($1, $2)", channel, message)

    async def close(self) -> None:
        # Without a goodbye: on a connection that is half open it would never be answered.
        for connection in self._connections:
            connection.remove_termination_listener(self._terminated)
            connection.terminate()

    def _notified(self, _connection: Any, _pid: int, channel: str, message: Any) -> None:
        self.hear(channel, str(message))

    def _terminated(self, _connection: Any) -> None:
        self.end()
