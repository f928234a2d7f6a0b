"""How many objects introspection shows of one schema: its means, counted when the API starts."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from math import ceil

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_wrapping_type,
)

#: Objects of introspection that cost a point: nothing is fetched for them.
OBJECTS_PER_POINT = 20
#: Fields that show the one type that is asked for, which may be the largest of all.
_ONE_TYPE = (
    "Query.__type",
    "__Schema.queryType",
    "__Schema.mutationType",
    "__Schema.subscriptionType",
)

_Reference = GraphQLField | GraphQLArgument | GraphQLInputField


def sizes(schema: GraphQLSchema) -> dict[str, Fraction]:
    """
    How many objects each introspection field shows of each object that it is asked of, by its
    schema coordinate; what is missing shows one.

    A mean is the largest of those over all types, over the types that fields return and over
    those of arguments and input fields. Where the types that are shown have more below them
    than others, each counts as several, so that no way through the schema is a cheap one.
    """
    types = list(schema.type_map.values())
    fields = list(chain.from_iterable(_output_fields(each) for each in types))
    inputs: list[_Reference] = [
        *chain.from_iterable(_input_fields(each) for each in types),
        *chain.from_iterable(field.args.values() for field in fields),
    ]
    has = {each: _lengths(schema, each) for each in types}
    everywhere = [types, _referred(fields), _referred(inputs)]
    mean = {name: max(_mean(has, each, name) for each in everywhere) for name in _LISTS}
    shown = {f"__Type.{name}": size for name, size in mean.items() if name != "args"}
    shown["__Schema.types"] = Fraction(len(types))
    shown["__Schema.directives"] = Fraction(len(schema.directives))
    shown["__Directive.args"] = _ratio(
        sum(len(each.args) for each in schema.directives), len(schema.directives)
    )
    shown["__Field.args"] = _over(mean["args"], mean["fields"])
    shown["__Type.ofType"] = max(_wrapped(fields), _wrapped(inputs))
    shown |= dict.fromkeys(_ONE_TYPE, max(_heaviness(has, mean, [each]) for each in types))
    abstract = [each for each in types if is_abstract_type(each)]
    possible = [member for each in abstract for member in schema.get_possible_types(each)]
    implemented = [above for each in types for above in getattr(each, "interfaces", ())]
    shown["__Type.possibleTypes"] *= _heaviness(has, mean, possible)
    shown["__Type.interfaces"] *= _heaviness(has, mean, implemented)
    return {name: Fraction(ceil(size * 10), 10) for name, size in shown.items()}


_LISTS = ("fields", "args", "inputFields", "enumValues", "interfaces", "possibleTypes")


def _lengths(schema: GraphQLSchema, named: GraphQLNamedType) -> Counter[str]:
    fields = _output_fields(named)
    return Counter(
        fields=len(fields),
        args=sum(len(field.args) for field in fields),
        inputFields=len(_input_fields(named)),
        enumValues=len(named.values) if isinstance(named, GraphQLEnumType) else 0,
        interfaces=len(getattr(named, "interfaces", ())),
        possibleTypes=len(schema.get_possible_types(named)) if is_abstract_type(named) else 0,
    )


def _output_fields(named: GraphQLNamedType) -> list[GraphQLField]:
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        return []
    return list(named.fields.values())


def _input_fields(named: GraphQLNamedType) -> list[GraphQLInputField]:
    return list(named.fields.values()) if isinstance(named, GraphQLInputObjectType) else []


def _referred(references: Sequence[_Reference]) -> list[GraphQLNamedType]:
    return [get_named_type(each.type) for each in references]


def _wrapped(references: Sequence[_Reference]) -> Fraction:
    return _ratio(sum(is_wrapping_type(each.type) for each in references), len(references))


def _mean(
    has: dict[GraphQLNamedType, Counter[str]], types: Sequence[GraphQLNamedType], name: str
) -> Fraction:
    return _ratio(sum(has[each][name] for each in types), len(types))


def _heaviness(
    has: dict[GraphQLNamedType, Counter[str]],
    mean: dict[str, Fraction],
    types: Sequence[GraphQLNamedType],
) -> Fraction:
    """How many types of the means have as much below them as one of these, at least one."""
    above = (_over(_mean(has, types, name), mean[name]) for name in _LISTS)
    return max(Fraction(1), *above)


def _ratio(count: int, total: int) -> Fraction:
    return Fraction(count, total) if total else Fraction(0)


def _over(part: Fraction, whole: Fraction) -> Fraction:
    return part / whole if whole else Fraction(0)
