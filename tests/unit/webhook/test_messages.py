"""What a webhook's body tells, and to whom."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from domain.kernel import access
from domain.kernel.access import SYSTEM
from domain.kernel.events import LoggedEvent
from domain.webhook.messages import written
from domain.webhook.models import WebhookFormat

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
EVENT = LoggedEvent(
    position=4711,
    event_id=UUID("019a1b2c-3d4e-7f50-8a1b-2c3d4e5f6071"),
    type="customer.created",
    spec_version=1,
    stream="customer:7",
    seq=3,
    customer_id=7,
    reseller_id=2,
    occurred_at=datetime(2026, 11, 22, 19, 0, 0, 123456, tzinfo=UTC),
    actor="account:77",
    trace_id=TRACE,
    transaction_id=UUID("019a1b2c-0000-7000-8000-000000000000"),
    data={"customer_id": 7},
)
RESELLER = access.reseller(2, [2])


def test_the_envelope_is_the_guide_s_with_ids_and_no_position():
    content_type, body = written(EVENT, WebhookFormat.ENVELOPE, SYSTEM)

    assert content_type == "application/json"
    assert orjson.loads(body) == {
        "event_type": "customer.created",
        "timestamp": "2026-11-22T19:00:00.123456Z",
        "data": {"customer_id": 7},
        "id": str(EVENT.event_id),
        "sequence": 3,
        "customer_id": 7,
        "transaction_id": str(EVENT.transaction_id),
        "actor": "account:77",
        "trace_id": TRACE,
        "causation_id": None,
        "spec_version": 1,
    }


def test_a_cloud_event_has_what_the_specification_requires():
    content_type, body = written(EVENT, WebhookFormat.CLOUDEVENTS, SYSTEM)

    event = orjson.loads(body)
    assert content_type == "application/cloudevents+json"
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "data")} == {
        "specversion": "1.0",
        "id": str(EVENT.event_id),
        "source": "/isp-graph",
        "type": "customer.created",
        "data": {"customer_id": 7},
    }


@pytest.mark.parametrize("form", WebhookFormat)
def test_a_reseller_learns_no_names_of_staff_and_no_trace_of_theirs(form: WebhookFormat):
    _, body = written(EVENT, form, RESELLER)

    for hidden in (b"account:77", TRACE.encode(), b"4711"):
        assert hidden not in body
