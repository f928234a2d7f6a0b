"""Commission on PostgreSQL: accrued by the payment's event, corrected, settled exactly once."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Conflict, Invalid
from domain.kernel.money import Money
from domain.reseller.commissions import CommissionService
from domain.reseller.errors import CommissionNotFound, ResellerNotFound
from domain.reseller.models import (
    CommissionEntry,
    CommissionKind,
    CommissionSettlement,
    CommissionState,
    ResellerStatus,
)
from domain.reseller.services import ResellerService
from domain.reseller.settlements import settle_commissions
from tests.support.customers import created_customer
from tests.support.reseller import (
    PAID_AT,
    a_paid_invoice,
    accrued,
    announced_events,
    delivered,
    earning_reseller,
    entries,
    invoice_paid,
)

ADMIN = access.staff(Role.ADMIN, "staff:1")
APRIL = datetime(2025, 4, 1, tzinfo=UTC)
service = CommissionService()


async def settled(database, reseller_id, until=APRIL, **facts) -> CommissionSettlement:
    async with database.unit_of_work(ADMIN) as session:
        return await settle_commissions(session, reseller_id, until, **facts)


async def statements(database) -> list[CommissionSettlement]:
    async with database.session(SYSTEM) as session:
        found = await session.scalars(
            select(CommissionSettlement).order_by(CommissionSettlement.id)
        )
        return list(found)


class TestAPaidInvoice:
    async def test_earns_the_resellers_share_of_its_net_amount(self, database):
        reseller_id = await earning_reseller(database, percent="12.50")
        customer_id = await created_customer(database, reseller_id=reseller_id)
        paid = a_paid_invoice(reseller_id, customer_id, net=Money(2_990, "EUR"))

        await delivered(database, invoice_paid(paid, reseller_id=reseller_id))

        (entry,) = await entries(database)
        assert (entry.base_minor, entry.rate_percent, entry.amount_minor, entry.currency) == (
            2_990,
            Decimal("12.50"),
            374,
            "EUR",
        )
        assert (entry.kind, entry.state, entry.period, entry.earned_at) == (
            CommissionKind.ACCRUAL,
            CommissionState.ACCRUED,
            "2025-03",
            PAID_AT,
        )
        assert (entry.invoice_id, entry.invoice_number) == (paid.invoice_id, paid.invoice_number)
        assert await announced_events(database) == [
            (
                "reseller.commission.accrued",
                f"reseller:{reseller_id}",
                {
                    "reseller_id": reseller_id,
                    "customer_id": customer_id,
                    "entry_id": entry.id,
                    "kind": "ACCRUAL",
                    "invoice_id": paid.invoice_id,
                    "period": "2025-03",
                },
            )
        ]

    async def test_earns_once_however_often_its_event_comes(self, database):
        reseller_id = await earning_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        event = invoice_paid(a_paid_invoice(reseller_id, customer_id), reseller_id=reseller_id)

        await delivered(database, event)
        await asyncio.gather(*(delivered(database, event) for _ in range(3)))

        assert [entry.amount_minor for entry in await entries(database)] == [1_000]
        assert len(await announced_events(database)) == 1

    async def test_earns_for_the_reseller_at_the_time_of_the_payment(self, database):
        then, now = await earning_reseller(database), await earning_reseller(database)
        customer_id = await created_customer(database, reseller_id=now)

        await delivered(database, invoice_paid(a_paid_invoice(then, customer_id), reseller_id=then))

        assert [entry.reseller_id for entry in await entries(database)] == [then]

    async def test_of_a_direct_customer_earns_nobody_anything(self, database):
        customer_id = await created_customer(database)

        await delivered(database, invoice_paid(a_paid_invoice(0, customer_id), reseller_id=None))

        assert await entries(database) == []
        assert await announced_events(database) == []

    @pytest.mark.parametrize(("percent", "net_minor"), [("0.00", 10_000), ("10.00", 0)])
    async def test_with_nothing_to_share_writes_no_entry(self, database, percent, net_minor):
        reseller_id = await earning_reseller(database, percent=percent)
        paid = a_paid_invoice(reseller_id, 1, net=Money(net_minor, "EUR"))

        await delivered(database, invoice_paid(paid, reseller_id=reseller_id))

        assert await entries(database) == []

    async def test_of_a_deleted_customer_earns_still(self, database):
        reseller_id = await earning_reseller(database)

        await delivered(
            database, invoice_paid(a_paid_invoice(reseller_id, 404), reseller_id=reseller_id)
        )

        assert [entry.customer_id for entry in await entries(database)] == [404]

    async def test_earns_at_the_rate_of_its_day(self, database):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)
        async with database.unit_of_work(ADMIN) as session:
            await ResellerService().update_reseller(
                session, reseller_id, {"commission_percent": Decimal(5)}
            )

        await accrued(database, reseller_id, 1)

        assert [entry.amount_minor for entry in await entries(database)] == [1_000, 500]


class TestClawBack:
    async def test_leaves_nothing_of_what_the_invoice_earned(self, database):
        reseller_id = await earning_reseller(database)
        entry_id = await accrued(database, reseller_id, 1)

        async with database.unit_of_work(ADMIN) as session:
            await service.adjust(session, entry_id, amount_minor=-250, note="agreed by phone")
        async with database.unit_of_work(ADMIN) as session:
            await service.claw_back(session, entry_id, note="payment charged back")

        rows = [(entry.kind, entry.amount_minor, entry.note) for entry in await entries(database)]
        assert rows == [
            ("ACCRUAL", 1_000, None),
            ("ADJUSTMENT", -250, "agreed by phone"),
            ("CLAWBACK", -750, "payment charged back"),
        ]
        kinds = [data["kind"] for _, _, data in await announced_events(database)]
        assert kinds == ["ACCRUAL", "ADJUSTMENT", "CLAWBACK"]

    async def test_happens_once(self, database):
        entry_id = await accrued(database, await earning_reseller(database), 1)
        async with database.unit_of_work(ADMIN) as session:
            back = await service.claw_back(session, entry_id, note="charged back")

        for again in (entry_id, back):
            with pytest.raises(Conflict):
                async with database.unit_of_work(ADMIN) as session:
                    await service.claw_back(session, again, note="charged back")

        assert sum(entry.amount_minor for entry in await entries(database)) == 0
        assert len(await announced_events(database)) == 2

    async def test_of_an_entry_that_does_not_exist_is_not_found(self, database):
        with pytest.raises(CommissionNotFound):
            async with database.unit_of_work(ADMIN) as session:
                await service.claw_back(session, 99, note="charged back")


class TestAdjust:
    @pytest.mark.parametrize(
        ("amount_minor", "note", "path"),
        [(0, "why", "amount"), (-1_001, "why", "amount"), (1, " ", "note")],
    )
    async def test_names_the_input_that_breaks_a_rule(self, database, amount_minor, note, path):
        entry_id = await accrued(database, await earning_reseller(database), 1)

        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.adjust(session, entry_id, amount_minor=amount_minor, note=note)

        assert failure.value.path == (path,)
        assert len(await entries(database)) == 1


class TestSettleCommissions:
    async def test_states_the_sum_of_exactly_the_entries_it_settles(self, database):
        reseller_id = await earning_reseller(database)
        other = await earning_reseller(database)
        march = [await accrued(database, reseller_id, 1) for _ in range(3)]
        april = await accrued(database, reseller_id, 1, paid_at=APRIL)
        foreign = await accrued(database, other, 2)
        dollars = await accrued(database, reseller_id, 1, net=Money(10_000, "USD"))

        statement = await settled(database, reseller_id)

        assert (statement.currency, statement.total_minor, statement.entry_count) == (
            "EUR",
            3_000,
            3,
        )
        assert (statement.settled_until, statement.settled_by) == (APRIL, "staff:1")
        states = {entry.id: (entry.state, entry.settlement_id) for entry in await entries(database)}
        assert states == {
            **dict.fromkeys(march, ("SETTLED", statement.id)),
            **dict.fromkeys([april, foreign, dollars], ("ACCRUED", None)),
        }
        assert (await announced_events(database))[-1] == (
            "reseller.commission.settled",
            f"reseller:{reseller_id}",
            {
                "reseller_id": reseller_id,
                "customer_id": None,
                "settlement_id": statement.id,
                "entry_count": 3,
            },
        )

    async def test_settles_another_currency_when_it_is_named(self, database):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)
        await accrued(database, reseller_id, 1, net=Money(5_000, "USD"))

        statement = await settled(database, reseller_id, currency="USD")

        assert (statement.currency, statement.total_minor) == ("USD", 500)

    async def test_settles_each_entry_once_when_asked_for_twice_at_a_time(self, database):
        reseller_id = await earning_reseller(database)
        for _ in range(5):
            await accrued(database, reseller_id, 1)

        outcomes = await asyncio.gather(
            *(settled(database, reseller_id) for _ in range(4)), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "CommissionSettlement",
            "Conflict",
            "Conflict",
            "Conflict",
        ]
        assert [statement.total_minor for statement in await statements(database)] == [5_000]

    async def test_stays_exact_while_commission_keeps_accruing(self, database):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)

        await asyncio.gather(
            *(accrued(database, reseller_id, 1) for _ in range(8)), settled(database, reseller_id)
        )

        (statement,) = await statements(database)
        on_it = [e for e in await entries(database) if e.settlement_id == statement.id]
        assert statement.entry_count == len(on_it)
        assert statement.total_minor == sum(entry.amount_minor for entry in on_it)
        assert len(await entries(database)) == 9

    async def test_sets_what_is_taken_back_off_against_what_is_earned_later(self, database):
        reseller_id = await earning_reseller(database)
        entry_id = await accrued(database, reseller_id, 1)
        await settled(database, reseller_id)
        async with database.unit_of_work(ADMIN) as session:
            await service.claw_back(session, entry_id, note="charged back")
            now = session.now

        with pytest.raises(Conflict, match="More was taken back than earned"):
            await settled(database, reseller_id, now + timedelta(microseconds=1))
        await accrued(database, reseller_id, 1, net=Money(15_000, "EUR"))
        statement = await settled(database, reseller_id, now + timedelta(microseconds=1))

        assert (statement.total_minor, statement.entry_count) == (500, 2)

    async def test_refuses_to_state_nothing(self, database):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1, paid_at=APRIL)

        with pytest.raises(Conflict, match="no commission to settle"):
            await settled(database, reseller_id)

        assert await statements(database) == []
        assert len(await announced_events(database)) == 1

    @pytest.mark.parametrize(
        "until",
        [
            datetime.now(UTC) + timedelta(days=1),
            datetime(2025, 4, 1),  # noqa: DTZ001
        ],
    )
    async def test_refuses_an_instant_that_has_not_come_or_is_ambiguous(self, database, until):
        reseller_id = await earning_reseller(database)

        with pytest.raises(Invalid) as failure:
            await settled(database, reseller_id, until)

        assert failure.value.path == ("until",)

    async def test_of_a_reseller_that_does_not_exist_is_not_found(self, database):
        with pytest.raises(ResellerNotFound):
            await settled(database, 99)

    @pytest.mark.parametrize(
        "actor",
        [access.staff(Role.SUPPORT, "s"), access.staff(Role.BILLING, "b"), access.reseller(1, [1])],
    )
    async def test_is_for_those_who_may_write_resellers(self, database, actor):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)

        with pytest.raises(AccessDenied, match="You may not settle commission"):
            async with database.unit_of_work(actor) as session:
                await settle_commissions(session, reseller_id, APRIL)

        assert await statements(database) == []

    async def test_pays_a_suspended_reseller_what_it_has_earned(self, database):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)
        async with database.unit_of_work(ADMIN) as session:
            await ResellerService().change_status(session, reseller_id, ResellerStatus.SUSPENDED)

        assert (await settled(database, reseller_id)).total_minor == 1_000


class TestTheDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            update(CommissionEntry).values(amount_minor=1),
            update(CommissionEntry).values(rate_percent=1),
            update(CommissionEntry).values(state="SETTLED"),
            delete(CommissionEntry),
        ],
    )
    async def test_keeps_an_entry_as_it_was_appended(self, database, change):
        await accrued(database, await earning_reseller(database), 1)

        with pytest.raises(IntegrityError):
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(change)

    @pytest.mark.parametrize(
        "change",
        [
            update(CommissionEntry).values(state="ACCRUED", settlement_id=None),
            update(CommissionSettlement).values(total_minor=1),
            delete(CommissionSettlement),
        ],
    )
    async def test_keeps_a_statement_and_its_entries_together(self, database, change):
        reseller_id = await earning_reseller(database)
        await accrued(database, reseller_id, 1)
        await settled(database, reseller_id)

        with pytest.raises(IntegrityError):
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(change)

    async def test_puts_no_entry_on_another_resellers_statement(self, database):
        mine, other = await earning_reseller(database), await earning_reseller(database)
        await accrued(database, mine, 1)
        await accrued(database, other, 2)
        statement = await settled(database, mine)

        with pytest.raises(IntegrityError):
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(
                    update(CommissionEntry)
                    .where(CommissionEntry.reseller_id == other)
                    .values(state="SETTLED", settlement_id=statement.id)
                )
