"""Every command and operation in the documentation works as it is printed."""

import asyncio
import re
from itertools import count
from pathlib import Path

import pytest
from graphql import OperationType, get_operation_ast, parse

from domain.demo.seed import seed
from tests.support.process import environment, served
from tests.support.server import SECRET, running_api
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OURS = [page for page in PAGES if page.name != "integration-guide.md"]
PORT = "8000"

_numbers = count(1)


def blocks(language: str) -> list[tuple[str, str]]:
    """Page and text of every fenced block in the language."""
    return [
        (page.name, text)
        for page in OURS
        for text in re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
    ]


def test_every_relative_link_leads_somewhere():
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text())
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_every_fenced_block_is_of_a_kind_that_is_run_here():
    kinds = {
        language
        for page in OURS
        for language in re.findall(r"^```(\w+)$", page.read_text(), re.MULTILINE)
    }

    assert kinds <= {"graphql", "sh"}


async def test_every_operation_runs_on_the_demo_data(database, database_url, tmp_path):
    await seed(database, customers=20, progress=lambda *_: None)
    async with running_api(database_url, tmp_path, demo=True) as api:
        await api.settled()
        for page, text in blocks("graphql"):
            operation = get_operation_ast(parse(text))
            if operation.operation is OperationType.SUBSCRIPTION:
                await _receives_an_event(api, text)
            else:
                answer = await api.run(text)
                assert "errors" not in answer, (page, text, answer)
                assert "'code'" not in str(answer["data"]), (page, text, answer)


async def _receives_an_event(api, text: str) -> None:
    groups = api.application.live.groups
    async with api.socket() as socket:
        await socket.subscribe(text)
        await eventually(lambda: groups.followers == 1)
        changes = {"customerId": 1, "tags": [f"docs-{next(_numbers)}"]}
        await api.mutate("updateCustomer", changes, "customer { id }")
        [event] = (await socket.next())["data"].values()
    assert event["type"] in ("CUSTOMER_UPDATED", "customer.updated")
    assert event.get("changedFields", event.get("data", {}).get("changed_fields")) == ["tags"]
    await eventually(lambda: groups.followers == 0)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"ISP_GRAPH_DATA": str(tmp_path / "data"), "ISP_GRAPH_TOKEN_SECRET": SECRET}


async def test_every_shell_command_succeeds(settings, tmp_path):
    lines = [line for _, text in blocks("sh") for line in text.splitlines() if line.strip()]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    makes = [line for line in lines if line.startswith("make ")]
    others = [line for line in lines if line not in makes]
    assert makes
    assert others

    # `make run` and `make test` themselves: tests/e2e/setup and this very run.
    assert {line.split()[1] for line in makes} <= targets
    async with served(tmp_path / "log", "--demo", "--customers", "20", **settings) as server:
        for line in others:
            await _succeeds(line.replace(f"http://127.0.0.1:{PORT}", server.url), settings)


async def _succeeds(line: str, settings: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_shell(
        f"set -euo pipefail; {line}",
        executable="/bin/bash",
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, (line, errors.decode())
    assert output or errors, line
