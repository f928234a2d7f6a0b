"""A person's whole life goes through the API; then it is told in full, and forgotten in full."""

import hashlib
import json

import orjson
import pytest
from sqlalchemy import select

from domain.kernel.access import Role
from domain.kernel.idempotency import IdempotencyKey
from tests.support.customers import created_customer
from tests.support.marks import places
from tests.support.persons import ADDRESS, Planted
from tests.support.server import running_api

#: What law keeps of a person (GDPR art. 17(3)(b)): what was invoiced, and the tax number on it.
KEPT_BY_LAW = {"billing.invoices.buyer", "billing.invoice_lines.description"}
#: Answers of receivers, errors of handlers and notes to a reseller are not the person's data.
OF_MACHINES = (
    "webhook.attempts.response",
    "kernel.event_deliveries.last_error",
    "reseller.commission_entries.note",
)


async def erased(api, customer_id, reason="CONSENT_WITHDRAWN", **more):
    return await api.mutate(
        "eraseCustomer",
        {"customerId": customer_id, "reason": reason},
        "erasedAt wasErasedBefore",
        **more,
    )


async def exported(api, customer_id, **more):
    return await api.mutate(
        "exportCustomerData", {"customerId": customer_id}, "document sha256", **more
    )


@pytest.fixture
async def api(database_url, tmp_path):
    """The application behind a proxy on this machine, which tells where clients are."""
    async with running_api(database_url, tmp_path, trusted_proxies="127.0.0.1/32") as api:
        yield api


@pytest.fixture
async def person(api):
    return await Planted(api).live()


async def test_a_life_is_told_in_full_and_forgotten_in_full(api, database, person):
    marks = person.marks.made
    before = await places(database, marks)
    assert set(await places(database, [ADDRESS])) == {"kernel.audit_entries.client"}

    answer = await exported(api, person.id)
    document = answer["document"]
    told = orjson.dumps(document).decode().lower()

    machine = set().union(*(before[column] for column in OF_MACHINES))
    stored = set().union(*before.values())
    assert {mark for mark in stored if mark.lower() not in told} == machine
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert answer["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()

    await person.leave()
    done = await erased(api, person.id)
    await api.settled()

    assert (done["userErrors"], done["wasErasedBefore"]) == ([], False)
    after = await places(database, marks)
    assert set(after) == KEPT_BY_LAW
    assert len(after["billing.invoices.buyer"]) == 1
    assert await places(database, [ADDRESS]) == {}


async def test_what_was_asked_for_by_key_cannot_be_guessed_and_is_forgotten(api, database):
    key = {"idempotencyKey": "k-1"}
    asked = {"type": "INDIVIDUAL", "firstName": "Ada", "email": "ada@example.com", **key}
    made = await api.mutate("createCustomer", asked, "customer { customerId }")
    again = await api.mutate("createCustomer", asked, "customer { customerId }")
    other = await api.mutate(
        "createCustomer", {**asked, "idempotencyKey": "k-2"}, "customer { customerId }"
    )
    ada, bob = made["customer"]["customerId"], other["customer"]["customerId"]
    street = {"type": "BILLING", "line1": "Rua 1", "locality": "Lisboa", "country": "PT"}
    street["postalCode"] = "1000-001"
    for customer_id in (ada, bob):
        address = {"customerId": customer_id, "address": street}
        keyed = {**address, "idempotencyKey": f"a-{customer_id}"}
        added = await api.mutate("addAddress", keyed, "address { id }")
        assert added["userErrors"] == []
    await api.mutate("changeCustomerStatus", {"customerId": ada, "status": "CLOSED"}, "")
    before = await kept_keys(database)

    await erased(api, ada)

    assert again == made
    assert set(before) == {"k-1", "k-2", f"a-{ada}", f"a-{bob}"}
    assert set(await kept_keys(database)) == {"k-2", f"a-{bob}"}
    assert len(set(before.values())) == 4


async def kept_keys(database):
    """The digest of what was asked by each key."""
    async with database.reading() as connection:
        rows = await connection.execute(select(IdempotencyKey.key, IdempotencyKey.request_hash))
        return {row.key: row.request_hash for row in rows}


class TestRefusals:
    async def test_what_is_in_the_way_is_named(self, api, database):
        ada = await created_customer(database, state="ACTIVE")
        mutation = """
            mutation Forget($input: EraseCustomerInput!) { eraseCustomer(input: $input) {
              erasedAt
              userErrors { __typename code path ... on ErasureBlocked { blockers } }
            } }"""

        answer = await api.data(mutation, {"input": {"customerId": ada, "reason": "OBJECTION"}})

        assert answer["eraseCustomer"] == {
            "erasedAt": None,
            "userErrors": [
                {
                    "__typename": "ErasureBlocked",
                    "code": "ERASURE_BLOCKED",
                    "path": ["input", "customerId"],
                    "blockers": ["CUSTOMER_NOT_CLOSED", "SUBSCRIPTION_NOT_ENDED"],
                }
            ],
        }

    async def test_erasing_again_answers_when_it_was_done(self, api, database):
        ada = await created_customer(database)
        await api.mutate("changeCustomerStatus", {"customerId": ada, "status": "CLOSED"}, "")

        first, again = await erased(api, ada), await erased(api, ada)

        assert (first["wasErasedBefore"], again["wasErasedBefore"]) == (False, True)
        assert first["erasedAt"] == again["erasedAt"]

    async def test_customers_export_themselves_and_nobody_else(self, api, database):
        ada, bob = await created_customer(database), await created_customer(database)
        token = api.token(Role.CUSTOMER, customer_id=ada)

        own = await exported(api, ada, token=token)
        other = await exported(api, bob, token=token)

        assert own["document"]["customer_id"] == ada
        assert (other["document"], other["userErrors"][0]["code"]) == (None, "NOT_FOUND")

    async def test_staff_and_resellers_neither_export_nor_erase(self, api, database):
        ada = await created_customer(database)
        mutation = """
            mutation Both($id: Int!) {
              a: exportCustomerData(input: {customerId: $id}) { sha256 }
              b: eraseCustomer(input: {customerId: $id, reason: OBJECTION}) { erasedAt }
            }"""
        for role in (Role.SUPPORT, Role.BILLING):
            answer = await api.run(mutation, {"id": ada}, token=api.token(role))
            codes = [error["extensions"]["code"] for error in answer["errors"]]
            assert codes == ["ACCESS_DENIED", "ACCESS_DENIED"]
