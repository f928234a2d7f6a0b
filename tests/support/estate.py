"""One row of every node type, all belonging to one customer."""

from datetime import UTC, datetime

from sqlalchemy import select

from domain.billing.accounts import AccountService
from domain.billing.dunning_models import DunningPolicy
from domain.billing.models import BillingAccount
from domain.customer.commands import RegisterDocument
from domain.customer.documents import DocumentService
from domain.customer.models import Address, DocumentType, SubscriptionState
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.reseller.settlements import settle_commissions
from tests.support.billing import credited, issued_invoice
from tests.support.charging import charged
from tests.support.credentials import created_credential
from tests.support.customers import an_address, created_customer
from tests.support.dunning import case_of, created_policy, overdue_invoice, reviewed
from tests.support.monitoring import created_segment, raised_alert
from tests.support.radius import created_session, registered_nas
from tests.support.reseller import accrued
from tests.support.tariff import assigned_plan, created_plan
from tests.support.webhook import paused_endpoint


async def created_estate(database: Database, reseller_id: int) -> dict[str, int]:
    """
    Type name → key: a customer of the reseller, and one row of every other node type.

    The reseller must earn commission (``earning_reseller``) and have no other estate.
    """
    username, postal_code = f"owner-{reseller_id}", f"{9000 + reseller_id}-001"
    customer_id = await created_customer(
        database,
        reseller_id=reseller_id,
        username=username,
        email=f"{username}@example.com",
        password="correct horse battery",
        addresses=(an_address(), an_address(type="SERVICE", postal_code=postal_code)),
        state=SubscriptionState.ACTIVE,
    )
    plan_id = await created_plan(database)
    invoice_id = await issued_invoice(database, customer_id, days_ago=40)
    return {
        "Customer": customer_id,
        "Reseller": reseller_id,
        "TariffPlan": plan_id,
        "PlanAssignment": await assigned_plan(database, customer_id, plan_id),
        "Invoice": invoice_id,
        **await _dunning(database, customer_id),
        "Payment": await charged(database, customer_id, invoice_id, 3000),
        "CreditNote": await credited(database, invoice_id, {1: 100}),
        "RadiusSession": await created_session(database, username=username),
        "Nas": await registered_nas(database),
        "ServiceCredential": (await created_credential(database, customer_id))[0],
        "Alert": await raised_alert(database, customer_id),
        "NetworkSegment": await created_segment(database, postal_code),
        "WebhookEndpoint": await paused_endpoint(database, reseller_id),
        **await _rows_of(database, customer_id),
        **await _commission(database, reseller_id, customer_id),
    }


async def _dunning(database: Database, customer_id: int) -> dict[str, int]:
    """A case at its first stage, and the policy that both estates' accounts follow."""
    async with database.unit_of_work(SYSTEM) as session:
        policy_id = await session.scalar(select(DunningPolicy.id))
    policy_id = policy_id or await created_policy(database)
    await overdue_invoice(database, customer_id, days=5)
    async with database.unit_of_work(SYSTEM) as session:
        await AccountService().assign_dunning_policy(session, customer_id, policy_id)
    await reviewed(database, customer_id)
    return {"DunningPolicy": policy_id, "DunningCase": (await case_of(database, customer_id)).id}


async def _rows_of(database: Database, customer_id: int) -> dict[str, int]:
    async with database.unit_of_work(SYSTEM) as session:
        command = RegisterDocument(customer_id=customer_id, type=DocumentType.PASSPORT)
        document = await DocumentService().register_document(session, command)
        found = {
            model.__name__: await session.scalar(
                select(model.id).where(model.customer_id == customer_id).limit(1)
            )
            for model in (Address, BillingAccount)
        }
        return {"Document": document.id, **{name: key or 0 for name, key in found.items()}}


async def _commission(database: Database, reseller_id: int, customer_id: int) -> dict[str, int]:
    entry_id = await accrued(database, reseller_id, customer_id)
    async with database.unit_of_work(SYSTEM) as session:
        settlement = await settle_commissions(session, reseller_id, datetime.now(UTC))
        return {"CommissionEntry": entry_id, "CommissionSettlement": settlement.id}
