"""The ways to a customer through the graph, as queries that show its number."""

from graphql import get_named_type

from graph.ids import encode_id
from graph.node import NODES
from graph.schema import build_schema

_FRAGMENT = "fragment F on Customer { customerId }"
#: Types with a ``customer`` field: paths from one row to another.
OWNED = sorted(name for name in NODES if "customer" in build_schema()._schema.type_map[name].fields)


def root_lists() -> dict[str, str]:
    """Node type → the root field that lists its rows by pages."""
    fields = build_schema()._schema.query_type.fields.items()
    shown = {get_named_type(field.type).name: name for name, field in fields}
    return {name: shown[f"{name}Connection"] for name in NODES if f"{name}Connection" in shown}


def customer_paths(estate: dict[str, int]) -> dict[str, str]:
    """Path → query, for the customer of an estate."""
    return _root_paths(estate) | _edges(estate)


def parent_of(path: str) -> str | None:
    """The type whose row leads to the customer on this path, if one does."""
    return path.removeprefix("edge of ") if path.startswith("edge of ") else None


def _root_paths(estate: dict[str, int]) -> dict[str, str]:
    key, username = estate["Customer"], f"owner-{estate['Reseller']}"
    node = f'"{encode_id("Customer", key)}"'
    names = {
        "id": node,
        "customerId": key,
        "customerNumber": f'"C-{1_000_000 + key}"',
        "username": f'"{username}"',
        "email": f'"{username}@example.com"',
    }
    entities = "{ _entities(representations: [{%s}]) { ... on Customer { customerId } } }"
    filtered = f'customers(last: 1, filter: {{query: "{username}"}})'
    return {
        **{
            f"customer by {name}": f"{{ customer(by: {{{name}: {value}}}) {{ customerId }} }}"
            for name, value in names.items()
        },
        "node": f"{{ node(id: {node}) {{ ... on Customer {{ customerId }} }} }}",
        "nodes": f"{{ nodes(ids: [{node}]) {{ ... on Customer {{ customerId }} }} }}",
        "entity by id": entities % f'__typename: "Customer", id: {node}',
        "entity by number": entities % f'__typename: "Customer", customerId: {key}',
        "list": "{ customers(first: 100) { nodes { customerId } } }",
        "search": f"{{ {filtered} {{ edges {{ node {{ customerId }} }} }} }}",
        "alias": f"{{ x: customer(by: {{customerId: {key}}}) {{ y: customerId customerId }} }}",
        "fragment": f"{{ customer(by: {{customerId: {key}}}) {{ ...F }} }} {_FRAGMENT}",
        "fragment on Node": f"{{ node(id: {node}) {{ ... on Node {{ ...F }} }} }} {_FRAGMENT}",
    }


def _edges(estate: dict[str, int]) -> dict[str, str]:
    reseller = encode_id("Reseller", estate["Reseller"])
    customers = "... on Reseller { customers(first: 9) { nodes { customerId } } }"
    edges = {"edge of Reseller": f'{{ node(id: "{reseller}") {{ {customers} }} }}'}
    for name in OWNED:
        owned = encode_id(name, estate[name])
        shown = f"... on {name} {{ customer {{ customerId }} }}"
        edges[f"edge of {name}"] = f'{{ node(id: "{owned}") {{ {shown} }} }}'
    return edges
