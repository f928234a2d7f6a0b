"""What may be read of webhook endpoints: never a secret."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.webhook.models import (
    WebhookDisabledReason,
    WebhookFailure,
    WebhookFormat,
    WebhookStatus,
)


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """A URL that events are sent to, and how it fares."""

    id: int
    reseller_id: int | None
    url: str
    description: str | None
    event_types: list[str]
    format: WebhookFormat
    status: WebhookStatus
    disabled_reason: WebhookDisabledReason | None
    last_success_at: datetime | None
    last_failure_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One request and what came of it."""

    id: int
    endpoint_id: int
    event_id: UUID
    event_type: str
    number: int
    attempted_at: datetime
    duration_ms: int | None
    status_code: int | None
    failure: WebhookFailure | None
    response: str | None

    @property
    def was_delivered(self) -> bool:
        """Whether the endpoint took the event."""
        return self.failure is None and self.status_code is not None


@dataclass(frozen=True, slots=True)
class WebhookBacklog:
    """How many deliveries to an endpoint are open, and how many were given up."""

    pending: int
    dead: int
