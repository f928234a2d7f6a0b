"""The application on a real socket, in this process, and a client that speaks to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

from domain.kernel.access import Permission, Role
from graph.app import Application, create_app
from graph.settings import Settings
from graph.transport.listening import USER_TIMEOUT_MS, listening_sockets
from graph.transport.protocols import server_config
from subscriptions.event_bus import Registry
from tests.support.events import settled
from tests.support.serving import PromptServer

SECRET = "a secret for tests that is long enough to sign with"


class Socket:
    """
    A graphql-transport-ws client: one dict per message.

    ``checkpoint`` is the cursor that the server has told last, but for those of events.
    """

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self.checkpoint: str | None = None

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        """The next message that is not a ping; those are answered."""
        async with asyncio.timeout(60):
            while True:
                message: dict[str, Any] = json.loads(await self.connection.recv())
                if message["type"] in ("ping", "connection_ack"):
                    self.checkpoint = (message.get("payload") or {}).get("cursor", self.checkpoint)
                if message["type"] != "ping":
                    return message
                await self.send(type="pong")

    async def subscribe(
        self, query: str, variables: dict[str, Any] | None = None, *, id: str = "1"
    ) -> None:
        await self.send(
            id=id, type="subscribe", payload={"query": query, "variables": variables or {}}
        )

    async def next(self) -> dict[str, Any]:
        """The payload of the next ``next`` message."""
        message = await self.receive()
        assert message["type"] == "next", message
        return message["payload"]


@asynccontextmanager
async def connected(url: str, token: str | None) -> AsyncIterator[Socket]:
    """A WebSocket to the server that has been acknowledged."""
    address = url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(address, subprotocols=["graphql-transport-ws"]) as connection:
        socket = Socket(connection)
        payload = {} if token is None else {"authorization": f"Bearer {token}"}
        await socket.send(type="connection_init", payload=payload)
        assert (await socket.receive())["type"] == "connection_ack"
        yield socket


class Api:
    """What a client of the running application does."""

    def __init__(self, url: str, application: Application) -> None:
        self.url = url
        self.application = application
        # Without TLS there are no certificates to verify; loading them takes 50 ms.
        self.http = httpx.AsyncClient(base_url=url, timeout=60, verify=False)

    def token(self, role: Role = Role.ADMIN, **claims: Any) -> str:
        """An access token: ``token(Role.CUSTOMER, customer_id=7)``."""
        subject = claims.pop("subject", None) or (
            f"customer:{claims['customer_id']}" if "customer_id" in claims else f"staff:{role}"
        )
        return self.application.services.tokens.issue(subject, role, **claims)

    def service_token(self, *scopes: Permission) -> str:
        return self.token(Role.SERVICE, subject="service:test", scopes=scopes)

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = "admin"
    ) -> httpx.Response:
        """The HTTP response to an operation; as an administrator unless told otherwise."""
        token = self.token() if token == "admin" else token
        headers = {"Accept": "application/graphql-response+json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = {"query": query, "variables": variables or {}}
        return await self.http.post("/graphql", json=body, headers=headers)

    async def run(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = "admin"
    ) -> dict[str, Any]:
        """The response map, with errors if any."""
        return (await self.post(query, variables, token=token)).json()

    async def data(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = "admin"
    ) -> dict[str, Any]:
        """The data of an operation that must have no errors."""
        answer = await self.run(query, variables, token=token)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def mutate(
        self, field: str, input: dict[str, Any], selection: str, *, token: str | None = "admin"
    ) -> dict[str, Any]:
        """The payload of one mutation with its ``userErrors``; it must have no ``errors``."""
        query = _mutation(field, f"{selection} userErrors {{ __typename code message path }}")
        return (await self.data(query, {"input": input}, token=token))[field]

    async def refusal(self, field: str, input: dict[str, Any], token: str | None) -> str:
        """The code that one mutation is refused with, whatever it is about."""
        query = _mutation(field, "clientMutationId")
        answer = await self.run(query, {"input": input}, token=token)
        return answer["errors"][0]["extensions"]["code"]

    @asynccontextmanager
    async def socket(self, token: str | None = "admin") -> AsyncIterator[Socket]:
        """A WebSocket that has been acknowledged."""
        token = self.token() if token == "admin" else token
        async with connected(self.url, token) as socket:
            yield socket

    async def settled(self) -> None:
        """Every event committed so far has its position and has been handled."""
        await settled(self.application.services.database)


def _mutation(field: str, selection: str) -> str:
    type_name = f"{field[0].upper()}{field[1:]}Input"
    return f"mutation Change($input: {type_name}!) {{ {field}(input: $input) {{ {selection} }} }}"


@asynccontextmanager
async def running_api(
    database_url: str, data: Path, *, user_timeout_ms: int = USER_TIMEOUT_MS, **settings: Any
) -> AsyncIterator[Api]:
    """The application, served by uvicorn on a free loopback port."""
    chosen = Settings(**{"data": data, "token_secret": SECRET, **settings})
    app = create_app(chosen, database_url, Registry())
    server = PromptServer(server_config(app))
    sockets = listening_sockets("127.0.0.1", 0, user_timeout_ms=user_timeout_ms)
    serving = asyncio.create_task(server.serve(sockets))
    while not server.started:
        await asyncio.sleep(0.01)
        if serving.done():
            serving.result()
    port = sockets[0].getsockname()[1]
    api = Api(f"http://127.0.0.1:{port}", app.state.application)
    try:
        yield api
    finally:
        await api.http.aclose()
        server.stop()
        await serving
