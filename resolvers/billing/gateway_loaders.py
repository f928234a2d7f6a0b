"""Batch reads of stored payment methods and attempts."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.billing import gateway_queries as queries
from domain.billing import gateway_records as records
from domain.billing.gateway_queries import AttemptList, PaymentAttemptFilter
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class GatewayLoaders(LoaderGroup):
    """The loaders of what the payment gateway does."""

    @cached_property
    def stored_method_by_id(self) -> DataLoader[int, records.StoredMethod | None]:
        return self.one(queries.methods_by_id)

    @cached_property
    def stored_methods_by_customer(self) -> DataLoader[int, list[records.StoredMethod]]:
        return self.many(queries.methods_by_customer)

    @cached_property
    def payment_attempt_by_id(self) -> DataLoader[int, records.PaymentAttempt | None]:
        return self.one(queries.attempts_by_id)

    @cached_property
    def payment_attempt_count_by_customer(
        self,
    ) -> DataLoader[tuple[int, PaymentAttemptFilter], int]:
        return self.counts(queries.attempt_counts_by_customer)

    @cached_property
    def payment_attempts_by_customer(
        self,
    ) -> DataLoader[tuple[int, AttemptList], Listing[records.PaymentAttempt]]:
        return self.pages(
            queries.attempt_pages_by_customer,
            lambda key, asked: self.payment_attempt_count_by_customer.load((key, asked.filter)),
        )
