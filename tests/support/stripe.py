"""A Stripe of our own on loopback: the published shapes of its API, and events that it signs."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

KEY = "sk_test_of_nobody"
SECRET = "whsec_of_nobody_at_all_but_tests"
#: Token → what comes of charging it (docs.stripe.com/testing).
DECLINES = {
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedStolenCard": "stolen_card",
}
_numbers = count(1)


@dataclass
class FakeStripe:
    """
    ``intents`` and ``refunds`` are what was made, by id. ``requests`` are (method, path, form).

    ``silent`` has it take the money and hang up, ``hanging`` take it and never say a word;
    ``away`` has it answer 503.
    """

    url: str = ""
    intents: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    silent: bool = False
    hanging: bool = False
    away: bool = False
    _answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def answer(
        self, method: str, path: str, form: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """What Stripe's API would answer; the same idempotency key is answered as before."""
        self.requests.append((method, path, form))
        if headers.get("authorization") != f"Bearer {KEY}":
            return 401, _error("invalid_request_error", "Invalid API Key provided")
        if self.away:
            return 503, _error("api_error", "Away")
        key = headers.get("idempotency-key")
        if key is not None and key in self._answers:
            return self._answers[key]
        answered = self._made(method, path, form)
        if key is not None:
            self._answers[key] = answered
        return answered

    def _made(self, method: str, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if (method, path) == ("POST", "/v1/payment_intents"):
            return self._intent(form)
        if (method, path) == ("GET", "/v1/payment_intents"):
            own = [each for each in self.intents.values() if each["customer"] == form["customer"]]
            return 200, {"object": "list", "url": path, "has_more": False, "data": own}
        if (method, path) == ("POST", "/v1/refunds"):
            return self._refund(form)
        return 404, _error("invalid_request_error", f"Unrecognized request URL ({path})")

    def _intent(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        declined = DECLINES.get(form["payment_method"])
        error = None
        if declined is not None:
            error = {"type": "card_error", "code": "card_declined", "decline_code": declined}
        intent = {
            "id": f"pi_{next(_numbers)}",
            "object": "payment_intent",
            "amount": int(form["amount"]),
            "currency": form["currency"],
            "customer": form["customer"],
            "payment_method": form["payment_method"],
            "status": "succeeded" if declined is None else "requires_payment_method",
            "metadata": {"attempt": form["metadata[attempt]"]},
            "last_payment_error": error,
            "created": int(time.time()),
        }
        self.intents[intent["id"]] = intent
        if error is None:
            return 200, intent
        told = {**error, "message": "Your card was declined.", "payment_intent": intent}
        return 402, {"error": told}

    def _refund(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["payment_intent"] not in self.intents:
            return 404, _error("invalid_request_error", "No such payment_intent")
        refund = {
            "id": f"re_{next(_numbers)}",
            "object": "refund",
            "amount": int(form["amount"]),
            "payment_intent": form["payment_intent"],
            "status": "succeeded",
            "metadata": {"refund": form["metadata[refund]"]},
        }
        self.refunds[refund["id"]] = refund
        return 200, refund


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message}}


@asynccontextmanager
async def fake_stripe() -> AsyncIterator[FakeStripe]:
    """The server, as long as the block runs."""
    stripe = FakeStripe()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split()
            pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
            headers = {name.lower(): value.strip() for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            url = urlsplit(target)
            form = dict(parse_qsl(body.decode() or url.query))
            status, answered = stripe.answer(method, url.path, form, headers)
            if stripe.hanging:
                await reader.read()
            if not stripe.silent:
                text = orjson.dumps(answered)
                start = f"HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\n"
                start += f"content-length: {len(text)}\r\nconnection: close\r\n\r\n"
                writer.write(start.encode() + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    stripe.url = f"http://{host}:{port}"
    async with server:
        yield stripe


def event(kind: str, thing: dict[str, Any], **facts: Any) -> bytes:
    """An event of Stripe's as it is sent (docs.stripe.com/api/events)."""
    number = next(_numbers)
    told = {
        "id": f"evt_{number}",
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "data": {"object": thing},
        **facts,
    }
    return orjson.dumps(told)


def signature(body: bytes, *, secret: str = SECRET, seconds_ago: int = 0) -> str:
    """The ``Stripe-Signature`` of the body (docs.stripe.com/webhooks#verify-manually)."""
    at = int(time.time()) - seconds_ago
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
