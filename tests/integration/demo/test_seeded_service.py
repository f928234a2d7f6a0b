"""The demo's service: plans, usage, sessions, measurements, alerts, and the network."""

from datetime import UTC, datetime

from domain.kernel.access import SYSTEM
from domain.monitoring.coverage import serving
from domain.monitoring.models import AlertStatus, NotificationStatus
from domain.radius.models import SessionState
from domain.tariff.models import FupState
from domain.tariff.summaries import usage_summaries
from tests.integration.demo.conftest import CUSTOMERS
from tests.support.demo import rows_of


class TestPlans:
    async def test_eight_with_and_without_allowance_one_of_them_retired(self, seeded):
        [counts] = await rows_of(
            seeded,
            "select count(*), count(allowance_octets), count(retired_at),"
            " count(distinct fup_action) from tariff.tariff_plans",
        )

        assert counts == (8, 4, 1, 3)

    async def test_whoever_may_have_service_has_one_plan_now_and_nobody_else(self, seeded):
        found = await rows_of(
            seeded,
            "select distinct subscription_state, (select count(*) from tariff.plan_assignments"
            "  where customer_id = customer.id and started_at <= now()"
            "  and (ended_at is null or ended_at > now()))"
            " from customer.customers customer order by 1",
        )

        # An expired or unpaid subscription keeps its plan, to be renewed; a new order has none.
        assert found == [
            ("ACTIVE", 1),
            ("CANCELLED", 0),
            ("EXPIRED", 1),
            ("INACTIVE", 0),
            ("PENDING_ACTIVATION", 0),
            ("PENDING_PAYMENT", 0),
            ("PENDING_PAYMENT", 1),
            ("SUSPENDED", 1),
            ("TRIAL", 1),
        ]

    async def test_assignments_have_history_and_never_overlap(self, seeded):
        overlapping = await rows_of(
            seeded,
            "select one.id from tariff.plan_assignments one join tariff.plan_assignments other"
            " on other.customer_id = one.customer_id and other.id > one.id"
            " and tstzrange(one.started_at, one.ended_at)"
            "  && tstzrange(other.started_at, other.ended_at)",
        )
        [counts] = await rows_of(
            seeded,
            "select count(*) filter (where ended_at < now()),"
            " count(*) filter (where started_at > now()) from tariff.plan_assignments",
        )

        assert overlapping == []
        assert counts[0] > CUSTOMERS / 10
        assert counts[1] >= 1

    async def test_the_retired_plan_was_not_assigned_after_its_end(self, seeded):
        found = await rows_of(
            seeded,
            "select assignment.created_at < retired_at from tariff.plan_assignments assignment"
            " join tariff.tariff_plans plan on plan.id = tariff_plan_id"
            " where retired_at is not null",
        )

        assert found
        assert all(found)


class TestUsage:
    async def test_counters_are_the_sums_of_their_records(self, seeded):
        assert not await rows_of(
            seeded,
            "select * from (select customer_id, period_start, sum(downloaded_octets) as down,"
            "  sum(uploaded_octets) as up from tariff.usage_records group by 1, 2) record"
            " full join tariff.usage_counters counter using (customer_id, period_start)"
            " where (down, up) is distinct from (downloaded_octets, uploaded_octets)",
        )

    async def test_thresholds_told_are_those_reached(self, seeded):
        counted = await rows_of(
            seeded,
            "select distinct fup_state, notified_percent from tariff.usage_counters"
            " where period_start = date_trunc('month', now()) order by 1, 2",
        )
        [untold] = await rows_of(
            seeded,
            "select count(*) from tariff.usage_counters counter"
            " where notified_percent > 0 and not exists (select from kernel.events event"
            "  where event.customer_id = counter.customer_id"
            "  and type = 'tariff.threshold.reached'"
            "  and (data->>'threshold_percent')::int = notified_percent"
            "  and (data->>'period_start')::date = period_start)",
        )

        # A plan that charges for more stays NOTIFIED beyond its allowance.
        assert counted == [
            ("BLOCKED", 100),
            ("NORMAL", 0),
            ("NOTIFIED", 80),
            ("NOTIFIED", 100),
            ("THROTTLED", 100),
        ]
        assert untold == 0

    async def test_reaches_back_a_year(self, seeded):
        [months] = await rows_of(
            seeded, "select count(distinct period_start) from tariff.usage_counters"
        )

        assert months in (12, 13)

    async def test_is_in_every_state_of_fair_use_and_rightly_so(self, seeded):
        this_month = datetime.now(UTC).date().replace(day=1)
        counted = dict(
            await rows_of(
                seeded,
                "select customer_id, fup_state from tariff.usage_counters"
                " where period_start = :month",
                month=this_month,
            )
        )

        async with seeded.reading() as connection:
            summaries = await usage_summaries(connection, SYSTEM, list(counted))

        assert set(counted.values()) == set(FupState)
        assert {key: summary.fup_state for key, summary in summaries.items()} == counted
        assert summaries[1].fup_state is FupState.NOTIFIED

    async def test_blocked_customers_are_offline(self, seeded):
        assert not await rows_of(
            seeded,
            "select customer_id from tariff.usage_counters join radius.sessions session"
            " using (customer_id) where fup_state = 'BLOCKED' and stopped_at is null"
            " and period_start = date_trunc('month', now())",
        )


class TestSessions:
    async def test_are_open_stopped_and_cut_and_some_are_beyond_32_bits(self, seeded):
        states = await rows_of(seeded, "select distinct state from radius.sessions")
        [large] = await rows_of(
            seeded, "select count(*) from radius.sessions where output_octets > 4294967296"
        )
        [own] = await rows_of(
            seeded,
            "select count(*) from radius.sessions where customer_id = 1 and state = 'ACTIVE'",
        )

        assert set(states) == set(SessionState)
        assert large > CUSTOMERS
        assert own == 1

    async def test_only_who_is_served_is_online_and_once(self, seeded):
        assert not await rows_of(
            seeded,
            "select customer_id from radius.sessions session"
            " join customer.customers customer on customer.id = customer_id"
            " where stopped_at is null group by customer_id, subscription_state"
            " having count(*) > 1 or subscription_state not in ('ACTIVE', 'TRIAL')",
        )

    async def test_never_overlap_and_no_nas_kept_one_over_its_reboot(self, seeded):
        assert not await rows_of(
            seeded,
            "select one.id from radius.sessions one join radius.sessions other"
            " on other.customer_id = one.customer_id and other.id > one.id"
            " and tstzrange(one.started_at, one.stopped_at)"
            "  && tstzrange(other.started_at, other.stopped_at)",
        )
        assert not await rows_of(
            seeded,
            "select id from radius.sessions join radius.nas_boots using (nas_ip_address)"
            " where started_at < booted_at and last_update_at > booted_at",
        )

    async def test_each_moved_what_its_usage_record_says(self, seeded):
        assert not await rows_of(
            seeded,
            "select session.id from radius.sessions session"
            " left join tariff.usage_records record on record.customer_id = session.customer_id"
            " and dedupe_key = 'radius:' || session.id || ':' || input_octets || ':'"
            "  || output_octets"
            " where (input_octets, output_octets)"
            "  is distinct from (uploaded_octets, downloaded_octets)"
            " or last_update_at <> recorded_at",
        )


class TestMonitoring:
    async def test_every_service_address_is_served_by_a_segment(self, seeded):
        async with seeded.reading() as connection:
            found = (await connection.execute(serving())).all()
        kinds = await rows_of(seeded, "select distinct kind from monitoring.network_segments")

        assert sorted(row.customer_id for row in found) == list(range(1, CUSTOMERS + 1))
        assert set(kinds) == {"REGION", "SITE", "OLT", "CMTS", "ACCESS_POINT"}

    async def test_some_lines_are_measured_each_hour_and_for_a_month(self, seeded):
        [first] = await rows_of(
            seeded,
            "select count(*), count(distinct kind), max(sampled_at) - min(sampled_at)"
            "  >= interval '29 days', min(value) filter (where kind = 'LATENCY_MS') > 0"
            " from monitoring.metric_samples where customer_id = 1",
        )
        [lines] = await rows_of(
            seeded, "select count(distinct customer_id) from monitoring.metric_samples"
        )

        assert first == (54 * 8, 8, True, True)
        assert CUSTOMERS / 20 < lines <= CUSTOMERS / 10

    async def test_alerts_are_in_every_state_with_messages_sent_or_not(self, seeded):
        alerts = await rows_of(seeded, "select distinct status from monitoring.alerts")
        messages = await rows_of(seeded, "select distinct status from monitoring.notifications")

        assert set(alerts) == set(AlertStatus)
        # What is queued would be sent by the handler: nothing is left to it.
        assert set(messages) == set(NotificationStatus) - {NotificationStatus.QUEUED}

    async def test_alerts_went_out_by_the_channels_that_the_customer_wants_them_by(self, seeded):
        assert not await rows_of(
            seeded,
            "select alert.id, channel, communication_type from monitoring.alerts alert"
            " join customer.communication_preferences preference"
            "  on preference.customer_id = alert.customer_id and enabled and emergency_alerts"
            " full join monitoring.notifications message on message.alert_id = alert.id"
            "  and message.channel = preference.communication_type"
            " where (channel is null and alert.id is not null) or alert.id is null",
        )
