"""Network segments on PostgreSQL: entered, mapped to postal codes, found by service address."""

import pytest

from domain.customer.addresses import AddressService
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Invalid
from domain.kernel.paging import Slice
from domain.monitoring import queries
from domain.monitoring.commands import CoverNetworkSegment, CreateNetworkSegment
from domain.monitoring.errors import SegmentCodeTaken, SegmentNotFound
from domain.monitoring.models import SegmentKind
from domain.monitoring.segments import SegmentService
from tests.support.customers import an_address, created_customer
from tests.support.monitoring import a_service_address, created_segment
from tests.support.statements import captured_statements

ADMIN = access.staff(Role.ADMIN, "staff:1")
SUPPORT = access.staff(Role.SUPPORT, "staff:2")
service = SegmentService()


async def segment_ids_of(database, customer_id: int, actor=SUPPORT) -> list[int]:
    async with database.reading() as connection:
        found = await queries.segments_of(connection, actor, [customer_id])
    return [segment.id for segment in found.get(customer_id, [])]


async def visible(database, actor, *kinds: SegmentKind) -> list[str]:
    async with database.reading() as connection:
        page = await queries.segments_page(connection, actor, kinds, Slice(first=10))
        assert await queries.segments_count(connection, actor, kinds) == len(page.items)
    return [segment.code for segment in page.items]


class TestCreateSegment:
    async def test_enters_a_segment_below_its_parent(self, database):
        site = await created_segment(database)
        command = CreateNetworkSegment(
            code="olt-7", name="OLT 7", kind=SegmentKind.OLT, parent_id=site
        )

        async with database.unit_of_work(ADMIN) as session:
            segment = await service.create_segment(session, command)

        assert (segment.code, segment.parent_id) == ("OLT-7", site)

    async def test_refuses_a_code_in_use(self, database):
        await created_segment(database, code="SITE-A")

        with pytest.raises(SegmentCodeTaken) as failure:
            await created_segment(database, code="site-a")

        assert failure.value.segment_code == "SITE-A"
        assert await visible(database, SUPPORT) == ["SITE-A"]

    @pytest.mark.parametrize(
        ("facts", "path"),
        [({"code": "a b"}, "code"), ({"name": " "}, "name"), ({"parent_id": 999}, "parentId")],
    )
    async def test_refuses_values_that_break_their_rule(self, database, facts, path):
        with pytest.raises(Invalid) as failure:
            await created_segment(database, **facts)

        assert failure.value.path == (path,)
        assert await visible(database, SUPPORT) == []

    @pytest.mark.parametrize("actor", [SUPPORT, access.reseller(1, [1]), access.customer(1)])
    async def test_is_for_administrators(self, database, actor):
        command = CreateNetworkSegment(code="X", name="X", kind=SegmentKind.SITE)

        with pytest.raises(AccessDenied, match="You may not change network segments"):
            async with database.unit_of_work(actor) as session:
                await service.create_segment(session, command)


class TestCover:
    async def test_gives_a_prefix_to_another_segment(self, database):
        before = await created_segment(database, "1100")
        after = await created_segment(database)
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))
        assert await segment_ids_of(database, customer_id) == [before]

        async with database.unit_of_work(ADMIN) as session:
            rule = await service.cover(
                session,
                CoverNetworkSegment(segment_id=after, country="PT", postal_code_prefix="11-00"),
            )

        assert (rule.postal_code_prefix, rule.segment_id) == ("1100", after)
        assert await segment_ids_of(database, customer_id) == [after]

    async def test_an_unknown_segment_is_not_found(self, database):
        with pytest.raises(SegmentNotFound):
            async with database.unit_of_work(ADMIN) as session:
                await service.cover(session, CoverNetworkSegment(segment_id=9, country="PT"))

    async def test_refuses_what_is_no_country(self, database):
        segment = await created_segment(database)

        with pytest.raises(Invalid) as failure:
            async with database.unit_of_work(ADMIN) as session:
                await service.cover(session, CoverNetworkSegment(segment_id=segment, country="pt"))

        assert failure.value.path == ("country",)


class TestSegmentsOf:
    async def test_the_longest_matching_prefix_wins(self, database):
        await created_segment(database, "")
        await created_segment(database, "11")
        nearest = await created_segment(database, "1100")
        await created_segment(database, "1101")
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))

        assert await segment_ids_of(database, customer_id) == [nearest]

    async def test_the_empty_prefix_is_for_the_rest_of_the_country(self, database):
        rest = await created_segment(database, "")
        await created_segment(database, "1100")
        customer_id = await created_customer(database, addresses=(a_service_address("4000-001"),))

        assert await segment_ids_of(database, customer_id) == [rest]

    async def test_spelling_of_the_postal_code_does_not_matter(self, database):
        segment = await created_segment(database, "SW1A", country="GB")
        address = a_service_address("sw1a 1aa", country="GB")
        customer_id = await created_customer(database, addresses=(address,))

        assert await segment_ids_of(database, customer_id) == [segment]

    async def test_another_country_has_rules_of_its_own(self, database):
        await created_segment(database, "1100", country="AT")
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))

        assert await segment_ids_of(database, customer_id) == []

    async def test_only_service_addresses_in_use_count(self, database):
        await created_segment(database, "")
        customer_id = await created_customer(
            database, addresses=(an_address(), a_service_address("1100-048"))
        )
        async with database.unit_of_work(SYSTEM) as session:
            await AddressService().remove_address(session, 2)

        assert await segment_ids_of(database, customer_id) == []

    async def test_each_segment_comes_once_and_by_code(self, database):
        north = await created_segment(database, "4", code="B-NORTH")
        south = await created_segment(database, "8", code="A-SOUTH")
        addresses = tuple(a_service_address(code) for code in ("4000", "8000", "4100"))
        customer_id = await created_customer(database, addresses=addresses)

        assert await segment_ids_of(database, customer_id) == [south, north]

    async def test_a_customer_asks_for_itself_only(self, database):
        segment = await created_segment(database, "")
        own = await created_customer(database, addresses=(a_service_address("1100"),))
        other = await created_customer(database, addresses=(a_service_address("1100"),))

        assert await segment_ids_of(database, own, access.customer(own)) == [segment]
        assert await segment_ids_of(database, other, access.customer(own)) == []

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_take_one_statement_for_any_number_of_customers(self, database, parents):
        ids = range(1, parents + 1)

        async with database.reading() as connection:
            with captured_statements(database) as statements:
                await queries.segments_of(connection, SUPPORT, ids)
                await queries.segments_by_id(connection, SUPPORT, ids)

        assert len(statements) == 2


class TestVisibleSegments:
    async def test_staff_see_the_whole_network_by_code_and_kind(self, database):
        await created_segment(database, code="B")
        await created_segment(database, code="A", kind=SegmentKind.OLT)

        assert await visible(database, SUPPORT) == ["A", "B"]
        assert await visible(database, SUPPORT, SegmentKind.OLT) == ["A"]

    async def test_others_see_the_segments_that_serve_their_customers(self, database):
        await created_segment(database, "1100", code="HERE")
        elsewhere = await created_segment(database, "4000", code="ELSEWHERE")
        customer_id = await created_customer(database, addresses=(a_service_address("1100-048"),))
        actor = access.customer(customer_id)

        async with database.reading() as connection:
            hidden = await queries.segments_by_id(connection, actor, [elsewhere])

        assert await visible(database, actor) == ["HERE"]
        assert hidden == {}
