"""Connections, requests and sockets that were refused or cut, by reason, as a Prometheus metric."""

from typing import Literal

from prometheus_client import Counter

Reason = Literal["late", "large", "malformed", "pipelined", "host", "origin", "full", "rate"]

_REFUSED = Counter(
    "isp_graph_refused", "Requests and sockets refused or cut before any operation", ["reason"]
)


def refused(reason: Reason) -> None:
    """
    Count one more.

    ``late``: not whole in time. ``large``: head or request too large. ``malformed``: not HTTP.
    ``pipelined``: too many requests ahead of their answers. ``host``, ``origin``: not among those
    allowed. ``full``: too many sockets. ``rate``: too many messages on a socket.
    """
    _REFUSED.labels(reason).inc()
