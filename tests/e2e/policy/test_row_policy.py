"""Every path to a row gives the same verdict: who may not see it by one sees it by none."""

import pytest

from graph.ids import encode_id
from graph.node import NODES
from tests.e2e.policy.conftest import World
from tests.e2e.policy.paths import customer_paths, parent_of, root_lists

ALL = frozenset(NODES)
COMMISSION = {"CommissionEntry", "CommissionSettlement"}
HOOKS = {"WebhookEndpoint"}
NETWORK = {"RadiusSession", "Nas", "Alert", "NetworkSegment"}
BILLS = {"BillingAccount", "Invoice", "Payment"}
PERSON = {"Customer", "Address", "Document"}
ON_SALE = {"TariffPlan"}

#: What each principal sees of our customer's rows, and of the other one's.
SEEN: dict[str, tuple[set[str] | frozenset[str], set[str] | frozenset[str]]] = {
    "admin": (ALL, ALL),
    "support": (ALL - COMMISSION - HOOKS, ALL - COMMISSION - HOOKS),
    "billing": (ALL - NETWORK - HOOKS, ALL - NETWORK - HOOKS),
    "parent reseller": (ALL - {"Nas"}, ON_SALE),
    "child reseller": (ALL - {"Nas"}, ON_SALE),
    "other reseller": (ON_SALE, ALL - {"Nas"}),
    "the customer": (ALL - COMMISSION - HOOKS - {"Nas"}, ON_SALE),
    "another customer": (ON_SALE, ALL - COMMISSION - HOOKS - {"Nas"}),
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
LIVE = "subscription S($id: Int!) { customer(by: {customerId: $id}) { customerId } }"
OWNERS = ("ours", "theirs")

pytestmark = pytest.mark.parametrize("principal", sorted(SEEN))


def expected(principal: str) -> dict[tuple[str, str], bool]:
    """(owner, type) → whether the principal sees that row."""
    return {
        (owner, name): name in seen
        for owner, seen in zip(OWNERS, SEEN[principal], strict=True)
        for name in sorted(NODES)
    }


class TestEveryNodeType:
    async def test_is_seen_alike_by_node_nodes_and_entities(self, world: World, principal: str):
        keys = {(owner, name): world.estates[owner][name] for owner, name in expected(principal)}
        ids = {row: encode_id(row[1], key) for row, key in keys.items()}
        one_by_one = " ".join(
            f'n{number}: node(id: "{each}") {{ id }}' for number, each in enumerate(ids.values())
        )
        represented = [{"__typename": name, "id": each} for (_, name), each in ids.items()]
        paths = {
            "node": (f"{{ {one_by_one} }}", {}),
            "nodes": (NODES_BY_ID, {"ids": list(ids.values())}),
            "entities": (ENTITIES, {"of": represented}),
        }

        verdicts = {}
        for path, (query, variables) in paths.items():
            answer = await world.api.run(query, variables, token=world.tokens[principal])
            data = answer.get("data") or {}
            rows = data.get("rows") or [data.get(f"n{n}") for n in range(len(ids))]
            verdicts[path] = {
                row: found == {"id": ids[row]} for row, found in zip(ids, rows, strict=True)
            }
            assert {None if row is None else row["id"] for row in rows} <= {None, *ids.values()}

        assert verdicts == dict.fromkeys(paths, expected(principal))

    async def test_of_which_none_is_seen_is_refused_with_one_code(
        self, world: World, principal: str
    ):
        hidden = [row for row, is_seen in expected(principal).items() if not is_seen]
        asked = " ".join(
            f'n{number}: node(id: "{encode_id(name, world.estates[owner][name])}") {{ id }}'
            for number, (owner, name) in enumerate(hidden)
        )

        answer = await world.api.run(f"{{ __typename {asked} }}", token=world.tokens[principal])

        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= ({"UNAUTHENTICATED"} if principal == "nobody" else {"ACCESS_DENIED"})

    async def test_is_listed_and_counted_just_so(self, world: World, principal: str):
        listed, wanted = {}, {}

        for name, field in root_lists().items():
            query = f"{{ page: {field}(first: 100) {{ totalCount nodes {{ id }} }} }}"
            answer = await world.api.run(query, token=world.tokens[principal])
            page = (answer.get("data") or {}).get("page") or {"totalCount": 0, "nodes": []}
            assert page["totalCount"] == len(page["nodes"])
            for owner in OWNERS:
                row_id = encode_id(name, world.estates[owner][name])
                listed[owner, name] = {"id": row_id} in page["nodes"]
                wanted[owner, name] = expected(principal)[owner, name]

        assert listed == wanted
        assert {"Customer", "Invoice", "Reseller"} <= set(root_lists())


class TestCustomer:
    async def test_is_seen_alike_on_every_path(self, world: World, principal: str):
        token, api = world.tokens[principal], world.api
        verdicts: dict[tuple[str, str], bool] = {}
        wanted: dict[tuple[str, str], bool] = {}

        for owner, seen in zip(OWNERS, SEEN[principal], strict=True):
            estate = world.estates[owner]
            for path, query in customer_paths(estate).items():
                answer = await api.run(query, token=token)
                shown = f"'customerId': {estate['Customer']}}}"
                verdicts[owner, path] = shown in str(answer.get("data"))
                wanted[owner, path] = "Customer" in seen and parent_of(path) in {None, *seen}

        assert verdicts == wanted

    async def test_is_seen_alike_live_and_by_rest(self, world: World, principal: str):
        token, api = world.tokens[principal], world.api
        live, rest = {}, {}

        for owner in OWNERS:
            customer_id = world.estates[owner]["Customer"]
            async with api.socket(token) as socket:
                await socket.subscribe(LIVE, {"id": customer_id})
                message = await socket.receive()
            live[owner] = message["type"] == "next"
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            response = await api.http.get(f"/api/customers/{customer_id}", headers=headers)
            rest[owner] = response.status_code == 200
            assert rest[owner] or response.status_code in (401, 403, 404)

        seen = {owner: expected(principal)[owner, "Customer"] for owner in OWNERS}
        assert (live, rest) == (seen, seen)
