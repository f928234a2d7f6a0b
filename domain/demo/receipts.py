"""Payments: money comes in, pays what is due, and earns the resellers their share."""

from datetime import datetime

from domain.billing.allocation import Debt, Funds, allocate
from domain.billing.events import InvoicePaid, PaymentReceived
from domain.billing.kinds import PaymentMethod
from domain.billing.models import Payment, PaymentAllocation
from domain.demo.clock import Clock
from domain.demo.commissions import CommissionRows
from domain.demo.event_log import EventLog
from domain.demo.habits import Promise
from domain.demo.invoicing import facts_of
from domain.demo.ledgers import Credit, Document, Ledger
from domain.demo.loading import Loader
from domain.demo.staff import Staff


class PaymentRows:
    """Adds payments and allocations, and tells of the recent ones."""

    def __init__(
        self,
        loader: Loader,
        log: EventLog,
        staff: Staff,
        clock: Clock,
        commissions: CommissionRows,
    ) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock
        self._commissions = commissions
        #: What payments paid after the day they came in, by payment.
        self.spent_later: dict[int, int] = {}

    def receive(self, ledger: Ledger, promise: Promise) -> None:
        """Money comes in and pays what is due, the oldest first; the rest is credit."""
        payment_id = self._loader.new_id(Payment)
        ledger.credit.append(Credit(payment_id, promise.amount_minor))
        paid = self._settle(ledger, promise.at)
        left = sum(credit.left_minor for credit in ledger.credit if credit.payment_id == payment_id)
        is_card = promise.method is PaymentMethod.CREDIT_CARD
        actor = "service:payments" if is_card else self._staff.billing
        self._loader.add(
            Payment,
            id=payment_id,
            account_id=ledger.account.id,
            customer_id=ledger.person.id,
            method=promise.method,
            reference=_reference(promise, payment_id),
            currency=ledger.account.currency,
            amount_minor=promise.amount_minor,
            allocated_minor=promise.amount_minor - left,
            received_at=promise.at,
            recorded_by=actor,
            created_at=promise.at,
        )
        received = PaymentReceived(
            customer_id=ledger.person.id,
            reseller_id=ledger.person.reseller_id,
            payment_id=payment_id,
            amount_minor=promise.amount_minor,
            unallocated_minor=left,
            currency=ledger.account.currency,
            method=promise.method,
        )
        told = [received, *(InvoicePaid(**facts_of(ledger, document)) for document in paid)]
        if self._clock.is_told(promise.at):
            self._log.tell(promise.at, actor, *told)
        self._earn(ledger, paid, promise.at)

    def spend_credit(self, ledger: Ledger, at: datetime) -> None:
        """Pay with what is left of earlier payments what has just been issued."""
        before = {credit.payment_id: credit.left_minor for credit in ledger.credit}
        paid = self._settle(ledger, at)
        left = {credit.payment_id: credit.left_minor for credit in ledger.credit}
        for payment_id, minor in before.items():
            spent = minor - left.get(payment_id, 0)
            if spent:
                self.spent_later[payment_id] = self.spent_later.get(payment_id, 0) + spent
        if paid and self._clock.is_told(at):
            told = [InvoicePaid(**facts_of(ledger, document)) for document in paid]
            self._log.tell(at, "system", *told)
        self._earn(ledger, paid, at)

    def _settle(self, ledger: Ledger, at: datetime) -> list[Document]:
        """The invoices that are paid in full now."""
        shares = allocate(
            [Funds(credit.payment_id, credit.left_minor) for credit in ledger.credit],
            [Debt(document.id, document.due_minor) for document in ledger.open],
        )
        credits = {credit.payment_id: credit for credit in ledger.credit}
        documents = {document.id: document for document in ledger.open}
        for share in shares:
            credits[share.payment_id].left_minor -= share.amount_minor
            documents[share.invoice_id].due_minor -= share.amount_minor
            self._loader.add(
                PaymentAllocation,
                id=self._loader.new_id(PaymentAllocation),
                payment_id=share.payment_id,
                invoice_id=share.invoice_id,
                amount_minor=share.amount_minor,
                created_at=at,
            )
        ledger.credit = [credit for credit in ledger.credit if credit.left_minor]
        ledger.open = [document for document in ledger.open if document.due_minor]
        ledger.settled_at = at
        return [document for document in documents.values() if not document.due_minor]

    def _earn(self, ledger: Ledger, paid: list[Document], at: datetime) -> None:
        for document in paid:
            self._commissions.accrue(ledger, document, at)


def _reference(promise: Promise, payment_id: int) -> str | None:
    if promise.method is PaymentMethod.CASH:
        return None
    words = {PaymentMethod.CREDIT_CARD: "ch", PaymentMethod.BANK_TRANSFER: "sepa"}
    return f"{words.get(promise.method, 'tx')}-{promise.at:%Y%m%d}-{payment_id:06d}"
