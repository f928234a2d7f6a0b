"""Who acts, and what each role may do at all; which rows it sees is each module's policy.py."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.kernel.errors import AccessDenied, ReadOnly, Unauthenticated


class Role(StrEnum):
    """What kind of account acts."""

    ADMIN = "ADMIN"
    SUPPORT = "SUPPORT"
    BILLING = "BILLING"
    RESELLER = "RESELLER"
    CUSTOMER = "CUSTOMER"
    SERVICE = "SERVICE"
    ANONYMOUS = "ANONYMOUS"


class Permission(StrEnum):
    """One kind of act. A service account's scopes are these words; those that look end in read."""

    CUSTOMER_READ = "customer:read"
    CUSTOMER_WRITE = "customer:write"
    CUSTOMER_CREATE = "customer:create"
    CUSTOMER_DELETE = "customer:delete"
    CUSTOMER_LIFECYCLE = "customer:lifecycle"
    PII_READ = "pii:read"
    DOCUMENT_VERIFY = "document:verify"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    TARIFF_READ = "tariff:read"
    TARIFF_ASSIGN = "tariff:assign"
    CATALOGUE_WRITE = "catalogue:write"
    USAGE_WRITE = "usage:write"
    RADIUS_READ = "radius:read"
    RADIUS_AUTHENTICATE = "radius:authenticate"
    RADIUS_ACCOUNT = "radius:account"
    RADIUS_CONTROL = "radius:control"
    MONITORING_READ = "monitoring:read"
    MONITORING_WRITE = "monitoring:write"
    ALERT_WRITE = "alert:write"
    RESELLER_READ = "reseller:read"
    RESELLER_WRITE = "reseller:write"
    COMMISSION_READ = "commission:read"
    EVENT_READ = "event:read"
    EVENT_ADMIN = "event:admin"
    WEBHOOK_WRITE = "webhook:write"
    METRICS_READ = "metrics:read"
    AUDIT_READ = "audit:read"
    PRIVACY_ADMIN = "privacy:admin"
    IDENTITY_ADMIN = "identity:admin"
    CREDENTIAL_WRITE = "credential:write"
    FEDERATION = "federation"


# How the server itself fares, and who read what, is nobody's business by role.
_READS = {permission for permission in Permission if permission.endswith(":read")} - {
    Permission.METRICS_READ,
    Permission.AUDIT_READ,
}
_SUPPORT = {
    *_READS - {Permission.COMMISSION_READ},
    Permission.CUSTOMER_WRITE,
    Permission.CUSTOMER_CREATE,
    Permission.CUSTOMER_LIFECYCLE,
    Permission.DOCUMENT_VERIFY,
    Permission.TARIFF_ASSIGN,
    Permission.RADIUS_CONTROL,
    Permission.CREDENTIAL_WRITE,
    Permission.ALERT_WRITE,
}
_BILLING = {
    *_READS - {Permission.RADIUS_READ, Permission.MONITORING_READ},
    Permission.BILLING_WRITE,
    Permission.CUSTOMER_LIFECYCLE,
    Permission.TARIFF_ASSIGN,
}
_RESELLER = {
    *_READS,
    Permission.CUSTOMER_WRITE,
    Permission.CUSTOMER_CREATE,
    Permission.TARIFF_ASSIGN,
    Permission.WEBHOOK_WRITE,
}
_CUSTOMER = {*_READS - {Permission.COMMISSION_READ}, Permission.CUSTOMER_WRITE}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.SUPPORT: frozenset(_SUPPORT),
    Role.BILLING: frozenset(_BILLING),
    Role.RESELLER: frozenset(_RESELLER),
    Role.CUSTOMER: frozenset(_CUSTOMER),
    Role.SERVICE: frozenset(),
    Role.ANONYMOUS: frozenset(),
}

_SEES_ALL_ROWS = frozenset({Role.ADMIN, Role.SUPPORT, Role.BILLING, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who acts: a role, what it may do, and the part of the rows that is its own.

    ``reseller_ids`` is the reseller's whole subtree, itself included. ``sign_in_id`` is which of
    its sign-ins acts, and makes no difference to what it may do. ``reads_only`` is why it may
    change nothing for now, whatever its permissions say; None if it may.
    """

    role: Role
    subject: str
    permissions: frozenset[Permission] = frozenset()
    customer_id: int | None = None
    reseller_id: int | None = None
    reseller_ids: tuple[int, ...] = field(default=())
    expires_at: datetime | None = None
    sign_in_id: UUID | None = field(default=None, compare=False)
    reads_only: str | None = None

    def __hash__(self) -> int:
        # What tells almost all of them apart, and is hashed once: actors are keys of every read.
        return hash((self.subject, self.permissions))

    @property
    def sees_all_rows(self) -> bool:
        """True of staff and services: no row is another tenant's to them."""
        return self.role in _SEES_ALL_ROWS

    @property
    def is_anonymous(self) -> bool:
        return self.role is Role.ANONYMOUS

    def can(self, permission: Permission) -> bool:
        return permission in self.permissions


ANONYMOUS = Actor(role=Role.ANONYMOUS, subject="anonymous")

#: The platform itself: event handlers, migrations, the guide's in-process calls.
SYSTEM = Actor(role=Role.SERVICE, subject="system", permissions=frozenset(Permission))


def staff(role: Role, subject: str) -> Actor:
    """An administrator, a support agent or a billing clerk."""
    return Actor(role=role, subject=subject, permissions=PERMISSIONS[role])


def customer(customer_id: int) -> Actor:
    """A customer, who sees what is theirs."""
    return Actor(
        role=Role.CUSTOMER,
        subject=f"customer:{customer_id}",
        permissions=PERMISSIONS[Role.CUSTOMER],
        customer_id=customer_id,
    )


def reseller(reseller_id: int, subtree: Iterable[int]) -> Actor:
    """A reseller, who sees the customers of its whole subtree."""
    return Actor(
        role=Role.RESELLER,
        subject=f"reseller:{reseller_id}",
        permissions=PERMISSIONS[Role.RESELLER],
        reseller_id=reseller_id,
        reseller_ids=tuple(sorted(subtree)),
    )


def service(subject: str, scopes: Iterable[Permission]) -> Actor:
    """Another program: it may do exactly what its scopes say, on every row."""
    return Actor(role=Role.SERVICE, subject=subject, permissions=frozenset(scopes))


def require(actor: Actor, permission: Permission, act: str) -> None:
    """
    Let the actor pass if it has the permission.

    Raises:
        Unauthenticated: nobody is signed in.
        AccessDenied: somebody is, without the permission; ``act`` completes "You may not …".
        ReadOnly: with it, but may only read for now.
    """
    if actor.is_anonymous:
        raise Unauthenticated
    if not actor.can(permission):
        raise AccessDenied(act)
    if actor.reads_only is not None and not permission.endswith(":read"):
        raise ReadOnly(act, actor.reads_only)
