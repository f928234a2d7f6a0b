"""Types that show records: resolvers return domain records, GraphQL names them."""

from typing import Any, ClassVar

from graphql import GraphQLInterfaceType, GraphQLSchema, GraphQLUnionType

from graph.engine import by_class
from graph.engine.declarations import is_by_class


class RowType:
    """
    A GraphQL type whose objects are instances of a domain class.

    Fields without a resolver read the record's attribute of the same name.
    """

    row: ClassVar[type[Any]]

    @classmethod
    @by_class
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Interfaces, unions and ``_entities`` recognise the record by its class."""
        return isinstance(value, cls.row)


def recognise_by_class(schema: GraphQLSchema) -> None:
    """Promise the engine that interfaces and unions of nothing but records go by their class."""
    for kind in schema.type_map.values():
        if not isinstance(kind, (GraphQLInterfaceType, GraphQLUnionType)):
            continue
        checks = [each.is_type_of for each in schema.get_possible_types(kind)]
        if kind.resolve_type and all(check and is_by_class(check) for check in checks):
            # Strawberry asks about one type after the other.
            kind.resolve_type = by_class(kind.resolve_type)
