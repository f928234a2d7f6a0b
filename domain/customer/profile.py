"""The customer's own fields: which there are, what each accepts, and who may change it."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from domain.customer.commands import CreateCustomer
from domain.customer.models import Customer, CustomerType
from domain.kernel import values
from domain.kernel.access import Actor, Role
from domain.kernel.errors import AccessDenied, Invalid

_MOST_TAGS = 50
_LARGEST_CUSTOM_FIELDS = 16_384


def _tags(value: Any, field: str) -> list[str]:
    if len(value) > _MOST_TAGS:
        raise Invalid(field, f"must be at most {_MOST_TAGS}")
    return sorted({values.text(tag, field, longest=50) for tag in value})


def _custom_fields(value: Any, field: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(orjson.dumps(value)) > _LARGEST_CUSTOM_FIELDS:
        raise Invalid(field, f"must be an object of at most {_LARGEST_CUSTOM_FIELDS} bytes of JSON")
    return value


def _as_is(value: Any, _field: str) -> Any:
    return value


def _short(longest: int) -> Callable[[Any, str], str]:
    return lambda value, field: values.text(value, field, longest=longest)


_CHECKS: dict[str, Callable[[Any, str], Any]] = {
    "type": _as_is,
    "first_name": _short(200),
    "last_name": _short(200),
    "company_name": _short(200),
    "tax_id": _short(50),
    "email": values.email_address,
    "phone": values.phone_number,
    "mobile": values.phone_number,
    "username": values.username,
    "language": values.language_tag,
    "time_zone": values.time_zone,
    "tags": _tags,
    "custom_fields": _custom_fields,
    "password": _as_is,
}
_REQUIRED = frozenset({"type", "language", "time_zone", "tags", "custom_fields", "password"})
# Not the password: its owner must know the present one (``changePassword``).
_OWN_FIELDS = frozenset({"email", "phone", "mobile", "language", "time_zone"})


def checked_new(command: CreateCustomer) -> dict[str, Any]:
    """The new customer's columns, each checked. Raises ``Invalid``."""
    named = {
        name: getattr(command, name)
        for name in _CHECKS
        if name != "password" and getattr(command, name) is not None
    }
    checked = {name: _checked(name, value) for name, value in named.items()}
    checked["display_name"] = display_name(
        command.type,
        checked.get("first_name"),
        checked.get("last_name"),
        checked.get("company_name"),
    )
    return checked


def checked_changes(customer: Customer, changes: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """
    The changes, each checked; None clears an optional field.

    Raises:
        AccessDenied: customers may change their contact data, nothing else.
        Invalid: an unknown field, or a value that breaks its rule.
    """
    for name, value in changes.items():
        if name not in _CHECKS:
            raise Invalid(camel(name), "is no field of a customer")
        if actor.role is Role.CUSTOMER and name not in _OWN_FIELDS:
            raise AccessDenied(f"change {camel(name)}")
        if value is None and name in _REQUIRED:
            raise Invalid(camel(name), "cannot be cleared")
    return {
        name: None if value is None else _checked(name, value) for name, value in changes.items()
    }


def rename(customer: Customer) -> None:
    """Derive the display name anew. Raises ``Invalid`` if no name is left."""
    customer.display_name = display_name(
        customer.type, customer.first_name, customer.last_name, customer.company_name
    )


def display_name(
    kind: CustomerType, first_name: str | None, last_name: str | None, company_name: str | None
) -> str:
    """A person's names, or the organisation's. Raises ``Invalid`` if there are none."""
    person = " ".join(name for name in (first_name, last_name) if name)
    if kind is CustomerType.INDIVIDUAL:
        if not person:
            raise Invalid("lastName", "or firstName is required for an individual")
        return person
    if not company_name:
        raise Invalid("companyName", f"is required for type {kind}")
    return company_name


def camel(name: str) -> str:
    """``first_name`` as clients spell it: ``firstName``."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _checked(name: str, value: Any) -> Any:
    return _CHECKS[name](value, camel(name))
