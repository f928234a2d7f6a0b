"""Customer, assembled from the facet of each module."""

import strawberry

from domain.customer import records
from graph.customer.types import CustomerFields
from graph.ids import id_of
from graph.node import Node
from graph.rows import RowType


@strawberry.federation.type(
    keys=["id", "customerId"],
    description="Somebody who has, had or asked for a service of the provider's",
)
class Customer(RowType, CustomerFields, Node):
    row = records.Customer

    id: strawberry.ID = strawberry.field(
        resolver=id_of("Customer"), description="Global id, opaque"
    )
