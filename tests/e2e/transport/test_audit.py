"""The audit suite of GraphQL over HTTP, run by those who wrote it against the running server."""

import asyncio
import json

import pytest

from tests.support import node

#: What a server MAY do and this one does not: operations come by POST alone.
LEFT_OUT = {
    "5A70": "MAY accept application/x-www-form-urlencoded formatted GET requests",
    "D6D5": "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/graphql-response+json",
    "6A70": "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting "
    "application/json",
}


@pytest.fixture(scope="module", autouse=True)
def _suite() -> None:
    node.install()


async def test_every_must_and_should_passes_and_every_may_but_those_of_get(api):
    asked = json.dumps({"url": f"{api.url}/graphql", "token": api.token()})

    results = json.loads(await asyncio.to_thread(node.run, "audit.mjs", sent=asked))

    assert len(results) > 60
    assert [each for each in results if each["status"] == "error"] == []
    others = {each["id"]: each["name"] for each in results if each["status"] != "ok"}
    assert others == LEFT_OUT
