"""uvicorn's HTTP with bounds on what a client may send, and how slowly."""

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from graph.transport.closing import tell_leaving
from graph.transport.measures import Reason, refused
from graph.transport.presence import PRESENCE, Presence
from graph.transport.refusals import refusal

_FAREWELL_SECONDS = 4.0
_BODY_SECONDS = 0.5


class _Unacceptable(Exception):
    """Thrown through the parser; what is wrong stands in ``_wrong``."""


class HttpProtocol(HttpToolsProtocol):
    """
    HTTP whose requests come whole and soon, or not at all, and do not hold the process up.

    A request ends its connection if it is not there in time, if its head is too large, or if it
    is no HTTP: with an answer in JSON unless an answer is due, or was given, already.
    """

    #: How long a whole request may take to come, from the connection or its first byte on.
    receive_seconds: ClassVar[float] = 10.0

    #: Bytes of the request line and all header fields.
    largest_head: ClassVar[int] = 32 * 1024

    most_fields: ClassVar[int] = 100

    #: Bytes of a request with its framing; what is refused by its size is read no further.
    largest_request: ClassVar[int] = 8 * 1024 * 1024

    #: Requests that may have come before the first of them is answered.
    most_pipelined: ClassVar[int] = 16

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._octets = 0
        self._wrong: tuple[HTTPStatus, str, Reason] | None = None
        self._presence = Presence(self._listen)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come: its request is awaited."""
        super().connection_made(transport)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._stop_waiting()
        super().connection_lost(exc)
        self._presence.leave()

    def data_received(self, data: bytes) -> None:
        """Some bytes, of any part of a request, or of several."""
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle:
            self._await_request()
        self._octets += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._is_in_head and self._octets > self.largest_head:
            self._refuse(*self._head_too_large())
        elif self._octets > self.largest_request:
            refused("large")
            self.transport.abort()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[PRESENCE] = self._presence
        self._await_request()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field of the head; one of a trailer would look as if it had been there, and is not."""
        if not self._is_in_head:
            return
        if len(self.headers) >= self.most_fields:
            self._wrong = self._head_too_large()
            raise _Unacceptable
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A head: its request is started, though its body may not be there."""
        self._wrong = self._wrong_with_head()
        if self._wrong is not None:
            raise _Unacceptable
        super().on_headers_complete()
        self._is_in_head = False
        if self._has_other_upgrade():
            # What follows may be in that protocol: it must not be read as a request.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A part of a body; what comes when the answer is being made already is passed over."""
        if self.pipeline or not self._presence.is_waiting:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The last byte of a request."""
        self._stop_waiting()
        super().on_message_complete()
        self._is_in_head = True
        self._octets = 0

    def handle_websocket_upgrade(self) -> None:
        """The connection is a socket's from now on."""
        self._stop_waiting()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """What came is no request that can be answered otherwise."""
        self._refuse(*self._wrong or (HTTPStatus.BAD_REQUEST, "This is not HTTP/1.1", "malformed"))

    def shutdown(self) -> None:
        """The process is to end: as uvicorn does, and waiting no longer than is worth it."""
        tell_leaving(self.app_state)
        super().shutdown()
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return
        self.loop.call_later(_FAREWELL_SECONDS, self.transport.abort)
        if cycle.more_body:
            self.loop.call_later(_BODY_SECONDS, self._give_up, cycle)

    def _listen(self) -> None:
        self.flow.resume_reading()

    def _await_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.receive_seconds, self._is_late)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_late(self) -> None:
        self._deadline = None
        if self.pipeline:
            # Nothing is read while answers are due: it is not the client that is slow.
            self._await_request()
        else:
            message = f"The request was not complete within {self.receive_seconds:g} seconds"
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, message, "late")

    def _wrong_with_head(self) -> tuple[HTTPStatus, str, Reason] | None:
        octets = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if len(self.url) + octets > self.largest_head:
            return self._head_too_large()
        if len(self.pipeline) >= self.most_pipelined:
            return HTTPStatus.TOO_MANY_REQUESTS, "Wait for the answers", "pipelined"
        if self.parser.get_http_version() not in ("1.0", "1.1"):
            return HTTPStatus.BAD_REQUEST, "This is not HTTP/1.1", "malformed"
        if not self._is_named_alike():
            return HTTPStatus.BAD_REQUEST, "The target and Host name two servers", "malformed"
        names = {name for name, _ in self.headers}
        if self._has_other_upgrade() and names & {b"content-length", b"transfer-encoding"}:
            # The parser takes the body for the other protocol, or for the next request.
            return HTTPStatus.BAD_REQUEST, "No upgrade with a body is possible here", "malformed"
        return None

    def _is_named_alike(self) -> bool:
        """Whether a target that names a server (RFC 9112 §3.2.2) names the one that Host does."""
        if self.url.startswith((b"/", b"*")):
            return True
        authority = self.url.partition(b"//")[2].partition(b"/")[0].lower()
        return all(value.lower() == authority for name, value in self.headers if name == b"host")

    def _has_other_upgrade(self) -> bool:
        return self.parser.should_upgrade() and not self._should_upgrade()

    def _head_too_large(self) -> tuple[HTTPStatus, str, Reason]:
        most = f"{self.largest_head} bytes and {self.most_fields} fields"
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return status, f"The head of a request has at most {most}", "large"

    def _refuse(self, status: HTTPStatus, message: str, reason: Reason) -> None:
        refused(reason)
        self._stop_waiting()
        cycle = self.cycle
        if self._may_answer():
            self.transport.write(refusal(status, message))
            if cycle is not None:
                self._end(cycle)
            self.transport.close()
        elif self._is_in_head and cycle is not None and not cycle.response_complete:
            # Those before it were whole: they are answered, and nothing behind them.
            cycle.keep_alive = False
            self.flow.pause_reading()
        else:
            self.transport.abort()

    def _may_answer(self) -> bool:
        """Whether the next answer is that to the request which is coming in."""
        cycle = self.cycle
        if self._is_in_head:
            return bool(self._octets) and (cycle is None or cycle.response_complete)
        is_begun = cycle is not None and (cycle.response_started or cycle.response_complete)
        return not is_begun and not self.pipeline

    def _give_up(self, cycle: RequestResponseCycle) -> None:
        if cycle.more_body and not cycle.response_complete:
            self._end(cycle)
            self.transport.close()

    def _end(self, cycle: RequestResponseCycle) -> None:
        """Let the application find that its client has left; it says nothing more to it."""
        cycle.disconnected = True
        cycle.message_event.set()
        self._presence.leave()
