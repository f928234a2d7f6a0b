"""Signatures, judged by the specification's own library."""

import time

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from domain.webhook import signing

BODY = '{"event_type":"customer.created","name":"Zoë"}'.encode()


def test_the_specification_s_library_accepts_a_request():
    key = signing.new_secret()

    headers = signing.headers([key], message_id="m1", timestamp=int(time.time()), body=BODY)

    assert Webhook(signing.shown(key)).verify(BODY, headers) == {
        "event_type": "customer.created",
        "name": "Zoë",
    }


def test_a_request_signed_with_two_keys_is_accepted_with_either_and_with_no_third():
    new, old, other = (signing.new_secret() for _ in range(3))

    headers = signing.headers([new, old], message_id="m1", timestamp=int(time.time()), body=BODY)

    for key in (new, old):
        Webhook(signing.shown(key)).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(other)).verify(BODY, headers)


@pytest.mark.parametrize("part", ["webhook-id", "webhook-timestamp"])
def test_id_and_time_are_signed_too(part: str):
    key = signing.new_secret()
    headers = signing.headers([key], message_id="1", timestamp=int(time.time()), body=BODY)

    with pytest.raises(WebhookVerificationError):
        Webhook(signing.shown(key)).verify(BODY, {**headers, part: str(int(headers[part]) + 1)})


def test_a_secret_has_256_bits_and_the_specification_s_prefix():
    key = signing.new_secret()

    assert len(key) == 32
    assert signing.shown(bytes(32)) == "whsec_" + "A" * 43 + "="
