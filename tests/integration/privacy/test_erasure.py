"""Erasure: who may, what is in the way, what is left, and through which doors it goes."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.customer.errors import CustomerNotFound
from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import access
from domain.kernel.access import ANONYMOUS, SYSTEM, Role, staff
from domain.kernel.audit import AuditAction, AuditKind, Origin, new_entry, originating
from domain.kernel.audit_writer import AuditWriter
from domain.kernel.errors import AccessDenied
from domain.privacy.contributors import PERSONAL_FIELDS
from domain.privacy.errors import ErasureBlocked, ErasureBlocker
from domain.privacy.models import ErasureReason
from domain.privacy.services import PrivacyService
from subscriptions.catalogue import EVENT_TYPES
from tests.support.audit import audited, models
from tests.support.billing import drafted_invoice, issued_invoice, recorded_payment
from tests.support.customers import created_customer
from tests.support.marks import told
from tests.support.radius import a_stop, accounted, created_session

ADMIN = staff(Role.ADMIN, "staff:ana")
REASON = ErasureReason.CONSENT_WITHDRAWN
#: Texts in customers' events that name no person: codes, names of columns, numbers of documents.
HARMLESS = {
    "actions",
    "failure_code",
    "credit_note_number",
    "currency",
    "invoice_number",
    "nas_ip_address",
    "changed_fields",
}
TEXTS = ("<class 'str'>", "str", "str | None", "list[str]")
#: Kinds of events that are about no customer.
OF_NOBODY = (
    "tariff.plan.published",
    "tariff.plan.updated",
    "tariff.plan.retired",
    "billing.dunning_policy.created",
    "billing.dunning_policy.updated",
    "billing.tax_rate.set",
    "billing.run.started",
    "billing.run.finished",
)


async def closed_customer(database, **facts):
    defaults = {"username": "ada", "email": "ada@example.com"}
    return await created_customer(database, **{**defaults, **facts})


async def close(database, customer_id):
    async with database.unit_of_work(ADMIN) as session:
        await CustomerService().change_status(session, customer_id, CustomerStatus.CLOSED)


async def erase(database, customer_id, *, actor=ADMIN, **rules):
    async with database.unit_of_work(actor) as session:
        return await PrivacyService().erase(session, customer_id, reason=REASON, **rules)


class TestErasure:
    async def test_needs_a_privacy_officer(self, database):
        ada = await closed_customer(database)

        with pytest.raises(AccessDenied):
            await erase(database, ada, actor=staff(Role.SUPPORT, "staff:sofia"))

    async def test_of_nobody_is_not_found(self, database):
        with pytest.raises(CustomerNotFound):
            await erase(database, 999)

    async def test_leaves_a_number_and_announces_it_once(self, database):
        ada = await closed_customer(database)
        await close(database, ada)

        first, again = await erase(database, ada), await erase(database, ada)

        assert (first.id, first.done_at) == (again.id, again.done_at)
        [event] = await told(database, "customer.erased")
        assert event["data"] == {"customer_id": ada}
        async with database.reading() as connection:
            row = (await connection.execute(select(Customer.__table__))).mappings().one()
        assert row["display_name"] == f"Erased customer C-{1_000_000 + ada}"
        assert (row["email"], row["username"], row["password_hash"]) == (None, None, None)
        assert row["deleted_at"] is not None

    async def test_frees_the_username(self, database):
        ada = await closed_customer(database)
        await close(database, ada)
        await erase(database, ada)

        assert await created_customer(database, username="ada") != ada

    async def test_of_a_deleted_customer_is_possible(self, database):
        ada = await closed_customer(database)
        async with database.unit_of_work(ADMIN) as session:
            await CustomerService().delete_customer(session, ada)

        assert (await erase(database, ada)).customer_id == ada

    async def test_keeps_the_places_and_numbers_of_events(self, database):
        ada = await closed_customer(database)
        await close(database, ada)
        [before] = await told(database, "customer.created")

        await erase(database, ada)

        [after] = await told(database, "customer.created")
        assert after["data"] == {**before["data"], "email": None}
        assert {**after, "data": None} == {**before, "data": None}

    async def test_is_refused_with_everything_that_is_in_the_way(self, database):
        ada = await closed_customer(database, state=SubscriptionState.ACTIVE)
        await issued_invoice(database, ada)
        await drafted_invoice(database, ada)
        await created_session(database, username="ada")

        with pytest.raises(ErasureBlocked) as refusal:
            await erase(database, ada)

        assert refusal.value.blockers == [
            ErasureBlocker.CUSTOMER_NOT_CLOSED,
            ErasureBlocker.SUBSCRIPTION_NOT_ENDED,
            ErasureBlocker.INVOICE_UNPAID,
            ErasureBlocker.INVOICE_IN_DRAFT,
            ErasureBlocker.SESSION_OPEN,
        ]
        assert await told(database, "customer.erased") == []

    async def test_is_refused_while_we_owe_the_customer(self, database):
        ada = await closed_customer(database)
        await recorded_payment(database, ada, 3000)
        await close(database, ada)

        with pytest.raises(ErasureBlocked) as refusal:
            await erase(database, ada)

        assert refusal.value.blockers == [ErasureBlocker.CREDIT_NOT_REFUNDED]

    async def test_waits_until_law_lets_traffic_data_go(self, database):
        ada = await closed_customer(database)
        await created_session(database, username="ada", acct_unique_session_id="s-1")
        await accounted(database, a_stop(1, 1, acct_unique_session_id="s-1"))
        await close(database, ada)

        with pytest.raises(ErasureBlocked) as refusal:
            await erase(database, ada, keep_sessions=timedelta(days=180))

        assert refusal.value.blockers == [ErasureBlocker.TRAFFIC_DATA_RETAINED]
        assert (await erase(database, ada)).customer_id == ada


class TestTheDoors:
    async def test_an_invoice_is_forgotten_by_an_erasure_of_its_own_customer_only(self, database):
        ada, bob = await closed_customer(database), await created_customer(database)
        await issued_invoice(database, ada)

        async with database.engine.connect() as connection:
            await connection.execute(
                text("select set_config('isp_graph.erasing', :bob, true)"), {"bob": str(bob)}
            )
            with pytest.raises(DBAPIError, match="never changes"):
                await connection.execute(text("update billing.invoices set buyer = '{}'"))

    async def test_an_audit_entry_keeps_the_names_of_what_changed(self, database):
        ada = await closed_customer(database)
        await close(database, ada)
        await erase(database, ada)

        made = next(iter(await audited(database, entity_type="Customer")))

        assert made.after["email"] is None
        assert (made.actor, made.customer_ids) == ("system", [ada])

    async def test_an_audit_entry_keeps_the_address_of_staff_and_not_the_persons(self, database):
        ada, bob = await closed_customer(database), await created_customer(database)
        acts = [
            (access.customer(ada), "Customer", ada),
            (access.customer(bob), "Customer", bob),
            (replace(access.customer(ada), subject="user:ada"), "Customer", ada),
            (SYSTEM, "SignIn", ada),
            (SYSTEM, "Customer", ada),
            (ANONYMOUS, "EmailVerification", ada),
            (staff(Role.SUPPORT, "staff:sofia"), "Customer", ada),
        ]
        await close(database, ada)
        with originating(Origin("signIn", "203.0.113.77")):
            entries = [
                new_entry(
                    actor,
                    AuditKind.CHANGE,
                    AuditAction.UPDATE,
                    entity_type=entity_type,
                    customer_ids=[customer_id],
                )
                for actor, entity_type, customer_id in acts
            ]
        await AuditWriter(database).put(entries)

        await erase(database, ada)

        kept = await audited(database, client="203.0.113.77")
        assert {entry.actor for entry in kept} == {f"customer:{bob}", "staff:sofia"}


class TestNothingIsOverlooked:
    def test_every_text_in_a_customers_event_is_personal_or_harmless(self):
        undecided = {
            (kind.type, field.name)
            for kind in EVENT_TYPES.values()
            if kind.type.startswith(("customer.", "billing.", "tariff.", "radius.", "monitoring."))
            and kind.type not in OF_NOBODY
            for field in fields(kind)
            if str(field.type) in TEXTS
            and field.name not in {*PERSONAL_FIELDS.get(kind.type, ()), *HARMLESS}
        }

        assert undecided == set()

    def test_every_audited_table_tells_of_whom_a_row_is_or_is_of_nobody(self):
        of_nobody = {
            model.__name__
            for model in models()
            if model.__audited__ and not hasattr(model, model.__customer_key__)
        }

        assert of_nobody == {
            "Account",
            "CommissionSettlement",
            "BillingRun",
            "DunningPolicy",
            "TaxRate",
            "Nas",
            "NetworkSegment",
            "Reseller",
            "SegmentCoverage",
            "ServiceAccount",
            "TariffPlan",
            "WebhookEndpoint",
            "WebhookSecret",
        }
