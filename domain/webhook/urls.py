"""URLs of webhook endpoints: a narrow grammar, so that no two parsers read one differently."""

import ipaddress
import re
from dataclasses import dataclass

from domain.kernel.errors import Invalid
from domain.webhook.addresses import AddressRefused, Guard

_LONGEST = 500
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,39}\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[!-\"$-\[\]-~]*)?)",  # printable ASCII but "#" and "\"
    re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_FIRST_UNPRIVILEGED_PORT = 1024


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL in its parts: ``target`` is path and query, ``host`` in lower case, IPv6 bare."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def has_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header has them (RFC 9110 §7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parsed(url: str, field: str = "url") -> Destination:
    """
    The URL's parts.

    Ports are those of the scheme, or from 1024 up. A name must be ASCII (punycode); one that
    ends in a number must be an IPv4 address written in full, as anything else is one in disguise.

    Raises:
        Invalid: another scheme, a user name, a fragment, or anything outside the grammar.
    """
    match = _URL.fullmatch(url)
    if match is None or len(url) > _LONGEST:
        raise Invalid(field, "must be like https://example.com/path, without user and fragment")
    scheme, host = match["scheme"].lower(), _host(match["host"].lower(), field)
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if port != _DEFAULT_PORTS[scheme] and not _FIRST_UNPRIVILEGED_PORT <= port < 2**16:
        raise Invalid(field, "must have no port, or one from 1024 to 65535")
    return Destination(scheme, host, port, match["target"] or "/")


async def reachable(url: str, guard: Guard, *, is_operators: bool) -> str:
    """
    The URL in one form. Where it leads is checked again at each connection.

    Raises:
        Invalid: it breaks the grammar, or leads where the guard lets such an endpoint not go.
    """
    destination = parsed(url)
    try:
        await guard.addresses(
            destination.host,
            destination.port,
            has_tls=destination.has_tls,
            is_operators=is_operators,
        )
    except AddressRefused:
        # One answer for all: it tells nothing of names that only we can resolve.
        reason = "must be https and lead to public addresses only; a name must resolve"
        raise Invalid("url", reason) from None
    return str(destination)


def _host(text: str, field: str) -> str:
    try:
        if text.startswith("["):
            return str(ipaddress.IPv6Address(text[1:-1]))
        labels = text.split(".")
        if _NUMBER.fullmatch(labels[-1]):
            return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise Invalid(field, "has a host that is no address in its usual form") from None
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise Invalid(field, "has a host that is no name")
    return text
