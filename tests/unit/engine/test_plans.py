"""Plans: compiled once for a document and its conditions, kept in bounds, or done without."""

import pytest
from graphql import (
    GraphQLSchema,
    build_schema,
    execute,
    parse,
)

from graph.engine import Engine, by_class, guarded

SDL = """
type Query { people: [Person], leader: Person }
type Person { name: String, secret: String, chief: Person, age: Int! }
"""


def schema() -> GraphQLSchema:
    return build_schema(SDL)


def person(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "age": 40, **more}


async def test_the_same_document_is_compiled_once():
    engine = Engine(schema())
    document = parse("{ leader { name } }")

    for name in ("Ada", "Grace"):
        result = await engine.execute(document, root_value={"leader": person(name)})
        assert result.data == {"leader": {"name": name}}

    assert engine.statistics() == (1, 1, 1)


async def test_each_answer_to_the_conditions_has_a_plan_of_its_own():
    engine = Engine(schema())
    document = parse(
        "query ($deep: Boolean = true, $n: Int)"
        " { leader { name chief @include(if: $deep) { name } } }"
    )
    root = {"leader": person("Ada", chief=person("Grace"))}

    asked = [{}, {"deep": True}, {"deep": False}, {"deep": False, "n": 7}]
    shown = [
        (await engine.execute(document, root_value=root, variable_values=each)).data["leader"]
        for each in asked
    ]

    deep = {"name": "Ada", "chief": {"name": "Grace"}}
    assert shown == [deep, deep, {"name": "Ada"}, {"name": "Ada"}]
    assert engine.statistics().entries == 2


async def test_plans_not_used_for_longest_go_first():
    engine = Engine(schema(), most_plans=2)
    first, second, third = (parse(f"{{ leader {{ n{i}: name }} }}") for i in range(3))

    for document in (first, second, first, third, first):
        await engine.execute(document, root_value={})
    assert engine.statistics() == (2, 2, 3)

    await engine.execute(second, root_value={})
    assert engine.statistics() == (2, 2, 4)


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { queryType { name } } }",
        '{ leader { name } ...I } fragment I on Query { __type(name: "Person") { name } }',
    ],
)
async def test_introspection_is_left_to_graphql_core(document):
    engine, node, root = Engine(schema()), parse(document), {"leader": person("Ada")}

    result = await engine.execute(node, root_value=root)

    assert result == execute(schema(), node, root_value=root)
    assert (engine.left, engine.statistics().entries) == (1, 0)


async def test_everything_is_left_to_graphql_core_where_that_was_asked_for():
    engine = Engine(schema(), compiles=False)

    result = await engine.execute(parse("{ leader { name } }"), root_value={"leader": person("A")})

    assert result.data == {"leader": {"name": "A"}}
    assert (engine.left, engine.statistics().entries) == (1, 0)


async def test_a_guard_is_asked_once_for_all_objects_of_a_level():
    asked: list[str] = []
    core = schema()
    field = core.type_map["Person"].fields["secret"]
    field.resolve = guarded(lambda _root, _info: "s", lambda info: asked.append(info.field_name))
    root = {"people": [person(name) for name in "abc"]}

    result = await Engine(core).execute(parse("{ people { secret } }"), root_value=root)

    assert result.data == {"people": [{"secret": "s"}] * 3}
    assert asked == ["secret"]


async def test_a_guard_that_refuses_fails_the_field_of_each_object():
    def refuse(_info: object) -> None:
        raise PermissionError("not yours")

    core = schema()
    core.type_map["Person"].fields["secret"].resolve = guarded(lambda *_: "s", refuse)
    document = parse("{ people { name secret } }")
    root = {"people": [person("a"), person("b")]}

    result = await Engine(core).execute(document, root_value=root)

    assert result.data == {"people": [{"name": n, "secret": None} for n in "ab"]}
    assert [error.path for error in result.errors] == [["people", n, "secret"] for n in (0, 1)]
    assert execute(core, document, root_value=root) == result


async def test_a_type_that_goes_by_class_is_asked_once_for_each_class():
    asked: list[object] = []

    @by_class
    def is_type_of(value: object, _info: object) -> bool:
        asked.append(type(value))
        return isinstance(value, dict)

    core = schema()
    core.type_map["Person"].is_type_of = is_type_of
    root = {"people": [person("a"), "nobody", person("b"), "none"]}

    result = await Engine(core).execute(parse("{ people { name } }"), root_value=root)

    assert result.data == {"people": [{"name": "a"}, None, {"name": "b"}, None]}
    assert [error.message for error in result.errors] == [
        f"Expected value of type 'Person' but got: {text!r}." for text in ("nobody", "none")
    ]
    assert sorted(asked, key=str) == [dict, str]


async def test_an_object_that_many_lead_to_is_completed_once_and_fails_at_each_place():
    called: list[object] = []
    core = schema()

    def secret(source: dict[str, object], _info: object) -> str:
        called.append(source["name"])
        raise ValueError("gone")

    core.type_map["Person"].fields["secret"].resolve = secret
    chief = person("chief", age=None)
    root = {"people": [person("a", chief=chief), person("b", chief=chief)]}
    document = parse("{ people { name chief { secret } } }")
    broken = parse("{ people { name chief { age } } }")

    result = await Engine(core).execute(document, root_value=root)
    nulled = await Engine(core).execute(broken, root_value=root)

    assert called == ["chief"]
    assert result == execute(core, document, root_value=root)
    assert nulled == execute(core, broken, root_value=root)
    assert nulled.data == {"people": [{"name": n, "chief": None} for n in "ab"]}


async def test_a_variable_of_that_name_in_another_operation_may_be_anything():
    engine = Engine(schema())
    document = parse(
        "query A($x: Boolean!) { leader { name @include(if: $x) } }"
        " query B($x: [Int!]) { leader { name } }"
    )
    root = {"leader": person("Ada")}

    result = await engine.execute(
        document, operation_name="B", root_value=root, variable_values={"x": [1]}
    )

    assert (result.data, result.errors) == ({"leader": {"name": "Ada"}}, None)


async def test_a_document_has_few_plans_however_many_answers_its_conditions_have():
    engine = Engine(schema())
    names = [f"c{number}" for number in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: name @include(if: ${name})" for name in names)
    document = parse(f"query ({declared}) {{ leader {{ {fields} }} }}")
    root = {"leader": person("Ada")}

    for answers in range(2 ** len(names)):
        given = {name: bool(answers >> at & 1) for at, name in enumerate(names)}
        result = await engine.execute(document, root_value=root, variable_values=given)
        assert result.data == {"leader": {name: "Ada" for name in names if given[name]}}

    assert engine.statistics().entries == 16
    assert engine.left == 2 ** len(names) - 16


async def test_large_plans_are_kept_in_smaller_number():
    engine = Engine(schema(), most_fields=20)
    documents = [parse(f"{{ leader {{ n{number}: name age secret }} }}") for number in range(10)]

    for document in documents:
        await engine.execute(document, root_value={"leader": person("Ada")})

    assert engine.statistics().entries == 3
