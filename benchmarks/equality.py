"""
That all servers tell the same, whatever they call it and however they write it.

``NAMES`` says which of a server's names is which common one, ``VALUES`` how the values of a common
name are compared. Lists wrapped in ``nodes`` are lists. Everything else must be equal as it is.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from benchmarks.cases import Dialect

NAMES: Mapping[Dialect, Mapping[str, str]] = {
    "isp-graph": {
        "_entities": "entities",
        "uploadedOctets": "inputOctets",
        "downloadedOctets": "outputOctets",
        "total": "totalMinor",
        "paid": "paidMinor",
        "net": "netMinor",
        "tax": "taxMinor",
        "amount": "amountMinor",
    },
    "postgraphile": {
        "allCustomers": "customers",
        "customerByRowId": "customer",
        "customersByIds": "entities",
        "customersByResellerId": "customers",
        "resellerResellerByRowId": "reseller",
        "resellerResellerByResellerId": "reseller",
        "updateCustomerByRowId": "updateCustomer",
        "billingInvoicesByCustomerId": "invoices",
        "billingInvoiceLinesByInvoiceId": "lines",
        "billingPaymentAllocationsByInvoiceId": "allocations",
        "billingPaymentByPaymentId": "payment",
        "radiusSessionsByCustomerId": "sessions",
        "tariffPlanAssignmentsByCustomerId": "plan",
        "tariffTariffPlanByTariffPlanId": "plan",
        "rowId": "customerId",
    },
    "plain": {"customerPage": "customers", "customersByIds": "entities"},
}


def _minor(value: Any) -> int:
    """``5950``, ``"5950"`` or ``{"amount": "59.50"}``, all of currencies with two digits."""
    return int(Decimal(value["amount"]) * 100) if isinstance(value, dict) else int(value)


def _instant(text: str) -> str:
    """To the millisecond: a JavaScript ``Date`` has no more."""
    instant = datetime.fromisoformat(text).astimezone(UTC)
    return instant.isoformat(timespec="milliseconds")


def _is_text(value: Any) -> bool:
    """Cursors are opaque: that there is one must suffice."""
    return isinstance(value, str) and bool(value)


VALUES: Mapping[str, Callable[[Any], Any]] = {
    "totalMinor": _minor,
    "paidMinor": _minor,
    "netMinor": _minor,
    "taxMinor": _minor,
    "amountMinor": _minor,
    "inputOctets": int,
    "outputOctets": int,
    "createdAt": _instant,
    "startedAt": _instant,
    "receivedAt": _instant,
    "cursor": _is_text,
    "endCursor": _is_text,
}


class Different(Exception):
    """Servers tell different things: nothing of it is worth measuring."""


def common(dialect: Dialect, value: Any) -> Any:
    """An answer's data in common names and values."""
    if isinstance(value, list):
        return [common(dialect, each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"nodes"}:
        return common(dialect, value["nodes"])
    names = NAMES[dialect]
    return {
        name: _shape(name, _valued(dialect, name, each))
        for name, each in ((names.get(key, key), each) for key, each in value.items())
    }


def _valued(dialect: Dialect, name: str, value: Any) -> Any:
    if name in VALUES and value is not None:
        return VALUES[name](value)
    return common(dialect, value)


def _shape(name: str, value: Any) -> Any:
    """The plan without the assignment around it, the changed customer without the payload."""
    if name == "plan" and isinstance(value, list):
        return value[0]["plan"] if value else None
    if name == "plan" and isinstance(value, dict):
        return value.get("plan", value)
    if name == "updateCustomer":
        return value.get("customer", value)
    return value


def compare(what: str, ours: Any, theirs: Any) -> None:
    """
    Look at two common answers.

    Raises:
        Different: at the first place where they differ, which is named.
    """
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        for name, value in ours.items():
            compare(f"{what}.{name}", value, theirs[name])
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, value in enumerate(ours):
            compare(f"{what}[{number}]", value, theirs[number])
    elif ours != theirs:
        raise Different(f"{what}: {ours!r} here, {theirs!r} there")


def leaves(value: Any) -> int:
    """How many scalars an answer has."""
    if isinstance(value, dict):
        return sum(leaves(each) for each in value.values())
    if isinstance(value, list):
        return sum(leaves(each) for each in value)
    return 1
