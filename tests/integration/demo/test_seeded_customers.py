"""The demo's customers: every kind of them, each where the state machines can have led it."""

from itertools import pairwise

from domain.customer.lifecycle import STATUS_ARROWS, SUBSCRIPTION_ARROWS
from domain.customer.models import (
    CustomerStatus,
    CustomerType,
    SubscriptionState,
    VerificationStatus,
)
from domain.kernel import values
from tests.integration.demo.conftest import CUSTOMERS
from tests.support.demo import rows_of


class TestCustomers:
    async def test_have_the_ids_from_1_on(self, seeded):
        ids = await rows_of(seeded, "select id from customer.customers order by id")

        assert ids == list(range(1, CUSTOMERS + 1))

    async def test_the_first_is_the_one_that_the_demo_signs_in(self, seeded):
        [first] = await rows_of(
            seeded,
            "select username, status, subscription_state, reseller_id, customer_number, type"
            " from customer.customers where id = 1",
        )

        assert first == ("customer1", "ACTIVE", "ACTIVE", 1, "C-1000001", "INDIVIDUAL")

    async def test_are_of_every_type_status_and_state(self, seeded):
        for column, enum in (
            ("type", CustomerType),
            ("status", CustomerStatus),
            ("subscription_state", SubscriptionState),
        ):
            found = await rows_of(seeded, f"select distinct {column} from customer.customers")
            assert set(found) == set(enum)

    async def test_about_half_are_the_providers_own(self, seeded):
        [direct] = await rows_of(
            seeded, "select count(*) from customer.customers where reseller_id is null"
        )
        resellers = await rows_of(
            seeded,
            "select distinct reseller_id from customer.customers"
            " where reseller_id is not null order by 1",
        )

        assert 0.45 < direct / CUSTOMERS < 0.6
        assert resellers == [1, 2, 3, 4, 5, 6]

    async def test_only_active_ones_have_service(self, seeded):
        assert not await rows_of(
            seeded,
            "select id from customer.customers"
            " where subscription_state in ('ACTIVE', 'TRIAL') and status <> 'ACTIVE'",
        )

    async def test_have_data_that_the_services_would_accept(self, seeded):
        found = await rows_of(
            seeded,
            "select email, phone, username, time_zone, display_name from customer.customers",
        )

        for email, phone, username, time_zone, name in found:
            assert values.email_address(email) == email
            assert values.phone_number(phone) == phone
            assert values.username(username) == username
            assert values.time_zone(time_zone) == time_zone
            assert values.text(name, "displayName") == name

    async def test_tags_occur_and_are_sorted(self, seeded):
        tags = await rows_of(seeded, "select tags from customer.customers")

        assert sum(bool(each) for each in tags) > CUSTOMERS / 4
        assert all(each == sorted(set(each)) for each in tags)


class TestMoves:
    async def test_follow_the_arrows_up_to_the_present_state(self, seeded):
        arrows = {"STATUS": STATUS_ARROWS, "SUBSCRIPTION": SUBSCRIPTION_ARROWS}
        present = {
            (row[0], machine): state
            for row in await rows_of(
                seeded, "select id, status, subscription_state from customer.customers"
            )
            for machine, state in zip(("STATUS", "SUBSCRIPTION"), row[1:], strict=True)
        }
        walks: dict[tuple[int, str], list[str]] = {}
        for customer_id, machine, left, entered in await rows_of(
            seeded,
            "select customer_id, machine, from_state, to_state from customer.state_changes"
            " order by id",
        ):
            start = [left] if left else []
            walk = walks.setdefault((customer_id, machine), start)
            assert left == (walk[-1] if walk else None)
            walk.append(entered)

        for (customer_id, machine), state in present.items():
            walk = walks.get((customer_id, machine), ["INACTIVE"])
            assert walk[-1] == state
            assert all(entered in arrows[machine][left] for left, entered in pairwise(walk))

    async def test_are_in_the_order_of_time_after_the_creation(self, seeded):
        assert not await rows_of(
            seeded,
            "select change.id from customer.state_changes change"
            " join customer.customers on customers.id = change.customer_id"
            " where changed_at < created_at or changed_at > now() or changed_at < ("
            "  select max(earlier.changed_at) from customer.state_changes earlier"
            "  where earlier.customer_id = change.customer_id and earlier.id < change.id)",
        )

    async def test_agree_with_the_dates_of_the_subscription(self, seeded):
        assert not await rows_of(
            seeded,
            "select id from customer.customers customer where"
            " subscription_started_at is distinct from ("
            "  select min(changed_at) from customer.state_changes"
            "  where customer_id = customer.id and machine = 'SUBSCRIPTION'"
            "  and to_state in ('ACTIVE', 'TRIAL'))"
            " or (subscription_ends_at is not null)"
            "  <> (subscription_state in ('EXPIRED', 'CANCELLED'))",
        )


class TestAddresses:
    async def test_each_customer_has_one_default_of_both_types(self, seeded):
        found = await rows_of(
            seeded,
            "select customer_id, string_agg(type, ',' order by type) from customer.addresses"
            " where is_default and removed_at is null group by customer_id order by 1",
        )

        assert found == [(number, "BILLING,SERVICE") for number in range(1, CUSTOMERS + 1)]

    async def test_some_are_billed_elsewhere(self, seeded):
        [elsewhere] = await rows_of(
            seeded,
            "select count(*) from customer.addresses bill join customer.addresses serve"
            " using (customer_id) where bill.type = 'BILLING' and serve.type = 'SERVICE'"
            " and (bill.line1, bill.postal_code) <> (serve.line1, serve.postal_code)",
        )

        assert CUSTOMERS * 0.1 < elsewhere < CUSTOMERS * 0.3


class TestDocumentsAndChannels:
    async def test_documents_are_in_every_state_of_verification(self, seeded):
        found = await rows_of(seeded, "select distinct status from customer.documents")

        assert set(found) == set(VerificationStatus)

    async def test_documents_were_decided_by_others_than_who_handed_them_in(self, seeded):
        assert not await rows_of(
            seeded,
            "select id from customer.documents where (status = 'PENDING') <> (verified_by is null)"
            " or verified_by = uploaded_by or verified_at < created_at or verified_at > now()"
            " or (status = 'FAILED') <> (rejection_reason is not null)"
            " or (status = 'EXPIRED') <> (expires_on < current_date)",
        )

    async def test_everybody_can_be_reached_by_mail_and_some_by_each_channel(self, seeded):
        channels = dict(
            await rows_of(
                seeded,
                "select communication_type, count(*) from customer.communication_preferences"
                " group by 1",
            )
        )

        assert channels.pop("EMAIL") == CUSTOMERS
        assert set(channels) == {"SMS", "PHONE", "MAIL", "PUSH"}
        assert all(0 < count < CUSTOMERS for count in channels.values())
