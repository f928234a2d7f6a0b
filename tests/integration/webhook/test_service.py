"""What may be done to webhook endpoints, and by whom."""

import base64
from ipaddress import ip_network

import pytest
from sqlalchemy import func, select, text

from domain.kernel import access
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.deliveries import EventConsumer
from domain.kernel.errors import AccessDenied, Invalid, Unauthenticated, VersionConflict
from domain.reseller.tree import subtree_ids
from domain.webhook import place
from domain.webhook.addresses import Guard
from domain.webhook.commands import CreateWebhookEndpoint
from domain.webhook.errors import TooManyWebhookEndpoints, WebhookEndpointNotFound
from domain.webhook.models import WebhookEndpoint, WebhookFormat, WebhookSecret, WebhookStatus
from domain.webhook.switching import pause_endpoint, resume_endpoint
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.reseller import earning_reseller
from tests.support.webhook import a_service, created_endpoint, resolving

ADMIN = access.staff(Role.ADMIN, "staff:admin")


async def acting_reseller(database, **facts):
    """A new reseller and the actor that it is."""
    reseller_id = await earning_reseller(database, **facts)
    async with database.reading() as connection:
        return access.reseller(reseller_id, await subtree_ids(connection, reseller_id))


async def endpoint_row(database, endpoint_id):
    async with database.session(SYSTEM) as session:
        return await session.get(WebhookEndpoint, endpoint_id)


async def rows(database, model):
    async with database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(model))


async def refused(database, failure, act):
    """The act fails so, and neither changes nor announces anything."""
    before = await announced(database)
    with pytest.raises(failure) as raised:
        async with database.unit_of_work(ADMIN) as session:
            await act(session)
    assert await announced(database) == before
    return raised.value


class TestCreateEndpoint:
    async def test_gives_an_active_endpoint_its_secret_and_its_place_in_the_log(self, database):
        endpoint_id, secret = await created_endpoint(
            database, "https://localhost/hook", "customer.*", "billing.invoice.paid", actor=ADMIN
        )

        row = await endpoint_row(database, endpoint_id)
        assert (row.url, row.status, row.format) == (
            "https://localhost/hook", WebhookStatus.ACTIVE, WebhookFormat.ENVELOPE,
        )  # fmt: skip
        assert row.event_types == ["billing.invoice.paid", "customer.*"]
        assert secret.startswith("whsec_")
        async with database.reading() as connection:
            consumer = (await connection.execute(select(EventConsumer))).one()
        assert (consumer.name, consumer.is_ordered) == (f"webhook:{endpoint_id}", False)
        assert await announced(database) == [
            (
                "webhook.endpoint.created",
                {
                    "customer_id": None,
                    "endpoint_id": endpoint_id,
                    "event_types": ["billing.invoice.paid", "customer.*"],
                },
            )
        ]

    async def test_is_a_reseller_s_own_or_one_of_its_subtree_s(self, database):
        parent = await acting_reseller(database)
        child = await earning_reseller(database, parent_id=parent.reseller_id)
        other = await earning_reseller(database)
        parent = access.reseller(parent.reseller_id, [parent.reseller_id, child])

        own, _ = await created_endpoint(database, actor=parent)
        below, _ = await created_endpoint(database, actor=parent, reseller_id=child)
        with pytest.raises(Invalid) as refusal:
            await created_endpoint(database, actor=parent, reseller_id=other)

        assert (await endpoint_row(database, own)).reseller_id == parent.reseller_id
        assert (await endpoint_row(database, below)).reseller_id == child
        assert refusal.value.path == ("resellerId",)
        assert await rows(database, WebhookEndpoint) == 2

    @pytest.mark.parametrize(
        ("actor", "failure"),
        [
            (access.ANONYMOUS, Unauthenticated),
            (access.staff(Role.SUPPORT, "staff:support"), AccessDenied),
            (access.staff(Role.BILLING, "staff:billing"), AccessDenied),
            (access.customer(1), AccessDenied),
            (access.service("service:x", [Permission.EVENT_READ]), AccessDenied),
            (access.service("service:x", [Permission.WEBHOOK_WRITE]), AccessDenied),
        ],
    )
    async def test_is_refused_to_those_who_do_not_care_for_events(self, database, actor, failure):
        with pytest.raises(failure):
            await created_endpoint(database, actor=actor)

        assert await rows(database, WebhookEndpoint) == 0
        assert await announced(database) == []

    async def test_subscribes_a_service_to_no_more_than_it_may_read(self, database):
        scopes = [Permission.EVENT_ADMIN, Permission.EVENT_READ]
        service = access.service("service:x", scopes)

        await created_endpoint(database, "https://localhost/", "customer.*", actor=service)
        with pytest.raises(Invalid) as refusal:
            await created_endpoint(database, "https://localhost/", "billing.*", actor=service)

        assert refusal.value.path == ("eventTypes", "0")

    @pytest.mark.parametrize("pattern", ["customer.creatd", "nothing.*", "invoice.paid"])
    async def test_refuses_a_misspelt_type(self, database, pattern):
        with pytest.raises(Invalid) as refusal:
            await created_endpoint(database, "https://localhost/", "customer.created", pattern)

        assert refusal.value.path == ("eventTypes", "1")
        assert await rows(database, WebhookEndpoint) == 0

    @pytest.mark.parametrize(
        "answer", [["10.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["::ffff:10.0.0.1"], []]
    )
    async def test_refuses_a_host_that_is_not_public_in_the_same_words_as_none(
        self, database, answer
    ):
        service = a_service(Guard(resolve=resolving(answer)))
        command = CreateWebhookEndpoint(url="https://in.example.com/", event_types=["*"])
        words = "url must be https and lead to public addresses only; a name must resolve"

        refusal = await refused(
            database, Invalid, lambda session: service.create_endpoint(session, command)
        )

        assert refusal.message == words

    @pytest.mark.parametrize("url", ["https://hooks.lan/", "http://hooks.lan/"])
    async def test_refuses_a_reseller_the_networks_that_are_listed_for_the_operator(
        self, database, url
    ):
        service = a_service(Guard((ip_network("10.0.0.0/8"),), resolving(["10.1.2.3"])))
        reseller = await acting_reseller(database)
        owned = CreateWebhookEndpoint(
            url=url, event_types=["customer.*"], reseller_id=reseller.reseller_id
        )
        own = CreateWebhookEndpoint(url=url, event_types=["customer.*"])

        for actor, command in ((ADMIN, owned), (reseller, owned), (reseller, own)):
            with pytest.raises(Invalid) as refusal:
                async with database.unit_of_work(actor) as session:
                    await service.create_endpoint(session, command)
            assert refusal.value.path == ("url",)
        async with database.unit_of_work(ADMIN) as session:
            endpoint, _ = await service.create_endpoint(session, own)

        assert (endpoint.reseller_id, endpoint.url) == (None, url)
        assert await rows(database, WebhookEndpoint) == 1

    async def test_refuses_plain_http_outside_of_listed_networks(self, database):
        guard = Guard((ip_network("10.0.0.0/8"),), resolving(["8.8.8.8"]))
        command = CreateWebhookEndpoint(url="http://example.com/", event_types=["*"])

        await refused(
            database, Invalid, lambda session: a_service(guard).create_endpoint(session, command)
        )

    async def test_ends_at_twenty_for_each_owner(self, database):
        reseller = await acting_reseller(database)
        for _ in range(20):
            await created_endpoint(database, actor=reseller)

        with pytest.raises(TooManyWebhookEndpoints):
            await created_endpoint(database, actor=reseller)
        await created_endpoint(database)

        assert await rows(database, WebhookEndpoint) == 21


class TestUpdateEndpoint:
    async def test_announces_the_fields_that_changed_and_no_values(self, database):
        endpoint_id, _ = await created_endpoint(database, "https://localhost/secret-path")
        async with database.unit_of_work(ADMIN) as session:
            changed = await a_service().update_endpoint(
                session,
                endpoint_id,
                {
                    "url": "https://localhost/other?key=k",
                    "description": "CRM",
                    "event_types": ["customer.*"],
                    "format": WebhookFormat.CLOUDEVENTS,
                },
                expected_version=1,
            )

        assert (changed.url, changed.description, changed.version) == (
            "https://localhost/other?key=k", "CRM", 2,
        )  # fmt: skip
        assert (await announced(database))[-1] == (
            "webhook.endpoint.updated",
            {
                "customer_id": None,
                "endpoint_id": endpoint_id,
                "changed_fields": ["description", "format", "url"],
            },
        )

    async def test_that_changes_nothing_announces_nothing(self, database):
        endpoint_id, _ = await created_endpoint(database)
        before = await announced(database)

        async with database.unit_of_work(ADMIN) as session:
            changed = await a_service().update_endpoint(
                session, endpoint_id, {"event_types": ["customer.*"], "description": None}
            )

        assert changed.version == 1
        assert await announced(database) == before

    @pytest.mark.parametrize(
        ("changes", "path"),
        [
            ({"url": "https://user@localhost/"}, ("url",)),
            ({"url": None}, ("url",)),
            ({"event_types": None}, ("eventTypes",)),
            ({"event_types": ["customer.x"]}, ("eventTypes", "0")),
            ({"description": "x" * 201}, ("description",)),
            ({"status": "ACTIVE"}, ("status",)),
        ],
    )
    async def test_refuses_what_breaks_a_rule(self, database, changes, path):
        endpoint_id, _ = await created_endpoint(database)

        refusal = await refused(
            database,
            Invalid,
            lambda session: a_service().update_endpoint(session, endpoint_id, changes),
        )

        assert refusal.path == path

    async def test_lets_only_the_operator_s_endpoints_into_listed_networks(self, database):
        service = a_service(Guard((ip_network("10.0.0.0/8"),), resolving(["10.1.2.3"])))
        owned, _ = await created_endpoint(database, reseller_id=await earning_reseller(database))
        own, _ = await created_endpoint(database)
        changes = {"url": "http://hooks.lan/"}

        refusal = await refused(
            database, Invalid, lambda session: service.update_endpoint(session, owned, changes)
        )
        async with database.unit_of_work(ADMIN) as session:
            changed = await service.update_endpoint(session, own, changes)

        assert refusal.path == ("url",)
        assert changed.url == "http://hooks.lan/"

    async def test_refuses_a_version_that_is_not_the_present_one(self, database):
        endpoint_id, _ = await created_endpoint(database)

        await refused(
            database,
            VersionConflict,
            lambda session: a_service().update_endpoint(
                session, endpoint_id, {"description": "x"}, expected_version=7
            ),
        )

    async def test_of_another_owner_s_looks_like_one_that_is_not_there(self, database):
        endpoint_id, _ = await created_endpoint(
            database, reseller_id=await earning_reseller(database)
        )
        operators, _ = await created_endpoint(database)
        stranger = await acting_reseller(database)

        for key in (endpoint_id, operators, 999):
            async with database.session(stranger) as session:
                for act in (
                    a_service().update_endpoint(session, key, {"description": "mine"}),
                    a_service().update_endpoint(session, key, {"url": "https://localhost/"}),
                    a_service().rotate_secret(session, key),
                    a_service().delete_endpoint(session, key),
                    pause_endpoint(session, key),
                    resume_endpoint(session, key),
                ):
                    with pytest.raises(WebhookEndpointNotFound):
                        await act


class TestSecrets:
    async def test_are_kept_sealed(self, database):
        endpoint_id, secret = await created_endpoint(database)

        kept = await everything_in(database)
        key = base64.b64decode(secret.removeprefix("whsec_"))
        for form in (secret, secret.removeprefix("whsec_"), key.hex()):
            assert form not in kept
        assert f'"endpoint_id": {endpoint_id}' in kept

    async def test_are_two_at_most_after_any_number_of_rotations(self, database):
        endpoint_id, first = await created_endpoint(database)
        shown = {first}
        for _ in range(3):
            async with database.unit_of_work(ADMIN) as session:
                shown.add((await a_service().rotate_secret(session, endpoint_id))[1])

        assert len(shown) == 4
        async with database.reading() as connection:
            ends = await connection.scalars(
                select(WebhookSecret.expires_at).order_by(WebhookSecret.id)
            )
        assert [end is None for end in ends] == [False, True]
        assert (await announced(database))[-1][1]["changed_fields"] == ["secret"]


class TestDeleteEndpoint:
    async def test_leaves_nothing_behind(self, database):
        endpoint_id, _ = await created_endpoint(database)
        await created_customer(database)

        async with database.unit_of_work(ADMIN) as session:
            await a_service().delete_endpoint(session, endpoint_id, expected_version=1)

        for model in (WebhookEndpoint, WebhookSecret, EventConsumer):
            assert await rows(database, model) == 0
        assert (await announced(database))[-1] == (
            "webhook.endpoint.deleted",
            {"customer_id": None, "endpoint_id": endpoint_id},
        )


class TestAbandonedEndpoints:
    async def test_hold_the_log_back_for_thirty_days_and_begin_anew_when_resumed(self, database):
        kept, _ = await created_endpoint(database)
        abandoned, _ = await created_endpoint(database)
        async with database.unit_of_work(ADMIN) as session:
            for endpoint_id in (kept, abandoned):
                await pause_endpoint(session, endpoint_id)
        async with database.unit_of_work(SYSTEM) as session:
            await session.execute(
                text("update webhook.endpoints set updated_at = now() - interval '31 days' "
                     "where id = :id"), {"id": abandoned}
            )  # fmt: skip
            session.add(EventConsumer(name="webhook:999", position=0))
            session.add(EventConsumer(name="billing.x:customer.created", position=0))

        async with database.unit_of_work(SYSTEM) as session:
            await place.forget_abandoned(session)
        names = await consumer_names(database)
        async with database.unit_of_work(ADMIN) as session:
            await resume_endpoint(session, abandoned)

        assert names == ["billing.x:customer.created", f"webhook:{kept}"]
        assert f"webhook:{abandoned}" in await consumer_names(database)


async def consumer_names(database):
    async with database.reading() as connection:
        found = await connection.scalars(select(EventConsumer.name).order_by(EventConsumer.name))
        return list(found)


async def everything_in(database):
    """Every row of every table as text."""
    async with database.reading() as connection:
        tables = await connection.execute(
            text(
                "select format('%I.%I', schemaname, tablename) from pg_tables "
                "where schemaname not in ('pg_catalog', 'information_schema')"
            )
        )
        parts = []
        for (table,) in tables.all():
            found = await connection.execute(text(f"select to_jsonb(t)::text from {table} t"))
            parts += [row[0] for row in found]
        return "\n".join(parts)
