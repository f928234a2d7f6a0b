"""Who is signed in."""

import datetime

import strawberry

from domain.kernel.access import Actor
from graph.identity.enums import Permission, Role
from graph.refs import CustomerRef
from graph.rows import RowType
from resolvers.customer import viewer


@strawberry.type(description="Whoever the request's token speaks for")
class Viewer(RowType):
    row = Actor

    subject: str = strawberry.field(description="Account, like customer:7 or account:3")
    role: Role = strawberry.field(description="Its role")
    permissions: list[Permission] = strawberry.field(
        resolver=lambda root: sorted(root.permissions), description="What it may do, by name"
    )
    reseller_id: int | None = strawberry.field(description="Reseller it acts for")
    expires_at: datetime.datetime | None = strawberry.field(
        description="Timestamp at which the token ends"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=viewer.viewer_customer, description="The customer it is, if it is one"
    )


def viewer_of(info: strawberry.Info) -> Actor:
    """Query.viewer"""
    actor: Actor = info.context.actor
    return actor


@strawberry.type
class IdentityQueries:
    viewer: Viewer = strawberry.field(resolver=viewer_of, description="Who is asking")
