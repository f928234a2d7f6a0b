"""The explorer in a browser: it stands on its own, shows events live, and acts as each role."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from graph.explorer import CONTENT_SECURITY_POLICY, STATIC
from tests.e2e.explorer.browser import Explorer, explorer
from tests.e2e.explorer.examples import example
from tests.support.server import Api
from tests.support.waiting import eventually

#: The picture in README.md; UPDATE_SCREENSHOT=1 takes it anew.
PICTURE = Path(__file__).parents[3] / "docs" / "explorer.png"
WHOSE = "query Whose { viewer { role } customers(first: 1) { totalCount } }"


@pytest.fixture(autouse=True)
def page_is_built() -> None:
    assert (STATIC / "index.html").exists(), "the page is not built: run make explorer"


async def _demo_token(api: Api, label: str) -> str:
    demo = (await api.http.get("/graphql/explorer.json")).json()
    return next(entry["token"] for entry in demo["tokens"] if entry["label"] == label)


async def _shown_as(page: Explorer, role: str) -> Any:
    """Role and number of customers that the page shows, or the code of the refusal."""
    await page.act_as(role)
    answer = await page.run()
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    return answer["data"]["viewer"]["role"], answer["data"]["customers"]["totalCount"]


async def _check_first_query(page: Explorer) -> None:
    customer = (await page.run())["data"]["customer"]

    assert customer["customerNumber"] == "C-1000001"
    assert None not in customer.values()


async def _check_example(page: Explorer, name: str) -> None:
    await page.open_example(name)

    assert await page.text("operation.graphql") == example(name).query.rstrip()
    assert json.loads(await page.text("variables.json")) == example(name).variables
    assert "errors" not in await page.run()


async def _check_live_event(page: Explorer, api: Api) -> None:
    hub = api.application.services.stream.hub
    await page.open_example("live/customer-events")
    await page.start()
    await eventually(lambda: hub.followers == 1)
    change = {"customerId": 3, "subscriptionState": "SUSPENDED", "reason": "Invoices overdue"}
    token = await _demo_token(api, "Support")

    await api.mutate("changeSubscriptionState", change, "customer { version }", token=token)

    told = (await page.answer(having="SUSPENDED"))["data"]["customerEvents"]
    assert told["type"] == "CUSTOMER_SUBSCRIPTION_STATE_CHANGED"
    assert (told["from"], told["to"], told["reason"]) == ("ACTIVE", "SUSPENDED", "Invoices overdue")
    assert told["actor"] == "staff:demo-support"


async def _check_roles(page: Explorer) -> None:
    await page.write(WHOSE)

    assert await _shown_as(page, "Reseller 1") == ("RESELLER", 15)
    assert await _shown_as(page, "Customer 1") == ("CUSTOMER", 1)
    assert await _shown_as(page, "Admin") == ("ADMIN", 50)


async def _check_anonymous(page: Explorer) -> None:
    assert await _shown_as(page, "Anonymous") == "UNAUTHENTICATED"
    # The browser itself tells of every refusal.
    assert all("status of 401" in complaint for complaint in page.complaints)


async def test_a_person_explores_the_demo(demo_api, tmp_path):
    async with explorer(demo_api.url) as page:
        assert await page.roles() == [
            "Admin", "Support", "Billing", "Reseller 1", "Customer 1", "Service", "Anonymous",
        ]  # fmt: skip
        await _check_first_query(page)
        await _check_example(page, "monitoring/metrics")
        await _check_live_event(page, demo_api)
        await page.picture(PICTURE if "UPDATE_SCREENSHOT" in os.environ else tmp_path / "page.png")
        await page.stop()
        await _check_roles(page)

        assert page.policy == CONTENT_SECURITY_POLICY
        assert page.complaints == []
        await _check_anonymous(page)
        assert page.hosts == {urlsplit(demo_api.url).netloc}
