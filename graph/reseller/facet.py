"""The reseller module's fields of Customer."""

import strawberry

from graph.connections import Connection
from graph.refs import ResellerRef
from graph.reseller.types import CommissionEntry
from resolvers.reseller import commissions as commission
from resolvers.reseller import resellers


@strawberry.type
class ResellerFields:
    """The reseller module's facet of Customer."""

    reseller: ResellerRef | None = strawberry.field(
        resolver=resellers.of_row, description="Reseller it belongs to; null for direct customers"
    )
    commissions: Connection[CommissionEntry] | None = strawberry.field(
        resolver=commission.customer_commissions,
        description="What resellers earned on its invoices, newest first",
    )
