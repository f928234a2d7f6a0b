"""The bus: each handler gets each event of its types, in order, once."""

import asyncio

import pytest

from domain.kernel.concerns import concerned_with
from subscriptions.event_bus import EventBus, Registry
from tests.support.facts import HappenedToo, changed, consumers, happened, in_bulk
from tests.support.handlers import effects_in, is_idle, note, started


class TestDelivery:
    async def test_is_in_the_order_of_the_log_over_many_batches(self, database, effects):
        await in_bulk(database, 0, 120)

        await (await started(database, consumers(note))).deliver_all()

        assert await effects_in(database) == list(range(120))
        assert await is_idle(database, "note", 120)

    async def test_a_new_handler_begins_where_it_says_and_an_old_one_where_it_was(
        self, database, effects
    ):
        seen: list[int] = []

        async def from_now_on(event) -> None:
            seen.append(event["data"]["number"])

        await happened(database, 1)
        first = consumers(note)
        await EventBus(first).subscribe("test.happened", from_now_on)
        await (await started(database, first)).deliver_all()
        await happened(database, 2)

        again = consumers(note)
        await EventBus(again).subscribe("test.happened", from_now_on)
        await (await started(database, again)).deliver_all()

        assert await effects_in(database) == [1, 2]
        assert seen == [2]

    async def test_two_buses_at_once_handle_each_event_once(self, database, effects):
        await in_bulk(database, 0, 60)
        buses = [await started(database, consumers(note)) for _ in range(2)]

        while not await is_idle(database, "note", 60):
            await asyncio.gather(*(bus.deliver_all() for bus in buses))

        assert await effects_in(database) == list(range(60))

    async def test_is_of_the_changed_fields_that_concern_the_handler(self, database, effects):
        await changed(database, 1, "phone")
        await changed(database, 2, "phone", "status")
        await changed(database, 3)
        await happened(database, 4)

        fields = frozenset({"status", "email"})
        await (await started(database, consumers(note, fields=fields))).deliver_all()

        assert await effects_in(database) == [2, 4]
        assert await is_idle(database, "note", 4)

    async def test_spares_a_module_what_does_not_concern_it(self, database, effects):
        @concerned_with("status")
        async def follow(session, event) -> None:
            await note(session, event)

        registry = Registry()
        await EventBus(registry).attach("module", {"test.changed": follow})
        await changed(database, 1, "phone")
        await changed(database, 2, "status")

        await (await started(database, registry)).deliver_all()

        assert await effects_in(database) == [2]

    @pytest.mark.parametrize(
        ("pattern", "numbers"),
        [
            ("test.happened", [1]),
            ("test.happened_too", [2]),
            ("test.*", [1, 2]),
            ("test.happened.*", []),
            ("tes.*", []),
            ("test.happened%", []),
            ("other.*", []),
        ],
    )
    async def test_is_of_the_types_that_the_pattern_names(
        self, database, effects, pattern, numbers
    ):
        await happened(database, 1)
        await happened(database, 2, kind=HappenedToo)

        await (await started(database, consumers(note, pattern=pattern))).deliver_all()

        assert await effects_in(database) == numbers


class TestSubscribe:
    async def test_hands_over_the_guides_envelope(self, database):
        seen: list[dict] = []

        async def handle(event_data) -> None:
            seen.append(event_data)

        registry = Registry()
        bus = await started(database, registry)
        await EventBus(registry).subscribe("test.*", handle)
        await happened(database, 7)

        await bus.deliver_all()

        [envelope] = seen
        assert envelope["event_type"] == "test.happened"
        assert envelope["timestamp"].endswith("Z")
        assert envelope["data"] == {"customer_id": 1, "number": 7}
        assert (envelope["position"], envelope["sequence"], envelope["actor"]) == (1, 1, "system")

    async def test_while_the_bus_runs_misses_nothing_from_then_on(self, database):
        seen: list[int] = []

        async def handle(event_data) -> None:
            seen.append(event_data["data"]["number"])

        registry = Registry()
        bus = await started(database, registry)
        await happened(database, 1)
        await EventBus(registry).subscribe("test.happened", handle)
        await happened(database, 2)

        await bus.deliver_all()

        assert seen == [2]

    async def test_refuses_what_cannot_be_awaited(self):
        def handle(_event_data) -> None:
            """Not async."""

        with pytest.raises(TypeError, match="async function"):
            await EventBus(Registry()).subscribe("test.happened", handle)

    async def test_refuses_another_function_of_the_same_name(self):
        def made():
            async def handle(_event_data) -> None:
                """One of many."""

            return handle

        bus, handler = EventBus(Registry()), made()
        await bus.subscribe("test.happened", handler)
        await bus.subscribe("test.happened", handler)
        await bus.subscribe("test.*", made())

        with pytest.raises(ValueError, match="another handler is subscribed"):
            await bus.subscribe("test.happened", made())
