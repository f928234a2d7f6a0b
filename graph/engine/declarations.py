"""What a schema may tell the engine of its functions; graphql-core runs them as they are."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


class Guarded:
    """
    A field resolver behind a check of the operation's context.

    The engine checks once for all objects that the field is resolved for at a time, graphql-core
    for each of them.
    """

    __slots__ = ("check", "resolve")

    def __init__(self, resolve: Callable[..., Any], check: Callable[[Any], None]) -> None:
        self.resolve = resolve
        self.check = check

    def __call__(self, source: Any, info: Any, **arguments: Any) -> Any:
        self.check(info)
        return self.resolve(source, info, **arguments)


def guarded(resolve: Callable[..., Any], check: Callable[[Any], None]) -> Guarded:
    """
    The resolver, which runs only if ``check(info)`` does not raise.

    ``check`` may depend on nothing but the operation: its context, its variables, the field.
    """
    return Guarded(resolve, check)


def by_class(predicate: F) -> F:
    """
    Promise that an ``is_type_of`` or ``resolve_type`` looks at the value's class and the context.

    The engine asks it once for each class in an operation instead of once for each object.
    """
    predicate.is_by_class = True  # type: ignore[attr-defined]
    return predicate


def unchanged(kind: type[Any]) -> Callable[[F], F]:
    """
    Promise that a scalar's ``serialize`` gives values of exactly this class back as they are.

    The engine does not call it for them.
    """

    def promised(serialize: F) -> F:
        serialize.unchanged = kind  # type: ignore[attr-defined]
        return serialize

    return promised


def unchanged_by(serialize: Callable[..., Any]) -> type[Any] | None:
    """The class for which ``unchanged`` was promised."""
    return getattr(serialize, "unchanged", None)


def is_by_class(predicate: Callable[..., Any]) -> bool:
    """Whether ``by_class`` was promised."""
    return getattr(predicate, "is_by_class", False)
