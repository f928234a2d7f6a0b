"""Reads of RADIUS: scope, filters, pages and statement budgets."""

import pytest

from domain.customer.commands import RegisterDocument
from domain.customer.documents import DocumentService
from domain.customer.errors import CustomerNotFound
from domain.customer.models import DocumentType, SubscriptionState
from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.errors import AccessDenied
from domain.kernel.paging import Slice
from domain.radius import queries
from domain.radius.authorization import Decision, ReasonCode
from domain.radius.decisions import authorizations
from domain.radius.queries import SessionFilter, SessionList
from domain.radius.services import RadiusService
from domain.tariff.services import TariffService
from tests.support.customers import created_reseller
from tests.support.radius import (
    NAS_ADDRESS,
    a_stop,
    accounted,
    created_session,
    created_subscriber,
    minutes_ago,
)
from tests.support.statements import captured_statements
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
)

SUPPORT = access.staff(Role.SUPPORT, "staff:1")
TEN = Slice(first=10)


async def page(database, actor=SUPPORT, *, part=TEN, **wanted):
    async with database.reading() as connection:
        return await queries.session_page(
            connection, actor, SessionList(part, SessionFilter(**wanted))
        )


async def decisions(database, customer_ids, actor=SUPPORT):
    async with database.reading() as connection:
        return await authorizations(connection, actor, customer_ids)


class TestSessionPage:
    async def test_shows_the_latest_start_first(self, database):
        await created_subscriber(database)
        early = await created_session(database, username="ada", event_at=minutes_ago(9))
        late = await created_session(database, username="ada", event_at=minutes_ago(3))

        found = await page(database)

        assert [session.id for session in found.items] == [late, early]

    async def test_turns_over_with_a_cursor(self, database):
        await created_subscriber(database)
        early = await created_session(database, username="ada", event_at=minutes_ago(9))
        late = await created_session(database, username="ada", event_at=minutes_ago(3))

        first = await page(database, part=Slice(first=1))
        second = await page(database, part=Slice(first=1, after=first.cursors[0]))

        assert ([s.id for s in first.items], first.has_next_page) == ([late], True)
        assert ([s.id for s in second.items], second.has_next_page) == ([early], False)

    async def test_active_is_online(self, database):
        await created_subscriber(database)
        online = await created_session(database, username="ada", event_at=minutes_ago(3))
        (ended,) = await accounted(database, a_stop(1, 2))

        assert [s.id for s in (await page(database, active=True)).items] == [online]
        assert [s.id for s in (await page(database, active=False)).items] == [ended.session.id]
        assert len((await page(database)).items) == 2

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"username": "ada"}, 1),
            ({"username": "eve"}, 0),
            ({"nas_ip_address": NAS_ADDRESS}, 2),
            ({"framed_ip_address": NAS_ADDRESS}, 0),
        ],
    )
    async def test_filters(self, database, wanted, found):
        for username in ("ada", "bob"):
            await created_subscriber(database, username=username)
            await created_session(database, username=username)

        assert len((await page(database, **wanted)).items) == found
        async with database.reading() as connection:
            count = await queries.session_count(connection, SUPPORT, SessionFilter(**wanted))
        assert count == found

    async def test_shows_resellers_and_customers_their_own(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        ada = await created_subscriber(database, reseller_id=mine)
        await created_subscriber(database, username="bob", reseller_id=other)
        own = await created_session(database, username="ada")
        foreign = await created_session(database, username="bob")

        for actor in (access.reseller(mine, [mine]), access.customer(ada)):
            assert [s.id for s in (await page(database, actor)).items] == [own]
            async with database.reading() as connection:
                by_id = await queries.sessions_by_id(connection, actor, [own, foreign])
            assert set(by_id) == {own}

    @pytest.mark.parametrize("actor", [access.staff(Role.BILLING, "b"), access.service("s", [])])
    async def test_is_denied_without_the_permission(self, database, actor):
        with pytest.raises(AccessDenied, match="You may not read sessions"):
            await page(database, actor)


class TestUnclaimedPage:
    async def test_shows_staff_what_nobody_claimed_newest_first(self, database):
        await accounted(
            database,
            a_stop(1, 2, username="mallory", acct_unique_session_id="m-1"),
            a_stop(2**40, 4, username="trudy", acct_unique_session_id="t-1"),
        )

        async with database.reading() as connection:
            found = await queries.unclaimed_page(connection, SUPPORT, TEN)

        assert [kept.username for kept in found.items] == ["trudy", "mallory"]
        assert found.items[0].input_octets == 2**40

    @pytest.mark.parametrize("actor", [access.reseller(1, [1]), access.customer(1)])
    async def test_is_for_staff(self, database, actor):
        with pytest.raises(AccessDenied):
            async with database.reading() as connection:
                await queries.unclaimed_page(connection, actor, TEN)


class TestAuthorizations:
    async def test_gives_the_plans_rates(self, database):
        customer_id = await created_subscriber(database, state=None)
        await assigned_plan(database, customer_id, await created_plan(database))

        decided = (await decisions(database, [customer_id]))[customer_id]

        assert (decided.decision, decided.reason_code) == (Decision.ACCEPT, ReasonCode.OK)
        assert ("Mikrotik-Rate-Limit", "20000k/100000k") in [
            (attribute.name, attribute.value) for attribute in decided.reply_attributes
        ]

    async def test_throttles_once_the_allowance_is_used_up(self, database):
        customer_id = await created_subscriber(database, state=None)
        plan_id = await created_plan(database, a_metered_plan())
        await assigned_plan(database, customer_id, plan_id)
        await recorded_usage(database, customer_id, 1000)

        decided = (await decisions(database, [customer_id]))[customer_id]

        assert decided.reason_code is ReasonCode.FUP
        assert (decided.rates.download_kbps, decided.rates.upload_kbps) == (1000, 500)

    async def test_a_rejected_document_limits_the_service(self, database):
        customer_id = await created_subscriber(database)
        async with database.unit_of_work(access.staff(Role.SUPPORT, "staff:2")) as session:
            document = await DocumentService().register_document(
                session,
                RegisterDocument(customer_id=customer_id, type=DocumentType.PASSPORT),
            )
            await DocumentService().reject_document(session, document.id, "not readable")

        decided = (await decisions(database, [customer_id]))[customer_id]

        assert decided.decision is Decision.WALLED_GARDEN
        assert decided.reason_code is ReasonCode.KYC

    async def test_a_customer_that_is_not_the_actors_is_left_out(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        own = await created_subscriber(database, reseller_id=mine)
        foreign = await created_subscriber(database, username="bob", reseller_id=other)

        found = await decisions(database, [own, foreign, 999], access.reseller(mine, [mine]))

        assert set(found) == {own}

    async def test_is_one_answer_with_authorize_customer(self, database):
        reader = access.service("aaa", [Permission.RADIUS_READ])
        customer_id = await created_subscriber(database, state=SubscriptionState.PENDING_PAYMENT)

        async with database.unit_of_work(reader) as session:
            decided = await RadiusService().authorize_customer(session, customer_id)

        assert decided == (await decisions(database, [customer_id]))[customer_id]
        assert decided.reason_code is ReasonCode.UNPAID

    async def test_authorize_customer_does_not_find_the_foreign(self, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        foreign = await created_subscriber(database, reseller_id=other)

        for key in (foreign, foreign + 1):
            with pytest.raises(CustomerNotFound):
                async with database.unit_of_work(access.reseller(mine, [mine])) as session:
                    await RadiusService().authorize_customer(session, key)

    async def test_authorize_customer_sees_the_transactions_own_changes(self, database):
        customer_id = await created_subscriber(database, state=None)
        plan_id = await created_plan(database)

        async with database.unit_of_work(SYSTEM) as session:
            await TariffService().assign_plan(session, customer_id, plan_id)
            decided = await RadiusService().authorize_customer(session, customer_id)

        assert decided.reason_code is ReasonCode.OK


class TestStatementBudgets:
    @pytest.fixture
    async def customer_ids(self, database):
        plan_id = await created_plan(database)
        ids = []
        for number in range(100):
            username = f"user-{number}"
            ids.append(
                await created_subscriber(database, username=username, password=None, state=None)
            )
            if number < 10:
                await assigned_plan(database, ids[-1], plan_id)
                await created_session(database, username=username)
        return ids

    async def test_any_number_of_customers_needs_the_same_statements(self, database, customer_ids):
        sent = {}
        for number in (1, 10, 100):
            chosen = customer_ids[:number]
            with captured_statements(database) as statements:
                async with database.reading() as connection:
                    await authorizations(connection, SUPPORT, chosen)
                    await queries.session_pages_by_customer(
                        connection, SUPPORT, chosen, SessionList(TEN, SessionFilter(active=True))
                    )
                    await queries.session_counts_by_customer(
                        connection, SUPPORT, chosen, SessionFilter()
                    )
                    await queries.sessions_by_id(connection, SUPPORT, chosen)
            sent[number] = len(statements)

        assert sent == {1: 6, 10: 6, 100: 6}
