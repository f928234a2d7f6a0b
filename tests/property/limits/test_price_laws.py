"""Prices by laws: the memoised one is that of the document with its fragments written out."""

from dataclasses import replace

from graphql import FieldNode, OperationDefinitionNode, get_named_type, is_list_type, parse
from graphql.type import get_nullable_type
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.limits.shape import Shape
from tests.support.limits import SCHEMA, measured, price, pricing

#: Per type: fields that select nothing, then fields with their arguments and what they return.
LEAVES = {
    "Query": ["__typename"],
    "Person": ["id", "name"],
    "Bill": ["id"],
    "Report": ["id", "text"],
    "Line": ["id"],
    "Amount": ["units"],
    "BillConnection": ["totalCount", "__typename"],
    "BillEdge": ["__typename"],
}
BRANCHES = {
    "Query": [("person", "Person"), ("bills", "BillConnection")],
    "Person": [("bills", "BillConnection"), ("reports", "Report")],
    "Bill": [("payer", "Person"), ("lines", "Line"), ("total", "Amount")],
    "Line": [("amount", "Amount")],
    "BillConnection": [("nodes", "Bill"), ("edges", "BillEdge")],
    "BillEdge": [("node", "Bill")],
}
_SIZED = {"bills"}

sizes = st.one_of(st.none(), st.integers(0, 12))


@st.composite
def selections(draw, kind: str, spreads: dict[str, list[str]], depth: int = 0) -> list[str]:
    """Selections on the type, some of them fragments that exist already."""
    chosen = draw(st.lists(st.sampled_from(LEAVES[kind]), min_size=1, max_size=2))
    chosen += [f"...{name}" for name in draw(st.lists(st.sampled_from(spreads[kind]), max_size=2))]
    if depth < 3 and kind in BRANCHES:
        for name, returned in draw(st.lists(st.sampled_from(BRANCHES[kind]), max_size=2)):
            inner = " ".join(draw(selections(returned, spreads, depth + 1)))
            size = draw(sizes) if name in _SIZED else None
            chosen.append(f"{name}{'' if size is None else f'(first: {size})'} {{ {inner} }}")
    return chosen


@st.composite
def documents(draw) -> tuple[list[str], dict[str, tuple[str, list[str]]]]:
    """Root selections, and fragments by name: each spreads only those before it."""
    spreads: dict[str, list[str]] = {kind: [] for kind in LEAVES}
    fragments = {}
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(sorted(LEAVES)))
        known = {each: names or ["__typename"] for each, names in spreads.items()}
        name = f"F{number}"
        fragments[name] = (kind, draw(_selected(kind, known)))
        spreads[kind].append(name)
    known = {each: names or ["__typename"] for each, names in spreads.items()}
    return draw(_selected("Query", known)), fragments


def _selected(kind, known):
    # A type without fragments yet "spreads" a leaf.
    return selections(kind, known).map(
        lambda chosen: [each.replace("...__typename", "__typename") for each in chosen]
    )


def written(root: list[str], fragments: dict[str, tuple[str, list[str]]]) -> str:
    parts = [f"fragment {n} on {kind} {{ {' '.join(s)} }}" for n, (kind, s) in fragments.items()]
    return f"{{ {' '.join(root)} }} {' '.join(parts)}"


def written_out(root: list[str], fragments: dict[str, tuple[str, list[str]]]) -> str:
    """The same without fragments."""
    text = f"{{ {' '.join(root)} }}"
    for name, (_, selected) in reversed(fragments.items()):
        inlined = " ".join(selected)
        text = " ".join(inlined if word == f"...{name}" else word for word in text.split())
    return text


def shape_of(source: str) -> Shape:
    [(_, shape)] = measured(source).operations
    return shape


def naive(kind: str, selected, rows: int, page: int) -> int:
    """The price by its definition: walk everything, multiply on the way down."""
    total = 0
    for node in selected.selections:
        assert isinstance(node, FieldNode)
        name = node.name.value
        if name == "__typename":
            continue
        field = SCHEMA.type_map[kind].fields[name]
        returned = get_named_type(field.type).name
        asked = next((int(each.value.value) for each in node.arguments or ()), 20)
        here = rows
        if is_list_type(get_nullable_type(field.type)):
            here *= {"nodes": page, "edges": page, "reports": 4}.get(name, 10)
        total += {"totalCount": 10, "reports": 20, "person": 5, "bills": 5, "payer": 5}.get(name, 0)
        if node.selection_set:
            each = {"Person": 1, "Bill": 1, "Line": 1, "Report": 3}.get(returned, 0)
            total += here * each + naive(returned, node.selection_set, here, asked)
    return total


@settings(max_examples=50)
@given(documents())
def test_prices_and_shapes_are_those_of_the_document_written_out(document):
    spread, out = written(*document), written_out(*document)
    [operation] = parse(out).definitions
    assert isinstance(operation, OperationDefinitionNode)

    expected = naive("Query", operation.selection_set, 1, 10)

    assert price(spread) == price(out) == expected
    assert sum(pricing(spread).shares().values()) == expected
    assert replace(shape_of(spread), fragments=0) == shape_of(out)


@settings(max_examples=30)
@given(documents(), st.sampled_from(["person { name }", "bills { totalCount }", "__typename"]))
def test_no_field_makes_a_document_cheaper_or_smaller(document, field):
    root, fragments = document
    less, more = written(root, fragments), written([*root, field], fragments)

    assert price(more) >= price(less)
    assert shape_of(more).fields == shape_of(less).fields + 1 + ("{" in field)
