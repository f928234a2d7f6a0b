"""Billing accounts: opened for each customer, following it, and closed when all is settled."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import exists, select

from domain.billing.dunning_models import DunningPolicy
from domain.billing.errors import DunningPolicyNotFound, WrongCurrency
from domain.billing.events import (
    BillingAccountClosed,
    BillingAccountCreated,
    BillingAccountUpdated,
)
from domain.billing.kinds import AccountStatus, InvoiceStatus, Invoicing
from domain.billing.ledger_models import LedgerEntry
from domain.billing.models import BillingAccount, Invoice
from domain.billing.policy import visible_policies
from domain.billing.pricing import checked_percent
from domain.billing.settlement import open_invoices, unspent_payments
from domain.customer.models import Address, AddressType, Customer, CustomerStatus, SubscriptionState
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid, VersionConflict
from domain.kernel.unit_of_work import UnitOfWork

_STATUS = {
    CustomerStatus.PENDING: AccountStatus.OPEN,
    CustomerStatus.ACTIVE: AccountStatus.OPEN,
    CustomerStatus.INACTIVE: AccountStatus.OPEN,
    CustomerStatus.SUSPENDED: AccountStatus.FROZEN,
    CustomerStatus.CLOSED: AccountStatus.CLOSING,
}
_INVOICING = {
    SubscriptionState.ACTIVE: Invoicing.ACTIVE,
    SubscriptionState.TRIAL: Invoicing.TRIAL,
    SubscriptionState.SUSPENDED: Invoicing.PAUSED,
}
_ENDED = frozenset({AccountStatus.CLOSING, AccountStatus.CLOSED})
_SETTINGS = {
    "billing_day": "billingDay",
    "payment_term_days": "paymentTermDays",
    "tax_percent": "taxPercent",
    "tax_exemption": "taxExemption",
    "tax_exempt_until": "taxExemptUntil",
    "prices_include_tax": "pricesIncludeTax",
    "currency": "currency",
}
#: Settings that an account need not have.
_OPTIONAL = frozenset({"tax_percent", "tax_exemption", "tax_exempt_until"})
_RANGES = {"billing_day": (1, 31), "payment_term_days": (0, 365)}
_CHECKS: dict[str, Callable[[Any], Any]] = {
    "currency": values.currency_code,
    "tax_percent": checked_percent,
    "tax_exemption": partial(values.text, field="taxExemption"),
    "tax_exempt_until": lambda day: day,
    "prices_include_tax": bool,
}
_ADDRESS_PARTS = ("line1", "line2", "locality", "region", "postal_code", "country")


def map_customer_status_to_billing_status(status: CustomerStatus) -> AccountStatus:
    """The account's status that goes with the customer's (guide, Billing, Code Example)."""
    return _STATUS[status]


def invoicing_for(state: SubscriptionState) -> Invoicing:
    """Only an ACTIVE subscription is charged; a trial is free, a suspension pauses charges."""
    return _INVOICING.get(state, Invoicing.STOPPED)


class AccountService:
    """The use cases of billing accounts. The customer's row is the lock of its account."""

    async def of(self, session: UnitOfWork, customer: Customer) -> BillingAccount:
        """
        The locked customer's account, locked too; opened now if its event is not handled yet.

        Announces ``billing.account.created`` if it opens one.
        """
        account = await _locked(session, customer)
        if account is None:
            account = BillingAccount(customer_id=customer.id, status=AccountStatus.OPEN)
            account.created_at = account.updated_at = session.now
            await _copy(session, account, customer, at=session.now)
            session.add(account)
            await session.flush()
            await session.announce(
                BillingAccountCreated(
                    customer_id=customer.id,
                    reseller_id=customer.reseller_id,
                    account_id=account.id,
                )
            )
        return account

    async def follow(self, session: UnitOfWork, customer: Customer, *, at: datetime) -> None:
        """
        Bring the account in line with the locked customer: status, invoicing, e-mail, address.

        Idempotent: it copies the present state, whatever the event. ``at`` is when it changed.
        """
        if customer.deleted_at is not None and await _locked(session, customer) is None:
            return
        account = await self.of(session, customer)
        await _copy(session, account, customer, at=at)
        if session.is_modified(account):
            account.updated_at = session.now
        await self.close_if_settled(session, account, customer)

    async def update_account(
        self,
        session: UnitOfWork,
        customer_id: int,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
    ) -> BillingAccount:
        """
        Change settings, named as the model's: ``billing_day``, ``tax_percent``, and so on.

        Documents already issued keep what they say. Announces what changed, if anything did.

        Raises:
            CustomerNotFound, Invalid, VersionConflict.
            Conflict: another currency while there are invoices, or after the first booking.
        """
        require(session.actor, Permission.BILLING_WRITE, "change billing accounts")
        customer = await CustomerService().locked(session, customer_id)
        account = await self.of(session, customer)
        if expected_version not in (None, account.version):
            raise VersionConflict("billing account", current_version=account.version)
        checked = {name: _checked(name, value) for name, value in changes.items()}
        changed = [name for name, value in checked.items() if getattr(account, name) != value]
        for name in changed:
            setattr(account, name, checked[name])
        if "currency" in changed and await _has_documents(session, account):
            raise Conflict("The account has documents in its currency", path=["currency"])
        if changed:
            account.updated_at = session.now
            await self._announce_update(session, account, customer, changed)
        return account

    async def assign_dunning_policy(
        self,
        session: UnitOfWork,
        customer_id: int,
        policy_id: int | None,
        *,
        expected_version: int | None = None,
    ) -> BillingAccount:
        """
        Have the account dunned by that policy, or by the default of its currency for None.

        Announces ``billing.account.updated`` if that is another than before.

        Raises:
            CustomerNotFound, DunningPolicyNotFound, VersionConflict.
            WrongCurrency: the policy is for accounts in another currency.
        """
        require(session.actor, Permission.BILLING_WRITE, "change how accounts are dunned")
        customer = await CustomerService().locked(session, customer_id)
        account = await self.of(session, customer)
        if expected_version not in (None, account.version):
            raise VersionConflict("billing account", current_version=account.version)
        if policy_id is not None:
            await _check_policy(session, account, policy_id)
        if account.dunning_policy_id != policy_id:
            account.dunning_policy_id, account.updated_at = policy_id, session.now
            await self._announce_update(session, account, customer, ["dunning_policy"])
        return account

    async def close_if_settled(
        self, session: UnitOfWork, account: BillingAccount, customer: Customer
    ) -> None:
        """Close a CLOSING account that neither owes nor has credit, and announce it."""
        if account.status is not AccountStatus.CLOSING:
            return
        if await open_invoices(session, account.id) or await unspent_payments(session, account.id):
            return
        account.status, account.updated_at = AccountStatus.CLOSED, session.now
        await session.announce(
            BillingAccountClosed(
                customer_id=customer.id, reseller_id=customer.reseller_id, account_id=account.id
            )
        )

    @staticmethod
    async def _announce_update(
        session: UnitOfWork, account: BillingAccount, customer: Customer, changed: list[str]
    ) -> None:
        await session.announce(
            BillingAccountUpdated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                account_id=account.id,
                changed_fields=sorted(changed),
            )
        )


async def _locked(session: UnitOfWork, customer: Customer) -> BillingAccount | None:
    return await session.locked(BillingAccount, BillingAccount.customer_id == customer.id)


async def _check_policy(session: UnitOfWork, account: BillingAccount, policy_id: int) -> None:
    wanted = (DunningPolicy.id == policy_id) & visible_policies(session.actor)
    currency = await session.scalar(select(DunningPolicy.currency).where(wanted))
    if currency is None:
        raise DunningPolicyNotFound(policy_id)
    if currency != account.currency:
        raise WrongCurrency("policyId", currency=account.currency)


async def _copy(
    session: UnitOfWork, account: BillingAccount, customer: Customer, *, at: datetime
) -> None:
    account.billing_address = await _billing_address(session, customer.id)
    account.email = customer.email
    status = map_customer_status_to_billing_status(customer.status)
    invoicing = invoicing_for(customer.subscription_state)
    if customer.deleted_at is not None:
        status, invoicing = AccountStatus.CLOSING, Invoicing.STOPPED
    if not (status is AccountStatus.CLOSING and account.status in _ENDED):
        account.status = status
    if account.invoicing is not invoicing:
        account.invoicing, account.invoicing_since = invoicing, at


async def _billing_address(session: UnitOfWork, customer_id: int) -> dict[str, Any] | None:
    address = await session.scalar(
        select(Address).where(
            Address.customer_id == customer_id,
            Address.type == AddressType.BILLING,
            Address.is_default,
            Address.removed_at.is_(None),
        )
    )
    return None if address is None else {part: getattr(address, part) for part in _ADDRESS_PARTS}


async def _has_documents(session: UnitOfWork, account: BillingAccount) -> bool:
    invoices = exists().where(
        Invoice.account_id == account.id, Invoice.status != InvoiceStatus.VOID
    )
    booked = exists().where(
        LedgerEntry.customer_id == account.customer_id,
        LedgerEntry.billing_account_id == account.id,
    )
    return bool(await session.scalar(select(invoices | booked)))


def _checked(name: str, value: Any) -> Any:
    if name not in _SETTINGS:
        raise Invalid(name, "is no setting of a billing account")
    if value is None:
        if name in _OPTIONAL:
            return None
        raise Invalid(_SETTINGS[name], "is required")
    if name in _CHECKS:
        return _CHECKS[name](value)
    least, most = _RANGES[name]
    if not least <= value <= most:
        raise Invalid(_SETTINGS[name], f"must be {least} to {most}")
    return value
