"""Loading the demo: once, whole, the same each time, and so that work can go on from it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.billing.kinds import PaymentMethod
from domain.billing.payments import PaymentService
from domain.customer.services import CustomerService
from domain.demo.seed import seed
from domain.identity.services import IdentityService
from domain.identity.tokens import Tokens
from domain.kernel.access import SYSTEM
from domain.kernel.errors import InvalidCredentials
from domain.kernel.money import Money
from domain.monitoring.alerts import AlertService
from domain.monitoring.models import AlertSeverity
from domain.radius.services import RadiusService
from domain.tariff.services import TariffService
from domain.tariff.usage import UsageService
from graph.handlers import HANDLERS
from tests.integration.demo.conftest import CUSTOMERS
from tests.support.billing import billed
from tests.support.customers import a_customer, created_reseller
from tests.support.demo import digests, rows_of, seeded_database
from tests.support.events import handled

A_DAY = datetime(2026, 3, 17, tzinfo=UTC)


class TestSeed:
    async def test_loads_the_same_rows_for_the_same_now(self):
        async with (
            seeded_database(60, now=A_DAY) as (one, _),
            seeded_database(60, now=A_DAY) as (other, _),
        ):
            assert await digests(one) == await digests(other)

    async def test_a_customer_is_the_same_however_many_there_are(self):
        statement = "select to_jsonb(c) - 'password_hash' from customer.customers c where id <= 20"

        async with (
            seeded_database(20, now=A_DAY) as (few, _),
            seeded_database(60, now=A_DAY) as (many, _),
        ):
            assert await rows_of(few, statement) == await rows_of(many, statement)

    async def test_does_nothing_where_there_are_customers(self, seeded):
        before = await digests(seeded)

        report = await seed(seeded, customers=10)

        assert not report.loaded
        assert report.rows == {}
        assert await digests(seeded) == before

    async def test_two_at_a_time_load_once(self, database):
        reports = await asyncio.gather(
            seed(database, customers=5, now=A_DAY), seed(database, customers=5, now=A_DAY)
        )

        assert sorted(report.loaded for report in reports) == [False, True]
        assert await rows_of(database, "select count(*) from customer.customers") == [5]

    async def test_loads_nothing_if_it_cannot_load_all(self, database):
        await created_reseller(database, code="NORTHWIND")
        before = await digests(database)

        with pytest.raises(Exception, match="resellers_code_key"):
            await seed(database, customers=5, now=A_DAY)

        assert await digests(database) == before

    async def test_reports_what_it_loaded_and_how_far_it_is(self, database):
        heard = []

        report = await seed(
            database, customers=150, progress=lambda *told: heard.append(told), now=A_DAY
        )

        for table, count in report.rows.items():
            assert await rows_of(database, f"select count(*) from {table}") == [count]
        assert await rows_of(database, "select count(*) from kernel.events") == [report.events]
        assert report.summary().startswith("150 customers, ")
        assert ("Customers", 100, 150) in heard
        assert ("Customers", 150, 150) in heard
        stages = list(dict.fromkeys(stage for stage, _, _ in heard))
        assert stages == ["Provider", "Customers", "Invoices and payments", "Event log"]
        assert all(done <= total for _, done, total in heard)

    async def test_one_customer_is_enough(self, database):
        report = await seed(database, customers=1, now=A_DAY)

        assert report.rows["customer.customers"] == 1
        assert report.rows["billing.billing_accounts"] == 1

    @pytest.mark.parametrize(
        "now",
        [
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2024, 2, 29, tzinfo=UTC),
            datetime(2026, 10, 31, 23, 59, tzinfo=UTC),
        ],
    )
    async def test_every_fair_use_state_occurs_whatever_the_day(self, now):
        async with seeded_database(60, now=now) as (database, _):
            states = await rows_of(
                database,
                "select distinct fup_state from tariff.usage_counters"
                " where period_start = date_trunc('month', cast(:now as date)) order by 1",
                now=now.date(),
            )
            [latest] = await rows_of(database, "select max(occurred_at) from kernel.events")

        assert states == ["BLOCKED", "NORMAL", "NOTIFIED", "THROTTLED"]
        assert latest <= now


class TestWorkGoesOn:
    async def test_handlers_of_the_whole_log_find_nothing_to_change(self, seeded_copy):
        before = await digests(seeded_copy, without=["kernel"])
        [events] = await rows_of(seeded_copy, "select count(*) from kernel.events")

        await handled(seeded_copy, **HANDLERS)

        assert await digests(seeded_copy, without=["kernel"]) == before
        assert await rows_of(seeded_copy, "select count(*) from kernel.events") == [events]
        assert await rows_of(seeded_copy, "select * from kernel.event_deliveries") == []
        assert await rows_of(seeded_copy, "select position from kernel.event_head") == [events]

    async def test_a_billing_run_of_today_has_nothing_left_to_charge(self, seeded_copy):
        [today] = await rows_of(
            seeded_copy, "select max(occurred_at at time zone 'UTC')::date from kernel.events"
        )

        run = await billed(seeded_copy, today)

        assert run.invoice_ids == ()
        assert {reason for _, reason in run.skipped} == {"ALREADY_CHARGED"}

    async def test_a_billing_run_of_next_month_counts_on(self, seeded_copy):
        in_a_month = datetime.now(UTC).date() + timedelta(days=31)
        [last] = await rows_of(
            seeded_copy,
            "select coalesce(max(last_number), 0) from billing.number_series"
            " where name = 'INV-' || extract(year from now())",
        )

        run = await billed(seeded_copy, in_a_month)

        numbers = await rows_of(
            seeded_copy,
            "select right(number, 6)::int from billing.invoices where id = any(:ids) order by 1",
            ids=list(run.invoice_ids),
        )
        assert numbers == list(range(last + 1, last + 1 + len(run.invoice_ids)))
        assert len(numbers) > CUSTOMERS / 3

    async def test_new_rows_get_the_next_ids(self, seeded_copy):
        async with seeded_copy.unit_of_work(SYSTEM) as session:
            customer = await CustomerService().create_customer(session, a_customer(reseller_id=6))
            [plan_id] = await rows_of(
                seeded_copy, "select id from tariff.tariff_plans where code = 'LITE-50'"
            )
            await TariffService().assign_plan(session, customer.id, plan_id)
            await UsageService().record_usage(
                session,
                customer.id,
                downloaded_octets=1,
                uploaded_octets=1,
                recorded_at=session.now,
                dedupe_key="after",
            )
            await PaymentService().record_payment(
                session, customer.id, amount=Money(100, "EUR"), method=PaymentMethod.CASH
            )
            await AlertService().create_alert(
                session, 1, type="test", severity=AlertSeverity.INFO, message="Test"
            )

        assert customer.id == CUSTOMERS + 1
        assert customer.customer_number == f"C-{1_000_000 + CUSTOMERS + 1}"


class TestSigningIn:
    @pytest.mark.parametrize(
        ("login", "subject"),
        [
            ("customer1", "customer:1"),
            ("admin@demo.example", "account:1"),
            ("support@demo.example", "account:2"),
            ("billing@demo.example", "account:3"),
            ("reseller1@demo.example", "account:4"),
        ],
    )
    async def test_works_with_the_demo_password(self, seeded, login, subject):
        identity = IdentityService(Tokens("a secret that is long enough to derive keys from"))

        found = await identity.sign_in(seeded, login, "demo-password")

        assert found.subject == subject
        with pytest.raises(InvalidCredentials):
            await identity.sign_in(seeded, login, "another-password")

    async def test_customer_1_comes_online(self, seeded_copy):
        async with seeded_copy.unit_of_work(SYSTEM) as session:
            answer = await RadiusService().authenticate_customer(
                session, "customer1", "demo-password"
            )

        assert answer
