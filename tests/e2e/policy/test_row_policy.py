"""Every path to a row gives the same verdict: who may not see it by one sees it by none."""

import pytest

from graph.ids import encode_id
from graph.node import NODES
from tests.e2e.policy.conftest import OWNERS, World
from tests.e2e.policy.paths import Path, all_paths, root_lists

ALL = frozenset(NODES)
COMMISSION = {"CommissionEntry", "CommissionSettlement"}
HOOKS = {"WebhookEndpoint"}
NETWORK = {"RadiusSession", "ServiceCredential", "Nas", "Alert", "NetworkSegment"}
DUNNING = {"DunningPolicy", "DunningCase"}
BILLS = {"BillingAccount", "Invoice", "Payment", "CreditNote", *DUNNING}
STAFF = {"Nas", "DunningPolicy"}
PERSON = {"Customer", "Address", "Document"}
ON_SALE = {"TariffPlan"}

#: What each principal sees of our customer's rows, and of the other one's.
SEEN: dict[str, tuple[set[str] | frozenset[str], set[str] | frozenset[str]]] = {
    "admin": (ALL, ALL),
    "support": (ALL - COMMISSION - HOOKS, ALL - COMMISSION - HOOKS),
    "billing": (ALL - NETWORK - HOOKS, ALL - NETWORK - HOOKS),
    "parent reseller": (ALL - STAFF, ON_SALE),
    "child reseller": (ALL - STAFF, ON_SALE),
    "other reseller": (ON_SALE, ALL - STAFF),
    "the customer": (ALL - COMMISSION - HOOKS - STAFF, ON_SALE),
    "another customer": (ON_SALE, ALL - COMMISSION - HOOKS - STAFF),
    "a service that reads all": (ALL - HOOKS, ALL - HOOKS),
    "a service that reads customers": (PERSON, PERSON),
    "a service that reads bills": (BILLS, BILLS),
    "a service without scopes": (set(), set()),
    "nobody": (set(), set()),
}
NODES_BY_ID = "query Q($ids: [ID!]!) { rows: nodes(ids: $ids) { id } }"
ENTITIES = """
    query Q($of: [_Any!]!) { rows: _entities(representations: $of) { ... on Node { id } } }
"""
#: Edges that lead from an estate to no row of it: up and down the trees, and to what is to come.
ELSEWHERE = {
    "Customer.planChangePreview.plan",
    "Customer.scheduledPlan",
    "DunningCase.steps.lateFeeInvoice",
    "NetworkSegment.parent",
    "Reseller.parent",
    "Reseller.children",
}
#: As many root fields as anybody may ask for at once.
TOGETHER = 8

pytestmark = pytest.mark.parametrize("principal", sorted(SEEN))


def expected(principal: str) -> dict[tuple[str, str], bool]:
    """(owner, type) → whether the principal sees that row."""
    return {
        (owner, name): name in seen
        for owner, seen in zip(OWNERS, SEEN[principal], strict=True)
        for name in sorted(NODES)
    }


def may_walk(path: Path, seen: set[str] | frozenset[str]) -> bool:
    """Whether who sees rows of these types gets to the path's target: its parent is one too."""
    return path.target in seen and path.parent in {None, *seen}


async def shown(world: World, principal: str, owner: str, paths: list[Path]) -> dict[str, bool]:
    """Path → whether it shows the owner's row to the principal."""
    values, found = world.values[owner], {}
    for start in range(0, len(paths), TOGETHER):
        asked = paths[start : start + TOGETHER]
        data = await world.ask(principal, [path.filled(values) for path in asked])
        for number, path in enumerate(asked):
            found[path.name] = values[f"{path.target}.id"] in str(data.get(f"p{number}"))
    return found


class TestEveryPath:
    @pytest.mark.parametrize("owner", OWNERS)
    async def test_to_a_row_shows_it_or_none_does(self, world: World, principal: str, owner: str):
        paths = [path for path in all_paths() if path.name not in ELSEWHERE]
        seen = SEEN[principal][OWNERS.index(owner)]

        verdicts = await shown(world, principal, owner, paths)

        assert verdicts == {path.name: may_walk(path, seen) for path in paths}

    async def test_in_a_batch_own_and_foreign_rows_get_their_own_verdicts(
        self, world: World, principal: str
    ):
        ids = {row: encode_id(row[1], world.estates[row[0]][row[1]]) for row in expected(principal)}
        represented = [{"__typename": name, "id": each} for (_, name), each in ids.items()]
        paths = {
            "nodes": (NODES_BY_ID, {"ids": list(ids.values())}),
            "entities": (ENTITIES, {"of": represented}),
        }

        verdicts = {}
        for path, (query, variables) in paths.items():
            answer = await world.api.run(query, variables, token=world.tokens[principal])
            rows = (answer.get("data") or {}).get("rows") or [None] * len(ids)
            verdicts[path] = {
                row: found == {"id": ids[row]} for row, found in zip(ids, rows, strict=True)
            }
            assert {None if row is None else row["id"] for row in rows} <= {None, *ids.values()}

        assert verdicts == dict.fromkeys(paths, expected(principal))

    async def test_that_is_closed_is_refused_with_one_code(self, world: World, principal: str):
        hidden = [row for row, is_seen in expected(principal).items() if not is_seen]
        codes = set()
        for start in range(0, len(hidden), TOGETHER):
            asked = [
                f'node(id: "{world.values[owner][f"{name}.id"]}") {{ id }}'
                for owner, name in hidden[start : start + TOGETHER]
            ]
            answer = await world.answer(principal, ["__typename", *asked])
            codes |= {error["extensions"]["code"] for error in answer.get("errors", [])}

        assert codes <= ({"UNAUTHENTICATED"} if principal == "nobody" else {"ACCESS_DENIED"})


class TestEveryList:
    async def test_holds_and_counts_what_may_be_seen(self, world: World, principal: str):
        listed, wanted = {}, {}

        for name, field in root_lists().items():
            data = await world.ask(
                principal, [f"{field}(first: 50) {{ totalCount nodes {{ id }} }}"]
            )
            page = data.get("p0") or {"totalCount": 0, "nodes": []}
            assert page["totalCount"] == len(page["nodes"])
            for owner in OWNERS:
                listed[owner, name] = {"id": world.values[owner][f"{name}.id"]} in page["nodes"]
                wanted[owner, name] = expected(principal)[owner, name]

        assert listed == wanted
        assert {"Customer", "Invoice", "Reseller"} <= set(root_lists())

    @pytest.mark.parametrize("owner", OWNERS)
    async def test_counts_nothing_for_a_filter_that_only_hidden_rows_pass(
        self, world: World, principal: str, owner: str
    ):
        filtered = [path for path in all_paths() if " filtered by " in path.name]
        counts = {}
        for path in filtered:
            data = await world.ask(principal, [path.filled(world.values[owner])])
            page = data.get("p0") or {"totalCount": 0, "edges": []}
            counts[path.name] = (page["totalCount"], len(page["edges"]))

        seen = SEEN[principal][OWNERS.index(owner)]
        assert counts == {
            path.name: (1, 1) if may_walk(path, seen) else (0, 0) for path in filtered
        }
        assert len(filtered) >= 6
