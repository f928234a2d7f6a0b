"""Root fields of the webhook module."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.paging import Slice
from domain.webhook import queries, records
from domain.webhook.queries import EndpointList
from graph.connections import Connection
from graph.context import Info
from graph.ids import key_of
from graph.node import nodes_of
from graph.webhook.inputs import WebhookEndpointFilter
from graph.webhook.types import WebhookEndpoint
from resolvers.connections import Listing
from resolvers.webhook import endpoints

nodes_of("WebhookEndpoint", endpoints.by_id)


def webhook_endpoint(info: Info, id: strawberry.ID) -> Awaitable[records.WebhookEndpoint | None]:
    """Query.webhookEndpoint"""
    return endpoints.by_id(info, key_of(id, "WebhookEndpoint"))


def webhook_endpoint_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: WebhookEndpointFilter | None = None,
) -> Awaitable[Listing[records.WebhookEndpoint]]:
    """Query.webhookEndpoints"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = queries.EndpointFilter() if filter is None else filter.to_domain()
    return endpoints.endpoint_list(info, EndpointList(part, wanted))


@strawberry.type
class WebhookQueries:
    webhook_endpoint: WebhookEndpoint | None = strawberry.field(
        resolver=webhook_endpoint,
        description="One webhook endpoint, or null if there is none you may see",
    )
    webhook_endpoints: Connection[WebhookEndpoint] | None = strawberry.field(
        resolver=webhook_endpoint_list,
        description="Webhook endpoints you may see; `first` or `last` is required",
    )
