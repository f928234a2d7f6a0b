"""Stripe as the payment gateway, by its official library (API: docs.stripe.com/api)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import stripe

from domain.billing.gateway import Charge, GatewayUnavailable, Outcome, RefundOutcome
from domain.billing.kinds import AttemptStatus, RefundStatus
from domain.kernel.money import Money

_TIMEOUT_SECONDS = 4.0
_RETRIES = 1
_MOST_LISTED = 100
_TOLERANCE_SECONDS = 300
_OF_AN_EVENT = {"id": str, "type": str, "data": dict}
#: Declines after which the bank will say the same again (docs.stripe.com/declines/codes).
_FINAL_DECLINES = frozenset(
    {
        "expired_card",
        "incorrect_number",
        "invalid_account",
        "invalid_cvc",
        "invalid_expiry_year",
        "lost_card",
        "new_account_information_available",
        "pickup_card",
        "restricted_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "stop_payment_order",
    }
)
_STATUSES = {
    "succeeded": AttemptStatus.COMPLETED,
    "processing": AttemptStatus.UNKNOWN,
    "requires_capture": AttemptStatus.UNKNOWN,
}
#: What a refund of Stripe's may be; pending and others wait for more.
REFUNDS = {
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}

# At INFO the library logs each request; neither is for our log.
logging.getLogger("stripe").setLevel(logging.WARNING)


class BadSignature(Exception):
    """What was received is not an event that Stripe has signed lately."""


@dataclass(frozen=True)
class StripeGateway:
    """
    Charges by PaymentIntents, off session, each with an idempotency key of our own.

    ``api_url`` is another place than Stripe's, for tests. No call takes longer than
    ``patience_seconds``: a handler's transaction waits for it.
    """

    secret_key: str = field(repr=False)
    api_url: str | None = None
    patience_seconds: float = 9.0
    name: str = "stripe"

    async def charge(self, charge: Charge) -> Outcome:
        """Make and confirm a PaymentIntent; the same attempt makes the same one again."""
        try:
            async with self._client() as client:
                intent = await client.v1.payment_intents.create_async(
                    {
                        "amount": charge.amount.minor,
                        "currency": charge.amount.currency.lower(),
                        "customer": charge.payer,
                        "payment_method": charge.token,
                        "confirm": True,
                        "off_session": True,
                        "metadata": {"attempt": str(charge.attempt_id)},
                    },
                    {"idempotency_key": f"isp-graph-attempt-{charge.attempt_id}"},
                )
        except stripe.CardError as error:
            return _declined(error)
        except (stripe.InvalidRequestError, stripe.AuthenticationError) as error:
            return Outcome(AttemptStatus.FAILED, failure_code=error.code or "invalid_request")
        except (stripe.StripeError, TimeoutError):
            # Also of a request that came too often: whether it was made is looked up later.
            return Outcome(AttemptStatus.UNKNOWN)
        return outcome_of(intent.to_dict())

    async def find(self, charge: Charge) -> Outcome | None:
        """The payer's PaymentIntent of the attempt; listing is consistent, searching is not."""
        try:
            async with self._client() as client:
                listed = await client.v1.payment_intents.list_async(
                    {
                        "customer": charge.payer,
                        "created": {"gte": int(charge.begun_at.timestamp()) - 60},
                        "limit": _MOST_LISTED,
                    }
                )
        except (stripe.StripeError, TimeoutError) as error:
            raise GatewayUnavailable from error
        intents = (intent.to_dict() for intent in listed.data)
        for intent in intents:
            if (intent.get("metadata") or {}).get("attempt") == str(charge.attempt_id):
                return outcome_of(intent)
        return None

    async def refund(self, *, refund_id: int, reference: str, amount: Money) -> RefundOutcome:
        """Refund a part of the PaymentIntent; the same refund is made once."""
        try:
            async with self._client() as client:
                refund = await client.v1.refunds.create_async(
                    {
                        "payment_intent": reference,
                        "amount": amount.minor,
                        "metadata": {"refund": str(refund_id)},
                    },
                    {"idempotency_key": f"isp-graph-refund-{refund_id}"},
                )
        except stripe.InvalidRequestError:
            return RefundOutcome(RefundStatus.FAILED)
        except (stripe.StripeError, TimeoutError) as error:
            raise GatewayUnavailable from error
        return RefundOutcome(REFUNDS.get(refund.status or "", RefundStatus.PENDING), refund.id)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[stripe.StripeClient]:
        """A client for one call: its connections belong to the event loop that it is used in."""
        http = stripe.HTTPXClient(timeout=_TIMEOUT_SECONDS)
        own: Any = {} if self.api_url is None else {"base_addresses": {"api": self.api_url}}
        try:
            async with asyncio.timeout(self.patience_seconds):
                yield stripe.StripeClient(
                    self.secret_key, http_client=http, max_network_retries=_RETRIES, **own
                )
        finally:
            await http.close_async()  # type: ignore[no-untyped-call]


def verified(body: bytes, signature: str, secrets: Sequence[str]) -> dict[str, Any]:
    """
    The event that Stripe signed with one of the secrets, not more than five minutes ago.

    Raises:
        BadSignature: it is not Stripe's, it is old, or it is no event.
    """
    try:
        text = body.decode()
        if not any(_is_signed(text, signature, secret) for secret in secrets):
            raise BadSignature
        event = orjson.loads(body)
    except ValueError:
        raise BadSignature from None
    is_event = isinstance(event, dict) and all(
        isinstance(event.get(name), kind) for name, kind in _OF_AN_EVENT.items()
    )
    if not is_event or not isinstance(event["data"].get("object"), dict):
        raise BadSignature
    return dict(event)


def outcome_of(intent: Mapping[str, Any]) -> Outcome:
    """What a PaymentIntent says: of the API, or of a webhook's event."""
    status = _STATUSES.get(intent["status"], AttemptStatus.FAILED)
    error = intent.get("last_payment_error") if status is AttemptStatus.FAILED else None
    code = (error or {}).get("decline_code") or (error or {}).get("code")
    if status is AttemptStatus.FAILED and code is None:
        code = intent["status"]
    return Outcome(status, intent["id"], code, may_retry=error is not None and _may_retry(code))


def _is_signed(text: str, signature: str, secret: str) -> bool:
    try:
        return bool(
            stripe.WebhookSignature.verify_header(text, signature, secret, _TOLERANCE_SECONDS)
        )
    except stripe.SignatureVerificationError:
        return False


def _declined(error: stripe.CardError) -> Outcome:
    told = error.error
    intent = getattr(told, "payment_intent", None)
    code = getattr(told, "decline_code", None) or error.code
    reference = intent["id"] if intent else None
    return Outcome(AttemptStatus.FAILED, reference, code, may_retry=_may_retry(code))


def _may_retry(code: str | None) -> bool:
    return code not in _FINAL_DECLINES and code != "authentication_required"
