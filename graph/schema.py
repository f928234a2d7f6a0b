"""The federated schema, assembled from the modules."""

from collections.abc import Awaitable
from functools import cache
from typing import Any

import strawberry
from strawberry.federation.schema import FederationAny
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from domain.kernel.errors import AccessDenied
from graph.context import Info
from graph.customer.detail_mutations import CustomerDetailMutations
from graph.customer.events import EVENT_TYPES
from graph.customer.mutations import CustomerMutations
from graph.customer.queries import CustomerQueries
from graph.customer.subscriptions import CustomerSubscriptions
from graph.entities import may_see_sdl, resolve_entities
from graph.identity.mutations import IdentityMutations
from graph.identity.types import IdentityQueries
from graph.node import NodeQueries
from graph.payloads import PROBLEMS
from graph.scalars import SCALARS

QUERIES: tuple[type, ...] = (CustomerQueries, IdentityQueries, NodeQueries)
MUTATIONS: tuple[type, ...] = (CustomerMutations, CustomerDetailMutations, IdentityMutations)
SUBSCRIPTIONS: tuple[type, ...] = (CustomerSubscriptions,)


class Schema(strawberry.federation.Schema):
    """Strawberry's federated schema with an entity resolver that trusts no representation."""

    def entities_resolver(  # type: ignore[override]
        self, info: Info, representations: list[FederationAny]
    ) -> list[Awaitable[Any] | None]:
        return resolve_entities(info, representations)


@cache
def build_schema() -> Schema:
    """The whole graph as one Apollo Federation 2 subgraph; the same object at each call."""
    schema = Schema(
        query=merge_types("Query", QUERIES),
        mutation=merge_types("Mutation", MUTATIONS),
        subscription=merge_types("Subscription", SUBSCRIPTIONS),
        types=[*PROBLEMS, *EVENT_TYPES],
        scalar_overrides={**SCALARS},
        config=StrawberryConfig(info_class=Info, disable_field_suggestions=True),
    )
    _guard_service(schema)
    return schema


def _guard_service(schema: Schema) -> None:
    # Strawberry prints the SDL anew for each request, and for anybody.
    sdl = schema.as_str()
    service_field = schema._schema.type_map["_Service"].fields["sdl"]  # type: ignore[attr-defined]

    def resolve_sdl(_root: Any, info: Any) -> str:
        if not may_see_sdl(Info(_raw_info=info, _field=None)):  # type: ignore[arg-type]
            raise AccessDenied("read the subgraph's schema")
        return sdl

    service_field.resolve = resolve_sdl
