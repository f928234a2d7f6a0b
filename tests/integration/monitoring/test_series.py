"""Metric series and service quality on PostgreSQL: values, rows seen, statements sent."""

from datetime import timedelta

import pytest

from domain.kernel import access
from domain.kernel.access import Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.monitoring.models import MetricKind
from domain.monitoring.records import MetricPoint, QualityRating, ServiceQuality
from domain.monitoring.series import SeriesRequest, metric_series, service_qualities
from tests.support.customers import created_customer, created_reseller
from tests.support.monitoring import NOON, a_sample, recorded, samples_each_minute
from tests.support.statements import captured_statements

SUPPORT = access.staff(Role.SUPPORT, "staff:2")
MINUTE = timedelta(minutes=1)
LATENCY, LOSS = MetricKind.LATENCY_MS, MetricKind.LOSS_PCT


def first_hour(*kinds: MetricKind, step: timedelta = 30 * MINUTE) -> SeriesRequest:
    return SeriesRequest.of(kinds=kinds or [LATENCY], start=NOON, end=NOON + 60 * MINUTE, step=step)


class TestMetricSeries:
    async def test_each_bucket_has_average_minimum_maximum_and_count(self, database):
        customer_id = await created_customer(database)
        samples = samples_each_minute(customer_id, 10.0, 20.0, 60.0)
        samples.append(a_sample(customer_id, value=5.0, sampled_at=NOON + 31 * MINUTE))
        await recorded(database, samples)

        async with database.reading() as connection:
            found = await metric_series(connection, SUPPORT, [customer_id], first_hour())

        (series,) = found[customer_id]
        assert (series.kind, series.unit, series.step) == (LATENCY, "ms", 30 * MINUTE)
        assert series.points == (
            MetricPoint(NOON, 30.0, 10.0, 60.0, 3),
            MetricPoint(NOON + 30 * MINUTE, 5.0, 5.0, 5.0, 1),
        )

    async def test_the_range_is_half_open(self, database):
        customer_id = await created_customer(database)
        await recorded(
            database,
            [
                a_sample(customer_id, value=1.0, sampled_at=NOON - timedelta(microseconds=1)),
                a_sample(customer_id, value=2.0, sampled_at=NOON),
                a_sample(customer_id, value=3.0, sampled_at=NOON + 60 * MINUTE),
            ],
        )

        async with database.reading() as connection:
            found = await metric_series(connection, SUPPORT, [customer_id], first_hour())

        assert found[customer_id][0].points == (MetricPoint(NOON, 2.0, 2.0, 2.0, 1),)

    async def test_a_kind_never_measured_is_a_series_without_points(self, database):
        customer_id = await created_customer(database)
        await recorded(database, [a_sample(customer_id)])

        async with database.reading() as connection:
            found = await metric_series(
                connection, SUPPORT, [customer_id], first_hour(LATENCY, LOSS)
            )

        assert [(series.kind, len(series.points)) for series in found[customer_id]] == [
            (LATENCY, 1),
            (LOSS, 0),
        ]

    async def test_a_customer_sees_its_own_line_only(self, database):
        own, other = await created_customer(database), await created_customer(database)
        await recorded(database, [a_sample(own), a_sample(other)])

        async with database.reading() as connection:
            found = await metric_series(
                connection, access.customer(own), [own, other], first_hour()
            )

        assert [len(found[key][0].points) for key in (own, other)] == [1, 0]

    async def test_a_reseller_sees_its_subtree(self, database):
        above = await created_reseller(database)
        below = await created_reseller(database, parent_id=above)
        own = await created_customer(database, reseller_id=below)
        foreign = await created_customer(database)
        await recorded(database, [a_sample(own), a_sample(foreign)])
        actor = access.reseller(above, [above, below])

        async with database.reading() as connection:
            found = await metric_series(connection, actor, [own, foreign], first_hour())

        assert [len(found[key][0].points) for key in (own, foreign)] == [1, 0]

    async def test_is_not_for_the_billing_office(self, database):
        async with database.reading() as connection:
            with pytest.raises(AccessDenied, match="You may not read metrics"):
                await metric_series(
                    connection, access.staff(Role.BILLING, "staff:3"), [1], first_hour()
                )

    async def test_refuses_more_than_200000_buckets_in_all(self, database):
        request = first_hour(*MetricKind, step=4 * timedelta(seconds=1))

        async with database.reading() as connection:
            with pytest.raises(Invalid) as failure:
                await metric_series(connection, SUPPORT, range(28), request)

        assert failure.value.path == ("step",)

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_takes_one_statement_for_any_number_of_customers(self, database, parents):
        async with database.reading() as connection:
            with captured_statements(database) as statements:
                found = await metric_series(
                    connection, SUPPORT, range(1, parents + 1), first_hour(*MetricKind)
                )

        assert len(found) == parents
        assert len(statements) == 1


class TestServiceQualities:
    async def test_scores_the_last_24_hours(self, database):
        customer_id = await created_customer(database)
        hours = [NOON - timedelta(hours=hour) for hour in range(24)]
        await recorded(
            database,
            [
                a_sample(customer_id, kind=kind, value=value, sampled_at=hour)
                for kind, value in (
                    (LATENCY, 160.0),
                    (MetricKind.JITTER_MS, 5.0),
                    (LOSS, 0.0),
                )
                for hour in hours
            ],
        )

        async with database.reading() as connection:
            found = await service_qualities(connection, SUPPORT, [customer_id], at=NOON)

        assert found == {
            customer_id: ServiceQuality(customer_id, 80, QualityRating.GOOD, 1.0, NOON)
        }

    async def test_older_and_later_samples_do_not_count(self, database):
        customer_id = await created_customer(database)
        await recorded(
            database,
            [
                a_sample(customer_id, sampled_at=NOON - timedelta(hours=24)),
                a_sample(customer_id, sampled_at=NOON + MINUTE),
            ],
        )

        async with database.reading() as connection:
            assert await service_qualities(connection, SUPPORT, [customer_id], at=NOON) == {}

    async def test_another_tenants_line_is_left_out(self, database):
        own, other = await created_customer(database), await created_customer(database)
        await recorded(database, [a_sample(own), a_sample(other)])

        async with database.reading() as connection:
            found = await service_qualities(connection, access.customer(own), [own, other], at=NOON)

        assert list(found) == [own]

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_takes_one_statement_for_any_number_of_customers(self, database, parents):
        async with database.reading() as connection:
            with captured_statements(database) as statements:
                await service_qualities(connection, SUPPORT, range(1, parents + 1), at=NOON)

        assert len(statements) == 1
