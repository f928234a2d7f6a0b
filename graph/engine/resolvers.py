"""How the values of a field are got from all its parents at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import getclosurevars
from operator import attrgetter
from typing import Any

from graphql import GraphQLField, GraphQLFieldResolver
from strawberry import ID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from graph.engine.declarations import Guarded

Values = list[Any]
_AS_IT_IS = (bool, int, float, str, ID)
_MADE_BY_STRAWBERRY = f"{GraphQLCoreConverter.__qualname__}.from_resolver.<locals>."


class Resolver:
    """
    Calls a resolver as graphql-core does: ``resolve(source, info, **arguments)``.

    ``reads`` is the attribute of the source that is the value, ``call`` Python for the value, of
    ``{function}``, ``{info}`` and ``s``, the source; both None where neither is that simple.
    """

    takes_info = True
    needs_info = True
    reads: str | None = None
    call: str | None = None

    def __init__(self, function: GraphQLFieldResolver, guards: Sequence[Guarded] = ()) -> None:
        self.function: Callable[..., Any] = function
        self._guards = guards

    def info(self, raw: Any) -> Any:
        """What the function takes for ``info``."""
        return raw

    def arguments(self, given: dict[str, Any], _info: Any) -> dict[str, Any]:
        """What the function takes for arguments that graphql-core has coerced."""
        return given

    def values(self, sources: Sequence[Any], raw: Any, given: dict[str, Any]) -> Values:
        """A value, an awaitable or the exception raised, for each source."""
        try:
            for guard in self._guards:
                guard.check(raw)
            info = self.info(raw)
            arguments = self.arguments(given, info)
        except Exception as error:
            return [error] * len(sources)
        return self._called(sources, info, arguments)

    def _called(self, sources: Sequence[Any], info: Any, arguments: dict[str, Any]) -> Values:
        function = self.function
        values: Values = []
        for source in sources:
            try:
                values.append(function(source, info, **arguments))
            except Exception as error:
                values.append(error)
        return values


class Attribute(Resolver):
    """Reads an attribute: a Strawberry field without resolver."""

    takes_info = False

    def __init__(self, name: str, guards: Sequence[Guarded] = ()) -> None:
        super().__init__(attrgetter(name), guards)
        self.needs_info = bool(guards)
        self.reads = None if guards else name

    def _called(self, sources: Sequence[Any], _info: Any, _arguments: dict[str, Any]) -> Values:
        try:
            return list(map(self.function, sources))
        except Exception:
            # Some source does not have it: each is asked by itself.
            return [_read(self.function, source) for source in sources]


class StrawberryCall(Resolver):
    """Calls the function behind a Strawberry field, without the layers around it."""

    def __init__(
        self, field: StrawberryField, converter: GraphQLCoreConverter, guards: Sequence[Guarded]
    ) -> None:
        base: Any = field.base_resolver
        super().__init__(base.wrapped_func, guards)
        self._field = field
        self._converter = converter
        self._as_self = base.self_parameter is not None
        self._as_root = [
            parameter.name
            for parameter in (base.parent_parameter, base.root_parameter)
            if parameter
        ]
        self._as_info = base.info_parameter and base.info_parameter.name
        self._arguments = [self._described(argument) for argument in field.arguments]
        self.takes_info = bool(self._as_info)
        self.needs_info = self.takes_info or bool(guards or field.arguments)
        if not guards and not field.is_async:
            self.call = self._written()

    def info(self, raw: Any) -> Any:
        """Strawberry's info."""
        if raw is None:
            return None
        return self._converter.config.info_class(_raw_info=raw, _field=self._field)

    def arguments(self, given: dict[str, Any], info: Any) -> dict[str, Any]:
        """Arguments by their Python names, inputs as their classes."""
        converter = self._converter
        converted: dict[str, Any] = {}
        for name, python_name, type_, is_as_it_is in self._arguments:
            if name not in given:
                continue
            value = given[name]
            if not is_as_it_is:
                value = convert_argument(
                    value, type_, converter.scalar_registry, converter.config, info, path=(name,)
                )
            converted[python_name] = value
        if self._as_info:
            converted[self._as_info] = info
        return converted

    def _called(self, sources: Sequence[Any], _info: Any, arguments: dict[str, Any]) -> Values:
        function = self.function
        values: Values = []
        for source in sources:
            for name in self._as_root:
                arguments[name] = source
            try:
                value = function(source, **arguments) if self._as_self else function(**arguments)
            except Exception as error:
                value = error
            values.append(value)
        return values

    def _described(self, argument: StrawberryArgument) -> tuple[str, str, Any, bool]:
        """Its names, its type, and whether Strawberry takes what it gets for its value."""
        type_: Any = argument.type
        plain = type_.of_type if type(type_) is StrawberryOptional else type_
        name = self._converter.config.name_converter.from_argument(argument)
        assert argument.python_name is not None
        return name, argument.python_name, type_, plain in _AS_IT_IS

    def _written(self) -> str:
        parts = ["s"] if self._as_self else []
        parts += [f"{name}=s" for name in self._as_root]
        if self._as_info:
            parts.append(f"{self._as_info}={{info}}")
        return f"{{function}}({', '.join(parts)})"


def _read(read: Callable[[Any], Any], source: Any) -> Any:
    try:
        return read(source)
    except Exception as error:
        return error


def resolver_of(definition: GraphQLField, default: GraphQLFieldResolver) -> Resolver:
    """The leanest resolver that does what the field's own does."""
    guards: list[Guarded] = []
    resolve = definition.resolve or default
    while isinstance(resolve, Guarded):
        guards.append(resolve)
        resolve = resolve.resolve
    field = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if isinstance(field, StrawberryField) and _is_plain(field, resolve):
        if field.base_resolver is None:
            return Attribute(field.python_name, guards)
        return StrawberryCall(field, _enclosed(resolve)["self"], guards)
    return Resolver(resolve, guards)


def _is_plain(field: StrawberryField, resolve: Any) -> bool:
    """Whether Strawberry's own function would do nothing but call the field's function."""
    if not getattr(resolve, "__qualname__", "").startswith(_MADE_BY_STRAWBERRY):
        return False
    enclosed = _enclosed(resolve)
    return (
        enclosed["field"] is field
        and not enclosed.get("field_exception_handlers")
        and not field.extensions
        and type(field).get_result is StrawberryField.get_result
        and (field.base_resolver is not None or field.default_resolver is getattr)
    )


def _enclosed(resolve: Any) -> dict[str, Any]:
    """The variables of Strawberry's function, and of the functions that it calls."""
    found: dict[str, Any] = {}
    for name, value in getclosurevars(resolve).nonlocals.items():
        found[name] = value
        if getattr(value, "__qualname__", "").startswith(_MADE_BY_STRAWBERRY):
            found.update(_enclosed(value))
    return found
