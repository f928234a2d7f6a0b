"""A newcomer's first command on a clean copy of the tree: ``make run``."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.process import environment, free_port
from tests.support.server import Socket, connected

ROOT = Path(__file__).parents[3]
_SETUP_SECONDS = 600
QUERY = "{ customer(by: {customerId: 1}) { displayName invoices(first: 1) { totalCount } } }"
FOLLOW = "subscription { customerEvents(filter: {customerId: 1}) { type customer { tags } } }"
CHANGE = (
    'mutation { updateCustomer(input: {customerId: 1, tags: ["new"]}) { userErrors { code } } }'
)


def copy_of_the_tree(target: Path) -> None:
    """What a clone would have: the files that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can enter: as root, PostgreSQL runs as one of them."""
    folder = Path(tempfile.mkdtemp(prefix="isp-graph-copy-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def url(folder: Path) -> AsyncIterator[str]:
    """``make run`` in a clean copy, once it is ready."""
    copy_of_the_tree(folder)
    port = free_port()
    with (folder / "make.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "make",
            "run",
            f"PORT={port}",
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        await _ready(f"http://127.0.0.1:{port}", process, folder / "make.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
        async with asyncio.timeout(60):
            await process.wait()


async def _ready(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(_SETUP_SECONDS), httpx.AsyncClient() as client:
        while True:
            assert process.returncode is None, log.read_text()
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.5)


async def test_make_run_serves_demo_data_the_explorer_and_live_events(url):
    async with httpx.AsyncClient(base_url=url) as client:
        page = await client.get("/graphql", headers={"Accept": "text/html"})
        tokens = (await client.get("/graphql/explorer.json")).json()["tokens"]
        client.headers["Authorization"] = f"Bearer {tokens[0]['token']}"
        answer = (await client.post("/graphql", json={"query": QUERY})).json()
        async with connected(url, tokens[0]["token"]) as socket:
            event = await _event_after_a_change(socket, client)

    assert "/graphql/assets/" in page.text
    assert answer["data"]["customer"]["displayName"]
    assert answer["data"]["customer"]["invoices"]["totalCount"] > 0
    assert event == {"type": "CUSTOMER_UPDATED", "customer": {"tags": ["new"]}}


async def _event_after_a_change(socket: Socket, client: httpx.AsyncClient) -> dict:
    # From the newest cursor, so that nothing is missed between the two requests.
    newest = "{ customer(by: {customerId: 1}) { timeline(first: 1) { nodes { cursor } } } }"
    timeline = (await client.post("/graphql", json={"query": newest})).json()
    cursor = timeline["data"]["customer"]["timeline"]["nodes"][0]["cursor"]
    changed = (await client.post("/graphql", json={"query": CHANGE})).json()
    assert changed["data"]["updateCustomer"] == {"userErrors": []}
    follow = FOLLOW.replace(
        "filter: {customerId: 1}", f'filter: {{customerId: 1}}, after: "{cursor}"'
    )
    await socket.subscribe(follow)
    return (await socket.next())["data"]["customerEvents"]
