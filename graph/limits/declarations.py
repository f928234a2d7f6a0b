"""Declares ``@cost`` and ``@listSize`` where one rule or one table says it for many fields."""

from typing import Any

from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNamedType, GraphQLObjectType
from strawberry.federation import Schema
from strawberry.federation.schema_directives import Cost, Link, ListSize
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.connections import Connection

_FEDERATION = "https://specs.apollo.dev/federation/"
#: Fields that cost more, or less, than one statement.
COSTS: dict[str, int] = {
    "Query.viewer": 0,
    "Query.eventTypes": 0,
    "Query.eventConsumers": 50,
    "Customer.subscription": 0,
    "Customer.authorization": 20,
    "Customer.metrics": 20,
    "Customer.serviceQuality": 20,
    "BillingAccount.billingAddress": 0,
    "DunningPolicy.steps": 0,
    "Invoice.buyer": 0,
    "Reseller.commissionTotals": 20,
    "WebhookEndpoint.health": 0,
    "Query.ledgerTotals": 50,
    "Mutation.signIn": 20,
    "Mutation.changePassword": 40,
    "Mutation.createAccount": 20,
    "Mutation.updateAccount": 20,
    "Mutation.authenticateCustomer": 20,
    "Mutation.runBilling": 500,
    "Mutation.settleCommissions": 100,
    "Mutation.exportCustomerData": 500,
    "Mutation.eraseCustomer": 200,
}

#: Lists that have as many rows as this, or fewer, as a rule.
SIZES: dict[str, int] = {
    "Query.eventTypes": 50,
    "Query.dunningPolicies": 10,
    "Query.nodes": 100,
    "Query.ledgerTotals": 12,
    "Viewer.signIns": 5,
    "Customer.addresses": 3,
    "Customer.storedPaymentMethods": 2,
    "Customer.communicationPreferences": 5,
    "Customer.documents": 3,
    "Customer.metrics": 5,
    "Customer.networkSegments": 3,
    "MetricSeries.points": 50,
    "Alert.notifications": 3,
    "BillingAccount.dunningPauses": 1,
    "DunningCase.steps": 3,
    "DunningPolicy.steps": 4,
    "Invoice.allocations": 3,
    "Invoice.lines": 5,
    "Payment.allocations": 3,
    "Payment.disputes": 1,
    "Payment.refunds": 1,
    "Invoice.creditNotes": 1,
    "Invoice.taxLines": 2,
    "Query.taxRates": 20,
    "CreditNote.lines": 5,
    "BillingRun.invoices": 100,
    "BillingRun.skipped": 100,
}

_SLICING = ["first", "last"]
_SIZED = ["edges", "nodes"]


def declare_costs(schema: Schema) -> None:
    """
    Put the directives on the schema's fields and types, and import them in its SDL.

    Every field that returns a connection says that its page sizes its ``edges`` and ``nodes``;
    errors cost nothing; the tables above say the rest. What is declared already stays.
    """
    for named in schema._schema.type_map.values():
        if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            continue
        if any(interface.name == "UserError" for interface in named.interfaces):
            _add(named, Cost(weight=0))
        for name, field in named.fields.items():
            coordinate = f"{named.name}.{name}"
            if coordinate in COSTS:
                _add(field, Cost(weight=COSTS[coordinate]))
            if coordinate in SIZES:
                _add(field, _size(assumed_size=SIZES[coordinate]))
            elif _is_connection(field):
                _add(field, _size(slicing_arguments=_SLICING, sized_fields=_SIZED))
    _import(schema)


def _size(**declared: Any) -> ListSize:
    return ListSize(**declared, require_one_slicing_argument=False)


def _definition(declared: GraphQLField | GraphQLNamedType) -> Any:
    return declared.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)


def _add(declared: GraphQLField | GraphQLNamedType, directive: Cost | ListSize) -> None:
    definition = _definition(declared)
    if definition is not None:
        present = list(definition.directives or ())
        if not any(isinstance(each, type(directive)) for each in present):
            definition.directives = [*present, directive]


def _is_connection(field: GraphQLField) -> bool:
    returned = field.type.of_type if hasattr(field.type, "of_type") else field.type
    definition = _definition(returned) if isinstance(returned, GraphQLObjectType) else None
    generic = getattr(definition, "concrete_of", None)
    return generic is not None and generic.origin is Connection


def _import(schema: Schema) -> None:
    for link in schema.schema_directives:
        if isinstance(link, Link) and (link.url or "").startswith(_FEDERATION):
            names = {*(link.import_ or ()), "@cost", "@listSize"}
            link.import_ = sorted(names)
