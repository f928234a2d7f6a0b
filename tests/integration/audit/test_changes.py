"""Changes: each row's own entry, in the transaction of the change, without secrets."""

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from domain.customer.models import Address, CommunicationPreference, Customer
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM, Role, reseller, staff
from domain.kernel.audit import AuditAction, Origin, originating
from domain.kernel.events import caused_by
from domain.kernel.logging import tracing
from domain.reseller.models import Reseller
from subscriptions.log import read_after
from tests.support.audit import audited, models
from tests.support.customers import a_customer, created_customer, created_reseller
from tests.support.facts import positioned

CLERK = staff(Role.SUPPORT, "staff:sofia")


async def changed(database, customer_id, actor=CLERK, **changes):
    async with database.unit_of_work(actor) as session:
        await CustomerService().update_customer(session, customer_id, changes)


class TestAChangedRow:
    async def test_tells_who_what_of_whom_and_how_it_was_before(self, database):
        ada = await created_customer(database, email="ada@old.example")
        with tracing("req-1"), originating(Origin("Rename", "192.0.2.7")):
            await changed(database, ada, email="ada@new.example", phone="+351912345678")

        [entry] = await audited(database, action=AuditAction.UPDATE, actor="staff:sofia")

        assert (entry.entity_type, entry.entity_id, entry.customer_ids) == (
            "Customer",
            str(ada),
            [ada],
        )
        assert entry.before == {"email": "ada@old.example", "phone": None}
        assert entry.after == {"email": "ada@new.example", "phone": "+351912345678"}
        assert (entry.actor_role, entry.reseller_id) == ("SUPPORT", None)
        assert (entry.operation, entry.client, entry.request_id) == ("Rename", "192.0.2.7", "req-1")

    async def test_has_the_transaction_of_its_event(self, database):
        ada = await created_customer(database)
        await changed(database, ada, language="pt")

        [entry] = await audited(database, actor="staff:sofia")

        async with database.reading() as connection:
            event = await connection.scalar(
                text("select transaction_id from kernel.events where type = 'customer.updated'")
            )
        assert entry.transaction_id == event

    async def test_names_the_event_that_caused_it(self, database):
        ada = await created_customer(database)
        await positioned(database)
        # What is read again comes as the driver has it.
        for _ in range(2):
            async with database.reading() as connection:
                event, *_ = await read_after(connection, 0)
        with caused_by(event):
            await changed(database, ada, language="pt")

        [entry] = await audited(database, actor="staff:sofia")

        assert entry.causation_id == event.event_id

    async def test_tells_of_a_password_only_that_it_changed(self, database):
        ada = await created_customer(database, username="ada", password="correct horse battery")
        await changed(database, ada, password="another horse battery")

        made, entry = await audited(database, entity_type="Customer")

        assert made.after["password_hash"] == "changed"
        assert (entry.before, entry.after) == (
            {"password_hash": "changed"},
            {"password_hash": "changed"},
        )

    async def test_that_was_made_tells_all_that_is_set(self, database):
        async with database.unit_of_work(CLERK) as session:
            made = await CustomerService().create_customer(session, a_customer(tags=["vip"]))

        entry = next(iter(await audited(database, entity_type="Customer")))

        assert (entry.action, entry.before) == (AuditAction.INSERT, None)
        assert entry.after["display_name"] == made.display_name
        assert entry.after["tags"] == ["vip"]
        assert "version" not in entry.after

    async def test_that_was_deleted_tells_what_it_was(self, database):
        north = await created_reseller(database, name="North")
        async with database.unit_of_work(SYSTEM) as session:
            await session.delete(await session.get_one(Reseller, north))

        [entry] = await audited(database, action=AuditAction.DELETE)

        assert (entry.entity_type, entry.entity_id, entry.after) == ("Reseller", str(north), None)
        assert entry.before["name"] == "North"

    async def test_of_a_reseller_tells_its_scope(self, database):
        north = await created_reseller(database)
        ada = await created_customer(database, reseller_id=north)
        await changed(database, ada, reseller(north, [north]), first_name="Augusta")

        [entry] = await audited(database, actor=f"reseller:{north}")

        assert (entry.actor_role, entry.reseller_id) == ("RESELLER", north)

    async def test_that_is_as_before_leaves_no_entry(self, database):
        ada = await created_customer(database, first_name="Ada")
        await changed(database, ada, first_name="Ada")

        assert await audited(database, actor="staff:sofia") == []


class TestABulkStatement:
    async def test_tells_what_it_set_and_of_whom(self, database):
        ada = await created_customer(database)
        async with database.unit_of_work(CLERK) as session:
            await session.execute(
                insert(CommunicationPreference).values(
                    customer_id=ada, communication_type="SMS", enabled=False
                )
            )
            await session.execute(
                update(CommunicationPreference)
                .where(CommunicationPreference.customer_id == ada)
                .values(enabled=True)
            )
            await session.execute(
                delete(CommunicationPreference).where(CommunicationPreference.customer_id == ada)
            )

        made, switched, gone = await audited(database, entity_type="CommunicationPreference")

        assert [entry.action for entry in (made, switched, gone)] == ["INSERT", "UPDATE", "DELETE"]
        assert [entry.customer_ids for entry in (made, switched, gone)] == [[ada], [ada], [ada]]
        assert made.after == {"customer_id": ada, "communication_type": "SMS", "enabled": False}
        assert (switched.after, gone.after) == ({"enabled": True}, None)

    async def test_that_hit_no_row_leaves_no_entry(self, database):
        async with database.unit_of_work(CLERK) as session:
            await session.execute(update(Address).where(Address.id == 1).values(is_default=False))

        assert await audited(database) == []


class TestTheTransaction:
    async def test_takes_the_entries_with_it_when_it_is_rolled_back(self, database):
        ada = await created_customer(database)
        before = await audited(database)

        with pytest.raises(RuntimeError):
            async with database.unit_of_work(CLERK) as session:
                await CustomerService().update_customer(session, ada, {"language": "pt"})
                raise RuntimeError

        assert [entry.id for entry in await audited(database)] == [entry.id for entry in before]

    async def test_is_refused_when_its_entry_cannot_be_written(self, database):
        ada = await created_customer(database, first_name="Ada")
        async with database.engine.begin() as connection:
            await connection.execute(text("alter table kernel.audit_entries rename to elsewhere"))

        with pytest.raises(DBAPIError):
            await changed(database, ada, first_name="Augusta")

        async with database.reading() as connection:
            assert await connection.scalar(select(Customer.first_name)) == "Ada"


class TestTheLog:
    @pytest.mark.parametrize(
        "statement",
        [
            "update kernel.audit_entries set actor = 'nobody'",
            "delete from kernel.audit_entries",
            "truncate kernel.audit_entries",
        ],
    )
    async def test_refuses_every_change(self, database, statement):
        await created_customer(database)

        with pytest.raises(DBAPIError, match="only appended to"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))

        assert [entry.actor for entry in await audited(database, entity_type="Customer")] == [
            "system"
        ]

    async def test_lets_old_entries_go_through_its_own_door(self, database):
        await created_customer(database)
        [entry] = await audited(database, entity_type="Customer")
        async with database.engine.begin() as connection:
            pruned = text("select kernel.prune_audit(:first_kept, 1000)")
            all_older = await connection.scalar(pruned, {"first_kept": entry.id})
            with pytest.raises(DBAPIError, match="only appended to"):
                async with connection.begin_nested():
                    await connection.execute(text("delete from kernel.audit_entries"))

        assert all_older == 0
        assert next(iter(await audited(database))).id == entry.id


def test_every_table_says_whether_its_changes_are_audited():
    unaudited = {
        model.__name__: model.__audited__ for model in models() if model.__audited__ is not True
    }

    assert unaudited == {
        # The machinery's own bookkeeping: the log of events is a record by itself.
        "AuditEntry": False,
        "EventRow": False,
        "EventStream": False,
        "EventHead": False,
        "EventConsumer": False,
        "EventDelivery": False,
        "IdempotencyKey": False,
        "InboxEntry": False,
        "GatewayEvent": False,
        # Parts of a dunning case, which is audited; they never change by themselves.
        "DunningStep": False,
        "LateFee": False,
        # The gateway's names for the method and the payer are not told.
        "StoredMethod": {"label", "is_autopay", "removed_at"},
        "WebhookAttempt": False,
        "Notification": False,
        "NumberSeries": False,
        # A sign-in is audited once it begins and ends, not each time that it is used.
        "SignIn": {"subject", "client", "expires_at", "ended_at"},
        "RefreshToken": False,
        "ThrottledTries": False,
        # Parts of an invoice and a payment, which are audited; they never change by themselves.
        "InvoiceLine": False,
        "CreditNoteLine": False,
        "BillingRunItem": False,
        "LedgerEntry": False,
        "PaymentAllocation": False,
        # What machines report, in masses.
        "UsageRecord": False,
        "UsageCounter": False,
        "UsageDay": False,
        "MetricSample": False,
        "NasBoot": False,
        "UnclaimedAccounting": False,
        "AuthLogEntry": False,
        "RadiusSession": {"disconnect_requested_at", "disconnect_reason"},
        "WebhookEndpoint": {
            "url",
            "description",
            "event_types",
            "scopes",
            "format",
            "status",
            "disabled_reason",
        },
    }
