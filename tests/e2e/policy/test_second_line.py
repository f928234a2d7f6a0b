"""With every predicate of the application gone, the database still tells tenants apart."""

import sys
from typing import Any

import pytest
from sqlalchemy import true

from graph.ids import encode_id
from tests.e2e.policy.conftest import World
from tests.e2e.policy.paths import root_lists
from tests.e2e.policy.test_row_policy import NODES_BY_ID, OWNERS, SEEN

#: Of no tenant: rows that only the application picks for a tenant.
SHARED = {"DunningPolicy", "Nas", "NetworkSegment", "TariffPlan"}
TENANTS = ["parent reseller", "child reseller", "other reseller", "the customer"]


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """No policy of any module hides a row any more."""
    for name, module in list(sys.modules.items()):
        if name.startswith("domain."):
            for predicate in vars(module).copy():
                if predicate.startswith("visible_") or predicate.endswith(
                    ("within_scope", "of_visible_customers", "served_customers")
                ):
                    monkeypatch.setattr(module, predicate, _everything)


def _everything(*_asked: Any) -> Any:
    return true()


@pytest.mark.parametrize("principal", TENANTS)
@pytest.mark.usefixtures("unguarded")
class TestWithoutTheFirstLine:
    async def test_a_tenant_still_sees_its_own_rows_only(self, world: World, principal: str):
        types = sorted({*world.estates["ours"]} - SHARED)
        asked = {
            (owner, name): encode_id(name, world.estates[owner][name])
            for owner in OWNERS
            for name in types
        }

        answer = await world.api.run(
            NODES_BY_ID, {"ids": [*asked.values()]}, token=world.tokens[principal]
        )

        rows = zip(asked, answer["data"]["rows"], strict=True)
        seen = {row for row, found in rows if found is not None}
        wanted = {
            (owner, name)
            for owner, visible in zip(OWNERS, SEEN[principal], strict=True)
            for name in visible
            if name in types
        }
        assert seen == wanted

    async def test_lists_and_counts_hold_its_own_only(self, world: World, principal: str):
        foreign = OWNERS[principal != "other reseller"]
        for name, field in root_lists().items():
            if name in SHARED:
                continue
            query = f"{{ page: {field}(first: 100) {{ totalCount nodes {{ id }} }} }}"
            answer = await world.api.run(query, token=world.tokens[principal])
            page = (answer["data"] or {}).get("page") or {"totalCount": 0, "nodes": []}

            assert page["totalCount"] == len(page["nodes"])
            row_id = encode_id(name, world.estates[foreign][name])
            assert {"id": row_id} not in page["nodes"]

    async def test_a_foreign_customer_is_not_changed(self, world: World, principal: str):
        foreign = world.estates[OWNERS[principal != "other reseller"]]["Customer"]

        payload = await world.api.mutate(
            "updateCustomer",
            {"customerId": foreign, "language": "pt"},
            "customer { id }",
            token=world.tokens[principal],
        )

        assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
        query = f"{{ customer(by: {{customerId: {foreign}}}) {{ language }} }}"
        assert (await world.api.data(query))["customer"]["language"] != "pt"
