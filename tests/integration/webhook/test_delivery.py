"""Events on their way to endpoints: signed, retried, never lost, and never to a stranger."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from standardwebhooks import WebhookVerificationError

from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.consumers import ConsumerService
from domain.kernel.deliveries import EventConsumer, EventDelivery
from domain.kernel.errors import Invalid
from domain.kernel.events import EventRow
from domain.webhook import attempts, place
from domain.webhook.addresses import Guard
from domain.webhook.models import (
    WebhookAttempt,
    WebhookDisabledReason,
    WebhookEndpoint,
    WebhookFailure,
    WebhookFormat,
    WebhookSecret,
    WebhookStatus,
)
from domain.webhook.switching import pause_endpoint, resume_endpoint, retry_deliveries
from subscriptions.deliveries import register
from subscriptions.event_bus import Retry
from subscriptions.webhooks import Webhooks
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.receiver import answer, receiving
from tests.support.reseller import earning_reseller
from tests.support.webhook import (
    LOCALLY,
    LOOPBACK,
    a_sender,
    a_service,
    created_endpoint,
    delivered,
)

CREATED = "customer.created"
FAILED = answer(500, body=b"out of order")


async def event_of(database, event_type=CREATED):
    """The newest event of the type."""
    async with database.reading() as connection:
        statement = select(EventRow).where(EventRow.type == event_type)
        return (await connection.execute(statement.order_by(EventRow.id.desc()))).first()


async def attempts_in(database):
    async with database.session(SYSTEM) as session:
        return list(await session.scalars(select(WebhookAttempt).order_by(WebhookAttempt.id)))


async def endpoint_of(database, endpoint_id):
    async with database.session(SYSTEM) as session:
        return await session.get(WebhookEndpoint, endpoint_id)


async def deliveries(database):
    """Status and tries of every delivery that is not done, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventDelivery.status, EventDelivery.attempts).order_by(EventDelivery.position)
        )
        return [(str(row.status), row.attempts) for row in rows]


async def switched(database, switch, endpoint_id):
    async with database.unit_of_work(SYSTEM) as session:
        return await switch(session, endpoint_id)


class TestADelivery:
    async def test_is_the_event_s_envelope_signed_with_the_endpoint_s_secret(self, database):
        async with receiving() as receiver:
            endpoint_id, secret = await created_endpoint(database, receiver.url(), CREATED)
            customer_id = await created_customer(database, username="ada")
            await delivered(database)

        (request,) = receiver.requests
        event = await event_of(database)
        assert request.id == str(event.event_id)
        assert request.headers["content-type"] == "application/json"
        body = request.verified(secret)
        assert (body["event_type"], body["id"]) == (CREATED, request.id)
        assert body["data"] == event.data
        assert body["data"]["customer_id"] == customer_id
        assert body["timestamp"] == event.occurred_at.isoformat().replace("+00:00", "Z")
        (attempt,) = await attempts_in(database)
        assert (attempt.number, attempt.status_code, attempt.failure, attempt.response) == (
            1, 200, None, "OK",
        )  # fmt: skip
        endpoint = await endpoint_of(database, endpoint_id)
        assert endpoint.last_success_at is not None
        assert (endpoint.last_failure_at, endpoint.version) == (None, 1)
        assert await deliveries(database) == []

    async def test_is_a_cloud_event_if_so_chosen(self, database):
        async with receiving() as receiver:
            _, secret = await created_endpoint(
                database, receiver.url(), CREATED, format=WebhookFormat.CLOUDEVENTS
            )
            customer_id = await created_customer(database)
            await delivered(database)

        (request,) = receiver.requests
        body = request.verified(secret)
        assert request.headers["content-type"] == "application/cloudevents+json"
        assert (body["specversion"], body["id"], body["type"], body["subject"]) == (
            "1.0", request.id, CREATED, str(customer_id),
        )  # fmt: skip

    async def test_is_repeated_under_the_same_id_until_it_is_taken(self, database):
        async with receiving(FAILED, answer(302), answer(429)) as receiver:
            endpoint_id, secret = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            await delivered(database)

        assert len(receiver.requests) == 4
        assert {request.id for request in receiver.requests} == {receiver.requests[0].id}
        for request in receiver.requests:
            request.verified(secret)
        kept = await attempts_in(database)
        assert [(each.number, each.status_code, each.failure) for each in kept] == [
            (1, 500, WebhookFailure.WRONG_STATUS),
            (2, 302, WebhookFailure.WRONG_STATUS),
            (3, 429, WebhookFailure.WRONG_STATUS),
            (4, 200, None),
        ]
        assert kept[0].response == "out of order"
        endpoint = await endpoint_of(database, endpoint_id)
        assert (endpoint.failing_since, endpoint.status) == (None, WebhookStatus.ACTIVE)

    async def test_is_dead_after_eight_tries_and_comes_back_under_the_same_id(self, database):
        owner = await earning_reseller(database)
        reseller = access.reseller(owner, [owner])
        async with receiving(*[FAILED] * 8) as receiver:
            endpoint_id, secret = await created_endpoint(
                database, receiver.url(), CREATED, actor=reseller
            )
            await created_customer(database, reseller_id=owner)
            await delivered(database)
            dead = await deliveries(database)
            await delivered(database)
            seen_when_dead = len(receiver.requests)
            async with database.unit_of_work(reseller) as session:
                count = await retry_deliveries(session, endpoint_id)
            await delivered(database)

        assert dead == [("DEAD", 8)]
        assert (seen_when_dead, count, len(receiver.requests)) == (8, 1, 9)
        assert receiver.requests[-1].id == receiver.requests[0].id
        receiver.requests[-1].verified(secret)
        assert await deliveries(database) == []
        kind, told = (await announced(database))[-1]
        assert (kind, told["consumer"], told["event_id"]) == (
            "delivery.redriven", f"webhook:{endpoint_id}", receiver.requests[0].id,
        )  # fmt: skip

    async def test_fails_without_a_request_if_its_secret_cannot_be_read(self, database):
        async with receiving() as receiver:
            await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            await delivered(database, keys=("another key, under which nothing was sealed",))

        assert receiver.requests == []
        assert {each.failure for each in await attempts_in(database)} == {WebhookFailure.NOT_SIGNED}

    async def test_of_a_deleted_endpoint_goes_nowhere(self, database):
        async with receiving(FAILED) as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            async with database.unit_of_work(SYSTEM) as session:
                await a_service().delete_endpoint(session, endpoint_id)
            await delivered(database)

        assert receiver.requests == []
        assert await deliveries(database) == []

    async def test_of_one_deleted_while_the_bus_looks_has_no_place_left(self, database):
        endpoint_id, _ = await created_endpoint(database)
        webhooks = Webhooks(database, a_service(), a_sender())
        listed = await webhooks.consumers()
        async with database.unit_of_work(SYSTEM) as session:
            await a_service().delete_endpoint(session, endpoint_id)
        await register(database, *listed.values())

        assert await webhooks.consumers() == {}
        async with database.reading() as connection:
            assert (await connection.execute(select(EventConsumer))).all() == []


class TestSwitchingOff:
    async def test_a_paused_endpoint_s_events_wait_for_it(self, database):
        async with receiving() as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await switched(database, pause_endpoint, endpoint_id)
            for _ in range(3):
                await created_customer(database)
            await delivered(database)
            while_paused = len(receiver.requests)
            await switched(database, resume_endpoint, endpoint_id)
            await delivered(database)

        assert while_paused == 0
        assert [each.json["event_type"] for each in receiver.requests] == [CREATED] * 3
        async with database.reading() as connection:
            ids = await connection.scalars(
                select(EventRow.event_id).where(EventRow.type == CREATED)
            )
            assert {each.id for each in receiver.requests} == {str(each) for each in ids}

    async def test_an_endpoint_is_held_and_released_by_its_own_mutations_alone(self, database):
        endpoint_id, _ = await created_endpoint(database)
        name = place.consumer_name(endpoint_id)

        for act in (ConsumerService().pause, ConsumerService().resume):
            with pytest.raises(Invalid) as refusal:
                async with database.unit_of_work(SYSTEM) as session:
                    await act(session, name)
            assert (refusal.value.path, refusal.value.message) == (
                ("name",),
                "name is paused and resumed by its webhook endpoint's own mutations",
            )
        assert await announced(database, "delivery.") == []
        async with database.unit_of_work(SYSTEM) as session:
            told = await ConsumerService().replay(session, name, after=0)
        assert told.consumer == name

    async def test_resuming_releases_a_place_that_is_held_against_the_status(self, database):
        async with receiving() as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            async with database.unit_of_work(SYSTEM) as session:
                await place.hold(session, endpoint_id)
            await created_customer(database)
            await delivered(database)
            while_held = len(receiver.requests)
            resumed = await switched(database, resume_endpoint, endpoint_id)
            await delivered(database)

        assert (while_held, len(receiver.requests)) == (0, 1)
        assert (resumed.status, resumed.version) == (WebhookStatus.ACTIVE, 1)

    async def test_resuming_an_active_endpoint_hurries_no_retry(self, database):
        async with receiving(FAILED) as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            await delivered(database, retry=Retry((3_600.0,)))
            await switched(database, resume_endpoint, endpoint_id)
            await delivered(database)

        assert len(receiver.requests) == 1
        assert await deliveries(database) == [("PENDING", 1)]

    async def test_410_gone_disables_at_once_and_resuming_goes_on(self, database):
        async with receiving(answer(410)) as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            await delivered(database)
            disabled = await endpoint_of(database, endpoint_id)
            await created_customer(database)
            await delivered(database)
            while_disabled = len(receiver.requests)
            await switched(database, resume_endpoint, endpoint_id)
            await switched(database, retry_deliveries, endpoint_id)
            await delivered(database)

        assert (disabled.status, disabled.disabled_reason) == (
            WebhookStatus.DISABLED, WebhookDisabledReason.GONE,
        )  # fmt: skip
        assert while_disabled == 1
        assert len({each.id for each in receiver.requests}) == 2
        assert len(receiver.requests) == 3
        told = [data for kind, data in await announced(database, "webhook.endpoint.disabled")]
        assert told == [{"customer_id": None, "endpoint_id": endpoint_id, "reason": "GONE"}]

    @pytest.mark.parametrize(
        ("hours", "status"), [(23, WebhookStatus.ACTIVE), (25, WebhookStatus.DISABLED)]
    )
    async def test_a_day_of_nothing_but_failures_disables(self, database, hours, status):
        async with receiving(*[FAILED] * 8) as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            since = datetime.now(UTC) - timedelta(hours=hours)
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(update(WebhookEndpoint).values(failing_since=since))
            await created_customer(database)
            await delivered(database)

        endpoint = await endpoint_of(database, endpoint_id)
        assert (endpoint.status, endpoint.failing_since) == (status, since)
        assert len(receiver.requests) == (8 if status is WebhookStatus.ACTIVE else 1)

    async def test_resuming_forgives_and_tries_what_waits_at_once(self, database):
        async with receiving() as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            await switched(database, pause_endpoint, endpoint_id)
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(update(WebhookEndpoint).values(failing_since=session.now))
            await switched(database, resume_endpoint, endpoint_id)
            endpoint = await endpoint_of(database, endpoint_id)

        assert (endpoint.status, endpoint.failing_since) == (WebhookStatus.ACTIVE, None)
        assert receiver.requests == []


class TestRotation:
    async def test_signs_with_both_secrets_for_a_day_and_then_with_the_new_one(self, database):
        async with receiving() as receiver:
            endpoint_id, old = await created_endpoint(database, receiver.url(), CREATED)
            async with database.unit_of_work(SYSTEM) as session:
                _, new = await a_service().rotate_secret(session, endpoint_id)
            await created_customer(database)
            await delivered(database)
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(
                    update(WebhookSecret)
                    .where(WebhookSecret.expires_at.is_not(None))
                    .values(expires_at=session.now)
                )
            await created_customer(database)
            await delivered(database)

        during, after = receiver.requests
        assert during.headers["webhook-signature"].count("v1,") == 2
        for secret in (old, new):
            during.verified(secret)
        after.verified(new)
        with pytest.raises(WebhookVerificationError):
            after.verified(old)


class TestScope:
    async def test_a_reseller_gets_its_subtree_s_events_and_no_others(self, database):
        parent = await earning_reseller(database)
        child = await earning_reseller(database, parent_id=parent)
        other = await earning_reseller(database)
        async with receiving() as receiver:
            for owner in (parent, child, None):
                await created_endpoint(
                    database, receiver.url(f"/{owner}"), CREATED, reseller_id=owner
                )
            customers = {
                reseller_id: await created_customer(database, reseller_id=reseller_id)
                for reseller_id in (parent, child, other, None)
            }
            await delivered(database)

        got: dict[str, set[int]] = {}
        for request in receiver.requests:
            got.setdefault(request.target, set()).add(request.json["data"]["customer_id"])
        assert got == {
            f"/{parent}": {customers[parent], customers[child]},
            f"/{child}": {customers[child]},
            "/None": set(customers.values()),
        }
        assert await deliveries(database) == []

    async def test_a_reseller_s_endpoint_in_the_operator_s_networks_is_not_connected_to(
        self, database
    ):
        owner = await earning_reseller(database)
        async with receiving() as receiver:
            for reseller_id in (owner, None):
                await created_endpoint(
                    database, receiver.url(f"/{reseller_id}"), CREATED, reseller_id=reseller_id
                )
            await created_customer(database, reseller_id=owner)
            await delivered(database, guard=Guard(LOOPBACK, LOCALLY))

        assert [each.target for each in receiver.requests] == ["/None"]
        failures = {each.failure for each in await attempts_in(database)}
        assert failures == {None, WebhookFailure.ADDRESS_REFUSED}
        assert await deliveries(database) == [("DEAD", 8)]

    async def test_a_terminated_reseller_gets_nothing_any_more(self, database):
        owner = await earning_reseller(database)
        async with receiving() as receiver:
            await created_endpoint(database, receiver.url(), "*", reseller_id=owner)
            await created_customer(database, reseller_id=owner)
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(text("update reseller.resellers set status = 'TERMINATED'"))
            await delivered(database)

        assert receiver.requests == []

    async def test_types_that_the_owner_may_not_read_are_left_out_of_patterns(self, database):
        scopes = [Permission.EVENT_ADMIN, Permission.EVENT_READ, Permission.RESELLER_READ]
        async with receiving() as receiver:
            await created_endpoint(
                database, receiver.url(), "*", actor=access.service("service:x", scopes)
            )
            await created_customer(database)
            await created_endpoint(database, receiver.url("/other"), "webhook.*")
            await delivered(database)

        kinds = {each.json["event_type"] for each in receiver.requests if each.target == "/hook"}
        assert CREATED in kinds
        assert {kind.partition(".")[0] for kind in kinds} == {"customer"}

    async def test_a_type_taken_off_the_list_is_not_sent_any_more(self, database):
        async with receiving() as receiver:
            endpoint_id, _ = await created_endpoint(database, receiver.url(), CREATED)
            await created_customer(database)
            async with database.unit_of_work(SYSTEM) as session:
                await a_service().update_endpoint(
                    session, endpoint_id, {"event_types": ["customer.deleted"]}
                )
            await delivered(database)

        assert receiver.requests == []

    async def test_a_reseller_is_not_told_the_names_of_the_operator_s_people(self, database):
        owner = await earning_reseller(database)
        clerk = access.staff(Role.ADMIN, "account:77")
        async with receiving() as receiver:
            for reseller_id in (owner, None):
                await created_endpoint(
                    database, receiver.url(f"/{reseller_id}"), "webhook.*", reseller_id=reseller_id
                )
            await created_endpoint(database, actor=clerk, reseller_id=owner)
            await delivered(database)

        told = {
            (each.target, each.json["actor"])
            for each in receiver.requests
            if each.json["data"]["endpoint_id"] == 3
        }
        assert told == {(f"/{owner}", "staff"), ("/None", "account:77")}
        assert all("position" not in each.json for each in receiver.requests)


async def test_attempts_are_kept_for_thirty_days(database):
    async with receiving() as receiver:
        await created_endpoint(database, receiver.url(), CREATED)
        for _ in range(2):
            await created_customer(database)
        await delivered(database)
    async with database.unit_of_work(SYSTEM) as session:
        await session.execute(
            text(
                "update webhook.attempts set attempted_at = now() - interval '31 days'"
                " where id = (select min(id) from webhook.attempts)"
            )
        )

    async with database.unit_of_work(SYSTEM) as session:
        removed = await attempts.prune(session)

    assert (removed, len(await attempts_in(database))) == (1, 1)
