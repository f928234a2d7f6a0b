"""Events of Stripe's are believed by their signature, and only for five minutes."""

import pytest

from domain.billing.stripe_gateway import BadSignature, StripeGateway, verified
from tests.support.stripe import SECRET, event, signature

BODY = event("payment_intent.succeeded", {"id": "pi_1"})


def test_a_signed_event_is_read():
    assert verified(BODY, signature(BODY), [SECRET])["type"] == "payment_intent.succeeded"


def test_either_secret_will_do_while_they_are_rotated():
    assert verified(BODY, signature(BODY), ["whsec_newer", SECRET])


#: What is wrong with it → the body, and what signs it.
REFUSED = {
    "no signature": (BODY, lambda _body: ""),
    "a made-up one": (BODY, lambda _body: "t=1,v1=00"),
    "another secret's": (BODY, lambda body: signature(body, secret="whsec_of_somebody_else")),
    "an old one": (BODY, lambda body: signature(body, seconds_ago=301)),
    "that of another body": (BODY, lambda body: signature(body + b" ")),
    "a list": (b"[]", signature),
    "no object": (b'{"id": "evt_1", "type": "x", "data": {}}', signature),
    "no text": (b"\xff", lambda _body: "t=1,v1=00"),
    "no JSON": (b"{", signature),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_anything_else_is_refused(wrong):
    body, signed = REFUSED[wrong]

    with pytest.raises(BadSignature):
        verified(body, signed(body), [SECRET])


def test_no_secret_believes_nobody():
    with pytest.raises(BadSignature):
        verified(BODY, signature(BODY), [])


def test_the_key_is_not_shown():
    assert "sk_live_1" not in repr(StripeGateway("sk_live_1"))
