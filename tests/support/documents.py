"""Trusted documents as files, and requests that name a document instead of sending it."""

import hashlib
from pathlib import Path
from typing import Any

import httpx

from tests.support.server import Api

#: Name → document of the folder that tests trust.
TRUSTED = {
    "viewer": "query Viewer { viewer { role } }\n",
    "customer": "query One($id: Int!) { customer(by: {customerId: $id}) { customerId } }",
    "watch": "subscription Watch { customerEvents { customerId } }",
    "sign-in": "mutation SignIn($input: SignInInput!) { signIn(input: $input) "
    "{ userErrors { code } } }",
    "schema": "{ __schema { queryType { name } } }",
    "two": "query Role { viewer { role } } query Subject { viewer { subject } }",
}


def trusting_folder(folder: Path) -> Path:
    """The folder with every document of ``TRUSTED`` in it."""
    folder.mkdir()
    for name, text in TRUSTED.items():
        (folder / f"{name}.graphql").write_text(text)
    return folder


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(name: str) -> str:
    """The documentId of a document of ``TRUSTED``."""
    return f"sha256:{sha256_of(TRUSTED[name])}"


def by_hash(sha256: Any, version: Any = 1) -> dict[str, Any]:
    """``extensions`` of an automatic persisted query."""
    return {"persistedQuery": {"version": version, "sha256Hash": sha256}}


async def sent(api: Api, token: str | None, **body: Any) -> httpx.Response:
    """The HTTP response to a request of just these members."""
    headers = {"Accept": "application/graphql-response+json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return await api.http.post("/graphql", json=body, headers=headers)


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer.get("errors", ())]
