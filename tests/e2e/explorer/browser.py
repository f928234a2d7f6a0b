"""The explorer's page in headless Chromium, as a person uses it."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, async_playwright, expect

SIZE = {"width": 1400, "height": 850}
_QUIETLY = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
_TELL_VIOLATIONS = """
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
"""
_MODEL = "__MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name))"
_READ = f"(name) => {_MODEL}.getValue()"
_WRITE = f"([name, text]) => {_MODEL}.setValue(text)"


class Explorer:
    """
    The page at ``/graphql``.

    ``complaints`` has what the console warned of, errors that nobody caught, and violations of
    the Content-Security-Policy, which is ``policy``; ``hosts`` has whom the page spoke to.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.policy = ""
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note_host(request.url))
        page.on("websocket", lambda socket: self._note_host(socket.url))

    async def open(self, url: str) -> None:
        """Load the page and wait until one can type."""
        await self.page.add_init_script(_TELL_VIOLATIONS)
        response = await self.page.goto(f"{url}/graphql")
        assert response is not None
        self.policy = response.headers["content-security-policy"]
        await self.page.locator(".graphiql-query-editor .view-line").first.wait_for()

    async def roles(self) -> list[str]:
        """Whom one can act as."""
        return await self.page.get_by_test_id("role-select").locator("option").all_inner_texts()

    async def act_as(self, role: str) -> None:
        await self.page.get_by_test_id("role-select").select_option(label=role)

    async def write(self, query: str) -> None:
        """Put the operation in the editor of the present tab."""
        await self.page.evaluate(_WRITE, ["operation.graphql", query])

    async def open_example(self, name: str) -> None:
        """Open the example ``module/name`` from the pane, in a tab of its own."""
        await self.page.get_by_test_id(f"example-{name.replace('/', '-')}").click()

    async def start(self) -> None:
        """Press the button that runs the operation, and do not wait for what comes."""
        await self.page.evaluate(_WRITE, ["response.json", ""])
        await self.page.get_by_role("button", name=re.compile("Execute query")).click()

    async def stop(self) -> None:
        """End the subscription."""
        await self.page.get_by_role("button", name="Stop query").click()

    async def run(self) -> dict[str, Any]:
        """What the operation in the editor is answered."""
        await self.start()
        return await self.answer()

    async def answer(self, *, having: str = "") -> dict[str, Any]:
        """What the response pane shows, once it shows an answer with this text in it."""
        async with asyncio.timeout(30):
            while True:
                text = await self.text("response.json")
                if text.lstrip().startswith("{") and having in text:
                    return json.loads(text)
                await asyncio.sleep(0.05)

    async def text(self, model: str) -> str:
        """What stands in ``operation.graphql``, ``variables.json`` or ``response.json``."""
        return await self.page.evaluate(_READ, model)

    async def picture(self, path: Path) -> None:
        """Write a picture of the page: Examples from the first on, the mouse out of the way."""
        await self.page.get_by_role("heading", name="Examples").scroll_into_view_if_needed()
        await self.page.mouse.move(SIZE["width"] - 10, 10)
        await expect(self.page.locator(".scrollbar.visible")).to_have_count(0)
        await self.page.screenshot(path=path, animations="disabled")

    def _listen(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _note_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob"):
            self.hosts.add(parts.netloc)


@asynccontextmanager
async def explorer(url: str) -> AsyncIterator[Explorer]:
    """The page, loaded. Chromium is the one that the machine has."""
    program = shutil.which("chromium")
    assert program, "this test needs chromium on the PATH: install it with the system's packages"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_QUIETLY))
        shown = Explorer(await browser.new_page(viewport=SIZE))
        await shown.open(url)
        yield shown
        await browser.close()
