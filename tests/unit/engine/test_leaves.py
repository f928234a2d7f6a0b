"""Which leaves are got in the compiled loop: what makes an answer of many rows fast."""

import strawberry
from graphql import GraphQLObjectType, parse
from graphql.execution.executor import Executor

from graph.engine.compiler import Compiler
from graph.engine.plan import Selection


@strawberry.type
class Line:
    position: int
    tags: list[str]

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


def test_rows_have_their_keys_in_the_order_of_the_document():
    selection = selection_of_line("tags kind: __typename position b: position")

    rows = selection.build([Line(position=7, tags=[])], lambda *_: None)

    assert [list(row.items()) for row in rows] == [
        [("tags", None), ("kind", "Line"), ("position", 7), ("b", 7)]
    ]
