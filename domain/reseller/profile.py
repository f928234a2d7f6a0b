"""A reseller's own fields: which can change, and what each accepts."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from domain.kernel import values
from domain.kernel.errors import Invalid
from domain.reseller.commands import CreateReseller
from domain.reseller.commission import checked_percent
from domain.reseller.models import ResellerStatus

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,31}")

_CHANGEABLE: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "name": ("name", values.text),
    "email": ("email", values.email_address),
    "commission_percent": ("commissionPercent", checked_percent),
}


def checked_new(command: CreateReseller) -> dict[str, Any]:
    """The new reseller's columns, each checked. Raises ``Invalid``."""
    if command.status not in (ResellerStatus.PENDING_APPROVAL, ResellerStatus.ACTIVE):
        raise Invalid("status", "must be PENDING_APPROVAL or ACTIVE for a new reseller")
    return {
        "code": checked_code(command.code),
        "name": values.text(command.name, "name"),
        "status": command.status,
        "parent_id": command.parent_id,
        "email": command.email and values.email_address(command.email),
        "currency": values.currency_code(command.currency),
        "commission_percent": checked_percent(command.commission_percent),
    }


def checked_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """
    The changes, each checked; None clears the e-mail address.

    Raises:
        Invalid: not a field that changes, or a value that breaks its rule.
    """
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in _CHANGEABLE:
            raise Invalid(name, "is no field of a reseller that changes")
        field, check = _CHANGEABLE[name]
        if value is None and name != "email":
            raise Invalid(field, "cannot be cleared")
        checked[name] = None if value is None else check(value, field)
    return checked


def checked_code(value: str) -> str:
    """A reseller's code in upper case. Raises ``Invalid``."""
    code = value.strip().upper()
    if not _CODE.fullmatch(code):
        raise Invalid("code", "must be 2 to 32 of A-Z, 0-9 and . _ -")
    return code
