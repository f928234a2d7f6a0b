"""Every way to a row of each node type through the graph, generated from the schema."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
)

from graph.node import NODES
from graph.schema import build_schema

#: Filters by which a list could be asked for somebody else's rows.
TELLING = ("id", "customerId", "resellerId", "username", "query")
_PAGE = "(first: 20)"
_KEYS = re.compile(r'^type (\w+)[^{\n]*?((?: @key\(fields: "\w+"\))+)', re.M)


@dataclass(frozen=True, slots=True)
class Path:
    """
    A root field that shows ids of ``target``, by way of a row of ``parent`` if that is named.

    ``query`` has holes like ``«Customer.username»``.
    """

    name: str
    target: str
    query: str
    parent: str | None = None

    def filled(self, ids: Mapping[str, Any]) -> str:
        """The query about one estate, whose values have the holes' names."""
        return re.sub("«(.+?)»", lambda hole: str(ids[hole[1]]), self.query)


@cache
def all_paths() -> list[Path]:
    """Root fields by each key, node, nodes, ``_entities`` by each key, lists, filters, edges."""
    return [path for name in sorted(NODES) for path in (*_by_keys(name), *_pages(name))] + [
        path for name in sorted(NODES) for path in _edges(name)
    ]


def keyed() -> dict[str, list[str]]:
    """Node type → the names of the inputs that name one row of it, at any root field."""
    return {
        name: [key for _, key in _root_keys(name)] for name in sorted(NODES) if _root_field(name)
    }


@cache
def entity_keys() -> dict[str, list[str]]:
    """Entity → its declared keys, as the gateway reads them."""
    declared = _KEYS.findall(build_schema().as_str())
    return {name: re.findall(r'fields: "(\w+)"', keys) for name, keys in declared}


def root_lists() -> dict[str, str]:
    """Node type → the root field that lists its rows by pages."""
    shown = {get_named_type(field.type).name: name for name, field in _query_fields().items()}
    return {name: shown[f"{name}Connection"] for name in NODES if f"{name}Connection" in shown}


def _schema() -> Any:
    return build_schema()._schema


def _query_fields() -> dict[str, GraphQLField]:
    return dict(_schema().query_type.fields)


def _root_field(target: str) -> tuple[str, GraphQLField] | None:
    for name, field in _query_fields().items():
        if isinstance(field.type, GraphQLObjectType) and field.type.name == target and field.args:
            return name, field
    return None


def _root_keys(target: str) -> Iterator[tuple[str, str]]:
    """(argument, key): the root field's own arguments, or the members of its ``by``."""
    found = _root_field(target)
    for argument, kind in (found[1].args if found else {}).items():
        by = get_named_type(kind.type)
        if isinstance(by, GraphQLInputObjectType):
            yield from ((f"{argument}: {{{key}: %s}}", key) for key in by.fields)
        else:
            yield f"{argument}: %s", argument


def _by_keys(target: str) -> Iterator[Path]:
    found = _root_field(target)
    for argument, key in _root_keys(target):
        query = f"{found[0]}({argument % _hole(target, key)}) {{ id }}" if found else ""
        yield Path(f"{target} by {key}", target, query)
    node = f'node(id: "«{target}.id»")'
    yield Path(f"{target} as node", target, f"{node} {{ id }}")
    yield Path(f"{target} by fragment", target, f"{node} {{ ... on {target} {{ id }} }}")
    yield Path(f"{target} by alias", target, f"{node} {{ ... on Node {{ other: id id }} }}")
    yield Path(f"{target} of nodes", target, f'nodes(ids: ["«{target}.id»"]) {{ id }}')
    for key in entity_keys()[target]:
        of = f'{{__typename: "{target}", {key}: {_hole(target, key)}}}'
        shown = f"_entities(representations: [{of}]) {{ ... on {target} {{ id }} }}"
        yield Path(f"{target} as entity by {key}", target, shown)


def _hole(target: str, key: str) -> str:
    return f"«{target}.{key}»" if key.endswith("Id") else f'"«{target}.{key}»"'


def _pages(target: str) -> Iterator[Path]:
    for name, field in _query_fields().items():
        if str(field.type).strip("!") in (f"[{target}!]", f"[{target}]"):
            yield Path(f"{target} in {name}", target, f"{name} {{ id }}")
    page = root_lists().get(target)
    if page is None:
        return
    yield Path(f"{target} in {page}", target, f"{page}{_PAGE} {{ nodes {{ id }} }}")
    by = _query_fields()[page].args.get("filter")
    for key in get_named_type(by.type).fields if by is not None else ():
        if key in TELLING:
            owner = {"customerId": "Customer", "resellerId": "Reseller"}.get(key, target)
            asked = f"filter: {{{key}: {_hole(owner, key)}}}"
            query = f"{page}(first: 20, {asked}) {{ totalCount edges {{ node {{ id }} }} }}"
            yield Path(f"{target} filtered by {key}", target, query)


def _edges(parent: str) -> Iterator[Path]:
    for steps, target, shown in _fields_to_nodes(_schema().type_map[parent], depth=2):
        query = f'node(id: "«{parent}.id»") {{ ... on {parent} {{ {shown} }} }}'
        yield Path(f"{parent}.{steps}", target, query, parent=parent)


def _fields_to_nodes(kind: Any, *, depth: int) -> Iterator[tuple[str, str, str]]:
    """(steps, node type, selection) for each field below that shows nodes."""
    for name, field in kind.fields.items():
        shown = get_named_type(field.type)
        is_page = shown.name.endswith("Connection")
        call, outer = (name + _PAGE, "nodes { %s }") if is_page else (name, "%s")
        of = get_named_type(shown.fields["nodes"].type) if is_page else shown
        if of.name in NODES:
            yield name, of.name, f"{call} {{ {outer % 'id'} }}"
        elif depth > 1 and isinstance(of, (GraphQLObjectType, GraphQLInterfaceType)):
            for steps, target, inner in _fields_to_nodes(of, depth=depth - 1):
                yield f"{name}.{steps}", target, f"{call} {{ {outer % inner} }}"
