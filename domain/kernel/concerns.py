"""What a handler of events says of itself: which changed fields it is there for."""

from collections.abc import Callable
from typing import Any, TypeVar

_FIELDS = "concerned_with"

H = TypeVar("H", bound=Callable[..., Any])


def concerned_with(*fields: str) -> Callable[[H], H]:
    """
    Spare the handler events whose ``changed_fields`` name none of these.

    An event that names no changed fields at all, like ``customer.created``, it gets as before.
    """

    def marked(handler: H) -> H:
        setattr(handler, _FIELDS, frozenset(fields))
        return handler

    return marked


def concerns_of(handler: Callable[..., Any]) -> frozenset[str] | None:
    """The changed fields that the handler is there for; None for all."""
    fields: frozenset[str] | None = getattr(handler, _FIELDS, None)
    return fields
