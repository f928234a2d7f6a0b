"""
One policy on every path: each principal sees the same rows however it asks.

The expectation is computed here from the plain rule (role, reseller tree, own customer), not from
the code under test. Plans, network segments and resellers have rules of their own and are tested
with their modules.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.access import Permission, Role
from domain.kernel.database import Database
from graph.ids import encode_id
from graph.node import NODES
from tests.support.server import Api

#: Node type, its table, the customer it belongs to, and the permission that reading it needs.
OWNED = {
    "Customer": ("customer.customers", "id", Permission.CUSTOMER_READ),
    "Address": ("customer.addresses", "customer_id", Permission.CUSTOMER_READ),
    "Document": ("customer.documents", "customer_id", Permission.CUSTOMER_READ),
    "BillingAccount": ("billing.billing_accounts", "customer_id", Permission.BILLING_READ),
    "Invoice": ("billing.invoices", "customer_id", Permission.BILLING_READ),
    "Payment": ("billing.payments", "customer_id", Permission.BILLING_READ),
    "PlanAssignment": ("tariff.plan_assignments", "customer_id", Permission.TARIFF_READ),
    "RadiusSession": ("radius.sessions", "customer_id", Permission.RADIUS_READ),
    "Alert": ("monitoring.alerts", "customer_id", Permission.MONITORING_READ),
    "CommissionEntry": ("reseller.commission_entries", "customer_id", Permission.COMMISSION_READ),
}
OTHERS = {"TariffPlan", "NetworkSegment", "Reseller", "CommissionSettlement", "Nas"}
_LIST = """{
  customers(first: 100) {
    totalCount nodes { customerId addresses { customer { customerId } } }
  }
}"""
_BY = """
  query Q($by: CustomerBy!) { ...Who }
  fragment Who on Query { one: customer(by: $by) { customerId } }
"""
READS = [permission for permission in Permission if permission.endswith(":read")]


@dataclass(frozen=True)
class Row:
    """A row of demo data: what it is, whose, and the reseller of that customer."""

    type_name: str
    key: int
    customer_id: int
    reseller_id: int | None

    @property
    def id(self) -> str:
        return encode_id(self.type_name, self.key)


PRINCIPALS: dict[str, dict[str, Any]] = {
    "admin": {"role": Role.ADMIN},
    "support": {"role": Role.SUPPORT},
    "billing": {"role": Role.BILLING},
    "reseller 1": {"role": Role.RESELLER, "reseller_id": 1, "subject": "reseller:1"},
    "reseller 2": {"role": Role.RESELLER, "reseller_id": 2, "subject": "reseller:2"},
    "reseller 3": {"role": Role.RESELLER, "reseller_id": 3, "subject": "reseller:3"},
    "customer 1": {"role": Role.CUSTOMER, "customer_id": 1},
    "customer 2": {"role": Role.CUSTOMER, "customer_id": 2},
    "service": {"role": Role.SERVICE, "subject": "service:all", "scopes": tuple(READS)},
    "narrow service": {
        "role": Role.SERVICE,
        "subject": "service:one",
        "scopes": (Permission.CUSTOMER_READ,),
    },
    "service without scopes": {"role": Role.SERVICE, "subject": "service:none"},
}
#: What staff roles may not read at all.
DENIED = {
    Role.SUPPORT: {Permission.COMMISSION_READ},
    Role.BILLING: {Permission.RADIUS_READ, Permission.MONITORING_READ},
    Role.CUSTOMER: {Permission.COMMISSION_READ},
}


@pytest.fixture(scope="module")
async def rows(database: Database) -> list[Row]:
    """For each type a row of customers 1 and 2, and of each reseller's first customers."""
    found: list[Row] = []
    async with database.reading() as connection:
        for type_name, (table, owner, _) in OWNED.items():
            only = "where item.status = 'ISSUED'" if type_name == "Invoice" else ""
            statement = f"""
                select distinct on (customer.id) item.id, customer.id as owner, customer.reseller_id
                from {table} item join customer.customers customer on customer.id = item.{owner}
                {only}
                order by customer.id, item.id
            """
            found += [
                Row(type_name, row.id, row.owner, row.reseller_id)
                for row in await connection.execute(text(statement))
            ]
    chosen: list[Row] = []
    for type_name in OWNED:
        by_reseller: dict[int | None, int] = {}
        for row in found:
            if row.type_name != type_name:
                continue
            by_reseller[row.reseller_id] = by_reseller.get(row.reseller_id, 0) + 1
            if row.customer_id <= 2 or by_reseller[row.reseller_id] <= 1:
                chosen.append(row)
    return chosen


@pytest.fixture(scope="module")
async def subtrees(database: Database) -> dict[int, set[int]]:
    """Each reseller's id and those below it."""
    async with database.reading() as connection:
        parents = {
            row.id: row.parent_id
            for row in await connection.execute(
                text("select id, parent_id from reseller.resellers")
            )
        }
    trees: dict[int, set[int]] = {reseller_id: set() for reseller_id in parents}
    for reseller_id in parents:
        above: int | None = reseller_id
        while above is not None:
            trees[above].add(reseller_id)
            above = parents[above]
    return trees


def expected(row: Row, principal: dict[str, Any], subtrees: dict[int, set[int]]) -> bool:
    """The rule, in plain words: may this principal see this row?"""
    role, needed = principal["role"], OWNED[row.type_name][2]
    if needed in DENIED.get(role, set()):
        return False
    if role is Role.SERVICE:
        return needed in principal.get("scopes", ())
    if role is Role.RESELLER:
        return row.reseller_id in subtrees[principal["reseller_id"]]
    if role is Role.CUSTOMER:
        return row.customer_id == principal["customer_id"]
    return True


def test_the_matrix_knows_every_node_type():
    assert set(NODES) == set(OWNED) | OTHERS


@pytest.fixture(params=PRINCIPALS)
def principal(request: pytest.FixtureRequest) -> dict[str, Any]:
    return PRINCIPALS[request.param]


@pytest.fixture
def token(api: Api, principal: dict[str, Any]) -> str:
    claims = dict(principal)
    return api.token(claims.pop("role"), **claims)


class TestEveryPath:
    async def test_node_nodes_and_entities_give_the_same_verdict(
        self, api, rows, subtrees, principal, token
    ):
        verdicts: dict[str, dict[str, bool]] = {}
        for part in [rows[start : start + 40] for start in range(0, len(rows), 40)]:
            ids = [row.id for row in part]
            aliases = " ".join(f'n{n}: node(id: "{id}") {{ id }}' for n, id in enumerate(ids))
            entities = [{"__typename": row.type_name, "id": row.id} for row in part]
            single = (await api.run(f"{{ {aliases} }}", token=token))["data"]
            several = (
                await api.run(
                    "query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ids}, token=token
                )
            )["data"]["nodes"]
            keyed = (
                await api.run(
                    "query E($of: [_Any!]!) { _entities(representations: $of) { __typename } }",
                    {"of": entities},
                    token=token,
                )
            )["data"]["_entities"]
            for number, row in enumerate(part):
                verdicts[row.id] = {
                    "node": single[f"n{number}"] is not None,
                    "nodes": several[number] is not None,
                    "_entities": keyed[number] is not None,
                }

        wrong = {
            f"{row.type_name} {row.key} of customer {row.customer_id}": verdicts[row.id]
            for row in rows
            if set(verdicts[row.id].values()) != {expected(row, principal, subtrees)}
        }
        assert wrong == {}

    async def test_every_name_of_a_customer_gives_the_same_verdict(
        self, api, database, rows, subtrees, principal, token
    ):
        customers = [row for row in rows if row.type_name == "Customer"]
        async with database.reading() as connection:
            names = {
                row.id: row
                for row in await connection.execute(
                    text("select id, customer_number, username from customer.customers")
                )
            }
        for row in customers:
            ways = [
                {"id": row.id},
                {"customerId": row.key},
                {"customerNumber": names[row.key].customer_number},
            ]
            if names[row.key].username:
                ways.append({"username": names[row.key].username})
            found = [(await api.run(_BY, {"by": by}, token=token))["data"]["one"] for by in ways]
            seen = [answer is not None for answer in found]
            assert seen == [expected(row, principal, subtrees)] * len(ways), (row, ways)

    async def test_lists_totals_and_rest_give_the_same_verdict(
        self, api, database, subtrees, principal, token
    ):
        async with database.reading() as connection:
            everybody = [
                Row("Customer", row.id, row.id, row.reseller_id)
                for row in await connection.execute(
                    text("select id, reseller_id from customer.customers order by id")
                )
            ]
        visible = [row.key for row in everybody if expected(row, principal, subtrees)]

        answer = (await api.run(_LIST, token=token))["data"]["customers"]
        statuses = {
            row.key: (
                await api.http.get(
                    f"/api/customers/{row.key}", headers={"Authorization": f"Bearer {token}"}
                )
            ).status_code
            for row in everybody[:8]
        }

        if answer is None:
            assert visible == []
        else:
            assert [node["customerId"] for node in answer["nodes"]] == visible
            assert answer["totalCount"] == len(visible)
            nested = {
                address["customer"]["customerId"]
                for node in answer["nodes"]
                for address in node["addresses"]
            }
            assert nested <= set(visible)
        assert statuses == {
            row.key: 200 if row.key in visible else 404 for row in everybody[:8]
        } or set(statuses.values()) == {403}

    async def test_a_live_customer_gives_the_same_verdict(
        self, api, rows, subtrees, principal, token
    ):
        follows = Permission.EVENT_READ in principal.get("scopes", [Permission.EVENT_READ])
        customers = [row for row in rows if row.type_name == "Customer"][:4]
        query = "subscription S($id: Int!) { customer(by: {customerId: $id}) { customerId } }"
        is_bare_service = principal["role"] is Role.SERVICE and "scopes" not in principal

        async with api.socket(token) as socket:
            for number, row in enumerate(customers):
                await socket.subscribe(query, {"id": row.key}, id=str(number))
                message = await socket.receive()
                seen = message["type"] == "next" and message["payload"].get("data") is not None
                may = follows and not is_bare_service and expected(row, principal, subtrees)
                assert seen == may, (row, message)
                if seen:
                    await socket.send(id=str(number), type="complete")
                elif message["type"] == "next":
                    await socket.receive()


async def test_the_anonymous_see_nothing_by_any_path(api, rows):
    queries = [
        "{ viewer { role } }",
        "{ customers(first: 1) { totalCount } }",
        "{ __schema { types { name } } }",
        "{ _service { sdl } }",
        f'{{ node(id: "{rows[0].id}") {{ id }} }}',
        "{ noSuchField }",
    ]

    answers = [await api.post(query, token=None) for query in queries]

    assert [answer.status_code for answer in answers] == [401] * len(queries)
    assert len({answer.text for answer in answers}) == 1
