"""Who is signed in, and the accounts that sign in."""

import datetime

import strawberry

from domain.identity import records
from domain.kernel.access import Actor
from graph.identity.enums import AccountRole, Permission, Role
from graph.refs import CustomerRef, ResellerRef
from graph.rows import RowType
from resolvers.customer import viewer
from resolvers.identity import accounts
from resolvers.reseller import resellers


@strawberry.type(description="A sign-in that goes on")
class SignIn(RowType):
    row = records.SignIn

    id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.id), description="For `endSignIn`"
    )
    client: str | None = strawberry.field(
        description="Network that it came from: an IPv4 /24 or an IPv6 /48"
    )
    signed_in_at: datetime.datetime = strawberry.field(description="Timestamp of the password")
    last_used_at: datetime.datetime = strawberry.field(
        description="Timestamp of the last `signIn` or `refreshToken`"
    )
    expires_at: datetime.datetime = strawberry.field(
        description="Timestamp at which it ends however often it is refreshed"
    )
    is_current: bool = strawberry.field(
        resolver=accounts.is_current, description="Whether the request's token is of it"
    )


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
    sign_ins: list[SignIn] = strawberry.field(
        resolver=accounts.viewer_sign_ins,
        description="Where it is signed in by password, the one used last first; 100 at most",
    )


@strawberry.type(description="A person of the provider's or a reseller's who signs in")
class Account(RowType):
    row = records.Account

    account_id: int = strawberry.field(
        resolver=lambda root: root.id, description="Its number, as in the subject account:3"
    )
    email: str = strawberry.field(description="Address it signs in with, in lower case")
    display_name: str = strawberry.field(description="Name of the person")
    role: AccountRole = strawberry.field(description="Role it signs in with")
    reseller: ResellerRef | None = strawberry.field(
        resolver=resellers.of_row, description="Reseller it acts for, with the role RESELLER"
    )
    is_active: bool = strawberry.field(description="Whether it may sign in")
    last_signed_in_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its last sign-in"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="A program that gets tokens at `POST /oauth/token`")
class ServiceAccount(RowType):
    row = records.ServiceAccount

    service_account_id: int = strawberry.field(
        resolver=lambda root: root.id, description="Its number"
    )
    name: str = strawberry.field(description="Its `client_id`; the subject is service:name")
    description: str | None = strawberry.field(description="What it is for")
    scopes: list[Permission] = strawberry.field(
        resolver=lambda root: [Permission(scope) for scope in root.scopes],
        description="What its tokens may do at most",
    )
    is_active: bool = strawberry.field(description="Whether it gets tokens, and they are good")
    last_rotated_at: datetime.datetime = strawberry.field(
        resolver=lambda root: root.secret_changed_at,
        description="Timestamp of its present `client_secret`",
    )
    last_used_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of its last token"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of creation")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")
