"""Bytes to and from the HTTP endpoint, as a client that means no good sends them."""

import json
from typing import Any

import httpx

from tests.support.server import Api

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
VIEWER = "{ viewer { role } }"
BY = "query Q($by: CustomerBy!) { customer(by: $by) { id } }"


async def sent(api: Api, content: Any, **headers: str) -> httpx.Response:
    """The answer to a body as it is; JSON of it unless it is bytes. Never a fault."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    defaults = {
        "Content-Type": LEGACY,
        "Accept": MODERN,
        "Authorization": f"Bearer {api.token()}",
    }
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = await api.http.post("/graphql", content=body, headers={**defaults, **named})
    assert response.status_code < 500
    for leak in ("Traceback", "sqlalchemy", "asyncpg", "SELECT ", 'File "'):
        assert leak not in response.text
    return response


def refusals(response: httpx.Response) -> list[tuple[str, list[Any]]]:
    """Code and argument path of each error of an answer without data."""
    body = response.json()
    assert list(body) == ["errors"]
    extensions = [error["extensions"] for error in body["errors"]]
    return [(each["code"], each.get("argumentPath", [])) for each in extensions]
