"""Where webhooks may go: public addresses, and for the operator the networks it lists."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
#: Name and port → addresses as text, as ``getaddrinfo`` has them.
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# What ``is_global`` calls public in one version of Python or another, and is none or leads on:
# tunnels and translators (6to4, Teredo, NAT64) carry an IPv4 address that nobody has checked.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.175.48.0/24",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
#: All that IANA has given out for the public IPv6 Internet (RFC 4291 §2.4).
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


_RESOLVE_SECONDS = 4.0
# Threads of their own: names that dawdle keep nothing else of the process from its work.
_RESOLVERS = ThreadPoolExecutor(16, thread_name_prefix="webhook-resolver")


class AddressRefused(Exception):
    """The name does not resolve, or not only to addresses that webhooks may go to."""


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver knows. Raises ``OSError``."""
    found = await asyncio.get_running_loop().run_in_executor(
        _RESOLVERS, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    )
    return [str(entry[4][0]) for entry in found]


def is_public(address: IPAddress) -> bool:
    """Whether the address is a host's on the public Internet (RFC 6890)."""
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in _NOT_PUBLIC)
    )


@dataclass(frozen=True)
class Guard:
    """
    Decides which addresses may be connected to, and for whom.

    ``listed`` are networks that the operator's own endpoints may lie in; only there are requests
    without TLS let through. A reseller's endpoint may lie in ``listed_for_tenants`` likewise,
    which no setting fills: what the operator can reach is nothing for its tenants to reach.
    """

    listed: tuple[IPNetwork, ...] = ()
    resolve: Resolve = field(default=resolve_by_system)
    listed_for_tenants: tuple[IPNetwork, ...] = ()

    async def addresses(
        self, host: str, port: int, *, has_tls: bool, is_operators: bool
    ) -> list[str]:
        """
        The host's addresses, every one checked: connect to these, never to the name.

        ``is_operators`` says that the endpoint is the operator's own, and no reseller's.

        Raises:
            AddressRefused: there is none, or one of them may not be connected to.
        """
        try:
            async with asyncio.timeout(_RESOLVE_SECONDS):
                found = [ipaddress.ip_address(text) for text in await self.resolve(host, port)]
        except (OSError, ValueError, UnicodeError):
            raise AddressRefused from None
        listed = self.listed if is_operators else self.listed_for_tenants
        if not found or not all(_is_let(address, listed, has_tls=has_tls) for address in found):
            raise AddressRefused
        return list(dict.fromkeys(str(address) for address in found))


def _is_let(address: IPAddress, listed: tuple[IPNetwork, ...], *, has_tls: bool) -> bool:
    if any(address in network for network in listed):
        return True
    return has_tls and is_public(address)
