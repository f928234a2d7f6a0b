"""Events of Stripe's are believed by their signature, and only for five minutes."""

import pytest

from domain.billing.stripe_gateway import BadSignature, StripeGateway, verified
from tests.support.stripe import SECRET, event, signature

BODY = event("payment_intent.succeeded", {"id": "pi_1"})


def test_a_signed_event_is_read():
    assert verified(BODY, signature(BODY), [SECRET])["type"] == "payment_intent.succeeded"


def test_either_secret_will_do_while_they_are_rotated():
    assert verified(BODY, signature(BODY), ["whsec_newer", SECRET])


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        (BODY, ""),
        (BODY, "t=1,v1=00"),
        (BODY, signature(BODY, secret="whsec_of_somebody_else")),
        (BODY, signature(BODY, seconds_ago=301)),
        (BODY + b" ", signature(BODY)),
        (b"[]", signature(b"[]")),
        (b'{"id": "evt_1", "type": "x", "data": {}}', None),
        (b"\xff", "t=1,v1=00"),
        (b"{", None),
    ],
    ids=[
        "unsigned",
        "signed by nobody",
        "signed by somebody else",
        "signed long ago",
        "changed since it was signed",
        "of another shape",
        "without an object",
        "not text",
        "not JSON",
    ],
)
def test_anything_else_is_refused(body, signed):
    with pytest.raises(BadSignature):
        verified(body, signature(body) if signed is None else signed, [SECRET])


def test_no_secret_believes_nobody():
    with pytest.raises(BadSignature):
        verified(BODY, signature(BODY), [])


def test_the_key_is_not_shown():
    assert "sk_live_1" not in repr(StripeGateway("sk_live_1"))
