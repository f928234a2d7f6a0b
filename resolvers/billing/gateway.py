"""Fields that return stored payment methods and attempts to charge them."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import gateway_records as records
from domain.billing import records as billing
from domain.billing.gateway_queries import AttemptList
from resolvers.connections import Listing
from resolvers.info import Info


def method_by_id(info: Info, method_id: int) -> Awaitable[records.StoredMethod | None]:
    """The visible stored method with this id."""
    return info.loaders.stored_method_by_id.load(method_id)


def customer_methods(root: Any, info: Info) -> Awaitable[list[records.StoredMethod]]:
    """Customer.storedPaymentMethods"""
    return info.loaders.stored_methods_by_customer.load(root.id)


def attempt_by_id(info: Info, attempt_id: int) -> Awaitable[records.PaymentAttempt | None]:
    """The visible attempt with this id."""
    return info.loaders.payment_attempt_by_id.load(attempt_id)


def attempts_of(
    info: Info, customer_id: int, asked: AttemptList
) -> Awaitable[Listing[records.PaymentAttempt]]:
    """A page of the customer's attempts, the latest first."""
    return info.loaders.payment_attempts_by_customer.load((customer_id, asked))


def attempt_payment(
    root: records.PaymentAttempt, info: Info
) -> Awaitable[billing.Payment | None] | None:
    """PaymentAttempt.payment"""
    return None if root.payment_id is None else info.loaders.payment_by_id.load(root.payment_id)


def attempt_invoice(
    root: records.PaymentAttempt, info: Info
) -> Awaitable[billing.Invoice | None] | None:
    """PaymentAttempt.invoice"""
    return None if root.invoice_id is None else info.loaders.invoice_by_id.load(root.invoice_id)
