"""AlertService on PostgreSQL: raising, acknowledging, resolving, and who hears of it."""

import asyncio

import pytest
from sqlalchemy import func, select

from domain.customer.errors import CustomerNotFound
from domain.customer.models import CommunicationType, CustomerStatus, CustomerType
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.database import Database
from domain.kernel.errors import AccessDenied, Invalid, InvalidTransition, VersionConflict
from domain.kernel.paging import Slice
from domain.monitoring import queries
from domain.monitoring.alerts import AlertService
from domain.monitoring.commands import AlertFilter, AlertList
from domain.monitoring.errors import AlertNotFound, CustomerClosed
from domain.monitoring.models import Alert, AlertPriority, AlertSeverity, AlertStatus
from tests.support.customers import created_customer, created_reseller
from tests.support.monitoring import events_of, notifications, prefers, raised_alert
from tests.support.statements import captured_statements

SUPPORT = access.staff(Role.SUPPORT, "staff:2")
EVERYTHING = AlertFilter()
service = AlertService()


async def alerts(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Alert))).scalar_one()


async def acknowledge(database: Database, alert_id: int, actor=SUPPORT, **facts) -> Alert:
    async with database.unit_of_work(actor) as session:
        return await service.acknowledge_alert(session, alert_id, **facts)


async def resolve(database: Database, alert_id: int, actor=SUPPORT, **facts) -> Alert:
    async with database.unit_of_work(actor) as session:
        return await service.resolve_alert(session, alert_id, **facts)


class TestCreateAlert:
    async def test_weighs_the_severity_and_announces_the_alert(self, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(
            database, type=CustomerType.BUSINESS, company_name="Acme", reseller_id=reseller_id
        )

        async with database.unit_of_work(SUPPORT) as session:
            alert = await service.create_alert(
                session,
                customer_id,
                type=" OUTAGE ",
                severity=AlertSeverity.ERROR,
                message="Line down",
            )

        assert (alert.type, alert.priority, alert.status, alert.raised_by, alert.version) == (
            "OUTAGE",
            AlertPriority.URGENT,
            AlertStatus.ACTIVE,
            "staff:2",
            1,
        )
        (event,) = await events_of(database, "monitoring.")
        assert (event.type, event.customer_id, event.reseller_id, event.data) == (
            "monitoring.alert.raised",
            customer_id,
            reseller_id,
            {
                "customer_id": customer_id,
                "alert_id": alert.id,
                "alert_type": "OUTAGE",
                "severity": "ERROR",
                "priority": "URGENT",
            },
        )

    async def test_queues_a_notification_for_each_channel_with_an_address(self, database):
        customer_id = await created_customer(
            database, email="ada@example.com", mobile="+351912345678"
        )
        for channel in CommunicationType:
            await prefers(database, customer_id, channel)

        await raised_alert(database, customer_id)

        assert await notifications(database) == [
            ("EMAIL", "QUEUED", None),
            ("MAIL", "QUEUED", None),
            ("PHONE", "QUEUED", None),
            ("PUSH", "QUEUED", None),
            ("SMS", "QUEUED", None),
        ]

    async def test_a_channel_without_an_address_is_not_used(self, database):
        customer_id = await created_customer(database)
        for channel in (CommunicationType.EMAIL, CommunicationType.SMS):
            await prefers(database, customer_id, channel)

        await raised_alert(database, customer_id)

        assert await notifications(database) == []

    @pytest.mark.parametrize("switch", ["enabled", "emergency_alerts"])
    async def test_a_channel_switched_off_is_not_used(self, database, switch):
        customer_id = await created_customer(database, email="ada@example.com")
        await prefers(database, customer_id, CommunicationType.EMAIL, **{switch: False})

        await raised_alert(database, customer_id)

        assert await notifications(database) == []

    async def test_a_customer_without_preferences_is_not_written_to(self, database):
        customer_id = await created_customer(database, email="ada@example.com")

        await raised_alert(database, customer_id)

        assert await notifications(database) == []

    async def test_a_closed_customer_gets_none(self, database):
        customer_id = await created_customer(database)
        async with database.unit_of_work(SYSTEM) as session:
            await CustomerService().change_status(session, customer_id, CustomerStatus.CLOSED)

        with pytest.raises(CustomerClosed) as failure:
            await raised_alert(database, customer_id)

        assert failure.value.path == ("customerId",)
        assert await alerts(database) == 0
        assert await events_of(database, "monitoring.") == []

    @pytest.mark.parametrize(
        ("facts", "path"),
        [
            ({"type": " "}, "type"),
            ({"type": "X" * 65}, "type"),
            ({"type": "A\nBcc: x"}, "type"),
            ({"message": ""}, "message"),
            ({"message": "m" * 1001}, "message"),
        ],
    )
    async def test_refuses_texts_that_break_their_rule(self, database, facts, path):
        customer_id = await created_customer(database)

        with pytest.raises(Invalid) as failure:
            await raised_alert(database, customer_id, **facts)

        assert failure.value.path == (path,)
        assert await alerts(database) == 0

    async def test_an_unknown_customer_is_not_found(self, database):
        with pytest.raises(CustomerNotFound):
            await raised_alert(database, 999)

    @pytest.mark.parametrize(
        "actor",
        [access.staff(Role.BILLING, "staff:3"), access.reseller(1, [1]), access.customer(1)],
    )
    async def test_is_for_support_and_leaves_no_trace(self, database, actor):
        customer_id = await created_customer(database)

        with pytest.raises(AccessDenied, match="You may not raise alerts"):
            async with database.unit_of_work(actor) as session:
                await service.create_alert(
                    session,
                    customer_id,
                    type="OUTAGE",
                    severity=AlertSeverity.INFO,
                    message="Line down",
                )

        assert await alerts(database) == 0


class TestAcknowledgeAlert:
    async def test_tells_who_and_when_and_announces_it(self, database):
        customer_id = await created_customer(database)
        alert_id = await raised_alert(database, customer_id)

        alert = await acknowledge(database, alert_id)

        assert (alert.status, alert.acknowledged_by) == (AlertStatus.ACKNOWLEDGED, "staff:2")
        assert alert.acknowledged_at == alert.updated_at
        event = (await events_of(database, "monitoring."))[-1]
        assert (event.type, event.data) == (
            "monitoring.alert.acknowledged",
            {"customer_id": customer_id, "alert_id": alert_id, "alert_type": "OUTAGE"},
        )

    async def test_twice_is_refused(self, database):
        alert_id = await raised_alert(database, await created_customer(database))
        await acknowledge(database, alert_id)

        with pytest.raises(InvalidTransition) as failure:
            await acknowledge(database, alert_id)

        assert failure.value.allowed_states == ["RESOLVED"]
        assert len(await events_of(database, "monitoring.")) == 2

    async def test_of_two_at_once_one_is_refused(self, database):
        alert_id = await raised_alert(database, await created_customer(database))

        outcomes = await asyncio.gather(
            acknowledge(database, alert_id), acknowledge(database, alert_id), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "Alert",
            "InvalidTransition",
        ]
        assert len(await events_of(database, "monitoring.")) == 2

    async def test_refuses_an_outdated_version(self, database):
        alert_id = await raised_alert(database, await created_customer(database))
        await acknowledge(database, alert_id, expected_version=1)

        with pytest.raises(VersionConflict) as failure:
            await resolve(database, alert_id, expected_version=1)

        assert failure.value.current_version == 2

    async def test_an_alert_that_is_not_there_is_not_found(self, database):
        with pytest.raises(AlertNotFound):
            await acknowledge(database, 999)

    async def test_customers_may_not(self, database):
        customer_id = await created_customer(database)
        alert_id = await raised_alert(database, customer_id)

        with pytest.raises(AccessDenied, match="You may not change alerts"):
            await acknowledge(database, alert_id, access.customer(customer_id))


class TestResolveAlert:
    async def test_tells_who_and_when_and_announces_it(self, database):
        alert_id = await raised_alert(database, await created_customer(database))
        await acknowledge(database, alert_id)

        alert = await resolve(database, alert_id)

        assert (alert.status, alert.resolved_by, alert.version) == (
            AlertStatus.RESOLVED,
            "staff:2",
            3,
        )
        assert alert.resolved_at == alert.updated_at
        types = [event.type for event in await events_of(database, "monitoring.")]
        assert types[-1] == "monitoring.alert.resolved"

    async def test_an_alert_is_acknowledged_before_it_is_resolved(self, database):
        alert_id = await raised_alert(database, await created_customer(database))

        with pytest.raises(InvalidTransition) as failure:
            await resolve(database, alert_id)

        assert failure.value.allowed_states == ["ACKNOWLEDGED"]
        assert len(await events_of(database, "monitoring.")) == 1

    async def test_a_resolved_alert_stays_so(self, database):
        alert_id = await raised_alert(database, await created_customer(database))
        await acknowledge(database, alert_id)
        await resolve(database, alert_id)

        with pytest.raises(InvalidTransition) as failure:
            await acknowledge(database, alert_id)

        assert failure.value.allowed_states == []


class TestAlertsOf:
    async def test_pages_run_from_the_newest(self, database):
        customer_id = await created_customer(database)
        ids = [await raised_alert(database, customer_id) for _ in range(3)]

        async with database.reading() as connection:
            first = await queries.alerts_of(
                connection, SUPPORT, [customer_id], AlertList(Slice(first=2))
            )
            page = first[customer_id]
            rest = await queries.alerts_of(
                connection,
                SUPPORT,
                [customer_id],
                AlertList(Slice(first=2, after=page.cursors[-1])),
            )

        assert [alert.id for alert in page.items] == [ids[2], ids[1]]
        assert page.has_next_page
        assert [alert.id for alert in rest[customer_id].items] == [ids[0]]

    async def test_the_filter_takes_statuses_and_severities(self, database):
        customer_id = await created_customer(database)
        taken = await raised_alert(database, customer_id, severity=AlertSeverity.ERROR)
        await acknowledge(database, taken)
        await raised_alert(database, customer_id, severity=AlertSeverity.ERROR)
        wanted = AlertFilter(
            statuses=(AlertStatus.ACKNOWLEDGED,), severities=(AlertSeverity.ERROR,)
        )

        async with database.reading() as connection:
            found = await queries.alerts_of(
                connection, SUPPORT, [customer_id], AlertList(Slice(first=5), wanted)
            )
            counts = await queries.alert_counts_of(connection, SUPPORT, [customer_id], wanted)
            total = await queries.alerts_count(connection, SUPPORT, EVERYTHING)

        assert [alert.id for alert in found[customer_id].items] == [taken]
        assert counts == {customer_id: 1}
        assert total == 2

    async def test_everyone_sees_alerts_of_their_own_customers_only(self, database):
        reseller_id = await created_reseller(database)
        own = await created_customer(database, reseller_id=reseller_id)
        other = await created_customer(database)
        alert_id = await raised_alert(database, own)
        foreign = await raised_alert(database, other)

        for actor in (access.reseller(reseller_id, [reseller_id]), access.customer(own)):
            async with database.reading() as connection:
                page = await queries.alerts_page(connection, actor, AlertList(Slice(first=5)))
                by_id = await queries.alerts_by_id(connection, actor, [alert_id, foreign])
            assert [alert.id for alert in page.items] == [alert_id]
            assert list(by_id) == [alert_id]

    async def test_a_customers_notifications_are_not_anothers(self, database):
        own = await created_customer(database, email="ada@example.com")
        other = await created_customer(database)
        await prefers(database, own, CommunicationType.EMAIL)
        alert_id = await raised_alert(database, own)

        async with database.reading() as connection:
            seen = await queries.notifications_of(connection, access.customer(own), [alert_id])
            hidden = await queries.notifications_of(connection, access.customer(other), [alert_id])

        assert [notification.channel for notification in seen[alert_id]] == ["EMAIL"]
        assert hidden == {}

    async def test_are_not_for_the_billing_office(self, database):
        actor = access.staff(Role.BILLING, "staff:3")

        async with database.reading() as connection:
            with pytest.raises(AccessDenied, match="You may not read alerts"):
                await queries.alerts_page(connection, actor, AlertList(Slice(first=5)))

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_take_one_statement_for_any_number_of_customers(self, database, parents):
        ids = range(1, parents + 1)

        async with database.reading() as connection:
            with captured_statements(database) as statements:
                await queries.alerts_of(connection, SUPPORT, ids, AlertList(Slice(first=5)))
                await queries.notifications_of(connection, SUPPORT, ids)

        assert len(statements) == 2
