"""Accounts and tokens from the command line, where there is nobody to sign in as yet."""

import json
from pathlib import Path

import pytest

from tests.support.customers import created_customer
from tests.support.identity import is_let_in, signed_in
from tests.support.process import run
from tests.support.server import SECRET


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, str]:
    """Settings of an installation with a database of its own."""
    return {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(tmp_path),
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
    }


async def test_the_first_administrator_is_made_disabled_and_given_a_new_password(api, settings):
    create = ("account", "create", "root@example.com", "--name", "Root", "--role", "admin")
    _, password, told = await run(*create, **settings)
    first = await signed_in(api, "root@example.com", password.strip())
    _, reset, _ = await run("account", "reset-password", "root@example.com", **settings)
    second = await signed_in(api, "root@example.com", reset.strip())
    _, listed, _ = await run("account", "list", **settings)
    code, output, refused = await run("account", "disable", "root@example.com", **settings)

    assert (first["role"], second["role"]) == ("ADMIN", "ADMIN")
    assert "root@example.com" in told
    assert password != reset
    [account] = [json.loads(line) for line in listed.splitlines()]
    assert (account["email"], account["role"], account["is_active"]) == (
        "root@example.com",
        "ADMIN",
        True,
    )
    assert "hash" not in listed
    assert (code, output) == (1, "")
    assert "only administrator" in refused


async def test_a_service_account_is_made_given_a_new_secret_and_disabled(api, settings):
    async def status(secret: str) -> int:
        form = {
            "grant_type": "client_credentials",
            "client_id": "radius",
            "client_secret": secret.strip(),
        }
        return (await api.http.post("/oauth/token", data=form)).status_code

    create = ("service-account", "create", "radius", "--scope", "radius:account")
    _, secret, _ = await run(*create, **settings)
    taken, _, told = await run(*create, **settings)
    _, rotated, _ = await run("service-account", "rotate", "radius", **settings)
    before = [await status(secret), await status(rotated)]
    await run("service-account", "disable", "radius", **settings)
    _, listed, _ = await run("service-account", "list", **settings)

    assert (taken, "radius already" in told) == (1, True)
    assert before == [401, 200]
    assert await status(rotated) == 401
    assert json.loads(listed)["is_active"] is False
    assert secret.strip() not in listed


@pytest.mark.parametrize(
    "arguments",
    [
        ["account", "disable", "nobody@example.com"],
        ["service-account", "rotate", "nobody"],
        ["account", "create", "nobody", "--name", "X", "--role", "admin"],
    ],
)
async def test_what_cannot_be_is_told_in_a_sentence(settings, arguments):
    code, output, told = await run(*arguments, **settings)

    assert (code, output) == (1, "")
    assert len(told.strip().splitlines()) == 1
    assert "Traceback" not in told


class TestToken:
    async def test_of_nobody_is_not_made(self, database, settings):
        customer_id = await created_customer(database)

        known = await run("token", "--role", "customer", "--customer", str(customer_id), **settings)
        unknown = await run("token", "--role", "customer", "--customer", "999999", **settings)
        reseller = await run("token", "--role", "reseller", "--reseller", "999999", **settings)

        assert (known[0], known[1].count("\n")) == (0, 1)
        assert (unknown[0], unknown[1]) == (2, "")
        assert "No customer 999999 in this database" in " ".join(unknown[2].split())
        assert (reseller[0], reseller[1]) == (2, "")
        assert "No reseller 999999 in this database" in " ".join(reseller[2].split())

    async def test_is_not_made_by_a_secret_that_no_server_has(self, settings, tmp_path):
        del settings["ISP_GRAPH_TOKEN_SECRET"]

        code, output, told = await run("token", "--role", "admin", **settings)

        assert (code, output) == (2, "")
        assert "ISP_GRAPH_DATA" in told
        assert not (tmp_path / "token-secret").exists()

    async def test_is_made_by_the_first_of_several_secrets(self, api, settings):
        settings["ISP_GRAPH_TOKEN_SECRET"] = f"{SECRET},{'x' * 40}"

        _, output, _ = await run("token", "--role", "admin", **settings)

        assert await is_let_in(api, output.strip())
