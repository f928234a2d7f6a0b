"""Writing to a socket past the server's interface, where nothing stands before it."""

import asyncio
import struct
from typing import Any

from domain.kernel.access import Actor
from graph.authentication import Identity
from graph.live.delivery import Delivery

_EXTENSION = "isp_graph.write"
_TEXT = 0x81
_SHORT = struct.Struct("!BB").pack
_MIDDLE = struct.Struct("!BBH").pack
_LONG = struct.Struct("!BBQ").pack


class Writer:
    """
    Whole text messages of one connection.

    ``is_ready`` says whether one may go out now: open, writable, and nothing waits to be sent.
    """

    # Thousands are touched for each event: what is not beside each other is fetched from memory.
    __slots__ = ("_transport", "is_ready")

    def __init__(self, transport: asyncio.WriteTransport | None = None) -> None:
        self._transport = transport
        self.is_ready = False

    def write(self, message: bytes) -> bool:
        """Send the message at once; false, and nothing is sent, where it would have to wait."""
        transport = self._transport
        if not self.is_ready or transport is None or transport.is_closing():
            return False
        transport.write(_text_head(len(message)) + message)
        return True


class Route:
    """One operation's way to its client, for answers that nothing stands before."""

    __slots__ = ("_head", "_identity", "_writer", "is_wanted")

    def __init__(self, head: bytes, identity: Identity, writer: Writer) -> None:
        self._head = head
        self._identity = identity
        self._writer = writer
        self.is_wanted = True

    def send(self, actor: Actor, delivery: Delivery) -> bool:
        """Send it if the client is certainly that actor and the socket takes it; else false."""
        return (
            self.is_wanted
            and self._identity.is_known_as(actor)
            and self._writer.write(self.message(delivery))
        )

    def message(self, delivery: Delivery) -> bytes:
        """The operation's next message."""
        return b"%b%b}" % (self._head, delivery.payload)


def offer(scope: Any, writer: Writer) -> None:
    """Let the application that gets the scope write so."""
    scope["extensions"][_EXTENSION] = {"writer": writer}


def writer_of(scope: Any) -> Writer:
    """What the server offers; from another server everything has to wait."""
    offered: Writer | None = scope.get("extensions", {}).get(_EXTENSION, {}).get("writer")
    return offered or Writer()


def _text_head(size: int) -> bytes:
    """The head of an unmasked, final text frame (RFC 6455 §5.2)."""
    if size < 126:
        return _SHORT(_TEXT, size)
    return _MIDDLE(_TEXT, 126, size) if size < 65_536 else _LONG(_TEXT, 127, size)
