"""A client's messages as graphql-transport-ws has them; whatever else comes ends the socket."""

from typing import Any, ClassVar

from starlette.websockets import WebSocket, WebSocketDisconnect

from graph.transport.closing import TOO_MANY, Closing
from graph.transport.measures import refused
from graph.transport.rates import Bucket
from graph.transport.requests import Malformed, parse_json

_MALFORMED = 4400
_LONGEST_ID = 128


class Messages:
    """What comes in on one socket."""

    #: How many a client may send in a second, and at once.
    per_second: ClassVar[float] = 300.0

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._allowed = Bucket(self.per_second)

    async def next(self) -> dict[str, Any]:
        """
        The next message: an object whose ``type`` is text and ``payload`` an object, if there.

        Raises:
            Closing: it is none, or comes too soon.
            WebSocketDisconnect: the client has left.
        """
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        if not self._allowed.take():
            refused("rate")
            raise Closing(TOO_MANY, "Too many messages")
        text = message.get("text")
        if text is None:
            raise malformed("Messages must be text")
        return _checked(text)


def malformed(reason: str) -> Closing:
    """The end of a socket whose client does not keep to the protocol."""
    return Closing(_MALFORMED, reason)


def id_of(message: dict[str, Any]) -> str:
    """The id of the message's operation. Raises ``Closing``."""
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _LONGEST_ID:
        raise malformed(f"id must be a text of 1 to {_LONGEST_ID} characters")
    return operation_id


def _checked(text: str) -> dict[str, Any]:
    try:
        decoded = parse_json(text)
    except Malformed as refusal:
        raise malformed(str(refusal)) from None
    if not isinstance(decoded, dict) or not isinstance(decoded.get("type"), str):
        raise malformed("A message must be an object with a type")
    if not isinstance(decoded.get("payload"), (dict, type(None))):
        raise malformed("payload must be an object")
    return decoded
