"""Input types of the webhook module; each knows the command it stands for."""

from typing import Any

import strawberry

from domain.webhook import commands, models, queries
from graph.ids import key_of
from graph.payloads import ChangeInput, MutationInput, given
from graph.webhook import enums  # noqa: F401 (describes the enums before an input names them)

UNSET = strawberry.UNSET


@strawberry.input(description="Which webhook endpoints: all that are given must hold")
class WebhookEndpointFilter:
    status: list[models.WebhookStatus] | None = strawberry.field(
        default=None, description="In one of these statuses"
    )
    reseller_id: int | None = strawberry.field(
        default=None, description="Owned by the reseller of this number itself"
    )

    def to_domain(self) -> queries.EndpointFilter:
        status = None if self.status is None else tuple(sorted(set(self.status)))
        return queries.EndpointFilter(status, self.reseller_id)


@strawberry.input(description="A webhook endpoint to create")
class CreateWebhookEndpointInput(MutationInput):
    url: str = strawberry.field(
        description="https URL of a public host, without user and fragment; port 443, or from 1024"
    )
    event_types: list[str] = strawberry.field(
        description="Types of events, patterns like `customer.*`, or `*`; `eventTypes` lists them"
    )
    description: str | None = strawberry.field(default=None, description="What it is for")
    format: models.WebhookFormat = strawberry.field(
        default=models.WebhookFormat.ENVELOPE, description="How the body is to be written"
    )
    reseller_id: int | None = strawberry.field(
        default=None,
        description="Number of the reseller that owns it; left out, it is your own",
    )

    def to_domain(self) -> commands.CreateWebhookEndpoint:
        return commands.CreateWebhookEndpoint(
            url=self.url,
            event_types=self.event_types,
            description=self.description,
            format=self.format,
            reseller_id=self.reseller_id,
        )


@strawberry.input(description="A webhook endpoint and the version it is expected to have")
class WebhookEndpointInput(ChangeInput):
    endpoint_id: strawberry.ID = strawberry.field(description="Global id of the endpoint")

    @property
    def key(self) -> int:
        """The endpoint's key; 0 for any other id."""
        return key_of(self.endpoint_id, "WebhookEndpoint")


@strawberry.input(description="Changes of a webhook endpoint: fields left out stay, null clears")
class UpdateWebhookEndpointInput(WebhookEndpointInput):
    url: str | None = strawberry.field(default=UNSET, description="Where requests go from now on")
    event_types: list[str] | None = strawberry.field(
        default=UNSET, description="Types or patterns of events from now on"
    )
    description: str | None = strawberry.field(default=UNSET, description="What it is for")
    format: models.WebhookFormat | None = strawberry.field(
        default=UNSET, description="How the body is written from now on"
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(
            url=self.url,
            event_types=self.event_types,
            description=self.description,
            format=self.format,
        )


@strawberry.input(description="A webhook endpoint to stop sending to")
class PauseWebhookEndpointInput(WebhookEndpointInput):
    pass


@strawberry.input(description="A webhook endpoint to send to again")
class ResumeWebhookEndpointInput(WebhookEndpointInput):
    pass


@strawberry.input(description="A webhook endpoint to give a new secret")
class RotateWebhookSecretInput(WebhookEndpointInput):
    pass


@strawberry.input(description="A webhook endpoint to delete")
class DeleteWebhookEndpointInput(WebhookEndpointInput):
    pass


@strawberry.input(description="A webhook endpoint to send a test event to")
class TestWebhookEndpointInput(MutationInput):
    endpoint_id: strawberry.ID = strawberry.field(description="Global id of the endpoint")

    @property
    def key(self) -> int:
        """The endpoint's key; 0 for any other id."""
        return key_of(self.endpoint_id, "WebhookEndpoint")


@strawberry.input(description="A webhook endpoint whose dead deliveries to try again")
class RetryWebhookDeliveriesInput(TestWebhookEndpointInput):
    pass
