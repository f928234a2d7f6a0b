"""Signing in and out."""

import strawberry

from domain.identity.errors import InvalidToken
from domain.identity.services import IdentityService, SignedIn
from domain.kernel.access import SYSTEM
from domain.kernel.errors import DomainError, InvalidCredentials
from graph.context import Info
from graph.identity.enums import Role
from graph.payloads import Failure, Payload


@strawberry.input(description="A login and its password")
class SignInInput:
    login: str = strawberry.field(description="Customer's username, or staff's e-mail address")
    password: str = strawberry.field(description="Password")
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Comes back in the payload as it is"
    )


@strawberry.input(description="A refresh token")
class RefreshTokenInput:
    refresh_token: str = strawberry.field(description="As `signIn` or `refreshToken` gave it")
    client_mutation_id: str | None = strawberry.field(
        default=None, description="Comes back in the payload as it is"
    )


@strawberry.type(description="Tokens, or why there are none")
class TokenPayload(Payload):
    access_token: str | None = strawberry.field(
        default=None, description="Bearer token for HTTP and `connection_init`"
    )
    refresh_token: str | None = strawberry.field(
        default=None, description="Good for one `refreshToken`"
    )
    expires_in: int | None = strawberry.field(
        default=None, description="Seconds that the access token is good for"
    )
    role: Role | None = strawberry.field(default=None, description="Role signed in with")


@strawberry.type(description="What became of `signOut`")
class SignOutPayload(Payload):
    signed_out: bool = strawberry.field(
        default=True, description="True: the token is no good now, if it ever was"
    )


def _granted(granted: SignedIn, client_mutation_id: str | None) -> TokenPayload:
    return TokenPayload(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token,
        expires_in=granted.expires_in,
        role=granted.role,
        client_mutation_id=client_mutation_id,
    )


def _refused(failure: DomainError, client_mutation_id: str | None) -> TokenPayload:
    return TokenPayload(
        user_errors=[Failure(failure)],  # type: ignore[list-item]
        client_mutation_id=client_mutation_id,
    )


@strawberry.type
class IdentityMutations:
    @strawberry.mutation(description="Tokens for a login and its password")
    async def sign_in(self, info: Info, input: SignInInput) -> TokenPayload:
        identity = IdentityService(info.services.tokens)
        database = info.services.database
        subject = await identity.check_password(database, input.login, input.password)
        async with database.unit_of_work(SYSTEM) as session:
            if subject is not None:
                granted = await identity.sign_in(session, subject, input.login)
                return _granted(granted, input.client_mutation_id)
            await identity.record_failure(session, input.login)
        return _refused(InvalidCredentials(), input.client_mutation_id)

    @strawberry.mutation(description="New tokens for a refresh token, which ends by that")
    async def refresh_token(self, info: Info, input: RefreshTokenInput) -> TokenPayload:
        identity = IdentityService(info.services.tokens)
        try:
            async with info.services.database.unit_of_work(SYSTEM) as session:
                granted = await identity.refresh(session, input.refresh_token)
        except InvalidToken as failure:
            return _refused(failure, input.client_mutation_id)
        if granted is None:
            return _refused(InvalidToken(), input.client_mutation_id)
        return _granted(granted, input.client_mutation_id)

    @strawberry.mutation(description="End a refresh token and all of its family")
    async def sign_out(self, info: Info, input: RefreshTokenInput) -> SignOutPayload:
        async with info.services.database.unit_of_work(SYSTEM) as session:
            await IdentityService(info.services.tokens).sign_out(session, input.refresh_token)
        return SignOutPayload(client_mutation_id=input.client_mutation_id)
