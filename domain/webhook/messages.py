"""What is written in a webhook's body."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import orjson

from domain.customer.policy import shown_actor
from domain.kernel.access import Actor
from domain.kernel.events import SPEC_VERSION, LoggedEvent
from domain.kernel.ids import uuid7
from domain.webhook.models import WebhookFormat

_CONTENT_TYPES = {
    WebhookFormat.ENVELOPE: "application/json",
    WebhookFormat.CLOUDEVENTS: "application/cloudevents+json",
}


def written(event: LoggedEvent, form: WebhookFormat, owner: Actor) -> tuple[str, bytes]:
    """
    Content type and body of the event, as the endpoint's owner may know it.

    Without the position in the log of everybody, which would tell how much others do.
    """
    seen = replace(
        event,
        actor=shown_actor(owner, event.actor),
        trace_id=event.trace_id if owner.sees_all_rows else None,
        causation_id=event.causation_id if owner.sees_all_rows else None,
    )
    shown = seen.cloud_event() if form is WebhookFormat.CLOUDEVENTS else seen.envelope()
    shown.pop("position", None)
    return _CONTENT_TYPES[form], orjson.dumps(shown)


def a_test(event_id: UUID, event_type: str, endpoint_id: int, *, at: datetime) -> LoggedEvent:
    """An event that is in no log and tells of nothing."""
    return LoggedEvent(
        position=0,
        event_id=event_id,
        type=event_type,
        spec_version=SPEC_VERSION,
        stream=f"webhook:{endpoint_id}",
        seq=0,
        customer_id=None,
        reseller_id=None,
        occurred_at=at,
        actor="system",
        trace_id=None,
        transaction_id=uuid7(),
        data={"endpoint_id": endpoint_id},
    )
