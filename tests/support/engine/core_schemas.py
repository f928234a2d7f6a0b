"""Toys as graphql-core has them: SDL, and functions attached."""

import asyncio
from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLSchema, build_schema, default_field_resolver

from graph import engine
from graph.engine import by_class
from tests.support.engine.awaiting import awaitable
from tests.support.engine.model import (
    Abstract,
    Check,
    Field,
    How,
    ObjectType,
    Resolves,
    Toy,
)
from tests.support.engine.prelude import SDL, Color, read_odd, shown_odd
from tests.support.engine.recipes import Fails, Recipe

Resolver = Callable[..., Any]


def sdl(toy: Toy) -> str:
    """The toy in the schema definition language."""
    parts = [SDL.strip()]
    interfaces = {each.name: each for each in toy.abstracts if not each.members}
    for kind in toy.objects:
        fields = [*(f for i in kind.interfaces for f in interfaces[i].fields), *kind.fields]
        implements = f" implements {' & '.join(kind.interfaces)}" if kind.interfaces else ""
        parts.append(f"type {kind.name}{implements} {{\n{_fields(fields)}}}")
    for each in toy.abstracts:
        if each.members:
            parts.append(f"union {each.name} = {' | '.join(each.members)}")
        else:
            parts.append(f"interface {each.name} {{\n{_fields(each.fields)}}}")
    return "\n".join(parts)


def _fields(fields: Any) -> str:
    lines = []
    for field in fields:
        arguments = ", ".join(each.sdl for each in field.arguments)
        lines.append(f"  {field.name}{f'({arguments})' if arguments else ''}: {field.type}\n")
    return "".join(lines)


def core_schema(toy: Toy) -> GraphQLSchema:
    """The toy with everything attached that makes it move."""
    schema = build_schema(sdl(toy), assume_valid=True)
    kinds: dict[str, Any] = dict(schema.type_map)
    _prepare_leaves(kinds)
    abstracts = {each.name: each for each in toy.abstracts}
    for owner in toy.objects:
        for source in (owner, *(abstracts[name] for name in owner.interfaces)):
            for field in source.fields:
                shown = kinds[owner.name].fields[field.name]
                shown.resolve = core_resolver(source, field)
        kinds[owner.name].is_type_of = type_check(owner)
    for each in toy.abstracts:
        kinds[each.name].resolve_type = _type_resolver(each)
    return schema


def _prepare_leaves(kinds: dict[str, Any]) -> None:
    color = kinds["Color"]
    assert isinstance(color, GraphQLEnumType)
    for name, value in color.values.items():
        value.value = Color[name].value
    odd, moment = kinds["Odd"], kinds["DateTime"]
    odd.serialize = odd.coerce_output_value = shown_odd
    odd.parse_value = odd.coerce_input_value = read_odd
    moment.serialize = moment.coerce_output_value = lambda value: value.isoformat()


def core_resolver(owner: ObjectType | Abstract, field: Field) -> Resolver | None:
    """The field's resolver; none if the source's attribute is its value."""
    coordinate = f"{owner.name}.{field.name}"
    resolve = RESOLVERS[field.how](coordinate)
    if not field.guarded:
        return resolve
    return guarded(resolve or default_field_resolver, coordinate)


def guarded(resolve: Resolver, coordinate: str) -> Resolver:
    """The resolver behind a guard: one that executors are told of, or one that is its own."""
    if len(coordinate) % 2:
        return engine.guarded(resolve, lambda info: info.context.refuse(coordinate))

    def resolve_if_allowed(root: Any, info: Any, **arguments: Any) -> Any:
        info.context.refuse(coordinate)
        return resolve(root, info, **arguments)

    return resolve_if_allowed


def _sync(coordinate: str) -> Resolver:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        world = info.context
        return world.make(world.begin(coordinate, root, arguments, info))

    return resolve


def _async(coordinate: str) -> Resolver:
    async def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        world = info.context
        recipe = world.begin(coordinate, root, arguments, info)
        for _ in range(turns(recipe)):
            await asyncio.sleep(0)
        return world.make(recipe)

    return resolve


def _later(way: str) -> Callable[[str], Resolver]:
    def made(coordinate: str) -> Resolver:
        def resolve(root: Any, info: Any, **arguments: Any) -> Any:
            world = info.context
            recipe = world.begin(coordinate, root, arguments, info)
            return awaitable(lambda: world.make(recipe), way, turns(recipe), reusable=False)

        return resolve

    return made


def _loader(coordinate: str) -> Resolver:
    return lambda root, info, **arguments: info.context.load(coordinate, root, arguments, info)


def _either(coordinate: str) -> Resolver:
    def resolve(root: Any, info: Any, **arguments: Any) -> Any:
        world = info.context
        recipe = world.begin(coordinate, root, arguments, info)
        if turns(recipe) % 2:
            return world.make(recipe)
        return awaitable(lambda: world.make(recipe), "coroutine", 1, reusable=False)

    return resolve


RESOLVERS: dict[How, Callable[[str], Resolver | None]] = {
    How.ATTRIBUTE: lambda _coordinate: None,
    How.SYNC: _sync,
    How.ASYNC: _async,
    How.LATER: _later("later"),
    How.FUTURE: _later("future"),
    How.LOADER: _loader,
    How.EITHER: _either,
}


def turns(recipe: Recipe) -> int:
    """For how many turns of the loop the answer is worked on: the same for the same recipe."""
    return 2 if isinstance(recipe, Fails) else len(str(recipe)) % 4


def type_check(owner: ObjectType) -> Callable[[Any, Any], Any] | None:
    """``is_type_of`` as the type's check and guard want it."""
    if owner.check is Check.NONE:
        return None
    if owner.check is Check.CLASS:
        return by_class(lambda value, info: _is_of_class(owner, value, info))

    def is_of_this_type(value: Any, info: Any) -> Any:
        kind, number = info.context.identity(value)
        if number == 1 and owner.check is Check.RAISES:
            raise ValueError(f"{owner.name} does not know")
        if kind != owner.name or (number == 1 and owner.check is Check.DENIES):
            return False
        if owner.guarded:
            info.context.refuse(owner.name)
        return True

    async def in_time(value: Any, info: Any) -> bool:
        await asyncio.sleep(0)
        return bool(is_of_this_type(value, info))

    return in_time if owner.check is Check.ASYNC else is_of_this_type


def _is_of_class(owner: ObjectType, value: Any, info: Any) -> bool:
    if not isinstance(value, info.context.makes[owner.name]):
        return False
    if owner.guarded:
        info.context.refuse(owner.name)
    return True


def _type_resolver(abstract: Abstract) -> Callable[..., Any] | None:
    async def in_time(value: Any, info: Any, _abstract: Any) -> Any:
        await asyncio.sleep(0)
        return info.context.claimed(value)

    if abstract.resolves is Resolves.DEFAULT:
        return None
    if abstract.resolves is Resolves.ASYNC:
        return in_time
    return lambda value, info, _abstract: info.context.claimed(value)
