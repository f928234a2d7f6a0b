"""MetricService on PostgreSQL: what a batch stores, skips and refuses."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.database import Database
from domain.kernel.errors import AccessDenied, Invalid, NotFound
from domain.monitoring.metrics import Ingested, MetricService
from domain.monitoring.models import MetricKind, MetricSample
from tests.support.customers import created_customer
from tests.support.monitoring import NOON, a_sample, recorded, samples_each_minute
from tests.support.statements import captured_statements

PROBE = access.service("probe", [Permission.MONITORING_WRITE, Permission.CUSTOMER_READ])
service = MetricService()


async def stored(database: Database) -> int:
    async with database.reading() as connection:
        counted = await connection.execute(select(func.count()).select_from(MetricSample))
        return counted.scalar_one()


class TestRecordMetrics:
    async def test_stores_each_sample_with_when_it_was_taken_and_when_it_came(self, database):
        customer_id = await created_customer(database)

        async with database.unit_of_work(PROBE) as session:
            ingested = await service.record_metrics(session, [a_sample(customer_id, value=12.5)])
            now = session.now

        async with database.reading() as connection:
            rows = (await connection.execute(select(MetricSample.__table__))).all()
        assert ingested == Ingested(recorded=1, duplicates=0)
        assert [tuple(row) for row in rows] == [(customer_id, "LATENCY_MS", NOON, now, 12.5)]

    async def test_the_same_batch_again_changes_nothing(self, database):
        customer_id = await created_customer(database)
        batch = samples_each_minute(customer_id, 1.0, 2.0, 3.0)
        await recorded(database, batch)

        async with database.unit_of_work(PROBE) as session:
            ingested = await service.record_metrics(session, batch)

        assert ingested == Ingested(recorded=0, duplicates=3)
        assert await stored(database) == 3

    async def test_the_first_value_of_an_instant_stays(self, database):
        customer_id = await created_customer(database)

        async with database.unit_of_work(PROBE) as session:
            ingested = await service.record_metrics(
                session, [a_sample(customer_id, value=1.0), a_sample(customer_id, value=2.0)]
            )

        async with database.reading() as connection:
            values = (await connection.execute(select(MetricSample.value))).scalars().all()
        assert ingested == Ingested(recorded=1, duplicates=1)
        assert values == [1.0]

    async def test_two_equal_batches_at_once_store_each_sample_once(self, database):
        customer_id = await created_customer(database)
        batch = samples_each_minute(customer_id, *(float(n) for n in range(100)))

        await asyncio.gather(recorded(database, batch), recorded(database, batch[::-1]))

        assert await stored(database) == 100

    async def test_takes_a_thousand_samples_in_two_statements(self, database):
        customer_id = await created_customer(database)
        batch = samples_each_minute(customer_id, *(float(n) for n in range(1000)))

        with captured_statements(database) as statements:
            async with database.unit_of_work(PROBE) as session:
                ingested = await service.record_metrics(session, batch)

        assert ingested.recorded == 1000
        assert len(statements) == 2

    @pytest.mark.parametrize("size", [0, 1001])
    async def test_refuses_empty_and_oversized_batches(self, database, size):
        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(PROBE) as session:
                await service.record_metrics(session, [a_sample(1)] * size)

        assert failure.value.path == ("samples",)

    async def test_names_the_first_sample_whose_customer_is_unknown_and_stores_none(self, database):
        customer_id = await created_customer(database)

        with pytest.raises(NotFound) as failure:
            async with database.unit_of_work(PROBE) as session:
                await service.record_metrics(
                    session, [a_sample(customer_id), a_sample(998), a_sample(999)]
                )

        assert failure.value.path == ("samples", "1", "customerId")
        assert await stored(database) == 0

    async def test_a_deleted_customer_is_unknown(self, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().delete_customer(session, customer_id)

        with pytest.raises(NotFound):
            await recorded(database, [a_sample(customer_id)])

    @pytest.mark.parametrize(
        ("facts", "part"),
        [
            ({"value": float("nan")}, "value"),
            ({"value": float("inf")}, "value"),
            ({"value": -0.1}, "value"),
            ({"kind": MetricKind.LOSS_PCT, "value": 100.1}, "value"),
            ({"kind": MetricKind.UPTIME_PCT, "value": -1.0}, "value"),
            ({"kind": MetricKind.THROUGHPUT_DOWN_BPS, "value": float("-inf")}, "value"),
            ({"sampled_at": datetime.now(UTC) + timedelta(days=1)}, "sampledAt"),
            ({"sampled_at": NOON.replace(tzinfo=None)}, "sampledAt"),
        ],
    )
    async def test_refuses_impossible_samples_by_their_place(self, database, facts, part):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            await recorded(database, [a_sample(customer_id), a_sample(customer_id, **facts)])

        assert failure.value.path == ("samples", "1", part)
        assert await stored(database) == 0

    @pytest.mark.parametrize(
        "actor",
        [access.staff(Role.SUPPORT, "staff:2"), access.reseller(1, [1]), access.customer(1)],
    )
    async def test_is_for_probes_and_administrators(self, database, actor):
        with pytest.raises(AccessDenied, match="You may not record metrics"):
            async with database.unit_of_work(actor) as session:
                await service.record_metrics(session, [a_sample(1)])
