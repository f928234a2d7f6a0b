"""httpx as the guide's example sees it: ``http://api-gateway`` is the running application."""

from typing import Any

import httpx


class Gateway(httpx.AsyncHTTPTransport):
    """Sends requests for the gateway to the application's real socket."""

    target = httpx.URL("http://127.0.0.1")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(
            scheme=self.target.scheme, host=self.target.host, port=self.target.port
        )
        return await super().handle_async_request(request)


class AsyncClient(httpx.AsyncClient):
    """``httpx.AsyncClient()`` with the way to the gateway."""

    def __init__(self, **options: Any) -> None:
        super().__init__(mounts={"http://api-gateway": Gateway()}, **options)
