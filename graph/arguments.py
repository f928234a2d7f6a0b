"""Arguments in the schema: the same name means the same everywhere; optional says enough."""

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)

_DESCRIPTIONS = {
    "first": "Rows from the beginning, 1 to 100",
    "after": "Cursor: only what comes behind it",
    "last": "Rows from the end, 1 to 100; not together with `first`",
    "before": "Cursor: only what comes in front of it",
    "filter": "What must hold; all if left out",
    "orderBy": "Order of the rows; cursors fit the order they were made in",
    "descending": "Largest or newest first",
    "by": "One way to name it",
    "id": "Global id",
    "ids": "Global ids, at most 100",
    "input": "What to change, and how to repeat it safely",
    "type": "Only those of this type",
    "types": "Only those of these types",
    "status": "Only those in this status",
    "state": "Only those in this state",
    "active": "Only those that are running, or only those that are over",
    "kind": "Only those of this kind",
    "kinds": "Only these kinds",
    "eventId": "Only those of this event",
    "consumer": "Only those of this consumer",
    "customerId": "Only those about this customer",
    "wasDelivered": "Only those that were, or only those that were not",
    "range": "Half-open range of time",
    "step": "Length of one bucket; chosen by the range if left out",
    "country": "Only those of this country",
    "period": "Which period of usage; the present one if left out",
    "tariffPlanId": "The plan's number",
    "when": "When the change takes effect",
    "on": "First day of the new plan in the customer's time zone; with ON_DATE only",
    "settlement": "What becomes of days paid for on the old plan and not used",
    "representations": "Entities by `__typename` and one key, at most 100",
}


def describe_arguments(schema: GraphQLSchema) -> list[str]:
    """Describe every argument by its name; coordinates of those that have no description."""
    missing = []
    for type_name, kind in schema.type_map.items():
        if not isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            continue
        for field_name, field in kind.fields.items():
            for name, argument in field.args.items():
                argument.description = argument.description or _DESCRIPTIONS.get(name)
                if not argument.description and not type_name.startswith("__"):
                    missing.append(f"{type_name}.{field_name}({name}:)")
    return missing


def drop_null_defaults(schema: GraphQLSchema) -> None:
    """Leave "= null" out of the schema: Python's ``None`` default says only "optional"."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            for input_field in kind.fields.values():
                _drop_null(input_field)
        elif isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for field in kind.fields.values():
                for argument in field.args.values():
                    _drop_null(argument)


def _drop_null(item: GraphQLArgument | GraphQLInputField) -> None:
    if item.default_value is None:
        item.default_value = Undefined
