"""Where a request comes from: the peer's address, or the one that a trusted proxy has seen."""

import ipaddress
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Scope

Networks = Sequence[IPv4Network | IPv6Network]

_OVER_TLS = {"http": "https", "ws": "wss"}


def client_of(connection: HTTPConnection) -> str | None:
    """The client's IP address; None where the server does not know it."""
    client = connection.scope.get("client")
    return client[0] if client else None


def believe_proxies(scope: Scope, trusted: Networks) -> None:
    """
    Put the client's address and scheme, as trusted proxies tell them, into the scope.

    The address is the last of ``X-Forwarded-For`` that is no trusted proxy itself: what stands in
    front of it, anybody may have written. From any other peer the headers mean nothing.
    """
    peer = _address(scope["client"][0]) if trusted and scope.get("client") else None
    if peer is None or not _is_in(trusted, peer):
        return
    headers = Headers(scope=scope)
    for hop in reversed(_listed(headers, "x-forwarded-for")):
        address = _address(hop)
        if address is None:
            break
        scope["client"] = (str(address), 0)
        if not _is_in(trusted, address):
            break
    if _listed(headers, "x-forwarded-proto")[-1:] == ["https"]:
        scope["scheme"] = _OVER_TLS.get(scope["scheme"], scope["scheme"])


def _listed(headers: Headers, name: str) -> list[str]:
    return [each.strip() for value in headers.getlist(name) for each in value.split(",")]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(networks: Networks, address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in networks)
