"""Differences from graphql-core that the engine once had, each as small as it can be."""

import asyncio
import gc
import warnings
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse

from graph.engine import Engine
from tests.support.engine.running import answered, oracle


def schema(sdl: str, **resolvers: Any) -> GraphQLSchema:
    """The schema; ``Type_field`` names a resolver."""
    made = build_schema(sdl)
    for name, resolve in resolvers.items():
        kind, field = name.split("_")
        made.type_map[kind].fields[field].resolve = resolve  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("query", ["{ a @skip(if: $v) }", "{ t { a @include(if: $v) } }"])
async def test_a_condition_that_is_null_fails_as_graphql_core_has_it(query):
    document = parse(f"query ($v: Boolean = true) {query}")
    toy = schema("type Query { a: Int t: T } type T { a: Int }", Query_t=lambda *_: {"a": 1})

    expected = await answered(oracle(toy), document, variable_values={"v": None})
    actual = await answered(Engine(toy).execute, document, variable_values={"v": None})

    assert actual == expected
    assert [error.message for error in actual.errors] == [
        "Argument 'if' has invalid value: Expected variable '$v' provided to non-null type"
        " 'Boolean!' not to be None."
    ]


async def test_items_that_came_before_a_list_broke_off_are_awaited():
    async def item() -> int:
        return 1

    async def items(*_: Any) -> Any:
        yield item()
        raise ValueError("it broke off")

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answer = await answered(
            Engine(schema("type Query { a: [Int] }", Query_a=items)).execute, parse("{ a }")
        )
        await asyncio.sleep(0)
        gc.collect()

    assert [str(each.message) for each in warned] == []
    assert answer.text == '{"a": null}'
    assert [(error.path, error.message) for error in answer.errors] == [(("a",), "it broke off")]


async def test_the_path_that_a_resolver_is_told_is_that_of_an_object():
    paths: list[list[str | int]] = []

    def x(_source: Any, info: Any) -> int:
        paths.append(info.path.as_list())
        return 1

    toy = schema(
        "type Query { list: [T] } type T { child: [T] x: Int }",
        Query_list=lambda *_: [{"child": None}, {"child": [{}]}],
        T_x=x,
    )

    await answered(Engine(toy).execute, parse("{ list { child { x } } }"))

    assert paths == [["list", 1, "child", 0, "x"]]
