"""Sockets to listen on whose connections do not outlive a client that has stopped reading."""

import socket

#: Milliseconds that sent data may stay unacknowledged, or a closed window shut (RFC 5482).
USER_TIMEOUT_MS = 30_000


def listening_sockets(
    host: str, port: int, *, user_timeout_ms: int = USER_TIMEOUT_MS
) -> list[socket.socket]:
    """
    A bound socket for each address of the host; accepted connections inherit its options.

    A keepalive ping cannot find out a client that does not read: it waits behind the data.

    Raises:
        OSError: the host has no address here, or the port is taken.
    """
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
    )
    bound: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            bound.append(_bound(family, address, user_timeout_ms))
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound


def _bound(family: int, address: tuple[object, ...], user_timeout_ms: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, user_timeout_ms)
        made.bind(address)
    except OSError:
        made.close()
        raise
    # Workers are given it.
    made.set_inheritable(True)
    return made
