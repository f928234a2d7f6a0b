"""
What the webhook module announces, in the order of each endpoint.

The URL is left out on purpose: its path or query may carry the receiver's own secret.
"""

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel.events import Event
from domain.webhook.models import WebhookDisabledReason


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointEvent(Event):
    """A fact of one endpoint; ``reseller_id`` is its owner, None for the operator."""

    endpoint_id: int

    @property
    def stream(self) -> str:
        return f"webhook:{self.endpoint_id}"


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointCreated(WebhookEndpointEvent):
    type: ClassVar[str] = "webhook.endpoint.created"

    event_types: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointUpdated(WebhookEndpointEvent):
    """``changed_fields`` are names of the endpoint's fields, ``secret`` after a rotation."""

    type: ClassVar[str] = "webhook.endpoint.updated"

    changed_fields: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointDisabled(WebhookEndpointEvent):
    """We stopped sending; what is waiting is kept until the endpoint is resumed."""

    type: ClassVar[str] = "webhook.endpoint.disabled"

    reason: WebhookDisabledReason


@dataclass(frozen=True, kw_only=True)
class WebhookEndpointDeleted(WebhookEndpointEvent):
    type: ClassVar[str] = "webhook.endpoint.deleted"
