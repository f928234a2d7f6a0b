"""Export: who may ask, what it leaves behind, and that no table is left out."""

import pytest
from sqlalchemy import text

from domain.customer.errors import CustomerNotFound
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, Role, reseller, service, staff
from domain.kernel.access import customer as a_customer
from domain.kernel.audit import AuditAction, AuditKind
from domain.kernel.errors import AccessDenied
from domain.privacy.services import FORMAT, PrivacyService
from tests.support.audit import audited
from tests.support.customers import created_customer
from tests.support.marks import told
from tests.support.statements import captured_statements

ADMIN = staff(Role.ADMIN, "staff:ana")
#: Tables with a customer's id that an export has no list of, and why.
EXEMPT = {"kernel.event_deliveries": "places in the event log that handlers have not done with"}

_TABLES_OF_CUSTOMERS = text(
    """
    select table_schema || '.' || table_name from information_schema.columns
    join pg_class on oid = (table_schema || '.' || table_name)::regclass
    where column_name in ('customer_id', 'customer_ids') and not relispartition
    """
)


class TestExport:
    async def test_is_for_oneself_and_for_privacy_officers(self, database):
        ada, bob = await created_customer(database), await created_customer(database)

        own = await PrivacyService().export_data(database, a_customer(ada), ada)
        theirs = await PrivacyService().export_data(database, ADMIN, bob)

        assert (own.document["customer"]["id"], theirs.document["customer"]["id"]) == (ada, bob)
        assert own.document["format"] == FORMAT

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [
            (staff(Role.SUPPORT, "staff:sofia"), AccessDenied),
            (reseller(1, [1]), AccessDenied),
            (a_customer(999), CustomerNotFound),
        ],
    )
    async def test_is_for_nobody_else(self, database, actor, refusal):
        ada = await created_customer(database)

        with pytest.raises(refusal):
            await PrivacyService().export_data(database, actor, ada)

        assert await told(database, "customer.data_exported") == []

    async def test_is_announced_registered_and_audited_in_the_name_of_who_asked(self, database):
        ada = await created_customer(database)

        made = await PrivacyService().export_data(database, a_customer(ada), ada)

        [event] = await told(database, "customer.data_exported")
        [entry] = await audited(database, entity_type="PrivacyRequest")
        assert (event["actor"], event["data"]) == (f"customer:{ada}", {"customer_id": ada})
        assert (entry.actor, entry.action) == (f"customer:{ada}", AuditAction.INSERT)
        assert entry.actor_role == "CUSTOMER"
        assert entry.after["sha256"] == made.sha256

    async def test_is_a_read_of_the_person_unless_it_is_by_themselves(self, database):
        ada = await created_customer(database)
        reader = service("service:portal", [Permission.PRIVACY_ADMIN])
        for actor in (a_customer(ada), ADMIN, reader):
            await PrivacyService().export_data(database, actor, ada)

        reads = await audited(database, AuditKind.READ, entity_type="PersonalData")

        assert [(read.actor, read.actor_role, read.customer_ids) for read in reads] == [
            ("staff:ana", "ADMIN", [ada]),
            ("service:portal", "SERVICE", [ada]),
        ]

    async def test_once_more_is_a_read_too_and_for_nobody_else_either(self, database):
        ada = await created_customer(database)

        with pytest.raises(AccessDenied):
            await PrivacyService().document_again(database, staff(Role.SUPPORT, "staff:ana"), ada)
        document = await PrivacyService().document_again(database, ADMIN, ada)

        [read] = await audited(database, AuditKind.READ, entity_type="PersonalData")
        assert (document["customer"]["id"], read.actor) == (ada, "staff:ana")

    async def test_tells_who_looked_by_kind_and_not_by_name(self, database):
        ada = await created_customer(database)
        async with database.unit_of_work(staff(Role.SUPPORT, "staff:sofia")) as session:
            await CustomerService().update_customer(session, ada, {"language": "pt"})

        document = (await PrivacyService().export_data(database, ADMIN, ada)).document

        actors = [entry["actor"] for entry in document["access_log"]]
        assert actors[-1] == "staff"
        assert "sofia" not in str(document)

    async def test_asks_every_table_that_has_rows_of_customers(self, database):
        ada = await created_customer(database)
        async with database.reading() as connection:
            tables = set(await connection.scalars(_TABLES_OF_CUSTOMERS))

        with captured_statements(database) as statements:
            await PrivacyService().export_data(database, ADMIN, ada)

        asked = {name for name in tables if any(f"FROM {name} " in one for one in statements)}
        assert tables - asked == set(EXEMPT)
