"""A foreign row and one that does not exist are answered alike, to the letter."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.base import Model
from graph.ids import encode_id
from graph.rest.endpoints import ENDPOINTS
from tests.e2e.policy.conftest import World
from tests.e2e.policy.mutations import Change, all_changes
from tests.e2e.policy.paths import Path, all_paths
from tests.e2e.policy.test_row_policy import SEEN, TOGETHER, may_walk

MISSING = 2_147_480_000
#: To each of them "theirs" is another tenant's.
TENANTS = ["parent reseller", "child reseller", "the customer"]
#: What a reseller may do; it gets as far as the row, which is not there for it.
RESELLERS_CHANGES = {
    "addAddress",
    "assignTariffPlan",
    "authorizeCustomer",
    "cancelTariffPlan",
    "changeTariffPlan",
    "createResellerCustomer",
    "deleteWebhookEndpoint",
    "pauseWebhookEndpoint",
    "registerDocument",
    "removeAddress",
    "requestEmailVerification",
    "resumeWebhookEndpoint",
    "retryWebhookDeliveries",
    "rotateWebhookSecret",
    "setCommunicationPreference",
    "testWebhookEndpoint",
    "topUpUsage",
    "updateAddress",
    "updateCustomer",
    "updateWebhookEndpoint",
    "withdrawTariffPlanChange",
}
#: What is written by asking: who read, and how far the consumers are.
_RESTLESS = {"kernel.audit_entries", "kernel.event_consumers", "kernel.inbox"}

pytestmark = pytest.mark.parametrize("principal", TENANTS)


def missing_values(world: World) -> dict[str, Any]:
    """What names no row, for each way to name one."""
    missing = {}
    for name, value in world.values["theirs"].items():
        kind, key = name.split(".")
        if key == "id":
            missing[name] = encode_id(kind, MISSING)
        else:
            missing[name] = MISSING if isinstance(value, int) else f"NO-{MISSING}@example.com"
    return missing


async def told(
    world: World,
    principal: str,
    query: str,
    values: dict[str, Any],
    variables: dict[str, Any] | None = None,
) -> Any:
    """Status and body of the answer, in which no value names its row any more."""
    response = await world.api.post(query, variables, token=world.tokens[principal])
    return response.status_code, _anonymous(response.json(), values)


def _anonymous(body: Any, values: dict[str, Any]) -> Any:
    """Without places in the document, and the errors, which come as they happen, in order."""
    errors = body.get("errors", []) if isinstance(body, dict) else []
    for error in errors:
        error.pop("locations", None)
    errors.sort(key=lambda error: str(error.get("path")))
    kept = json.dumps(body, sort_keys=True)
    for value in sorted((str(each) for each in values.values()), key=len, reverse=True):
        kept = kept.replace(value, "<row>")
    return kept


class TestReading:
    async def test_is_answered_alike(self, world: World, principal: str):
        seen = SEEN[principal][1]
        paths = [path for path in all_paths() if "«" in path.query and not may_walk(path, seen)]
        for start in range(0, len(paths), TOGETHER):
            asked = paths[start : start + TOGETHER]
            foreign, missing = [
                await told(world, principal, _query(asked, values), values)
                for values in (world.values["theirs"], missing_values(world))
            ]

            assert foreign == missing, [path.name for path in asked]
        assert len(paths) > 90

    async def test_live_is_answered_alike(self, world: World, principal: str):
        query = "subscription { customer(by: {%s: %s}) { id } }"
        keys = {"id": '"%s"', "customerId": "%s", "customerNumber": '"%s"', "username": '"%s"'}
        async with world.api.socket(world.tokens[principal]) as socket:
            for key, quoted in keys.items():
                answers = []
                for values in (world.values["theirs"], missing_values(world)):
                    value = quoted % values[f"Customer.{key}"]
                    await socket.subscribe(query % (key, value), id=key)
                    answers.append(await socket.receive())
                for answer in answers:
                    for error in answer["payload"]:
                        error.pop("locations", None)
                assert answers[0] == answers[1]
                assert [error["extensions"]["code"] for error in answers[0]["payload"]] == [
                    "NOT_FOUND"
                ]


def _query(paths: list[Path], values: dict[str, Any]) -> str:
    shown = (f"p{number}: {path.filled(values)}" for number, path in enumerate(paths))
    return f"{{ {' '.join(shown)} }}"


class TestChanging:
    async def test_is_answered_alike_and_changes_nothing(self, world: World, principal: str):
        before = await contents(world)
        codes: dict[str, set[str]] = {}
        for change in all_changes():
            if change.target in SEEN[principal][1]:
                continue
            foreign, missing = [
                await self.answer(world, principal, change, key)
                for key in (world.estates["theirs"][change.target], MISSING)
            ]
            assert foreign == missing, change.name
            codes.setdefault(change.field, set()).update(codes_of(foreign[1]))

        assert {code for each in codes.values() for code in each} <= {
            "ACCESS_DENIED",
            "INVALID",
            "NOT_FOUND",
        }
        found_nothing = {field for field, each in codes.items() if "NOT_FOUND" in each}
        if principal != "the customer":
            assert found_nothing == RESELLERS_CHANGES
        else:
            assert {"updateCustomer", "addAddress", "removeAddress"} <= found_nothing
        assert await contents(world) == before

    async def answer(self, world: World, principal: str, change: Change, key: int) -> Any:
        variables = {"input": change.about(key, world.estates["ours"])}
        values = {"key": key, "id": encode_id(change.target, key)}
        return await told(world, principal, change.query, values, variables)


def codes_of(body: str) -> set[str]:
    answer = json.loads(body)
    errors = {error["extensions"]["code"] for error in answer.get("errors", [])}
    payloads = [payload for payload in (answer.get("data") or {}).values() if payload]
    return errors | {error["code"] for payload in payloads for error in payload["userErrors"]}


async def contents(world: World) -> dict[str, int | None]:
    """A digest of each table's rows."""
    tables = sorted({*Model.metadata.tables} - _RESTLESS)
    async with world.api.application.services.database.reading() as connection:
        return {
            table: await connection.scalar(
                text(f"select sum(hashtextextended(each::text, 0)) from {table} each")
            )
            for table in tables
            if not table.startswith("identity.")
        }


class TestRest:
    async def test_is_answered_alike(self, world: World, principal: str):
        for endpoint in ENDPOINTS:
            answers = []
            for values in (world.values["theirs"], missing_values(world)):
                keys = {
                    "customer_id": values["Customer.customerId"],
                    "reseller_id": values["Reseller.resellerId"],
                }
                response = await world.api.http.request(
                    endpoint.method,
                    endpoint.path.format(**keys),
                    json=_BODIES.get(endpoint.document) if endpoint.method == "POST" else None,
                    headers={"Authorization": f"Bearer {world.tokens[principal]}"},
                )
                answers.append((response.status_code, _anonymous(response.json(), keys)))

            assert answers[0] == answers[1], endpoint.path
            assert answers[0][0] in (403, 404, 422), endpoint.path


_BODIES = {
    "record_payment": {"amount": {"amount": "10.00", "currency": "EUR"}, "method": "CASH"},
    "assign_plan": {"tariffPlanId": MISSING},
    "authorize": {},
    "create_alert": {"type": "NOISE", "severity": "INFO", "message": "because"},
    "create_reseller_customer": {"type": "INDIVIDUAL", "firstName": "A", "lastName": "B"},
}
