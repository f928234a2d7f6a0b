"""Invoices with their lines: numbered without gaps, priced as a billing run prices them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from domain.billing.charging import Charge, Service, charge_on
from domain.billing.commands import NewLine
from domain.billing.events import InvoiceIssued, InvoiceVoided
from domain.billing.invoices import PREFIX
from domain.billing.kinds import InvoiceStatus, LineKind
from domain.billing.models import Invoice, InvoiceLine, NumberSeries
from domain.billing.periods import BillingPeriod
from domain.billing.pricing import PricedLine, priced, totals
from domain.demo.assignments import in_force
from domain.demo.catalogue import Plans
from domain.demo.clock import Clock, midnight
from domain.demo.event_log import EventLog
from domain.demo.ledgers import Document, Ledger
from domain.demo.loading import Loader
from domain.demo.staff import Staff
from domain.kernel.money import Money

_MISTAKE = "Charged by mistake: the visit was part of the setup"


class InvoiceRows:
    """
    Adds invoices in the order of their issue.

    They are added as drafts, since lines can be added to nothing else: ``books`` issues them all
    at the end.
    """

    def __init__(
        self, loader: Loader, log: EventLog, staff: Staff, clock: Clock, plans: Plans
    ) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock
        self._plans = {plan.id: plan for plan in plans.values()}
        self._series: dict[str, tuple[int, date]] = {}
        self.discarded: list[int] = []

    def charge(self, ledger: Ledger, day: date) -> Document | None:
        """What a billing run at that day's midnight charges the account, if anything."""
        running = ledger.charged_time(day)
        assignment = in_force(ledger.assignments, datetime.combine(day, time.max, UTC))
        if running is None or assignment is None:
            return None
        ledger.account.invoicing_since = running.start
        service = Service(
            account=ledger.account,
            assignment=assignment,
            plan=self._plans[assignment.tariff_plan_id],
            charged_until=ledger.charged_until,
            is_set_up=assignment.id in ledger.set_up,
        )
        charge = charge_on(service, day)
        if not isinstance(charge, Charge):
            return None
        ledger.charged_until = charge.period.ends_on if charge.period else ledger.charged_until
        ledger.set_up.add(assignment.id)
        return self._issue(ledger, charge.lines, at=midnight(day), period=charge.period)

    def mistake(self, ledger: Ledger, at: datetime) -> None:
        """An invoice that was issued in error, and withdrawn on the next day."""
        line = NewLine(
            kind=LineKind.ADJUSTMENT,
            description="Visit of a technician",
            unit_price=Money(4900, ledger.account.currency),
        )
        document = self._issue(ledger, [line], at=at, period=None, voided_at=at + timedelta(days=1))
        self.discarded.append(document.id)

    def close(self) -> None:
        """Add the counters of the number series."""
        for name, (last_number, last_issued_on) in self._series.items():
            self._loader.add(
                NumberSeries, name=name, last_number=last_number, last_issued_on=last_issued_on
            )

    def _issue(
        self,
        ledger: Ledger,
        lines: Sequence[NewLine],
        *,
        at: datetime,
        period: BillingPeriod | None,
        voided_at: datetime | None = None,
    ) -> Document:
        charged = [priced(line, tax_percent=ledger.tax_percent) for line in lines]
        sums = totals(charged)
        document = Document(
            id=self._loader.new_id(Invoice),
            number=self._next_number(at.date()),
            net_minor=sums.net_minor,
            total_minor=sums.total_minor,
            due_minor=sums.total_minor,
            issued_on=at.date(),
            due_on=at.date() + timedelta(days=ledger.account.payment_term_days),
        )
        self._add_invoice(ledger, document, at, period, voided_at)
        self._add_lines(document, charged)
        self._tell(ledger, document, at, voided_at)
        return document

    def _next_number(self, day: date) -> str:
        name = f"{PREFIX}-{day.year}"
        last_number, _ = self._series.get(name, (0, day))
        self._series[name] = (last_number + 1, day)
        return f"{name}-{last_number + 1:06d}"

    def _add_invoice(
        self,
        ledger: Ledger,
        document: Document,
        at: datetime,
        period: BillingPeriod | None,
        voided_at: datetime | None,
    ) -> None:
        self._loader.add(
            Invoice,
            id=document.id,
            account_id=ledger.account.id,
            customer_id=ledger.person.id,
            status=InvoiceStatus.DRAFT,
            number=document.number,
            currency=ledger.account.currency,
            net_minor=document.net_minor,
            tax_minor=document.total_minor - document.net_minor,
            total_minor=document.total_minor,
            paid_minor=0,
            period_from=period and period.starts_on,
            period_to=period and period.ends_on,
            issued_on=document.issued_on,
            due_on=document.due_on,
            issued_at=at,
            voided_at=voided_at,
            void_reason=_MISTAKE if voided_at else None,
            buyer=ledger.buyer,
            created_at=at,
            updated_at=voided_at or at,
            version=3 if voided_at else 2,
        )

    def _add_lines(self, document: Document, lines: Sequence[PricedLine]) -> None:
        for position, line in enumerate(lines, start=1):
            self._loader.add(
                InvoiceLine,
                id=self._loader.new_id(InvoiceLine),
                invoice_id=document.id,
                position=position,
                **{name: getattr(line, name) for name in line.__slots__},
            )

    def _tell(
        self, ledger: Ledger, document: Document, at: datetime, voided_at: datetime | None
    ) -> None:
        if not self._clock.is_told(at):
            return
        facts = facts_of(ledger, document)
        actor = self._staff.billing if voided_at else "system"
        self._log.tell(at, actor, InvoiceIssued(**facts))
        if voided_at is not None:
            self._log.tell(voided_at, actor, InvoiceVoided(**facts))


def facts_of(ledger: Ledger, document: Document) -> dict[str, Any]:
    """What events about the invoice say."""
    return {
        "customer_id": ledger.person.id,
        "reseller_id": ledger.person.reseller_id,
        "invoice_id": document.id,
        "invoice_number": document.number,
        "net_minor": document.net_minor,
        "total_minor": document.total_minor,
        "currency": ledger.account.currency,
    }
