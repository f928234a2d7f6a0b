"""Input types of the billing module; each knows the request it stands for."""

import datetime
import decimal
from typing import Any

import strawberry

from domain.billing import commands, kinds
from domain.kernel import money
from domain.kernel.errors import Invalid
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.ids import key_of
from graph.money import MoneyInput
from graph.payloads import ChangeInput, MutationInput, given
from graph.scalars import CurrencyCode

UNSET = strawberry.UNSET


@strawberry.input(one_of=True, description="One way to name an invoice")
class InvoiceBy:
    id: strawberry.ID | None = strawberry.field(default=UNSET, description="Global id")
    number: str | None = strawberry.field(
        default=UNSET, description="Number given when it was issued, like INV-2026-000001"
    )


@strawberry.input(description="Changes of a billing account: settings left out stay")
class UpdateBillingAccountInput(ChangeInput):
    customer_id: int = strawberry.field(description="The customer's number")
    billing_day: int | None = strawberry.field(
        default=UNSET, description="Day of the month that periods start on, 1 to 31"
    )
    payment_term_days: int | None = strawberry.field(
        default=UNSET, description="Days from issue to due date, 0 to 365"
    )
    tax_percent: decimal.Decimal | None = strawberry.field(
        default=UNSET,
        description="Tax rate of its own; null for that of the country and type of customer",
    )
    tax_exemption: str | None = strawberry.field(
        default=UNSET, description="Certificate or ground by which it bears no tax; null for none"
    )
    tax_exempt_until: datetime.date | None = strawberry.field(
        default=UNSET, description="Last day of the exemption; null for no end"
    )
    prices_include_tax: bool | None = strawberry.field(
        default=UNSET, description="Whether its prices have tax in them"
    )
    currency: CurrencyCode | None = strawberry.field(
        default=UNSET, description="Currency, while there are no documents"
    )

    def changes(self) -> dict[str, Any]:
        """The settings that the client gave."""
        return given(
            billing_day=self.billing_day,
            payment_term_days=self.payment_term_days,
            tax_percent=self.tax_percent,
            tax_exemption=self.tax_exemption,
            tax_exempt_until=self.tax_exempt_until,
            prices_include_tax=self.prices_include_tax,
            currency=self.currency,
        )


@strawberry.input(description="A line to draft")
class InvoiceLineInput:
    kind: kinds.LineKind = strawberry.field(
        description="What it charges for; DISCOUNT and ADJUSTMENT may be negative"
    )
    description: str = strawberry.field(description="What it charges for, in words")
    unit_price: MoneyInput = strawberry.field(description="Price of one unit")
    quantity: decimal.Decimal = strawberry.field(
        default=decimal.Decimal(1), description="How many units, with 3 decimal places at most"
    )
    tax_percent: decimal.Decimal | None = strawberry.field(
        default=None, description="Tax rate; the account's by default"
    )
    tax_included: bool | None = strawberry.field(
        default=None, description="Whether the price has its tax in it; as the account by default"
    )

    def to_domain(self, number: int) -> commands.NewLine:
        """The line at that index. Raises ``Invalid``."""
        return commands.NewLine(
            kind=self.kind,
            description=self.description,
            unit_price=_money(self.unit_price, "lines", str(number), "unitPrice"),
            quantity=self.quantity,
            tax_percent=self.tax_percent,
            tax_included=self.tax_included,
        )


@strawberry.input(description="An invoice to draft")
class DraftInvoiceInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    lines: list[InvoiceLineInput] = strawberry.field(description="What it charges for, 1 to 200")

    def to_domain(self) -> commands.DraftInvoice:
        lines = (line.to_domain(number) for number, line in enumerate(self.lines))
        return commands.DraftInvoice(customer_id=self.customer_id, lines=tuple(lines))


@strawberry.input(description="A draft to issue")
class IssueInvoiceInput(ChangeInput):
    invoice_id: strawberry.ID = strawberry.field(description="Global id of the draft")

    @property
    def key(self) -> int:
        return key_of(self.invoice_id, "Invoice")


@strawberry.input(description="An invoice to withdraw")
class VoidInvoiceInput(ChangeInput):
    invoice_id: strawberry.ID = strawberry.field(description="Global id of the invoice")
    reason: str = strawberry.field(description="Why, for the books")

    @property
    def key(self) -> int:
        return key_of(self.invoice_id, "Invoice")


@strawberry.input(description="What to take back of one line of an invoice")
class CreditNoteLineInput:
    position: int = strawberry.field(description="Place of the line on the invoice, from 1")
    net: MoneyInput = strawberry.field(
        description="How much of it without tax, with the sign of the line; its tax follows"
    )


@strawberry.input(description="What to take back of an issued invoice")
class IssueCreditNoteInput(ChangeInput):
    invoice_id: strawberry.ID = strawberry.field(description="Global id of the invoice")
    reason: kinds.CreditReason = strawberry.field(description="Why; VOID is given by `voidInvoice`")
    note: str | None = strawberry.field(default=None, description="Why, in words")
    lines: list[CreditNoteLineInput] | None = strawberry.field(
        default=None, description="Which lines; all that is left of the invoice by default"
    )

    def to_domain(self) -> dict[str, Any]:
        """What the service takes beside the invoice's key. Raises ``Invalid``."""
        return {
            "reason": self.reason,
            "note": self.note,
            "lines": None if self.lines is None else _credited(self.lines),
            "expected_version": self.expected_version,
        }

    @property
    def key(self) -> int:
        return key_of(self.invoice_id, "Invoice")


@strawberry.input(description="An invoice of which nothing more will be paid")
class WriteOffInvoiceInput(ChangeInput):
    invoice_id: strawberry.ID = strawberry.field(description="Global id of the invoice")
    reason: str = strawberry.field(description="Why, for the books")

    @property
    def key(self) -> int:
        return key_of(self.invoice_id, "Invoice")


@strawberry.input(description="A payment to record")
class RecordPaymentInput(MutationInput):
    customer_id: int = strawberry.field(description="The customer's number")
    amount: MoneyInput = strawberry.field(description="What came in, more than zero")
    method: kinds.PaymentMethod = strawberry.field(description="Way it came in")
    reference: str | None = strawberry.field(
        default=None, description="Bank's or gateway's name for it, unique for the method"
    )
    received_at: datetime.datetime | None = strawberry.field(
        default=None, description="Timestamp of receipt; now by default"
    )
    invoice_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description="Invoices to pay first; the others due follow, the oldest first",
    )

    def to_domain(self) -> dict[str, Any]:
        """The payment's facts. Raises ``Invalid``."""
        return {
            "amount": _money(self.amount, "amount"),
            "method": self.method,
            "reference": self.reference,
            "received_at": self.received_at,
            "invoice_ids": [key_of(key, "Invoice") for key in self.invoice_ids],
        }


@strawberry.input(description="A billing run to make")
class RunBillingInput(MutationInput):
    on: datetime.date | None = strawberry.field(
        default=None,
        description="Day whose periods are charged; today by default, at most 31 days ahead",
    )
    is_dry_run: bool = strawberry.field(
        default=False, description="Only tell what each account would be charged"
    )


def _credited(lines: list[CreditNoteLineInput]) -> dict[int, money.Money]:
    found: dict[int, money.Money] = {}
    for number, line in enumerate(lines):
        if line.position in found:
            raise Invalid(("lines", str(number), "position"), "was named before")
        found[line.position] = _money(line.net, "lines", str(number), "net")
    return found


def _money(amount: MoneyInput, *path: str) -> money.Money:
    try:
        return amount.to_domain()
    except Invalid as failure:
        raise Invalid(path, failure.reason) from None
