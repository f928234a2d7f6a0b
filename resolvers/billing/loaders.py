"""Batch reads of billing accounts, invoices, lines, payments and allocations."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.billing import invoice_queries, queries, records
from domain.billing.invoice_queries import InvoiceFilter, InvoiceList
from domain.billing.plan_change_previews import plan_change_previews
from domain.billing.plan_changes import PlanChange, PlanChangePreview
from domain.billing.queries import PaymentFilter, PaymentList
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class BillingLoaders(LoaderGroup):
    """The billing module's loaders."""

    @cached_property
    def billing_account_by_customer(self) -> DataLoader[int, records.BillingAccount | None]:
        return self.one(queries.accounts_by_customer)

    @cached_property
    def plan_change_preview_by_customer(
        self,
    ) -> DataLoader[tuple[int, PlanChange], PlanChangePreview | None]:
        return self.one_chosen(plan_change_previews)

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
    def allocations_by_invoice(self) -> DataLoader[int, list[records.PaymentAllocation]]:
        return self.many(queries.allocations_by_invoice)

    @cached_property
    def allocations_by_payment(self) -> DataLoader[int, list[records.PaymentAllocation]]:
        return self.many(queries.allocations_by_payment)
