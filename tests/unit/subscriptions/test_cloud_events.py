"""CloudEvents: the same event by the rules of that specification, version 1.0."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson

from domain.kernel.events import LoggedEvent

ISSUED = LoggedEvent(
    position=1234,
    event_id=UUID("0199d0a0-0000-7abc-8def-0123456789ab"),
    type="billing.invoice.issued",
    spec_version=1,
    stream="billing:7",
    seq=12,
    customer_id=7,
    reseller_id=3,
    occurred_at=datetime(2026, 11, 22, 19, 0, 0, 123456, tzinfo=UTC),
    actor="account:5",
    trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
    transaction_id=UUID("0199d0a0-0000-7000-8000-000000000000"),
    data={"customer_id": 7, "invoice_id": 1, "total_minor": 1200},
)


def test_an_event_maps_to_these_attributes():
    assert ISSUED.cloud_event() == {
        "specversion": "1.0",
        "id": "0199d0a0-0000-7abc-8def-0123456789ab",
        "source": "/isp-graph",
        "type": "billing.invoice.issued",
        "time": "2026-11-22T19:00:00.123456Z",
        "subject": "7",
        "partitionkey": "7",
        "stream": "billing:7",
        "sequence": "00000000000000000012",
        "dataschema": "urn:isp-graph:billing.invoice.issued:1",
        "datacontenttype": "application/json",
        "data": {"customer_id": 7, "invoice_id": 1, "total_minor": 1200},
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-8def0123456789ab-00",
    }


def test_attributes_obey_the_specification_and_survive_json():
    event = orjson.loads(orjson.dumps(ISSUED.cloud_event()))
    attributes = {name: value for name, value in event.items() if name != "data"}

    # §3: names of lower-case letters and digits; §3.1: the four that are required, not empty.
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in attributes)
    assert all(isinstance(value, str) and value for value in attributes.values())
    assert {"specversion", "id", "source", "type"} <= attributes.keys()
    # §3.1.1: a timestamp of RFC 3339, and URIs with a scheme where one has to be absolute.
    assert datetime.fromisoformat(event["time"]) == ISSUED.occurred_at
    assert re.fullmatch(r"[a-z]+:[!-~]+", event["dataschema"])
    assert event["data"] == ISSUED.data


def test_the_sequence_sorts_as_text():
    numbers = [9, 10, 99, 100, 2**63 - 1]

    sequences = [replace(ISSUED, seq=seq).cloud_event()["sequence"] for seq in numbers]

    assert sequences == sorted(sequences)


def test_an_event_of_no_customer_is_about_its_aggregate():
    event = replace(ISSUED, customer_id=None, stream="plan:4").cloud_event()

    assert (event["subject"], event["partitionkey"]) == ("plan:4", "plan:4")


def test_a_request_id_that_is_no_trace_id_gives_no_traceparent():
    for trace_id in (None, "ticket-7", "0" * 32, "4BF92F3577B34DA6A3CE929D0E0E4736"):
        assert "traceparent" not in replace(ISSUED, trace_id=trace_id).cloud_event()
