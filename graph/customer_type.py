"""Customer, assembled from the facet of each module."""

import strawberry

from domain.customer import records
from graph.billing.facet import BillingFields
from graph.billing.previews import PreviewFields
from graph.customer.types import CustomerFields
from graph.ids import id_of
from graph.monitoring.facet import MonitoringFields
from graph.node import Node
from graph.radius.facet import RadiusFields
from graph.reseller.facet import ResellerFields
from graph.rows import RowType
from graph.tariff.facet import TariffFields


@strawberry.federation.type(
    keys=["id", "customerId"],
    description="Somebody who has, had or asked for a service of the provider's",
)
class Customer(
    RowType,
    CustomerFields,
    BillingFields,
    PreviewFields,
    TariffFields,
    ResellerFields,
    RadiusFields,
    MonitoringFields,
    Node,
):
    row = records.Customer

    id: strawberry.ID = strawberry.field(
        resolver=id_of("Customer"), description="Global id, opaque"
    )
