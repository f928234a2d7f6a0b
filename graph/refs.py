"""Lazy references between modules' types: the only place that names them by text."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from graph.billing.dunning_types import DunningCase, DunningPause, DunningPolicy
    from graph.billing.types import Invoice
    from graph.customer_type import Customer
    from graph.monitoring.types import NetworkSegment
    from graph.reseller.types import Reseller

CustomerRef = Annotated["Customer", strawberry.lazy("graph.customer_type")]
DunningCaseRef = Annotated["DunningCase", strawberry.lazy("graph.billing.dunning_types")]
DunningPauseRef = Annotated["DunningPause", strawberry.lazy("graph.billing.dunning_types")]
DunningPolicyRef = Annotated["DunningPolicy", strawberry.lazy("graph.billing.dunning_types")]
InvoiceRef = Annotated["Invoice", strawberry.lazy("graph.billing.types")]
NetworkSegmentRef = Annotated["NetworkSegment", strawberry.lazy("graph.monitoring.types")]
ResellerRef = Annotated["Reseller", strawberry.lazy("graph.reseller.types")]
