"""Signatures of webhook requests, as the Standard Webhooks specification (1.0) has them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

_PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> bytes:
    """A key of 256 random bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def shown(secret: bytes) -> str:
    """The key as its owner gets it: ``whsec_`` and base64."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(
    keys: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """
    The three headers of a request made at ``timestamp`` (Unix seconds), signed with each key.

    The signatures are of "id.timestamp.body"; a receiver takes the request if one is right.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(key, signed, hashlib.sha256) for key in keys)
    signatures = " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
    }
