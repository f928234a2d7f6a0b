"""Every example of the explorer works on the demo data, the first time and again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from graphql import OperationType

from domain.demo.seed import seed
from domain.kernel.database import Database
from tests.e2e.explorer.examples import Example, examples
from tests.support.server import Api, running_api

#: Examples that are for one time, and what the second is answered.
ONCE = {
    "customer/change-status": "INVALID_TRANSITION",
    "customer/change-subscription-state": "INVALID_TRANSITION",
    "radius/disconnect-session": None,
    "reseller/settle-commissions": "CONFLICT",
}


@pytest.fixture
async def demo_api(
    database_url: str, database: Database, tmp_path: Path
) -> AsyncIterator[Api]:
    """The application in demo mode over demo data."""
    await seed(database, customers=50, progress=lambda *_: None)
    async with running_api(database_url, tmp_path, demo=True) as api:
        await api.settled()
        yield api


def _of(kind: OperationType) -> list[Example]:
    return [example for example in examples() if example.kind is kind]


async def _refusals(api: Api, example: Example) -> list[str]:
    """The codes of the mutation's ``userErrors``."""
    data = await api.data(example.query, example.variables)
    (payload,) = data.values()
    return [error["code"] for error in payload["userErrors"]]


def _nothings(value: Any, path: str) -> list[str]:
    """Paths of the nulls and empty lists right below the root fields' objects."""
    return [f"{path}.{key}" for key, part in value.items() if part in (None, [])]


async def test_queries_answer_with_data(demo_api):
    for example in _of(OperationType.QUERY):
        data = await demo_api.data(example.query, example.variables)
        assert None not in data.values(), example.name
        print(example.name, data)


async def test_mutations_change_what_they_say_and_can_be_repeated(demo_api):
    mutations = _of(OperationType.MUTATION)

    first = {example.name: await _refusals(demo_api, example) for example in mutations}
    again = {example.name: await _refusals(demo_api, example) for example in mutations}

    assert {name: codes for name, codes in first.items() if codes} == {}
    assert {name: codes for name, codes in again.items() if codes} == ONCE
