"""Toys as Strawberry has them: classes written out, compiled, and their resolvers on a stage."""

import itertools
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import strawberry
from graphql import GraphQLSchema, default_field_resolver
from strawberry.schema.config import StrawberryConfig

from tests.support.engine.core_schemas import guarded, type_check
from tests.support.engine.model import Abstract, Check, Field, How, ObjectType, Toy, inner
from tests.support.engine.prelude import SCALARS
from tests.support.engine.stage import Stage
from tests.support.engine.world import snake

_PYTHON = {
    "Int": "int",
    "Float": "float",
    "String": "str",
    "Boolean": "bool",
    "ID": "strawberry.ID",
    "DateTime": "datetime.datetime",
}
_HEAD = """\
import datetime
import strawberry
from typing import Annotated, Union
from strawberry import Info, Parent
from tests.support.engine.prelude import Box, Color, Odd, Pick
"""
_ACTS = {
    How.SYNC: "sync",
    How.ASYNC: "asynchronous",
    How.LATER: "later",
    How.FUTURE: "future",
    How.LOADER: "loader",
    How.EITHER: "either",
}
_numbers = itertools.count()


@dataclass
class Shown:
    """A toy in Strawberry's terms: its schema, its source, its classes, and where it plays."""

    schema: GraphQLSchema
    source: str
    makes: dict[str, type]
    stage: Stage


def strawberry_schema(toy: Toy) -> Shown:
    """The toy with everything attached that makes it move."""
    stage = Stage()
    source = python(toy)
    module = ModuleType(f"toy_{next(_numbers)}")
    module.__dict__["stage"] = stage
    sys.modules[module.__name__] = module
    try:
        exec(compile(source, module.__name__, "exec"), module.__dict__)
        schema = _assembled(toy, module)
        # Types and fields are made when they are first asked for.
        _ = [getattr(kind, "fields", None) for kind in schema.type_map.values()]
    finally:
        del sys.modules[module.__name__]
    makes = {each.name: module.__dict__[each.name] for each in toy.objects}
    stage.checks = {each.name: type_check(each) for each in toy.objects}
    _attach_checks(toy, schema, stage)
    _attach_guards(toy, schema)
    return Shown(schema, source, makes, stage)


def _assembled(toy: Toy, module: ModuleType) -> GraphQLSchema:
    roots = {name.lower(): module.__dict__.get(name) for name in _ROOTS}
    types = [module.__dict__[each.name] for each in toy.objects if each.name not in _ROOTS]
    schema = strawberry.Schema(
        **roots,
        types=types,
        scalar_overrides={**SCALARS},
        config=StrawberryConfig(),
    )
    return schema._schema


_ROOTS = ("Query", "Mutation", "Subscription")


def _attach_checks(toy: Toy, schema: GraphQLSchema, stage: Stage) -> None:
    kinds: dict[str, Any] = dict(schema.type_map)
    for each in toy.objects:
        # A promise is the function's own.
        if each.check is Check.CLASS:
            kinds[each.name].is_type_of = stage.checks[each.name]


def _attach_guards(toy: Toy, schema: GraphQLSchema) -> None:
    kinds: dict[str, Any] = dict(schema.type_map)
    abstracts = {each.name: each for each in toy.abstracts}
    for owner in toy.objects:
        for source in (owner, *(abstracts[name] for name in owner.interfaces)):
            for field in source.fields:
                if field.guarded:
                    shown = kinds[owner.name].fields[field.name]
                    resolve = shown.resolve or default_field_resolver
                    shown.resolve = guarded(resolve, f"{source.name}.{field.name}")


def python(toy: Toy) -> str:
    """The module's source."""
    interfaces = [each for each in toy.abstracts if not each.members]
    parts = [_HEAD]
    parts += [_class("strawberry.interface", each, ()) for each in interfaces]
    parts += [_class("strawberry.type", each, each.interfaces) for each in toy.objects]
    for each in toy.abstracts:
        if each.members:
            kinds = f"Union[{', '.join(each.members)}]"
            parts.append(f'{each.name} = Annotated[{kinds}, strawberry.union("{each.name}")]\n')
    return "\n".join(parts)


def _class(decorator: str, owner: ObjectType | Abstract, bases: tuple[str, ...]) -> str:
    lines = [f"@{decorator}", f"class {owner.name}({', '.join(bases)}):"]
    # Dataclass fields without a default go first, here as in every class.
    ordered = sorted(owner.fields, key=lambda field: field.how is not How.ATTRIBUTE)
    lines += [_field(owner, field) for field in ordered]
    if isinstance(owner, ObjectType) and owner.check is not Check.NONE:
        lines += [
            "    @classmethod",
            "    def is_type_of(cls, value, info):",
            f'        return stage.checks["{owner.name}"](value, info)',
        ]
    return "\n".join(lines or ["    pass"]) + "\n"


def annotation(type_text: str) -> str:
    """``"[Int!]"`` → ``"list[int] | None"``."""
    wrapper, rest = inner(type_text)
    if wrapper == "!":
        return _bare(rest)
    return f"{_bare(type_text)} | None"


def _bare(type_text: str) -> str:
    wrapper, rest = inner(type_text)
    return f"list[{annotation(rest)}]" if wrapper == "[" else _PYTHON.get(type_text, type_text)


def _field(owner: ObjectType | Abstract, field: Field) -> str:
    name, kind = snake(field.name), annotation(field.type)
    if field.how is How.ATTRIBUTE:
        return f'    {name}: "{kind}"'
    coordinate = f"{owner.name}.{field.name}"
    taken = _taken(field)
    given = ", ".join(f'"{a.name}": {a.name}' for a in field.arguments)
    source = next((each for each in ("root", "self", "me") if each in taken), "None")
    info = "info" if "info" in field.takes else "None"
    call = f'stage.{_ACTS[field.how]}("{coordinate}", {source}, {info}, {{{given}}})'
    is_async = field.how is How.ASYNC
    start, wait = ("async def", "await ") if is_async else ("def", "")
    return (
        f"    @strawberry.field({_extension(field.extension, coordinate)})\n"
        f'    {start} {name}({", ".join(taken.values())}) -> "{kind}":\n'
        f"        return {wait}{call}\n"
    )


def _taken(field: Field) -> dict[str, str]:
    texts = {"parent": ("me", 'me: Parent["object"]'), "info": ("info", "info: Info")}
    taken = dict(texts.get(each, (each, each)) for each in field.takes)
    ordered = sorted(field.arguments, key=lambda each: "=" in each.python)
    return taken | {each.name: each.python for each in ordered}


def _extension(name: str | None, coordinate: str) -> str:
    match name:
        case None:
            return ""
        case "permission" | "async permission":
            return f'permission_classes=[stage.permission("{coordinate}", {name[0] == "a"})]'
        case _:
            return f'extensions=[stage.extension("{coordinate}", {name[0] == "a"})]'
