"""Batch reads of billing accounts, invoices, lines, payments and allocations."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.billing import (
    credit_queries,
    credit_records,
    invoice_queries,
    ledger_queries,
    ledger_records,
    payment_queries,
    queries,
    records,
    run_queries,
    run_records,
    tax_queries,
    tax_records,
)
from domain.billing.invoice_queries import InvoiceFilter, InvoiceList
from domain.billing.ledger_queries import StatementFilter, StatementList
from domain.billing.queries import PaymentFilter, PaymentList
from domain.billing.run_queries import RunItemFilter, RunItemList
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class BillingLoaders(LoaderGroup):
    """The billing module's loaders."""

    @cached_property
    def billing_account_by_customer(self) -> DataLoader[int, records.BillingAccount | None]:
        return self.one(queries.accounts_by_customer)

    @cached_property
    def billing_account_by_id(self) -> DataLoader[int, records.BillingAccount | None]:
        return self.one(queries.accounts_by_id)

    @cached_property
    def invoice_by_id(self) -> DataLoader[int, records.Invoice | None]:
        return self.one(invoice_queries.invoices_by_id)

    @cached_property
    def invoice_by_number(self) -> DataLoader[str, records.Invoice | None]:
        return self.one(invoice_queries.invoices_by_number)

    @cached_property
    def invoice_count_by_customer(self) -> DataLoader[tuple[int, InvoiceFilter], int]:
        return self.counts(invoice_queries.invoice_counts_by_customer)

    @cached_property
    def invoices_by_customer(
        self,
    ) -> DataLoader[tuple[int, InvoiceList], Listing[records.Invoice]]:
        return self.pages(
            invoice_queries.invoice_pages_by_customer,
            lambda key, asked: self.invoice_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def invoice_lines_by_invoice(self) -> DataLoader[int, list[records.InvoiceLine]]:
        return self.many(invoice_queries.lines_by_invoice)

    @cached_property
    def payment_by_id(self) -> DataLoader[int, records.Payment | None]:
        return self.one(queries.payments_by_id)

    @cached_property
    def payment_count_by_customer(self) -> DataLoader[tuple[int, PaymentFilter], int]:
        return self.counts(queries.payment_counts_by_customer)

    @cached_property
    def payments_by_customer(
        self,
    ) -> DataLoader[tuple[int, PaymentList], Listing[records.Payment]]:
        return self.pages(
            queries.payment_pages_by_customer,
            lambda key, asked: self.payment_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def refunds_by_payment(self) -> DataLoader[int, list[records.Refund]]:
        return self.many(payment_queries.refunds_by_payment)

    @cached_property
    def disputes_by_payment(self) -> DataLoader[int, list[records.Dispute]]:
        return self.many(payment_queries.disputes_by_payment)

    @cached_property
    def allocations_by_invoice(self) -> DataLoader[int, list[records.PaymentAllocation]]:
        return self.many(queries.allocations_by_invoice)

    @cached_property
    def allocations_by_payment(self) -> DataLoader[int, list[records.PaymentAllocation]]:
        return self.many(queries.allocations_by_payment)

    @cached_property
    def statement_count_by_customer(
        self,
    ) -> DataLoader[tuple[int, StatementFilter], int]:
        return self.counts(ledger_queries.statement_counts_by_customer)

    @cached_property
    def statement_by_customer(
        self,
    ) -> DataLoader[tuple[int, StatementList], Listing[ledger_records.StatementLine]]:
        return self.pages(
            ledger_queries.statement_pages_by_customer,
            lambda key, asked: self.statement_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def credit_note_by_id(self) -> DataLoader[int, credit_records.CreditNote | None]:
        return self.one(credit_queries.credit_notes_by_id)

    @cached_property
    def credit_notes_by_invoice(self) -> DataLoader[int, list[credit_records.CreditNote]]:
        return self.many(credit_queries.credit_notes_by_invoice)

    @cached_property
    def credit_note_lines_by_note(self) -> DataLoader[int, list[credit_records.CreditNoteLine]]:
        return self.many(credit_queries.credit_note_lines_by_note)

    @cached_property
    def tax_rate_by_id(self) -> DataLoader[int, tax_records.TaxRate | None]:
        return self.one(tax_queries.tax_rates_by_id)

    @cached_property
    def tax_rates_by_country(self) -> DataLoader[str, list[tax_records.TaxRate]]:
        return self.many(tax_queries.tax_rates_by_country)

    @cached_property
    def tax_lines_by_invoice(self) -> DataLoader[int, list[tax_records.TaxLine]]:
        return self.many(tax_queries.tax_lines_by_invoice)

    @cached_property
    def billing_run_by_id(self) -> DataLoader[int, run_records.BillingRun | None]:
        return self.one(run_queries.runs_by_id)

    @cached_property
    def item_count_by_billing_run(self) -> DataLoader[tuple[int, RunItemFilter], int]:
        return self.counts(run_queries.item_counts_by_run)

    @cached_property
    def items_by_billing_run(
        self,
    ) -> DataLoader[tuple[int, RunItemList], Listing[run_records.BillingRunItem]]:
        return self.pages(
            run_queries.item_pages_by_run,
            lambda key, asked: self.item_count_by_billing_run.load((key, asked.filter)),
        )
