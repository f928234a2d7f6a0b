"""Service credentials as clients see them: never with the secret."""

import datetime

import strawberry

from domain.radius import records
from graph.ids import id_of
from graph.node import Node
from graph.refs import CustomerRef
from graph.rows import RowType
from resolvers.customer import customers


@strawberry.federation.type(
    keys=["id"], description="A name that a customer's line comes online with; no secret"
)
class ServiceCredential(RowType, Node):
    row = records.ServiceCredential

    id: strawberry.ID = strawberry.field(
        resolver=id_of("ServiceCredential"), description="Global id, opaque"
    )
    username: str = strawberry.field(description="Name, unique among those that have not ended")
    is_active: bool = strawberry.field(description="Whether it lets the customer in")
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    rotated_at: datetime.datetime = strawberry.field(
        description="Timestamp at which it got the secret it has"
    )
    ended_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its end; its secret was destroyed then"
    )
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose it is; null once deleted"
    )
