"""Lag: what the database knows of readers that are behind."""

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.deliveries import DeliveryStatus, EventConsumer, EventDelivery
from domain.kernel.ids import uuid7
from subscriptions.lag import ConsumerLag, consumer_lags, log_lag
from tests.support.facts import Happened, happened


async def a_consumer(database: Database, name: str, position: int, **facts: object) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        session.add(EventConsumer(name=name, position=position, **facts))


async def a_delivery(
    database: Database, consumer: str, position: int, status: DeliveryStatus
) -> None:
    async with database.unit_of_work(SYSTEM) as session:
        is_dead = status is DeliveryStatus.DEAD
        session.add(
            EventDelivery(
                consumer=consumer,
                position=position,
                event_id=uuid7(),
                stream="customer:1",
                status=status,
                died_at=session.now if is_dead else None,
            )
        )


async def lags(database: Database) -> dict[str, ConsumerLag]:
    async with database.reading() as connection:
        return {lag.consumer: lag for lag in await consumer_lags(connection)}


async def test_counts_what_is_committed_and_has_no_position_yet(database):
    await happened(database, 1, 2, 3)
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(Happened(customer_id=1, number=4))

    async with database.reading() as connection:
        lag = await log_lag(connection)

    assert (lag.position, lag.floor, lag.unpositioned) == (3, 0, 1)
    assert 0 < lag.unpositioned_seconds < 60


async def test_starts_at_the_first_event_that_is_not_done(database):
    await happened(database, 1, 2, 3, 4, 5)
    await a_consumer(database, "billing.done:customer.created", 5)
    await a_consumer(database, "billing.unread:customer.created", 3)
    await a_consumer(database, "billing.busy:customer.created", 5)
    for position, status in ((1, "DEAD"), (2, "RUNNING"), (4, "PENDING"), (5, "PENDING")):
        await a_delivery(
            database, "billing.busy:customer.created", position, DeliveryStatus(status)
        )

    found = await lags(database)

    assert found["billing.done"] == ConsumerLag("billing.done", 0, 0.0, 0, 0, 0, 0)
    assert found["billing.unread"].positions == 2
    busy = found["billing.busy"]
    assert (busy.positions, busy.pending, busy.running, busy.dead) == (4, 2, 1, 1)
    assert 0 < busy.seconds < 60


async def test_takes_all_webhooks_together_and_leaves_out_those_that_are_paused(database):
    await happened(database, 1, 2, 3)
    async with database.unit_of_work(SYSTEM) as session:
        now = session.now
    await a_consumer(database, "webhook:1", 2)
    await a_consumer(database, "webhook:2", 0, paused_at=now)
    await a_delivery(database, "webhook:2", 1, DeliveryStatus.PENDING)

    webhook = (await lags(database))["webhook"]

    assert (webhook.positions, webhook.pending, webhook.paused) == (1, 1, 1)


async def test_is_nothing_where_all_are_paused(database):
    await happened(database, 1)
    async with database.unit_of_work(SYSTEM) as session:
        now = session.now
    await a_consumer(database, "webhook:2", 0, paused_at=now)

    webhook = (await lags(database))["webhook"]

    assert webhook == ConsumerLag("webhook", 0, 0.0, 0, 0, 0, 1)
