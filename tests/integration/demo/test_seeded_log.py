"""The demo's event log: what the tables say, in order, waiting for the relay."""

from domain.customer.timeline import timeline_counts_by_customer
from domain.kernel.access import SYSTEM
from subscriptions.relay import assign_positions
from tests.integration.demo.conftest import CUSTOMERS
from tests.support.demo import rows_of


class TestLog:
    async def test_waits_for_the_relay(self, seeded):
        assert await rows_of(seeded, "select distinct position from kernel.events") == [None]

    async def test_each_stream_counts_from_1_without_gap(self, seeded):
        assert not await rows_of(
            seeded,
            "select stream from (select stream, count(*), min(seq), max(seq) from kernel.events"
            "  group by stream) told full join kernel.event_streams counter using (stream)"
            " where (min, max, count) is distinct from (1, counter.seq, counter.seq)",
        )

    async def test_is_in_the_order_of_time(self, seeded):
        assert not await rows_of(
            seeded,
            "select id from (select id, stream, seq, occurred_at,"
            "  lag(occurred_at) over (order by id) as before,"
            "  lag(seq) over (partition by stream order by id) as last from kernel.events) told"
            " where occurred_at < before or seq < last or occurred_at > now()",
        )

    async def test_begins_each_customer_with_its_creation(self, seeded):
        first = await rows_of(
            seeded,
            "select type from kernel.events where stream like 'customer:%' and seq = 1",
        )

        assert first == ["customer.created"] * CUSTOMERS

    async def test_tells_each_move_of_a_subscription_that_the_history_has(self, seeded):
        assert not await rows_of(
            seeded,
            "select * from (select customer_id, changed_at, to_state from customer.state_changes"
            "  where machine = 'SUBSCRIPTION') change"
            " full join (select customer_id, occurred_at as changed_at,"
            "   data->>'to_state' as to_state from kernel.events"
            "   where type = 'customer.subscription_state.changed') told"
            "  using (customer_id, changed_at, to_state)"
            " where change is null or told is null",
        )

    async def test_belongs_to_the_reseller_of_its_customer(self, seeded):
        assert not await rows_of(
            seeded,
            "select event.id from kernel.events event"
            " join customer.customers customer on customer.id = event.customer_id"
            " where event.reseller_id is distinct from customer.reseller_id",
        )

    async def test_has_what_every_module_announces(self, seeded):
        types = set(await rows_of(seeded, "select distinct type from kernel.events"))

        assert types >= {
            "billing.account.closed",
            "billing.account.created",
            "billing.invoice.issued",
            "billing.invoice.paid",
            "billing.invoice.voided",
            "billing.payment.received",
            "customer.address.created",
            "customer.created",
            "customer.document.verified",
            "customer.email.verified",
            "customer.subscription_state.changed",
            "customer.updated",
            "monitoring.alert.acknowledged",
            "monitoring.alert.raised",
            "monitoring.alert.resolved",
            "radius.session.disconnect_requested",
            "radius.session.started",
            "radius.session.stopped",
            "reseller.commission.accrued",
            "reseller.commission.settled",
            "reseller.created",
            "tariff.fup.changed",
            "tariff.plan.assigned",
            "tariff.plan.cancelled",
            "tariff.plan.published",
            "tariff.plan.retired",
            "tariff.threshold.reached",
        }

    async def test_makes_timelines_once_the_relay_has_been(self, seeded_copy):
        while (await assign_positions(seeded_copy))[0]:
            pass

        async with seeded_copy.reading() as connection:
            counts = await timeline_counts_by_customer(
                connection,
                SYSTEM,
                list(range(1, CUSTOMERS + 1)),
                frozenset({"customer.created", "customer.subscription_state.changed"}),
            )

        assert all(counts[number] >= 1 for number in range(1, CUSTOMERS + 1))
        assert sum(counts.values()) > 2 * CUSTOMERS
