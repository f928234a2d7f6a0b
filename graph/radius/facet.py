"""The radius module's facet of Customer."""

import strawberry

from graph.connections import Connection
from graph.radius.credential_types import ServiceCredential
from graph.radius.types import RadiusSession, ServiceAuthorization
from resolvers.radius import authorizations, credentials, sessions


@strawberry.type
class RadiusFields:
    """What the network knows of a customer."""

    sessions: Connection[RadiusSession] | None = strawberry.field(
        resolver=sessions.customer_sessions,
        description="Stays on the network, the latest start first; `active` asks for those online",
    )
    authorization: ServiceAuthorization | None = strawberry.field(
        resolver=authorizations.customer_authorization,
        description="Whether and how the customer would be let onto the network now",
    )
    service_credentials: list[ServiceCredential] | None = strawberry.field(
        resolver=credentials.customer_credentials,
        description="Names that the customer's lines come online with, at most 20; no secrets",
    )
