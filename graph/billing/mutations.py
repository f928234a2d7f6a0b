"""Mutations of billing accounts, invoices and payments."""

import strawberry

from domain.billing.accounts import AccountService
from domain.billing.credit_notes import CreditNoteService
from domain.billing.invoices import InvoiceService
from domain.billing.payments import PaymentService
from domain.billing.run_records import BillingRun as BillingRunRecord
from domain.billing.run_worker import drive
from domain.billing.runs import BillingRunService
from domain.billing.tax import TaxRateService
from domain.billing.write_offs import WriteOffService
from domain.kernel.unit_of_work import UnitOfWork
from graph.billing import problems  # noqa: F401 (failures that payloads show)
from graph.billing.inputs import (
    DraftInvoiceInput,
    IssueCreditNoteInput,
    IssueInvoiceInput,
    RecordPaymentInput,
    RunBillingInput,
    UpdateBillingAccountInput,
    VoidInvoiceInput,
    WriteOffInvoiceInput,
)
from graph.billing.runs import BillingRun
from graph.billing.taxes import SetTaxRateInput, SetTaxRatePayload
from graph.billing.types import BillingAccount, CreditNote, Invoice, Payment
from graph.context import Info
from graph.payloads import Payload, perform
from resolvers.billing import accounts, credit_notes, invoices, payments, runs, taxes

#: Chunks of accounts that are charged before `runBilling` answers.
_AT_ONCE = 10


@strawberry.type(description="What became of `updateBillingAccount`")
class UpdateBillingAccountPayload(Payload):
    billing_account: BillingAccount | None = strawberry.field(
        default=None, description="The account now"
    )


@strawberry.type(description="What became of a change to an invoice")
class InvoicePayload(Payload):
    invoice: Invoice | None = strawberry.field(default=None, description="The invoice now")


@strawberry.type(description="What became of `issueCreditNote`")
class IssueCreditNotePayload(Payload):
    credit_note: CreditNote | None = strawberry.field(default=None, description="The credit note")


@strawberry.type(description="What became of `recordPayment`")
class RecordPaymentPayload(Payload):
    payment: Payment | None = strawberry.field(default=None, description="The payment")


@strawberry.type(description="What became of `runBilling`")
class RunBillingPayload(Payload):
    billing_run: BillingRun | None = strawberry.field(default=None, description="What it did")


@strawberry.type
class BillingMutations:
    @strawberry.mutation(description="Change settings of a customer's billing account")
    async def update_billing_account(
        self, info: Info, input: UpdateBillingAccountInput
    ) -> UpdateBillingAccountPayload | None:
        async def work(session: UnitOfWork) -> int:
            changed = await AccountService().update_account(
                session,
                input.customer_id,
                input.changes(),
                expected_version=input.expected_version,
            )
            return changed.id

        return await perform(
            info, input, UpdateBillingAccountPayload, work, billing_account=accounts.by_id
        )

    @strawberry.mutation(description="Draft an invoice; it demands nothing until issued")
    async def draft_invoice(self, info: Info, input: DraftInvoiceInput) -> InvoicePayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await InvoiceService().draft_invoice(session, input.to_domain())).id

        return await perform(info, input, InvoicePayload, work, invoice=invoices.by_id)

    @strawberry.mutation(description="Give a draft its number and demand what it charges")
    async def issue_invoice(self, info: Info, input: IssueInvoiceInput) -> InvoicePayload | None:
        async def work(session: UnitOfWork) -> int:
            issued = await InvoiceService().issue_invoice(
                session, input.key, expected_version=input.expected_version
            )
            return issued.id

        return await perform(info, input, InvoicePayload, work, invoice=invoices.by_id)

    @strawberry.mutation(description="Withdraw an invoice that nothing has been paid on")
    async def void_invoice(self, info: Info, input: VoidInvoiceInput) -> InvoicePayload | None:
        async def work(session: UnitOfWork) -> int:
            voided = await InvoiceService().void_invoice(
                session, input.key, reason=input.reason, expected_version=input.expected_version
            )
            return voided.id

        return await perform(info, input, InvoicePayload, work, invoice=invoices.by_id)

    @strawberry.mutation(description="Take back a part of an issued invoice, or all that is left")
    async def issue_credit_note(
        self, info: Info, input: IssueCreditNoteInput
    ) -> IssueCreditNotePayload | None:
        async def work(session: UnitOfWork) -> int:
            issued = await CreditNoteService().issue_credit_note(
                session, input.key, **input.to_domain()
            )
            return issued.id

        return await perform(
            info, input, IssueCreditNotePayload, work, credit_note=credit_notes.by_id
        )

    @strawberry.mutation(description="Say what is taxed in a country from a day on")
    async def set_tax_rate(self, info: Info, input: SetTaxRateInput) -> SetTaxRatePayload | None:
        async def work(session: UnitOfWork) -> int:
            return await TaxRateService().set_tax_rate(session, **input.to_domain())

        return await perform(info, input, SetTaxRatePayload, work, tax_rate=taxes.rate_by_id)

    @strawberry.mutation(description="Give up what is due on an invoice as bad debt")
    async def write_off_invoice(
        self, info: Info, input: WriteOffInvoiceInput
    ) -> InvoicePayload | None:
        async def work(session: UnitOfWork) -> int:
            written_off = await WriteOffService().write_off_invoice(
                session, input.key, reason=input.reason, expected_version=input.expected_version
            )
            return written_off.id

        return await perform(info, input, InvoicePayload, work, invoice=invoices.by_id)

    @strawberry.mutation(description="Record money that came in, and pay what is due with it")
    async def record_payment(
        self, info: Info, input: RecordPaymentInput
    ) -> RecordPaymentPayload | None:
        async def work(session: UnitOfWork) -> int:
            recorded = await PaymentService().record_payment(
                session, input.customer_id, **input.to_domain()
            )
            return recorded.id

        return await perform(info, input, RecordPaymentPayload, work, payment=payments.by_id)

    @strawberry.mutation(
        description="Invoice all accounts for the period of a day; a repetition charges nobody. "
        "A large run goes on after the answer: `billingRun` shows its progress"
    )
    async def run_billing(self, info: Info, input: RunBillingInput) -> RunBillingPayload | None:
        async def work(session: UnitOfWork) -> int:
            return await BillingRunService().start(
                session, on=input.on, is_dry_run=input.is_dry_run
            )

        return await perform(info, input, RunBillingPayload, work, billing_run=_begun)


async def _begun(info: Info, run_id: int) -> BillingRunRecord | None:
    """The run, after its first accounts: a small one is over by then."""
    await drive(info.services.database, run_id, chunks=_AT_ONCE)
    info.forget()
    return await runs.by_id(info, run_id)
