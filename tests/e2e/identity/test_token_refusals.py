"""What ``POST /oauth/token`` refuses, and by which of RFC 6749's words."""

import base64
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.support import postgres
from tests.support.identity import basic, created_service_account
from tests.support.server import Api, running_api

GOOD = "grant_type=client_credentials&client_id=radius&client_secret="
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

#: What is sent (``$`` is the right secret), which headers, the status and RFC 6749's word for it.
REFUSED = {
    "a wrong secret": (GOOD + "x", {}, 401, "invalid_client"),
    "an unknown client": (GOOD.replace("radius", "nobody") + "$", {}, 401, "invalid_client"),
    "no secret": ("grant_type=client_credentials&client_id=radius", {}, 401, "invalid_client"),
    "an empty secret": (GOOD, {}, 401, "invalid_client"),
    "no credentials": ("grant_type=client_credentials", {}, 401, "invalid_client"),
    "a bearer token": (
        "grant_type=client_credentials",
        {"Authorization": "Bearer x"},
        401,
        "invalid_client",
    ),
    "Basic that is none": (
        "grant_type=client_credentials",
        {"Authorization": "Basic !"},
        401,
        "invalid_client",
    ),
    "Basic without a colon": (
        "grant_type=client_credentials",
        {"Authorization": "Basic " + base64.b64encode(b"radius").decode()},
        401,
        "invalid_client",
    ),
    "both ways at once": (GOOD + "$", basic("radius", "x"), 400, "invalid_request"),
    "two clients": (
        "grant_type=client_credentials&client_id=other",
        basic("radius", "x"),
        400,
        "invalid_request",
    ),
    "no grant": ("client_id=radius&client_secret=$", {}, 400, "invalid_request"),
    "another grant": (
        GOOD.replace("client_credentials", "password") + "$",
        {},
        400,
        "unsupported_grant_type",
    ),
    "a grant twice": (GOOD + "$&grant_type=client_credentials", {}, 400, "invalid_request"),
    "an unknown scope": (GOOD + "$&scope=all", {}, 400, "invalid_scope"),
    "a foreign scope": (GOOD + "$&scope=customer:read+billing:read", {}, 400, "invalid_scope"),
    "JSON": ("{}", {"Content-Type": "application/json"}, 400, "invalid_request"),
    "no form": ("\u00ff", {}, 400, "invalid_request"),
    "bad octets": (GOOD + "%ff", {}, 400, "invalid_request"),
    "a NUL": (GOOD + "%00", {}, 400, "invalid_request"),
    "nothing": ("", {}, 400, "invalid_request"),
    "too many parameters": ("&".join(f"a{n}=1" for n in range(30)), {}, 400, "invalid_request"),
    "a long value": (GOOD + "x" * 2000, {}, 400, "invalid_request"),
    "a large form": (GOOD + "$&scope=" + "x" * 9000, {}, 400, "invalid_request"),
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Api, str]]:
    async with (
        postgres.cloned_database() as url,
        running_api(url, tmp_path_factory.mktemp("data")) as api,
    ):
        _, secret = await created_service_account(api)
        yield api, secret


class TestRefusals:
    @pytest.mark.parametrize("why", REFUSED)
    async def test_are_by_the_rfc(self, server, why):
        api, secret = server
        body, headers, status, code = REFUSED[why]
        async with api.application.services.database.engine.begin() as connection:
            await connection.execute(text("truncate identity.throttled_tries"))

        response = await api.http.post(
            "/oauth/token", content=body.replace("$", secret), headers={**FORM, **headers}
        )

        assert (response.status_code, response.json()["error"]) == (status, code)
        assert response.headers["cache-control"] == "no-store"
        assert ("www-authenticate" in response.headers) == (status == 401)
        assert secret not in response.text

    async def test_another_method_is_none(self, server):
        api, _ = server

        response = await api.http.get("/oauth/token")

        assert (response.status_code, response.headers["allow"]) == (405, "POST")
