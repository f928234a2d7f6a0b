"""Attempts to take money by the gateway: begun, carried out, settled when their end is known."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from domain.billing.accounts import AccountService
from domain.billing.errors import PaymentUnderWay, StoredMethodNotFound, WrongCurrency
from domain.billing.events import PaymentAttempted, PaymentFailed, PaymentOutcomeUnknown
from domain.billing.gateway import KEY_LIVES, Charge, GatewayUnavailable, Outcome, current_gateway
from domain.billing.gateway_models import PaymentAttempt, StoredMethod
from domain.billing.kinds import AttemptStatus, PaymentMethod
from domain.billing.models import BillingAccount, Invoice
from domain.billing.payments import PaymentService
from domain.billing.settlement import open_invoices
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "charge stored payment methods"
_OPEN = (AttemptStatus.PENDING, AttemptStatus.UNKNOWN)
_LARGEST_MINOR = 10**12
#: What the gateway has not heard of by then never reached it.
_LOST_AFTER = timedelta(hours=1)


class AttemptService:
    """The use cases of attempts. No more than one of an account is under way."""

    async def begin(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        method_id: int | None = None,
        amount: Money | None = None,
        invoice_id: int | None = None,
    ) -> PaymentAttempt:
        """
        Ask for a charge of that amount, of all that is owed by default, to the stored method.

        The method of autopay is charged unless another is named. Announces
        ``billing.payment.attempted``, upon which the gateway is asked.

        Raises:
            CustomerNotFound, StoredMethodNotFound, Invalid, WrongCurrency.
            Conflict: nothing is owed.
            PaymentUnderWay: another attempt of the account has no outcome yet.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer = await CustomerService().locked(session, customer_id)
        account = await AccountService().of(session, customer)
        method = await _method(session, customer, method_id)
        minor = await _checked_amount(session, account, amount)
        if await _open_attempt(session, account) is not None:
            raise PaymentUnderWay
        attempt = PaymentAttempt(
            account_id=account.id,
            customer_id=customer.id,
            method_id=method.id,
            invoice_id=invoice_id,
            currency=account.currency,
            amount_minor=minor,
            status=AttemptStatus.PENDING,
            may_retry=False,
            created_at=session.now,
            updated_at=session.now,
        )
        session.add(attempt)
        await session.flush()
        await session.announce(PaymentAttempted(**_facts(attempt, customer)))
        return attempt

    async def carry_out(self, session: UnitOfWork, attempt_id: int) -> None:
        """
        Ask the gateway for a PENDING attempt's charge, and settle it by what it says.

        The gateway makes the charge once, however often it is asked; after a day it is only asked
        what became of it.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        attempt = await session.get(PaymentAttempt, attempt_id)
        if attempt is None or attempt.status is not AttemptStatus.PENDING:
            return
        if attempt.created_at + KEY_LIVES < session.now:
            await self.reconcile(session, attempt_id)
            return
        outcome = await current_gateway().charge(await _charge(session, attempt))
        await self.settle(session, attempt_id, outcome)

    async def reconcile(self, session: UnitOfWork, attempt_id: int) -> None:
        """
        Find out what became of an attempt whose outcome is open.

        What the gateway has not heard of an hour after FAILED: it never got there.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        attempt = await session.get(PaymentAttempt, attempt_id)
        if attempt is None or attempt.status not in _OPEN:
            return
        try:
            found = await current_gateway().find(await _charge(session, attempt))
        except GatewayUnavailable:
            return
        if found is None and attempt.created_at + _LOST_AFTER < session.now:
            found = Outcome(AttemptStatus.FAILED, failure_code="never_received", may_retry=True)
        if found is not None:
            await self.settle(session, attempt_id, found)

    async def settle(self, session: UnitOfWork, attempt_id: int, outcome: Outcome) -> None:
        """
        Note what the gateway says; money that was taken is recorded as a payment, once.

        Announces ``billing.payment.received``, ``.failed`` or ``.unknown``. What is settled
        already stays as it is: replays and late answers do no harm.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        attempt = await session.get(PaymentAttempt, attempt_id)
        if attempt is None:
            return
        customer = await CustomerService().locked(session, attempt.customer_id)
        locked = await session.locked(PaymentAttempt, PaymentAttempt.id == attempt_id)
        if locked is None or locked.status not in _OPEN or outcome.status is locked.status:
            return
        locked.reference = outcome.reference or locked.reference
        locked.failure_code, locked.may_retry = outcome.failure_code, outcome.may_retry
        locked.updated_at = session.now
        if outcome.status is AttemptStatus.COMPLETED:
            await _record(session, locked)
            return
        locked.status = outcome.status
        if outcome.status is AttemptStatus.FAILED:
            code = outcome.failure_code or "unknown"
            facts = _facts(locked, customer)
            await session.announce(PaymentFailed(**facts, failure_code=code))
        elif outcome.status is AttemptStatus.UNKNOWN:
            await session.announce(PaymentOutcomeUnknown(**_facts(locked, customer)))


async def attempts_to_reconcile(session: UnitOfWork, *, before: datetime) -> list[int]:
    """Ids of the attempts without an outcome that were last touched before the instant."""
    found = await session.scalars(
        select(PaymentAttempt.id)
        .where(PaymentAttempt.status.in_(_OPEN), PaymentAttempt.updated_at < before)
        .order_by(PaymentAttempt.id)
    )
    return list(found.all())


async def _record(session: UnitOfWork, attempt: PaymentAttempt) -> None:
    invoices = [] if attempt.invoice_id is None else await _still_due(session, attempt.invoice_id)
    payment = await PaymentService().record_payment(
        session,
        attempt.customer_id,
        amount=Money(attempt.amount_minor, attempt.currency),
        method=PaymentMethod.CREDIT_CARD,
        reference=attempt.reference,
        invoice_ids=invoices,
    )
    attempt.status, attempt.payment_id = AttemptStatus.COMPLETED, payment.id
    await session.flush()


async def _still_due(session: UnitOfWork, invoice_id: int) -> list[int]:
    invoice = await session.get(Invoice, invoice_id)
    return [invoice_id] if invoice is not None and invoice.due_minor else []


async def _charge(session: UnitOfWork, attempt: PaymentAttempt) -> Charge:
    method = await session.get_one(StoredMethod, attempt.method_id)
    return Charge(
        attempt_id=attempt.id,
        token=method.token,
        payer=method.payer,
        amount=Money(attempt.amount_minor, attempt.currency),
        begun_at=attempt.created_at,
    )


async def _method(session: UnitOfWork, customer: Customer, method_id: int | None) -> StoredMethod:
    named = StoredMethod.is_autopay if method_id is None else StoredMethod.id == method_id
    found = await session.scalar(
        select(StoredMethod).where(
            named, StoredMethod.customer_id == customer.id, StoredMethod.removed_at.is_(None)
        )
    )
    if found is None:
        raise StoredMethodNotFound("of autopay" if method_id is None else method_id)
    return found


async def _checked_amount(
    session: UnitOfWork, account: BillingAccount, amount: Money | None
) -> int:
    if amount is None:
        owed = sum(invoice.due_minor for invoice in await open_invoices(session, account.id))
        if not owed:
            raise Conflict("Nothing is owed")
        return owed
    if amount.currency != account.currency:
        raise WrongCurrency("amount", currency=account.currency)
    if not 0 < amount.minor <= _LARGEST_MINOR:
        raise Invalid("amount", "must be more than zero, and in range")
    return amount.minor


async def _open_attempt(session: UnitOfWork, account: BillingAccount) -> PaymentAttempt | None:
    return await session.scalar(
        select(PaymentAttempt).where(
            PaymentAttempt.account_id == account.id, PaymentAttempt.status.in_(_OPEN)
        )
    )


def _facts(attempt: PaymentAttempt, customer: Customer) -> dict[str, Any]:
    return {
        "customer_id": customer.id,
        "reseller_id": customer.reseller_id,
        "attempt_id": attempt.id,
        "amount_minor": attempt.amount_minor,
        "currency": attempt.currency,
    }
