"""Which leaves are got in the compiled loop: what makes an answer of many rows fast."""

from typing import NewType

import strawberry
from graphql import GraphQLObjectType, parse
from graphql.execution.executor import Executor

from graph.engine import unchanged
from graph.engine.compiler import Compiler
from graph.engine.plan import Selection

Code = NewType("Code", str)


@strawberry.type
class Price:
    amount: str
    currency: str

    @strawberry.field
    def words(self) -> str:
        return f"{self.amount} {self.currency}"


@strawberry.type
class Line:
    position: int
    tags: list[str]
    price: Price | None = None

    @strawberry.field
    def number(self) -> str:
        return str(self.position)

    @strawberry.field
    def asked(self, info: strawberry.Info) -> str:
        return info.field_name

    @strawberry.field
    def padded(self, width: int = 4) -> str:
        return str(self.position).zfill(width)

    @strawberry.field
    async def awaited(self) -> str:
        return "late"


@strawberry.type
class Query:
    line: Line


def selection_of_line(fields: str) -> Selection:
    core = strawberry.Schema(Query)._schema
    executor = Executor.build(core, parse(f"{{ line {{ {fields} }} }}"))
    assert isinstance(executor, Executor)
    compiler = Compiler(core)
    query, line = core.type_map["Query"], core.type_map["Line"]
    assert isinstance(query, GraphQLObjectType)
    assert isinstance(line, GraphQLObjectType)
    [field] = compiler.root(executor, query, serial=False).branches
    return compiler.selection(executor, field, line)


def test_attributes_and_plain_functions_of_the_object_are_inlined():
    selection = selection_of_line("position number asked __typename")

    assert [leaf.field.key for leaf in selection.leaves] == ["position", "number", "asked"]
    assert selection.branches == []


def test_lists_and_what_takes_arguments_or_is_awaited_is_not():
    selection = selection_of_line("tags padded awaited")

    assert selection.leaves == []
    assert [field.key for field in selection.branches] == ["tags", "padded", "awaited"]


def test_objects_of_which_leaves_are_read_are_made_in_the_same_loop():
    selection = selection_of_line("position price { amount kind: __typename }")
    lines = [Line(position=1, tags=[], price=Price(amount="2.00", currency="EUR"))]

    class Fitting:
        def fits(self, _number: int, value: object, known: set[type]) -> bool:
            known.add(type(value))
            return True

    rows = selection.build([*lines, Line(position=2, tags=[])], lambda *_: None, Fitting())

    assert [part.field.key for part in selection.parts] == ["price"]
    assert selection.branches == []
    assert rows == [
        {"position": 1, "price": {"amount": "2.00", "kind": "Price"}},
        {"position": 2, "price": None},
    ]


def test_objects_with_fields_of_another_kind_are_not():
    selection = selection_of_line("price { amount words }")

    assert selection.parts == []
    assert [field.key for field in selection.branches] == ["price"]


def test_values_that_a_scalar_leaves_as_they_are_do_not_go_through_it():
    asked: list[object] = []

    @unchanged(str)
    def serialize(value: object) -> str:
        asked.append(value)
        return str(value)

    scalar = strawberry.scalar(name="Code", serialize=serialize)

    @strawberry.type
    class Root:
        a: Code
        b: Code

    core = strawberry.Schema(Root, scalar_overrides={Code: scalar})._schema
    executor = Executor.build(core, parse("{ a b }"))
    assert isinstance(executor, Executor)
    assert isinstance(core.query_type, GraphQLObjectType)
    selection = Compiler(core).root(executor, core.query_type, serial=False)
    selection.leaves[1].plain.add(int)

    rows = selection.build([Root(a=Code("x"), b=7)], lambda *_: None, None)

    assert rows == [{"a": "x", "b": "7"}]
    assert asked == [7]


def test_rows_have_their_keys_in_the_order_of_the_document():
    selection = selection_of_line("tags kind: __typename position b: position")

    rows = selection.build([Line(position=7, tags=[])], lambda *_: None, None)

    assert [list(row.items()) for row in rows] == [
        [("tags", None), ("kind", "Line"), ("position", 7), ("b", 7)]
    ]
