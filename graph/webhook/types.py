"""Object types of the webhook module."""

import datetime
from typing import Any

import strawberry

from domain.webhook import models, records
from graph.connections import Connection
from graph.ids import id_of
from graph.node import Node
from graph.refs import ResellerRef
from graph.rows import RowType
from graph.webhook import enums  # noqa: F401 (describes the enums before a type names them)
from resolvers.reseller import resellers
from resolvers.webhook import endpoints


def _same(root: Any) -> Any:
    return root


@strawberry.type(description="A request to an endpoint and what came of it")
class WebhookAttempt(RowType):
    row = records.WebhookAttempt

    event_id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.event_id),
        description="Id of the event, sent as `webhook-id`: the same on every attempt",
    )
    event_type: str = strawberry.field(description="Type of the event, or `webhook.test`")
    number: int = strawberry.field(description="Which attempt for this event it was, from 1")
    attempted_at: datetime.datetime = strawberry.field(description="Timestamp of the request")
    duration_ms: int | None = strawberry.field(
        description="Milliseconds until the answer or the failure"
    )
    was_delivered: bool = strawberry.field(description="Whether the endpoint took the event")
    failure: models.WebhookFailure | None = strawberry.field(description="Why it did not")
    status_code: int | None = strawberry.field(description="HTTP status of the answer, if one came")
    response: str | None = strawberry.field(
        description="Beginning of the answer's body, at most 300 characters; foreign text"
    )


@strawberry.type(description="How deliveries to an endpoint fare")
class WebhookHealth(RowType):
    row = records.WebhookEndpoint

    pending: int = strawberry.field(
        resolver=endpoints.backlog_pending,
        description="Deliveries opened and not done: on their way, or to be tried again; events of "
        "an endpoint that is switched off stay in the log and are not counted",
    )
    dead: int = strawberry.field(
        resolver=endpoints.backlog_dead,
        description="Events given up after the last try, until `retryWebhookDeliveries`",
    )
    last_success_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the last event that was delivered"
    )
    last_failure_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the last attempt that failed"
    )
    failing_since: datetime.datetime | None = strawberry.field(
        description="Timestamp of the first failure since then; after 24 hours we disable it"
    )


@strawberry.federation.type(
    keys=["id"], description="A URL that events are sent to, signed (Standard Webhooks)"
)
class WebhookEndpoint(RowType, Node):
    row = records.WebhookEndpoint

    id: strawberry.ID = strawberry.field(
        resolver=id_of("WebhookEndpoint"), description="Global id, opaque"
    )
    url: str = strawberry.field(description="Where requests go")
    description: str | None = strawberry.field(description="What it is for, in its owner's words")
    event_types: list[str] = strawberry.field(
        description="Types of events it gets, or patterns like `customer.*`"
    )
    format: models.WebhookFormat = strawberry.field(description="How the body is written")
    status: models.WebhookStatus = strawberry.field(description="Whether events are sent")
    disabled_reason: models.WebhookDisabledReason | None = strawberry.field(
        description="Why we stopped sending, while it is DISABLED"
    )
    reseller: ResellerRef | None = strawberry.field(
        resolver=resellers.of_row,
        description="Owner, whose subtree's events it gets; null for the operator's, which get all",
    )
    health: WebhookHealth = strawberry.field(resolver=_same, description="How deliveries fare")
    attempts: Connection[WebhookAttempt] | None = strawberry.field(
        resolver=endpoints.endpoint_attempts,
        description="Requests of the last 30 days, newest first",
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")
