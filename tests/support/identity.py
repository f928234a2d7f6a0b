"""Signing in as a client does, and accounts to sign in with."""

from typing import Any

from domain.identity.models import AccountRole
from domain.identity.services import IdentityService
from domain.kernel.access import SYSTEM
from tests.support.server import Api

PASSWORD = "correct horse battery"
TOKENS = "accessToken refreshToken expiresIn role"
VIEWER = "{ viewer { subject role resellerId expiresAt customer { customerId } } }"


async def signed_in(
    api: Api, login: str = "ada", password: str = PASSWORD, **more: Any
) -> dict[str, Any]:
    """The payload of ``signIn``, sent by nobody."""
    return await api.mutate(
        "signIn", {"login": login, "password": password, **more}, TOKENS, token=None
    )


async def refreshed(api: Api, refresh_token: str) -> dict[str, Any]:
    return await api.mutate("refreshToken", {"refreshToken": refresh_token}, TOKENS, token=None)


async def signed_out(api: Api, refresh_token: str) -> bool:
    """``signOut`` takes the input of ``refreshToken``."""
    query = "mutation O($input: RefreshTokenInput!) { signOut(input: $input) { signedOut } }"
    data = await api.data(query, {"input": {"refreshToken": refresh_token}}, token=None)
    return data["signOut"]["signedOut"]


async def an_account(
    api: Api, role: AccountRole = AccountRole.SUPPORT, email: str = "ops@example.com", **facts: Any
) -> int:
    """Create an account; its id."""
    async with api.application.services.database.unit_of_work(SYSTEM) as session:
        account = await IdentityService(api.application.services.tokens).create_account(
            session, email=email, display_name="Ops", role=role, password=PASSWORD, **facts
        )
        return account.id
