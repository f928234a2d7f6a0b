"""Root fields of the customer module."""

from collections.abc import Awaitable

import strawberry

from domain.customer import records
from domain.customer.queries import CustomerFilter as DomainFilter
from domain.customer.queries import CustomerList
from domain.kernel.logging import about_customer
from domain.kernel.paging import Slice
from graph.connections import Connection
from graph.context import Info
from graph.customer.inputs import CustomerBy, CustomerFilter, CustomerOrder
from graph.ids import key_of
from graph.node import nodes_of
from graph.refs import CustomerRef
from resolvers.connections import Listing
from resolvers.customer import customers, details

nodes_of("Customer", customers.by_id)
nodes_of("Address", details.address_by_id)
nodes_of("Document", details.document_by_id)


def customer_by(info: Info, by: CustomerBy) -> Awaitable[records.Customer | None]:
    """The customer that the one given field names."""
    if by.id not in (None, strawberry.UNSET):
        return customers.by_id(info, key_of(str(by.id), "Customer"))
    if by.customer_number not in (None, strawberry.UNSET):
        return customers.by_number(info, str(by.customer_number))
    if by.username not in (None, strawberry.UNSET):
        return customers.by_username(info, str(by.username))
    if by.email not in (None, strawberry.UNSET):
        return customers.by_email(info, str(by.email))
    customer_id = by.customer_id or 0
    about_customer(customer_id)
    return customers.by_id(info, customer_id)


def customer_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: CustomerFilter | None = None,
    order_by: CustomerOrder | None = None,
) -> Awaitable[Listing[records.Customer]]:
    """Query.customers"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = DomainFilter() if filter is None else filter.to_domain()
    order = order_by or CustomerOrder()
    return customers.customer_list(info, CustomerList(part, wanted, order.field, order.descending))


@strawberry.type
class CustomerQueries:
    customer: CustomerRef | None = strawberry.field(
        resolver=customer_by, description="One customer, or null if there is none you may see"
    )
    customers: Connection[CustomerRef] | None = strawberry.field(
        resolver=customer_list, description="Customers; `first` or `last` is required"
    )
