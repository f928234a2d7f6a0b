"""Object types of the billing module."""

import datetime
import decimal
from typing import Any

import strawberry

from domain.billing import credit_records, kinds, records
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.billing.taxes import TaxLine
from graph.ids import id_of
from graph.money import Money
from graph.node import Node
from graph.refs import CustomerRef, DunningCaseRef, DunningPauseRef, DunningPolicyRef
from graph.rows import RowType
from graph.scalars import CountryCode, CurrencyCode, EmailAddress
from resolvers.billing import credit_notes, dunning, invoices, payments, taxes
from resolvers.customer import customers


@strawberry.type(description="A place to send invoices to, as it was when copied")
class BillingAddress:
    line1: str = strawberry.field(description="Street and number")
    line2: str | None = strawberry.field(description="Floor, flat, care of")
    locality: str = strawberry.field(description="City or town")
    region: str | None = strawberry.field(description="State, province or district")
    postal_code: str = strawberry.field(description="Postal code")
    country: CountryCode = strawberry.field(description="ISO 3166-1 alpha-2 code")


@strawberry.type(description="Who an invoice is made out to, as known when it was issued")
class InvoiceBuyer:
    name: str = strawberry.field(description="Organisation's name, or the person's names")
    tax_id: str | None = strawberry.field(description="Tax number")
    email: EmailAddress | None = strawberry.field(description="Address for invoices")
    customer_number: str = strawberry.field(description="The number people know the customer by")
    account_number: str = strawberry.field(description="Number of the billing account")
    address: BillingAddress | None = strawberry.field(description="Billing address")
    tax_exemption: str | None = strawberry.field(
        default=None, description="Why the invoice bears no tax by the account's exemption"
    )


def _address(copied: dict[str, Any] | None) -> BillingAddress | None:
    return None if copied is None else BillingAddress(**copied)


def _account_address(root: records.BillingAccount) -> BillingAddress | None:
    return _address(root.billing_address)


def _buyer(root: records.Invoice) -> InvoiceBuyer | None:
    if root.buyer is None:
        return None
    return InvoiceBuyer(**{**root.buyer, "address": _address(root.buyer["address"])})


@strawberry.federation.type(
    keys=["id"], description="How a customer is invoiced, and what is owed; one per customer"
)
class BillingAccount(RowType, Node):
    row = records.BillingAccount

    id: strawberry.ID = strawberry.field(
        resolver=id_of("BillingAccount"), description="Global id, opaque"
    )
    number: str = strawberry.field(description="The number people know it by")
    status: kinds.AccountStatus = strawberry.field(description="Where it stands")
    invoicing: kinds.Invoicing = strawberry.field(description="Whether billing runs charge it")
    invoicing_since: datetime.datetime = strawberry.field(
        description="Timestamp of the last change of `invoicing`; nothing before it is charged"
    )
    currency: CurrencyCode = strawberry.field(description="Currency of all its documents")
    balance: Money = strawberry.field(
        description="Issued totals minus payments: more than zero is owed, less is credit"
    )
    overdue: Money = strawberry.field(description="What is owed past its due date")
    credit: Money = strawberry.field(description="Part of the payments that pays no invoice yet")
    email: EmailAddress | None = strawberry.field(description="Address for invoices to come")
    billing_address: BillingAddress | None = strawberry.field(
        resolver=_account_address, description="Address on invoices to come"
    )
    billing_day: int = strawberry.field(
        description="Day of the month that periods start on; the last of shorter months"
    )
    payment_term_days: int = strawberry.field(description="Days from issue to due date")
    tax_percent: decimal.Decimal | None = strawberry.field(
        description="Tax rate of its own; null for that of the country and type of customer"
    )
    tax_exemption: str | None = strawberry.field(
        description="Certificate or ground by which it bears no tax"
    )
    tax_exempt_until: datetime.date | None = strawberry.field(
        description="Last day of the exemption"
    )
    prices_include_tax: bool = strawberry.field(description="Whether its prices have tax in them")
    dunning_case: DunningCaseRef | None = strawberry.field(
        resolver=dunning.account_case, description="How it is dunned now; null if it is not"
    )
    dunning_pauses: list[DunningPauseRef] = strawberry.field(
        resolver=dunning.account_pauses, description="What holds dunning off, the oldest first"
    )
    dunning_policy: DunningPolicyRef | None = strawberry.field(
        resolver=dunning.account_policy,
        description="Policy of its own; null if it follows its currency's default",
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose account it is"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its opening")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="One charge of an invoice; amounts are rounded here, sums are exact")
class InvoiceLine(RowType):
    row = records.InvoiceLine

    position: int = strawberry.field(description="Place on the invoice, from 1")
    kind: kinds.LineKind = strawberry.field(description="What it charges for")
    description: str = strawberry.field(description="What it charges for, in words")
    quantity: decimal.Decimal = strawberry.field(description="How many units")
    unit_price: Money = strawberry.field(description="Price of one unit")
    tax_percent: decimal.Decimal = strawberry.field(description="Tax rate")
    tax_included: bool = strawberry.field(description="Whether the price has its tax in it")
    net: Money = strawberry.field(description="Quantity times price, without tax")
    tax: Money = strawberry.field(description="Tax on the net amount")
    total: Money = strawberry.field(description="Net amount with tax")
    period_from: datetime.date | None = strawberry.field(description="First day it pays for")
    period_to: datetime.date | None = strawberry.field(description="Day after the last")


@strawberry.federation.type(
    keys=["id"], description="A demand for money; once issued its content never changes"
)
class Invoice(RowType, Node):
    row = records.Invoice

    id: strawberry.ID = strawberry.field(resolver=id_of("Invoice"), description="Global id, opaque")
    number: str | None = strawberry.field(
        description="Number without gaps in its series; null until issued"
    )
    status: kinds.InvoiceStatus = strawberry.field(description="Where it stands as a document")
    payment_status: kinds.PaymentStatus | None = strawberry.field(
        description="How much of it is paid; null unless issued"
    )
    is_overdue: bool = strawberry.field(description="Whether something is due past its due date")
    currency: CurrencyCode = strawberry.field(description="Currency of all its amounts")
    net: Money = strawberry.field(description="Sum of the lines without tax")
    tax: Money = strawberry.field(description="Sum of the lines' tax")
    total: Money = strawberry.field(description="Net amount with tax")
    paid: Money = strawberry.field(description="Sum of its allocations")
    credited: Money = strawberry.field(description="Sum of its credit notes")
    written_off: Money = strawberry.field(description="What was given up as bad debt")
    due: Money = strawberry.field(description="What is still to be paid; 0 unless issued")
    period_from: datetime.date | None = strawberry.field(
        description="First day that a billing run charged; null on other invoices"
    )
    period_to: datetime.date | None = strawberry.field(description="Day after the last")
    issued_on: datetime.date | None = strawberry.field(description="Date of issue")
    due_on: datetime.date | None = strawberry.field(description="Last day to pay")
    issued_at: datetime.datetime | None = strawberry.field(description="Timestamp of issue")
    voided_at: datetime.datetime | None = strawberry.field(description="Timestamp of withdrawal")
    void_reason: str | None = strawberry.field(description="Why it was withdrawn, as given")
    written_off_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of giving up what was due"
    )
    write_off_reason: str | None = strawberry.field(description="Why it was given up, as given")
    content_digest: str | None = strawberry.field(
        description="SHA-256 of what never changes of it, hexadecimal; null until issued"
    )
    buyer: InvoiceBuyer | None = strawberry.field(
        resolver=_buyer, description="Who it is made out to; null until issued"
    )
    lines: list[InvoiceLine] = strawberry.field(
        resolver=invoices.invoice_lines, description="What it charges for, in order"
    )
    tax_lines: list[TaxLine] = strawberry.field(
        resolver=taxes.invoice_tax_lines, description="Sums of its lines at each tax rate"
    )
    credit_notes: list["CreditNote"] = strawberry.field(
        resolver=credit_notes.invoice_credit_notes,
        description="What took it back, in part or in whole, the oldest first",
    )
    allocations: list["PaymentAllocation"] = strawberry.field(
        resolver=payments.invoice_allocations, description="What pays it, the oldest first"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Who is charged"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of drafting")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.type(description="Money of a payment that was given back")
class Refund(RowType):
    row = records.Refund

    amount: Money = strawberry.field(description="How much of the payment")
    status: kinds.RefundStatus = strawberry.field(description="Whether it has left")
    reason: str = strawberry.field(description="Why, as given")
    reference: str | None = strawberry.field(description="Bank's or gateway's name for it")
    created_at: datetime.datetime = strawberry.field(description="Timestamp of the refund")


@strawberry.type(description="A payer's claim on a payment at the bank or gateway")
class Dispute(RowType):
    row = records.Dispute

    status: kinds.DisputeStatus = strawberry.field(description="Open, or how it ended")
    reason: str = strawberry.field(description="Why, as told")
    opened_at: datetime.datetime = strawberry.field(description="Timestamp of its beginning")
    closed_at: datetime.datetime | None = strawberry.field(description="Timestamp of its end")


@strawberry.type(description="What a credit note takes back of one line of the invoice")
class CreditNoteLine(RowType):
    row = credit_records.CreditNoteLine

    position: int = strawberry.field(description="Place of the line on the invoice, from 1")
    description: str = strawberry.field(description="What the line charges for, in words")
    net: Money = strawberry.field(description="What is taken back of it, without tax")
    tax: Money = strawberry.field(description="What is taken back of its tax")


@strawberry.federation.type(
    keys=["id"], description="Takes back a part of an issued invoice, or all of it; never changes"
)
class CreditNote(RowType, Node):
    row = credit_records.CreditNote

    id: strawberry.ID = strawberry.field(
        resolver=id_of("CreditNote"), description="Global id, opaque"
    )
    number: str = strawberry.field(description="Number without gaps in its own series")
    reason: kinds.CreditReason = strawberry.field(description="Why")
    note: str | None = strawberry.field(description="Why, in words")
    currency: CurrencyCode = strawberry.field(description="Currency of all its amounts")
    net: Money = strawberry.field(description="Sum of the lines without tax")
    tax: Money = strawberry.field(description="Sum of the lines' tax")
    total: Money = strawberry.field(description="Net amount with tax")
    offset: Money = strawberry.field(
        description="Part that was still due on the invoice; the rest became credit"
    )
    issued_on: datetime.date = strawberry.field(description="Date of issue")
    issued_at: datetime.datetime = strawberry.field(description="Timestamp of issue")
    lines: list[CreditNoteLine] = strawberry.field(
        resolver=credit_notes.credit_note_lines, description="What it takes back, in order"
    )
    invoice: Invoice | None = strawberry.field(
        resolver=invoices.allocated_to, description="Invoice that it takes back"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose invoice it is"
    )


@strawberry.federation.type(keys=["id"], description="Money received from a customer")
class Payment(RowType, Node):
    row = records.Payment

    id: strawberry.ID = strawberry.field(resolver=id_of("Payment"), description="Global id, opaque")
    method: kinds.PaymentMethod = strawberry.field(description="Way it came in")
    reference: str | None = strawberry.field(
        description="Bank's or gateway's name for it, unique for its method"
    )
    amount: Money = strawberry.field(description="What came in")
    state: kinds.PaymentState = strawberry.field(description="Whether it was kept")
    unallocated: Money = strawberry.field(description="Part that pays no invoice yet: credit")
    returned: Money = strawberry.field(description="Part that went back to the payer")
    received_at: datetime.datetime = strawberry.field(description="Timestamp of receipt")
    allocations: list["PaymentAllocation"] = strawberry.field(
        resolver=payments.payment_allocations,
        description="What it pays, in order; below zero is what was taken back",
    )
    refunds: list[Refund] = strawberry.field(
        resolver=payments.payment_refunds, description="What was given back, the oldest first"
    )
    disputes: list[Dispute] = strawberry.field(
        resolver=payments.payment_disputes, description="Claims on it, the oldest first"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Who paid"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of recording")


@strawberry.type(description="A part of a payment that pays an invoice, or that was taken back")
class PaymentAllocation(RowType):
    row = records.PaymentAllocation

    amount: Money = strawberry.field(description="How much of the payment; below zero: taken back")
    created_at: datetime.datetime = strawberry.field(description="Timestamp of the allocation")
    payment: Payment | None = strawberry.field(
        resolver=payments.allocated_from, description="Payment it is part of"
    )
    invoice: Invoice | None = strawberry.field(
        resolver=invoices.allocated_to, description="Invoice it pays"
    )
