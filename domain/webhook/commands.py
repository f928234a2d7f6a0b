"""Requests to change webhook endpoints, as the service takes them."""

from dataclasses import dataclass

from domain.webhook.models import WebhookFormat


@dataclass(frozen=True, kw_only=True)
class CreateWebhookEndpoint:
    """
    An endpoint to create; ``event_types`` are types or patterns like ``customer.*``.

    Without a reseller it is the acting reseller's own, or the operator's.
    """

    url: str
    event_types: list[str]
    description: str | None = None
    format: WebhookFormat = WebhookFormat.ENVELOPE
    reseller_id: int | None = None
