"""uvicorn's protocols, parted from their clients in order when the process is to end."""

from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_GRACE_SECONDS = 5
_FAREWELL_SECONDS = 4.0
_BODY_SECONDS = 0.5


def server_config(app: ASGIApp | str, **options: Any) -> Config:
    """
    How uvicorn serves the application, or what the import string names.

    The classes go by name: worker processes import them themselves.
    """
    return Config(
        app,
        http="graph.transport.protocols:HttpProtocol",
        ws="graph.transport.protocols:SocketProtocol",
        ws_max_size=256 * 1024,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **options,
    )


class HttpProtocol(HttpToolsProtocol):
    """HTTP whose half-sent requests and event streams do not hold the process up."""

    def shutdown(self) -> None:
        """The process is to end: as uvicorn does, and waiting no longer than is worth it."""
        _leave(self.app_state)
        super().shutdown()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return
        self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)
        if cycle.more_body:
            self.loop.call_later(_BODY_SECONDS, self._give_up, cycle)

    def _give_up(self, cycle: RequestResponseCycle) -> None:
        if cycle.more_body and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            self.transport.close()


class SocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket whose application says goodbye before it is closed."""

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; text that is no UTF-8 closes the socket, and is no error of ours."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.frames = []
            self.conn.send_close(1007)
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def shutdown(self) -> None:
        """The process is to end: the application closes the socket if it has accepted it."""
        if not _leave(self.app_state) or not self.handshake_complete or self.close_sent:
            super().shutdown()
            return
        self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _leave(state: dict[str, Any]) -> bool:
    live = state.get("live")
    if live is None:
        return False
    live.leave()
    return True
