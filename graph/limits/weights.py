"""What each field of the schema costs and how many rows it may have, by its declarations."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
)
from strawberry.federation.schema_directives import Cost, ListSize
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.limits.introspection import OBJECTS_PER_POINT, sizes

#: Points of a field that fetches objects, unless its own ``@cost`` says otherwise.
STATEMENT = 5
#: Points of a root field of a mutation, likewise.
CHANGE = 10
#: Rows of a list of objects whose size nothing tells.
UNKNOWN_SIZE = 10
#: Points of ``__schema`` and ``__type`` each, besides the objects that they show.
INTROSPECTION = 50

#: Lists that are as long as one of their arguments.
AS_LONG_AS = {"Query.nodes": "ids", "Query._entities": "representations"}

D = TypeVar("D", Cost, ListSize)


@dataclass(frozen=True, slots=True)
class Place:
    """
    A field of the schema: its price once, and that of each object it returns, in points.

    ``is_list``: it returns a list of objects. ``size`` is what is declared of it, ``length`` the
    argument that it is as long as. ``is_page``: the field above tells how long it is.
    ``mean`` is how many objects a field of introspection shows.
    """

    coordinate: str
    once: int = 0
    each: int | Fraction = 0
    type: GraphQLNamedType | None = None
    is_list: bool = False
    is_page: bool = False
    size: ListSize | None = None
    length: str | None = None
    mean: Fraction | None = None


class Weights:
    """The places of one schema, each read once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._places: dict[tuple[str, str], Place] = {}
        self._shown = sizes(schema)
        self._roots = {
            name: self._introspect(f"Query.{name}", field, INTROSPECTION)
            for name, field in (("__schema", SchemaMetaFieldDef), ("__type", TypeMetaFieldDef))
        }
        self._pages = {
            (get_named_type(field.type).name, name)
            for _, field in _fields(schema)
            for size in _declared(field, ListSize)
            for name in size.sized_fields or ()
        }

    def place(self, parent: GraphQLNamedType | None, name: str) -> Place:
        """The field of the type; one that costs nothing if there is no such field."""
        if name in self._roots:
            return self._roots[name]
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return _NOWHERE
        place = self._places.get((parent.name, name))
        if place is None and name in parent.fields:
            place = self._read(parent, name, parent.fields[name])
            self._places[parent.name, name] = place
        return place or _NOWHERE

    def _read(
        self, parent: GraphQLObjectType | GraphQLInterfaceType, name: str, field: GraphQLField
    ) -> Place:
        coordinate = f"{parent.name}.{name}"
        returned = get_named_type(field.type)
        if parent.name.startswith("__"):
            return self._introspect(coordinate, field)
        return Place(
            coordinate,
            once=self._once(parent, field),
            each=self._each(returned),
            type=returned,
            is_list=is_list_type(get_nullable_type(field.type)),
            is_page=(parent.name, name) in self._pages,
            size=next(_declared(field, ListSize), None),
            length=AS_LONG_AS.get(coordinate),
        )

    def _introspect(self, coordinate: str, field: GraphQLField, once: int = 0) -> Place:
        returned = get_named_type(field.type)
        each = Fraction(is_object_type(returned), OBJECTS_PER_POINT)
        mean = self._shown.get(coordinate, Fraction(1))
        return Place(coordinate, once=once, each=each, type=returned, mean=mean)

    def _once(self, parent: GraphQLNamedType, field: GraphQLField) -> int:
        for cost in _declared(field, Cost):
            return cost.weight
        if parent is self.schema.mutation_type:
            return CHANGE
        is_fetched = getattr(_definition(field), "base_resolver", None) is not None
        return STATEMENT if is_fetched and _has_fields(get_named_type(field.type)) else 0

    def _each(self, returned: GraphQLNamedType) -> int:
        if is_abstract_type(returned):
            return max(map(self._each, self._members(returned)), default=1)
        if not is_object_type(returned):
            return 0
        return next((cost.weight for cost in _declared(returned, Cost)), 1)

    def _members(self, abstract: GraphQLAbstractType) -> list[GraphQLObjectType]:
        return list(self.schema.get_possible_types(abstract))


@cache
def weights_of(schema: GraphQLSchema) -> Weights:
    """The weights of a schema, which all its gates share."""
    return Weights(schema)


_NOWHERE = Place("")


def _fields(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField]]:
    for named in schema.type_map.values():
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            yield from named.fields.items()


def _has_fields(named: GraphQLNamedType) -> bool:
    return is_object_type(named) or is_abstract_type(named)


def _definition(declared: GraphQLField | GraphQLNamedType) -> Any:
    return declared.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)


def _declared(declared: GraphQLField | GraphQLNamedType, kind: type[D]) -> Iterator[D]:
    for directive in getattr(_definition(declared), "directives", None) or ():
        if isinstance(directive, kind):
            yield directive
