"""The whole graph over PostgreSQL: the engine answers each principal as graphql-core does."""

import asyncio
import os
from random import Random
from typing import Any

from graphql import parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain.kernel.access import PERMISSIONS, Actor, Permission, Role
from graph.context import Context
from graph.engine import Engine
from graph.schema import build_schema
from tests.support.customers import created_customer
from tests.support.engine.documents import Budget, Document, Documents
from tests.support.engine.running import Outcome, Run, answered, oracle, unpropagated
from tests.support.engine.verdict import differences
from tests.support.estate import created_estate
from tests.support.fuzz.plausible import plausible
from tests.support.reseller import earning_reseller
from tests.support.server import Api

#: Documents for each field of Query; ``ENGINE_CASES`` is their number in all.
ROUNDS = 7
SEED = int(os.environ.get("ENGINE_SEED", "1"))
SCHEMA = build_schema()._schema
EXECUTOR = StrawberryGraphQLCoreExecutionContext
BUDGET = Budget(depth=5, fields=4, parts=30, values=plausible, introspection=10_000)


def principals(reseller_id: int, customer_id: int) -> list[Actor]:
    """Staff, a reseller, a customer, and services with few permissions and none."""
    few = frozenset({Permission.CUSTOMER_READ, Permission.BILLING_READ})
    return [
        Actor(Role.ADMIN, "staff:admin", PERMISSIONS[Role.ADMIN]),
        Actor(Role.SUPPORT, "staff:support", PERMISSIONS[Role.SUPPORT]),
        Actor(
            Role.RESELLER,
            f"reseller:{reseller_id}",
            PERMISSIONS[Role.RESELLER],
            reseller_id=reseller_id,
            reseller_ids=(reseller_id,),
        ),
        Actor(
            Role.CUSTOMER,
            f"customer:{customer_id}",
            PERMISSIONS[Role.CUSTOMER],
            customer_id=customer_id,
        ),
        Actor(Role.SERVICE, "service:few", few),
        Actor(Role.SERVICE, "service:none"),
    ]


class Comparison:
    """Runs documents on both executors, each time in a context of their own."""

    def __init__(self, api: Api) -> None:
        self._services = api.application.services
        self._engine = Engine(SCHEMA, EXECUTOR).execute
        self.answers = 0
        self.with_data = 0
        self.unsteady = 0

    async def differences(self, document: Document, actor: Actor) -> list[str]:
        """What the engine does otherwise; nothing if all is well."""
        reference = oracle(SCHEMA, EXECUTOR)
        actual = await self._ran(self._engine, document, actor)
        expected = await self._ran(reference, document, actor)
        found = differences(expected, actual, expected)
        self.answers += 1
        self.with_data += any((expected.data or {}).values())
        if not found:
            return []
        if not await self._stays(document, actor):
            # It tells the time, what has been used up, or what was read meanwhile.
            self.unsteady += 1
            return []
        everything = oracle(SCHEMA, unpropagated(EXECUTOR))
        possible = await self._ran(everything, document, actor)
        found = differences(expected, actual, possible)
        shown = [f"expected: {expected.text}", f"actual:   {actual.text}"]
        return [*found, str(actor), str(document), *shown] if found else []

    async def _stays(self, document: Document, actor: Actor) -> bool:
        """Whether the executors go on to differ, and neither from itself."""
        before = await self._ran(oracle(SCHEMA, EXECUTOR), document, actor)
        actual = await self._ran(self._engine, document, actor)
        after = await self._ran(oracle(SCHEMA, EXECUTOR), document, actor)
        return before == after and bool(differences(before, actual, before))

    async def _ran(self, run: Run, document: Document, actor: Actor) -> Outcome:
        context = Context(self._services, actor)
        given: dict[str, Any] = {"variable_values": document.variables}
        try:
            return await answered(
                run,
                parse(document.text),
                context_value=context,
                operation_name=document.operation_name,
                **given,
            )
        finally:
            context.loaders.stop()


async def test_every_query_has_the_same_answer_for_every_principal(api: Api):
    database = api.application.services.database
    reseller_id = await earning_reseller(database)
    estate = await created_estate(database, reseller_id)
    for number in range(3):
        await created_customer(database, username=f"other-{number}", reseller_id=reseller_id)
    actors = principals(reseller_id, estate["Customer"])
    comparison = Comparison(api)
    fields = sorted(SCHEMA.query_type.fields)  # type: ignore[union-attr]
    asked = os.environ.get("ENGINE_CASES")
    rounds = ROUNDS if asked is None else max(1, int(asked) // len(fields))

    for number in range(rounds):
        for index, name in enumerate(fields):
            document = Documents(SCHEMA, Random(f"{SEED}:{number}:{name}"), BUDGET).document(name)
            # Everybody comes by everywhere, staff more often: they see most.
            for actor in (actors[0], actors[(number + index) % len(actors)]):
                found = await comparison.differences(document, actor)
                assert not found, "\n".join(found)
            await asyncio.sleep(0)

    assert comparison.with_data > comparison.answers / 4
    assert comparison.unsteady < comparison.answers / 20
