"""Batch reads of customers, addresses, documents, channels and history."""

from functools import cached_property

from aiodataloader import DataLoader

from domain.customer import details, queries, records, timeline
from domain.customer.details import AddressChoice, DocumentChoice
from domain.customer.queries import CustomerFilter, CustomerList
from domain.customer.timeline import TimelineList
from domain.kernel.events import LoggedEvent
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class CustomerLoaders(LoaderGroup):
    """The customer module's loaders."""

    @cached_property
    def customer_by_id(self) -> DataLoader[int, records.Customer | None]:
        return self.one(queries.customers_by_id)

    @cached_property
    def customer_by_number(self) -> DataLoader[str, records.Customer | None]:
        return self.one(queries.customers_by_number)

    @cached_property
    def customer_by_username(self) -> DataLoader[str, records.Customer | None]:
        return self.one(queries.customers_by_username)

    @cached_property
    def customer_by_email(self) -> DataLoader[str, records.Customer | None]:
        return self.one(queries.customers_by_email)

    @cached_property
    def customer_count_by_reseller(self) -> DataLoader[tuple[int, CustomerFilter], int]:
        return self.counts(queries.customer_counts_by_reseller)

    @cached_property
    def customer_pages_by_reseller(
        self,
    ) -> DataLoader[tuple[int, CustomerList], Listing[records.Customer]]:
        return self.pages(
            queries.customer_pages_by_reseller,
            lambda key, asked: self.customer_count_by_reseller.load((key, asked.filter)),
        )

    @cached_property
    def addresses_by_customer(
        self,
    ) -> DataLoader[tuple[int, AddressChoice], list[records.Address]]:
        return self.many_chosen(details.addresses_by_customer)

    @cached_property
    def address_by_id(self) -> DataLoader[int, records.Address | None]:
        return self.one(details.addresses_by_id)

    @cached_property
    def documents_by_customer(
        self,
    ) -> DataLoader[tuple[int, DocumentChoice], list[records.Document]]:
        return self.many_chosen(details.documents_by_customer)

    @cached_property
    def document_by_id(self) -> DataLoader[int, records.Document | None]:
        return self.one(details.documents_by_id)

    @cached_property
    def preferences_by_customer(
        self,
    ) -> DataLoader[int, list[records.CommunicationPreference]]:
        return self.many(details.preferences_by_customer)

    @cached_property
    def state_change_count_by_customer(self) -> DataLoader[int, int]:
        return self.each(details.state_change_counts_by_customer, missing=0)

    @cached_property
    def state_changes_by_customer(
        self,
    ) -> DataLoader[tuple[int, Slice], Listing[records.StateChange]]:
        return self.pages(
            details.state_change_pages_by_customer,
            lambda key, _part: self.state_change_count_by_customer.load(key),
        )

    @cached_property
    def timeline_count_by_customer(self) -> DataLoader[tuple[int, frozenset[str]], int]:
        return self.counts(timeline.timeline_counts_by_customer)

    @cached_property
    def timeline_by_customer(self) -> DataLoader[tuple[int, TimelineList], Listing[LoggedEvent]]:
        return self.pages(
            timeline.timelines_by_customer,
            lambda key, asked: self.timeline_count_by_customer.load((key, asked.types)),
        )
