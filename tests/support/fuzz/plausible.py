"""Values that a client might well send: hostile ones go deeper in their company."""

from random import Random
from typing import Any

from graph.ids import encode_id
from graph.node import NODES

#: Keys that a small database has, by and by.
_MOST_KEYS = 12

_BY_NAME: dict[str, tuple[str, ...]] = {
    "username": ("ada", "grace", "line-1", "line-2", "owner-1"),
    "login": ("ada", "owner-1", "staff@example.com"),
    "password": ("correct horse battery", "another password"),
    "timeZone": ("Europe/Lisbon", "UTC"),
    "language": ("en", "pt", "de"),
    "postalCode": ("1000-001", "9001-001"),
    "city": ("Lisboa", "Porto"),
    "code": ("FIBER-100", "FIBER-500", "BASIC"),
    "reason": ("by request", "moved away"),
    "url": ("https://10.0.0.1/hook", "https://203.0.113.5/hook", "https://localhost/hook"),
    "eventTypes": ("customer.*", "*", "billing.invoice.paid"),
    "types": ("customer.*", "radius.*", "*"),
    "consumer": ("billing.follow_customer", "nobody"),
    "acctUniqueSessionId": ("s-1", "s-2", "s-3"),
    "idempotencyKey": ("k-1", "k-2", "k-3", "k-4"),
    "sku": ("SKU-1",),
    "metric": ("latency", "jitter"),
}
_SCALARS: dict[str, tuple[Any, ...]] = {
    "String": ("a", "word", "two words", "Ü"),
    "Boolean": (True, False),
    "Float": (0.5, 1, 99.9),
    "BigInt": ("0", "1", "4294967296", 7),
    "Decimal": ("1.00", "0.01", "12.5", "999999.99", "-5"),
    "DateTime": ("2026-01-01T00:00:00Z", "2026-11-22T10:00:00+01:00", "2020-02-29T12:00:00Z"),
    "Date": ("2026-01-01", "2026-11-22", "1980-02-29"),
    "Duration": ("PT15M", "P1D", "PT1H"),
    "EmailAddress": ("ada@example.com", "grace@example.org"),
    "PhoneNumber": ("+351912345678", "+4930123456"),
    "IPAddress": ("192.0.2.10", "198.51.100.7", "2001:db8::1"),
    "CIDR": ("192.0.2.0/24", "2001:db8::/32"),
    "MACAddress": ("00:00:5E:00:53:01",),
    "CountryCode": ("PT", "DE"),
    "CurrencyCode": ("EUR", "USD"),
    "JSON": ({"a": 1}, [], "x", None),
}
#: Inputs that end in Id, and the types that they name.
_OWNERS = {
    "accountId": "BillingAccount",
    "endpointId": "WebhookEndpoint",
    "sessionId": "RadiusSession",
    "credentialId": "ServiceCredential",
    "segmentId": "NetworkSegment",
    "assignmentId": "PlanAssignment",
}


def plausible(rng: Random, scalar: str, name: str) -> Any:
    """A value for an input of that scalar type and name."""
    if scalar == "ID":
        return _global_id(rng, name)
    if scalar == "Int":
        return rng.randint(1, _MOST_KEYS) if name.endswith("Id") else rng.choice((1, 2, 10, 50))
    if scalar == "_Any":
        return _representation(rng)
    if scalar == "String" and name in _BY_NAME:
        return rng.choice(_BY_NAME[name])
    return rng.choice(_SCALARS.get(scalar, ("?",)))


def _global_id(rng: Random, name: str) -> str:
    named = _OWNERS.get(name, f"{name[:1].upper()}{name[1:].removesuffix('Id')}")
    kind = named if named in NODES else rng.choice(sorted(NODES))
    return encode_id(kind, rng.randint(1, _MOST_KEYS))


def _representation(rng: Random) -> dict[str, Any]:
    kind = rng.choice((*sorted(NODES), "Nobody", "Query"))
    key: dict[str, Any] = {"id": encode_id(kind, rng.randint(1, _MOST_KEYS))}
    if rng.random() < 0.3:
        key = {"customerId": rng.randint(1, _MOST_KEYS)}
    if rng.random() < 0.2:
        key["name"] = "SPOOF"
    return {"__typename": kind, **key}
