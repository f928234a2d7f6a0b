"""Dead letters and consumers over the API and from the command line."""

import base64
import json

import pytest

from domain.kernel.access import SYSTEM, Permission, Role
from subscriptions.event_bus import Consumer, Retry
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.facts import Happened
from tests.support.process import run
from tests.support.statements import captured_statements

NAME = "bookkeeping"
CONSUMERS = "{ eventConsumers { name lag pending parked dead isOrdered isPaused } }"
LETTERS = """
    query Letters($consumer: String, $customerId: Int, $after: String) {
      deadLetters(consumer: $consumer, customerId: $customerId, after: $after, first: 2) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          id consumer position eventType stream customerId data attempts error redrives blocks
        }
      }
    }"""


class Bookkeeping:
    """A handler that refuses everything until it is repaired."""

    def __init__(self) -> None:
        self.is_repaired = False
        self.handled: list[int] = []

    async def __call__(self, _session, event) -> None:
        if not self.is_repaired:
            raise RuntimeError("the books are closed")
        self.handled.append(event.data["number"])


@pytest.fixture
async def bookkeeping(api, database) -> Bookkeeping:
    """A handler of the running application with dead letters 1, 3 and 4; 2 waits behind 1."""
    handler = Bookkeeping()
    await api.application.services.stream.bus.registry.add(
        Consumer(NAME, frozenset({"test.*"}), handler, origin=handler, retry=Retry(()))
    )
    async with database.unit_of_work(SYSTEM) as session:
        for number, customer_id in ((1, 71), (2, 71), (3, 73), (4, 74)):
            await session.announce(Happened(customer_id=customer_id, number=number))
    await api.settled()
    return handler


async def letters(api, **asked) -> list[dict]:
    return (await api.data(LETTERS, asked))["deadLetters"]["nodes"]


async def test_dead_letters_are_listed_newest_first_with_what_they_block(api, bookkeeping):
    first = (await api.data(LETTERS, {}))["deadLetters"]
    rest = (await api.data(LETTERS, {"after": first["pageInfo"]["endCursor"]}))["deadLetters"]

    assert first["totalCount"] == 3
    listed = [*first["nodes"], *rest["nodes"]]
    [oldest] = [each for each in listed if each["position"] == "1"]
    assert {each["position"] for each in listed} == {"1", "3", "4"}
    assert oldest == {
        "id": oldest["id"],
        "consumer": NAME,
        "position": "1",
        "eventType": "test.happened",
        "stream": "customer:71",
        "customerId": 71,
        "data": {"customer_id": 71, "number": 1},
        "attempts": 1,
        "error": "RuntimeError: the books are closed",
        "redrives": 0,
        "blocks": 1,
    }
    assert [each["position"] for each in await letters(api, customerId=73)] == ["3"]
    assert await letters(api, consumer="another") == []


async def test_redriven_ones_are_handled_and_what_they_blocked_follows(api, database, bookkeeping):
    bookkeeping.is_repaired = True

    [oldest] = await letters(api, customerId=71)

    payload = await api.mutate("redriveDeadLetters", {"ids": [oldest["id"]]}, "redriven")
    await api.settled()

    assert payload == {"redriven": 1, "userErrors": []}
    assert bookkeeping.handled == [1, 2]
    assert {each["position"] for each in await letters(api)} == {"3", "4"}
    [(kind, data)] = await announced(database, "delivery.")
    assert (kind, data["consumer"], data["position"]) == ("delivery.redriven", NAME, 1)


async def test_a_whole_consumer_is_redriven(api, bookkeeping):
    bookkeeping.is_repaired = True

    payload = await api.mutate("redriveDeadLetters", {"consumer": NAME}, "redriven")
    await api.settled()

    assert payload["redriven"] == 3
    assert sorted(bookkeeping.handled) == [1, 2, 3, 4]
    assert await letters(api) == []


async def test_discarded_ones_are_gone_and_what_they_blocked_follows(api, database, bookkeeping):
    bookkeeping.is_repaired = True
    [oldest] = (await api.data(LETTERS, {"customerId": 71}))["deadLetters"]["nodes"]
    input = {"ids": [oldest["id"]], "reason": "rehearsal"}

    payload = await api.mutate("discardDeadLetters", input, "discarded")
    await api.settled()

    assert payload == {"discarded": 1, "userErrors": []}
    assert bookkeeping.handled == [2]
    [(kind, data)] = await announced(database, "delivery.")
    assert (kind, data["position"], data["reason"]) == ("delivery.discarded", 1, "rehearsal")


#: A well-formed id.
GONE = base64.urlsafe_b64encode(b"1:DeadLetter:99:nobody").decode().rstrip("=")


@pytest.mark.parametrize(
    ("field", "input", "code", "path"),
    [
        ("redriveDeadLetters", {}, "INVALID", ["input", "ids"]),
        ("redriveDeadLetters", {"ids": [], "consumer": NAME}, "INVALID", ["input", "ids"]),
        ("redriveDeadLetters", {"ids": ["bm9uc2Vuc2U"]}, "INVALID", ["input", "ids", "0"]),
        ("redriveDeadLetters", {"ids": [GONE]}, "NOT_FOUND", ["input", "ids"]),
        ("redriveDeadLetters", {"consumer": "nobody"}, "NOT_FOUND", ["input", "consumer"]),
        ("discardDeadLetters", {"ids": [], "reason": "x"}, "INVALID", ["input", "ids"]),
        ("discardDeadLetters", {"ids": [GONE], "reason": " "}, "INVALID", ["input", "reason"]),
        ("pauseConsumer", {"name": "nobody"}, "NOT_FOUND", ["input", "name"]),
        ("resumeConsumer", {"name": "nobody"}, "NOT_FOUND", ["input", "name"]),
        ("pauseConsumer", {"name": "webhook:1"}, "INVALID", ["input", "name"]),
        ("resumeConsumer", {"name": "webhook:1"}, "INVALID", ["input", "name"]),
    ],
)
async def test_what_cannot_be_done_is_told_and_changes_nothing(
    api, database, bookkeeping, field, input, code, path
):
    payload = await api.mutate(field, input, "clientMutationId")

    [error] = payload["userErrors"]
    assert (error["code"], error["path"]) == (code, path)
    assert len((await api.data(LETTERS, {}))["deadLetters"]["nodes"]) == 2
    assert await announced(database, "delivery.") == []


async def test_a_paused_consumer_waits_and_a_resumed_one_goes_on(api, database, bookkeeping):
    bookkeeping.is_repaired = True
    paused = await api.mutate("pauseConsumer", {"name": NAME}, "consumer { name isPaused }")
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(Happened(customer_id=75, number=5))
    await api.settled()
    held = list(bookkeeping.handled)

    resumed = await api.mutate("resumeConsumer", {"name": NAME}, "consumer { name isPaused }")
    await api.settled()

    assert paused["consumer"] == {"name": NAME, "isPaused": True}
    assert held == []
    assert resumed["consumer"] == {"name": NAME, "isPaused": False}
    assert bookkeeping.handled == [5]


async def test_consumers_tell_what_they_have_to_do(api, bookkeeping):
    consumers = (await api.data(CONSUMERS))["eventConsumers"]

    names = [each["name"] for each in consumers]
    assert names == sorted(names)
    assert "billing.follow_customer:customer.updated" in names
    assert consumers[names.index(NAME)] == {
        "name": NAME,
        "lag": "0",
        "pending": 0,
        "parked": 1,
        "dead": 3,
        "isOrdered": True,
        "isPaused": False,
    }


async def test_a_list_is_as_many_statements_whatever_is_in_it(api, database, bookkeeping):
    with captured_statements(api.application.services.database) as full:
        await api.data(LETTERS, {})
    with captured_statements(api.application.services.database) as empty:
        await api.data(LETTERS, {"consumer": "another"})

    assert len(_of_letters(full)) == len(_of_letters(empty)) == 2


def _of_letters(statements: list[str]) -> list[str]:
    return [each for each in statements if "event_deliveries.died_at IS NOT NULL" in each]


@pytest.mark.parametrize("role", ["support", "billing", "reseller", "customer", "service"])
async def test_nobody_but_who_cares_for_the_machinery_may_do_any_of_it(
    api, database, bookkeeping, role
):
    reseller_id = await created_reseller(database)
    customer_id = await created_customer(database)
    await api.settled()
    token = {
        "support": api.token(Role.SUPPORT),
        "billing": api.token(Role.BILLING),
        "reseller": api.token(Role.RESELLER, reseller_id=reseller_id),
        "customer": api.token(Role.CUSTOMER, customer_id=customer_id),
        "service": api.service_token(Permission.EVENT_READ, Permission.CUSTOMER_READ),
    }[role]
    before = await letters(api)
    ids = [each["id"] for each in before]
    everything = """
        query { eventConsumers { name } deadLetters(first: 1) { nodes { data } } }"""
    changes = """
        mutation Changes($ids: [ID!]!) {
          a: redriveDeadLetters(input: {ids: $ids}) { redriven }
          b: redriveDeadLetters(input: {consumer: "bookkeeping"}) { redriven }
          c: discardDeadLetters(input: {ids: $ids, reason: "x"}) { discarded }
          d: pauseConsumer(input: {name: "bookkeeping"}) { consumer { name } }
          e: resumeConsumer(input: {name: "bookkeeping"}) { consumer { name } }
        }"""

    read = await api.run(everything, token=token)
    changed = await api.run(changes, {"ids": ids}, token=token)

    for answer, fields in ((read, 2), (changed, 5)):
        assert set(answer["data"].values()) == {None}
        codes = [error["extensions"]["code"] for error in answer["errors"]]
        assert codes == ["ACCESS_DENIED"] * fields
    assert await letters(api) == before
    assert await announced(database, "delivery.") == []


async def test_a_service_with_the_scope_may(api, bookkeeping):
    token = api.service_token(Permission.EVENT_ADMIN)

    answer = await api.data(CONSUMERS, token=token)

    assert NAME in [each["name"] for each in answer["eventConsumers"]]


class TestCommandLine:
    async def test_lists_redrives_and_discards(self, api, database, database_url, bookkeeping):
        bookkeeping.is_repaired = True

        async def command(*arguments: str) -> tuple[int, str, str]:
            return await run("events", *arguments, DATABASE_URL=database_url)

        code, output, said = await command("dead-letters", "--consumer", NAME)
        assert (code, said) == (0, "")
        listed = [json.loads(line) for line in output.splitlines()]
        assert code == 0
        assert {each["position"] for each in listed} == {1, 3, 4}
        assert {each["error"] for each in listed} == {"RuntimeError: the books are closed"}

        code, _, said = await command(
            "dead-letters", "discard", NAME, "3", "--reason", "a rehearsal"
        )
        assert (code, said) == (0, "1 dead letters were given up.\n")
        code, _, said = await command("dead-letters", "discard", NAME, "3", "--reason", "again")
        assert (code, said) == (1, f"No dead letter 3 of {NAME}\n")
        code, _, said = await command("dead-letters", "redrive", NAME)
        assert (code, said) == (0, "2 dead letters are tried again by the running servers.\n")

        await api.settled()
        assert sorted(bookkeeping.handled) == [1, 2, 4]
        told = [data["position"] for _, data in await announced(database, "delivery.")]
        assert told == [3, 1, 4]

    async def test_replays_from_a_position_once_it_is_confirmed(
        self, api, database, database_url, bookkeeping
    ):
        bookkeeping.is_repaired = True

        async def replay(*arguments: str) -> tuple[int, str, str]:
            return await run("events", "replay", NAME, *arguments, DATABASE_URL=database_url)

        code, _, _ = await replay("--after", "2")  # Nobody is there to say yes.
        assert (code, await announced(database, "delivery.")) == (1, [])
        code, _, said = await replay("--after", "1", "--yes")
        assert code == 0
        assert said.startswith(f"{NAME} is back from 4 to 1; 3 deliveries were dropped (2 dead")

        await api.settled()
        assert bookkeeping.handled.count(3) == 1
        assert [number for number in bookkeeping.handled if number in (1, 2)] == []
