"""Signing in as a client does, and accounts to sign in with."""

import asyncio
import base64
from typing import Any
from urllib.parse import quote_plus

from domain.identity.accounts import AccountService
from domain.identity.commands import CreateAccount
from domain.identity.models import AccountRole
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from tests.support.server import Api

PASSWORD = "correct horse battery"
TOKENS = "accessToken refreshToken expiresIn role"
SERVICE_ACCOUNT = "serviceAccount { serviceAccountId name scopes isActive version } clientSecret"
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


async def signed_out(api: Api, refresh_token: str, **more: Any) -> bool:
    """Whether ``signOut`` says so."""
    query = "mutation O($input: SignOutInput!) { signOut(input: $input) { signedOut } }"
    input = {"refreshToken": refresh_token, **more}
    return (await api.data(query, {"input": input}, token=None))["signOut"]["signedOut"]


async def is_let_in(api: Api, access_token: str) -> bool:
    """Whether the API takes the token; anything else must be 401."""
    status = (await api.post("{ viewer { subject } }", token=access_token)).status_code
    assert status in (200, 401)
    return status == 200


async def an_account(
    api: Api, role: AccountRole = AccountRole.SUPPORT, email: str = "ops@example.com", **facts: Any
) -> int:
    """Create an account in the database of a running application; its id."""
    return await created_account(api.application.services.database, role, email, **facts)


async def created_account(
    database: Database,
    role: AccountRole = AccountRole.SUPPORT,
    email: str = "ops@example.com",
    **facts: Any,
) -> int:
    """Create an account; its id."""
    command = CreateAccount(email=email, display_name="Ops", role=role, password=PASSWORD, **facts)
    async with database.unit_of_work(SYSTEM) as session:
        return (await AccountService().create_account(session, command)).id


async def eventually_shut(api: Api, token: str) -> None:
    """Until the API refuses the token, which it took before."""
    async with asyncio.timeout(20):
        while await is_let_in(api, token):
            await asyncio.sleep(0.02)


async def created_service_account(api: Api, name: str = "radius", *scopes: str) -> tuple[int, str]:
    """Number and secret of a new service account."""
    input = {"name": name, "scopes": scopes or ("CUSTOMER_READ", "RADIUS_AUTHENTICATE")}
    payload = await api.mutate("createServiceAccount", input, SERVICE_ACCOUNT)
    assert payload["userErrors"] == []
    return payload["serviceAccount"]["serviceAccountId"], payload["clientSecret"]


def basic(name: str, secret: str) -> dict[str, str]:
    joined = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(joined).decode()}"}
