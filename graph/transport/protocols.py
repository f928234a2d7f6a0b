"""How the application is served: uvicorn with our protocols and without what we do not use."""

from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config

_GRACE_SECONDS = 5
_KEEP_ALIVE_SECONDS = 5


def server_config(app: ASGIApp | str, **options: Any) -> Config:
    """
    How uvicorn serves the application, or what the import string names.

    The classes go by name: worker processes import them themselves.
    """
    return Config(
        app,
        # A start-up that fails ends the process instead of being taken for none.
        lifespan="on",
        http="graph.transport.http_protocol:HttpProtocol",
        ws="graph.transport.socket_protocol:SocketProtocol",
        ws_max_size=256 * 1024,
        ws_per_message_deflate=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # A request that waited for another on its connection logs nothing of that one.
        reset_contextvars=True,
        **options,
    )
