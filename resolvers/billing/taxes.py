"""Fields that return tax rates and the taxes of invoices."""

from collections.abc import Awaitable

from domain.billing import records as billing
from domain.billing import tax_records as records
from resolvers.info import Info


def rate_by_id(info: Info, tax_rate_id: int) -> Awaitable[records.TaxRate | None]:
    """The rate with this id."""
    return info.loaders.tax_rate_by_id.load(tax_rate_id)


def invoice_tax_lines(root: billing.Invoice, info: Info) -> Awaitable[list[records.TaxLine]]:
    """Invoice.taxLines"""
    return info.loaders.tax_lines_by_invoice.load(root.id)
