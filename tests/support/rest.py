"""What a client of the guide's REST paths does."""

from typing import Any

import httpx

from tests.support.server import Api


async def get(api: Api, path: str, *, token: str | None = "admin", **query: Any) -> httpx.Response:
    """The response to a GET; as an administrator unless told otherwise."""
    return await api.http.get(path, params=query, headers=headers(api, token))


async def post(
    api: Api,
    path: str,
    body: Any = None,
    *,
    token: str | None = "admin",
    key: str | None = None,
) -> httpx.Response:
    """The response to a POST of the JSON value, under that idempotency key if given."""
    sent = headers(api, token)
    if key is not None:
        sent["Idempotency-Key"] = key
    return await api.http.post(path, json=body, headers=sent)


def headers(api: Api, token: str | None = "admin") -> dict[str, str]:
    token = api.token() if token == "admin" else token
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def whole(body: dict[str, Any]) -> dict[str, Any]:
    """The list without its cursors, which are opaque: all of it is on this page."""
    page = body.pop("page_info")
    assert (page["has_next_page"], page["has_previous_page"]) == (False, False)
    return body


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem document; its status is the response's, and its type and title the code's."""
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    code = document["code"]
    assert document.pop("type") == f"urn:problem-type:isp-graph:{code.lower().replace('_', '-')}"
    assert document.pop("title") == code.replace("_", " ").capitalize()
    assert document["status"] == response.status_code
    return document
