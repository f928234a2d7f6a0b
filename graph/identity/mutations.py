"""Signing in and out, and one's own password."""

import contextlib
from uuid import UUID

import strawberry

from domain.identity import sign_ins
from domain.identity.errors import InvalidToken
from domain.identity.services import IdentityService, SignedIn
from domain.identity.sign_ins import Reused
from domain.kernel.access import SYSTEM
from domain.kernel.errors import AccessDenied, DomainError
from graph.context import Info
from graph.identity.enums import Role
from graph.identity.inputs import (
    ChangePasswordInput,
    EndSignInInput,
    RefreshTokenInput,
    SignInInput,
    SignOutInput,
)
from graph.payloads import Failure, Payload, UserError


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


@strawberry.type(description="What became of `endSignIn`")
class EndSignInPayload(Payload):
    ended: bool = strawberry.field(
        default=False, description="Whether that was a sign-in of the viewer's that went on"
    )


@strawberry.type(description="What became of `changePassword`")
class ChangePasswordPayload(Payload):
    changed: bool = strawberry.field(
        default=False, description="Whether the new password is the one from now on"
    )


def _granted(granted: SignedIn, client_mutation_id: str | None) -> TokenPayload:
    return TokenPayload(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token,
        expires_in=granted.expires_in,
        role=granted.role,
        client_mutation_id=client_mutation_id,
    )


def _why(failure: DomainError) -> list[UserError]:
    return [Failure(failure)]  # type: ignore[list-item]


def _key(sign_in_id: str) -> UUID:
    try:
        return UUID(sign_in_id)
    except ValueError:
        return UUID(int=0)


@strawberry.type
class IdentityMutations:
    @strawberry.mutation(description="Tokens for a login and its password")
    async def sign_in(self, info: Info, input: SignInInput) -> TokenPayload:
        identity = IdentityService(info.services.tokens)
        try:
            granted = await identity.sign_in(
                info.services.database, input.login, input.password, info.context.client
            )
        except DomainError as failure:
            return TokenPayload(
                user_errors=_why(failure), client_mutation_id=input.client_mutation_id
            )
        return _granted(granted, input.client_mutation_id)

    @strawberry.mutation(
        description="New tokens for a refresh token, which ends by that; using it twice ends the "
        "sign-in"
    )
    async def refresh_token(self, info: Info, input: RefreshTokenInput) -> TokenPayload:
        identity = IdentityService(info.services.tokens)
        outcome: SignedIn | Reused | None = None
        with contextlib.suppress(InvalidToken):
            async with info.services.database.unit_of_work(SYSTEM) as session:
                outcome = await identity.refresh(session, input.refresh_token)
        if isinstance(outcome, SignedIn):
            return _granted(outcome, input.client_mutation_id)
        if outcome is not None:
            info.services.authenticator.forget(outcome.subject)
        return TokenPayload(
            user_errors=_why(InvalidToken()), client_mutation_id=input.client_mutation_id
        )

    @strawberry.mutation(
        description="End the sign-in of a refresh token, with all tokens that it gave"
    )
    async def sign_out(self, info: Info, input: SignOutInput) -> SignOutPayload:
        async with info.services.database.unit_of_work(SYSTEM) as session:
            subject = await IdentityService(info.services.tokens).sign_out(
                session, input.refresh_token, everywhere=input.everywhere
            )
        if subject is not None:
            info.services.authenticator.forget(subject)
        return SignOutPayload(client_mutation_id=input.client_mutation_id)

    @strawberry.mutation(
        description="End one of the viewer's sign-ins, with all tokens that it gave"
    )
    async def end_sign_in(self, info: Info, input: EndSignInInput) -> EndSignInPayload | None:
        subject = info.actor.subject
        async with info.services.database.unit_of_work(SYSTEM) as session:
            session.on_behalf_of(info.actor)
            ended = await sign_ins.end(session, subject, _key(input.sign_in_id))
        info.services.authenticator.forget(subject)
        return EndSignInPayload(ended=ended, client_mutation_id=input.client_mutation_id)

    @strawberry.mutation(
        description="Replace the viewer's own password; its other sign-ins end by that"
    )
    async def change_password(
        self, info: Info, input: ChangePasswordInput
    ) -> ChangePasswordPayload | None:
        answer = ChangePasswordPayload(client_mutation_id=input.client_mutation_id)
        try:
            await IdentityService(info.services.tokens).change_password(
                info.services.database,
                info.actor,
                input.current_password,
                input.new_password,
                info.context.client,
            )
        except AccessDenied:
            raise
        except DomainError as failure:
            answer.user_errors = _why(failure)
            return answer
        info.services.authenticator.forget(info.actor.subject)
        answer.changed = True
        return answer
