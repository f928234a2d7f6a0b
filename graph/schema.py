"""The federated schema, assembled from the modules."""

from collections.abc import Awaitable
from functools import cache
from typing import Any, cast

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from graph.access.enforcing import declare_access
from graph.arguments import describe_arguments, drop_null_defaults
from graph.audit.queries import AuditQueries
from graph.billing.dunning_mutations import DunningMutations
from graph.billing.dunning_queries import DunningQueries
from graph.billing.gateway_mutations import GatewayMutations
from graph.billing.mutations import BillingMutations
from graph.billing.payment_mutations import PaymentMutations
from graph.billing.queries import BillingQueries
from graph.context import Info
from graph.customer.detail_mutations import CustomerDetailMutations
from graph.customer.event_gap import EventGap
from graph.customer.events import EVENT_TYPES
from graph.customer.mutations import CustomerMutations
from graph.customer.queries import CustomerQueries
from graph.customer.subscriptions import CustomerSubscriptions
from graph.customer_type import Customer
from graph.entities import resolve_entities
from graph.enum_values import describe_enum_values
from graph.events.deliveries import DeliveryQueries
from graph.events.delivery_mutations import DeliveryMutations
from graph.events.queries import EventQueries
from graph.events.subscriptions import EventSubscriptions
from graph.events.types import Event
from graph.identity.account_mutations import AccountMutations
from graph.identity.mutations import IdentityMutations
from graph.identity.queries import IdentityQueries
from graph.limits.declarations import declare_costs
from graph.monitoring.mutations import MonitoringMutations
from graph.monitoring.queries import MonitoringQueries
from graph.node import NodeQueries
from graph.payloads import PROBLEMS
from graph.privacy.mutations import PrivacyMutations
from graph.radius.credential_mutations import CredentialMutations
from graph.radius.mutations import RadiusMutations
from graph.radius.queries import RadiusQueries
from graph.rate_limit.queries import RateLimitQueries
from graph.reseller.mutations import ResellerMutations
from graph.reseller.queries import ResellerQueries
from graph.scalars import SCALARS
from graph.tariff.catalogue_mutations import CatalogueMutations
from graph.tariff.mutations import TariffMutations
from graph.tariff.queries import TariffQueries
from graph.webhook.mutations import WebhookMutations
from graph.webhook.queries import WebhookQueries

QUERIES: tuple[type, ...] = (
    CustomerQueries,
    IdentityQueries,
    NodeQueries,
    ResellerQueries,
    TariffQueries,
    RadiusQueries,
    MonitoringQueries,
    BillingQueries,
    DunningQueries,
    EventQueries,
    DeliveryQueries,
    WebhookQueries,
    RateLimitQueries,
    AuditQueries,
)
MUTATIONS: tuple[type, ...] = (
    CustomerMutations,
    CustomerDetailMutations,
    IdentityMutations,
    AccountMutations,
    ResellerMutations,
    CatalogueMutations,
    TariffMutations,
    RadiusMutations,
    CredentialMutations,
    MonitoringMutations,
    BillingMutations,
    PaymentMutations,
    GatewayMutations,
    DunningMutations,
    WebhookMutations,
    DeliveryMutations,
    PrivacyMutations,
)
SUBSCRIPTIONS: tuple[type, ...] = (CustomerSubscriptions, EventSubscriptions)


class Schema(strawberry.federation.Schema):
    """Strawberry's federated schema with an entity resolver that trusts no representation."""

    def entities_resolver(  # type: ignore[override]
        self, info: Info, representations: list[FederationAny]
    ) -> list[Awaitable[Any] | Exception | None]:
        return resolve_entities(info, representations)


@cache
def build_schema() -> Schema:
    """The whole graph as one Apollo Federation 2 subgraph; the same object at each call."""
    schema = Schema(
        query=_root("Query", QUERIES, "What can be read"),
        mutation=_root("Mutation", MUTATIONS, "What can be changed, one transaction each"),
        subscription=_root("Subscription", SUBSCRIPTIONS, "What can be followed live"),
        types=[Customer, *PROBLEMS, *EVENT_TYPES, EventGap, Event],
        scalar_overrides={**SCALARS},
        config=StrawberryConfig(info_class=Info, disable_field_suggestions=True),
    )
    describe_arguments(schema._schema)
    describe_enum_values(schema._schema)
    drop_null_defaults(schema._schema)
    declare_access(schema)
    declare_costs(schema)
    _keep_sdl(schema)
    return schema


def _root(name: str, modules: tuple[type, ...], description: str) -> type:
    merged: Any = merge_types(name, modules)
    merged.__strawberry_definition__.description = description
    return cast("type", merged)


def _keep_sdl(schema: Schema) -> None:
    # Strawberry prints the SDL anew for each request.
    sdl = schema.as_str()
    service_field = schema._schema.type_map["_Service"].fields["sdl"]  # type: ignore[attr-defined]
    service_field.resolve = lambda _root, _info: sdl
