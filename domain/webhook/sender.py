"""The way out: one POST to a checked address, bounded in time, size and number."""

import asyncio
import contextlib
import os
import ssl
import time
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import certifi
import httpcore

from domain.webhook.addresses import AddressRefused, Guard
from domain.webhook.models import WebhookFailure
from domain.webhook.urls import Destination

_LARGEST_RESPONSE = 1024
_LONGEST_SHOWN = 300
_MOST_AT_ONCE = 64
_KEPT_SECONDS = 30.0
_BODY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request; ``failure`` is None if the answer was a 2xx."""

    duration_ms: int
    status_code: int | None = None
    failure: WebhookFailure | None = None
    response: str | None = None


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """
    Connects to checked addresses only: the name is resolved once, here, and never again.

    Without TLS only listed networks can be reached. TLS still names and proves the host.
    """

    def __init__(self, guard: Guard, *, has_tls: bool, is_operators: bool) -> None:
        self._guard = guard
        self._has_tls = has_tls
        self._is_operators = is_operators
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (httpcore calls it so)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._guard.addresses(
            host, port, has_tls=self._has_tls, is_operators=self._is_operators
        )
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Sender:
    """
    Posts to webhook endpoints over kept connections.

    Nothing of the environment is used: no proxy, no credentials, no cookies. ``timeout_seconds``
    is for a whole request, from resolving the name to the last octet that is read.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        timeout_seconds: float = 10.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._tls = tls
        self._timeout_seconds = timeout_seconds
        self._slots = asyncio.Semaphore(_MOST_AT_ONCE)
        self._pools: dict[tuple[bool, bool], httpcore.AsyncConnectionPool] = {}

    async def post(
        self,
        to: Destination,
        headers: Mapping[str, str],
        body: bytes,
        *,
        is_operators: bool,
        timeout_seconds: float | None = None,
    ) -> Outcome:
        """
        What came of the request. Never raises for what the other side does.

        ``is_operators`` says that the endpoint is the operator's own, and no reseller's.
        """
        async with self._slots:
            began = time.monotonic()
            try:
                async with asyncio.timeout(timeout_seconds or self._timeout_seconds):
                    pool = self._pool(has_tls=to.has_tls, is_operators=is_operators)
                    status_code, response = await _exchange(pool, to, headers, body)
            except Exception as error:
                return Outcome(_milliseconds_since(began), failure=_failure(error))
            failure = None if 200 <= status_code < 300 else WebhookFailure.WRONG_STATUS
            return Outcome(_milliseconds_since(began), status_code, failure, response)

    async def aclose(self) -> None:
        """Close the kept connections."""
        for pool in self._pools.values():
            await pool.aclose()

    def _pool(self, *, has_tls: bool, is_operators: bool) -> httpcore.AsyncConnectionPool:
        """
        Made when first asked for: to read all authorities takes a while, and not all send.

        Tenants have a pool of their own: a connection that was made to one of the operator's
        networks is never lent to one who may not go there.
        """
        key = has_tls, is_operators
        if has_tls and self._tls is None:
            self._tls = trusting_the_usual()
        if key not in self._pools:
            self._pools[key] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=None,
                max_keepalive_connections=_MOST_AT_ONCE,
                keepalive_expiry=_KEPT_SECONDS,
                network_backend=_GuardedNetwork(
                    self._guard, has_tls=has_tls, is_operators=is_operators
                ),
            )
        return self._pools[key]


def trusting_the_usual() -> ssl.SSLContext:
    """
    A context that trusts the system's authorities and those that certifi lists.

    ``SSL_CERT_FILE`` or ``SSL_CERT_DIR`` stand in for both.
    """
    context = ssl.create_default_context()
    if not {"SSL_CERT_FILE", "SSL_CERT_DIR"} & os.environ.keys():
        context.load_verify_locations(certifi.where())
    return context


async def _exchange(
    pool: httpcore.AsyncConnectionPool,
    to: Destination,
    headers: Mapping[str, str],
    body: bytes,
) -> tuple[int, str]:
    url = httpcore.URL(
        scheme=to.scheme.encode(),
        host=to.host.encode(),
        port=to.port,
        target=to.target.encode(),
    )
    sent = {
        "host": to.authority,
        "user-agent": "isp-graph-webhooks",
        "accept": "*/*",
        "accept-encoding": "identity",
        "content-length": str(len(body)),
        **headers,
    }
    octets = b""
    async with pool.stream("POST", url, headers=list(sent.items()), content=body) as response:
        # The status is the answer: a body that dawdles or breaks takes nothing from it.
        with contextlib.suppress(TimeoutError, httpcore.NetworkError, httpcore.ProtocolError):
            async with asyncio.timeout(_BODY_SECONDS):
                async for chunk in response.aiter_stream():
                    octets += chunk
                    if len(octets) >= _LARGEST_RESPONSE:
                        break
        return response.status, _shown(octets[:_LARGEST_RESPONSE])


def _failure(error: Exception) -> WebhookFailure:
    if isinstance(error, AddressRefused):
        return WebhookFailure.ADDRESS_REFUSED
    if isinstance(error, (TimeoutError, httpcore.TimeoutException)):
        return WebhookFailure.TIMED_OUT
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return WebhookFailure.TLS_FAILED
    if isinstance(error, (httpcore.NetworkError, OSError)):
        return WebhookFailure.CONNECTION_FAILED
    return WebhookFailure.BAD_RESPONSE


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _shown(octets: bytes) -> str:
    """The beginning of a stranger's answer as harmless text of one line."""
    text = octets.decode("utf-8", errors="replace")
    safe = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    return " ".join(safe.split())[:_LONGEST_SHOWN]


def _milliseconds_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
