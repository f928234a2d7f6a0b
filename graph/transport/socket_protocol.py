"""uvicorn's WebSocket, hardened against what a client may send below the level of messages."""

from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from graph.transport.closing import tell_leaving
from graph.transport.measures import refused
from graph.transport.refusals import refusal, refusal_parts
from graph.transport.writing import Writer, offer

_FAREWELL_SECONDS = 4.0
_TOO_BIG = 1009
_NO_UTF8 = 1007
_NO_HANDSHAKE = "This is no handshake that can be accepted here"


class _Handshake(ServerProtocol):
    """A handshake that is refused with an answer like any other, and nothing of it sent back."""

    def reject(self, status: HTTPStatus | int, text: str) -> Response:
        headers, body = refusal_parts(HTTPStatus(status), _NO_HANDSHAKE)
        return Response(int(status), HTTPStatus(status).phrase, Headers(headers), body)


class SocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket whose application says goodbye before it is closed."""

    #: Fragments of one message: each costs more than the bytes in it.
    most_fragments: ClassVar[int] = 1024

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.conn = _Handshake(max_size=self.config.ws_max_size, logger=self.logger)
        self._writer = Writer()
        self._sending = 0

    def data_received(self, data: bytes) -> None:
        """Bytes; the first are the whole of the handshake."""
        super().data_received(data)
        self._look()
        if not self.handshake_initiated:
            # It has a body, or lines that are too long.
            refused("malformed")
            answer = b"".join(self.conn.data_to_send())
            self.transport.write(answer or refusal(HTTPStatus.BAD_REQUEST, _NO_HANDSHAKE))
            self.transport.close()

    def handle_cont(self, event: Frame) -> None:
        """A further fragment."""
        if len(self.frames) >= self.most_fragments:
            self._fail(_TOO_BIG)
        else:
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """Answer a ping, but for a client that does not read the answers it has."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def send_receive_event_to_app(self) -> None:
        """Hand a message on; text that is no UTF-8 closes the socket, and is no error of ours."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self._fail(_NO_UTF8)
        else:
            super().send_receive_event_to_app()

    def shutdown(self) -> None:
        """The process is to end: the application closes the socket if it has accepted it."""
        self._shut_down()
        self._look()

    def _shut_down(self) -> None:
        if not tell_leaving(self.app_state) or not self.handshake_complete or self.close_sent:
            super().shutdown()
            return
        self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)

    async def send(self, message: Any) -> None:
        """What the application says; a refusal in HTTP is an end of the handshake too."""
        self._sending += 1
        self._writer.is_ready = False
        try:
            await super().send(message)
        finally:
            self._sending -= 1
            self._look()
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    async def run_asgi(self) -> None:
        """Serve the socket; the application may write past the interface meanwhile."""
        self._writer = Writer(self.transport)
        offer(self.scope, self._writer)
        await super().run_asgi()

    def pause_writing(self) -> None:
        """The client does not read as fast as it is written to."""
        super().pause_writing()
        self._look()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        self._look()

    def keepalive_timeout(self) -> None:
        """No answer to a ping."""
        super().keepalive_timeout()
        self._look()

    def _look(self) -> None:
        """Whatever may end the time of messages that go out at once ends here."""
        self._writer.is_ready = (
            not self._sending
            and self.writable.is_set()
            and self.conn.state is State.OPEN
            # Extensions have a say in what a frame is.
            and not self.conn.extensions
        )

    def _fail(self, code: int) -> None:
        self.frames = []
        # Frames that came with the one that ended the socket are still handed on.
        if self.conn.close_sent is None:
            self.conn.send_close(code)
            self.handle_parser_exception()


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
