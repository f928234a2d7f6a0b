"""Input types of the identity module; each knows the command it stands for."""

from typing import Any

import strawberry

from domain.identity import commands, queries
from graph.identity.enums import AccountRole, Permission
from graph.payloads import ChangeInput, MutationInput, given

UNSET = strawberry.UNSET


@strawberry.input
class _Unrepeatable:
    """What the inputs of mutations have that take no idempotency key."""

    client_mutation_id: str | None = strawberry.field(
        default=None, description="Comes back in the payload as it is"
    )


@strawberry.input(description="A login and its password")
class SignInInput(_Unrepeatable):
    login: str = strawberry.field(description="Customer's username, or staff's e-mail address")
    password: str = strawberry.field(description="Password")


@strawberry.input(description="A refresh token")
class RefreshTokenInput(_Unrepeatable):
    refresh_token: str = strawberry.field(description="As `signIn` or `refreshToken` gave it")


@strawberry.input(description="A refresh token, and how far signing out goes")
class SignOutInput(_Unrepeatable):
    refresh_token: str = strawberry.field(description="As `signIn` or `refreshToken` gave it")
    everywhere: bool = strawberry.field(
        default=False, description="End every sign-in of the account's, not only the token's"
    )


@strawberry.input(description="One of the viewer's sign-ins")
class EndSignInInput(_Unrepeatable):
    sign_in_id: strawberry.ID = strawberry.field(description="As `viewer { signIns }` lists it")


@strawberry.input(description="The viewer's password and the one to take its place")
class ChangePasswordInput(_Unrepeatable):
    current_password: str = strawberry.field(description="Password until now")
    new_password: str = strawberry.field(description="Password from now on, 8 to 256 characters")


@strawberry.input(description="Which accounts: all that are given must hold")
class AccountFilter:
    role: list[AccountRole] | None = strawberry.field(
        default=None, description="With one of these roles"
    )
    reseller_id: int | None = strawberry.field(
        default=None, description="Of the reseller of this number itself"
    )
    is_active: bool | None = strawberry.field(
        default=None, description="Those that may sign in, or those that may not"
    )

    def to_domain(self) -> queries.AccountFilter:
        role = None if self.role is None else tuple(sorted(set(self.role)))
        return queries.AccountFilter(role, self.reseller_id, self.is_active)


@strawberry.input(description="An account to create for a person")
class CreateAccountInput(MutationInput):
    email: str = strawberry.field(description="Address it signs in with; nobody else may have it")
    display_name: str = strawberry.field(description="Name of the person")
    role: AccountRole = strawberry.field(description="Role, of no more permissions than your own")
    password: str = strawberry.field(description="Password, 8 to 256 characters")
    reseller_id: int | None = strawberry.field(
        default=None, description="Number of the reseller, with the role RESELLER alone"
    )

    def to_domain(self) -> commands.CreateAccount:
        return commands.CreateAccount(
            email=self.email,
            display_name=self.display_name,
            role=self.role,
            password=self.password,
            reseller_id=self.reseller_id,
        )


@strawberry.input(description="Changes of an account: fields left out stay")
class UpdateAccountInput(ChangeInput):
    account_id: int = strawberry.field(description="Number of the account")
    email: str | None = strawberry.field(
        default=UNSET, description="Address it signs in with from now on"
    )
    display_name: str | None = strawberry.field(default=UNSET, description="Name of the person")
    role: AccountRole | None = strawberry.field(default=UNSET, description="Role from now on")
    reseller_id: int | None = strawberry.field(
        default=UNSET, description="Number of the reseller from now on; null clears"
    )
    is_active: bool | None = strawberry.field(
        default=UNSET, description="Whether it may sign in from now on"
    )
    password: str | None = strawberry.field(
        default=UNSET, description="Password from now on, 8 to 256 characters"
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(
            email=self.email,
            display_name=self.display_name,
            role=self.role,
            reseller_id=self.reseller_id,
            is_active=self.is_active,
            password=self.password,
        )


@strawberry.input(description="A service account to create for a program")
class CreateServiceAccountInput(MutationInput):
    name: str = strawberry.field(
        description="Its `client_id` for good: 3 to 40 of a-z, 0-9 and - between them"
    )
    scopes: list[Permission] = strawberry.field(
        description="What its tokens may do at most; only what you may do yourself"
    )
    description: str | None = strawberry.field(default=None, description="What it is for")

    def to_domain(self) -> commands.CreateServiceAccount:
        return commands.CreateServiceAccount(
            name=self.name, scopes=tuple(self.scopes), description=self.description
        )


@strawberry.input
class _ServiceAccountInput(ChangeInput):
    """What the inputs of changes have."""

    service_account_id: int = strawberry.field(description="Number of the service account")


@strawberry.input(description="A service account to give a new secret")
class RotateServiceAccountSecretInput(_ServiceAccountInput):
    pass


@strawberry.input(description="Changes of a service account: fields left out stay")
class UpdateServiceAccountInput(_ServiceAccountInput):
    scopes: list[Permission] | None = strawberry.field(
        default=UNSET, description="What its tokens may do at most, from now on"
    )
    description: str | None = strawberry.field(
        default=UNSET, description="What it is for; null clears"
    )
    is_active: bool | None = strawberry.field(
        default=UNSET, description="Whether it gets tokens, and they are good, from now on"
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client gave."""
        return given(scopes=self.scopes, description=self.description, is_active=self.is_active)
