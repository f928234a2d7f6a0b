"""Who read what of whom: told to the log by every operation, and to administrators by the log."""

from domain.kernel.access import Permission, Role
from domain.kernel.audit import AuditKind
from tests.support.audit import audited, eventually_equal
from tests.support.billing import issued_invoice
from tests.support.customers import created_customer, created_reseller
from tests.support.monitoring import raised_alert

ENTRIES = """
    query Audit($filter: AuditFilter, $first: Int = 20, $after: String) {
      auditEntries(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { endCursor hasNextPage }
        nodes {
          kind action actor actorRole resellerId operation client entityType entityId customerIds
          before after
        }
      }
    }"""


async def reads(database, **facts):
    """Kinds of records and customers, in no order: entries of one operation have none."""
    entries = await audited(database, AuditKind.READ, **facts)
    return sorted((entry.entity_type, entry.customer_ids) for entry in entries)


def sofia(api):
    return api.token(Role.SUPPORT, subject="staff:sofia")


class TestReads:
    async def test_of_an_operation_are_an_entry_for_each_kind_of_record(self, api, database):
        ada, bob = await created_customer(database), await created_customer(database)
        await issued_invoice(database, ada)
        await raised_alert(database, bob)
        query = """
            query Look { customers(first: 10) { nodes {
              displayName
              invoices { nodes { number lines { description } } }
              alerts { nodes { id } }
            } } }"""
        await api.data(query, token=sofia(api))

        await eventually_equal(
            lambda: reads(database, actor="staff:sofia"),
            [("Alert", [bob]), ("Customer", [ada, bob]), ("Invoice", [ada])],
        )
        entry = (await audited(database, AuditKind.READ, actor="staff:sofia"))[0]
        assert (entry.operation, entry.actor_role, entry.client) == ("Look", "SUPPORT", "127.0.0.1")
        assert entry.request_id is not None

    async def test_by_every_door_are_told(self, api, database):
        ada = await created_customer(database, username="ada")
        doors = {
            "customer": f"query A {{ customer(by: {{customerId: {ada}}}) {{ displayName }} }}",
            "node": 'query B { node(id: "%s") { id } }',
            "entities": "query C($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
        }
        found = await api.data(f"{{ customer(by: {{customerId: {ada}}}) {{ id }} }}")
        representation = {"__typename": "Customer", "id": found["customer"]["id"]}
        await api.data(doors["customer"])
        await api.data(doors["node"] % found["customer"]["id"])
        await api.data(doors["entities"], {"r": [representation]})
        await api.http.get(
            f"/api/customers/{ada}", headers={"Authorization": f"Bearer {api.token()}"}
        )

        for operation in ("A", "B", "C", "customer"):
            await eventually_equal(
                lambda name=operation: reads(database, operation=name), [("Customer", [ada])]
            )

    async def test_of_resellers_tell_whom_they_act_for(self, api, database):
        north = await created_reseller(database)
        ada = await created_customer(database, reseller_id=north)
        token = api.token(Role.RESELLER, reseller_id=north)
        await api.data("{ customers(first: 1) { nodes { id } } }", token=token)

        await eventually_equal(
            lambda: reads(database, reseller_id=north, actor_role="RESELLER"),
            [("Customer", [ada])],
        )

    async def test_of_customers_themselves_and_of_nobodys_records_are_not_told(self, api, database):
        ada = await created_customer(database)
        token = api.token(Role.CUSTOMER, customer_id=ada)
        await api.data("{ viewer { customer { displayName } } }", token=token)
        await api.data("query Plans { tariffPlans(first: 1) { nodes { id } } }")
        await api.data("query Last { customers(first: 1) { nodes { id } } }")

        await eventually_equal(lambda: reads(database), [("Customer", [ada])])

    async def test_in_a_mutations_answer_are_told(self, api, database):
        ada = await created_customer(database)
        change = {"customerId": ada, "language": "pt"}
        await api.mutate("updateCustomer", change, "customer { id }", token=sofia(api))

        await eventually_equal(
            lambda: reads(database, actor="staff:sofia", operation="Change"), [("Customer", [ada])]
        )

    async def test_live_are_told_once_when_the_subscription_begins(self, api, database):
        ada = await created_customer(database)
        live = "subscription Live($id: Int!) { customerEvents(filter: {customerId: $id}) { id } }"
        async with api.socket(sofia(api)) as socket:
            await socket.subscribe(live, {"id": ada})
            await eventually_equal(lambda: reads(database, actor="staff:sofia"), [("Event", [ada])])
        inline = live.replace("($id: Int!)", "").replace("$id", str(ada)).replace("Live", "Inline")
        async with api.socket(sofia(api)) as socket:
            await socket.subscribe(inline)
            await eventually_equal(
                lambda: reads(database, operation="Inline", action="SUBSCRIBE"),
                [("Event", [ada])],
            )


class TestAskingTheLog:
    async def test_tells_administrators_a_change_and_counts_itself_among_the_reads(
        self, api, database
    ):
        ada = await created_customer(database, first_name="Ada", last_name="Byron")
        change = {"customerId": ada, "lastName": "Lovelace"}
        await api.mutate("updateCustomer", change, "clientMutationId", token=sofia(api))

        wanted = {"customerId": ada, "actor": "staff:sofia", "kind": "CHANGE"}
        answer = await api.data(ENTRIES, {"filter": wanted})

        assert answer["auditEntries"]["nodes"] == [
            {
                "kind": "CHANGE",
                "action": "UPDATE",
                "actor": "staff:sofia",
                "actorRole": "SUPPORT",
                "resellerId": None,
                "operation": "Change",
                "client": "127.0.0.1",
                "entityType": "Customer",
                "entityId": str(ada),
                "customerIds": [ada],
                "before": {"last_name": "Byron", "display_name": "Ada Byron"},
                "after": {"last_name": "Lovelace", "display_name": "Ada Lovelace"},
            }
        ]
        await eventually_equal(lambda: reads(database, operation="Audit"), [("AuditRecord", [ada])])

    async def test_goes_by_pages_newest_first_within_a_range_of_time(self, api, database):
        for _ in range(3):
            await created_customer(database)
        wanted = {"entityType": "Customer", "kind": "CHANGE", "start": "2026-01-01T00:00:00Z"}

        first = (await api.data(ENTRIES, {"filter": wanted, "first": 2}))["auditEntries"]
        cursor = first["pageInfo"]["endCursor"]
        rest = await api.data(ENTRIES, {"filter": wanted, "first": 2, "after": cursor})
        none = await api.data(ENTRIES, {"filter": {**wanted, "end": "2026-01-01T00:00:00Z"}})

        ids = [node["entityId"] for node in first["nodes"] + rest["auditEntries"]["nodes"]]
        assert [int(each) for each in ids] == sorted(map(int, ids), reverse=True)
        assert (len(ids), first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, 3, True)
        assert none["auditEntries"]["nodes"] == []

    async def test_is_for_those_with_the_permission(self, api):
        tokens = [api.token(Role.SUPPORT), api.token(Role.BILLING), api.service_token()]
        answers = [await api.run(ENTRIES, token=token) for token in tokens]
        allowed = await api.run(ENTRIES, token=api.service_token(Permission.AUDIT_READ))

        assert [answer["errors"][0]["extensions"]["code"] for answer in answers] == [
            "ACCESS_DENIED"
        ] * 3
        assert allowed["data"]["auditEntries"]["nodes"] == []
